// SPDX-License-Identifier: Apache-2.0
import { Anchor, Text, Title } from "@mantine/core";
import { parsePhoneNumberFromString } from "libphonenumber-js/min";
import { useTranslation } from "react-i18next";
import { Link } from "react-router-dom";
import { useMay } from "@/api/session";
import { formatPhone } from "@/components/PhoneNumber";
import { ExactTime, RelativeTime } from "@/components/RelativeTime";
import { Badge } from "@/components/StateBadge";
import type { Thread } from "./useThreads";
import classes from "./Chat.module.css";

function Who({ label, who }: { label: string; who: Thread["seen_by"] }) {
  if (!who) return null;
  return (
    <>
      <dt>{label}</dt>
      <dd>
        {who.name}, <RelativeTime at={who.at} />
      </dd>
    </>
  );
}

/** With whom: the phone, the state of the conversation, who of us saw and answered. */
export function Contact({ thread, quarantined }: { thread: Thread; quarantined: boolean }) {
  const { t, i18n } = useTranslation();
  const may = useMay();
  const country = parsePhoneNumberFromString(thread.phone)?.country;
  const digits = encodeURIComponent(thread.phone);
  return (
    <div className={classes.contact}>
      <Title order={2} size="h3">
        {formatPhone(thread.phone)}
      </Title>
      {country && (
        <Text size="sm" c="var(--quiet)">
          {new Intl.DisplayNames([i18n.language], { type: "region" }).of(country)}
        </Text>
      )}
      <dl>
        <dt>{t("chat:contact.state")}</dt>
        <dd>
          {quarantined ? (
            <Badge tone="bad">{t("chat:contact.quarantined")}</Badge>
          ) : (
            <Badge tone={thread.open ? "good" : "wait"}>
              {t(thread.open ? "chat:contact.open" : "chat:contact.closed")}
            </Badge>
          )}
        </dd>
        {thread.open && thread.until_at && !quarantined && (
          <>
            <dt>{t("chat:contact.until")}</dt>
            <dd>
              <ExactTime at={thread.until_at} />
            </dd>
          </>
        )}
        {thread.number && (
          <>
            <dt>{t("chat:contact.number")}</dt>
            <dd>{thread.number}</dd>
          </>
        )}
        <Who label={t("chat:contact.seen")} who={thread.seen_by} />
        <Who label={t("chat:contact.answered")} who={thread.answered_by} />
      </dl>
      <ul>
        {may("send") && !quarantined && (
          <li>
            <Anchor component={Link} size="sm" to={`/send?to=${digits}`}>
              {t("chat:contact.write")}
            </Anchor>
          </li>
        )}
        {may("view") && (
          <>
            <li>
              <Anchor component={Link} size="sm" to={`/messages/sent?to=${digits}`}>
                {t("chat:contact.sent")}
              </Anchor>
            </li>
            <li>
              <Anchor component={Link} size="sm" to={`/messages/received?from=${digits}`}>
                {t("chat:contact.received")}
              </Anchor>
            </li>
          </>
        )}
        {may("own") && (
          <li>
            <Anchor component={Link} size="sm" to="/automatic/quarantine">
              {t("chat:contact.quarantine")}
            </Anchor>
          </li>
        )}
      </ul>
    </div>
  );
}
