// SPDX-License-Identifier: Apache-2.0
import { Alert, Button, PasswordInput, Stack, Text } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router-dom";
import { api, must } from "@/api/client";
import { problemText } from "@/api/forms";
import { problemOf } from "@/api/problem";
import { Door } from "./Door";
import { PASSWORD_LEAST, passwordFault } from "./password";

/** Behind the link of an e-mail, because a password was forgotten. */
export default function NewPassword() {
  const { t } = useTranslation();
  const { token = "" } = useParams();
  const [done, setDone] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);
  const form = useForm({
    initialValues: { password: "" },
    validate: {
      password: (value) => {
        const fault = passwordFault(value);
        return fault && t(fault, { least: PASSWORD_LEAST });
      },
    },
  });
  const submit = form.onSubmit(async ({ password }) => {
    setRefusal(null);
    try {
      await must(
        api.POST("/api/v1/password-reset/{token}", {
          params: { path: { token } },
          body: { password },
        }),
      );
      setDone(true);
    } catch (error) {
      if (problemOf(error).field === "password") form.setFieldError("password", problemText(error));
      else setRefusal(problemOf(error).status === 404 ? t("doors:linkOld") : problemText(error));
    }
  });
  return (
    <Door
      title={t("doors:newPassword.title")}
      help={done ? undefined : t("doors:newPassword.help")}
    >
      {refusal && (
        <Alert color="red" variant="light" role="alert" p="sm">
          {refusal}
        </Alert>
      )}
      {done ? (
        <Alert variant="light" role="status" p="sm">
          {t("doors:newPassword.done")}
        </Alert>
      ) : (
        <form onSubmit={submit} noValidate>
          <Stack>
            <PasswordInput
              label={t("doors:newPassword.field")}
              description={t("doors:passwordHelp", { least: PASSWORD_LEAST })}
              autoComplete="new-password"
              autoFocus
              {...form.getInputProps("password")}
            />
            <Button type="submit" loading={form.submitting} fullWidth>
              {t("doors:newPassword.button")}
            </Button>
          </Stack>
        </form>
      )}
      <Text size="sm">
        <Link to="/">{t("doors:toSignIn")}</Link>
      </Text>
    </Door>
  );
}
