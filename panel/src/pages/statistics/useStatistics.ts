// SPDX-License-Identifier: Apache-2.0
import { useMemo } from "react";
import { $api } from "@/api/client";
import { useAccountFilter, useZone } from "@/api/session";
import { startOfDay } from "@/i18n/zone";

export const PERIODS = ["today", "7", "30", "90", "365"] as const;
export type Period = (typeof PERIODS)[number];

/** Since when, and in which steps it is plotted. */
export function spanOf(period: Period, zone: string | undefined, now: Date) {
  if (period === "today") return { from: startOfDay(zone, now), by: "hour" as const };
  const days = Number(period);
  return { from: startOfDay(zone, now, days - 1), by: "day" as const };
}

const HOUR_MS = 3_600_000;

export function useStatistics(period: Period) {
  const ofAccount = useZone();
  const zone = ofAccount ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
  const account = useAccountFilter();
  // The hour is part of the key, so that a page left open overnight begins a new day.
  const hour = Math.floor(Date.now() / HOUR_MS);
  const span = useMemo(() => spanOf(period, zone, new Date(hour * HOUR_MS)), [period, zone, hour]);
  const query = $api.useQuery(
    "get",
    "/api/v1/statistics",
    {
      params: {
        query: { ...account, from: span.from.toISOString(), by: span.by, zone },
      },
    },
    { placeholderData: (old) => old },
  );
  return { ...query, since: span.from.toISOString(), by: span.by };
}
