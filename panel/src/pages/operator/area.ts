// SPDX-License-Identifier: Apache-2.0
import type { Page } from "../areas";

const operator = (
  order: number,
  path: string,
  label: string,
  load: Page["load"],
  shown = true,
): Page => ({
  path: `/operator/${path}`,
  room: shown ? "operator" : null,
  label: `operator:${label}.title`,
  needs: ["operate"],
  order,
  load,
});

export default [
  operator(0, "accounts", "accounts", () => import("./Accounts")),
  operator(1, "accounts/:name", "accounts", () => import("./Account"), false),
  operator(3, "carriers", "carriers", () => import("./Carriers")),
  operator(4, "carriers/:name", "carriers", () => import("./Carrier"), false),
  operator(5, "routes", "routes", () => import("./Routes")),
  operator(6, "numbers", "numbers", () => import("./Numbers")),
  operator(7, "rates", "rates", () => import("./Rates")),
  operator(8, "members", "members", () => import("./Members")),
];
