// SPDX-License-Identifier: Apache-2.0
// What happens, as listeners hear it: polls, streams, who may know what; nothing lost or doubled
// over reconnects and kill -9. And what is counted, against the rows.
import assert from "node:assert/strict";
import { request } from "node:http";
import { after, before, test } from "node:test";
import { sql } from "./database.mjs";
import { call, cli, sleep, startNavette, until, who } from "./navette.mjs";
import { finish, provision, send, Smsc, state } from "./smsc.mjs";

const NUMBER = "33700000001";
const DAY_MS = 86400000;

let smsc;
let server;
let data;

before(async () => {
  smsc = await Smsc.start();
  server = await startNavette();
  data = server.data;
  await provision(server, smsc.port);
  await smsc.bound(1);
});

after(async () => {
  await smsc.stop();
  await finish(server);
});

async function events(query) {
  const answer = await call(server, "GET", `/api/v1/events?${query}`);
  assert.equal(answer.status, 200, answer.bytes?.toString());
  return answer.json;
}

const now = async () => (await events("after=now")).next;

// All behind the cursor, page by page, until `enough` says so.
async function collect(after, enough, more = "") {
  const items = [];
  let next = after;
  await until("events", async () => {
    const page = await events(`after=${next}&limit=7&wait=1${more}`);
    items.push(...page.items);
    next = page.next;
    return enough(items);
  });
  return { items, next };
}

const types = (items) => items.map((e) => e.type);

// A stream over the administration socket: {events, close()}.
function open({ last, query = "" } = {}) {
  const stream = { events: [], text: "", ended: false, socketPath: server.socket };
  const headers = { accept: "text/event-stream", ...(last ? { "last-event-id": last } : {}) };
  stream.request = request(
    { socketPath: server.socket, path: `/api/v1/events?${query}`, headers },
    (answer) => {
      stream.status = answer.statusCode;
      answer.setEncoding("utf8");
      answer.on("data", (piece) => {
        const blocks = (stream.text + piece).split("\n\n");
        stream.text = blocks.pop();
        for (const block of blocks) {
          const field = (name) => new RegExp(`^${name}: (.*)$`, "m").exec(block)?.[1];
          stream.last = field("id") ?? stream.last;
          if (field("data"))
            stream.events.push({ ...JSON.parse(field("data")), event: field("event") });
        }
      });
      answer.on("error", () => {});
      answer.on("close", () => (stream.ended = true));
    },
  );
  stream.request.on("error", () => (stream.ended = true));
  stream.request.end();
  stream.close = () => stream.request.destroy();
  return stream;
}

test("a_message_is_told_from_its_acceptance_to_its_end", async () => {
  const start = await now();
  const id = await send(server, "33612340001", "one");
  const submit = await smsc.submitted(smsc.submits.length || 1);
  await state(server, id, "sent");
  await smsc.receipt(submit, "UNDELIV", "012");
  await state(server, id, "undelivered");
  const { items } = await collect(start, (all) => all.length >= 3);
  assert.deepEqual(types(items), ["message.accepted", "message.sent", "message.undelivered"]);
  for (const item of items) {
    assert.equal(item.message_id, id);
    assert.equal(item.account, who.account);
    assert.ok(Math.abs(Date.parse(item.at) - Date.now()) < 60000);
  }
  assert.equal(items[2].state, "undelivered");
  const only = await events(`after=${start}&types=message.sent,change`);
  assert.deepEqual(types(only.items), ["message.sent"]);
  const rest = await events(`after=${items[1].id}`);
  assert.equal(rest.items[0].id, items[2].id);
});

test("who_waits_is_woken_and_who_waits_in_vain_is_answered", async () => {
  const start = await now();
  const waiting = events(`after=${start}&wait=30&types=message.accepted`);
  await sleep(100);
  const began = Date.now();
  await cli(server, "sender", "add", who.account, "Waited");
  const id = await send(server, "33612340002", "two");
  assert.equal((await waiting).items[0].message_id, id);
  assert.ok(Date.now() - began < 15000);
  const vain = await events(`after=${await now()}&wait=1&types=stop`);
  assert.deepEqual(vain.items, []);
  assert.ok(vain.next);
});

