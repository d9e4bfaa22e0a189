// SPDX-License-Identifier: Apache-2.0
import type { Page } from "../areas";

export default [
  {
    path: "/messages/sent",
    room: "messages",
    label: "messages:sent",
    needs: ["view"],
    order: 40,
    load: () => import("./Sent"),
  },
  {
    path: "/messages/scheduled",
    room: "messages",
    label: "messages:scheduled",
    needs: ["view"],
    order: 41,
    load: () => import("./Scheduled"),
  },
  {
    path: "/messages/received",
    room: "messages",
    label: "messages:received",
    needs: ["view"],
    order: 42,
    load: () => import("./Received"),
  },
  {
    path: "/messages/:id",
    room: null,
    label: "messages:message",
    needs: ["view"],
    order: 43,
    load: () => import("./Message"),
  },
] satisfies Page[];
