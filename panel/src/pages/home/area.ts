// SPDX-License-Identifier: Apache-2.0
import type { Page } from "../areas";

export default [
  {
    path: "/",
    room: "home",
    label: "home:title",
    needs: [],
    order: 0,
    load: () => import("./Home"),
  },
] satisfies Page[];