test("changes_of_settings_are_told", async () => {
  const start = await now();
  await cli(server, "sender", "add", who.account, "Told");
  const { items } = await collect(start, (all) => all.some((e) => e.type === "change"));
  const change = items.find((e) => e.type === "change");
  assert.deepEqual([change.what, change.subject], ["sender_added", "Told"]);
  assert.equal(change.account, who.account);
});

test("incoming_messages_and_stops_carry_their_thread", async () => {
  const id = await send(server, "33612340003", "three", { from: NUMBER });
  await state(server, id, "sent");
  const start = await now();
  await smsc.incoming("33612340003", NUMBER, "Bonjour");
  await smsc.incoming("33612340003", NUMBER, "STOP");
  const got = (all) => all.filter((e) => /incoming|stop/.test(e.type)).length >= 3;
  const { items } = await collect(start, got, "&types=incoming,stop");
  assert.deepEqual(types(items).sort(), [
    "incoming.received",
    "incoming.received",
    "stop.received",
  ]);
  for (const item of items) assert.equal(item.phone, "+33612340003");
});

test("refusals_name_the_cure", async () => {
  const start = await now();
  for (const [query, status, field] of [
    ["after=nonsense", 400, "after"],
    ["types=messages", 400, "types"],
    ["wait=61", 400, "wait"],
    [`after=1${start}`, 410, "after"],
  ]) {
    const answer = await call(server, "GET", `/api/v1/events?${query}`);
    assert.equal(answer.status, status, query);
    assert.equal(answer.json.field, field, query);
  }
});

test("streams_resume_and_lose_nothing_over_a_kill", { timeout: 90000 }, async () => {
  const start = await now();
  const want = new Set();
  const heard = [];
  let last = start;
  for (let round = 0; round < 3; round++) {
    const stream = open({ last, query: "types=message.accepted" });
    for (let i = 0; i < 4; i++) want.add(await send(server, `336123500${round}${i}`, "many"));
    if (round === 1) {
      await server.kill9();
      server = await startNavette({ data });
    } else {
      await until("the stream's events", () => stream.events.length >= 3);
    }
    stream.close();
    heard.push(...stream.events);
    last = stream.events.at(-1)?.id ?? last;
  }
  const { items } = await collect(
    last,
    (all) => heard.length + all.length >= want.size,
    "&types=message.accepted",
  );
  const all = [...heard, ...items].map((e) => e.message_id);
  assert.deepEqual(all, [...new Set(all)], "none twice");
  assert.deepEqual(new Set(all), want);
  assert.deepEqual(
    [...all].sort((a, b) => a - b),
    all,
    "in order",
  );
  await smsc.bound(1);
});

test("a_stream_is_told_at_once_and_ends_with_the_server", async () => {
  const stream = open({ query: "types=message" });
  await until("the stream", () => stream.last);
  const id = await send(server, "33612340005", "five");
  const own = () => stream.events.filter((e) => e.message_id === id).map((e) => e.event);
  await until("its events", () => own().length >= 2);
  assert.deepEqual(own(), ["message.accepted", "message.sent"]);
  stream.close();
  const first = (await events("limit=1")).items[0].id;
  const short = open({ last: first, query: "wait=1&types=message" });
  await until("the end that was asked for", () => short.ended);
  assert.ok(short.events.length > 0);
});

