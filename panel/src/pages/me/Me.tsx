// SPDX-License-Identifier: Apache-2.0
import { Button, Paper, PasswordInput, Select, SimpleGrid, Stack, TextInput } from "@mantine/core";
import { Title } from "@mantine/core";
import { isNotEmpty, useForm } from "@mantine/form";
import { useQueryClient } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { api, must } from "@/api/client";
import { putProblem, showDone } from "@/api/forms";
import type { Language } from "@/api/types";
import { useMember, useSession } from "@/api/session";
import { setLanguage } from "@/i18n";
import { PageHeader } from "@/components/PageHeader";
import { PASSWORD_LEAST, passwordFault } from "../doors/password";
import { Sessions } from "./Sessions";
import { TwoSteps } from "./TwoSteps";

export function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <Paper withBorder p="md" component="section">
      <Title order={2} mb="sm">
        {title}
      </Title>
      {children}
    </Paper>
  );
}

function Profile() {
  const { t, i18n } = useTranslation();
  const member = useMember();
  const { refresh } = useSession();
  const form = useForm({
    initialValues: { name: member.name, language: member.language as string },
    validate: { name: isNotEmpty(t("doors:needed")) },
  });
  const submit = form.onSubmit(async ({ name, language }) => {
    try {
      await must(api.PATCH("/api/v1/me", { body: { name, language: language as Language } }));
      await setLanguage(language as Language);
      await refresh();
      showDone(i18n.t("saved"));
    } catch (error) {
      putProblem(form, error);
    }
  });
  return (
    <Section title={t("me:profile")}>
      <form onSubmit={submit} noValidate>
        <Stack gap="sm">
          <TextInput label={t("doors:email")} value={member.email} readOnly variant="filled" />
          <TextInput label={t("doors:name")} autoComplete="name" {...form.getInputProps("name")} />
          <Select
            label={t("me:language")}
            allowDeselect={false}
            data={[
              { value: "en", label: "English" },
              { value: "fr", label: "Français" },
            ]}
            {...form.getInputProps("language")}
          />
          <Button type="submit" loading={form.submitting} style={{ alignSelf: "start" }}>
            {t("save")}
          </Button>
        </Stack>
      </form>
    </Section>
  );
}

function Password() {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const member = useMember();
  const form = useForm({
    initialValues: { old_password: "", password: "" },
    validate: {
      old_password: isNotEmpty(t("doors:needed")),
      password: (value) => {
        const fault = passwordFault(value);
        return fault && t(fault, { least: PASSWORD_LEAST });
      },
    },
  });
  const submit = form.onSubmit(async (body) => {
    try {
      await must(api.PATCH("/api/v1/me", { body }));
      form.reset();
      showDone(t("me:passwordChanged"));
      await queries.invalidateQueries({ queryKey: ["get", "/api/v1/me/sessions"] });
    } catch (error) {
      putProblem(form, error);
    }
  });
  return (
    <Section title={t("doors:password")}>
      <form onSubmit={submit} noValidate>
        <Stack gap="sm">
          <input type="hidden" name="username" autoComplete="username" value={member.email} />
          <PasswordInput
            label={t("me:oldPassword")}
            autoComplete="current-password"
            {...form.getInputProps("old_password")}
          />
          <PasswordInput
            label={t("doors:newPassword.field")}
            description={t("doors:passwordHelp", { least: PASSWORD_LEAST })}
            autoComplete="new-password"
            {...form.getInputProps("password")}
          />
          <Button type="submit" loading={form.submitting} style={{ alignSelf: "start" }}>
            {t("doors:newPassword.button")}
          </Button>
        </Stack>
      </form>
    </Section>
  );
}

export default function Me() {
  const { t } = useTranslation();
  return (
    <>
      <PageHeader title={t("me:title")} />
      <SimpleGrid cols={{ base: 1, md: 2 }}>
        <Profile />
        <Password />
        <TwoSteps />
        <Sessions />
      </SimpleGrid>
    </>
  );
}
