// SPDX-License-Identifier: Apache-2.0
/** The same in figures, the newest first, to copy or to take along as CSV. */
import { Anchor, Box, Group, Paper, Table, Title } from "@mantine/core";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { Statistics } from "@/api/types";
import { useZone } from "@/api/session";
import { formatCredits, formatHour, formatNumber, formatShortDay } from "@/i18n/format";

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

function csvOf(data: Statistics): string {
  const lines = data.series.map((step) => [step.at, ...COLUMNS.map((name) => step[name])].join());
  return [["at", ...COLUMNS].join(), ...lines, ""].join("\r\n");
}

export function Days({ data, by }: { data: Statistics; by: "hour" | "day" }) {
  const { t } = useTranslation();
  const zone = useZone();
  const rows = useMemo(
    () =>
      [...data.series].reverse().filter((step) => COLUMNS.some((name) => Number(step[name]) !== 0)),
    [data],
  );
  const link = useMemo(
    () => `data:text/csv;charset=utf-8,${encodeURIComponent(csvOf(data))}`,
    [data],
  );
  if (rows.length === 0) return null;
  const show = (name: (typeof COLUMNS)[number], value: string | number) =>
    name === "credits" ? formatCredits(String(value)) : formatNumber(Number(value));
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
                    {show(name, step[name])}
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
