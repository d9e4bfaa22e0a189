// SPDX-License-Identifier: Apache-2.0
// What a reply starts, over real sockets: an automatic answer to a phone of an SMSC that we did not
// write, its price, its commit before deliver_sm_resp; and two servers that answer each other.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { cli, command, furnish, sleep, startNavette, startSim, until, who } from "./navette.mjs";
import { change, credits, finish, provision, send, Smsc, state } from "./smsc.mjs";

const NUMBER = "36111";

let smsc;
let server;
let phone = 33612370000;
const newPhone = () => String(++phone);

before(async () => {
  smsc = await Smsc.start();
  server = await startNavette();
  await provision(server, smsc.port);
  await smsc.bound();
});

after(async () => {
  await smsc.stop();
  await finish(server);
});

const reply = (...options) => cli(server, "reply", "set", who.account, ...options);
const text = (pdu) => pdu.short_message.message;
const to = (recipient) => smsc.submits.filter((s) => s.destination_addr === recipient);

// A message from our number to a new phone; the phone.
async function question() {
  const recipient = newPhone();
  const id = await send(server, recipient, "yes or no?", { from: NUMBER });
  await state(server, id, "sent");
  return { recipient, id };
}

const heard = async (from) =>
  (await cli(server, "incoming", "list")).items.filter((i) => i.sender === `+${from}`);

test("P5_1_an_automatic_text_answers_from_the_number_that_was_written_to", async () => {
  const set = await reply("--action", "text", "--text", "Thank you. €");
  assert.deepEqual([set.action, set.parts, set.encoding], ["text", 1, "gsm7"]);
  const { recipient, id } = await question();
  const had = await credits(server);
  await smsc.incoming(recipient, NUMBER, "yes");
  // The answer was committed before deliver_sm_resp: it is in the lists already.
  const [row] = await heard(recipient);
  assert.deepEqual(
    [row.started, row.standing, row.credits, row.message_id, row.text],
    ["text", "in_time", "1", id, "yes"],
  );
  assert.equal(row.released_at, row.received_at);
  await until("the answer", () => to(recipient).length === 2);
  const answer = to(recipient)[1];
  assert.deepEqual([answer.source_addr, text(answer)], [NUMBER, "Thank you. €"]);
  assert.equal(await credits(server), had - 2);
  const { items } = await cli(server, "message", "list", "--recipient", `+${recipient}`);
  assert.deepEqual([items[0].origin, items[0].user, items[1].origin], ["answer", null, "asked"]);
  const { items: moves } = await cli(server, "ledger", "list", who.account, "--limit", "2");
  assert.deepEqual(moves.map((m) => m.kind).sort(), ["messages", "reply"]);
});

test("P6_6_a_phone_that_writes_five_times_at_once_gets_three_answers", async () => {
  const { recipient } = await question();
  await Promise.all([1, 2, 3, 4, 5].map(() => smsc.incoming(recipient, NUMBER, "yes")));
  await until("three answers", () => to(recipient).length === 4);
  const started = (await heard(recipient)).map((i) => i.started).sort();
  assert.deepEqual(started, ["loop guard", "loop guard", "text", "text", "text"]);
  await sleep(100);
  assert.equal(to(recipient).length, 4);
});

test("P6_6_a_short_number_that_writes_gets_no_answer", async () => {
  const before = smsc.submits.length;
  await smsc.deliver({
    source_addr: "36222",
    source_addr_ton: 3,
    destination_addr: NUMBER,
    short_message: "yes",
  });
  await sleep(100);
  assert.equal(smsc.submits.length, before);
});

test("P4_7_an_empty_balance_stores_the_reply_and_sends_nothing", async () => {
  const { recipient } = await question();
  const left = await credits(server);
  await cli(server, "account", "credit", who.account, "--add", String(-left));
  await smsc.incoming(recipient, NUMBER, "yes");
  const [row] = await heard(recipient);
  assert.deepEqual([row.started, row.credits, row.text], ["no credit", "0", "yes"]);
  await cli(server, "account", "credit", who.account, "--add", "1");
  await smsc.incoming(recipient, NUMBER, "again");
  assert.deepEqual(
    (await heard(recipient)).map((i) => [i.started, i.credits]),
    [
      ["no credit", "1"],
      ["no credit", "0"],
    ],
  );
  assert.equal(await credits(server), 0);
  assert.equal(to(recipient).length, 1);
  await cli(server, "account", "credit", who.account, "--add", String(left));
});

