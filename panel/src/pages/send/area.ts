// SPDX-License-Identifier: Apache-2.0
import type { Page } from "../areas";

export default [
  {
    path: "/send",
    room: "send",
    label: "send:title",
    needs: ["send"],
    order: 20,
    oneAccount: true,
    load: () => import("./Send"),
  },
  {
    path: "/send/:tag",
    room: null,
    label: "send:sending.title",
    needs: ["view"],
    order: 21,
    oneAccount: true,
    load: () => import("./Sending"),
  },
] satisfies Page[];
