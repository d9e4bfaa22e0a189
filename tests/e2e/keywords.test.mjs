// SPDX-License-Identifier: Apache-2.0
// Keywords, STOP and the quarantine over real sockets: the table of facts (T27), the door, the
// wall, and what an operator does by hand.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { cli, command, http2sms, startNavette, until, who } from "./navette.mjs";
import { credits, finish, provision, send, Smsc, state } from "./smsc.mjs";

const NUMBER = "36111";
let smsc;
let server;
let phone = 33612470000;
const newPhone = () => String(++phone);

before(async () => {
  smsc = await Smsc.start();
  server = await startNavette();
  await provision(server, smsc.port);
  await smsc.bound(1);
});

after(async () => {
  await smsc.stop();
  await finish(server);
});

const show = (number) => cli(server, "quarantine", "show", number);
const rule = (...args) => cli(server, "rule", "add", "sim", ...args);
const says = async (from, text, to = NUMBER) =>
  assert.equal((await smsc.incoming(from, to, text)).command_status, 0);

// A phone that we have written to, and that may answer.
async function customer() {
  const number = newPhone();
  const id = await send(server, number, "hello");
  await state(server, id, "sent");
  return number;
}

const answer = async (to, more = {}) =>
  http2sms(server, "", { ...who, from: "Navette", noStop: "1", to, message: "x", ...more });

async function writes(to) {
  return (await answer(to)).text.split("\n")[0] === "OK";
}

async function clearRules() {
  for (const r of (await cli(server, "rule", "list", "sim")).items)
    await cli(server, "rule", "remove", r.id);
}

test("T27_P6_1_the_rows_of_a_carrier_act_in_their_order", async () => {
  await rule("--keyword", "ADOBE", "--action", "leave");
  await rule("--keyword", "AD", "--prefix", "--action", "quarantine", "--at", "1");
  const stop = await rule("--keyword", "STOP", "--short-code", NUMBER, "--action", "quarantine");
  await rule("--keyword", "START", "--action", "leave");
  const { items } = await cli(server, "rule", "list", "sim");
  assert.deepEqual(
    items.map((r) => [r.at, r.keyword, r.short_code, r.action, r.prefix]),
    [
      [1, "AD", null, "quarantine", true],
      [2, "ADOBE", null, "leave", false],
      [3, "STOP", NUMBER, "quarantine", false],
      [4, "START", null, "leave", false],
    ],
  );

  const first = await customer();
  await says(first, "adobe");
  assert.equal((await show(first)).status, "blacklisted");
  await cli(server, "rule", "move", items[1].id, "--to", "1");
  await says(first, "Adobe");
  assert.equal((await show(first)).status, "valid");

  const second = await customer();
  const before = smsc.submits.length;
  await says(second, "  stop!");
  const [entry] = (await show(second)).entries;
  assert.equal(entry.short_code, NUMBER);
  assert.equal(entry.account, who.account);
  assert.ok(await writes(second)); // from another number
  assert.equal((await answer(second, { from: NUMBER })).text.includes("in quarantine"), true);
  await says(second, "START");
  assert.ok((await answer(second, { from: NUMBER })).text.startsWith("OK"));
  await until("two messages", () => smsc.submits.length === before + 2);

  const third = await customer();
  await cli(server, "rule", "set", stop.id, "--short-code", "36222");
  await says(third, "stopping by");
  assert.equal((await show(third)).status, "valid");
  await clearRules();
});

test("P6_5_P9_2_who_said_stop_is_refused_with_no_row_and_costs_nothing", async () => {
  const stopped = await customer();
  const other = newPhone();
  await says(stopped, "Arr\u00eat.");
  const had = await credits(server);
  const refused = await answer(stopped, { contentType: "application/json" });
  const { status, message } = JSON.parse(refused.text);
  assert.equal(status, 202);
  assert.match(message, /^Recipient in quarantine\. For more informations : http/);
  assert.equal(await credits(server), had);

  const mixed = await answer(`${stopped},${other}`);
  assert.match(mixed.text, /^OK\n/);
  assert.equal(mixed.headers.get("x-navette-quarantined-recipients"), "1");
  assert.equal(mixed.headers.get("x-navette-quarantined-list"), `+${stopped}`);
  assert.equal(await credits(server), had - 1);

  const { events } = await show(stopped);
  assert.equal(events.length, 1);
  assert.equal(events[0].text, "Arr\u00eat.");
  assert.equal(events[0].who, "reply");
  assert.equal(events[0].carrier, "sim");
  await says(stopped, "unstop");
  assert.ok(await writes(stopped));
  assert.deepEqual(
    (await show(stopped)).events.map((e) => e.status),
    ["valid", "blacklisted"],
  );
});

