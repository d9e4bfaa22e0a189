// SPDX-License-Identifier: Apache-2.0
/** The messages of one sending and how they fare, from the list and the events since. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useRef } from "react";
import { getList } from "@/api/client";
import { useEvents, useLive } from "@/api/events";
import { MESSAGE_STATES, type MessageState } from "@/components/StateBadge";
import { keptSent } from "./kept";
import { type Message, type Row, rowOf } from "./progress";
import { MOST_RECIPIENTS } from "./recipients";

const REFRESH_MS = 1500;
const AROUND_MS = 10 * 60_000;

function around(at: string | null): { since?: string; until?: string } {
  const time = at ? new Date(at).getTime() : Number.NaN;
  if (Number.isNaN(time)) return {};
  return {
    since: new Date(time - AROUND_MS).toISOString(),
    until: new Date(time + AROUND_MS).toISOString(),
  };
}

function isState(value: string | undefined): value is MessageState {
  return MESSAGE_STATES.some((state) => state === value);
}

export function useSending(account: string, tag: string, at: string | null) {
  const queries = useQueryClient();
  const key = useMemo(() => ["sending", { account, tag, at }], [account, tag, at]);
  const kept = useMemo(() => keptSent(account, tag), [account, tag]);
  const first = useMemo<Row[] | undefined>(
    () => kept?.sent.items.map((each) => ({ ...each, cause: null })),
    [kept],
  );
  const blind = useLive() ? false : REFRESH_MS;
  const list = useQuery({
    queryKey: key,
    queryFn: async ({ signal }) => {
      const rows: Row[] = [];
      let cursor: string | null = null;
      do {
        const query = { account, tag, ...around(at), limit: String(MOST_RECIPIENTS) };
        const page: { items: Message[]; next: string | null } = await getList<Message>(
          "/api/v1/messages",
          cursor ? { ...query, cursor } : query,
          signal,
        );
        rows.push(...page.items.map(rowOf));
        cursor = page.next;
      } while (cursor !== null && rows.length < MOST_RECIPIENTS);
      return rows.reverse(); // as they were written
    },
    placeholderData: first,
    refetchInterval: blind,
  });
  const timer = useRef<number>();
  const refresh = useCallback(() => {
    timer.current ??= window.setTimeout(() => {
      timer.current = undefined;
      void queries.invalidateQueries({ queryKey: key });
    }, REFRESH_MS);
  }, [queries, key]);
  useEffect(() => () => window.clearTimeout(timer.current), []);
  useEvents(["message."], ({ message_id: id, type, state }) => {
    const now = state ?? type.slice("message.".length);
    const rows = queries.getQueryData<Row[]>(key) ?? first;
    if (!id || !isState(now) || !rows?.some((row) => row.id === id)) return;
    queries.setQueryData<Row[]>(key, () =>
      rows.map((row) => (row.id === id ? { ...row, state: now } : row)),
    );
    refresh(); // for the cause, and for what an event does not tell
  });
  return { rows: list.data, error: list.error, kept, reload: list.refetch };
}