test("each_hears_what_his_rights_are", async () => {
  await cli(server, "account", "add", "sms-other-1", "--credits", "5");
  const key = async (account, ...scopes) => {
    const made = await call(server, "POST", `/api/v1/accounts/${account}/keys`, {
      name: scopes.join("-"),
      scopes,
    });
    assert.equal(made.status, 201, made.bytes.toString());
    return made.json.key;
  };
  const viewer = await key(who.account, "read");
  const agent = await key(who.account, "chat");
  const owner = await key(who.account, "read", "manage");
  const stranger = await key("sms-other-1", "read", "chat");
  const start = await now();
  const id = await send(server, "33612340006", "six", { from: NUMBER });
  await state(server, id, "sent");
  await smsc.incoming("33612340006", NUMBER, "Vu");
  const hears = async (secret, query = "") => {
    const answer = await fetch(`${server.http}/api/v1/events?after=${start}${query}`, {
      headers: { authorization: `Bearer ${secret}` },
    });
    assert.equal(answer.status, 200);
    return (await answer.json()).items;
  };
  const all = await until("the viewer's", async () => {
    const items = await hears(viewer);
    return items.some((e) => e.type === "incoming.received") && items;
  });
  assert.ok(all.some((e) => e.type === "message.sent" && e.message_id === id));
  assert.ok(all.every((e) => e.account === who.account && e.phone === undefined));
  // That a key was made is for all to know; what it is called for those who may see keys.
  await key(who.account, "send");
  const changes = async (secret) =>
    (await hears(secret, "&types=change")).map((e) => [e.what, e.subject]);
  assert.deepEqual(await changes(owner), [["key_added", "send"]]);
  assert.deepEqual(await changes(viewer), [["key_added", null]]);
  const chat = await hears(agent);
  assert.deepEqual(types(chat), ["incoming.received"]);
  assert.equal(chat[0].phone, "+33612340006");
  assert.deepEqual(await hears(stranger), []);
  const other = await fetch(`${server.http}/api/v1/events?account=${who.account}`, {
    headers: { authorization: `Bearer ${stranger}` },
  });
  assert.equal(other.status, 404);
  assert.equal((await fetch(`${server.http}/api/v1/events`)).status, 401);
});

test("the_command_line_shows_counts", async () => {
  const shown = await cli(server, "statistics", "show", "--account", who.account);
  assert.ok(shown.totals.accepted > 0);
});

// ---- what is counted ----

async function statistics(query = "") {
  const answer = await call(server, "GET", `/api/v1/statistics?${query}`);
  assert.equal(answer.status, 200, answer.bytes?.toString());
  return answer.json;
}

const one = async (question) => Number((await sql(server, question))[0][0]);

// As http2sms has it: hhmmddMMyyyy.
function tomorrow() {
  const [day, time] = new Date(Date.now() + DAY_MS).toISOString().split("T");
  const [year, month, date] = day.split("-");
  return time.slice(0, 2) + time.slice(3, 5) + date + month + year;
}

async function assertCounts() {
  const { totals, failures } = await statistics(`account=${who.account}`);
  const [[accountId]] = await sql(server, `SELECT id FROM account WHERE name = '${who.account}'`);
  const of = (table, what) =>
    one(`SELECT COUNT(*) FROM ${table} WHERE account_id = ${accountId} AND ${what}`);
  assert.equal(totals.accepted, await of("message", "1 = 1"));
  assert.equal(totals.sent, await of("message", "sent_at IS NOT NULL"));
  assert.equal(totals.delivered, await of("message", "state = 6"));
  assert.equal(totals.failed, await of("message", "state IN (7, 8, 9, 10)"));
  assert.equal(totals.cancelled, await of("message", "state = 11"));
  assert.equal(totals.answers, await of("message", "origin = 1"));
  assert.equal(totals.replies, await of("incoming", "standing = 1"));
  assert.equal(totals.late_replies, await of("incoming", "standing = 2"));
  assert.equal(totals.stops, await of("incoming", "started = 'stop'"));
  const spent = await one(
    `SELECT -SUM(amount) FROM ledger WHERE account_id = ${accountId} AND kind <> 'credit'`,
  );
  assert.equal(Math.round(Number(totals.credits) * 100), spent);
  const states = ["undelivered", "expired", "rejected", "unknown"];
  for (const [i, name] of states.entries()) {
    const counted = failures.filter((f) => f.state === name).reduce((n, f) => n + f.count, 0);
    assert.equal(counted, await of("message", `state = ${7 + i}`), name);
  }
  return { totals, failures };
}

// Something may move between the two readings; what was counted wrong stays wrong.
async function countsEqualRows() {
  let last;
  const agree = until(
    "counts and rows agree",
    () => assertCounts().catch((error) => void (last = error)),
    { waitMs: 20000, everyMs: 200 },
  );
  return agree.catch((error) => {
    throw last ?? error;
  });
}

