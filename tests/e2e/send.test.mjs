// SPDX-License-Identifier: Apache-2.0
// Sending over the REST API, and what is told of a sending before it is one.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { call, cli, startNavette, until, who } from "./navette.mjs";
import { finish, provision, Smsc } from "./smsc.mjs";

let smsc;
let server;
let phone = 33612350000;
const newPhone = () => `+${++phone}`;

before(async () => {
  smsc = await Smsc.start();
  server = await startNavette();
  await provision(server, smsc.port, "--stop-text", "STOP 36111");
  await cli(server, "twoway", "enable", who.account);
  await smsc.bound(1);
});

after(async () => {
  await smsc.stop();
  await finish(server);
});

const quiet = { account: who.account, from: "Navette", marketing: false };
const post = (body, headers) => call(server, "POST", "/api/v1/messages", body, headers);
const estimate = async (body) => {
  const { status, json } = await call(server, "POST", "/api/v1/messages/estimate", body);
  assert.equal(status, 200, JSON.stringify(json));
  return json;
};
const problem = async (body, headers) => {
  const { status, json } = await post(body, headers);
  assert.ok(status >= 400, JSON.stringify(json));
  return [status, json.code, json.field];
};

test("P2_4_many_recipients_each_has_its_own_message_and_the_others_are_told", async () => {
  const [a, b] = [newPhone(), newPhone()];
  const stopped = newPhone();
  await cli(server, "quarantine", "add", stopped, "--account", who.account, "--reason", "asked");
  const { status, json } = await post({
    ...quiet,
    to: [a, b, "12", a.replace("+", "00"), stopped],
    text: "Bonjour",
    tag: "spring",
  });
  assert.equal(status, 201, JSON.stringify(json));
  assert.deepEqual(
    json.items.map((i) => [i.to, i.from, i.parts, i.credits, i.at]),
    [a, b].map((to) => [to, "Navette", 1, "1", null]),
  );
  assert.deepEqual(
    json.refused.map((r) => [r.to, r.code]),
    [
      ["12", "bad_number"],
      [stopped, "quarantined"],
    ],
  );
  assert.deepEqual(json.doubles, [a.replace("+", "00")]);
  assert.equal(json.credits, "2");
  assert.deepEqual(json.from, { kind: "name", name: "Navette" });
  await until("both leave", () => smsc.submits.length === 2);
  const message = await cli(server, "message", "show", json.items[0].id);
  assert.equal(message.user, null);
  assert.equal(message.tag, "spring");
});

test("what_a_request_lacks_is_told_by_field", async () => {
  const good = { ...quiet, to: [newPhone()], text: "x" };
  const refused = async (more, headers) => problem({ ...good, ...more }, headers);
  assert.deepEqual(await refused({ account: undefined }), [400, "missing", "account"]);
  assert.deepEqual(await refused({ account: "sms-none" }), [404, "not_found", "account"]);
  assert.deepEqual(await refused({ to: [] }), [400, "missing", "to"]);
  assert.deepEqual(await refused({ to: ["1", "2"] }), [400, "bad_number", "to"]);
  assert.deepEqual(await refused({ from: undefined }), [400, "missing", "from"]);
  assert.deepEqual(await refused({ from: "Stranger" }), [400, "bad_sender", "from"]);
  assert.deepEqual(await refused({ with_replies: true }), [400, "invalid", "with_replies"]);
  assert.deepEqual(await refused({ text: "" }), [400, "missing", "text"]);
  assert.deepEqual(await refused({ text: "é€ł", encoding: "gsm7" }), [400, "not_gsm7", "text"]);
  assert.deepEqual(await refused({ class: "loud" }), [400, "invalid", "class"]);
  assert.deepEqual(await refused({ at: "tomorrow" }), [400, "bad_date", "at"]);
  assert.deepEqual(await refused({ at: "2020-01-01T10:00" }), [400, "bad_date", "at"]);
  const tag = "a tag of far too many letters";
  assert.deepEqual(await refused({ tag }), [400, "too_long", "tag"]);
  assert.deepEqual(await refused({ colour: "red" }), [400, "invalid", "colour"]);
  assert.deepEqual(await refused({}, { "Idempotency-Key": "k".repeat(65) }), [
    400,
    "too_long",
    "Idempotency-Key",
  ]);
});

