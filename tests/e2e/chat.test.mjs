// SPDX-License-Identifier: Apache-2.0
// Threads: what an account and a phone said to each other, and answers by hand.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { sql } from "./database.mjs";
import { call, cli, startNavette, until, who } from "./navette.mjs";
import { finish, provision, Smsc } from "./smsc.mjs";

let smsc;
let server;
let phone = 33612360000;
const newPhone = () => `+${++phone}`;
const of = `/api/v1/accounts/${who.account}`;

before(async () => {
  smsc = await Smsc.start();
  server = await startNavette();
  await provision(server, smsc.port);
  await cli(server, "twoway", "enable", who.account);
  const numbers = "38101,38102,38103,38104";
  await cli(server, "number", "add", numbers, "--carrier", "sim");
  await cli(
    server,
    "number",
    "add",
    "33700000077",
    "--carrier",
    "sim",
    "--kind",
    "virtual",
    "--account",
    who.account,
  );
  await smsc.bound(1);
});

after(async () => {
  await smsc.stop();
  await finish(server);
});

const get = async (path) => {
  const { status, json } = await call(server, "GET", `${of}${path}`);
  assert.equal(status, 200, JSON.stringify(json));
  return json;
};
const threadsOf = async (query = "") => (await get(`/threads${query}`)).items;
const lines = (to, query = "") => get(`/threads/${encodeURIComponent(to)}${query}`);
const act = (to, what, body, headers) =>
  call(server, "POST", `${of}/threads/${encodeURIComponent(to)}/${what}`, body, headers);

async function ask(to, text, more = { with_replies: true }) {
  const body = { account: who.account, to: [to], text, marketing: false, ...more };
  const { status, json } = await call(server, "POST", "/api/v1/messages", body);
  assert.equal(status, 201, JSON.stringify(json));
  return json.items[0];
}

async function says(from, to, text) {
  assert.equal((await smsc.incoming(from.slice(1), to, text)).command_status, 0);
}

test("P8_3_a_thread_has_the_question_the_reply_and_the_answer_by_hand", async () => {
  const to = newPhone();
  const asked = await ask(to, "Vous venez ?");
  await says(to, asked.from, "Oui !");
  const [thread] = await threadsOf();
  assert.equal(thread.phone, to);
  assert.deepEqual(thread.last, { side: "in", text: "Oui !", state: "received" });
  assert.deepEqual([thread.unread, thread.open, thread.number], [1, true, asked.from]);
  assert.equal(thread.standing, "in_time");

  const before = await lines(to);
  assert.equal(before.can_answer, true);
  assert.deepEqual(
    before.items.map((l) => [l.side, l.text, l.standing]),
    [
      ["in", "Oui !", "in_time"],
      ["out", "Vous venez ?", null],
    ],
  );
  const answer = await act(to, "messages", { text: "Parfait" });
  assert.equal(answer.status, 201, JSON.stringify(answer.json));
  assert.deepEqual([answer.json.number, answer.json.side], [asked.from, "out"]);
  assert.deepEqual(answer.json.by, { kind: "command_line", name: null });
  await until("it leaves", () => smsc.submits.some((s) => s.short_message.message === "Parfait"));
  const [after] = await threadsOf();
  assert.deepEqual(
    [after.unread, after.last.text, after.answered_by.name],
    [0, "Parfait", "command line"],
  );
  assert.ok((await lines(to)).until_at > before.until_at);
});

test("reading_resets_what_is_unread_and_says_who_did", async () => {
  const to = newPhone();
  const asked = await ask(to, "?");
  await says(to, asked.from, "un");
  await says(to, asked.from, "deux");
  assert.deepEqual(await get("/threads/unread"), { threads: 1 });
  assert.deepEqual(
    (await threadsOf("?state=unread")).map((t) => [t.phone, t.unread]),
    [[to, 2]],
  );
  const events = async (query) => (await call(server, "GET", `/api/v1/events?${query}`)).json;
  const { next } = await events("after=now");
  assert.equal((await act(to, "read", {})).status, 200);
  const told = (await events(`after=${next}&wait=10&types=thread`)).items;
  assert.deepEqual(
    told.map((e) => [e.type, e.phone]),
    [["thread.read", to]],
    "once",
  );
  assert.deepEqual(await get("/threads/unread"), { threads: 0 });
  assert.deepEqual(await threadsOf("?state=unread"), []);
  assert.equal((await threadsOf())[0].seen_by.name, "command line");
  const { items } = await cli(server, "conversation", "list");
  assert.ok(items.every((c) => c.unread === 0));
  assert.equal((await act(newPhone(), "read", {})).status, 404);
});

test("P4_5_when_the_window_is_over_it_says_so_and_a_late_reply_is_marked", async () => {
  const to = newPhone();
  const asked = await ask(to, "?");
  await sql(server, `UPDATE conversation SET until_at = 1 WHERE recipient = ${to.slice(1)}`);
  await sql(server, `UPDATE number_slot SET until_at = 1 WHERE recipient = ${to.slice(1)}`);
  await says(to, asked.from, "trop tard");
  const shown = await lines(to);
  assert.deepEqual([shown.can_answer, shown.why_not], [false, "window_over"]);
  assert.equal(shown.items[0].standing, "late");
  const { status, json } = await act(to, "messages", { text: "x" });
  assert.deepEqual([status, json.code], [409, "conflict"]);
  assert.match(json.detail, /conversation is over/);
});

