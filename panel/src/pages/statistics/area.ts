// SPDX-License-Identifier: Apache-2.0
import type { Page } from "../areas";

export default [
  {
    path: "/statistics",
    room: "statistics",
    label: "statistics:title",
    needs: ["view"],
    order: 0,
    load: () => import("./Statistics"),
  },
] satisfies Page[];
