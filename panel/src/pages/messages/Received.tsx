// SPDX-License-Identifier: Apache-2.0
import { Button, Stack, Text } from "@mantine/core";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router-dom";
import type { Schemas } from "@/api/client";
import { useAccountFilter, useAccounts, useMay, useZone } from "@/api/session";
import { Credits } from "@/components/Credits";
import { type Column, DataTable, type Filter } from "@/components/DataTable";
import { EmptyState } from "@/components/EmptyState";
import { PageHeader } from "@/components/PageHeader";
import { PhoneNumber, formatPhone } from "@/components/PhoneNumber";
import { ExactTime, RelativeTime } from "@/components/RelativeTime";
import { Badge } from "@/components/StateBadge";
import { formatTime } from "@/i18n/format";
import { Words } from "./columns";
import classes from "./Messages.module.css";

type Incoming = Schemas["Incoming"];

const LIVE = ["incoming."];
const STANDINGS = ["in_time", "late", "not_covered", "none"] as const;
const TONES = { in_time: "good", late: "warn", not_covered: "warn", none: "wait" } as const;

/** The carrier writes phones with or without the +. */
function phoneOf(sender: string): string {
  return /^\d{7,15}$/.test(sender) ? `+${sender}` : sender;
}

function useColumns(): Column<Incoming>[] {
  const { t } = useTranslation();
  const { account } = useAccounts();
  return useMemo(() => {
    const sorted = (word: string) => (account ? word : undefined);
    return [
      {
        key: "at",
        label: t("messages:column.receivedAt"),
        sort: "at",
        render: (row) => <RelativeTime at={row.received_at} />,
        width: 120,
      },
      {
        key: "from",
        label: t("messages:column.phone"),
        sort: sorted("from"),
        render: (row) => <PhoneNumber value={phoneOf(row.sender)} thread={account !== null} />,
        width: 160,
      },
      {
        key: "to",
        label: t("messages:column.number"),
        sort: sorted("to"),
        render: (row) => row.number,
        width: 120,
      },
      { key: "text", label: t("messages:column.text"), render: (row) => <Words text={row.text} /> },
      {
        key: "standing",
        label: t("messages:column.standing"),
        sort: sorted("standing"),
        render: (row) => (
          <Badge tone={TONES[row.standing]}>{t(`messages:standing.${row.standing}`)}</Badge>
        ),
        width: 150,
      },
      {
        key: "parts",
        label: t("messages:column.parts"),
        render: (row) => row.parts,
        align: "right",
        optional: true,
      },
      {
        key: "credits",
        label: t("messages:column.credits"),
        render: (row) => <Credits value={row.credits} bare />,
        align: "right",
        optional: true,
      },
      {
        key: "carrier",
        label: t("messages:column.carrier"),
        render: (row) => row.carrier ?? "–",
        optional: true,
      },
      {
        key: "account",
        label: t("messages:column.account"),
        render: (row) => row.account ?? "–",
        optional: account !== null,
      },
    ];
  }, [t, account]);
}

function useFilters(): Filter[] {
  const { t } = useTranslation();
  return useMemo(
    () => [
      { name: "from", label: t("messages:column.phone"), kind: "text" },
      { name: "to", label: t("messages:column.number"), kind: "text" },
      { name: "text", label: t("messages:filter.text"), kind: "text" },
      {
        name: "standing",
        label: t("messages:column.standing"),
        kind: "choices",
        choices: STANDINGS.map((value) => ({ value, label: t(`messages:standing.${value}`) })),
      },
      { name: "since", label: t("messages:filter.since"), kind: "since" },
      { name: "until", label: t("messages:filter.until"), kind: "until" },
    ],
    [t],
  );
}

function Detail({ row }: { row: Incoming }) {
  const { t } = useTranslation();
  const may = useMay();
  const zone = useZone();
  const phone = phoneOf(row.sender);
  const startedText = ({ started, release_at: until }: Incoming) =>
    started?.startsWith("held until")
      ? t("messages:startedBy.held", { until: until && formatTime(until, zone) })
      : t(`messages:startedBy.${started}`, { defaultValue: started });
  return (
    <Stack gap="md">
      {row.text !== null ? (
        <p className={classes.text} lang="">
          {row.text}
        </p>
      ) : (
        <Text size="sm" c="var(--quiet)" fs="italic">
          {t(row.release_at && !row.released_at ? "messages:textHeld" : "messages:textGone")}
        </Text>
      )}
      <dl className={classes.facts}>
        <dt>{t("messages:column.phone")}</dt>
        <dd>{formatPhone(phone)}</dd>
        <dt>{t("messages:column.number")}</dt>
        <dd>{row.number}</dd>
        <dt>{t("messages:column.receivedAt")}</dt>
        <dd>
          <ExactTime at={row.received_at} seconds />
        </dd>
        <dt>{t("messages:column.standing")}</dt>
        <dd>{t(`messages:standing.${row.standing}`)}</dd>
        {row.missing > 0 && (
          <>
            <dt>{t("messages:missing")}</dt>
            <dd>{row.missing}</dd>
          </>
        )}
        {row.started && (
          <>
            <dt>{t("messages:started")}</dt>
            <dd>{startedText(row)}</dd>
          </>
        )}
        {row.carrier && (
          <>
            <dt>{t("messages:column.carrier")}</dt>
            <dd>{row.carrier}</dd>
          </>
        )}
        {row.message_id && (
          <>
            <dt>{t("messages:answers")}</dt>
            <dd>
              <Link to={`/messages/${row.message_id}`}>{row.message_id}</Link>
            </dd>
          </>
        )}
        <dt>{t("messages:id")}</dt>
        <dd>{row.id}</dd>
      </dl>
      {may("view", "chat") && (
        <div>
          <Button component={Link} to={`/chat/${encodeURIComponent(phone)}`} variant="default">
            {t("messages:toThread")}
          </Button>
        </div>
      )}
    </Stack>
  );
}

export default function Received() {
  const { t } = useTranslation();
  const fixed = useAccountFilter();
  const columns = useColumns();
  const filters = useFilters();
  return (
    <>
      <PageHeader title={t("messages:received")} />
      <DataTable<Incoming>
        id="received"
        label={t("messages:received")}
        path="/api/v1/incoming"
        fixed={fixed}
        columns={columns}
        filters={filters}
        rowKey={(row) => row.id}
        detail={(row) => <Detail row={row} />}
        detailTitle={(row) => t("messages:fromPhone", { phone: formatPhone(phoneOf(row.sender)) })}
        csv="/api/v1/incoming/export"
        defaultSort="-at"
        live={LIVE}
        empty={
          <EmptyState title={t("messages:none.received")}>
            {t("messages:none.receivedHelp")}
          </EmptyState>
        }
      />
    </>
  );
}
