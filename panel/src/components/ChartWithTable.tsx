// SPDX-License-Identifier: Apache-2.0
/** A plot, and the same figures as a table for those who cannot see it or want them exact. */
import { AreaChart, BarChart } from "@mantine/charts";
import "@mantine/charts/styles.css";
import { Box, Button, Group, Paper, ScrollArea, Table, Title, VisuallyHidden } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useTranslation } from "react-i18next";
import { formatNumber } from "@/i18n/format";
import { IconChart, IconTable } from "./icons";

export interface Series {
  name: string;
  label: string;
  color: string;
}

interface ChartWithTableProps {
  title: string;
  kind: "area" | "bar";
  data: Record<string, number | string>[];
  /** The member of `data` that names a row, and its column's title. */
  dataKey: string;
  keyLabel: string;
  series: Series[];
  height?: number;
  stacked?: boolean;
}

export default function ChartWithTable(props: ChartWithTableProps) {
  const { title, kind, data, dataKey, keyLabel, series, height = 240 } = props;
  const { t } = useTranslation();
  const [asTable, { toggle }] = useDisclosure();
  const common = {
    h: height,
    data,
    dataKey,
    series,
    withLegend: series.length > 1,
    valueFormatter: (value: number) => formatNumber(value),
    gridAxis: "x" as const,
    tickLine: "none" as const,
  };
  // Nothing grows into view: figures that are renewed every second would never stand still.
  const still = { isAnimationActive: false };
  const whole = { allowDecimals: false };
  const table = (
    <Table withRowBorders={false} verticalSpacing={3} fz="xs">
      <Table.Caption>{title}</Table.Caption>
      <Table.Thead>
        <Table.Tr>
          <Table.Th scope="col">{keyLabel}</Table.Th>
          {series.map(({ name, label }) => (
            <Table.Th key={name} scope="col" ta="right">
              {label}
            </Table.Th>
          ))}
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {data.map((row, at) => (
          <Table.Tr key={at}>
            <Table.Th scope="row" fw={400}>
              {row[dataKey]}
            </Table.Th>
            {series.map(({ name }) => (
              <Table.Td key={name} ta="right">
                {formatNumber(Number(row[name] ?? 0))}
              </Table.Td>
            ))}
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
  return (
    <Paper withBorder p="sm" component="section" aria-label={title}>
      <Group justify="space-between" mb="xs" wrap="nowrap">
        <Title order={2} size="h3">
          {title}
        </Title>
        <Button
          size="compact-xs"
          variant="subtle"
          color="gray"
          onClick={toggle}
          leftSection={asTable ? <IconChart size={14} /> : <IconTable size={14} />}
        >
          {asTable ? t("chart.plot") : t("chart.table")}
        </Button>
      </Group>
      {asTable ? (
        <ScrollArea h={height} type="auto">
          {table}
        </ScrollArea>
      ) : (
        <>
          {/* A hidden tooltip stays where it was when the plot becomes narrower. */}
          <Box aria-hidden style={{ overflowX: "clip" }}>
            {kind === "area" ? (
              <AreaChart
                {...common}
                type={props.stacked ? "stacked" : "default"}
                curveType="linear"
                withDots={false}
                withGradient={false}
                fillOpacity={0.16}
                areaProps={still}
                yAxisProps={whole}
              />
            ) : (
              <BarChart
                {...common}
                type={props.stacked ? "stacked" : "default"}
                yAxisProps={whole}
                barProps={{ ...still, maxBarSize: 22 }}
                barChartProps={{ barGap: 0 }} // else a month of three series is hairlines
              />
            )}
          </Box>
          <VisuallyHidden>{table}</VisuallyHidden>
        </>
      )}
    </Paper>
  );
}
