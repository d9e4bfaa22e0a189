// SPDX-License-Identifier: Apache-2.0
/** The same in figures, the newest first, to copy or to take along as CSV. */
import { Anchor, Box, Group, Paper, Table, Title } from "@mantine/core";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router-dom";
import type { Statistics } from "@/api/types";
import { useZone } from "@/api/session";
import { formatCredits, formatHour, formatNumber, formatShortDay } from "@/i18n/format";
import { csvLink } from "./csv";
import { doors } from "./doors";

const COLUMNS = [
  "accepted",
  "sent",
  "delivered",
  "failed",
  "replies",
  "late_replies",
  "stops",
  "credits",
] as const;

export function Days({ data, by }: { data: Statistics; by: "hour" | "day" }) {
  const { t } = useTranslation();
  const zone = useZone();
  const rows = useMemo(
    () =>
      data.series
        .map((step, at) => ({ ...step, until: data.series[at + 1]?.at ?? data.to }))
        .filter((step) => COLUMNS.some((name) => Number(step[name]) !== 0))
        .reverse(),
    [data],
  );
  const link = useMemo(
    () =>
      csvLink(
        ["at", ...COLUMNS],
        data.series.map((step) => [step.at, ...COLUMNS.map((name) => step[name])]),
      ),
    [data],
  );
  if (rows.length === 0) return null;
  const show = (name: (typeof COLUMNS)[number], step: (typeof rows)[number]) => {
    if (name === "credits") return formatCredits(step[name]);
    const text = formatNumber(step[name]);
    if (name === "sent" || step[name] === 0) return text;
    return <Link to={doors[name]({ since: step.at, until: step.until })}>{text}</Link>;
  };
  return (
    <Paper withBorder p="sm" component="section">
      <Group justify="space-between" mb="xs">
        <Title order={2} size="h3">
          {t("statistics:figures")}
        </Title>
        <Anchor size="xs" href={link} download="statistics.csv">
          {t("table.csv")}
        </Anchor>
      </Group>
      <Box
        role="region"
        aria-label={t("statistics:figures")}
        tabIndex={0}
        style={{ maxHeight: 420, overflow: "auto" }}
      >
        <Table stickyHeader fz="sm" verticalSpacing={4} miw={720}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th scope="col">
                {t(by === "hour" ? "statistics:hour" : "statistics:day")}
              </Table.Th>
              {COLUMNS.map((name) => (
                <Table.Th key={name} scope="col" ta="right">
                  {t(`statistics:column.${name}`)}
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map((step) => (
              <Table.Tr key={step.at}>
                <Table.Th scope="row" fw={400}>
                  {by === "hour" ? formatHour(step.at, zone) : formatShortDay(step.at, zone)}
                </Table.Th>
                {COLUMNS.map((name) => (
                  <Table.Td key={name} ta="right">
                    {show(name, step)}
                  </Table.Td>
                ))}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Box>
    </Paper>
  );
}