test("P4_6_a_phone_that_writes_first_to_a_virtual_number_is_answered_at_any_time", async () => {
  const to = newPhone();
  await says(to, "33700000077", "Bonjour");
  const shown = await lines(to);
  assert.deepEqual([shown.can_answer, shown.until_at], [true, null]);
  const answer = await act(to, "messages", { text: "Bonjour à vous" });
  assert.equal(answer.json.number, "33700000077", JSON.stringify(answer.json));
});

test("a_campaign_stands_in_the_thread_and_alone_makes_none", async () => {
  const to = newPhone();
  const asked = await ask(to, "?");
  await ask(to, "Soldes", { from: "Navette" });
  assert.deepEqual(
    (await lines(to)).items.map((l) => l.text),
    ["Soldes", "?"],
  );
  assert.equal((await threadsOf())[0].last.text, "?");
  const alone = newPhone();
  await ask(alone, "Soldes", { from: "Navette" });
  assert.deepEqual(await threadsOf(`?q=${alone.slice(-6)}`), []);
  const shown = await lines(alone);
  assert.deepEqual([shown.items.length, shown.why_not], [1, "no_conversation"]);
  await says(to, asked.from, "STOP");
  const stopped = await lines(to);
  assert.deepEqual([stopped.quarantined, stopped.why_not], [true, "quarantined"]);
  assert.equal((await act(to, "messages", { text: "x" })).json.code, "quarantined");
});

test("threads_are_found_by_number_and_by_word", async () => {
  const to = newPhone();
  const asked = await ask(to, "?");
  await says(to, asked.from, "J'ai perdu ma carte d'embarquement");
  const found = async (q) => (await threadsOf(`?q=${encodeURIComponent(q)}`)).map((t) => t.phone);
  assert.deepEqual(await found(to), [to]);
  assert.deepEqual(await found(`0${to.slice(3)}`), [to]);
  assert.deepEqual(await found(to.slice(-7)), [to]);
  assert.deepEqual(await found("EMBARQUEMENT"), [to]);
  assert.deepEqual(await found("100%"), []);
});

test("pages_of_threads_and_of_lines_hold_all_once", async () => {
  const to = newPhone();
  const asked = await ask(to, "0");
  for (let i = 1; i < 7; i++) await says(to, asked.from, String(i));
  const texts = [];
  for (let cursor = ""; cursor !== null;) {
    const page = await lines(to, `?limit=3${cursor && `&cursor=${cursor}`}`);
    texts.push(...page.items.map((l) => l.text));
    cursor = page.next;
  }
  assert.deepEqual(texts, ["6", "5", "4", "3", "2", "1", "0"]);
  const all = (await threadsOf()).map((t) => t.phone);
  const paged = [];
  for (let cursor = ""; cursor !== null;) {
    const page = await get(`/threads?limit=2${cursor && `&cursor=${cursor}`}`);
    paged.push(...page.items.map((t) => t.phone));
    cursor = page.next;
  }
  assert.deepEqual(paged, all);
  const { status } = await call(server, "GET", `${of}/threads?cursor=nonsense`);
  assert.equal(status, 400);
});

test("an_answer_with_the_same_key_is_sent_once", async () => {
  const to = newPhone();
  await ask(to, "?");
  const key = { "Idempotency-Key": "one" };
  const first = await act(to, "messages", { text: "Encore" }, key);
  const again = await act(to, "messages", { text: "Encore" }, key);
  assert.equal(again.status, 201);
  assert.equal(again.json.id, first.json.id);
  assert.equal((await lines(to)).items.length, 2);
});

test("P4_9_an_answer_from_a_short_number_may_not_send_contact_details", async () => {
  const to = newPhone();
  await ask(to, "?");
  const { status, json } = await act(to, "messages", { text: "Voir https://example.org" });
  assert.deepEqual([status, json.field], [400, "text"]);
});

test("saved_replies_are_the_accounts_own", async () => {
  const path = `${of}/saved-replies`;
  const made = await call(server, "POST", path, { name: "merci", text: "Merci, à bientôt." });
  assert.equal(made.status, 201, JSON.stringify(made.json));
  const twice = await call(server, "POST", path, { name: "merci", text: "x" });
  assert.deepEqual([twice.status, twice.json.field], [409, "name"]);
  const { id } = made.json;
  const changed = await call(server, "PATCH", `${path}/${id}`, { text: "Merci !" });
  assert.equal(changed.json.text, "Merci !");
  assert.deepEqual(
    (await get("/saved-replies")).items.map((r) => r.name),
    ["merci"],
  );
  await cli(server, "account", "add", "sms-other-1");
  const theirs = `/api/v1/accounts/sms-other-1/saved-replies/${id}`;
  assert.equal((await call(server, "DELETE", theirs)).status, 404);
  assert.equal((await call(server, "DELETE", `${path}/${id}`)).status, 200);
  assert.deepEqual((await get("/saved-replies")).items, []);
});
