// SPDX-License-Identifier: Apache-2.0
import { Button, SegmentedControl, SimpleGrid, Stack } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link } from "react-router-dom";
import { problemText } from "@/api/forms";
import type { Counts } from "@/api/types";
import { useAccounts, useMay, useMember } from "@/api/session";
import { EmptyState } from "@/components/EmptyState";
import { PageHeader } from "@/components/PageHeader";
import { useKeptState } from "@/components/useKeptState";
import { Plots } from "../statistics/Plots";
import { Tiles } from "../statistics/Tiles";
import { type Period, useStatistics } from "../statistics/useStatistics";
import { Carriers } from "./Carriers";
import { ToDo } from "./ToDo";

const PERIODS: Period[] = ["today", "7", "30"];

function isQuiet(totals: Counts) {
  return totals.accepted === 0 && totals.replies === 0 && totals.late_replies === 0;
}

function Figures() {
  const { t } = useTranslation();
  const may = useMay();
  const [period, setPeriod] = useKeptState<Period>("home.period", "7");
  const { data, error, since, by } = useStatistics(PERIODS.includes(period) ? period : "7");
  if (error) return <EmptyState title={t("problem.title")}>{problemText(error)}</EmptyState>;
  return (
    <Stack>
      <SegmentedControl
        size="xs"
        style={{ alignSelf: "start" }}
        aria-label={t("statistics:period.label")}
        data={PERIODS.map((each) => ({ value: each, label: t(`statistics:period.${each}`) }))}
        value={period}
        onChange={(chosen) => setPeriod(chosen as Period)}
      />
      <Tiles totals={data?.totals} since={since} />
      {data && isQuiet(data.totals) ? (
        <EmptyState
          title={t("home:quiet.title")}
          action={
            may("send") && (
              <Button component={Link} to="/send">
                {t("home:quiet.send")}
              </Button>
            )
          }
        >
          {t("home:quiet.help")}
        </EmptyState>
      ) : (
        <Plots data={data} by={by} since={since} />
      )}
    </Stack>
  );
}

export default function Home() {
  const { t } = useTranslation();
  const may = useMay();
  const { account } = useAccounts();
  const { name, operator } = useMember();
  return (
    <>
      <PageHeader title={account?.name ?? t("home:all")} help={t("home:hello", { name })}>
        {may("send") && (
          <Button component={Link} to="/send">
            {t("home:send")}
          </Button>
        )}
        {may("chat") && (
          <Button component={Link} to="/chat" variant="default">
            {t("room.chat")}
          </Button>
        )}
      </PageHeader>
      <Stack>
        <SimpleGrid cols={{ base: 1, md: operator ? 2 : 1 }}>
          <ToDo />
          {operator && <Carriers />}
        </SimpleGrid>
        {may("view") && <Figures />}
      </Stack>
    </>
  );
}