test("the_same_key_gets_the_first_answer_and_sends_nothing", async () => {
  const body = { ...quiet, to: [newPhone(), newPhone()], text: "once" };
  const key = { "Idempotency-Key": "8f14e45f-ceea-467f-a0e6-1f2d3c4b5a69" };
  const both = await Promise.all([post(body, key), post(body, key)]);
  const again = await post(body, key);
  for (const answer of [...both, again]) {
    assert.equal(answer.status, 201, JSON.stringify(answer.json));
    assert.deepEqual(answer.json.items.map((i) => i.id), again.json.items.map((i) => i.id));
  }
  assert.equal(again.headers["idempotent-replayed"], "true");
  const { items } = await cli(server, "message", "list", "--recipient", body.to[0]);
  assert.equal(items.length, 1);
  assert.deepEqual(await problem({ ...body, text: "twice" }, key), [
    409,
    "conflict",
    "Idempotency-Key",
  ]);
});

test("P2_6_a_time_is_absolute_or_of_the_accounts_clock", async () => {
  const year = new Date().getUTCFullYear() + 1;
  const at = async (time) => {
    const { status, json } = await post({ ...quiet, to: [newPhone()], text: "x", at: time });
    assert.equal(status, 201, JSON.stringify(json));
    assert.equal(json.items[0].state, "scheduled");
    assert.equal(json.items[0].at, json.at);
    return json.at.replace(/\.0+Z/, "Z");
  };
  assert.equal(await at(`${year}-07-01T10:00`), `${year}-07-01T08:00:00Z`);
  assert.equal(await at(`${year}-07-01T10:00:00Z`), `${year}-07-01T10:00:00Z`);
  assert.equal(await at(`${year}-07-01T10:00:00+05:30`), `${year}-07-01T04:30:00Z`);
});

test("P4_2_with_replies_draws_a_number", async () => {
  await cli(server, "number", "add", "38001,38002,38003,38004", "--carrier", "sim");
  const { status, json } = await post({
    account: who.account,
    with_replies: true,
    to: [newPhone()],
    text: "Oui ?",
    marketing: false,
  });
  assert.equal(status, 201, JSON.stringify(json));
  assert.deepEqual(json.from, { kind: "reply", name: null });
  assert.match(json.items[0].from, /^3800[1-4]$/);
  const named = await post({ ...quiet, to: [newPhone()], text: "Au XXXXX" });
  assert.equal(named.json.items[0].from, "Navette");
  const shown = await cli(server, "message", "show", named.json.items[0].id);
  assert.match(shown.text, /^Au 3800[1-4]$/);
});

test("P2_8_not_enough_credits_refuses_the_whole", async () => {
  await cli(server, "account", "add", "sms-poor-1", "--credits", "1");
  await cli(server, "sender", "add", "sms-poor-1", "Navette");
  const body = { ...quiet, account: "sms-poor-1", to: [newPhone(), newPhone()], text: "x" };
  assert.deepEqual(await problem(body), [402, "no_credit", undefined]);
  const told = await estimate(body);
  assert.deepEqual(told.problems.map((p) => p.code), ["no_credit"]);
  assert.equal(told.credits_after, "-1");
  assert.equal((await cli(server, "account", "show", "sms-poor-1")).credits, "1");
});