test("P8_1_a_text_that_is_not_kept_is_answered_all_the_same", async () => {
  await change(server, "--no-store-incoming");
  await sleep(150);
  const { recipient } = await question();
  await smsc.incoming(recipient, NUMBER, "a secret");
  const [row] = await heard(recipient);
  assert.deepEqual([row.started, row.text], ["text", null]);
  const shown = await command("--data", server.data, "incoming", "show", row.id);
  assert.match(shown.stdout, /^text: \(text no longer kept\)$/m);
  await change(server, "--store-incoming");
});

test("an_account_says_for_how_many_days_its_texts_are_kept", async () => {
  const show = async () => (await cli(server, "account", "show", who.account)).keep_days;
  assert.equal(await show(), 0);
  await cli(server, "account", "set", who.account, "--keep-days", "90");
  await cli(server, "account", "set", who.account, "--enabled", "yes");
  assert.equal(await show(), 90);
  const { code, stderr } = await command(
    ...["--data", server.data, "account", "set", who.account, "--keep-days", "3651"],
  );
  assert.equal(code, 1);
  assert.match(stderr, /^keep_days: /);
});

test("what_cannot_be_an_answer_is_refused_with_its_field", async () => {
  for (const [options, said] of [
    [["--action", "text", "--text", "none"], /^text: say what replies are answered/],
    [["--action", "cgi"], /^url: say which URL is called/],
    [["--action", "cgi", "--url", "ftp://a/"], /^url: must begin with http/],
    [["--text", "x".repeat(1600)], /^text: takes more parts than this account allows/],
    [["--an-hour", "101"], /^an_hour: /],
  ]) {
    const { code, stderr } = await command(
      ...["--data", server.data, "reply", "set", who.account, ...options],
    );
    assert.equal(code, 1);
    assert.match(stderr, said);
  }
  const shown = await cli(server, "reply", "show", who.account);
  assert.deepEqual([shown.action, shown.an_hour], ["text", 3]);
});

test("P6_6_two_servers_that_answer_each_other_soon_fall_silent", async () => {
  const numbers = ["33700000001", "33700000002"];
  const owned = numbers.flatMap((number, i) => ["--number", `${number}=navette${i}`]);
  const sim = await startSim({ args: ["--no-receipts", ...owned] });
  const pair = [];
  for (const [i, number] of numbers.entries()) {
    const one = await startNavette();
    await furnish(one, sim.smppPort, { carrier: ["--reconnect-least-ms", "50"] });
    await cli(one, "carrier", "set", "sim", "--system-id", `navette${i}`);
    await cli(one, "sender", "add", who.account, number);
    await cli(one, "reply", "set", who.account, "--action", "text", "--text", `I am ${i}.`);
    await until("a link", async () => {
      const { status } = await cli(one, "carrier", "show", "sim");
      return status.state === "bound";
    });
    pair.push({ one, number });
  }
  const [a, b] = pair;
  const say = async (from, who_, text_) =>
    state(from.one, await send(from.one, who_.number, text_, { from: from.number }), "sent");
  await say(b, a, "I am here.");
  await say(a, b, "Hello.");
  const started = async ({ one }) =>
    (await cli(one, "incoming", "list")).items.map((i) => i.started).reverse();
  await until("the guard", async () => (await started(b)).includes("loop guard"));
  await sleep(300);
  assert.deepEqual(await started(b), ["text", "text", "text", "loop guard"]);
  assert.deepEqual(await started(a), ["nothing", "text", "text", "text"]);
  for (const { one } of pair) await finish(one);
  await sim.stop();
});

test("P5_7_what_a_reply_starts_outlives_a_kill_at_deliver_sm_resp", async () => {
  const { recipient } = await question();
  const had = await credits(server);
  // No answer may leave before the kill: the link is full, so that only the store has it.
  smsc.onSubmit = () => undefined;
  await Promise.all(
    Array.from({ length: 10 }, () => send(server, newPhone(), "fills the window")),
  );
  await smsc.incoming(recipient, NUMBER, "yes");
  await server.kill9();
  smsc.onSubmit = () => 0;
  server = await startNavette({ data: server.data, database: server.database });
  const [row] = await heard(recipient);
  assert.deepEqual([row.started, row.credits], ["text", "1"]);
  await until("the answer", () => to(recipient).length >= 2);
  assert.equal(text(to(recipient)[1]), "Thank you. €");
  assert.equal(await credits(server), had - 12);
});
