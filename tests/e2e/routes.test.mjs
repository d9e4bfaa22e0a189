// SPDX-License-Identifier: Apache-2.0
// Other routes, with two carriers that we did not write: refused by one, sent by the other; down,
// throttled or without a receipt for too long; a route that drains; and why, as explain tells it.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { cli, command, startNavette, until, who } from "./navette.mjs";
import { finish, kinds, OK, provision, send, Smsc, state } from "./smsc.mjs";

const ESME_RSUBMITFAIL = 0x45;
const ESME_RTHROTTLED = 0x58;

let sim; // the first carrier
let sfr; // the other one
let server;
let next = 0;
const phone = () => `3361234${String(++next).padStart(4, "0")}`;

const set = (name, ...settings) => cli(server, "carrier", "set", name, ...settings);
const statusOf = async (name) => (await cli(server, "carrier", "show", name)).status;
const explain = (to) =>
  cli(server, "route", "explain", "--account", who.account, "--to", to, "--from", "Navette");
const verdict = async (carrier) => {
  const { items } = await explain(phone());
  return items.find((item) => item.carrier === carrier).verdict;
};
const rerouted = (message) => message.events.find((e) => e.kind === "rerouted")?.detail;
const bound = (name) =>
  until(`${name} is bound`, async () => (await statusOf(name)).state === "bound");

// Sends one, and gives back where it went.
async function sendOne() {
  const to = phone();
  const id = await send(server, to, "x");
  const message = await state(server, id, "sent");
  return { ...message, to };
}

before(async () => {
  [sim, sfr] = await Promise.all([Smsc.start(), Smsc.start()]);
  sfr.next_id = 500000; // each carrier's ids are its own
  server = await startNavette();
  await provision(server, sim.port, "--throttle-pause-ms", "100");
  await cli(
    server,
    ...["carrier", "add", "sfr", "--host", "127.0.0.1", "--port", String(sfr.port)],
    ...["--system-id", "navette", "--password", "secret", "--reconnect-least-ms", "50"],
  );
  await cli(server, "route", "add", "--prefix", "", "--carrier", "sfr", "--turn", "1");
  await Promise.all([sim.bound(), sfr.bound()]);
});

after(async () => {
  try {
    await finish(server);
  } finally {
    await Promise.all([sim.stop(), sfr.stop()]);
  }
});

test("what one carrier refuses is sent by the other, at the same price", async () => {
  await set("sim", "--on-status", "0x45=other");
  sim.onSubmit = () => ESME_RSUBMITFAIL;
  const message = await sendOne();
  sim.onSubmit = () => OK;
  assert.equal(message.carrier, "sfr");
  assert.equal(message.credits, "1");
  assert.equal(rerouted(message), "sim refused it (ESME_RSUBMITFAIL): sent through sfr");
  assert.equal(sim.submits.length, 1);
  assert.equal(sfr.submits.length, 1);
  assert.equal(sfr.submits[0].destination_addr, message.to);
  await sfr.receipt(sfr.submits[0]);
  await state(server, message.id, "delivered");
});

test("what both refuse is rejected once and refunded", async () => {
  await set("sfr", "--on-status", "0x45=other");
  sim.onSubmit = sfr.onSubmit = () => ESME_RSUBMITFAIL;
  const before = [sim.submits.length, sfr.submits.length];
  const message = await state(server, await send(server, phone(), "x"), "rejected");
  sim.onSubmit = sfr.onSubmit = () => OK;
  assert.equal(message.credits, "0");
  assert.deepEqual([sim.submits.length, sfr.submits.length], [before[0] + 1, before[1] + 1]);
});

test("a long message goes as a whole", async () => {
  sim.onSubmit = () => ESME_RSUBMITFAIL;
  const before = sfr.submits.length;
  const id = await send(server, phone(), "l".repeat(200));
  const message = await state(server, id, "sent");
  sim.onSubmit = () => OK;
  assert.equal(message.carrier, "sfr");
  assert.equal(sfr.submits.length, before + 2);
  for (const pdu of sfr.submits.slice(before)) await sfr.receipt(pdu);
  await state(server, id, "delivered");
});

