// SPDX-License-Identifier: Apache-2.0
import { Alert, Button, Stack, Text, TextInput } from "@mantine/core";
import { isEmail, useForm } from "@mantine/form";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router-dom";
import { api, must } from "@/api/client";
import { putProblem } from "@/api/forms";
import { Door } from "./Door";

export default function ForgotPassword() {
  const { t } = useTranslation();
  const [asked, setAsked] = useState(false);
  const form = useForm({
    initialValues: { email: "" },
    validate: { email: isEmail(t("doors:emailWrong")) },
  });
  const submit = form.onSubmit(async ({ email }) => {
    try {
      await must(api.POST("/api/v1/password-reset", { body: { email: email.trim() } }));
      setAsked(true);
    } catch (error) {
      putProblem(form, error);
    }
  });
  return (
    <Door title={t("doors:forgot.title")} help={asked ? undefined : t("doors:forgot.help")}>
      {asked ? (
        <Alert variant="light" role="status" p="sm">
          {t("doors:forgot.asked")}
        </Alert>
      ) : (
        <form onSubmit={submit} noValidate>
          <Stack>
            <TextInput
              label={t("doors:email")}
              type="email"
              autoComplete="username"
              autoFocus
              {...form.getInputProps("email")}
            />
            <Button type="submit" loading={form.submitting} fullWidth>
              {t("doors:forgot.button")}
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
