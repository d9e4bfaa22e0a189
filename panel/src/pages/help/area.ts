// SPDX-License-Identifier: Apache-2.0
import type { Page } from "../areas";

export default [
  {
    path: "/help",
    room: null,
    label: "help:title",
    needs: [],
    order: 0,
    load: () => import("./Help"),
  },
] satisfies Page[];
