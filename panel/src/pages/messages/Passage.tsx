// SPDX-License-Identifier: Apache-2.0
/** The way of a message as a vertical line of hops, each with its time and how long it took. */
import { Button, CopyButton } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Schemas } from "@/api/client";
import { useZone } from "@/api/session";
import { IconCheck, IconCopy } from "@/components/icons";
import { formatNumber, formatTime } from "@/i18n/format";
import { useHopDetail } from "./hops";
import classes from "./Messages.module.css";

export type Whole = Schemas["Message"];

export interface Hop {
  at: string | null;
  what: string;
  detail: string | null;
  took_ms?: number | null;
  fields?: Record<string, unknown> | null;
  hex?: string | null;
}

/** A server that keeps no passage has at least its events. */
export function hopsOf(message: Whole): Hop[] {
  if ("passage" in message && Array.isArray(message.passage)) return message.passage as Hop[];
  return message.events.map(({ at, kind, detail }) => ({ at, what: kind, detail }));
}

function useHopName() {
  const { t, i18n } = useTranslation();
  return (what: string) =>
    i18n.exists(`messages:hop.${what}`)
      ? t(`messages:hop.${what}`)
      : what.replaceAll("_", " ").replace(/^./, (first) => first.toUpperCase());
}

function took(ms: number): string {
  if (ms < 1000) return `${formatNumber(ms)} ms`;
  if (ms < 60_000) return `${formatNumber(ms / 1000, 1)} s`;
  return `${formatNumber(ms / 60_000, 1)} min`;
}

function Fields({ fields }: { fields: Record<string, unknown> }) {
  return (
    <dl className={classes.facts}>
      {Object.entries(fields).map(([name, value]) => (
        <div key={name} style={{ display: "contents" }}>
          <dt>{name}</dt>
          <dd>{typeof value === "object" ? JSON.stringify(value) : String(value)}</dd>
        </div>
      ))}
    </dl>
  );
}

export function Passage({ hops }: { hops: Hop[] }) {
  const { t } = useTranslation();
  const zone = useZone();
  const name = useHopName();
  const detail = useHopDetail();
  return (
    <ol className={classes.passage} aria-label={t("messages:passage")}>
      {hops.map((hop, at) => (
        <li key={at} className={classes.hop}>
          <b>{name(hop.what)}</b>{" "}
          <span className={classes.took}>
            {hop.at && formatTime(hop.at, zone, true)}
            {typeof hop.took_ms === "number" && ` · ${took(hop.took_ms)}`}
          </span>
          {hop.detail && <div>{detail(hop)}</div>}
          {hop.fields && Object.keys(hop.fields).length > 0 && (
            <details>
              <summary>{t("messages:fields")}</summary>
              <Fields fields={hop.fields} />
            </details>
          )}
          {hop.hex && (
            <details>
              <summary>{t("messages:hex")}</summary>
              <pre>{hop.hex.replace(/(..)(?=.)/g, "$1 ")}</pre>
            </details>
          )}
        </li>
      ))}
    </ol>
  );
}

/** What a carrier's support asks for: ids and times in UTC, and not the text. */
function supportText(message: Whole, hops: Hop[]): string {
  const lines = [
    `message ${message.id}`,
    `carrier ids: ${message.carrier_ids.filter(Boolean).join(", ") || "-"}`,
    `carrier: ${message.carrier ?? "-"}`,
    `from ${message.sender} to ${message.recipient}`,
    `parts: ${message.parts}, encoding: ${message.encoding}, state: ${message.state}`,
    `created: ${message.created_at}`,
    `sent: ${message.sent_at ?? "-"}`,
    `done: ${message.done_at ?? "-"}`,
    `receipt: ${message.receipt ?? "-"}`,
    ...hops.map((hop) => `${hop.at ?? "-"} ${hop.what} ${hop.detail ?? ""}`.trimEnd()),
  ];
  return `${lines.join("\n")}\n`;
}

export function CopyForSupport({ message, hops }: { message: Whole; hops: Hop[] }) {
  const { t } = useTranslation();
  return (
    <CopyButton value={supportText(message, hops)}>
      {({ copied, copy }) => (
        <Button
          size="compact-sm"
          variant="default"
          onClick={copy}
          leftSection={copied ? <IconCheck size={14} /> : <IconCopy size={14} />}
        >
          {copied ? t("copied") : t("messages:copySupport")}
        </Button>
      )}
    </CopyButton>
  );
}