test("counts_equal_the_rows_also_after_kills_and_refusals", { timeout: 90000 }, async () => {
  const { OK } = await import("./smsc.mjs");
  await cli(server, "reply", "set", who.account, "--action", "text", "--text", "Merci");
  for (let round = 0; round < 2; round++) {
    smsc.onSubmit = (pdu) => (pdu.destination_addr.endsWith("9") ? 0x0b : OK);
    const ids = [];
    for (let i = 0; i < 10; i++)
      ids.push(await send(server, `3361236${round}00${i}`, "mixed", { from: NUMBER }));
    const later = await send(server, `3361237000${round}`, "later", {
      deferred: tomorrow(),
    });
    await cli(server, "message", "cancel", later);
    await state(server, ids[9], "rejected");
    for (const id of ids.slice(0, 9)) await state(server, id, "sent");
    const submits = smsc.submits.slice(-10).filter((s) => s.id);
    for (const [i, submit] of submits.entries()) {
      if (i % 3 === 0) await smsc.receipt(submit);
      if (i % 3 === 1) await smsc.receipt(submit, "UNDELIV", "021");
      if (i % 3 === 1) await smsc.receipt(submit, "UNDELIV", "021"); // told twice
    }
    await smsc.incoming(submits[0].destination_addr, NUMBER, "Oui");
    await smsc.incoming(submits[1].destination_addr, NUMBER, "STOP");
    await until("the answer", async () => (await statistics()).totals.answers > round);
    await until("its answer has left", async () => {
      const open = await one("SELECT COUNT(*) FROM message WHERE state IN (2, 3)");
      return open === 0;
    });
    const { failures } = await countsEqualRows();
    assert.ok(failures.some((f) => f.reason === "undelivered UNDELIV 021"));
    assert.ok(failures.some((f) => f.reason === "rejected ESME_RINVDSTADR"));
    if (round === 0) {
      await server.kill9();
      server = await startNavette({ data });
      await smsc.bound(1);
      await countsEqualRows();
    }
  }
  smsc.onSubmit = () => OK;
  const platform = await statistics();
  const own = await statistics(`account=${who.account}`);
  assert.equal(platform.totals.accepted, own.totals.accepted);
  assert.equal(platform.carriers[0].carrier, "sim");
  assert.equal(
    platform.carriers.reduce((n, c) => n + c.sent, 0),
    platform.totals.sent,
  );
});

test("series_follow_the_clock_of_the_zone", async () => {
  const day = async (zone, from, to) =>
    (await statistics(`zone=${zone}&from=${from}&to=${to}`)).series.map((s) => s.at);
  const spring = await day("Europe/Paris", "2026-03-28", "2026-03-31");
  assert.deepEqual(
    spring.map((at) => at.slice(0, 16)),
    ["2026-03-27T23:00", "2026-03-28T23:00", "2026-03-29T22:00"],
  );
  const autumn = await day("Europe/Paris", "2026-10-24", "2026-10-27");
  assert.deepEqual(
    autumn.map((at) => at.slice(0, 16)),
    ["2026-10-23T22:00", "2026-10-24T22:00", "2026-10-25T23:00"],
  );
  const nepal = await day("Asia/Kathmandu", "2026-10-24", "2026-10-26");
  assert.equal(nepal[0].slice(0, 16), "2026-10-23T18:15");
  const hours = await statistics("zone=Europe/Paris&by=hour&from=2026-10-25&to=2026-10-26");
  assert.equal(hours.series.length, 25);
  const quarters = await statistics("by=quarter&from=2026-10-25&to=2026-10-26");
  assert.equal(quarters.series.length, 96);
  const today = await statistics("zone=Pacific/Auckland&days=1");
  assert.equal(today.series.length, 1);
  assert.ok(Date.parse(today.to) - Date.parse(today.from) <= 1.1 * DAY_MS);
  for (const [query, field] of [
    ["by=month", "by"],
    ["zone=Mars", "zone"],
    ["from=yesterday", "from"],
    ["from=2026-10-26&to=2026-10-25", "to"],
    ["by=quarter&from=2020-01-01&to=2026-01-01", "by"],
  ]) {
    const answer = await call(server, "GET", `/api/v1/statistics?${query}`);
    assert.ok(answer.status === 400 || answer.status === 429, `${query}: ${answer.status}`);
    assert.equal(answer.json.field, field, query);
  }
});
