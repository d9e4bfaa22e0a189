// SPDX-License-Identifier: Apache-2.0
/**
 * A short list that is there whole, such as users or routes: sorted and searched in the browser.
 * Long lists are DataTable's.
 */
import { Box, Button, Group, Paper, Skeleton, Stack, Text, TextInput } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { type ReactNode, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { problemText } from "@/api/forms";
import classes from "./DataTable.module.css";
import { EmptyState } from "./EmptyState";
import { IconArrowDown, IconArrowUp, IconSearch } from "./icons";

export interface ListColumn<T> {
  key: string;
  label: string;
  render: (row: T) => ReactNode;
  /** What it is sorted and searched by; absent: it is neither. */
  value?: (row: T) => string | number;
  align?: "left" | "right";
}

interface ListTableProps<T> {
  label: string;
  rows: T[] | undefined;
  error?: unknown;
  again?: () => void;
  columns: ListColumn<T>[];
  rowKey: (row: T) => string;
  /** Buttons of a row, at its end. */
  rowActions?: (row: T) => ReactNode;
  empty: ReactNode;
  /** From how many rows on a search box is offered. */
  searchFrom?: number;
}

const order = new Intl.Collator(undefined, { numeric: true });

function sorted<T>(rows: T[], column: ListColumn<T> | undefined, down: boolean): T[] {
  const { value } = column ?? {};
  if (!value) return rows;
  const sign = down ? -1 : 1;
  return [...rows].sort((a, b) => {
    const [x, y] = [value(a), value(b)];
    const less =
      typeof x === "number" && typeof y === "number" ? x - y : order.compare(`${x}`, `${y}`);
    return sign * less;
  });
}

export function ListTable<T>(props: ListTableProps<T>) {
  const { label, rows, columns, rowKey, rowActions, searchFrom = 8 } = props;
  const { t } = useTranslation();
  const small = useMediaQuery("(max-width: 48em)", undefined, { getInitialValueInEffect: false });
  const [by, setBy] = useState<{ key: string; down: boolean } | null>(null);
  const [words, setWords] = useState("");

  const shown = useMemo(() => {
    const wanted = words.trim().toLocaleLowerCase();
    const found = wanted
      ? (rows ?? []).filter((row) =>
          columns.some(
            ({ value }) => value && `${value(row)}`.toLocaleLowerCase().includes(wanted),
          ),
        )
      : (rows ?? []);
    return sorted(
      found,
      columns.find(({ key }) => key === by?.key),
      by?.down ?? false,
    );
  }, [rows, columns, words, by]);

  if (props.error)
    return (
      <EmptyState
        title={t("problem.title")}
        action={
          props.again && (
            <Button variant="default" onClick={props.again}>
              {t("again")}
            </Button>
          )
        }
      >
        {problemText(props.error)}
      </EmptyState>
    );
  if (!rows)
    return (
      <Box role="status" aria-label={t("loading")}>
        {Array.from({ length: 5 }, (_, at) => (
          <Skeleton key={at} height={20} mb={14} />
        ))}
      </Box>
    );
  if (rows.length === 0) return <>{props.empty}</>;

  const cards = (
    <Stack gap={8} component="ul" p={0} m={0} style={{ listStyle: "none" }} aria-label={label}>
      {shown.map((row) => {
        const [first, ...others] = columns;
        return (
          <Paper key={rowKey(row)} component="li" withBorder p="xs" className={classes.card}>
            <b>{first?.render(row)}</b>
            <dl>
              {others.map((column) => (
                <div key={column.key}>
                  <dt>{column.label}</dt>
                  <dd>{column.render(row)}</dd>
                </div>
              ))}
            </dl>
            {rowActions && (
              <Group gap={6} mt={8}>
                {rowActions(row)}
              </Group>
            )}
          </Paper>
        );
      })}
    </Stack>
  );

  const table = (
    <div className={classes.box}>
      <table className={classes.table} aria-label={label}>
        <thead>
          <tr>
            {columns.map(({ key, label: name, value, align }) => {
              const down = by?.key === key && by.down;
              const up = by?.key === key && !by.down;
              return (
                <th
                  key={key}
                  scope="col"
                  style={{ textAlign: align }}
                  aria-sort={up ? "ascending" : down ? "descending" : value ? "none" : undefined}
                >
                  {value ? (
                    <button
                      type="button"
                      className={classes.sort}
                      onClick={() => setBy({ key, down: up })}
                    >
                      {name}
                      {up && <IconArrowUp size={13} aria-hidden />}
                      {down && <IconArrowDown size={13} aria-hidden />}
                    </button>
                  ) : (
                    name
                  )}
                </th>
              );
            })}
            {rowActions && <th scope="col" aria-label={t("actions")} />}
          </tr>
        </thead>
        <tbody>
          {shown.map((row) => (
            <tr key={rowKey(row)}>
              {columns.map((column) => (
                <td key={column.key} style={{ textAlign: column.align }}>
                  {column.render(row)}
                </td>
              ))}
              {rowActions && (
                <td>
                  <Group gap={4} justify="flex-end" wrap="nowrap">
                    {rowActions(row)}
                  </Group>
                </td>
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );

  return (
    <Stack gap="xs">
      {rows.length >= searchFrom && (
        <TextInput
          size="xs"
          maw={260}
          placeholder={t("search.label")}
          aria-label={t("search.label")}
          leftSection={<IconSearch size={13} aria-hidden />}
          value={words}
          onChange={(event) => setWords(event.currentTarget.value)}
        />
      )}
      {shown.length === 0 ? (
        <Text size="sm" c="var(--quiet)" py="md" ta="center">
          {t("table.nothingFound")}
        </Text>
      ) : small ? (
        cards
      ) : (
        table
      )}
    </Stack>
  );
}
