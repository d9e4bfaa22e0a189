// SPDX-License-Identifier: Apache-2.0
import { Tooltip } from "@mantine/core";
import { useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";
import { useZone } from "@/api/session";
import { formatRelative, formatTime } from "@/i18n/format";

const TICK_MS = 30_000;
const waiting = new Set<() => void>();
let now = Date.now();
let timer: number | undefined;

function subscribe(call: () => void) {
  waiting.add(call);
  timer ??= window.setInterval(() => {
    now = Date.now();
    for (const each of waiting) each();
  }, TICK_MS);
  return () => {
    waiting.delete(call);
    if (waiting.size === 0) {
      window.clearInterval(timer);
      timer = undefined;
    }
  };
}

/** "5 min ago"; the exact time with its zone on hover. Older than a week, it is the time itself. */
export function RelativeTime({ at, zone }: { at: string | null; zone?: string }) {
  useTranslation(); // told again when the language changes
  const ofAccount = useZone();
  const current = useSyncExternalStore(subscribe, () => now);
  if (!at) return <span aria-hidden>–</span>;
  const shown = zone ?? ofAccount;
  const named = shown ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
  const exact = `${formatTime(at, shown, true)} (${named})`;
  const old = Math.abs(current - new Date(at).getTime()) > 7 * 86_400_000;
  return (
    <Tooltip label={exact}>
      <time dateTime={at} style={{ whiteSpace: "nowrap" }}>
        {old ? formatTime(at, shown) : formatRelative(at, Math.max(current, Date.now() - TICK_MS))}
      </time>
    </Tooltip>
  );
}

/** The time itself, in the account's zone. */
export function ExactTime({ at, seconds }: { at: string | null; seconds?: boolean }) {
  useTranslation();
  const zone = useZone();
  if (!at) return <span aria-hidden>–</span>;
  return (
    <time dateTime={at} title={zone} style={{ whiteSpace: "nowrap" }}>
      {formatTime(at, zone, seconds)}
    </time>
  );
}
