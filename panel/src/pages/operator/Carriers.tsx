// SPDX-License-Identifier: Apache-2.0
import { useTranslation } from "react-i18next";
import { Link } from "react-router-dom";
import { $api, api, must } from "@/api/client";
import type { Schemas } from "@/api/client";
import { showDone } from "@/api/forms";
import { EditButton } from "@/components/EditButton";
import { EmptyState } from "@/components/EmptyState";
import { ListTable } from "@/components/ListTable";
import { PageHeader } from "@/components/PageHeader";
import { formatNumber } from "@/i18n/format";
import { CarrierState, useCarrierWhy } from "./CarrierState";

type Carrier = Schemas["Carrier"];
const LOOK_MS = 3000;

export default function Carriers() {
  const { t } = useTranslation();
  const why = useCarrierWhy();
  const list = $api.useQuery("get", "/api/v1/carriers", {}, { refetchInterval: LOOK_MS });
  const add = (
    <EditButton
      variant="filled"
      title={t("operator:carriers.add")}
      verb={t("add")}
      help={t("operator:carriers.addHelp")}
      fields={[
        {
          name: "name",
          label: t("operator:carriers.name"),
          help: t("operator:accounts.nameHelp"),
          required: true,
        },
        {
          name: "host",
          label: t("operator:carriers.host"),
          help: t("operator:carriers.hostHelp"),
          placeholder: "smpp.example.net:2775",
          required: true,
        },
        { name: "system_id", label: t("operator:carriers.systemId"), required: true },
        { name: "password", label: t("operator:carriers.password"), kind: "secret" },
      ]}
      onSubmit={(body: { name: string; system_id: string }) =>
        // Switched on once the form was completed and tested.
        must(api.POST("/api/v1/carriers", { body: { ...body, enabled: false } }))
      }
      onDone={() => {
        showDone(t("saved"));
        void list.refetch();
      }}
    >
      {t("operator:carriers.add")}
    </EditButton>
  );
  return (
    <>
      <PageHeader title={t("operator:carriers.title")} help={t("operator:carriers.help")}>
        {add}
      </PageHeader>
      <ListTable<Carrier>
        label={t("operator:carriers.title")}
        rows={list.data?.items}
        error={list.error}
        again={() => void list.refetch()}
        rowKey={({ id }) => id}
        columns={[
          {
            key: "name",
            label: t("operator:carriers.name"),
            value: ({ name }) => name,
            render: ({ name }) => (
              <Link to={`/operator/carriers/${encodeURIComponent(name)}`}>{name}</Link>
            ),
          },
          {
            key: "state",
            label: t("operator:state"),
            value: ({ status }) => status?.state ?? "off",
            render: (carrier) => <CarrierState carrier={carrier} />,
          },
          {
            key: "why",
            label: t("operator:carriers.why"),
            render: (carrier) => why(carrier) ?? "–",
          },
          {
            key: "rate",
            label: t("operator:carriers.rateNow"),
            align: "right",
            value: ({ status }) => status?.rate_now ?? 0,
            render: ({ status }) => formatNumber(status?.rate_now ?? 0),
          },
          {
            key: "waiting",
            label: t("operator:carriers.waiting"),
            align: "right",
            value: ({ status }) => status?.waiting ?? 0,
            render: ({ status }) =>
              status?.waiting == null
                ? "–"
                : `${formatNumber(status.waiting)}${status.waiting_more ? "+" : ""}`,
          },
          {
            key: "p99",
            label: t("operator:carriers.p99"),
            align: "right",
            value: ({ status }) => status?.response_p99_ms ?? 0,
            render: ({ status }) =>
              status?.response_p99_ms == null ? "–" : `${formatNumber(status.response_p99_ms)} ms`,
          },
        ]}
        empty={
          <EmptyState title={t("operator:carriers.empty")} action={add}>
            {t("operator:carriers.emptyHelp")}
          </EmptyState>
        }
      />
    </>
  );
}
