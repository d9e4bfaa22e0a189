// SPDX-License-Identifier: Apache-2.0
import { Alert, Button, Collapse, Text } from "@mantine/core";
import { useDisclosure, useHotkeys, useMediaQuery } from "@mantine/hooks";
import { useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate, useSearchParams } from "react-router-dom";
import { $api } from "@/api/client";
import { problemText } from "@/api/forms";
import { useAccount } from "@/api/session";
import { Credits } from "@/components/Credits";
import { PageHeader } from "@/components/PageHeader";
import { formatPhone } from "@/components/PhoneNumber";
import { PhonePreview } from "@/components/PhonePreview";
import { Bill } from "./Bill";
import { Composer } from "./Composer";
import { ConfirmSending } from "./ConfirmSending";
import { Options } from "./Options";
import { Recipients } from "./Recipients";
import { SenderSelect, firstSender, mayChoose } from "./SenderSelect";
import { When } from "./When";
import {
  type Draft,
  type Estimate,
  type Sent,
  WITH_REPLIES,
  bodyOf,
  dropDraft,
  keepHabits,
  useDraft,
} from "./draft";
import { keepSent } from "./kept";
import { MOST_RECIPIENTS, homeOf, readNumbers } from "./recipients";
import { placesOf } from "./sms";
import { useEstimate } from "./useEstimate";
import { useWhy } from "./why";
import { newKey, newTag } from "./words";
import classes from "./Send.module.css";

function Preview({ text, estimate, from }: { text: string; estimate?: Estimate; from: string }) {
  const clause = estimate?.clause ?? null;
  const leaves = estimate?.text ?? "";
  const own =
    clause && leaves.endsWith(clause) ? leaves.slice(0, -clause.length).trimEnd() : leaves;
  const shown = text ? own || text : "";
  const limits = estimate ? placesOf(shown, estimate.encoding, estimate.part_limits) : [];
  return <PhonePreview from={from} text={shown} clause={clause} limits={limits} />;
}

/** What the API says of each field; what is only missing is said once Send was asked. */
function useProblems(estimate: Estimate | undefined, asked: boolean, alone: boolean) {
  const why = useWhy();
  const { t } = useTranslation();
  return useMemo(() => {
    const fields: Record<string, string> = {};
    let blocked = false;
    for (const { code, field, detail } of estimate?.problems ?? []) {
      blocked = true;
      const key = field ?? (code === "no_credit" ? "credits" : "other");
      if (code === "missing" && !asked) continue;
      fields[key] ??= code === "missing" ? t(`send:missing.${key}`, detail) : why(code, detail);
    }
    // The server stops at the first that is missing; both are said at once.
    if (asked && alone) fields.to ??= t("send:missing.to");
    return { fields, blocked };
  }, [estimate, asked, alone, why, t]);
}

