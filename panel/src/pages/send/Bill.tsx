// SPDX-License-Identifier: Apache-2.0
import { Skeleton, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useZone } from "@/api/session";
import { Credits } from "@/components/Credits";
import { formatNumber, formatTime } from "@/i18n/format";
import type { Estimate } from "./draft";
import classes from "./Send.module.css";

/** "at 30/11/2026 08:00 (Europe/Paris)", or "now" */
export function useLeaves() {
  const { t } = useTranslation();
  const zone = useZone();
  return (at: string | null) =>
    at ? t("send:when.leavesAt", { time: formatTime(at, zone), zone }) : t("send:when.leavesNow");
}

export function Bill({ estimate, settled }: { estimate: Estimate | undefined; settled: boolean }) {
  const { t } = useTranslation();
  const leaves = useLeaves();
  if (!estimate) return <Skeleton height={170} aria-label={t("loading")} />;
  const { recipients, parts, credits, credits_left, credits_after, why_later } = estimate;
  const people = recipients.valid.length;
  const short = Number(credits_after) < 0;
  return (
    <section
      className={classes.bill}
      aria-label={t("send:bill.title")}
      aria-busy={!settled}
      data-testid="bill"
    >
      <dl>
        <dt>{t("send:bill.people")}</dt>
        <dd>{formatNumber(people)}</dd>
        {recipients.refused.length > 0 && (
          <>
            <dt>{t("send:bill.leftOut")}</dt>
            <dd>{formatNumber(recipients.refused.length)}</dd>
          </>
        )}
        <dt>{t("send:bill.each")}</dt>
        <dd>{t("send:text.sms", { count: parts })}</dd>
        <dt>{t("send:bill.leaves")}</dt>
        <dd>{leaves(estimate.leaves_at)}</dd>
        <dt>{t("send:bill.now")}</dt>
        <dd>
          <Credits value={credits_left} />
        </dd>
        <dt className={classes.total}>{t("send:bill.costs")}</dt>
        <dd className={classes.total}>
          <Credits value={credits} />
        </dd>
        <dt className={short ? classes.bad : undefined}>{t("send:bill.after")}</dt>
        <dd className={short ? classes.bad : undefined}>
          <Credits value={credits_after} />
        </dd>
      </dl>
      {short && (
        <Text size="xs" mt={8} className={classes.bad}>
          {t("send:bill.short")}
        </Text>
      )}
      {why_later === "hours" && (
        <Text size="xs" mt={8} c="var(--quiet)">
          {t("send:bill.hours")}
        </Text>
      )}
    </section>
  );
}
