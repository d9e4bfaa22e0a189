// SPDX-License-Identifier: Apache-2.0
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { type Schemas, api, must } from "@/api/client";
import { useLive } from "@/api/events";

export type Thread = Schemas["Thread"];
export type Line = Schemas["ThreadLine"];
export type Which = "all" | "unread" | "open";

// The paths as keys: an event about threads has what begins with them asked for again.
const LIST = "/api/v1/accounts/{name}/threads";
const ONE = "/api/v1/accounts/{name}/threads/{phone}";
const UNREAD_MOST = 50;
/** How often to ask while no event can tell. */
const BLIND_MS = 5000;

/** What was typed into the search: of a number only the digits, without the zero of home. */
function wordOf(typed: string): string | undefined {
  const plain = typed.trim();
  if (!/^[+\d][\d\s().-]*$/.test(plain)) return plain || undefined;
  return plain.replace(/\D/g, "").replace(/^0{1,2}/, "") || undefined;
}

export function useThreads(name: string, which: Which, typed: string) {
  const q = wordOf(typed);
  const blind = useLive() ? false : BLIND_MS;
  const list = useInfiniteQuery({
    queryKey: ["get", LIST, { name, state: which, q }],
    queryFn: ({ pageParam, signal }) =>
      must(
        api.GET(LIST, {
          params: { path: { name }, query: { state: which, q, cursor: pageParam } },
          signal,
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
    refetchInterval: blind,
  });
  const unread = useQuery({
    queryKey: ["get", LIST, { name, state: "unread", top: true }],
    queryFn: ({ signal }) =>
      must(
        api.GET(LIST, {
          params: { path: { name }, query: { state: "unread", limit: UNREAD_MOST } },
          signal,
        }),
      ),
    enabled: which === "all" && !q,
    refetchInterval: blind,
  });
  const onTop = which === "all" && !q ? unread.data?.items : undefined;
  const threads = useMemo(() => {
    if (!list.data) return undefined;
    const byPhone = new Map<string, Thread>();
    for (const each of onTop ?? []) byPhone.set(each.phone, each);
    for (const page of list.data.pages)
      for (const each of page.items) if (!byPhone.has(each.phone)) byPhone.set(each.phone, each);
    return [...byPhone.values()];
  }, [list.data, onTop]);
  const { error, hasNextPage, isFetchingNextPage, fetchNextPage } = list;
  return { threads, error, hasNextPage, isFetchingNextPage, fetchNextPage };
}

export function useThread(name: string, phone: string) {
  const blind = useLive() ? false : BLIND_MS;
  return useInfiniteQuery({
    queryKey: ["get", ONE, { name, phone }],
    queryFn: ({ pageParam, signal }) =>
      must(
        api.GET(ONE, { params: { path: { name, phone }, query: { cursor: pageParam } }, signal }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
    refetchInterval: blind,
  });
}
