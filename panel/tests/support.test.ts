// SPDX-License-Identifier: Apache-2.0
import { expect, it } from "vitest";
import type { Schemas } from "../src/api/client";
import { supportText } from "../src/pages/messages/support";

const at = "2026-11-29T10:00:00.000Z";
const hop = (what: string, fields: Record<string, string | null> | undefined, detail = "") => ({
  at,
  what,
  detail,
  took_ms: 1,
  fields,
});

const message = {
  id: "7",
  account: "sms-secret-1",
  user: "shop",
  sender: "Navette",
  recipient: "+33612345678",
  text: "Your code is 1234",
  encoding: "gsm7",
  parts: 1,
  state: "undelivered",
  credits: "1",
  created_at: at,
  sent_at: at,
  done_at: null,
  carrier: "sim",
  carrier_ids: ["ab12", null],
  receipt: "UNDELIV 012",
  passage: [
    hop("accepted", { by: "user", name: "shop" }),
    hop("priced", { credits: "1" }, "1 for 1 part"),
    hop("routed", { carrier: "sim" }, "sim"),
    hop("submitted", { source_addr: "Navette", data_coding: "0", valid_until: null }),
    hop("undelivered", undefined, "UNDELIV 012"),
    hop("callback", { target: "https://shop.example" }, "https://shop.example: 200"),
  ],
} as unknown as Schemas["Message"];

it("gives a carrier's support the passage, and nothing of the customer", () => {
  const text = supportText(message);
  expect(text).toContain("carrier ids: ab12\n");
  expect(text).toContain(
    `${at} submitted\n    source_addr: Navette\n    data_coding: 0\n    valid_until: -\n`,
  );
  expect(text).toContain(`${at} undelivered UNDELIV 012\n`);
  for (const ours of ["code", "shop", "secret", "priced"]) expect(text).not.toContain(ours);
});
