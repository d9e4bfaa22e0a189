// SPDX-License-Identifier: Apache-2.0
import type { Schemas } from "@/api/client";
import type { MessageState } from "@/components/StateBadge";
import { serverText } from "@/i18n/server";

export type Message = Schemas["Message"];

/** Five heaps are enough for a bar; each links to its messages. */
export const HEAPS = ["delivered", "sent", "waiting", "failed", "cancelled"] as const;
export type Heap = (typeof HEAPS)[number];

export const STATES_OF: Record<Heap, MessageState[]> = {
  delivered: ["delivered"],
  sent: ["sent"],
  waiting: ["scheduled", "queued", "sending", "in_doubt"],
  failed: ["undelivered", "expired", "rejected", "unknown", "refused"],
  cancelled: ["cancelled"],
};

/** Okabe and Ito's, as everywhere in the panel; darker where white stands on them is not needed. */
export const COLOUR_OF: Record<Heap, string> = {
  delivered: "#009E73",
  sent: "#0072B2",
  waiting: "#999999",
  failed: "#D55E00",
  cancelled: "#CC79A7",
};

export function heapOf(state: MessageState): Heap {
  return HEAPS.find((heap) => STATES_OF[heap].includes(state)) ?? "waiting";
}

export function countsOf(rows: { state: MessageState }[]): Record<Heap, number> {
  const counts = { delivered: 0, sent: 0, waiting: 0, failed: 0, cancelled: 0 };
  for (const { state } of rows) counts[heapOf(state)]++;
  return counts;
}

/** Why it failed, in the most telling words there are. */
export function causeOf(row: Row, words: (state: MessageState) => string): string {
  return row.cause ? serverText(row.cause) : words(row.state);
}

export interface Row {
  id: string;
  to: string;
  state: MessageState;
  at: string | null;
  cause: string | null;
}

export function rowOf(message: Message): Row {
  return {
    id: message.id,
    to: message.recipient,
    state: message.state,
    at: message.done_at ?? message.sent_at ?? message.due_at ?? message.created_at,
    cause: message.ptt_meaning,
  };
}
