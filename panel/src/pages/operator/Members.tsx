// SPDX-License-Identifier: Apache-2.0
import { Alert, Group, Stack } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, must } from "@/api/client";
import type { Schemas } from "@/api/client";
import { showDone } from "@/api/forms";
import { useAccounts, useMember } from "@/api/session";
import { ConfirmButton } from "@/components/ConfirmButton";
import { CopyText } from "@/components/CopyText";
import { type Column, DataTable } from "@/components/DataTable";
import { EditButton, type FormField } from "@/components/EditButton";
import { EmptyState } from "@/components/EmptyState";
import { PageHeader } from "@/components/PageHeader";
import { RelativeTime } from "@/components/RelativeTime";

type Member = Schemas["Member"];
const PATH = "/api/v1/members";
const ROLES = ["owner", "sender", "agent", "viewer"] as const;

function useFields(): (member?: Member) => FormField[] {
  const { t, i18n } = useTranslation();
  const { accounts } = useAccounts();
  return (member) => [
    ...(member ? [] : [{ name: "email", label: t("operator:members.email"), required: true }]),
    { name: "name", label: t("operator:members.name"), start: member?.name, required: true },
    {
      name: "language",
      label: t("operator:members.language"),
      kind: "choice",
      required: true,
      start: member?.language ?? i18n.language,
      choices: [
        { value: "en", label: "English" },
        { value: "fr", label: "Français" },
      ],
    },
    {
      name: "account",
      label: t("operator:members.account"),
      help: t("operator:members.accountHelp"),
      kind: "choice",
      choices: accounts.map(({ name }) => ({ value: name, label: name })),
    },
    {
      name: "role",
      label: t("operator:members.role"),
      kind: "choice",
      choices: ROLES.map((value) => ({ value, label: t(`operator:members.roles.${value}`) })),
    },
    {
      name: "operator",
      label: t("operator:members.operator"),
      help: t("operator:members.operatorHelp"),
      kind: "switch",
      start: member?.operator,
    },
  ];
}

export default function Members() {
  const { t } = useTranslation();
  const me = useMember();
  const queries = useQueryClient();
  const fieldsOf = useFields();
  const [drawn, setDrawn] = useState<Member | null>(null);
  const done = () => {
    showDone(t("saved"));
    void queries.invalidateQueries({ queryKey: ["list", PATH] });
  };
  const add = (
    <EditButton
      variant="filled"
      title={t("operator:members.add")}
      verb={t("add")}
      help={t("operator:members.addHelp")}
      fields={fieldsOf()}
      onSubmit={async (body: { email: string }) => setDrawn(await must(api.POST(PATH, { body })))}
      onDone={done}
    >
      {t("operator:members.add")}
    </EditButton>
  );
  const columns: Column<Member>[] = [
    { key: "name", label: t("operator:members.name"), render: ({ name, email }) => name || email },
    { key: "email", label: t("operator:members.email"), render: ({ email }) => email },
    {
      key: "accounts",
      label: t("operator:members.accounts"),
      render: ({ accounts, operator }) =>
        [
          ...(operator ? [t("operator:members.operator")] : []),
          ...accounts.map(({ name, role }) => `${name} (${t(`operator:members.roles.${role}`)})`),
        ].join(", ") || "–",
    },
    {
      key: "totp",
      label: t("operator:members.totp"),
      render: ({ totp }) => t(totp ? "yes" : "no"),
    },
    {
      key: "seen",
      label: t("operator:members.lastSeen"),
      render: ({ last_seen_at }) =>
        last_seen_at ? <RelativeTime at={last_seen_at} /> : t("operator:members.never"),
    },
  ];
  return (
    <>
      <PageHeader title={t("operator:members.title")} help={t("operator:members.help")}>
        {add}
      </PageHeader>
      {drawn?.password && (
        <Alert
          mb="md"
          color="yellow"
          title={t("operator:members.drawn", { email: drawn.email })}
          withCloseButton
          closeButtonLabel={t("close")}
          onClose={() => setDrawn(null)}
        >
          <CopyText value={drawn.password} label={t("operator:members.password")} />
        </Alert>
      )}
      <DataTable<Member>
        id="members"
        label={t("operator:members.title")}
        path={PATH}
        columns={columns}
        rowKey={({ id }) => id}
        detailTitle={({ email }) => email}
        detail={(member, close) => {
          const params = { path: { id: member.id } };
          return (
            <Stack>
              <Group>
                <EditButton
                  title={member.email}
                  verb={t("save")}
                  isChange
                  fields={fieldsOf(member)}
                  onSubmit={(body: object) =>
                    must(api.PATCH("/api/v1/members/{id}", { params, body }))
                  }
                  onDone={() => {
                    close();
                    done();
                  }}
                >
                  {t("edit")}
                </EditButton>
                {member.id !== me.id && (
                  <ConfirmButton
                    danger
                    title={t("operator:members.remove")}
                    verb={t("remove")}
                    question={t("operator:members.removeHelp", { name: member.name })}
                    onConfirm={async () => {
                      await must(api.DELETE("/api/v1/members/{id}", { params }));
                      close();
                      done();
                    }}
                  >
                    {t("remove")}
                  </ConfirmButton>
                )}
              </Group>
            </Stack>
          );
        }}
        empty={<EmptyState title={t("operator:members.empty")} action={add} />}
      />
    </>
  );
}
