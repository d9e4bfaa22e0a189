// SPDX-License-Identifier: Apache-2.0
import type { Page } from "../areas";

export default [
  {
    path: "/senders",
    room: "senders",
    label: "senders:title",
    needs: ["view"],
    order: 0,
    oneAccount: true,
    load: () => import("./Senders"),
  },
] satisfies Page[];
