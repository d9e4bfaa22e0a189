// SPDX-License-Identifier: Apache-2.0
import { Button, PasswordInput, Stack, TextInput } from "@mantine/core";
import { isEmail, isNotEmpty, useForm } from "@mantine/form";
import { useTranslation } from "react-i18next";
import { useParams } from "react-router-dom";
import { api, must } from "@/api/client";
import { putProblem } from "@/api/forms";
import { useSession } from "@/api/session";
import { currentLanguage } from "@/i18n";
import { Door } from "./Door";
import { PASSWORD_LEAST, passwordFault } from "./password";

/** Nobody can sign in yet: whoever has the code that the server printed becomes the operator. */
export default function FirstRun() {
  const { t } = useTranslation();
  const { refresh } = useSession();
  const { code = "" } = useParams();
  const form = useForm({
    initialValues: { setup_code: code, name: "", email: "", password: "" },
    validate: {
      setup_code: isNotEmpty(t("doors:needed")),
      name: isNotEmpty(t("doors:needed")),
      email: isEmail(t("doors:emailWrong")),
      password: (value) => {
        const fault = passwordFault(value);
        return fault && t(fault, { least: PASSWORD_LEAST });
      },
    },
  });
  const submit = form.onSubmit(async (values) => {
    try {
      await must(
        api.POST("/api/v1/first-run", { body: { ...values, language: currentLanguage() } }),
      );
      window.location.hash = "#/"; // the code leaves the address
      await refresh();
    } catch (error) {
      putProblem(form, error);
    }
  });
  return (
    <Door title={t("doors:firstRun.title")} help={t("doors:firstRun.help")}>
      <form onSubmit={submit} noValidate>
        <Stack>
          <TextInput
            label={t("doors:firstRun.code")}
            description={t("doors:firstRun.codeHelp")}
            autoComplete="off"
            {...form.getInputProps("setup_code")}
          />
          <TextInput
            label={t("doors:name")}
            autoComplete="name"
            autoFocus
            {...form.getInputProps("name")}
          />
          <TextInput
            label={t("doors:email")}
            type="email"
            autoComplete="username"
            {...form.getInputProps("email")}
          />
          <PasswordInput
            label={t("doors:password")}
            description={t("doors:passwordHelp", { least: PASSWORD_LEAST })}
            autoComplete="new-password"
            {...form.getInputProps("password")}
          />
          <Button type="submit" loading={form.submitting} fullWidth>
            {t("doors:firstRun.button")}
          </Button>
        </Stack>
      </form>
    </Door>
  );
}
