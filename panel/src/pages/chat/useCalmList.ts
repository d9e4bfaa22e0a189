// SPDX-License-Identifier: Apache-2.0
/**
 * A list that does not move under the pointer: while it is held, rows change in place, and what is
 * new waits behind a mark.
 */
import { useEffect, useMemo, useState } from "react";
import type { Thread } from "./useThreads";

interface Shown {
  /** Another search or account: nothing of the old order counts. */
  key: string;
  threads: Thread[];
  lastAt: Map<string, string | null>;
}

function shownOf(key: string, threads: Thread[]): Shown {
  return {
    key,
    threads,
    lastAt: new Map(threads.map((each) => [each.phone, each.last_at])),
  };
}

export function useCalmList(threads: Thread[] | undefined, held: boolean, key: string) {
  const [shown, setShown] = useState<Shown | null>(null);
  useEffect(() => {
    if (threads && !held) setShown(shownOf(key, threads));
  }, [threads, held, key]);
  return useMemo(() => {
    if (!threads) return { rows: undefined, fresh: 0, show: () => {} };
    const show = () => setShown(shownOf(key, threads));
    if (shown?.key !== key) return { rows: threads, fresh: 0, show };
    const now = new Map(threads.map((each) => [each.phone, each]));
    // Who was read leaves the list of the unread, but not before it may move.
    const kept = shown.threads.map((each) => now.get(each.phone) ?? { ...each, unread: 0 });
    const oldest = kept[kept.length - 1]?.last_at ?? "";
    const unknown = threads.filter((each) => !shown.lastAt.has(each.phone));
    // Further pages are not news: they stand behind.
    const further = unknown.filter((each) => (each.last_at ?? "") < oldest);
    const moved = kept.filter(
      (each) => each.unread > 0 && each.last_at !== shown.lastAt.get(each.phone),
    );
    const fresh = unknown.length - further.length + moved.length;
    return { rows: [...kept, ...further], fresh, show };
  }, [threads, shown, key]);
}
