// SPDX-License-Identifier: Apache-2.0
// Marketing and the hours of its recipients' countries (P2.7), and its clause (P1.3), on a real
// clock: at any moment some country of the table is closed.
// The same on any database.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { cli, command, furnish, http2sms, startNavette, startSim, until, who } from "./navette.mjs";

const mobiles = {
  FR: "33612345678",
  GP: "590690123456",
  MQ: "596696123456",
  RE: "262692123456",
  NC: "687751234",
  PF: "68987123456",
  WF: "681821234",
  DE: "4915123456789",
};
const NEVER_CLOSED = "12125550123"; // the United States have no line

let server;
let sim;
let closed;

before(async () => {
  sim = await startSim({ args: ["--receipt-delay-ms", "50"] });
  server = await startNavette();
  await furnish(server, sim.smppPort, {
    carrier: ["--stop-text", "STOP 1", "--stop-texts", "US=STOP 2;FR=STOP 36184"],
  });
  const { items } = await cli(server, "hours", "list");
  closed = items.find((row) => !row.open && mobiles[row.country]);
});

after(async () => {
  await server?.stop();
  await sim?.stop();
});

const send = (to, more = {}) =>
  http2sms(server, {
    ...who,
    from: "Navette",
    to,
    message: "Sale",
    contentType: "application/json",
    ...more,
  });

test("P2_7 http2sms answers 101 to what waits for an opening, 100 to what leaves", async () => {
  const waits = JSON.parse((await send(mobiles[closed.country])).text);
  assert.equal(waits.status, 101);
  const message = await cli(server, "message", "show", waits.SmsIds[0]);
  assert.equal(message.state, "scheduled");
  assert.equal(message.due_at, closed.opens_at);
  assert.equal(JSON.parse((await send(NEVER_CLOSED)).text).status, 100);
  assert.equal(JSON.parse((await send(mobiles[closed.country], { noStop: "1" })).text).status, 100);
  const mixed = JSON.parse((await send(`${NEVER_CLOSED},${mobiles[closed.country]}`)).text);
  assert.equal(mixed.status, 101);
  assert.equal((await cli(server, "message", "cancel", waits.SmsIds[0])).state, "cancelled");
});

test("P1_3 the phone shows the clause of its country", async () => {
  const arrived = await until("the message", async () =>
    (await sim.messages(NEVER_CLOSED)).find((m) => m.text.startsWith("Sale")),
  );
  assert.equal(arrived.text, "Sale\nSTOP 2");
});

test("P1_3 a clause that no phone could be sent is refused with its cure", async () => {
  for (const [bad, why] of [
    ["UK=STOP", /two capital letters/],
    ["FR=ŞTOP", /7-bit/],
    ["FR=A;FR=B", /twice/],
  ]) {
    const args = ["--data", server.data, "carrier", "set", "sim", "--stop-texts", bad];
    const { code, stderr } = await command(...args);
    assert.equal(code, 1);
    assert.match(stderr, /^stop_texts: /);
    assert.match(stderr, why);
  }
});

test("P2_7 hours tell the next opening and two years of holidays", async () => {
  const christmas = await cli(server, "hours", "show", "FR", "--at", "2026-12-24T21:00:00Z");
  assert.equal(christmas.open, false);
  assert.equal(christmas.opens_at, "2026-12-26T07:00:00.000000Z");
  const easter = christmas.holidays.filter((day) => day.why === "Easter Monday");
  assert.deepEqual(easter.map((day) => day.date), ["2026-04-06", "2027-03-29"]);
  assert.equal(christmas.holidays.length, 22);
  const alsace = await cli(
    server,
    ...["hours", "show", "FR", "--at", "2026-12-24T21:00:00Z", "--regional"],
  );
  assert.equal(alsace.opens_at, "2026-12-28T07:00:00.000000Z");
  const open = await cli(server, "hours", "show", "FR", "--at", "2026-11-27T10:00:00Z");
  assert.deepEqual([open.open, open.opens_at], [true, null]);
  for (const [args, why] of [
    [["US"], /always open/],
    [["FR", "--at", "noon"], /write a time/],
  ]) {
    const { code, stderr } = await command("--data", server.data, "hours", "show", ...args);
    assert.equal(code, 1);
    assert.match(stderr, why);
  }
});
