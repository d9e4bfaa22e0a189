// SPDX-License-Identifier: Apache-2.0
/** The plots that Home and Statistics share. */
import { SimpleGrid, Skeleton } from "@mantine/core";
import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";
import type { Statistics } from "@/api/types";
import { useZone } from "@/api/session";
import { EmptyState } from "@/components/EmptyState";
import { formatHour, formatShortDay } from "@/i18n/format";
import { plotColours } from "@/theme";
import { Failures } from "./Failures";

const ChartWithTable = lazy(() => import("@/components/ChartWithTable"));

const OUT = ["delivered", "sent", "failed"] as const;
const IN = ["replies", "late_replies", "stops"] as const;

/** What left and waits for its receipt, apart from what has one. */
function rowsOf(data: Statistics, label: (at: string) => string) {
  return data.series.map((step) => ({
    at: label(step.at),
    delivered: step.delivered,
    failed: step.failed,
    sent: Math.max(0, step.sent - step.delivered - step.failed),
    replies: step.replies,
    late_replies: step.late_replies,
    stops: step.stops,
  }));
}

/** Few steps are bars: lines between them would show what never was. */
const BARS_MOST = 31;

interface PlotsProps {
  data: Statistics | undefined;
  by: "hour" | "day";
  since: string;
}

export function Plots({ data, by, since }: PlotsProps) {
  const { t } = useTranslation();
  const zone = useZone();
  if (!data)
    return (
      <SimpleGrid cols={{ base: 1, lg: 2 }}>
        <Skeleton height={300} />
        <Skeleton height={300} />
      </SimpleGrid>
    );
  const rows = rowsOf(data, (at) =>
    by === "hour" ? formatHour(at, zone) : formatShortDay(at, zone),
  );
  const seriesOf = (names: readonly (keyof typeof plotColours)[]) =>
    names.map((name) => ({
      name,
      label: t(`statistics:series.${name}`),
      color: plotColours[name],
    }));
  const keyLabel = t(by === "hour" ? "statistics:hour" : "statistics:day");
  return (
    <Suspense fallback={<Skeleton height={300} />}>
      <SimpleGrid cols={{ base: 1, lg: 2 }}>
        <ChartWithTable
          title={t("statistics:out")}
          kind={rows.length <= BARS_MOST ? "bar" : "area"}
          stacked
          data={rows}
          dataKey="at"
          keyLabel={keyLabel}
          series={seriesOf(OUT)}
        />
        <ChartWithTable
          title={t("statistics:in")}
          kind={rows.length <= BARS_MOST ? "bar" : "area"}
          data={rows}
          dataKey="at"
          keyLabel={keyLabel}
          series={seriesOf(IN)}
        />
        {data.failures.length > 0 ? (
          <Failures failures={data.failures} since={since} />
        ) : (
          <EmptyState title={t("statistics:noFailures")} />
        )}
      </SimpleGrid>
    </Suspense>
  );
}