test("P1_5_an_estimate_tells_what_the_composer_shows", async () => {
  const told = await estimate({ ...quiet, to: [newPhone(), "x"], text: "Prix : 3 €, “ok” 😀" });
  assert.equal(told.encoding, "ucs2");
  assert.equal(told.characters, 18);
  assert.equal(told.units, 19);
  assert.equal(told.room_left, 51);
  assert.deepEqual(told.part_limits.slice(0, 3), [70, 134, 201]);
  assert.deepEqual(told.forcing, [
    { at: 12, length: 1, character: "“", replacement: '"' },
    { at: 15, length: 1, character: "”", replacement: '"' },
    { at: 17, length: 2, character: "😀", replacement: null },
  ]);
  assert.deepEqual(told.recipients.valid.map((v) => v.country), ["FR"]);
  assert.deepEqual(told.recipients.refused.map((r) => r.code), ["bad_number"]);
  assert.equal(told.credits, "1");
  assert.deepEqual(told.problems, []);
  const plain = await estimate({ ...quiet, to: [newPhone()], text: "3 € [x]" });
  assert.deepEqual([plain.encoding, plain.characters, plain.units], ["gsm7", 7, 10]);
  assert.deepEqual(plain.extension, [{ at: 2 }, { at: 4 }, { at: 6 }]);
  assert.deepEqual(plain.part_limits.slice(0, 2), [160, 306]);
});

test("P1_3_an_estimate_shows_the_clause_and_nothing_is_written", async () => {
  const before = await cli(server, "account", "show", who.account);
  const body = { account: who.account, from: "Navette", to: [newPhone()], text: "Hi" };
  const told = await estimate(body);
  assert.equal(told.clause, "STOP 36111");
  assert.equal(told.text, "Hi\nSTOP 36111");
  assert.deepEqual(told.part_limits.slice(0, 2), [149, 295]);
  assert.ok(told.leaves_at === null || told.why_later === "hours");
  assert.deepEqual(await cli(server, "account", "show", who.account), before);
});

test("an_estimate_of_many_recipients_is_no_other", async () => {
  const to = Array.from({ length: 1000 }, () => newPhone());
  const told = await estimate({ ...quiet, to, text: "Bonjour" });
  assert.equal(told.recipients.valid.length, 1000);
  assert.equal(told.credits, "1000");
});

test("an_estimate_of_nothing_yet_says_what_is_missing", async () => {
  const told = await estimate({ account: who.account });
  assert.equal(told.parts, 0);
  assert.equal(told.room_left, 149);
  assert.equal(told.from, null);
  assert.ok(told.problems.some((p) => p.field === "from"));
  const typed = await estimate({ account: who.account, from: "Navette", text: "x".repeat(149) });
  assert.deepEqual([typed.parts, typed.room_left], [1, 0]);
  assert.ok(typed.problems.some((p) => p.field === "to"));
  const long = await estimate({ ...quiet, to: [newPhone()], text: "x".repeat(2000) });
  assert.equal(long.parts, 14);
  assert.deepEqual(long.problems.map((p) => [p.code, p.field]), [["too_long", "text"]]);
});

test("the_choices_of_a_sender_say_why_not", async () => {
  const choices = await call(server, "GET", `/api/v1/accounts/${who.account}/sender-choices`);
  assert.equal(choices.json.reply.available, true);
  const { name, kind, state } = choices.json.names.at(-1);
  assert.deepEqual([name, kind, state], ["Navette", "name", "enabled"]);
  const poor = await call(server, "GET", "/api/v1/accounts/sms-poor-1/sender-choices");
  assert.deepEqual(poor.json.reply, { available: false, countries: [], why: "two_way_off" });
});

test("the_command_line_sends_too", async () => {
  const to = newPhone();
  const sent = await cli(server, "message", "send", who.account, "--from", "Navette", "--to", to,
    "--text", "Salut", "--marketing", "no");
  assert.equal(sent.items[0].to, to);
  const told = await cli(server, "message", "estimate", who.account, "--text", "Salut");
  assert.equal(told.characters, 5);
});
