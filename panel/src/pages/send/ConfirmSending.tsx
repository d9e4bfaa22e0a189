// SPDX-License-Identifier: Apache-2.0
/** The last look: how many, how much, when, and who is left out and why. */
import { Alert, Button, Group, Modal, ScrollArea, Stack, Text } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, must } from "@/api/client";
import { problemText } from "@/api/forms";
import { problemOf } from "@/api/problem";
import { Credits } from "@/components/Credits";
import { formatPhone } from "@/components/PhoneNumber";
import { useLeaves } from "./Bill";
import type { Estimate, Sending, Sent } from "./draft";
import { useWhy } from "./why";
import classes from "./Send.module.css";

interface ConfirmProps {
  body: Sending;
  /** The same request is one sending, however often it is tried. */
  idempotencyKey: string;
  estimate: Estimate;
  from: string;
  onClose: () => void;
  onSent: (sent: Sent) => void;
  onField: (field: string, text: string) => void;
}

function LeftOut({ refused }: { refused: Estimate["recipients"]["refused"] }) {
  const { t } = useTranslation();
  const why = useWhy();
  if (refused.length === 0) return null;
  return (
    <section aria-label={t("send:confirm.leftOut", { count: refused.length })}>
      <Text size="sm" fw={600} mb={2}>
        {t("send:confirm.leftOut", { count: refused.length })}
      </Text>
      <ScrollArea.Autosize mah={140} type="auto">
        {refused.map(({ to, code, detail }) => (
          <Text key={to} size="sm" c="var(--quiet)">
            {t("send:to.reason", { number: formatPhone(to), why: why(code, detail) })}
          </Text>
        ))}
      </ScrollArea.Autosize>
    </section>
  );
}

export function ConfirmSending(props: ConfirmProps) {
  const { body, idempotencyKey, estimate, from, onClose, onSent, onField } = props;
  const { t } = useTranslation();
  const leaves = useLeaves();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const count = estimate.recipients.valid.length;
  const later = estimate.leaves_at !== null;
  const send = async () => {
    setBusy(true);
    setProblem(null);
    try {
      const sent = await must(
        api.POST("/api/v1/messages", {
          body,
          params: { header: { "Idempotency-Key": idempotencyKey } },
        }),
      );
      onSent(sent as Sent);
    } catch (error) {
      const { field } = problemOf(error);
      if (field) onField(field, problemText(error));
      setProblem(problemText(error));
      setBusy(false);
    }
  };
  return (
    <Modal
      opened
      onClose={onClose}
      title={t(later ? "send:confirm.titleLater" : "send:confirm.title", { count })}
      closeButtonProps={{ "aria-label": t("close") }}
      centered
    >
      <Stack gap="md">
        <dl className={classes.facts}>
          <dt>{t("send:confirm.from")}</dt>
          <dd>{from}</dd>
          <dt>{t("send:confirm.sms")}</dt>
          <dd>
            {t("send:confirm.smsEach", {
              people: t("send:to.count", { count }),
              sms: t("send:text.sms", { count: estimate.parts }),
            })}
          </dd>
          <dt>{t("send:confirm.costs")}</dt>
          <dd>
            <Credits value={estimate.credits} />
          </dd>
          <dt>{t("send:bill.after")}</dt>
          <dd>
            <Credits value={estimate.credits_after} />
          </dd>
          <dt>{t("send:bill.leaves")}</dt>
          <dd>{leaves(estimate.leaves_at)}</dd>
        </dl>
        {estimate.why_later === "hours" && (
          <Text size="sm" c="var(--quiet)">
            {t("send:bill.hours")}
          </Text>
        )}
        <LeftOut refused={estimate.recipients.refused} />
        {problem && (
          <Alert color="red" role="alert">
            {problem}
          </Alert>
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t("send:confirm.back")}
          </Button>
          <Button onClick={send} loading={busy} data-autofocus>
            {t(later ? "send:confirm.schedule" : "send:confirm.send")}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
