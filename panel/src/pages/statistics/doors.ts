// SPDX-License-Identifier: Apache-2.0
/** Each figure's list: exactly what it counts. */
import { withQuery } from "@/api/client";
import type { Schemas } from "@/api/client";

export interface Span {
  since: string;
  /** Absent: up to now. */
  until?: string;
}

const FAILED = "undelivered,expired,rejected,unknown";

const ended = ({ since, until }: Span) => ({ done_since: since, done_until: until });

export const doors = {
  accepted: (span: Span) => withQuery("/messages/sent", { kind: "all", ...span }),
  delivered: (span: Span) => withQuery("/messages/sent", { state: "delivered", ...ended(span) }),
  failed: (span: Span) => withQuery("/messages/sent", { state: FAILED, ...ended(span) }),
  all_replies: (span: Span) =>
    withQuery("/messages/received", { standing: "in_time,late", ...span }),
  replies: (span: Span) => withQuery("/messages/received", { standing: "in_time", ...span }),
  late_replies: (span: Span) => withQuery("/messages/received", { standing: "late", ...span }),
  stops: (span: Span) => withQuery("/automatic/quarantine", { cause: "reply", ...span }),
};

/** The word "other" stands for many: they are found by their state. */
export function doorOfFailure(failure: Schemas["FailureCount"], span: Span): string {
  const word = failure.word === "other" ? undefined : (failure.word ?? undefined);
  return withQuery("/messages/sent", { state: failure.state, word, ...ended(span) });
}
