// SPDX-License-Identifier: Apache-2.0
import type { Page } from "../areas";

type Shown = Pick<Page, "path" | "load"> & { name: string; hidden?: boolean };

const shown: Shown[] = [
  { path: "/operator/accounts", name: "accounts", load: () => import("./Accounts") },
  {
    path: "/operator/accounts/:name",
    name: "accounts",
    hidden: true,
    load: () => import("./Account"),
  },
  { path: "/operator/validation", name: "validation", load: () => import("./Validation") },
  { path: "/operator/carriers", name: "carriers", load: () => import("./Carriers") },
  {
    path: "/operator/carriers/:name",
    name: "carriers",
    hidden: true,
    load: () => import("./Carrier"),
  },
  { path: "/operator/routes", name: "routes", load: () => import("./Routes") },
  { path: "/operator/numbers", name: "numbers", load: () => import("./Numbers") },
  { path: "/operator/rates", name: "rates", load: () => import("./Rates") },
  { path: "/operator/members", name: "members", load: () => import("./Members") },
  { path: "/operator/audit", name: "audit", load: () => import("./Audit") },
];

export default shown.map(({ path, name, hidden, load }, order): Page => ({
  path,
  room: hidden ? null : "operator",
  label: `operator:${name}.title`,
  needs: ["operate"],
  order,
  load,
}));
