// SPDX-License-Identifier: Apache-2.0
/** Every change: who, from where, what. */
import { Code, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Schemas } from "@/api/client";
import { useAccountFilter } from "@/api/session";
import { type Column, DataTable, type Filter } from "@/components/DataTable";
import { EmptyState } from "@/components/EmptyState";
import { PageHeader } from "@/components/PageHeader";
import { ExactTime, RelativeTime } from "@/components/RelativeTime";

type Entry = Schemas["Audit"];

export default function Audit() {
  const { t } = useTranslation();
  const filter = useAccountFilter();
  const who = ({ who: { kind, name } }: Entry) =>
    kind === "command_line" || !name ? t(`operator:audit.kinds.${kind}`) : name;
  const columns: Column<Entry>[] = [
    { key: "at", label: t("operator:audit.at"), render: ({ at }) => <RelativeTime at={at} /> },
    { key: "who", label: t("operator:audit.who"), render: who },
    {
      key: "what",
      label: t("operator:audit.what"),
      render: ({ what }) => <code>{what}</code>,
    },
    { key: "subject", label: t("operator:audit.subject"), render: ({ subject }) => subject ?? "–" },
    { key: "account", label: t("operator:audit.account"), render: ({ account }) => account ?? "–" },
    {
      key: "from",
      label: t("operator:audit.from"),
      optional: true,
      render: ({ from_address }) => from_address ?? "–",
    },
  ];
  const filters: Filter[] = [
    { name: "who", label: t("operator:audit.who"), kind: "text" },
    { name: "what", label: t("operator:audit.what"), kind: "text" },
    { name: "since", label: t("operator:audit.since"), kind: "since" },
    { name: "until", label: t("operator:audit.until"), kind: "until" },
  ];
  return (
    <>
      <PageHeader title={t("operator:audit.title")} help={t("operator:audit.help")} />
      <DataTable<Entry>
        id="audit"
        label={t("operator:audit.title")}
        path="/api/v1/audit"
        fixed={filter}
        csv="/api/v1/audit/export"
        columns={columns}
        filters={filters}
        rowKey={({ id }) => id}
        live={["change"]}
        detailTitle={({ what }) => what}
        detail={(entry) => (
          <Stack gap="xs">
            <Text size="sm">
              <ExactTime at={entry.at} seconds /> · {who(entry)}
              {entry.from_address && ` · ${entry.from_address}`}
            </Text>
            {entry.changes && <Code block>{JSON.stringify(entry.changes, null, 2)}</Code>}
          </Stack>
        )}
        empty={<EmptyState title={t("operator:audit.empty")} />}
      />
    </>
  );
}
