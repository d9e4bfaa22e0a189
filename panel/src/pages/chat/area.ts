// SPDX-License-Identifier: Apache-2.0
import type { Page } from "../areas";

export default [
  {
    path: "/chat/:phone?",
    room: "chat",
    label: "chat:title",
    needs: ["view", "chat"],
    order: 30,
    oneAccount: true,
    load: () => import("./Chat"),
  },
] satisfies Page[];
