// SPDX-License-Identifier: Apache-2.0
import type { Page } from "../areas";

export default [
  { path: "/me", room: null, label: "me:title", needs: [], order: 0, load: () => import("./Me") },
] satisfies Page[];
