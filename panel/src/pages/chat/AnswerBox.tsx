// SPDX-License-Identifier: Apache-2.0
import { ActionIcon, Anchor, Text, Textarea, Tooltip } from "@mantine/core";
import { useId, useMediaQuery } from "@mantine/hooks";
import { useQueryClient } from "@tanstack/react-query";
import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router-dom";
import { $api, type Schemas, api, must } from "@/api/client";
import { problemText } from "@/api/forms";
import { useMay, useZone } from "@/api/session";
import { IconAlert, IconSend } from "@/components/icons";
import { formatTime } from "@/i18n/format";
import { weigh } from "@/pages/send/sms";
import { newKey } from "@/pages/send/words";
import classes from "./Chat.module.css";

const TEXT_MOST = 2000;

export type SavedReply = Schemas["SavedReply"];

/** The box is closed, and why; a new message from the Send page may still be possible. */
export function ClosedBox({ why, phone }: { why: string | null; phone: string }) {
  const { t } = useTranslation();
  const may = useMay();
  const elsewhere = why === "window_over" || why === "no_conversation" || why === "number_gone";
  return (
    <div className={classes.closed} role="note" data-testid="closed">
      <IconAlert size={17} aria-hidden style={{ flex: "none", marginTop: 2 }} />
      <div>
        {t(`chat:closed.${why ?? "no_right"}`)}{" "}
        {elsewhere && may("send") && (
          <Anchor component={Link} size="sm" to={`/send?to=${encodeURIComponent(phone)}`}>
            {t("chat:closed.elsewhere")}
          </Anchor>
        )}
      </div>
    </div>
  );
}

/** "/" and the beginning of a name, at the start or behind a blank, up to where one writes. */
function askedName(text: string, at: number): string | null {
  return /(?:^|\s)\/([^\s/]*)$/.exec(text.slice(0, at))?.[1] ?? null;
}

interface AnswerBoxProps {
  account: string;
  phone: string;
  until: string | null;
  onSent: () => void;
}

export function AnswerBox({ account, phone, until, onSent }: AnswerBoxProps) {
  const { t } = useTranslation();
  const zone = useZone();
  const id = useId();
  const queries = useQueryClient();
  const kept = `navette.answer.${account}.${phone}`;
  const [text, setText] = useState(() => sessionStorage.getItem(kept) ?? "");
  const [caret, setCaret] = useState(0);
  const [chosen, setChosen] = useState(0);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const key = useRef(newKey());
  const field = useRef<HTMLTextAreaElement>(null);
  const byKeys = useMediaQuery("(pointer: fine)", undefined, { getInitialValueInEffect: false });
  const saved = $api.useQuery("get", "/api/v1/accounts/{name}/saved-replies", {
    params: { path: { name: account } },
  });
  const asked = askedName(text, caret);
  const found =
    asked === null
      ? []
      : (saved.data?.items ?? []).filter((each) =>
          each.name.toLowerCase().startsWith(asked.toLowerCase()),
        );
  const picked = found[Math.min(chosen, found.length - 1)];
  const weight = weigh(text);

  // Behind the page's own focus after a change of address.
  useEffect(() => {
    const later = byKeys ? window.setTimeout(() => field.current?.focus(), 0) : undefined;
    return () => window.clearTimeout(later);
  }, [byKeys]);

  const write = (value: string, at = value.length) => {
    setText(value);
    setCaret(at);
    setChosen(0);
    setProblem(null);
    key.current = newKey(); // another text is another answer
    if (value) sessionStorage.setItem(kept, value);
    else sessionStorage.removeItem(kept);
  };
  const insert = (reply: SavedReply) => {
    const start = caret - (asked?.length ?? 0) - 1;
    const next = text.slice(0, start) + reply.text + text.slice(caret);
    write(next, start + reply.text.length);
    field.current?.focus();
  };
  const send = async () => {
    if (!text.trim() || busy) return;
    setBusy(true);
    try {
      await must(
        api.POST("/api/v1/accounts/{name}/threads/{phone}/messages", {
          params: {
            path: { name: account, phone },
            header: { "Idempotency-Key": key.current },
          },
          body: { text },
        }),
      );
      write("");
      onSent();
      await queries.invalidateQueries({
        predicate: ({ queryKey }) => String(queryKey[1]).includes("/threads"),
      });
    } catch (error) {
      setProblem(problemText(error));
    } finally {
      setBusy(false);
      field.current?.focus();
    }
  };
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    if (picked) {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step) {
        event.preventDefault();
        setChosen((n) => (Math.min(n, found.length - 1) + step + found.length) % found.length);
        return;
      }
      if (event.key === "Enter" || event.key === "Tab") {
        event.preventDefault();
        insert(picked);
        return;
      }
    }
    if (event.key === "Escape") field.current?.blur();
    if (event.key === "Enter" && !event.shiftKey && byKeys && !event.nativeEvent.isComposing) {
      event.preventDefault();
      void send();
    }
  };

  const sms = t("send:text.sms", { count: weight.parts });
  const encoding = t(`send:encoding.${weight.encoding}`);
  const counter = `${weight.units} / ${weight.limit} · ${sms} · ${encoding}`;
  return (
    <div className={classes.box}>
      <div className={classes.write}>
        <Textarea
          ref={field}
          autosize
          minRows={1}
          maxRows={7}
          size="md"
          maxLength={TEXT_MOST}
          aria-label={t("chat:answer")}
          placeholder={t("chat:answerPlaceholder")}
          aria-describedby={`${id}-under`}
          role={asked !== null ? "combobox" : undefined}
          aria-expanded={asked !== null ? found.length > 0 : undefined}
          aria-controls={asked !== null ? `${id}-saved` : undefined}
          aria-activedescendant={picked ? `${id}-${picked.id}` : undefined}
          value={text}
          onChange={(event) => write(event.currentTarget.value, event.currentTarget.selectionStart)}
          onSelect={(event) => setCaret(event.currentTarget.selectionStart)}
          onKeyDown={onKeyDown}
        />
        <Tooltip label={t("chat:send")}>
          <ActionIcon
            variant="filled"
            color="accent"
            size={42}
            onClick={send}
            loading={busy}
            disabled={!text.trim()}
            aria-label={t("chat:send")}
          >
            <IconSend size={18} />
          </ActionIcon>
        </Tooltip>
        {found.length > 0 && (
          <ul
            className={classes.saved}
            role="listbox"
            id={`${id}-saved`}
            aria-label={t("chat:saved.title")}
          >
            {found.map((reply) => (
              // Keys are the field's: arrows choose, Enter inserts.
              // eslint-disable-next-line jsx-a11y/click-events-have-key-events
              <li
                key={reply.id}
                id={`${id}-${reply.id}`}
                role="option"
                aria-selected={reply === picked}
                onMouseDown={(event) => event.preventDefault()}
                onClick={() => insert(reply)}
              >
                <b>/{reply.name}</b>
                <span>{reply.text}</span>
              </li>
            ))}
          </ul>
        )}
      </div>
      {problem && (
        <Text size="sm" c="var(--mantine-color-error)" role="alert" mt={4}>
          {problem}
        </Text>
      )}
      <div className={classes.under} id={`${id}-under`}>
        <span data-testid="answer-counter">{counter}</span>
        {until && <span>{t("chat:until", { time: formatTime(until, zone) })}</span>}
        {byKeys && <span>{t("chat:keys")}</span>}
      </div>
    </div>
  );
}
