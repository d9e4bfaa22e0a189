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
  "/api/v1/password-reset": { post: Operation<undefined, { email: string }> };
  "/api/v1/password-reset/{token}": {
    post: Operation<undefined, { password: string }, { token: string }>;
  };
}
