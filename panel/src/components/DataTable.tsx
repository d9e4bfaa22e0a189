// SPDX-License-Identifier: Apache-2.0
/**
 * A list of the API as a table: the server sorts, filters and pages (it scrolls without end); rows
 * become cards on a small screen. What is filtered and sorted stands in the address, so that a
 * number elsewhere can link to the list that it counts.
 */
import { Box, Button, Checkbox, Drawer, Group, Paper, Skeleton, Text } from "@mantine/core";
import { useHotkeys, useMediaQuery } from "@mantine/hooks";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useVirtualizer } from "@tanstack/react-virtual";
import { type ReactNode, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router-dom";
import { getList, withQuery } from "@/api/client";
import { useEvents } from "@/api/events";
import { problemText } from "@/api/forms";
import { TableBar } from "./TableBar";
import classes from "./DataTable.module.css";
import { EmptyState } from "./EmptyState";
import { IconArrowDown, IconArrowUp, IconRefresh } from "./icons";
import { useKeptState } from "./useKeptState";

export interface Filter {
  /** Name of the query parameter. */
  name: string;
  label: string;
  kind: "text" | "choice" | "choices" | "since" | "until";
  /** Shown only while it holds: a figure elsewhere led here by it. */
  rare?: boolean;
  choices?: { value: string; label: string }[];
}

export interface Column<T> {
  key: string;
  label: string;
  /** The API's word to sort by; absent: the column cannot. */
  sort?: string;
  render: (row: T) => ReactNode;
  align?: "left" | "right";
  width?: number | string;
  /** Not shown until chosen. */
  optional?: boolean;
}

export interface BulkAction<T> {
  label: string;
  color?: string;
  run: (rows: T[]) => Promise<void> | void;
}

export interface DataTableProps<T> {
  /** Names what is kept about this table in the browser. */
  id: string;
  label: string;
  /** "/api/v1/messages" */
  path: string;
  /** Query parameters that always hold, such as the account. */
  fixed?: Record<string, string | undefined>;
  columns: Column<T>[];
  filters?: Filter[];
  rowKey: (row: T) => string;
  /** What the drawer of a row shows. */
  detail?: (row: T, close: () => void) => ReactNode;
  detailTitle?: (row: T) => ReactNode;
  onOpen?: (row: T) => void;
  bulk?: BulkAction<T>[];
  /** The path of the same list as CSV. */
  csv?: string;
  empty: ReactNode;
  defaultSort?: string;
  /** Beginnings of the event types that make new rows. */
  live?: string[];
  /** More at the right of the bar. */
  actions?: ReactNode;
}

const PAGE = 100;

function useListState(filters: Filter[], defaultSort?: string) {
  const [search, setSearch] = useSearchParams();
  const values = useMemo(() => {
    const out: Record<string, string> = {};
    for (const { name } of filters) {
      const value = search.get(name);
      if (value) out[name] = value;
    }
    return out;
  }, [filters, search]);
  const set = useCallback(
    (changes: Record<string, string | null>) =>
      setSearch(
        (old) => {
          const next = new URLSearchParams(old);
          for (const [name, value] of Object.entries(changes))
            if (value) next.set(name, value);
            else next.delete(name);
          return next;
        },
        { replace: true },
      ),
    [setSearch],
  );
  return { values, sort: search.get("sort") ?? defaultSort, set };
}

function SortMark({ column, sort }: { column: string; sort?: string }) {
  if (sort === column) return <IconArrowUp size={13} aria-hidden />;
  if (sort === `-${column}`) return <IconArrowDown size={13} aria-hidden />;
  return null;
}

function ariaSort(column: string | undefined, sort: string | undefined) {
  if (!column) return undefined;
  if (sort === column) return "ascending";
  return sort === `-${column}` ? "descending" : "none";
}

const NO_FILTERS: Filter[] = [];

export function DataTable<T>(props: DataTableProps<T>) {
  const { id, label, path, fixed, columns, filters = NO_FILTERS, rowKey, detail, live } = props;
  const { t } = useTranslation();
  const small = useMediaQuery("(max-width: 48em)", undefined, { getInitialValueInEffect: false });
  const { values, sort, set } = useListState(filters, props.defaultSort);
  const [shown, setShown] = useKeptState<string[]>(
    `columns.${id}`,
    columns.filter((each) => !each.optional).map((each) => each.key),
  );
  const [picked, setPicked] = useState<ReadonlySet<string>>(new Set());
  const [active, setActive] = useState(-1);
  const [open, setOpen] = useState<T | null>(null);
  const [fresh, setFresh] = useState(0);
  const box = useRef<HTMLDivElement>(null);

  const query = { ...fixed, ...values, sort };
  const list = useInfiniteQuery({
    queryKey: ["list", path, query],
    queryFn: ({ pageParam, signal }) =>
      getList<T>(path, { ...query, limit: String(PAGE), cursor: pageParam }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
    refetchOnWindowFocus: false,
  });
  const rows = useMemo(() => list.data?.pages.flatMap((page) => page.items) ?? [], [list.data]);
  useEvents(live ?? [], () => setFresh((n) => n + 1));

  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => box.current,
    estimateSize: () => (small ? 132 : 37),
    overscan: 12,
    getItemKey: (index) => rowKey(rows[index]!),
  });
  const items = virtual.getVirtualItems();
  const last = items[items.length - 1]?.index ?? -1;
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = list;
  useEffect(() => {
    if (last >= rows.length - 20 && hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [last, rows.length, hasNextPage, isFetchingNextPage, fetchNextPage]);

  const openRow = useCallback(
    (row: T) => {
      if (props.onOpen) props.onOpen(row);
      else if (detail) setOpen(row);
    },
    [props, detail],
  );
  const canOpen = Boolean(detail ?? props.onOpen);
  const walk = (step: number) => {
    const next = Math.max(0, Math.min(rows.length - 1, active + step));
    setActive(next);
    virtual.scrollToIndex(next);
  };
  useHotkeys([
    ["j", () => walk(1)],
    ["k", () => walk(-1)],
    ["o", () => rows[active] && openRow(rows[active])],
    [
      "Enter",
      (event) => {
        const on = event.target as HTMLElement;
        if (on.closest("button, a, input, [role=dialog]")) return;
        if (rows[active]) openRow(rows[active]);
      },
      { preventDefault: false },
    ],
    ["x", () => rows[active] && props.bulk && pick(rowKey(rows[active]))],
  ]);

  function pick(key: string) {
    setPicked((old) => {
      const next = new Set(old);
      if (!next.delete(key)) next.add(key);
      return next;
    });
  }
  const refresh = () => {
    setFresh(0);
    void list.refetch();
  };
  const visible = columns.filter((each) => shown.includes(each.key));
  const top = items[0]?.start ?? 0;
  const bottom = virtual.getTotalSize() - (items[items.length - 1]?.end ?? 0);
  const filtered = Object.keys(values).length > 0;

  const checkbox = (row: T) =>
    props.bulk && (
      <Checkbox
        size="xs"
        aria-label={t("table.pick")}
        checked={picked.has(rowKey(row))}
        onChange={() => pick(rowKey(row))}
        onClick={(event) => event.stopPropagation()}
      />
    );

  const table = (
    <table className={classes.table} aria-label={label} aria-rowcount={-1}>
      <thead>
        <tr>
          {props.bulk && <th className={classes.pick} aria-label={t("table.pick")} />}
          {visible.map((column) => (
            <th
              key={column.key}
              scope="col"
              style={{ width: column.width, textAlign: column.align }}
              aria-sort={ariaSort(column.sort, sort)}
            >
              {column.sort ? (
                <button
                  type="button"
                  className={classes.sort}
                  onClick={() =>
                    set({ sort: sort === `-${column.sort}` ? column.sort! : `-${column.sort}` })
                  }
                >
                  {column.label}
                  <SortMark column={column.sort} sort={sort} />
                </button>
              ) : (
                column.label
              )}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {top > 0 && (
          <tr aria-hidden>
            <td style={{ height: top, padding: 0 }} />
          </tr>
        )}
        {items.map((item) => {
          const row = rows[item.index]!;
          return (
            <tr
              key={item.key}
              data-index={item.index}
              ref={virtual.measureElement}
              data-active={item.index === active || undefined}
              data-open={canOpen || undefined}
              onClick={(event) => {
                if ((event.target as HTMLElement).closest("a, button, input")) return;
                setActive(item.index);
                if (!window.getSelection()?.toString()) openRow(row);
              }}
            >
              {props.bulk && <td className={classes.pick}>{checkbox(row)}</td>}
              {visible.map((column, at) => (
                <td key={column.key} style={{ textAlign: column.align }}>
                  {at === 0 && canOpen ? (
                    <button
                      type="button"
                      className={classes.open}
                      onClick={(event) => {
                        event.stopPropagation();
                        setActive(item.index);
                        openRow(row);
                      }}
                    >
                      {column.render(row)}
                    </button>
                  ) : (
                    column.render(row)
                  )}
                </td>
              ))}
            </tr>
          );
        })}
        {bottom > 0 && (
          <tr aria-hidden>
            <td style={{ height: bottom, padding: 0 }} />
          </tr>
        )}
      </tbody>
    </table>
  );

  const cards = (
    <ul className={classes.cards} aria-label={label} style={{ height: virtual.getTotalSize() }}>
      {items.map((item) => {
        const row = rows[item.index]!;
        const [first, ...others] = visible;
        return (
          <li
            key={item.key}
            data-index={item.index}
            ref={virtual.measureElement}
            className={classes.place}
            style={{ transform: `translateY(${item.start}px)` }}
          >
            <Paper withBorder p="xs" className={classes.card}>
              <Group justify="space-between" wrap="nowrap">
                {canOpen ? (
                  <button type="button" className={classes.open} onClick={() => openRow(row)}>
                    {first?.render(row)}
                  </button>
                ) : (
                  <b>{first?.render(row)}</b>
                )}
                {checkbox(row)}
              </Group>
              <dl>
                {others.map((column) => (
                  <div key={column.key}>
                    <dt>{column.label}</dt>
                    <dd>{column.render(row)}</dd>
                  </div>
                ))}
              </dl>
            </Paper>
          </li>
        );
      })}
    </ul>
  );

  let body: ReactNode = small ? cards : table;
  if (list.isPending) {
    body = (
      <Box p="sm" role="status" aria-label={t("loading")}>
        {Array.from({ length: 8 }, (_, at) => (
          <Skeleton key={at} height={20} mb={14} />
        ))}
      </Box>
    );
  } else if (list.isError) {
    body = (
      <EmptyState
        title={t("problem.title")}
        action={
          <Button variant="default" onClick={refresh}>
            {t("again")}
          </Button>
        }
      >
        {problemText(list.error)}
      </EmptyState>
    );
  } else if (rows.length === 0 && !hasNextPage) {
    body = filtered ? (
      <EmptyState
        title={t("table.nothingFound")}
        action={
          <Button
            variant="default"
            onClick={() => set(Object.fromEntries(filters.map(({ name }) => [name, null])))}
          >
            {t("table.clear")}
          </Button>
        }
      >
        {t("table.nothingFoundHelp")}
      </EmptyState>
    ) : (
      props.empty
    );
  }

  return (
    <Box className={classes.whole}>
      <TableBar
        columns={columns}
        shown={shown}
        onShown={setShown}
        filters={filters}
        values={values}
        onFilter={set}
        sort={small ? sort : undefined}
        csv={props.csv && withQuery(props.csv, query)}
        actions={props.actions}
      />
      {props.bulk && picked.size > 0 && (
        <Group className={classes.bulk} gap="xs">
          <Text size="sm" fw={600}>
            {t("table.picked", { count: picked.size })}
          </Text>
          {props.bulk.map((action) => (
            <Button
              key={action.label}
              size="xs"
              variant="default"
              c={action.color}
              onClick={async () => {
                await action.run(rows.filter((row) => picked.has(rowKey(row))));
                setPicked(new Set());
              }}
            >
              {action.label}
            </Button>
          ))}
          <Button size="xs" variant="subtle" onClick={() => setPicked(new Set())}>
            {t("table.pickNone")}
          </Button>
        </Group>
      )}
      {fresh > 0 && !list.isPending && (
        <Button
          className={classes.fresh}
          size="compact-xs"
          radius="xl"
          leftSection={<IconRefresh size={13} aria-hidden />}
          onClick={refresh}
        >
          {t("table.fresh", { count: fresh })}
        </Button>
      )}
      {/* What scrolls must be reachable with the keyboard. */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <div ref={box} className={classes.box} tabIndex={0} role="region" aria-label={label}>
        {body}
        {isFetchingNextPage && <Skeleton height={20} m="sm" w="auto" />}
      </div>
      {detail && (
        <Drawer
          opened={open !== null}
          onClose={() => setOpen(null)}
          size="lg"
          title={open && props.detailTitle?.(open)}
          closeButtonProps={{ "aria-label": t("close") }}
        >
          {open && detail(open, () => setOpen(null))}
        </Drawer>
      )}
    </Box>
  );
}
