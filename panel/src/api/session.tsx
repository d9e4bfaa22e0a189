// SPDX-License-Identifier: Apache-2.0
/** Who is signed in, with which rights, and which account they look at. */
import { useNetwork } from "@mantine/hooks";
import { useQueryClient } from "@tanstack/react-query";
import {
  createContext,
  useCallback,
  useContext,
  useEffect,
  useMemo,
  useRef,
  useState,
} from "react";
import type { ReactNode } from "react";
import { $api, setCsrfToken, setOnSignedOut } from "./client";
import { useLive } from "./events";
import type { AccountOfSession, Member, Right, Session } from "./types";

type SignedIn = Extract<Session, { signed_in: true }>;

interface SessionValue {
  session: Session;
  /** After signing in or out, or a change of what the session says. */
  refresh: () => Promise<void>;
}

const SessionContext = createContext<SessionValue | null>(null);
const PATH = "/api/v1/session";
/** How often a server that does not answer is asked again. */
const AGAIN_MS = 4000;

export function useSessionQuery() {
  return $api.useQuery(
    "get",
    PATH,
    {},
    {
      staleTime: 60_000,
      retry: 1,
      refetchInterval: ({ state }) => (state.status === "error" ? AGAIN_MS : false),
      // Told apart by signed_in, which a description in OpenAPI does not say.
      select: (session) => session as Session,
    },
  );
}

/** Asks while there is no stream of events: a server that stops may still answer a first time. */
export function useProbe() {
  const live = useLive();
  const { refetch } = useSessionQuery();
  useEffect(() => {
    if (live) return undefined;
    const timer = window.setInterval(() => void refetch({ cancelRefetch: false }), AGAIN_MS);
    return () => window.clearInterval(timer);
  }, [live, refetch]);
}

/** Does the server answer, as far as is known? */
export function useReachable(): boolean {
  const { online } = useNetwork();
  const { isError, isPaused } = useSessionQuery();
  return online && !isError && !isPaused;
}

/** Calls once the server answers again. */
export function useOnReturn(call: () => void) {
  const reachable = useReachable();
  const was = useRef(reachable);
  const latest = useRef(call);
  latest.current = call;
  useEffect(() => {
    if (reachable && !was.current) latest.current();
    was.current = reachable;
  }, [reachable]);
}

export function SessionProvider(props: { session: Session; children: ReactNode }) {
  const { session, children } = props;
  const queries = useQueryClient();
  const refresh = useCallback(
    () => queries.invalidateQueries({ queryKey: ["get", PATH] }),
    [queries],
  );
  // Before the children ask for anything.
  setCsrfToken(session.signed_in ? session.csrf_token : "");
  useEffect(() => setOnSignedOut(() => void refresh()), [refresh]);
  const value = useMemo(() => ({ session, refresh }), [session, refresh]);
  return <SessionContext.Provider value={value}>{children}</SessionContext.Provider>;
}

export function useSession(): SessionValue {
  const value = useContext(SessionContext);
  if (!value) throw new Error("useSession outside of SessionProvider");
  return value;
}

interface AccountValue {
  /** Null: an operator who looks at all accounts. */
  account: AccountOfSession | null;
  accounts: AccountOfSession[];
  choose: (name: string | null) => void;
}

const AccountContext = createContext<AccountValue | null>(null);
const KEPT = "navette.account";

function kept() {
  return sessionStorage.getItem(KEPT) ?? localStorage.getItem(KEPT);
}

/** A tab has its own choice; a new tab begins with the last one. */
export function AccountProvider(props: { session: SignedIn; children: ReactNode }) {
  const { session, children } = props;
  const [name, setName] = useState(kept);
  const queries = useQueryClient();
  const choose = useCallback(
    (chosen: string | null) => {
      sessionStorage.setItem(KEPT, chosen ?? "");
      localStorage.setItem(KEPT, chosen ?? "");
      setName(chosen ?? "");
      void queries.invalidateQueries();
    },
    [queries],
  );
  const value = useMemo(() => {
    const { accounts, member } = session;
    const found = accounts.find((each) => each.name === name);
    const first = member.operator ? null : (accounts[0] ?? null);
    return { accounts, account: found ?? first, choose };
  }, [session, name, choose]);
  return <AccountContext.Provider value={value}>{children}</AccountContext.Provider>;
}

export function useAccounts(): AccountValue {
  const value = useContext(AccountContext);
  if (!value) throw new Error("useAccounts outside of AccountProvider");
  return value;
}

/** For pages that only make sense for one account; the shell asks for one before it shows them. */
export function useAccount(): AccountOfSession {
  const { account } = useAccounts();
  if (!account) throw new Error("this page needs an account");
  return account;
}

/** For flat lists: `account` as the API wants it. */
export function useAccountFilter(): { account?: string } {
  const { account } = useAccounts();
  return account ? { account: account.name } : {};
}

/** The zone in which times are shown. */
export function useZone(): string | undefined {
  return useContext(AccountContext)?.account?.timezone;
}

export function useMember(): Member {
  const { session } = useSession();
  if (!session.signed_in) throw new Error("nobody is signed in");
  return session.member;
}

export function useMay(): (...rights: Right[]) => boolean {
  const { session } = useSession();
  const { account } = useAccounts();
  return useCallback(
    (...rights) =>
      (session.signed_in && session.member.operator) ||
      rights.some((right) => account?.rights.includes(right)),
    [session, account],
  );
}
