// SPDX-License-Identifier: Apache-2.0
import type { Page } from "../areas";

export default [
  {
    path: "/api/keys",
    room: "api",
    label: "access:keys.title",
    needs: ["own"],
    order: 1,
    oneAccount: true,
    load: () => import("./Keys"),
  },
  {
    path: "/api/members",
    room: "api",
    label: "access:members.title",
    needs: ["own"],
    order: 2,
    oneAccount: true,
    load: () => import("./Members"),
  },
] satisfies Page[];
