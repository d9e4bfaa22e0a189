// SPDX-License-Identifier: Apache-2.0
/** Times as a clock on the wall of the account shows them: "2026-11-29T10:00", without a zone. */
import { currentLanguage } from "@/i18n";

const MORNING_HOUR = 9;

export function wallOf(time: Date, zone: string): string {
  const parts = new Intl.DateTimeFormat("sv-SE", {
    timeZone: zone,
    dateStyle: "short",
    timeStyle: "short",
  }).format(time);
  return parts.replace(" ", "T");
}

export function wallNow(zone: string): string {
  return wallOf(new Date(), zone);
}

/** Rounded up to five minutes. */
export function laterBy(zone: string, minutes: number): string {
  const step = 5 * 60_000;
  return wallOf(new Date(Math.ceil((Date.now() + minutes * 60_000) / step) * step), zone);
}

/** A wall time is counted in as if it were UTC, where every day has 24 hours. */
function asUtc(wall: string): Date {
  return new Date(`${wall}:00Z`);
}

export function nextMorning(zone: string, which: 1 | "monday"): string {
  const day = asUtc(wallNow(zone));
  const ahead = which === 1 ? 1 : (8 - day.getUTCDay()) % 7 || 7;
  day.setUTCDate(day.getUTCDate() + ahead);
  day.setUTCHours(MORNING_HOUR, 0, 0, 0);
  return day.toISOString().slice(0, 16);
}

/** "Sunday 29 November 2026 at 10:00" */
export function formatWall(wall: string): string {
  const time = asUtc(wall);
  if (Number.isNaN(time.getTime())) return "";
  return new Intl.DateTimeFormat(currentLanguage() === "fr" ? "fr-FR" : "en-GB", {
    timeZone: "UTC",
    dateStyle: "full",
    timeStyle: "short",
  }).format(time);
}
