// SPDX-License-Identifier: Apache-2.0
import type { Schemas } from "@/api/client";

/** Hops between us and the customer: none of the carrier's business. */
const OURS = ["accepted", "priced", "given_back", "callback"];

/**
 * A message's passage as a carrier's support asks for it: its ids, its times in UTC, what was
 * submitted and what came back; not the text, nor whose message it is, nor what it costs.
 */
export function supportText(message: Schemas["Message"]): string {
  const ids = message.carrier_ids.filter(Boolean).join(", ");
  const hops = message.passage.filter(({ what }) => !OURS.includes(what));
  const lines = [
    `message ${message.id}`,
    `carrier: ${message.carrier ?? "-"}`,
    `carrier ids: ${ids || "-"}`,
    `from ${message.sender} to ${message.recipient}`,
    `parts: ${message.parts}, encoding: ${message.encoding}, state: ${message.state}`,
    `created: ${message.created_at}`,
    `sent: ${message.sent_at ?? "-"}`,
    `done: ${message.done_at ?? "-"}`,
    `receipt: ${message.receipt ?? "-"}`,
    ...hops.flatMap(({ at, what, detail, fields }) => [
      `${at} ${what} ${detail}`.trimEnd(),
      ...Object.entries(fields ?? {}).map(([name, value]) => `    ${name}: ${value ?? "-"}`),
    ]),
  ];
  return `${lines.join("\n")}\n`;
}
