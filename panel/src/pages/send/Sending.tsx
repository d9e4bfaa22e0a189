// SPDX-License-Identifier: Apache-2.0
/** A sending on its way: what has become of each message, as it happens. */
import { Alert, Anchor, Button, Group, Paper, Skeleton, Stack, Text, Title } from "@mantine/core";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useParams, useSearchParams } from "react-router-dom";
import { api, withQuery } from "@/api/client";
import { problemText, showDone } from "@/api/forms";
import { useAccount, useMay } from "@/api/session";
import { ConfirmButton } from "@/components/ConfirmButton";
import { Credits } from "@/components/Credits";
import { EmptyState } from "@/components/EmptyState";
import { PageHeader } from "@/components/PageHeader";
import { PhoneNumber, formatPhone } from "@/components/PhoneNumber";
import { RelativeTime } from "@/components/RelativeTime";
import { StateBadge } from "@/components/StateBadge";
import { formatNumber, formatTime } from "@/i18n/format";
import { useLeaves } from "./Bill";
import type { Sent } from "./draft";
import {
  COLOUR_OF,
  HEAPS,
  type Heap,
  type Row,
  STATES_OF,
  causeOf,
  countsOf,
  heapOf,
} from "./progress";
import { useSending } from "./useSending";
import { useWhy } from "./why";
import classes from "./Sending.module.css";

const ROWS_FIRST = 100;
const AT_ONCE = 6;

