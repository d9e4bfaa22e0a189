// SPDX-License-Identifier: Apache-2.0
/** The text, with the characters that cost marked where they stand, and what it makes of SMS. */
import { Button, Input, VisuallyHidden } from "@mantine/core";
import { useId } from "@mantine/hooks";
import { Fragment, type ReactNode, type Ref, useEffect, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { formatNumber } from "@/i18n/format";
import type { Estimate } from "./draft";
import { weigh } from "./sms";
import classes from "./Composer.module.css";

const HINTS_MOST = 4;

interface Mark {
  at: number;
  length: number;
  kind: "forcing" | "double";
}

/** Only marks that still stand on their character: the text may have moved on since. */
function marksOf(text: string, estimate: Estimate | undefined): Mark[] {
  if (!estimate) return [];
  const marks: Mark[] = [];
  for (const { at, length, character } of estimate.forcing)
    if (text.startsWith(character, at)) marks.push({ at, length, kind: "forcing" });
  for (const { at } of estimate.extension)
    if (/[\f^{}\\[~\]|€]/.test(text.charAt(at))) marks.push({ at, length: 1, kind: "double" });
  return marks.sort((a, b) => a.at - b.at);
}

function Marked({ text, marks }: { text: string; marks: Mark[] }) {
  const out: ReactNode[] = [];
  let done = 0;
  for (const { at, length, kind } of marks) {
    out.push(<Fragment key={`t${at}`}>{text.slice(done, at)}</Fragment>);
    out.push(
      <mark key={`m${at}`} data-kind={kind}>
        {text.slice(at, at + length)}
      </mark>,
    );
    done = at + length;
  }
  return (
    <div className={classes.marks} aria-hidden>
      {out}
      {text.slice(done)}
      {"\u200b"}
    </div>
  );
}

/** "142 / 160 · 1 SMS · GSM-7": the writer's own units, and the room of its parts. */
export function counterOf(estimate: Estimate): { used: number; limit: number } {
  const limits = estimate.part_limits;
  const limit = limits[Math.max(1, estimate.parts) - 1];
  if (limit === undefined)
    return { used: estimate.units, limit: estimate.units + estimate.room_left };
  return { used: estimate.parts === 0 ? 0 : Math.max(0, limit - estimate.room_left), limit };
}

interface CounterProps {
  text: string;
  estimate: Estimate | undefined;
  settled: boolean;
}

function Counter({ text, estimate, settled }: CounterProps) {
  const { t } = useTranslation();
  const said = useMemo(() => {
    const own = weigh(text); // until the server has said it
    const { parts, encoding } = estimate ?? own;
    const { used, limit } = estimate ? counterOf(estimate) : { used: own.units, limit: own.limit };
    const sms = t("send:text.sms", { count: parts });
    const room = `${formatNumber(used)} / ${formatNumber(limit)}`;
    return `${room} · ${sms} · ${t(`send:encoding.${encoding}`)}`;
  }, [text, estimate, t]);
  return (
    <div className={classes.counter} data-old={!settled || undefined} data-testid="counter">
      <span>{said}</span>
    </div>
  );
}

/** Told to a screen reader when it changes, not at every key. */
function SpokenCounter({ estimate }: { estimate: Estimate | undefined }) {
  const { t } = useTranslation();
  const [said, setSaid] = useState("");
  const next = estimate
    ? `${t("send:text.sms", { count: estimate.parts })}, ${t(`send:encoding.${estimate.encoding}`)}`
    : "";
  useEffect(() => setSaid(next), [next]);
  return <VisuallyHidden role="status">{said}</VisuallyHidden>;
}

function Forcing(props: { estimate: Estimate; text: string; onChange: (text: string) => void }) {
  const { estimate, text, onChange } = props;
  const { t } = useTranslation();
  const distinct = [...new Map(estimate.forcing.map((each) => [each.character, each])).values()];
  const there = distinct.filter(({ character }) => text.includes(character));
  const curable = there.filter(({ replacement }) => replacement !== null);
  if (there.length === 0 || estimate.encoding !== "ucs2") return null;
  const cure = (which: typeof there) =>
    onChange(
      which.reduce(
        (out, { character, replacement }) => out.replaceAll(character, replacement ?? ""),
        text,
      ),
    );
  return (
    <>
      {there.slice(0, HINTS_MOST).map((each) => (
        <li key={each.character}>
          <span className={classes.forcing}>
            {t("send:text.forces", { character: each.character })}
          </span>
          {each.replacement !== null && (
            <Button size="compact-xs" variant="default" onClick={() => cure([each])}>
              {each.replacement
                ? t("send:text.replace", { character: each.replacement })
                : t("send:text.leaveOut")}
            </Button>
          )}
        </li>
      ))}
      {(there.length > HINTS_MOST || curable.length > 1) && (
        <li>
          {there.length > HINTS_MOST && (
            <span className={classes.forcing}>
              {t("send:text.forcesMore", { count: there.length - HINTS_MOST })}
            </span>
          )}
          {curable.length > 1 && (
            <Button size="compact-xs" variant="default" onClick={() => cure(curable)}>
              {t("send:text.replaceAll")}
            </Button>
          )}
        </li>
      )}
    </>
  );
}

interface ComposerProps {
  value: string;
  onChange: (text: string) => void;
  estimate: Estimate | undefined;
  settled: boolean;
  error?: string;
  inputRef?: Ref<HTMLTextAreaElement>;
}

export function Composer({ value, onChange, estimate, settled, error, inputRef }: ComposerProps) {
  const { t } = useTranslation();
  const id = useId();
  const marks = useMemo(() => marksOf(value, estimate), [value, estimate]);
  const doubles = estimate?.extension.length ?? 0;
  return (
    <Input.Wrapper id={id} label={t("send:text.label")} error={error}>
      <div className={classes.field} data-bad={error ? true : undefined}>
        <Marked text={value} marks={marks} />
        <textarea
          id={id}
          ref={inputRef}
          className={classes.text}
          placeholder={t("send:text.placeholder")}
          value={value}
          onChange={(event) => onChange(event.currentTarget.value)}
          aria-describedby={`${id}-hints`}
        />
      </div>
      <Counter text={value} estimate={estimate} settled={settled} />
      <SpokenCounter estimate={estimate} />
      <ul className={classes.hints} id={`${id}-hints`}>
        {estimate && <Forcing estimate={estimate} text={value} onChange={onChange} />}
        {doubles > 0 && (
          <li className={classes.quiet}>{t("send:text.double", { count: doubles })}</li>
        )}
        {estimate?.clause && (
          <li className={classes.quiet}>{t("send:text.clause", { clause: estimate.clause })}</li>
        )}
      </ul>
    </Input.Wrapper>
  );
}
