// SPDX-License-Identifier: Apache-2.0
/** Numbers, money and times as the reader's language writes them. */
import { currentLanguage } from "./index";

function locale() {
  return currentLanguage() === "fr" ? "fr-FR" : "en-GB";
}

const made = new Map<string, Intl.NumberFormat | Intl.DateTimeFormat>();

function cached<T extends Intl.NumberFormat | Intl.DateTimeFormat>(key: string, make: () => T): T {
  const whole = `${locale()} ${key}`;
  let format = made.get(whole) as T | undefined;
  if (!format) {
    format = make();
    made.set(whole, format);
  }
  return format;
}

export function formatNumber(value: number, digits = 0): string {
  return cached(
    `n${digits}`,
    () => new Intl.NumberFormat(locale(), { maximumFractionDigits: digits }),
  ).format(value);
}

export function formatPercent(share: number): string {
  return cached(
    "percent",
    () => new Intl.NumberFormat(locale(), { style: "percent", maximumFractionDigits: 1 }),
  ).format(share);
}

/** Credits come as "12.50": hundredths are kept, whole numbers stay whole. */
export function formatCredits(credits: string): string {
  const digits = credits.includes(".") ? 2 : 0;
  return cached(
    `c${digits}`,
    () =>
      new Intl.NumberFormat(locale(), {
        minimumFractionDigits: digits,
        maximumFractionDigits: digits,
      }),
  ).format(Number(credits));
}

/** "21/11/2026 14:05", in both languages; with seconds where `exact`. */
export function formatTime(iso: string, zone?: string, exact = false): string {
  const parts = cached(
    `t${zone} ${exact}`,
    () =>
      new Intl.DateTimeFormat(locale(), {
        timeZone: zone,
        day: "2-digit",
        month: "2-digit",
        year: "numeric",
        hour: "2-digit",
        minute: "2-digit",
        second: exact ? "2-digit" : undefined,
        hourCycle: "h23",
      }),
  ).format(new Date(iso));
  return parts.replace(",", "");
}

export function formatDay(iso: string, zone?: string): string {
  return cached(
    `d${zone}`,
    () => new Intl.DateTimeFormat(locale(), { timeZone: zone, dateStyle: "medium" }),
  ).format(new Date(iso));
}

/** "21/11", for rows and plots of days. */
export function formatShortDay(iso: string, zone?: string): string {
  return cached(
    `s${zone}`,
    () => new Intl.DateTimeFormat(locale(), { timeZone: zone, day: "2-digit", month: "2-digit" }),
  ).format(new Date(iso));
}

export function formatHour(iso: string, zone?: string): string {
  return cached(
    `h${zone}`,
    () =>
      new Intl.DateTimeFormat(locale(), {
        timeZone: zone,
        hour: "2-digit",
        minute: "2-digit",
        hourCycle: "h23",
      }),
  ).format(new Date(iso));
}

const STEPS: [unit: Intl.RelativeTimeFormatUnit, seconds: number][] = [
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
];

export function formatRelative(iso: string, now: number): string {
  const seconds = (new Date(iso).getTime() - now) / 1000;
  const format = new Intl.RelativeTimeFormat(locale(), { numeric: "auto", style: "short" });
  for (const [unit, length] of STEPS)
    if (Math.abs(seconds) >= length) return format.format(Math.trunc(seconds / length), unit);
  return format.format(0, "second"); // "now"
}
