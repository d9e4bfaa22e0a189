// SPDX-License-Identifier: Apache-2.0
import { Alert, Button, Code, PasswordInput, Stack, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router-dom";
import { api, must } from "@/api/client";
import { problemText } from "@/api/forms";
import { problemOf } from "@/api/problem";
import { useSession } from "@/api/session";
import { Door } from "./Door";

/** E-mail address and password first; the code of the second step when the server asks for it. */
export default function SignIn({ note }: { note?: string }) {
  const { t } = useTranslation();
  const { session, refresh } = useSession();
  const [codeNeeded, setCodeNeeded] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);
  const form = useForm({ initialValues: { email: "", password: "", code: "" } });

  const explain = (error: unknown) => {
    const { code } = problemOf(error);
    if (code === "code_needed") {
      setCodeNeeded(true);
      setRefusal(null);
    } else if (code === "unauthorized") {
      setRefusal(t(codeNeeded ? "doors:signIn.wrongCode" : "doors:signIn.wrong"));
      if (codeNeeded) form.setFieldValue("code", "");
    } else setRefusal(problemText(error));
  };
  const submit = form.onSubmit(async ({ email, password, code }) => {
    try {
      const given = code.replace(/\s/g, "");
      await must(
        api.POST("/api/v1/session", {
          body: { email: email.trim(), password, ...(given && { code: given }) },
        }),
      );
      await refresh();
    } catch (error) {
      explain(error);
    }
  });

  return (
    <Door title={t("doors:signIn.title")} help={note}>
      {session.demo && !codeNeeded && (
        <Alert variant="light" p="sm">
          <Text size="sm">{t("doors:signIn.demo")}</Text>
          <Text size="sm">
            <Code>{session.demo.email}</Code> <Code>{session.demo.password}</Code>
          </Text>
          <Button
            mt={6}
            size="compact-sm"
            variant="default"
            onClick={() =>
              session.demo &&
              form.setValues({ email: session.demo.email, password: session.demo.password })
            }
          >
            {t("doors:signIn.fill")}
          </Button>
        </Alert>
      )}
      <form onSubmit={submit} aria-label={t("doors:signIn.title")}>
        <Stack>
          {refusal && (
            <Alert color="red" variant="light" role="alert" p="sm">
              {refusal}
            </Alert>
          )}
          {codeNeeded ? (
            <TextInput
              key="code"
              label={t("doors:code")}
              description={t("doors:signIn.codeHelp")}
              autoComplete="one-time-code"
              autoFocus
              required
              withAsterisk={false}
              {...form.getInputProps("code")}
            />
          ) : (
            <>
              <TextInput
                label={t("doors:email")}
                type="email"
                autoComplete="username"
                autoFocus
                required
                withAsterisk={false}
                {...form.getInputProps("email")}
              />
              <PasswordInput
                label={t("doors:password")}
                autoComplete="current-password"
                required
                withAsterisk={false}
                {...form.getInputProps("password")}
              />
            </>
          )}
          <Button type="submit" loading={form.submitting} fullWidth>
            {t("doors:signIn.button")}
          </Button>
        </Stack>
      </form>
      {codeNeeded ? (
        <Button
          variant="subtle"
          onClick={() => {
            setCodeNeeded(false);
            setRefusal(null);
            form.setFieldValue("code", "");
          }}
        >
          {t("doors:signIn.back")}
        </Button>
      ) : (
        <Text size="sm">
          <Link to="/reset">{t("doors:forgot.link")}</Link>
        </Text>
      )}
    </Door>
  );
}
