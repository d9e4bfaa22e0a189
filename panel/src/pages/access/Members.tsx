// SPDX-License-Identifier: Apache-2.0
/** People who sign in for this account, and those who are invited. */
import { Button, Modal, Radio, Select, Stack, Text, TextInput } from "@mantine/core";
import { isEmail, useForm } from "@mantine/form";
import { useDisclosure } from "@mantine/hooks";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { $api, api, must } from "@/api/client";
import { putProblem, showDone, showProblem } from "@/api/forms";
import type { Language, MemberOfAccount, Role } from "@/api/types";
import { useAccount, useMember } from "@/api/session";
import { ConfirmButton } from "@/components/ConfirmButton";
import { EmptyState } from "@/components/EmptyState";
import { type ListColumn, ListTable } from "@/components/ListTable";
import { PageHeader } from "@/components/PageHeader";
import { RelativeTime } from "@/components/RelativeTime";
import { Badge } from "@/components/StateBadge";
import { currentLanguage } from "@/i18n";
import { ShownOnce } from "./ShownOnce";

const ROLES: Role[] = ["viewer", "agent", "sender", "owner"];

interface InviteProps {
  account: string;
  opened: boolean;
  onClose: () => void;
  onMade: (made: MemberOfAccount) => void;
}

function Invite({ account, opened, onClose, onMade }: InviteProps) {
  const { t } = useTranslation();
  const form = useForm({
    initialValues: { email: "", name: "", role: "agent" as string, language: currentLanguage() },
    validate: { email: isEmail(t("doors:emailWrong")) },
  });
  const submit = form.onSubmit(async ({ email, name, role, language }) => {
    try {
      const made = await must(
        api.POST("/api/v1/accounts/{name}/members", {
          params: { path: { name: account } },
          body: {
            email: email.trim(),
            role: role as Role,
            language: language as Language,
            ...(name.trim() && { name: name.trim() }),
          },
        }),
      );
      form.reset();
      onMade(made);
    } catch (error) {
      putProblem(form, error);
    }
  });
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t("access:members.add")}
      closeButtonProps={{ "aria-label": t("close") }}
    >
      <form onSubmit={submit} noValidate>
        <Stack>
          <TextInput
            label={t("doors:email")}
            type="email"
            autoComplete="off"
            data-autofocus
            {...form.getInputProps("email")}
          />
          <TextInput
            label={`${t("access:members.name")} (${t("optional")})`}
            autoComplete="off"
            {...form.getInputProps("name")}
          />
          <Radio.Group label={t("access:members.role")} {...form.getInputProps("role")}>
            <Stack gap="xs" mt="xs">
              {ROLES.map((role) => (
                <Radio
                  key={role}
                  value={role}
                  label={t(`access:role.${role}`)}
                  description={t(`access:roleHelp.${role}`)}
                />
              ))}
            </Stack>
          </Radio.Group>
          <Select
            label={t("me:language")}
            allowDeselect={false}
            data={[
              { value: "en", label: "English" },
              { value: "fr", label: "Français" },
            ]}
            {...form.getInputProps("language")}
          />
          <Button type="submit" loading={form.submitting}>
            {t("access:members.button")}
          </Button>
        </Stack>
      </form>
    </Modal>
  );
}

export default function Members() {
  const { t } = useTranslation();
  const { name } = useAccount();
  const me = useMember();
  const path = { name };
  const list = $api.useQuery("get", "/api/v1/accounts/{name}/members", { params: { path } });
  const [opened, { open, close }] = useDisclosure();
  const [url, setUrl] = useState<string | null>(null);

  const setRole = async (member: MemberOfAccount, role: string | null) => {
    if (!role || role === member.role) return;
    try {
      await must(
        api.PATCH("/api/v1/accounts/{name}/members/{id}", {
          params: { path: { name, id: member.id } },
          body: { role: role as Role },
        }),
      );
      showDone(t("saved"));
    } catch (error) {
      showProblem(error);
    }
    await list.refetch();
  };
  const remove = async (member: MemberOfAccount) => {
    await must(
      api.DELETE("/api/v1/accounts/{name}/members/{id}", {
        params: { path: { name, id: member.id } },
      }),
    );
    showDone(t("access:members.removed", { name: member.name || member.email }));
    await list.refetch();
  };
  const columns: ListColumn<MemberOfAccount>[] = [
    {
      key: "name",
      label: t("access:members.name"),
      value: (member) => member.name || member.email,
      render: (member) => (
        <>
          <Text size="sm" fw={500}>
            {member.name || member.email}
          </Text>
          {member.name && (
            <Text size="xs" c="var(--quiet)">
              {member.email}
            </Text>
          )}
        </>
      ),
    },
    {
      key: "role",
      label: t("access:members.role"),
      value: (member) => ROLES.indexOf(member.role),
      render: (member) =>
        member.id === me.id || member.invited ? (
          t(`access:role.${member.role}`)
        ) : (
          <Select
            size="xs"
            w={170}
            aria-label={t("access:members.roleOf", { name: member.name || member.email })}
            data={ROLES.map((role) => ({ value: role, label: t(`access:role.${role}`) }))}
            value={member.role}
            allowDeselect={false}
            onChange={(role) => void setRole(member, role)}
          />
        ),
    },
    {
      key: "totp",
      label: t("access:members.totp"),
      value: (member) => (member.totp ? 1 : 0),
      render: (member) =>
        member.invited ? (
          <Badge tone="wait">{t("access:members.invited")}</Badge>
        ) : (
          <Badge tone={member.totp ? "good" : "wait"}>
            {t(member.totp ? "me:totp.on" : "me:totp.off")}
          </Badge>
        ),
    },
    {
      key: "seen",
      label: t("access:members.seen"),
      value: (member) => member.last_seen_at ?? "",
      render: (member) => <RelativeTime at={member.last_seen_at} />,
    },
  ];
  return (
    <>
      <PageHeader title={t("access:members.title")} help={t("access:members.help")}>
        <Button onClick={open}>{t("access:members.add")}</Button>
      </PageHeader>
      <ListTable
        label={t("access:members.title")}
        rows={list.data?.items}
        error={list.error}
        again={() => void list.refetch()}
        columns={columns}
        rowKey={(member) => member.id}
        rowActions={(member) =>
          member.id !== me.id && (
            <ConfirmButton
              size="compact-xs"
              danger
              title={t("access:members.remove")}
              question={t("access:members.question", { name: member.name || member.email })}
              verb={t("access:members.remove")}
              onConfirm={() => remove(member)}
            >
              {t("access:members.remove")}
            </ConfirmButton>
          )
        }
        empty={
          <EmptyState
            title={t("access:members.none")}
            action={<Button onClick={open}>{t("access:members.add")}</Button>}
          >
            {t("access:members.noneHelp")}
          </EmptyState>
        }
      />
      <Invite
        account={name}
        opened={opened}
        onClose={close}
        onMade={(made) => {
          close();
          if (made.invite_url) setUrl(made.invite_url);
          else showDone(t("access:members.mailed", { email: made.email }));
          void list.refetch();
        }}
      />
      <ShownOnce
        title={t("access:members.made")}
        help={t("access:members.madeHelp")}
        value={url}
        onClose={() => setUrl(null)}
      />
    </>
  );
}
