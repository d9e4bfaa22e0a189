// SPDX-License-Identifier: Apache-2.0
import { Group, Skeleton, Stack, Text, Title } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link } from "react-router-dom";
import { $api, type Schemas, withQuery } from "@/api/client";
import { problemText } from "@/api/forms";
import { useAccounts, useMay } from "@/api/session";
import { Credits } from "@/components/Credits";
import { PhoneNumber } from "@/components/PhoneNumber";
import { ExactTime } from "@/components/RelativeTime";
import { StateBadge } from "@/components/StateBadge";
import { serverText } from "@/i18n/server";
import { CancelMessage } from "./CancelMessage";
import { CopyForSupport, Passage } from "./Passage";
import classes from "./Messages.module.css";

function Facts({ message }: { message: Schemas["Message"] }) {
  const { t } = useTranslation();
  const { account } = useAccounts();
  const may = useMay();
  return (
    <dl className={classes.facts}>
      <dt>{t("messages:column.to")}</dt>
      <dd>
        <PhoneNumber value={message.recipient} thread={account !== null && may("view", "chat")} />
      </dd>
      <dt>{t("messages:column.from")}</dt>
      <dd>{message.sender}</dd>
      <dt>{t("messages:column.state")}</dt>
      <dd>
        <StateBadge state={message.state} />
        {message.ptt_meaning && message.state !== "delivered" && (
          <Text size="sm">{serverText(message.ptt_meaning)}</Text>
        )}
      </dd>
      {message.state === "scheduled" && (
        <>
          <dt>{t("messages:column.due")}</dt>
          <dd>
            <ExactTime at={message.due_at} />
          </dd>
        </>
      )}
      <dt>{t("messages:column.parts")}</dt>
      <dd>
        {t("send:text.sms", { count: message.parts })} · {t(`send:encoding.${message.encoding}`)}
      </dd>
      <dt>{t("messages:column.credits")}</dt>
      <dd>
        <Credits value={message.credits} bare />
      </dd>
      {message.tag && (
        <>
          <dt>{t("messages:column.tag")}</dt>
          <dd>
            <Link
              to={withQuery(`/send/${encodeURIComponent(message.tag)}`, { at: message.created_at })}
            >
              {message.tag}
            </Link>
          </dd>
        </>
      )}
      {message.carrier && (
        <>
          <dt>{t("messages:column.carrier")}</dt>
          <dd>{message.carrier}</dd>
        </>
      )}
      <dt>{t("messages:id")}</dt>
      <dd>{message.id}</dd>
    </dl>
  );
}

/** A message and its whole way, in a drawer or on a page of its own. */
export function MessageDetail({ id, onCancelled }: { id: string; onCancelled?: () => void }) {
  const { t } = useTranslation();
  const may = useMay();
  const query = $api.useQuery("get", "/api/v1/messages/{id}", { params: { path: { id } } });
  if (query.isPending) return <Skeleton height={320} aria-label={t("loading")} />;
  if (query.isError) return <Text>{problemText(query.error)}</Text>;
  const message = query.data;
  return (
    <Stack gap="md">
      {message.text !== null ? (
        <p className={classes.text} lang="">
          {message.text}
        </p>
      ) : (
        <Text size="sm" c="var(--quiet)" fs="italic">
          {t("messages:textGone")}
        </Text>
      )}
      <Facts message={message} />
      <Group gap="xs">
        {message.state === "scheduled" && may("send") && (
          <CancelMessage
            message={message}
            onDone={() => {
              void query.refetch();
              onCancelled?.();
            }}
          />
        )}
        <CopyForSupport message={message} />
      </Group>
      <section>
        <Title order={3} mb="xs">
          {t("messages:passage")}
        </Title>
        <Passage hops={message.passage} />
      </section>
    </Stack>
  );
}
