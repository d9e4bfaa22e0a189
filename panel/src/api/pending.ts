// SPDX-License-Identifier: Apache-2.0
// Paths of the contract that the OpenAPI files do not describe yet, in the shape that
// openapi-typescript gives. A path that is described wins: delete it here then.

export interface Problem {
  type: string;
  title: string;
  status: number;
  code: string;
  detail: string;
  field?: string;
}

type Path = Record<string, string> | undefined;
type Query = Record<string, unknown> | undefined;

type Operation<A, B = undefined, P extends Path = undefined, Q extends Query = undefined> = {
  parameters: {
    query?: Q extends undefined ? never : Q;
    header?: never;
    cookie?: never;
  } & (P extends undefined ? { path?: never } : { path: P });
  responses: {
    200: { headers: Record<string, unknown>; content: { "application/json": A } };
    default: {
      headers: Record<string, unknown>;
      content: { "application/problem+json": Problem };
    };
  };
} & (B extends undefined
  ? { requestBody?: never }
  : { requestBody: { content: { "application/json": B } } });

export interface Page<T> {
  items: T[];
  next: string | null;
}

export type Right = "view" | "chat" | "send" | "own" | "operate";
export type Role = "viewer" | "agent" | "sender" | "owner";
export type Scope = "read" | "chat" | "send" | "manage";
export type Language = "en" | "fr";

export interface AccountOfSession {
  name: string;
  role: Role | "operator";
  rights: Right[];
  credits: string;
  timezone: string;
  two_way: string[];
}

export interface Member {
  id: string;
  email: string;
  name: string;
  language: Language;
  operator: boolean;
  totp: boolean;
}

interface AnySession {
  first_run: boolean;
  version: string;
  languages: Language[];
  demo: null | { email: string; password: string; phones_url: string };
}
export type Session =
  | (AnySession & { signed_in: false })
  | (AnySession & {
      signed_in: true;
      csrf_token: string;
      member: Member;
      accounts: AccountOfSession[];
    });

export interface SessionOfMember {
  id: string;
  created_at: string;
  last_seen_at: string;
  from_address: string;
  agent: string;
  current: boolean;
}

export interface MemberOfAccount {
  id: string;
  email: string;
  name: string;
  role: Role;
  totp: boolean;
  last_seen_at: string | null;
  invited: boolean;
}

export interface Invite {
  account: string;
  email: string;
  name: string;
  language: Language;
  role: Role;
  known: boolean;
  expires_at: string;
}

export interface Key {
  id: string;
  name: string;
  scopes: Scope[];
  prefix: string;
  created_at: string;
  last_used_at: string | null;
}

export interface Counts {
  accepted: number;
  sent: number;
  delivered: number;
  failed: number;
  replies: number;
  late_replies: number;
  stops: number;
  credits: string;
}
export interface Statistics {
  totals: Counts;
  series: (Counts & { at: string })[];
  failures: { reason: string; count: number }[];
}

export interface PendingPaths {
  "/api/v1/session": {
    get: Operation<Session>;
    post: Operation<Session, { email: string; password: string; code?: string }>;
    delete: Operation<undefined>;
  };
  "/api/v1/first-run": {
    post: Operation<
      Session,
      { setup_code: string; name: string; email: string; password: string; language: Language }
    >;
  };
  "/api/v1/password-reset": { post: Operation<undefined, { email: string }> };
  "/api/v1/password-reset/{token}": {
    post: Operation<undefined, { password: string }, { token: string }>;
  };
  "/api/v1/invites/{token}": {
    get: Operation<Invite, undefined, { token: string }>;
    post: Operation<
      Session,
      { name?: string; language?: Language; password?: string },
      { token: string }
    >;
  };
  "/api/v1/me": {
    get: Operation<Member>;
    patch: Operation<
      Member,
      { name?: string; language?: Language; old_password?: string; password?: string }
    >;
  };
  "/api/v1/me/totp": {
    post: Operation<{ secret: string; uri: string }>;
    put: Operation<{ recovery_codes: string[] }, { code: string }>;
    delete: Operation<undefined, { code: string }>;
  };
  "/api/v1/me/sessions": { get: Operation<Page<SessionOfMember>> };
  "/api/v1/me/sessions/{id}": { delete: Operation<undefined, undefined, { id: string }> };
  "/api/v1/accounts/{name}/members": {
    get: Operation<Page<MemberOfAccount>, undefined, { name: string }>;
    post: Operation<
      MemberOfAccount & { invite_url?: string },
      { email: string; name?: string; role: Role; language?: Language },
      { name: string }
    >;
  };
  "/api/v1/accounts/{name}/members/{id}": {
    patch: Operation<MemberOfAccount, { name?: string; role?: Role }, { name: string; id: string }>;
    delete: Operation<undefined, undefined, { name: string; id: string }>;
  };
  "/api/v1/accounts/{name}/keys": {
    get: Operation<Page<Key>, undefined, { name: string }>;
    post: Operation<Key & { key?: string }, { name: string; scopes: Scope[] }, { name: string }>;
  };
  "/api/v1/accounts/{name}/keys/{id}": {
    delete: Operation<undefined, undefined, { name: string; id: string }>;
  };
  "/api/v1/statistics": {
    get: Operation<
      Statistics,
      undefined,
      undefined,
      {
        account?: string;
        from?: string;
        until?: string;
        by?: "quarter" | "hour" | "day";
        zone?: string;
      }
    >;
  };
}
