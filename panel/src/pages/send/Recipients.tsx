// SPDX-License-Identifier: Apache-2.0
import { Anchor, Input, Tooltip, VisuallyHidden } from "@mantine/core";
import { useId } from "@mantine/hooks";
import { type ClipboardEvent, type KeyboardEvent, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { CountryCode } from "libphonenumber-js/min";
import { formatPhone } from "@/components/PhoneNumber";
import { IconX } from "@/components/icons";
import { formatNumber } from "@/i18n/format";
import type { Estimate } from "./draft";
import { MOST_RECIPIENTS, addNumbers, readNumbers } from "./recipients";
import { useWhy } from "./why";
import classes from "./Recipients.module.css";

const SHOWN_MOST = 60;
const REASONS_MOST = 6;

interface RecipientsProps {
  value: string[];
  onChange: (numbers: string[]) => void;
  /** What the server says of them. */
  said: Estimate["recipients"] | undefined;
  home: CountryCode | undefined;
  error?: string;
}

interface Chip {
  number: string;
  country: string | null;
  /** Why it is left out. */
  why: string | null;
}

function useChips(value: string[], said: RecipientsProps["said"]): Chip[] {
  const { t } = useTranslation();
  const why = useWhy();
  return useMemo(() => {
    const countries = new Map(said?.valid.map(({ to, country }) => [to, country]));
    const refused = new Map(said?.refused.map((each) => [each.to, each]));
    return value.map((number) => {
      const no = refused.get(number);
      const looksBad = !/^\+?[1-9]\d{5,14}$/.test(number);
      return {
        number,
        country: countries.get(number) ?? null,
        why: no ? why(no.code, no.detail) : looksBad ? t("send:to.noNumber") : null,
      };
    });
  }, [value, said, why, t]);
}

function ChipItem(props: { chip: Chip; onEdit: () => void; onDrop: () => void }) {
  const { chip, onEdit, onDrop } = props;
  const { t } = useTranslation();
  const shown = formatPhone(chip.number);
  return (
    <li className={classes.chip} data-bad={chip.why !== null || undefined}>
      <Tooltip label={chip.why ?? t("send:to.edit")} multiline maw={300}>
        <button type="button" className={classes.number} onClick={onEdit}>
          {shown}
          {chip.country && <span className={classes.country}>{chip.country}</span>}
          <VisuallyHidden>
            {", "}
            {chip.why ? t("send:to.badChip", { why: chip.why }) : t("send:to.edit")}
          </VisuallyHidden>
        </button>
      </Tooltip>
      <button
        type="button"
        className={classes.drop}
        onClick={onDrop}
        aria-label={t("send:to.drop", { number: shown })}
      >
        <IconX size={13} aria-hidden />
      </button>
    </li>
  );
}

export function Recipients({ value, onChange, said, home, error }: RecipientsProps) {
  const { t } = useTranslation();
  const id = useId();
  const [typed, setTyped] = useState("");
  const [doubles, setDoubles] = useState(0);
  const [all, setAll] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const chips = useChips(value, said);
  const bad = chips.filter((chip) => chip.why !== null);
  const shown = all || chips.length <= SHOWN_MOST ? chips : foldedOf(chips, bad);

  const add = (text: string) => {
    const added = addNumbers(value, readNumbers(text, home));
    setTyped("");
    if (added.doubles > 0) setDoubles((n) => n + added.doubles);
    if (added.numbers.length > value.length) onChange(added.numbers);
  };
  const drop = (number: string) => {
    onChange(value.filter((each) => each !== number));
    input.current?.focus();
  };
  const edit = (number: string) => {
    const rest = value.filter((each) => each !== number);
    onChange(typed.trim() ? addNumbers(rest, readNumbers(typed, home)).numbers : rest);
    setTyped(number);
    input.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.key === "Enter" || event.key === "," || event.key === ";") {
      event.preventDefault();
      if (typed.trim()) add(typed);
    } else if (event.key === "Backspace" && typed === "" && value.length > 0) {
      event.preventDefault();
      edit(value[value.length - 1]!);
    }
  };
  const onPaste = (event: ClipboardEvent<HTMLInputElement>) => {
    event.preventDefault();
    add(typed + event.clipboardData.getData("text"));
  };

  return (
    <Input.Wrapper
      id={id}
      label={t("send:to.label")}
      description={t("send:to.help", { most: formatNumber(MOST_RECIPIENTS) })}
      error={error}
      inputWrapperOrder={["label", "description", "input", "error"]}
    >
      {/* A click beside the chips goes to the field, as in any such box; keys are there. */}
      <div
        className={classes.box}
        data-bad={error ? true : undefined}
        onPointerUp={(event) => event.target === event.currentTarget && input.current?.focus()}
      >
        <ul className={classes.chips} aria-label={t("send:to.chosen")}>
          {shown.map((chip) => (
            <ChipItem
              key={chip.number}
              chip={chip}
              onEdit={() => edit(chip.number)}
              onDrop={() => drop(chip.number)}
            />
          ))}
        </ul>
        {shown.length < chips.length && (
          <Anchor component="button" type="button" size="xs" onClick={() => setAll(true)}>
            {t("send:to.more", { count: chips.length - shown.length })}
          </Anchor>
        )}
        <input
          ref={input}
          id={id}
          className={classes.input}
          type="text"
          inputMode="tel"
          autoComplete="off"
          placeholder={value.length === 0 ? t("send:to.placeholder") : undefined}
          value={typed}
          aria-describedby={`${id}-notes`}
          onChange={(event) => setTyped(event.currentTarget.value)}
          onKeyDown={onKeyDown}
          onPaste={onPaste}
          onBlur={() => typed.trim() && add(typed)}
        />
      </div>
      <div id={`${id}-notes`} className={classes.notes} role="status">
        {value.length > 0 && (
          <span>{t("send:to.count", { count: value.length - bad.length })}</span>
        )}
        {bad.length > 0 && <span>{t("send:to.leftOut", { count: bad.length })}</span>}
        {doubles > 0 && <span>{t("send:to.doubles", { count: doubles })}</span>}
        {value.length > MOST_RECIPIENTS && (
          <span style={{ color: "var(--mantine-color-error)" }}>
            {t("send:to.tooMany", { most: formatNumber(MOST_RECIPIENTS) })}
          </span>
        )}
        {value.length > 1 && (
          <Anchor
            component="button"
            type="button"
            size="xs"
            onClick={() => {
              onChange([]);
              setDoubles(0);
            }}
          >
            {t("send:to.clear")}
          </Anchor>
        )}
        {bad.length > 1 && (
          <Anchor
            component="button"
            type="button"
            size="xs"
            onClick={() => onChange(chips.filter((each) => !each.why).map((each) => each.number))}
          >
            {t("send:to.dropBad")}
          </Anchor>
        )}
      </div>
      {bad.length > 0 && (
        <ul className={classes.reasons}>
          {bad.slice(0, REASONS_MOST).map(({ number, why }) => (
            <li key={number}>{t("send:to.reason", { number: formatPhone(number), why })}</li>
          ))}
        </ul>
      )}
    </Input.Wrapper>
  );
}

/** Of a long list: all that is wrong, and the beginning of the rest. */
function foldedOf(chips: Chip[], bad: Chip[]): Chip[] {
  const good = chips.filter((chip) => chip.why === null);
  const wrong = bad.slice(0, SHOWN_MOST);
  return [...wrong, ...good.slice(0, SHOWN_MOST - wrong.length)];
}
