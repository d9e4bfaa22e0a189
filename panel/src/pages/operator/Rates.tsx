// SPDX-License-Identifier: Apache-2.0
/** What a part costs, by the first digits of the recipient: the longest that fits counts. */
import { useTranslation } from "react-i18next";
import { $api, api, must } from "@/api/client";
import type { Schemas } from "@/api/client";
import { showDone } from "@/api/forms";
import { Credits } from "@/components/Credits";
import { EditButton, type FormField } from "@/components/EditButton";
import { EmptyState } from "@/components/EmptyState";
import { ListTable } from "@/components/ListTable";
import { PageHeader } from "@/components/PageHeader";
import { EditRow, RemoveRow } from "@/components/RowButtons";

type Rate = Schemas["Rate"];

/** The prefix of the rate that everything else has. */
const ALL = "default";

export default function Rates() {
  const { t } = useTranslation();
  const list = $api.useQuery("get", "/api/v1/rates", {});
  const nameOf = (prefix: string) => (prefix === ALL ? t("operator:rates.all") : `+${prefix}`);
  const done = () => {
    showDone(t("saved"));
    void list.refetch();
  };
  const put = (prefix: string, credits: string) =>
    must(
      api.PUT("/api/v1/rates/{prefix}", {
        params: { path: { prefix } },
        body: { credits },
      }),
    );
  const credits = (start?: string): FormField => ({
    name: "credits",
    label: t("operator:rates.credits"),
    help: t("operator:rates.creditsHelp"),
    required: true,
    start,
  });
  const add = (
    <EditButton
      variant="filled"
      title={t("operator:rates.add")}
      verb={t("add")}
      fields={[
        {
          name: "prefix",
          label: t("operator:rates.prefix"),
          help: t("operator:rates.prefixHelp"),
          placeholder: "33",
          required: true,
        },
        credits(),
      ]}
      onSubmit={(body: { prefix: string; credits: string }) =>
        put(body.prefix.replace(/^\+/, ""), body.credits)
      }
      onDone={done}
    >
      {t("operator:rates.add")}
    </EditButton>
  );
  return (
    <>
      <PageHeader title={t("operator:rates.title")} help={t("operator:rates.help")}>
        {add}
      </PageHeader>
      <ListTable<Rate>
        label={t("operator:rates.title")}
        rows={list.data?.items}
        error={list.error}
        again={() => void list.refetch()}
        rowKey={({ prefix }) => prefix}
        columns={[
          {
            key: "prefix",
            label: t("operator:rates.prefix"),
            value: ({ prefix }) => prefix,
            render: ({ prefix }) => nameOf(prefix),
          },
          {
            key: "credits",
            label: t("operator:rates.credits"),
            align: "right",
            value: (rate) => Number(rate.credits),
            render: (rate) => <Credits value={rate.credits} bare />,
          },
        ]}
        rowActions={(rate) => (
          <>
            <EditRow
              called={nameOf(rate.prefix)}
              whole
              fields={[credits(rate.credits)]}
              onSubmit={(body: { credits: string }) => put(rate.prefix, body.credits)}
              onDone={done}
            />
            {rate.prefix !== ALL && (
              <RemoveRow
                called={nameOf(rate.prefix)}
                title={t("operator:rates.remove")}
                question={t("operator:rates.removeHelp", { prefix: rate.prefix })}
                onRemove={() =>
                  must(
                    api.DELETE("/api/v1/rates/{prefix}", {
                      params: { path: { prefix: rate.prefix } },
                    }),
                  )
                }
                onDone={done}
              />
            )}
          </>
        )}
        empty={<EmptyState title={t("operator:rates.empty")} action={add} />}
      />
    </>
  );
}
