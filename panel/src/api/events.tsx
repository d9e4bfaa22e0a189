// SPDX-License-Identifier: Apache-2.0
/**
 * What happens on the server, as it happens: one stream of events for the whole panel. Lists do not
 * move by themselves (a table offers to show what is new); figures and details are asked for again.
 */
import { useQueryClient } from "@tanstack/react-query";
import { createContext, useContext, useEffect, useMemo, useRef, useState } from "react";
import type { ReactNode } from "react";

export interface Happening {
  id: string;
  at: string;
  type: string;
  account: string | null;
  message_id?: string;
  incoming_id?: string;
  conversation_id?: string;
  state?: string;
  /** Of the thread, for who may chat. */
  phone?: string;
  standing?: string;
  what?: string;
  subject?: string | null;
}

const STATES = [
  "accepted",
  "scheduled",
  "queued",
  "sending",
  "sent",
  "in_doubt",
  "delivered",
  "undelivered",
  "expired",
  "rejected",
  "unknown",
  "cancelled",
  "refused",
  "failed",
];
const TYPES = [
  ...STATES.map((state) => `message.${state}`),
  "incoming.received",
  "incoming.released",
  "stop.received",
  "thread.read",
  "change",
];

/** Which paths tell something else once such a thing has happened; the longest prefix of a type. */
const CONCERNS: [prefix: string, paths: RegExp][] = [
  ["message.", /\/(statistics|session|messages\/\{id\}|threads)/],
  ["incoming.", /\/(statistics|incoming\/\{id\}|threads|conversations\/\{)/],
  ["stop.", /\/(statistics|threads)/],
  ["thread.", /\/threads/],
  ["change", /^(?!.*\/(messages|incoming|threads|statistics)\b)/],
];

const FLUSH_MS = 1000;
const HIDDEN_MS = 20_000;
const RETRY_FIRST_MS = 1000;
const RETRY_MOST_MS = 30_000;

type Listener = (event: Happening) => void;

class Feed {
  readonly listeners = new Set<Listener>();
  private source: EventSource | null = null;
  private cursor = "now";
  private retry: number | undefined;
  private hide: number | undefined;
  private wait = RETRY_FIRST_MS;

  constructor(
    private readonly account: string | null,
    private readonly onState: (live: boolean) => void,
    /** Something may have been missed. */
    private readonly onGap: () => void,
  ) {}

  start() {
    document.addEventListener("visibilitychange", this.onVisibility);
    this.open();
  }

  stop() {
    document.removeEventListener("visibilitychange", this.onVisibility);
    this.close();
  }

  private readonly onVisibility = () => {
    window.clearTimeout(this.hide);
    if (document.hidden) this.hide = window.setTimeout(() => this.close(), HIDDEN_MS);
    else if (!this.source) this.open();
  };

  private open() {
    window.clearTimeout(this.retry);
    const query = new URLSearchParams({ after: this.cursor });
    if (this.account) query.set("account", this.account);
    const source = new EventSource(`/api/v1/events?${query}`);
    this.source = source;
    source.onopen = () => {
      this.wait = RETRY_FIRST_MS;
      this.onState(true);
    };
    source.onerror = () => {
      this.onState(false);
      // The browser tries again by itself unless the server said no.
      if (source.readyState !== EventSource.CLOSED) return;
      this.close();
      if (this.cursor !== "now") {
        this.cursor = "now"; // perhaps it was too old for the server
        this.onGap();
      }
      this.retry = window.setTimeout(() => this.open(), this.wait);
      this.wait = Math.min(this.wait * 2, RETRY_MOST_MS);
    };
    for (const type of TYPES) source.addEventListener(type, this.onEvent);
  }

  private readonly onEvent = (message: MessageEvent<string>) => {
    if (message.lastEventId) this.cursor = message.lastEventId;
    const event = JSON.parse(message.data) as Happening;
    for (const listener of this.listeners) listener(event);
  };

  private close() {
    window.clearTimeout(this.retry);
    window.clearTimeout(this.hide);
    this.source?.close();
    this.source = null;
  }
}

const FeedContext = createContext<Feed | null>(null);
const LiveContext = createContext(false);

function concerned(type: string, path: unknown): boolean {
  if (typeof path !== "string") return false;
  return CONCERNS.some(([prefix, paths]) => type.startsWith(prefix) && paths.test(path));
}

export function EventsProvider(props: { account: string | null; children: ReactNode }) {
  const { account, children } = props;
  const queries = useQueryClient();
  const [live, setLive] = useState(false);
  const feed = useMemo(
    () => new Feed(account, setLive, () => void queries.invalidateQueries()),
    [account, queries],
  );
  useEffect(() => {
    const types = new Set<string>();
    let timer: number | undefined;
    const flush = () => {
      const happened = [...types];
      types.clear();
      timer = undefined;
      void queries.invalidateQueries({
        predicate: ({ queryKey: [kind, path] }) =>
          kind !== "list" && happened.some((type) => concerned(type, path)),
      });
    };
    const listener: Listener = (event) => {
      types.add(event.type);
      timer ??= window.setTimeout(flush, FLUSH_MS);
    };
    feed.listeners.add(listener);
    feed.start();
    return () => {
      window.clearTimeout(timer);
      feed.listeners.delete(listener);
      feed.stop();
    };
  }, [feed, queries]);
  return (
    <FeedContext.Provider value={feed}>
      <LiveContext.Provider value={live}>{children}</LiveContext.Provider>
    </FeedContext.Provider>
  );
}

/** Calls `handle` for each event whose type begins with one of `prefixes`. */
export function useEvents(prefixes: readonly string[], handle: Listener) {
  const feed = useContext(FeedContext);
  const latest = useRef(handle);
  latest.current = handle;
  const key = prefixes.join(" ");
  useEffect(() => {
    if (!feed) return undefined;
    const wanted = key.split(" ").filter(Boolean);
    const listener: Listener = (event) => {
      if (wanted.some((prefix) => event.type.startsWith(prefix))) latest.current(event);
    };
    feed.listeners.add(listener);
    return () => {
      feed.listeners.delete(listener);
    };
  }, [feed, key]);
}

/** Is the stream open? */
export function useLive() {
  return useContext(LiveContext);
}
