// SPDX-License-Identifier: Apache-2.0
// Reply numbers over real sockets: what leaves with which number, and which conversation a reply
// finds. Windows end by moving their rows into the past.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { sql } from "./database.mjs";
import { cli, command, http2sms, startNavette, until, who } from "./navette.mjs";
import { finish, provision, send, Smsc } from "./smsc.mjs";

const SHORT = 3;
const INTERNATIONAL = 1;
const ALPHANUMERIC = 5;
const other = { account: "sms-test-2", login: "demo", password: "secret12" };

let smsc;
let server;
let phone = 33612340000;
const newPhone = () => String(++phone);

before(async () => {
  smsc = await Smsc.start();
  server = await startNavette();
  await provision(server, smsc.port);
  await cli(server, "account", "add", other.account, "--credits", "100");
  await cli(server, "user", "add", other.account, other.login, "--password", other.password);
  await smsc.bound(1);
});

after(async () => {
  await smsc.stop();
  await finish(server);
});

const withReply = { from: "", senderForResponse: "1" };

async function refusal(to, message, more) {
  const form = { ...who, from: "Navette", noStop: "1", to, message, ...more };
  const { text } = await http2sms(server, "", form);
  const [verdict, why] = text.split("\n");
  assert.equal(verdict, "KO", text);
  return why;
}

// Sends, and gives what came to the carrier.
async function sent(to, message, more) {
  const n = smsc.submits.length + 1;
  const id = await send(server, to, message, more);
  const submit = await smsc.submitted(n);
  return { id, submit, text: submit.short_message.message };
}

async function replied(from, to, text) {
  assert.equal((await smsc.incoming(from, to, text)).command_status, 0);
  return until(`"${text}" of ${from}`, async () =>
    (await cli(server, "incoming", "list")).items.find(
      (i) => i.sender === `+${from}` && i.text === text,
    ),
  );
}

const conversationOf = async (id) =>
  (await cli(server, "conversation", "list")).items.find((c) => c.message_id === id);

test("P4_1_two_way_is_refused_until_an_operator_switches_it_on", async () => {
  assert.match(
    await refusal(newPhone(), "Oui?", withReply),
    /^Invalid from: two-way is not switched on for this account: .*navette twoway enable/,
  );
  await cli(server, "twoway", "enable", who.account);
  await cli(server, "twoway", "enable", other.account, "--country", "FR");
  assert.deepEqual((await cli(server, "twoway", "list")).items, [
    { account: who.account, country: "FR" },
    { account: other.account, country: "FR" },
  ]);
  assert.match(
    await refusal(newPhone(), "Oui?", withReply),
    /^Invalid from: no carrier of this phone has reply numbers .*navette number add/,
  );
});

test("P4_2_numbers_are_added_in_ranges_and_those_of_a_pool_have_one_length", async () => {
  const added = await cli(server, "number", "add", "38000-38001", "--carrier", "sim");
  assert.equal(added.added, 2);
  const list = await cli(server, "number", "list", "--carrier", "sim");
  assert.deepEqual(
    list.items.map((n) => [n.number, n.kind, n.country, n.enabled]),
    [
      ["38000", "short", "FR", true],
      ["38001", "short", "FR", true],
    ],
  );
  for (const [numbers, why] of [
    ["38001", /38001 is there already/],
    ["3800", /have 5 digits/],
    ["380-3", /ranges/],
    ["100000-199999", /more than 10000/],
    ["38010,3801", /same length/],
  ]) {
    const { code, stderr } = await command(
      ...["--data", server.data, "number", "add", numbers, "--carrier", "sim"],
    );
    assert.equal(code, 1);
    assert.match(stderr, why);
  }
});

test("P4_2_a_message_leaves_with_a_drawn_short_number_and_its_reply_finds_it", async () => {
  const to = newPhone();
  const { id, submit } = await sent(to, "Venez-vous?", withReply);
  assert.match(submit.source_addr, /^3800[01]$/);
  assert.equal(submit.source_addr_ton, SHORT);
  const reply = await replied(to, submit.source_addr, "Oui");
  assert.equal(reply.message_id, id);
  assert.equal(reply.account, who.account);
  const again = await sent(to, "A quelle heure?", { from: "12345" });
  assert.equal(again.submit.source_addr, submit.source_addr);
  await replied(to, submit.source_addr, "A midi");
  const { id: conversation, unread, open } = await conversationOf(again.id);
  assert.deepEqual([unread, open], [2, true]);
  assert.equal((await cli(server, "message", "show", id)).conversation_id, conversation);
  const shown = await cli(server, "conversation", "show", conversation);
  assert.deepEqual(
    shown.said.map((line) => [line.side, line.text]),
    [
      ["message", "Venez-vous?"],
      ["reply", "Oui"],
      ["message", "A quelle heure?"],
      ["reply", "A midi"],
    ],
  );
  assert.equal(shown.number, submit.source_addr);
  assert.equal(shown.phone, `+${to}`);
});

