// SPDX-License-Identifier: Apache-2.0
/** What waits for a person; each line leads to where it is done. */
import { Group, Paper, Skeleton, Text, Title } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link } from "react-router-dom";
import { $api } from "@/api/client";
import { useAccountFilter, useAccounts, useMay, useMember } from "@/api/session";
import { unreadText, useUnread } from "@/api/unread";
import { IconAlert, IconCheck } from "@/components/icons";
import { formatCredits } from "@/i18n/format";

const FEW_CREDITS = 100;
const MOST = 100;

interface Task {
  key: string;
  text: string;
  to: string;
}

function useTasks(): { tasks: Task[]; pending: boolean } {
  const { t } = useTranslation();
  const may = useMay();
  const { account } = useAccounts();
  const member = useMember();
  const filter = useAccountFilter();
  const doubtful = $api.useQuery(
    "get",
    "/api/v1/messages",
    { params: { query: { ...filter, state: ["in_doubt"], limit: MOST } } },
    { enabled: may("view") },
  );
  const threads = useUnread();
  const waiting = $api.useQuery(
    "get",
    "/api/v1/senders",
    { params: { query: { state: "waiting" } } },
    { enabled: member.operator },
  );
  const tasks: Task[] = [];
  if (threads > 0)
    tasks.push({
      key: "unread",
      text: t("home:task.unread", { count: threads, text: unreadText(threads) }),
      to: "/chat?state=unread",
    });
  const senders = waiting.data?.items.length ?? 0;
  if (senders > 0)
    tasks.push({
      key: "senders",
      text: t("home:task.senders", { count: senders }),
      to: "/operator/validation",
    });
  const doubts = doubtful.data?.items.length ?? 0;
  if (doubts > 0)
    tasks.push({
      key: "doubt",
      text: t("home:task.doubt", { count: doubts }),
      to: "/messages/sent?state=in_doubt",
    });
  const credits = Number(account?.credits);
  if (account && credits < FEW_CREDITS)
    tasks.push({
      key: "credits",
      text:
        credits > 0
          ? t("home:task.credits", { count: credits, credits: formatCredits(account.credits) })
          : t("home:task.noCredits"),
      to: member.operator
        ? `/operator/accounts/${encodeURIComponent(account.name)}`
        : "/statistics",
    });
  if (!member.totp) tasks.push({ key: "totp", text: t("home:task.totp"), to: "/me" });
  return { tasks, pending: doubtful.isLoading || waiting.isLoading };
}

export function ToDo() {
  const { t } = useTranslation();
  const { tasks, pending } = useTasks();
  return (
    <Paper withBorder p="sm" component="section">
      <Title order={2} size="h3" mb="xs">
        {t("home:toDo")}
      </Title>
      {pending && <Skeleton height={22} />}
      {!pending && tasks.length === 0 && (
        <Group gap={6}>
          <IconCheck size={16} aria-hidden />
          <Text size="sm">{t("home:task.none")}</Text>
        </Group>
      )}
      <ul style={{ margin: 0, padding: 0, listStyle: "none" }}>
        {tasks.map(({ key, text, to }) => (
          <li key={key} style={{ marginBottom: 4 }}>
            <Group gap={6} wrap="nowrap" align="flex-start">
              <IconAlert size={16} aria-hidden style={{ flexShrink: 0, marginTop: 3 }} />
              <Text size="sm">
                <Link to={to}>{text}</Link>
              </Text>
            </Group>
          </li>
        ))}
      </ul>
    </Paper>
  );
}
