// SPDX-License-Identifier: Apache-2.0
import { SegmentedControl, Stack } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router-dom";
import { problemText } from "@/api/forms";
import { useZone } from "@/api/session";
import { EmptyState } from "@/components/EmptyState";
import { PageHeader } from "@/components/PageHeader";
import { Carriers } from "./Carriers";
import { Days } from "./Days";
import { Plots } from "./Plots";
import { Tiles } from "./Tiles";
import { PERIODS, type Period, useStatistics } from "./useStatistics";

export function PeriodChoice(props: { value: Period; onChange: (period: Period) => void }) {
  const { value, onChange } = props;
  const { t } = useTranslation();
  return (
    <SegmentedControl
      size="xs"
      aria-label={t("statistics:period.label")}
      data={PERIODS.map((period) => ({ value: period, label: t(`statistics:period.${period}`) }))}
      value={value}
      onChange={(chosen) => onChange(chosen as Period)}
    />
  );
}

export default function StatisticsPage() {
  const { t } = useTranslation();
  const zone = useZone();
  const [search, setSearch] = useSearchParams();
  const asked = search.get("period") as Period;
  const period = PERIODS.includes(asked) ? asked : "30";
  const { data, error, since, by } = useStatistics(period);
  return (
    <>
      <PageHeader
        title={t("statistics:title")}
        help={zone && t("statistics:zone", { zone: zone.replace("_", " ") })}
      >
        <PeriodChoice
          value={period}
          onChange={(chosen) => setSearch({ period: chosen }, { replace: true })}
        />
      </PageHeader>
      {error ? (
        <EmptyState title={t("problem.title")}>{problemText(error)}</EmptyState>
      ) : (
        <Stack>
          <Tiles totals={data?.totals} since={since} />
          <Plots data={data} by={by} since={since} />
          {data?.carriers && <Carriers carriers={data.carriers} />}
          {data && <Days data={data} by={by} />}
        </Stack>
      )}
    </>
  );
}
