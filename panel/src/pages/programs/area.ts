// SPDX-License-Identifier: Apache-2.0
import type { Page } from "../areas";

export default [
  {
    path: "/api/users",
    room: "api",
    label: "programs:users.title",
    needs: ["own"],
    order: 0,
    oneAccount: true,
    load: () => import("./Users"),
  },
  {
    path: "/api/callbacks",
    room: "api",
    label: "programs:callbacks.title",
    needs: ["own"],
    order: 5,
    oneAccount: true,
    load: () => import("./Callbacks"),
  },
] satisfies Page[];