function Bar({ rows, tag }: { rows: Row[]; tag: string }) {
  const { t } = useTranslation();
  const counts = countsOf(rows);
  const there = HEAPS.filter((heap) => counts[heap] > 0 || heap === "delivered");
  const link = (heap: Heap) =>
    withQuery("/messages/sent", { tag, state: STATES_OF[heap].join(",") });
  return (
    <section aria-label={t("send:sending.progress")}>
      <div className={classes.bar} aria-hidden>
        {HEAPS.filter((heap) => counts[heap] > 0).map((heap) => (
          <div
            key={heap}
            className={classes.piece}
            style={{ flexGrow: counts[heap], background: COLOUR_OF[heap] }}
          />
        ))}
      </div>
      <ul className={classes.heaps} aria-live="polite">
        {there.map((heap) => (
          <li key={heap}>
            <Link to={link(heap)} className={classes.heap} data-heap={heap}>
              <i style={{ background: COLOUR_OF[heap] }} aria-hidden />
              <b>{formatNumber(counts[heap])}</b>
              <span>{t(`send:sending.heap.${heap}`, { count: counts[heap] })}</span>
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Failures({ rows }: { rows: Row[] }) {
  const { t } = useTranslation();
  const causes = new Map<string, number>();
  for (const row of rows.filter((each) => STATES_OF.failed.includes(each.state))) {
    const cause = causeOf(row, (state) => t(`stateHelp.${state}`));
    causes.set(cause, (causes.get(cause) ?? 0) + 1);
  }
  if (causes.size === 0) return null;
  return (
    <Paper withBorder p="sm" component="section">
      <Title order={2} size="h3" mb={4}>
        {t("send:sending.failures")}
      </Title>
      {[...causes]
        .sort((a, b) => b[1] - a[1])
        .map(([cause, count]) => (
          <div key={cause} className={classes.cause}>
            <b>{formatNumber(count)}</b>
            <span>{cause}</span>
          </div>
        ))}
    </Paper>
  );
}

function LeftOut({ sent }: { sent: Sent }) {
  const { t } = useTranslation();
  const why = useWhy();
  if (sent.refused.length + sent.doubles.length === 0) return null;
  return (
    <Paper withBorder p="sm" component="section">
      <Title order={2} size="h3" mb={4}>
        {t("send:sending.leftOut")}
      </Title>
      {sent.refused.map(({ to, code, detail }) => (
        <Text key={to} size="sm">
          {t("send:to.reason", { number: formatPhone(to), why: why(code, detail) })}
        </Text>
      ))}
      {sent.doubles.length > 0 && (
        <Text size="sm" c="var(--quiet)">
          {t("send:to.doubles", { count: sent.doubles.length })}
        </Text>
      )}
    </Paper>
  );
}

function Rows({ rows }: { rows: Row[] }) {
  const { t } = useTranslation();
  const may = useMay();
  const [all, setAll] = useState(false);
  const failed = rows.filter((row) => STATES_OF.failed.includes(row.state));
  const others = rows.filter((row) => !STATES_OF.failed.includes(row.state));
  const sorted = [...failed, ...others];
  const shown = all ? sorted : sorted.slice(0, ROWS_FIRST);
  return (
    <section>
      <table className={classes.rows} aria-label={t("send:sending.rows")}>
        <thead>
          <tr>
            <th scope="col">{t("send:sending.to")}</th>
            <th scope="col">{t("send:sending.state")}</th>
            <th scope="col">{t("send:sending.at")}</th>
          </tr>
        </thead>
        <tbody>
          {shown.map((row) => (
            <tr key={row.id}>
              <td>
                <PhoneNumber value={row.to} thread={may("chat")} />
              </td>
              <td>
                <Link to={`/messages/${row.id}`} style={{ textDecoration: "none" }}>
                  <StateBadge state={row.state} />
                </Link>
              </td>
              <td>
                <RelativeTime at={row.at} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {shown.length < sorted.length && (
        <Button variant="subtle" mt="xs" onClick={() => setAll(true)}>
          {t("send:sending.all", { count: sorted.length, text: formatNumber(sorted.length) })}
        </Button>
      )}
    </section>
  );
}

/** Some may leave while the others are taken back: it says how many it was. */
async function cancelAll(rows: Row[]): Promise<number> {
  const waiting = rows.filter((row) => row.state === "scheduled").map((row) => row.id);
  let taken = 0;
  const work = async () => {
    for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
      const { error } = await api.POST("/api/v1/messages/{id}/cancel", {
        params: { path: { id } },
      });
      if (error === undefined) taken++;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return taken;
}

export default function Sending() {
  const { t } = useTranslation();
  const account = useAccount();
  const may = useMay();
  const leaves = useLeaves();
  const { tag = "" } = useParams();
  const [search] = useSearchParams();
  const at = search.get("at");
  const { rows, error, kept, reload } = useSending(account.name, tag, at);
  const waiting = useMemo(() => rows?.filter((row) => row.state === "scheduled") ?? [], [rows]);
  const leavesAt = kept?.sent.at ?? waiting[0]?.at ?? null;
  const cancel = async () => {
    const count = await cancelAll(waiting);
    showDone(t("send:sending.cancelled", { count }));
    await reload();
  };
  const moving = rows?.some((row) => ["waiting", "sent"].includes(heapOf(row.state))) ?? true;
  const title =
    waiting.length > 0
      ? "send:sending.titleLater"
      : moving
        ? "send:sending.title"
        : "send:sending.titleDone";
  return (
    <>
      <PageHeader
        title={t(title)}
        help={at && t("send:sending.help", { time: formatTime(at, account.timezone), tag })}
      >
        {waiting.length > 0 && may("send") && (
          <ConfirmButton
            title={t("send:sending.cancelTitle", { count: waiting.length })}
            question={t("send:sending.cancelQuestion")}
            verb={t("send:sending.cancelVerb")}
            danger
            onConfirm={cancel}
          >
            {t("send:sending.cancel")}
          </ConfirmButton>
        )}
        {may("send") && (
          <Button component={Link} to="/send">
            {t("send:sending.another")}
          </Button>
        )}
      </PageHeader>
      {error !== null && !rows && <Alert color="red">{problemText(error)}</Alert>}
      {!rows && error === null && <Skeleton height={180} aria-label={t("loading")} />}
      {rows?.length === 0 && (
        <EmptyState
          title={t("send:sending.none")}
          action={
            <Anchor component={Link} to="/messages/sent">
              {t("send:sending.toSent")}
            </Anchor>
          }
        >
          {t("send:sending.noneHelp")}
        </EmptyState>
      )}
      {rows && rows.length > 0 && (
        <Stack gap="lg">
          <Bar rows={rows} tag={tag} />
          {waiting.length > 0 && (
            <Text size="sm">
              {t("send:sending.leaves", { count: waiting.length, when: leaves(leavesAt) })}
            </Text>
          )}
          {kept && (
            <Group gap={6}>
              <Text size="sm" c="var(--quiet)">
                {t("send:sending.cost")} <Credits value={kept.sent.credits} /> ·{" "}
                {t("send:bill.after")} <Credits value={kept.sent.credits_left} />
              </Text>
            </Group>
          )}
          <Failures rows={rows} />
          {kept && <LeftOut sent={kept.sent} />}
          <Rows rows={rows} />
        </Stack>
      )}
    </>
  );
}
