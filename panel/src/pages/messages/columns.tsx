// SPDX-License-Identifier: Apache-2.0
import { Text } from "@mantine/core";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "@/api/client";
import { useAccounts, useMay } from "@/api/session";
import { Credits } from "@/components/Credits";
import type { Column, Filter } from "@/components/DataTable";
import { PhoneNumber } from "@/components/PhoneNumber";
import { ExactTime, RelativeTime } from "@/components/RelativeTime";
import { MESSAGE_STATES, StateBadge } from "@/components/StateBadge";
import { serverText } from "@/i18n/server";
import classes from "./Messages.module.css";

export type MessageRow = Schemas["MessageRow"];

export function Words({ text }: { text: string | null }) {
  const { t } = useTranslation();
  if (text === null)
    return (
      <Text span size="sm" c="var(--quiet)" fs="italic">
        {t("messages:textGone")}
      </Text>
    );
  return (
    <span className={classes.words} lang="">
      {text}
    </span>
  );
}

/** All columns of messages; the list of an operator over all accounts has one order, time. */
export function useMessageColumns(scheduled: boolean): Column<MessageRow>[] {
  const { t } = useTranslation();
  const { account } = useAccounts();
  const may = useMay();
  const thread = account !== null && may("view", "chat");
  return useMemo(() => {
    const sorted = (word: string) => (account ? word : undefined);
    const due: Column<MessageRow> = {
      key: "due",
      label: t("messages:column.due"),
      render: (row) => <ExactTime at={row.due_at} />,
      width: 150,
      optional: !scheduled,
    };
    const at: Column<MessageRow> = {
      key: "at",
      label: t("messages:column.at"),
      sort: "at",
      render: (row) => <RelativeTime at={row.created_at} />,
      width: 120,
    };
    const columns: Column<MessageRow>[] = [
      ...(scheduled ? [due, at] : [at]),
      {
        key: "to",
        label: t("messages:column.to"),
        sort: sorted("to"),
        render: (row) => <PhoneNumber value={row.recipient} thread={thread} />,
        width: 160,
      },
      {
        key: "from",
        label: t("messages:column.from"),
        sort: sorted("from"),
        render: (row) => row.sender,
        width: 120,
      },
      {
        key: "text",
        label: t("messages:column.text"),
        render: (row) => <Words text={row.text} />,
      },
      {
        key: "state",
        label: t("messages:column.state"),
        sort: sorted("state"),
        render: (row) => <StateBadge state={row.state} />,
        width: 130,
        optional: scheduled,
      },
      {
        key: "parts",
        label: t("messages:column.parts"),
        sort: sorted("parts"),
        render: (row) => row.parts,
        align: "right",
        width: 70,
      },
      {
        key: "credits",
        label: t("messages:column.credits"),
        sort: sorted("credits"),
        render: (row) => <Credits value={row.credits} bare />,
        align: "right",
        width: 80,
      },
      {
        key: "tag",
        label: t("messages:column.tag"),
        render: (row) => row.tag ?? "–",
        optional: true,
      },
      ...(scheduled
        ? []
        : [
            due,
            {
              key: "sent_at",
              label: t("messages:column.sentAt"),
              render: (row: MessageRow) => <ExactTime at={row.sent_at} seconds />,
              optional: true,
            },
            {
              key: "done_at",
              label: t("messages:column.doneAt"),
              render: (row: MessageRow) => <ExactTime at={row.done_at} seconds />,
              optional: true,
            },
            {
              key: "receipt",
              label: t("messages:column.why"),
              render: (row: MessageRow) => (row.ptt_meaning ? serverText(row.ptt_meaning) : "–"),
              optional: true,
            },
          ]),
      {
        key: "carrier",
        label: t("messages:column.carrier"),
        render: (row) => row.carrier ?? "–",
        optional: true,
      },
      {
        key: "user",
        label: t("messages:column.user"),
        render: (row) => row.user ?? "–",
        optional: true,
      },
      {
        key: "account",
        label: t("messages:column.account"),
        render: (row) => row.account ?? "–",
        optional: account !== null,
      },
    ];
    return columns;
  }, [t, account, thread, scheduled]);
}

export function useMessageFilters(scheduled: boolean): Filter[] {
  const { t } = useTranslation();
  return useMemo(() => {
    const state: Filter = {
      name: "state",
      label: t("messages:column.state"),
      kind: "choices",
      choices: MESSAGE_STATES.filter((each) => each !== "scheduled").map((value) => ({
        value,
        label: t(`state.${value}`),
      })),
    };
    const rare: Filter[] = [
      { name: "word", label: t("messages:filter.word"), kind: "text", rare: true },
      {
        name: "kind",
        label: t("messages:filter.kind"),
        kind: "choice",
        choices: [{ value: "all", label: t("messages:filter.all") }],
        rare: true,
      },
      { name: "done_since", label: t("messages:filter.doneSince"), kind: "since", rare: true },
      { name: "done_until", label: t("messages:filter.doneUntil"), kind: "until", rare: true },
    ];
    return [
      { name: "to", label: t("messages:column.to"), kind: "text" },
      { name: "from", label: t("messages:column.from"), kind: "text" },
      { name: "text", label: t("messages:filter.text"), kind: "text" },
      ...(scheduled ? [] : [state]),
      { name: "tag", label: t("messages:column.tag"), kind: "text" },
      {
        name: "parts",
        label: t("messages:column.parts"),
        kind: "choice",
        choices: ["1", "2", "3", "4", "5", "6", "7", "8"].map((value) => ({ value, label: value })),
      },
      { name: "since", label: t("messages:filter.since"), kind: "since" },
      { name: "until", label: t("messages:filter.until"), kind: "until" },
      ...(scheduled ? [] : rare),
    ];
  }, [t, scheduled]);
}
