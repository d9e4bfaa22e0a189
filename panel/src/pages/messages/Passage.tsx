// SPDX-License-Identifier: Apache-2.0
/** The way of a message as a vertical line of hops, each with its time and how long it took. */
import { Button, CopyButton, Text } from "@mantine/core";
import { Fragment } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "@/api/client";
import { useZone } from "@/api/session";
import { IconCheck, IconCopy } from "@/components/icons";
import { formatNumber, formatTime } from "@/i18n/format";
import { useHopDetail } from "./hops";
import classes from "./Messages.module.css";
import { supportText } from "./support";

type Message = Schemas["Message"];
export type Hop = Schemas["PassageHop"];
type Fields = NonNullable<Hop["fields"]>;

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

/** Ours are in the reader's words; those of a PDU keep the names that carriers know. */
function useFieldTexts() {
  const { t, i18n } = useTranslation();
  const zone = useZone();
  const label = (name: string) =>
    i18n.exists(`messages:field.${name}`) ? t(`messages:field.${name}`) : name;
  const text = (name: string, value: string) => {
    if (name === "valid_until") return formatTime(value, zone, true);
    const key = `messages:value.${name}.${value}`;
    return (name === "by" || name === "from") && i18n.exists(key) ? t(key) : value;
  };
  return (name: string, value: string | null): [label: string, text: string] => [
    label(name),
    value === null ? "–" : text(name, value),
  ];
}

function FieldList({ fields }: { fields: Fields }) {
  const texts = useFieldTexts();
  return (
    <dl className={classes.facts}>
      {Object.entries(fields).map(([name, value]) => {
        const [label, text] = texts(name, value);
        return (
          <Fragment key={name}>
            <dt>{label}</dt>
            <dd>{text}</dd>
          </Fragment>
        );
      })}
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
          {hop.fields && (
            <details>
              <summary>{t("messages:fields")}</summary>
              <FieldList fields={hop.fields} />
              {hop.what === "submitted" && (
                <Text size="xs" c="var(--quiet)">
                  {t("messages:bytesNotKept")}
                </Text>
              )}
            </details>
          )}
        </li>
      ))}
    </ol>
  );
}

export function CopyForSupport({ message }: { message: Message }) {
  const { t } = useTranslation();
  return (
    <CopyButton value={supportText(message)}>
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
