// SPDX-License-Identifier: Apache-2.0
import { useTranslation } from "react-i18next";
import { Link } from "react-router-dom";
import { $api, api, must } from "@/api/client";
import type { Schemas } from "@/api/client";
import { showDone } from "@/api/forms";
import { useSession } from "@/api/session";
import { Credits } from "@/components/Credits";
import { EditButton } from "@/components/EditButton";
import { EmptyState } from "@/components/EmptyState";
import { ListTable } from "@/components/ListTable";
import { PageHeader } from "@/components/PageHeader";
import { RelativeTime } from "@/components/RelativeTime";
import { OnOffBadge } from "@/components/StateBadge";
import { accountFields, creditFields } from "./accountFields";

type Account = Schemas["Account"];

export default function Accounts() {
  const { t } = useTranslation();
  const { refresh } = useSession();
  const list = $api.useQuery("get", "/api/v1/accounts", {});
  const done = () => {
    showDone(t("saved"));
    void list.refetch();
    void refresh(); // the switch at the top lists them too
  };
  const add = (
    <EditButton
      variant="filled"
      title={t("operator:accounts.new")}
      verb={t("add")}
      fields={accountFields(t)}
      onSubmit={(body: Schemas["AccountNew"]) => must(api.POST("/api/v1/accounts", { body }))}
      onDone={done}
    >
      {t("operator:accounts.new")}
    </EditButton>
  );
  return (
    <>
      <PageHeader title={t("operator:accounts.title")} help={t("operator:accounts.help")}>
        {add}
      </PageHeader>
      <ListTable<Account>
        label={t("operator:accounts.title")}
        rows={list.data?.items}
        error={list.error}
        again={() => void list.refetch()}
        rowKey={({ id }) => id}
        columns={[
          {
            key: "name",
            label: t("operator:accounts.name"),
            value: ({ name }) => name,
            render: ({ name }) => (
              <Link to={`/operator/accounts/${encodeURIComponent(name)}`}>{name}</Link>
            ),
          },
          {
            key: "credits",
            label: t("operator:accounts.credits"),
            align: "right",
            value: ({ credits }) => Number(credits),
            render: ({ credits }) => <Credits value={credits} bare />,
          },
          {
            key: "grade",
            label: t("operator:accounts.grade"),
            value: ({ grade }) => grade,
            render: ({ grade }) => t(`operator:accounts.grades.${grade}`),
          },
          {
            key: "zone",
            label: t("operator:accounts.zone"),
            value: ({ timezone }) => timezone,
            render: ({ timezone }) => timezone,
          },
          {
            key: "enabled",
            label: t("operator:state"),
            value: ({ enabled }) => Number(enabled),
            render: ({ enabled }) => <OnOffBadge on={enabled} />,
          },
          {
            key: "created",
            label: t("operator:created"),
            value: ({ created_at }) => created_at,
            render: ({ created_at }) => <RelativeTime at={created_at} />,
          },
        ]}
        rowActions={({ name }) => (
          <EditButton
            size="compact-xs"
            title={t("operator:accounts.credit", { name })}
            verb={t("operator:accounts.creditVerb")}
            fields={creditFields(t)}
            onSubmit={(body: { credits: string }) =>
              must(api.POST("/api/v1/accounts/{name}/credit", { params: { path: { name } }, body }))
            }
            onDone={done}
            aria-label={`${t("operator:accounts.creditShort")}: ${name}`}
          >
            {t("operator:accounts.creditShort")}
          </EditButton>
        )}
        empty={
          <EmptyState title={t("operator:accounts.empty")} action={add}>
            {t("operator:accounts.emptyHelp")}
          </EmptyState>
        }
      />
    </>
  );
}
