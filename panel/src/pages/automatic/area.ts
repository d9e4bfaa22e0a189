// SPDX-License-Identifier: Apache-2.0
import type { Page } from "../areas";

export default [
  {
    path: "/automatic/reply",
    room: "automatic",
    label: "automatic:reply.title",
    needs: ["view"],
    order: 0,
    oneAccount: true,
    load: () => import("./Reply"),
  },
  {
    path: "/automatic/keywords",
    room: "automatic",
    label: "automatic:keywords.title",
    needs: ["view"],
    order: 1,
    load: () => import("./Keywords"),
  },
  {
    path: "/automatic/quarantine",
    room: "automatic",
    label: "automatic:quarantine.title",
    needs: ["view"],
    order: 2,
    load: () => import("./Quarantine"),
  },
] satisfies Page[];
