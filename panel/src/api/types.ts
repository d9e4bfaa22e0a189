// SPDX-License-Identifier: Apache-2.0
/** Names for what the OpenAPI file describes: nothing is written down twice. */
import type { components, paths } from "./openapi";

type Schemas = components["schemas"];

export type Problem = Schemas["Problem"];
export type Right = Schemas["Right"];
export type Role = Schemas["Role"];
export type Language = Schemas["Language"];
export type Key = Schemas["Key"];
export type Scope = Key["scopes"][number];
export type MemberOfAccount = Schemas["AccountMember"];
export type Counts = Schemas["Counts"];
export type Statistics = Schemas["Statistics"];
export type Invite =
  paths["/api/v1/invites/{token}"]["get"]["responses"]["200"]["content"]["application/json"];

type OfMember = "csrf_token" | "member" | "accounts";
type Nobody = Omit<Schemas["Session"], OfMember | "signed_in">;
type Somebody = Required<Pick<Schemas["Session"], OfMember>>;

/** The description has these members optional; here `signed_in` tells which are there. */
export type Session = (Nobody & { signed_in: false }) | (Nobody & Somebody & { signed_in: true });
export type Member = Somebody["member"];
export type AccountOfSession = Somebody["accounts"][number];