test("throttled beyond the limit: the other takes over, also what waits", async () => {
  await set("sim", "--failover-throttled-s", "1", "--window", "2");
  sim.onSubmit = () => ESME_RTHROTTLED;
  const ids = [];
  for (let i = 0; i < 6; i++) ids.push(await send(server, phone(), `throttled ${i}`));
  await until("it counts as away", async () => (await verdict("sim")) === "throttled");
  const after_limit = await sendOne();
  assert.equal(after_limit.carrier, "sfr");
  // All but those that find out whether it still throttles.
  for (const id of ids.slice(2)) {
    const message = await state(server, id, "sent");
    assert.equal(message.carrier, "sfr");
    assert.equal(rerouted(message), "sim asks for pauses: sent through sfr");
  }
  sim.onSubmit = () => OK;
  for (const id of ids.slice(0, 2)) await state(server, id, "sent");
  await until("it is back", async () => (await verdict("sim")) === "wins");
  assert.equal((await sendOne()).carrier, "sim");
});

test("down beyond the limit: the other takes over until it is back", async () => {
  await set("sim", "--failover-down-s", "1");
  const { port } = sim;
  await sim.stop();
  const waits = await send(server, phone(), "waits");
  const message = await state(server, waits, "sent");
  assert.equal(message.carrier, "sfr");
  assert.equal(rerouted(message), "sim cannot be reached: sent through sfr");
  assert.ok(!kinds(message).includes("in_doubt"));
  const { items, chain } = await explain(phone());
  assert.deepEqual(chain, ["sfr", "sim"]);
  assert.equal(items[1].verdict, "down");
  assert.match(items[1].why, /^carrier down since \d{4}-\d\d-\d\dT[\d:]+Z$/);
  assert.equal((await sendOne()).carrier, "sfr");
  sim = await Smsc.start({}, port);
  await bound("sim");
  await until("it is back", async () => (await verdict("sim")) === "wins");
  assert.equal((await sendOne()).carrier, "sim");
});

test("without a receipt it goes out again, once; the first one's late receipt counts", async () => {
  await set("sim", "--failover-receipt-s", "1");
  await set("sfr", "--failover-receipt-s", "1");
  const first = await sendOne();
  assert.equal(first.carrier, "sim");
  const sent = sim.submits.at(-1);
  await until("the other has it too", () =>
    sfr.submits.some((pdu) => pdu.destination_addr === first.to),
  );
  const again = await until("it is sent again", async () => {
    const message = await cli(server, "message", "show", first.id);
    return message.state === "sent" && message.carrier === "sfr" && message;
  });
  assert.match(rerouted(again), /^no receipt from sim within 1 s: sent again through sfr, /);
  assert.equal(again.credits, "1");
  await sim.receipt(sent);
  const message = await state(server, first.id, "delivered");
  assert.ok(kinds(message).includes("late_receipt"));
  await set("sim", "--failover-receipt-s", "0");
  await set("sfr", "--failover-receipt-s", "0");
});

test("a draining route takes nothing new, and explain says so", async () => {
  const route = (await explain(phone())).items[0];
  assert.deepEqual([route.verdict, route.carrier, route.place], ["wins", "sim", 1]);
  await cli(server, "route", "set", route.id, "--draining", "yes");
  assert.equal((await sendOne()).carrier, "sfr");
  const { code, stdout } = await command(
    ...["--data", server.data, "route", "explain", "--account", who.account, "--to", phone()],
  );
  assert.equal(code, 0);
  assert.match(stdout, /PLACE +ROUTE +PREFIX +CARRIER +WHY\n +1 .* sfr +wins\n/);
  assert.match(stdout, / - +\d+ +sim +draining: takes nothing new\n/);
  await cli(server, "route", "set", route.id, "--draining", "no");
  assert.equal((await sendOne()).carrier, "sim");
});