test("P4_2_two_accounts_share_a_phone_but_no_number_and_a_third_message_finds_none", async () => {
  const to = newPhone();
  const one = await sent(to, "?", withReply);
  const two = await sent(to, "?", { ...withReply, ...other });
  assert.notEqual(one.submit.source_addr, two.submit.source_addr);
  assert.equal((await replied(to, two.submit.source_addr, "deux")).account, other.account);
  assert.equal((await replied(to, one.submit.source_addr, "un")).account, who.account);
  const third = { account: "sms-test-3", login: "demo", password: "secret12" };
  await cli(server, "account", "add", third.account, "--credits", "5");
  await cli(server, "user", "add", third.account, third.login, "--password", third.password);
  await cli(server, "twoway", "enable", third.account);
  assert.match(
    await refusal(to, "?", { ...withReply, ...third }),
    /^Invalid from: every reply number is in an open conversation with this phone\./,
  );
  assert.equal((await cli(server, "account", "show", third.account)).credits, "5");
  const { code, stderr } = await command(
    ...["--data", server.data, "number", "remove", one.submit.source_addr],
  );
  assert.equal(code, 1);
  assert.match(stderr, /conversation over it is open/);
});

test("P4_4_XXXXX_in_the_text_of_a_name_becomes_the_number", async () => {
  const to = newPhone();
  const { id, submit, text } = await sent(to, "Repondez OUI au XXXXX");
  assert.deepEqual([submit.source_addr, submit.source_addr_ton], ["Navette", ALPHANUMERIC]);
  const [, number] = /^Repondez OUI au (3800[01])$/.exec(text);
  const reply = await replied(to, number, "OUI");
  assert.equal(reply.message_id, id);
});

test("P4_5_a_late_reply_is_kept_with_its_conversation", async () => {
  const to = newPhone();
  const { id, submit } = await sent(to, "?", withReply);
  const conversation = await conversationOf(id);
  const past = Number(BigInt(Date.now()) - 1000n) * 1000;
  await sql(server, `UPDATE conversation SET until_at = ${past} WHERE id = ${conversation.id}`);
  await sql(server, `UPDATE number_slot SET until_at = ${past} WHERE recipient = ${to}`);
  assert.equal((await replied(to, submit.source_addr, "trop tard")).message_id, id);
  const shown = await cli(server, "conversation", "show", conversation.id);
  assert.equal(shown.open, false);
  assert.deepEqual(
    shown.said.map((line) => [line.side, line.state]),
    [
      ["message", "sent"],
      ["reply", "late"],
    ],
  );
  const open = (await cli(server, "conversation", "list", "--open")).items;
  assert.ok(!open.some((c) => c.id === conversation.id));
  await until("the clock to free its number", async () => {
    const [[n]] = await sql(server, `SELECT COUNT(*) FROM number_slot WHERE recipient = ${to}`);
    return n === "0";
  });
});

test("P4_6_a_virtual_number_is_one_accounts_and_may_send_addresses", async () => {
  const number = "33756000001";
  const to = newPhone();
  await cli(server, "number", "add", `+${number}`, "--carrier", "sim", "--kind", "virtual");
  assert.match(await refusal(to, "x", { from: number }), /^Invalid from\./);
  await cli(server, "number", "assign", number, "--account", who.account);
  const { id, submit } = await sent(to, "https://exemple.fr", { from: `+${number}` });
  assert.deepEqual([submit.source_addr, submit.source_addr_ton], [number, INTERNATIONAL]);
  assert.equal((await replied(to, `+${number}`, "vu")).message_id, id);
  const first = newPhone();
  const begun = await replied(first, number, "Bonjour");
  assert.deepEqual([begun.account, begun.message_id], [who.account, null]);
  const { code, stderr } = await command("--data", server.data, "number", "remove", number);
  assert.equal(code, 1);
  assert.match(stderr, /take it back first/);
  await cli(server, "number", "assign", number, "--account", "none");
  await cli(server, "number", "remove", number);
});

test("P4_9_contact_details_are_refused_with_a_short_number", async () => {
  assert.match(
    await refusal(newPhone(), "Voir https://exemple.fr/x", withReply),
    /^Invalid message: a short number may not send a web address \(https:\/\/\)/,
  );
});

test("P4_2_route_explain_names_carriers_without_reply_numbers", async () => {
  await cli(
    server,
    ...["carrier", "add", "bare", "--host", "127.0.0.1", "--port", String(smsc.port)],
    ...["--system-id", "x", "--enabled", "yes"],
  );
  await cli(server, "route", "add", "--prefix", "33", "--carrier", "bare");
  const explained = await cli(
    server,
    ...["route", "explain", "--account", who.account, "--to", newPhone(), "--from", "12345"],
  );
  assert.equal(explained.carrier, "sim");
  const bare = explained.items.find((r) => r.carrier === "bare");
  assert.equal(bare.why, "carrier without reply numbers for this country");
  await cli(server, "carrier", "remove", "bare");
  const { code, stderr } = await command("--data", server.data, "carrier", "remove", "sim");
  assert.deepEqual([code, /^with_numbers: .*--with-numbers/.test(stderr)], [1, true], stderr);
});

test("P4_1_disabled_two_way_is_refused_again", async () => {
  await cli(server, "twoway", "disable", who.account);
  assert.match(await refusal(newPhone(), "?", withReply), /two-way is not switched on/);
  await assert.rejects(cli(server, "twoway", "disable", who.account), /not switched on there/);
});
