// SPDX-License-Identifier: Apache-2.0
/** Numbers of ours that phones can answer to: pools by carrier and country, and virtual ones. */
import { useTranslation } from "react-i18next";
import { $api, api, must } from "@/api/client";
import type { Schemas } from "@/api/client";
import { showDone } from "@/api/forms";
import { useAccounts } from "@/api/session";
import { EditButton, type FormField } from "@/components/EditButton";
import { EmptyState } from "@/components/EmptyState";
import { ListTable } from "@/components/ListTable";
import { PageHeader } from "@/components/PageHeader";
import { EditRow, RemoveRow } from "@/components/RowButtons";
import { OnOffBadge } from "@/components/StateBadge";

type Number = Schemas["Number"];
const KINDS = ["short", "low_cost", "virtual"] as const;

export default function Numbers() {
  const { t } = useTranslation();
  const { accounts } = useAccounts();
  const list = $api.useQuery("get", "/api/v1/numbers", {});
  const carriers = $api.useQuery("get", "/api/v1/carriers", {});
  const done = () => {
    showDone(t("saved"));
    void list.refetch();
  };
  const names = (all: { name: string }[] | undefined) =>
    (all ?? []).map(({ name }) => ({ value: name, label: name }));
  const accountField = (start?: string | null): FormField => ({
    name: "account",
    label: t("operator:numbers.account"),
    help: t("operator:numbers.accountHelp"),
    kind: "choice",
    choices: names(accounts),
    start,
    nullable: true,
  });
  const enabled = (start: boolean): FormField => ({
    name: "enabled",
    label: t("operator:numbers.enabled"),
    kind: "switch",
    start,
  });
  const add = (
    <EditButton
      variant="filled"
      title={t("operator:numbers.add")}
      verb={t("add")}
      fields={[
        {
          name: "numbers",
          label: t("operator:numbers.numbers"),
          help: t("operator:numbers.numbersHelp"),
          placeholder: "38100-38119",
          required: true,
        },
        {
          name: "carrier",
          label: t("operator:numbers.carrier"),
          kind: "choice",
          choices: names(carriers.data?.items),
          required: true,
          start: carriers.data?.items[0]?.name,
        },
        {
          name: "kind",
          label: t("operator:numbers.kind"),
          kind: "choice",
          required: true,
          start: "short",
          choices: KINDS.map((value) => ({ value, label: t(`operator:numbers.kinds.${value}`) })),
        },
        {
          name: "country",
          label: t("operator:numbers.country"),
          help: t("operator:numbers.countryHelp"),
          start: "FR",
          required: true,
        },
        accountField(),
        enabled(true),
      ]}
      onSubmit={(body: { numbers: string; carrier: string }) =>
        must(api.POST("/api/v1/numbers", { body }))
      }
      onDone={done}
    >
      {t("operator:numbers.add")}
    </EditButton>
  );
  return (
    <>
      <PageHeader title={t("operator:numbers.title")} help={t("operator:numbers.help")}>
        {add}
      </PageHeader>
      <ListTable<Number>
        label={t("operator:numbers.title")}
        rows={list.data?.items}
        error={list.error}
        again={() => void list.refetch()}
        rowKey={({ id }) => id}
        columns={[
          {
            key: "number",
            label: t("operator:numbers.number"),
            value: ({ number }) => number,
            render: ({ number }) => number,
          },
          {
            key: "kind",
            label: t("operator:numbers.kind"),
            value: ({ kind }) => kind,
            render: ({ kind }) => t(`operator:numbers.kinds.${kind}`),
          },
          {
            key: "country",
            label: t("operator:numbers.country"),
            value: ({ country }) => country,
            render: ({ country }) => country,
          },
          {
            key: "carrier",
            label: t("operator:numbers.carrier"),
            value: ({ carrier }) => carrier ?? "",
            render: ({ carrier }) => carrier ?? "–",
          },
          {
            key: "account",
            label: t("operator:numbers.account"),
            value: ({ account }) => account ?? "",
            render: ({ account }) => account ?? "–",
          },
          {
            key: "enabled",
            label: t("operator:state"),
            value: (number) => (number.enabled ? 1 : 0),
            render: (number) => <OnOffBadge on={number.enabled} />,
          },
        ]}
        rowActions={(number) => {
          const carrier = number.carrier ?? undefined;
          const path = { number: number.number };
          return (
            <>
              <EditRow
                called={number.number}
                fields={[
                  ...(number.kind === "virtual" ? [accountField(number.account)] : []),
                  enabled(number.enabled),
                ]}
                onSubmit={(body: object) =>
                  must(
                    api.PATCH("/api/v1/numbers/{number}", {
                      params: { path },
                      body: { ...body, carrier },
                    }),
                  )
                }
                onDone={done}
              />
              <RemoveRow
                called={number.number}
                title={t("operator:numbers.remove")}
                question={t("operator:numbers.removeHelp", { number: number.number })}
                onRemove={() =>
                  must(
                    api.DELETE("/api/v1/numbers/{number}", {
                      params: { path, query: { carrier } },
                    }),
                  )
                }
                onDone={done}
              />
            </>
          );
        }}
        empty={
          <EmptyState title={t("operator:numbers.empty")} action={add}>
            {t("operator:numbers.emptyHelp")}
          </EmptyState>
        }
      />
    </>
  );
}
