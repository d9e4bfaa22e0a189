// SPDX-License-Identifier: Apache-2.0
/** Logins of programs that send over http2sms: quota, allowed addresses, own callbacks. */
import { Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { $api, api, must } from "@/api/client";
import type { Schemas } from "@/api/client";
import { showDone } from "@/api/forms";
import { useAccount } from "@/api/session";
import { Credits } from "@/components/Credits";
import { EditButton, type FormField } from "@/components/EditButton";
import { EmptyState } from "@/components/EmptyState";
import { ListTable, type ListColumn } from "@/components/ListTable";
import { PageHeader } from "@/components/PageHeader";
import { RelativeTime } from "@/components/RelativeTime";
import { EditRow, RemoveRow } from "@/components/RowButtons";
import { OnOffBadge } from "@/components/StateBadge";

type User = Schemas["User"];

export default function Users() {
  const { t } = useTranslation();
  const { name } = useAccount();
  const path = { name };
  const list = $api.useQuery("get", "/api/v1/accounts/{name}/users", { params: { path } });
  const senders = $api.useQuery("get", "/api/v1/accounts/{name}/senders", { params: { path } });
  const done = () => {
    showDone(t("saved"));
    void list.refetch();
  };
  const fieldsOf = (user?: User): FormField[] => [
    ...(user
      ? []
      : [
          {
            name: "login",
            label: t("programs:users.login"),
            help: t("programs:users.loginHelp"),
            required: true,
          },
        ]),
    {
      name: "password",
      label: t(user ? "programs:users.newPassword" : "programs:users.password"),
      kind: "secret",
      required: !user,
    },
    {
      name: "quota",
      label: t("programs:users.quota"),
      help: t("programs:users.quotaHelp"),
      start: user?.quota,
      nullable: true,
    },
    {
      name: "alert_below",
      label: t("programs:users.alertBelow"),
      help: t("programs:users.alertBelowHelp"),
      start: user?.alert_below,
      nullable: true,
    },
    {
      name: "alert_email",
      label: t("programs:users.alertEmail"),
      start: user?.alert_email,
      nullable: true,
    },
    {
      name: "alert_sms",
      label: t("programs:users.alertSms"),
      help: t("programs:users.alertSmsHelp"),
      placeholder: "+33612345678",
      start: user?.alert_sms,
      nullable: true,
    },
    {
      name: "alert_sender",
      label: t("programs:users.alertSender"),
      kind: "choice",
      choices: senders.data?.items
        .filter(({ enabled }) => enabled)
        .map((sender) => ({ value: sender.name, label: sender.name })),
      start: user?.alert_sender,
      nullable: true,
    },
    {
      name: "allow_ip",
      label: t("programs:users.networks"),
      help: t("programs:users.networksHelp"),
      kind: "list",
      start: user?.allow_ip,
    },
    {
      name: "receipts",
      label: t("programs:users.receipts"),
      help: t("programs:users.urlHelp"),
      start: user?.receipts,
      nullable: true,
    },
    {
      name: "stops",
      label: t("programs:users.stops"),
      help: t("programs:users.urlHelp"),
      start: user?.stops,
      nullable: true,
    },
    {
      name: "enabled",
      label: t("programs:users.enabled"),
      kind: "switch",
      start: user?.enabled ?? true,
    },
  ];
  const columns: ListColumn<User>[] = [
    {
      key: "login",
      label: t("programs:users.login"),
      value: ({ login }) => login,
      render: ({ login }) => login,
    },
    {
      key: "quota",
      label: t("programs:users.quota"),
      value: ({ quota }) => Number(quota ?? -1),
      align: "right",
      render: ({ quota }) =>
        quota === null ? (
          <Text size="sm" c="var(--quiet)">
            {t("programs:users.noQuota")}
          </Text>
        ) : (
          <Credits value={quota} bare />
        ),
    },
    {
      key: "alert",
      label: t("programs:users.alert"),
      value: ({ alert_below }) => Number(alert_below ?? -1),
      align: "right",
      render: ({ alert_below }) =>
        alert_below === null ? "–" : <Credits value={alert_below} bare />,
    },
    {
      key: "networks",
      label: t("programs:users.networks"),
      value: ({ allow_ip }) => allow_ip.join(" "),
      render: ({ allow_ip }) => allow_ip.join(", ") || t("programs:users.anywhere"),
    },
    {
      key: "enabled",
      label: t("programs:users.state"),
      value: ({ enabled }) => Number(enabled),
      render: ({ enabled }) => <OnOffBadge on={enabled} />,
    },
    {
      key: "created",
      label: t("programs:users.created"),
      value: ({ created_at }) => created_at,
      render: ({ created_at }) => <RelativeTime at={created_at} />,
    },
  ];
  const add = (
    <EditButton
      variant="filled"
      title={t("programs:users.add")}
      verb={t("add")}
      help={t("programs:users.addHelp")}
      fields={fieldsOf()}
      onSubmit={(body: Schemas["UserNew"]) =>
        must(api.POST("/api/v1/accounts/{name}/users", { params: { path }, body }))
      }
      onDone={done}
    >
      {t("programs:users.add")}
    </EditButton>
  );
  return (
    <>
      <PageHeader title={t("programs:users.title")} help={t("programs:users.help")}>
        {add}
      </PageHeader>
      <ListTable
        label={t("programs:users.title")}
        rows={list.data?.items}
        error={list.error}
        again={() => void list.refetch()}
        columns={columns}
        rowKey={({ id }) => id}
        empty={
          <EmptyState title={t("programs:users.empty")} action={add}>
            {t("programs:users.emptyHelp")}
          </EmptyState>
        }
        rowActions={(user) => {
          const params = { path: { name, login: user.login } };
          return (
            <>
              <EditRow
                called={user.login}
                fields={fieldsOf(user)}
                onSubmit={(body: Schemas["UserChange"]) =>
                  must(api.PATCH("/api/v1/accounts/{name}/users/{login}", { params, body }))
                }
                onDone={done}
              />
              <RemoveRow
                called={user.login}
                title={t("programs:users.remove")}
                question={t("programs:users.removeHelp", { login: user.login })}
                onRemove={() =>
                  must(api.DELETE("/api/v1/accounts/{name}/users/{login}", { params }))
                }
                onDone={done}
              />
            </>
          );
        }}
      />
    </>
  );
}
