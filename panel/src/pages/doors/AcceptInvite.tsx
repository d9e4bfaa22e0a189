// SPDX-License-Identifier: Apache-2.0
/** Behind the link of an invitation: a new member chooses a password, a known one only agrees. */
import { Alert, Button, PasswordInput, Skeleton, Stack, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate, useParams } from "react-router-dom";
import { $api, api, must } from "@/api/client";
import { problemText } from "@/api/forms";
import type { Invite } from "@/api/types";
import { problemOf } from "@/api/problem";
import { useSession } from "@/api/session";
import { currentLanguage } from "@/i18n";
import SignIn from "./SignIn";
import { Door } from "./Door";
import { PASSWORD_LEAST, passwordFault } from "./password";

function Accept({ invite, token }: { invite: Invite; token: string }) {
  const { t } = useTranslation();
  const { refresh } = useSession();
  const go = useNavigate();
  const [refusal, setRefusal] = useState<string | null>(null);
  const form = useForm({
    initialValues: { name: invite.name, password: "" },
    validate: {
      password: (value) => {
        const fault = invite.known ? null : passwordFault(value);
        return fault && t(fault, { least: PASSWORD_LEAST });
      },
    },
  });
  const submit = form.onSubmit(async ({ name, password }) => {
    try {
      await must(
        api.POST("/api/v1/invites/{token}", {
          params: { path: { token } },
          body: invite.known
            ? {}
            : { password, language: currentLanguage(), ...(name.trim() && { name: name.trim() }) },
        }),
      );
      await refresh();
      go("/", { replace: true });
    } catch (error) {
      const { field } = problemOf(error);
      if (field === "password" || field === "name") form.setFieldError(field, problemText(error));
      else setRefusal(problemText(error));
    }
  });
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        {refusal && (
          <Alert color="red" variant="light" role="alert" p="sm">
            {refusal}
          </Alert>
        )}
        <TextInput label={t("doors:email")} value={invite.email} readOnly variant="filled" />
        {!invite.known && (
          <>
            <TextInput
              label={t("doors:name")}
              autoComplete="name"
              {...form.getInputProps("name")}
            />
            <PasswordInput
              label={t("doors:password")}
              description={t("doors:passwordHelp", { least: PASSWORD_LEAST })}
              autoComplete="new-password"
              {...form.getInputProps("password")}
            />
          </>
        )}
        <Button type="submit" loading={form.submitting} fullWidth>
          {t("doors:invited.button")}
        </Button>
      </Stack>
    </form>
  );
}

export default function AcceptInvite() {
  const { t } = useTranslation();
  const { token = "" } = useParams();
  const { session } = useSession();
  const invite = $api.useQuery("get", "/api/v1/invites/{token}", { params: { path: { token } } });
  if (invite.data?.known && !session.signed_in) return <SignIn note={t("doors:invited.known")} />;
  return (
    <Door
      title={t("doors:invited.title")}
      help={
        invite.data &&
        t("doors:invited.help", {
          account: invite.data.account,
          role: t(`access:roleHelp.${invite.data.role}`),
        })
      }
    >
      {invite.isPending && <Skeleton height={160} />}
      {invite.isError && (
        <>
          <Alert color="red" variant="light" role="alert" p="sm">
            {problemOf(invite.error).status === 404
              ? t("doors:linkOld")
              : problemText(invite.error)}
          </Alert>
          <Text size="sm">
            <Link to="/">{t("doors:toSignIn")}</Link>
          </Text>
        </>
      )}
      {invite.data && <Accept invite={invite.data} token={token} />}
    </Door>
  );
}
