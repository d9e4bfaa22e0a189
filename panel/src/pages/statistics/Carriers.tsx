// SPDX-License-Identifier: Apache-2.0
/** What each carrier took, and what became of it; only operators are told. */
import { Anchor, Group, Paper, Title } from "@mantine/core";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router-dom";
import type { Schemas } from "@/api/client";
import { type ListColumn, ListTable } from "@/components/ListTable";
import { formatNumber, formatPercent } from "@/i18n/format";
import { csvLink } from "./csv";

type Carrier = Schemas["CarrierCounts"];

const COUNTS = ["sent", "delivered", "failed", "replies"] as const;

/** Of those whose end is known; -1: none is. */
function shareOf({ delivered, failed }: Carrier): number {
  return delivered + failed > 0 ? delivered / (delivered + failed) : -1;
}

function useColumns(): ListColumn<Carrier>[] {
  const { t } = useTranslation();
  const count = (name: (typeof COUNTS)[number]): ListColumn<Carrier> => ({
    key: name,
    label: t(`statistics:column.${name}`),
    align: "right",
    value: (row) => row[name],
    render: (row) => formatNumber(row[name]),
  });
  return [
    {
      key: "carrier",
      label: t("statistics:carrier"),
      value: ({ carrier }) => carrier ?? "",
      render: ({ carrier }) =>
        carrier ? (
          <Link to={`/operator/carriers/${encodeURIComponent(carrier)}`}>{carrier}</Link>
        ) : (
          t("statistics:noCarrier")
        ),
    },
    count("sent"),
    count("delivered"),
    {
      key: "share",
      label: t("statistics:deliveredShare"),
      align: "right",
      value: shareOf,
      render: (row) => (shareOf(row) < 0 ? "–" : formatPercent(shareOf(row))),
    },
    count("failed"),
    count("replies"),
  ];
}

export function Carriers({ carriers }: { carriers: Carrier[] }) {
  const { t } = useTranslation();
  const rows = useMemo(
    () =>
      carriers
        .filter((row) => COUNTS.some((name) => row[name] > 0))
        .sort((a, b) => b.sent - a.sent),
    [carriers],
  );
  const link = useMemo(
    () =>
      csvLink(
        ["carrier", ...COUNTS],
        rows.map((row) => [row.carrier, ...COUNTS.map((name) => row[name])]),
      ),
    [rows],
  );
  const columns = useColumns();
  if (rows.length === 0) return null;
  return (
    <Paper withBorder p="sm" component="section">
      <Group justify="space-between" mb="xs">
        <Title order={2} size="h3">
          {t("statistics:carriers")}
        </Title>
        <Anchor size="xs" href={link} download="carriers.csv">
          {t("table.csv")}
        </Anchor>
      </Group>
      <ListTable
        label={t("statistics:carriers")}
        rows={rows}
        columns={columns}
        rowKey={({ id }) => id ?? ""}
        searchFrom={12}
        empty={null}
      />
    </Paper>
  );
}
