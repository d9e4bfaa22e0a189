// SPDX-License-Identifier: Apache-2.0
import type { Problem } from "./types";

export type { Problem };

export function isProblem(value: unknown): value is Problem {
  return typeof value === "object" && value !== null && "code" in value && "detail" in value;
}

/** What went wrong as a problem, even where no server said so: then its code is "offline". */
export function problemOf(error: unknown): Problem {
  if (isProblem(error)) return error;
  const detail = error instanceof Error ? error.message : String(error);
  const offline = error instanceof TypeError;
  return {
    type: "about:blank",
    title: "",
    status: 0,
    code: offline ? "offline" : "unexpected",
    detail,
  };
}