// The answer to a STOP comes behind its commit, on the very connection that submits leave by. They
// leave as the carrier answers: it stops half way where the answer to the STOP takes long.
test("P7_3_no_submit_follows_the_answer_to_a_stop", async () => {
  const MESSAGES = 60;
  const number = await customer();
  const began = smsc.submits.length;
  const held = [];
  smsc.onSubmit = (pdu) => void held.push(pdu);
  const both = Array.from({ length: MESSAGES }, (_, i) =>
    Promise.all([send(server, number, `to the one ${i}`), send(server, newPhone(), "to others")]),
  );
  const pairs = await Promise.all(both);
  const [ids, others] = [0, 1].map((which) => pairs.map((pair) => pair[which]));
  const mine = () =>
    smsc.submits.slice(began).filter((s) => s.destination_addr === number).length;
  let answers = MESSAGES;
  const answering = setInterval(() => {
    if (held.length && answers-- > 0) smsc.answer(held.shift());
  }, 5);
  await until("some have left", () => mine() >= 3);
  await says(number, "STOP");
  const left = mine();
  clearInterval(answering);
  assert.ok(left < MESSAGES, `${left} had left already`);
  smsc.onSubmit = () => 0;
  for (const pdu of held.splice(0)) smsc.answer(pdu);
  const messages = await until("the end of all", async () => {
    const list = ["message", "list", "--account", who.account, "--limit", String(3 * MESSAGES)];
    const all = new Map((await cli(server, ...list)).items.map((m) => [m.id, m]));
    const ended = (id) => ["sent", "refused"].includes(all.get(id)?.state);
    return [...ids, ...others].every(ended) && all;
  });
  assert.equal(mine(), left);
  assert.ok(others.every((id) => messages.get(id).state === "sent"));
  const states = {};
  for (const id of ids) {
    const { state: s, credits: c } = messages.get(id);
    states[s] = (states[s] ?? 0) + 1;
    assert.equal(c, s === "refused" ? "0" : "1");
  }
  assert.deepEqual(states, { sent: left, refused: MESSAGES - left });
});

test("P7_2_a_number_that_does_not_exist_is_quarantined", async () => {
  const number = await customer();
  await smsc.receipt(smsc.submits.at(-1), "UNDELIV", "001");
  const row = await until("a row", async () => (await show(number)).entries[0]);
  assert.equal(row.status, "quarantined");
  assert.equal(row.errors, 1);
  assert.equal(await writes(number), false);
});

test("P7_1_by_hand_a_reason_is_asked_and_kept", async () => {
  const number = newPhone();
  const silent = await command("--data", server.data, "quarantine", "add", number);
  assert.equal(silent.code, 2);
  const add = ["quarantine", "add", number, "--account", who.account, "--reason", "by phone"];
  assert.equal((await cli(server, ...add)).status, "blacklisted");
  assert.equal(await writes(number), false);
  const filter = ["quarantine", "list", "--account", who.account, "--number", number];
  const list = await cli(server, ...filter, "--status", "blacklisted");
  assert.deepEqual(
    list.items.map((q) => [q.number, q.reason]),
    [[`+${number}`, "by phone"]],
  );
  assert.equal((await cli(server, ...filter, "--status", "erroneous")).items.length, 0);
  assert.equal((await cli(server, ...filter, "--cause", "person")).items.length, 1);
  assert.equal((await cli(server, ...filter, "--cause", "reply")).items.length, 0);
  const [{ since }] = list.items;
  assert.equal((await cli(server, ...filter, "--since", since)).items.length, 1);
  assert.equal((await cli(server, ...filter, "--until", since)).items.length, 0);

  const everybody = ["quarantine", "remove", number, "--reason", "mistake"];
  const wrong = await command("--data", server.data, ...everybody);
  assert.equal(wrong.code, 1); // it is there for the account
  assert.match(wrong.stderr, /quarantine show/);
  assert.equal((await cli(server, ...everybody, "--account", who.account)).status, "valid");
  assert.deepEqual(
    (await show(number)).events.map((e) => [e.status, e.who, e.reason]),
    [
      ["valid", "command line", "mistake"],
      ["blacklisted", "command line", "by phone"],
    ],
  );
  assert.ok(await writes(number));
});

test("P7_1_the_list_comes_in_pages", async () => {
  const numbers = [newPhone(), newPhone(), newPhone()];
  for (const number of numbers) await cli(server, "quarantine", "add", number, "--reason", "test");
  const seen = [];
  let before;
  do {
    const page = ["quarantine", "list", "--limit", "2", ...(before ? ["--cursor", before] : [])];
    const { items, next } = await cli(server, ...page);
    seen.push(...items.map((q) => q.number));
    before = next;
  } while (before);
  assert.deepEqual(
    seen.slice(0, 3),
    numbers.map((n) => `+${n}`).reverse(),
  );
  assert.equal(new Set(seen).size, seen.length);
});

test("P6_2_a_rule_that_cannot_be_meant_is_refused_with_its_cure", async () => {
  const refused = async (...args) => {
    const { code, stderr } = await command("--data", server.data, "rule", "add", "sim", ...args);
    assert.equal(code, 1);
    return stderr;
  };
  assert.match(await refused("--keyword", "two words"), /one word/);
  assert.match(await refused("--keyword", "!?"), /one word/);
  assert.match(await refused("--short-code", "Shop"), /digits/);
});
