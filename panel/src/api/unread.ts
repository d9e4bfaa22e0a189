// SPDX-License-Identifier: Apache-2.0
import { formatNumber } from "@/i18n/format";
import { $api } from "./client";
import { useLive } from "./events";
import { useAccounts, useMay } from "./session";

/** The server counts no further. */
const MOST = 1000;
/** How often to ask while no event can tell. */
const BLIND_MS = 30_000;

/** Threads of the account that nobody has read; 0 as long as that is not known. */
export function useUnread(): number {
  const { account } = useAccounts();
  const may = useMay();
  const live = useLive();
  const { data } = $api.useQuery(
    "get",
    "/api/v1/accounts/{name}/threads/unread",
    { params: { path: { name: account?.name ?? "" } } },
    {
      enabled: account !== null && may("view", "chat"),
      refetchInterval: live ? false : BLIND_MS,
    },
  );
  return data?.threads ?? 0;
}

export function unreadText(threads: number): string {
  return threads < MOST ? formatNumber(threads) : `${formatNumber(MOST)}+`;
}