export default function Send() {
  const { t } = useTranslation();
  const account = useAccount();
  const go = useNavigate();
  const home = homeOf(account);
  const [search] = useSearchParams();
  const [draft, change] = useDraft(account.name, givenOf(search, home));
  const choices = $api.useQuery("get", "/api/v1/accounts/{name}/sender-choices", {
    params: { path: { name: account.name } },
  });
  const body = useMemo(() => bodyOf(account.name, draft), [account.name, draft]);
  const { estimate, error, settled } = useEstimate(body);
  const [asked, setAsked] = useState(false);
  const [wanted, setWanted] = useState(false);
  const [refused, setRefused] = useState<Record<string, string>>({});
  const { fields, blocked } = useProblems(estimate, asked, draft.to.length === 0);
  const [key, setKey] = useState<string | null>(null);
  const small = useMediaQuery("(max-width: 61.99em)", undefined, {
    getInitialValueInEffect: false,
  });
  const [preview, { toggle }] = useDisclosure(true);
  const text = useRef<HTMLTextAreaElement>(null);

  // A sender of before that went away, or none chosen yet.
  useEffect(() => {
    if (choices.data && !mayChoose(choices.data, draft.sender))
      change({ sender: firstSender(choices.data) });
  }, [choices.data, draft.sender, change]);

  const set = (part: Partial<Draft>) => {
    setRefused({});
    change(part);
  };
  const from = draft.sender === WITH_REPLIES ? t("send:from.reply") : nameOf(draft.sender);
  const review = () => {
    setAsked(true);
    setWanted(true);
    if (!draft.text) text.current?.focus();
  };
  // Asked for before the server has answered to the last key: it is shown once it has.
  useEffect(() => {
    if (!wanted || !settled) return;
    setWanted(false);
    if (!blocked && draft.to.length <= MOST_RECIPIENTS) setKey(newKey());
  }, [wanted, settled, blocked, draft.to.length]);
  useHotkeys([["mod+Enter", review]], []);
  const tag = useMemo(() => draft.tag.trim() || newTag(), [draft.tag]);
  const onSent = (sent: Sent) => {
    keepHabits(account.name, draft);
    dropDraft(account.name);
    const at = keepSent(account.name, tag, sent);
    go(`/send/${encodeURIComponent(tag)}?at=${encodeURIComponent(at)}`);
  };
  const errors = { ...fields, ...refused };
  const button = (
    <Button onClick={review} size="md" loading={wanted && !settled && error === null}>
      {t(draft.later ? "send:review.later" : "send:review.now")}
    </Button>
  );
  const phone = <Preview text={draft.text} estimate={estimate} from={from} />;

  return (
    <>
      <PageHeader title={t("send:title")} help={small ? undefined : t("send:help")} />
      <div className={classes.layout}>
        <div className={classes.form}>
          <SenderSelect
            choices={choices.data}
            value={draft.sender}
            onChange={(sender) => set({ sender })}
            error={errors.from ?? (choices.error ? problemText(choices.error) : undefined)}
          />
          <Recipients
            value={draft.to}
            onChange={(to) => set({ to })}
            said={estimate?.recipients}
            home={home}
            error={errors.to}
          />
          <Composer
            value={draft.text}
            onChange={(value) => set({ text: value })}
            estimate={estimate}
            settled={settled}
            error={errors.text}
            inputRef={text}
          />
          {small && draft.text && (
            <div className={classes.phone}>
              <Button size="compact-xs" variant="subtle" onClick={toggle} aria-expanded={preview}>
                {t(preview ? "send:preview.hide" : "send:preview.show")}
              </Button>
              <Collapse in={preview}>{phone}</Collapse>
            </div>
          )}
          <When
            later={draft.later}
            at={draft.at}
            zone={account.timezone}
            onChange={set}
            error={errors.at}
          />
          <Options draft={draft} onChange={set} error={errors.tag} />
        </div>
        <div className={classes.side}>
          {!small && <div className={classes.phone}>{phone}</div>}
          <Bill estimate={estimate} settled={settled} />
          {(errors.other ?? errors.credits ?? errors.account) && (
            <Alert color="red" role="alert">
              {errors.other ?? errors.credits ?? errors.account}
            </Alert>
          )}
          {error !== null && (
            <Alert color="red" role="alert">
              {problemText(error)}
            </Alert>
          )}
          {!small && button}
        </div>
      </div>
      {small && (
        <div className={classes.bar}>
          <Text size="sm" component="div" lh={1.3}>
            {estimate && (
              <>
                <div>{t("send:to.count", { count: estimate.recipients.valid.length })}</div>
                <Text size="xs" c="var(--quiet)" component="div">
                  {t("send:text.sms", { count: estimate.parts })} ·{" "}
                  <Credits value={estimate.credits} />
                </Text>
              </>
            )}
          </Text>
          {button}
        </div>
      )}
      {key !== null && estimate && (
        <ConfirmSending
          body={{ ...body, tag }}
          idempotencyKey={key}
          estimate={estimate}
          from={from}
          onClose={() => setKey(null)}
          onSent={onSent}
          onField={(field, said) => setRefused({ [field]: said })}
        />
      )}
    </>
  );
}

function nameOf(sender: string | null): string {
  if (sender === null) return "";
  return /^\d{7,}$/.test(sender) ? formatPhone(`+${sender}`) : sender;
}

/** "/send?to=+33612345678&text=…": from a contact, from a thread. */
function givenOf(search: URLSearchParams, home: ReturnType<typeof homeOf>): Partial<Draft> {
  const given: Partial<Draft> = {};
  const to = search.get("to");
  const text = search.get("text");
  if (to) given.to = readNumbers(to.replace(/^ /, "+"), home);
  if (text) given.text = text;
  return given;
}
