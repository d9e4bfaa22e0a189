// SPDX-License-Identifier: Apache-2.0
// The carrier in a box from outside: an SMPP client that we did not write, and fetch.
// The same on any database.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import net from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";

const smpp = createRequire(import.meta.url)("smpp");
const root = new URL("../..", import.meta.url).pathname;
const navette = process.env.NAVETTE ?? join(root, "build/asan/navette");
const command = [navette, "sim"];
const DELAY_MS = 150;
const WAIT_MS = 10000;
const folder = mkdtempSync(join(tmpdir(), "navette-sim-"));
const log = join(folder, "submits.csv");

let sim;
let smppPort;
let http;

const sleep = (ms) => new Promise((r) => setTimeout(r, ms));

async function until(what, check) {
  const end = Date.now() + WAIT_MS;
  for (;;) {
    const found = await check();
    if (found) return found;
    if (Date.now() > end) throw new Error(`never came: ${what}`);
    await sleep(10);
  }
}

function start(args) {
  const child = spawn(
    command[0],
    [...command.slice(1), "--smpp", "127.0.0.1:0", "--http", "127.0.0.1:0", ...args],
    {
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  child.said = "";
  child.stdout.on("data", (d) => (child.said += d));
  child.stderr.on("data", (d) => (child.errors = (child.errors ?? "") + d));
  child.over = new Promise((r) => child.on("exit", (code, signal) => r(code ?? signal)));
  return child;
}

async function ready(child) {
  await until("ready", () => {
    if (child.exitCode !== null) throw new Error(`ended: ${child.errors}`);
    return child.said.includes("ready\n");
  });
  return {
    smppPort: Number(/SMPP: 127\.0\.0\.1:(\d+)/.exec(child.said)[1]),
    http: /Phones: (http:\/\/\S+)\//.exec(child.said)[1],
  };
}

before(async () => {
  sim = start(["--receipt-delay-ms", String(DELAY_MS), "--log-submits", log]);
  ({ smppPort, http } = await ready(sim));
});

after(async () => {
  sim.kill("SIGTERM");
  assert.equal(await sim.over, 0, sim.errors);
  rmSync(folder, { recursive: true });
});

// An SMPP client that keeps what it got, in order, responses included.
class Client {
  constructor(port = smppPort) {
    this.delivered = [];
    this.events = [];
    this.closed = false;
    this.answerWith = () => 0;
    this.session = smpp.connect({ url: `smpp://127.0.0.1:${port}`, auto_enquire_link_period: 0 });
    this.session.on("error", () => {});
    this.session.on("close", () => (this.closed = true));
    this.session.on("unbind", (pdu) => this.session.send(pdu.response()));
    this.session.on("deliver_sm", (pdu) => {
      const status = this.answerWith(pdu);
      if (status === 0) {
        this.delivered.push(pdu);
        this.events.push({ kind: "deliver", pdu });
      }
      this.session.send(pdu.response({ command_status: status }));
    });
  }

  bind(system_id, mode = "transceiver", password = "secret") {
    return new Promise((r) => this.session[`bind_${mode}`]({ system_id, password }, r));
  }

  submit(destination_addr, short_message, more = {}) {
    return new Promise((resolve) => {
      const pdu = {
        source_addr: "36111",
        destination_addr,
        short_message,
        data_coding: 0,
        registered_delivery: 1,
        ...more,
      };
      this.session.submit_sm(pdu, (answer) => {
        this.events.push({ kind: "answer", pdu: answer });
        resolve(answer);
      });
    });
  }

  receipts(id) {
    return this.delivered.filter((p) => (p.esm_class & 0x3c) !== 0 && receipt(p).id === id);
  }

  replies(number) {
    return this.delivered.filter((p) => (p.esm_class & 0x3c) === 0 && p.source_addr === number);
  }

  end() {
    return new Promise((r) => {
      this.session.on("close", r);
      if (this.closed) r();
      this.session.unbind(() => this.session.close());
    });
  }
}

async function bound(system_id, mode) {
  const client = new Client();
  const answer = await client.bind(system_id, mode);
  assert.equal(answer.command_status, 0);
  return client;
}

// The whole receipt text, every field in its place.
const receiptText = new RegExp(
  "^id:(?<id>\\S+) sub:001 dlvrd:\\d+ submit date:\\d{10} done date:\\d{10} " +
    "stat:(?<stat>\\w+) err:(?<err>\\d{3}) text:(?<text>.*)$",
  "s",
);
const receipt = (pdu) => receiptText.exec(pdu.short_message.message)?.groups ?? {};

async function api(path, options) {
  const response = await fetch(http + path, options);
  return { status: response.status, body: await response.json() };
}

const messages = async (number) => (await api(`/api/phones/${number}/messages`)).body.items;
const write = (number, body) =>
  api(`/api/phones/${number}/messages`, { method: "POST", body: JSON.stringify(body) });

test("a message is on the phone, its receipt comes after the delay and complete", async () => {
  const c = await bound("plain");
  const began = Date.now();
  const answer = await c.submit("33612340001", "Hello from a client");
  assert.equal(answer.command_status, 0);
  assert.match(answer.message_id, /^\d+$/);
  const [pdu] = await until(
    "receipt",
    () => c.receipts(answer.message_id).length && c.receipts(answer.message_id),
  );
  assert.ok(Date.now() - began >= DELAY_MS);
  assert.equal(pdu.esm_class, 4);
  assert.equal(pdu.source_addr, "33612340001");
  assert.equal(pdu.destination_addr, "36111");
  assert.deepEqual(
    { ...receipt(pdu) },
    { id: answer.message_id, stat: "DELIVRD", err: "000", text: "Hello from a client" },
  );
  assert.equal(pdu.message_state, 2);
  assert.equal(String(pdu.receipted_message_id).replace(/\0$/, ""), answer.message_id);
  const [message] = await messages("33612340001");
  assert.equal(message.text, "Hello from a client");
  assert.equal(message.from, "36111");
  assert.equal(message.direction, "to_phone");
  await c.end();
});

test("no receipt comes when none is asked for, or only failures and it went well", async () => {
  const c = await bound("silent");
  const none = await c.submit("33612340002", "x", { registered_delivery: 0 });
  const good = await c.submit("33612340002", "x", { registered_delivery: 2 });
  const bad = await c.submit("33612349901", "x", { registered_delivery: 2 });
  await until("the failure", () => c.receipts(bad.message_id).length);
  await sleep(DELAY_MS);
  assert.equal(c.receipts(none.message_id).length + c.receipts(good.message_id).length, 0);
  await c.end();
});

for (const [ending, stat, state] of [
  ["9901", "UNDELIV", 5],
  ["9902", "EXPIRED", 3],
  ["9903", "DELETED", 4],
  ["9904", "REJECTD", 8],
  ["9905", "UNKNOWN", 7],
]) {
  test(`…${ending} ends as ${stat}`, async () => {
    const c = await bound("failing");
    const answer = await c.submit(`3361111${ending}`, "x");
    const [pdu] = await until(
      "receipt",
      () => c.receipts(answer.message_id).length && c.receipts(answer.message_id),
    );
    assert.equal(receipt(pdu).stat, stat);
    assert.equal(pdu.message_state, state);
    await c.end();
  });
}

test("…9906 is refused, …9907 has no receipt", async () => {
  const c = await bound("refused");
  assert.equal((await c.submit("33611119906", "x")).command_status, 0x0b);
  const answer = await c.submit("33611119907", "x");
  assert.equal(answer.command_status, 0);
  await sleep(3 * DELAY_MS);
  assert.equal(c.receipts(answer.message_id).length, 0);
  assert.equal((await messages("33611119906")).length, 0);
  await c.end();
});

test("…9908 throttles twice, …9909 is full once, then both are taken", async () => {
  const c = await bound("slow");
  const send = async (number, text) => (await c.submit(number, text)).command_status;
  assert.equal(await send("33611119908", "a"), 0x58);
  assert.equal(await send("33611119908", "b"), 0x58);
  assert.equal(await send("33611119908", "a"), 0x58);
  assert.equal(await send("33611119908", "a"), 0);
  assert.equal(await send("33611119909", "a"), 0x14);
  assert.equal(await send("33611119909", "a"), 0);
  assert.equal((await messages("33611119908")).length, 1);
  await c.end();
});

test("…9910 is never answered, and the log says so", async () => {
  const c = await bound("mute");
  let answered = false;
  c.submit("33611119910", "nobody answers").then(() => (answered = true));
  const hex = Buffer.from("nobody answers").toString("hex");
  const line = await until("log line", () =>
    readFileSync(log, "utf8")
      .split("\n")
      .find((l) => l.includes(hex)),
  );
  assert.match(
    line,
    /,"mute",\d+,\d+,"36111","33611119910",0,1,1,0,[0-9a-f]+,0x00000000,unanswered$/,
  );
  await sleep(2 * DELAY_MS);
  assert.equal(answered, false);
  await c.end();
});

test("…9911 sends the receipt before the response", async () => {
  const c = await bound("early");
  const answer = await c.submit("33611119911", "x");
  const at = c.events.findIndex(
    (e) => e.kind === "deliver" && receipt(e.pdu).id === answer.message_id,
  );
  assert.ok(at >= 0 && at < c.events.findIndex((e) => e.kind === "answer"));
  await c.end();
});

test("…9912 doubles the receipt, …9913 is late, …9917 and …9918 say something before", async () => {
  const c = await bound("odd");
  const [twice, late, enroute, accepted] = await Promise.all(
    ["9912", "9913", "9917", "9918"].map((e) => c.submit(`3361111${e}`, "x")),
  );
  const began = Date.now();
  await until("both receipts", () => c.receipts(twice.message_id).length === 2);
  const stats = (a) => c.receipts(a.message_id).map((p) => receipt(p).stat);
  await until("two states", () => stats(enroute).length === 2 && stats(accepted).length === 2);
  assert.deepEqual(stats(enroute), ["ENROUTE", "DELIVRD"]);
  assert.deepEqual(
    c.receipts(enroute.message_id).map((p) => p.esm_class),
    [0x20, 0x04],
  );
  assert.deepEqual(stats(accepted), ["ACCEPTD", "DELIVRD"]);
  assert.equal(stats(late).length, 0);
  await until("the late one", () => stats(late).length === 1);
  assert.ok(Date.now() - began >= 9 * DELAY_MS);
  await c.end();
});

test("…9914 answers OK, …9915 answers STOP, to the sender", async () => {
  const c = await bound("chatty");
  await c.submit("33611119914", "x");
  await c.submit("33611119915", "x");
  await until(
    "both answers",
    () => c.replies("33611119914").length && c.replies("33611119915").length,
  );
  assert.equal(c.replies("33611119914")[0].short_message.message, "OK");
  assert.equal(c.replies("33611119915")[0].short_message.message, "STOP");
  assert.equal(c.replies("33611119915")[0].destination_addr, "36111");
  await until("taken", async () => (await messages("33611119914")).at(-1).state === "taken");
  await c.end();
});

test("…9916 answers in three parts out of order", async () => {
  const c = await bound("long");
  await c.submit("33611119916", "x");
  await until("three parts", () => c.replies("33611119916").length === 3);
  const headers = c.replies("33611119916").map((p) => p.short_message.udh[0]);
  assert.deepEqual(
    headers.map((h) => [...h.subarray(-3)].slice(1)),
    [
      [3, 3],
      [3, 1],
      [3, 2],
    ],
  );
  assert.equal(new Set(headers.map((h) => h.at(-3))).size, 1);
  await c.end();
});

test("…9919 loses the link once", async () => {
  const c = await bound("cut");
  c.submit("33611119919", "x");
  await until("the end", () => c.closed);
  const again = await bound("cut");
  assert.equal((await again.submit("33611119919", "x")).command_status, 0);
  assert.equal((await messages("33611119919")).length, 1);
  await again.end();
});

test("receipts wait while nobody is bound to receive, for their own system_id only", async () => {
  const tx = await bound("halves", "transmitter");
  const answer = await tx.submit("33612340003", "x");
  const stranger = await bound("stranger");
  await sleep(3 * DELAY_MS);
  const rx = await bound("halves", "receiver");
  await until("receipt", () => rx.receipts(answer.message_id).length === 1);
  assert.equal(stranger.delivered.length + tx.delivered.length, 0);
  await Promise.all([tx, rx, stranger].map((c) => c.end()));
});

test("a receipt comes again until it is answered with 0", async () => {
  const c = await bound("stubborn");
  let refusals = 0;
  c.answerWith = () => (refusals++ < 1 ? 0x64 : 0);
  const answer = await c.submit("33612340004", "x");
  await until("receipt", () => c.receipts(answer.message_id).length === 1);
  assert.equal(refusals, 2);
  await c.end();
});

test("parts are joined, alphabets are read, flash is seen", async () => {
  const c = await bound("parts");
  const number = "33612340005";
  const part = (n, text) =>
    c.submit(number, { udh: Buffer.from([5, 0, 3, 42, 2, n]), message: text });
  await part(2, "world");
  assert.equal((await messages(number))[0].parts_received, 1);
  await part(1, "hello ");
  await c.submit(number, "\u041f\u0440\u0438\u0432\u0435\u0442 \u{1f600}", { data_coding: 8 });
  await c.submit(number, "now!", { data_coding: 0x10 });
  await c.submit(number, "", { message_payload: "p".repeat(300) });
  await c.submit(number, "b", { sar_msg_ref_num: 7, sar_total_segments: 2, sar_segment_seqnum: 2 });
  await c.submit(number, "a", { sar_msg_ref_num: 7, sar_total_segments: 2, sar_segment_seqnum: 1 });
  const all = await messages(number);
  assert.deepEqual(
    all.map((m) => m.text),
    [
      "hello world",
      "\u041f\u0440\u0438\u0432\u0435\u0442 \u{1f600}",
      "now!",
      "p".repeat(300),
      "ab",
    ],
  );
  assert.deepEqual(
    all.map((m) => m.encoding),
    ["gsm7", "ucs2", "gsm7", "gsm7", "gsm7"],
  );
  assert.deepEqual(
    all.map((m) => m.flash),
    [false, false, true, false, false],
  );
  assert.deepEqual(
    all.map((m) => m.parts),
    [2, 1, 1, 1, 2],
  );
  await c.end();
});

test("a person answers: short, in Unicode, and long, to who wrote last from there", async () => {
  const other = await bound("other");
  const c = await bound("person");
  const number = "33612340006";
  await other.submit(number, "from another", { source_addr: "36222" });
  await c.submit(number, "question");
  const { status, body } = await write(number, { to: "36111", text: "Yes \u20ac" });
  assert.equal(status, 201);
  assert.equal(body.text, "Yes \u20ac");
  assert.equal(body.from, number);
  await until("the answer", () => c.replies(number).length === 1);
  const [pdu] = c.replies(number);
  assert.equal(pdu.destination_addr, "36111");
  assert.equal(other.replies(number).length, 0);
  await write(number, { to: "36222", text: "\u{1f600}" });
  await until("the other answer", () => other.replies(number).length === 1);
  assert.equal(other.replies(number)[0].data_coding, 8);
  const long = await write(number, { to: "36111", text: "abcdefghij".repeat(40) });
  assert.equal(long.body.parts, 3);
  await until("three parts", () => c.replies(number).length === 4);
  assert.equal(
    c
      .replies(number)
      .slice(1)
      .map((p) => p.short_message.message)
      .join(""),
    "abcdefghij".repeat(40),
  );
  assert.ok(
    c
      .replies(number)
      .slice(1)
      .every((p) => p.esm_class === 0x40),
  );
  await Promise.all([c, other].map((x) => x.end()));
});

test("P12_2 what a phone says later comes later, and no sooner", async () => {
  const client = new Client();
  await client.bind("later");
  await client.submit("33611777001", "a question");
  const stats = async () => (await fetch(`${http}/api/stats`)).json();
  const at = Date.now();
  const response = await fetch(`${http}/api/phones/33611777001/messages`, {
    method: "POST",
    body: JSON.stringify({ to: "36111", text: "late", after_s: 1 }),
  });
  assert.equal(response.status, 202);
  assert.deepEqual(await response.json(), { later: 1 });
  assert.equal((await stats()).later, 1);
  const said = () => client.delivered.find((p) => p.source_addr === "33611777001" && !p.esm_class);
  const pdu = await until("late", said);
  assert.ok(Date.now() - at >= 990);
  assert.equal(pdu.short_message.message, "late");
  assert.equal((await stats()).later, 0);
  for (const after_s of [-1, 1.5, "1", 7 * 86400 + 1]) {
    const bad = await fetch(`${http}/api/phones/33611777001/messages`, {
      method: "POST",
      body: JSON.stringify({ to: "36111", text: "x", after_s }),
    });
    assert.equal(bad.status, 400);
    assert.equal((await bad.json()).error.code, "bad_after");
  }
  client.session.destroy();
});

test("P12_2 callbacks are taken, shown, kept in bounds, and fail when they are to", async () => {
  const events = await fetch(`${http}/api/events`);
  const reader = events.body.pipeThrough(new TextDecoderStream()).getReader();
  let heard = "";
  const callbacks = async (query = "") => (await fetch(`${http}/api/callbacks${query}`)).json();
  assert.deepEqual(await callbacks(), { items: [], next: null, total: 0, failing: 0 });
  const got = await fetch(`${http}/callback/receipts?id=12&ptt=1&a%3Cb=%C3%A9%00`);
  assert.equal(got.status, 200);
  const sent = await fetch(`${http}/callback`, {
    method: "POST",
    headers: { "content-type": "application/json", "webhook-id": "m1", "x-other": "no" },
    body: `{"text":"<b>${"é".repeat(3000)}"}`,
  });
  assert.equal(await sent.text(), "OK\n");
  const list = await callbacks();
  assert.equal(list.total, 2);
  const [posted, receipt] = list.items;
  assert.equal(receipt.method, "GET");
  assert.equal(receipt.path, "/callback/receipts");
  assert.deepEqual(receipt.query.slice(0, 2), [["id", "12"], ["ptt", "1"]]);
  assert.equal(receipt.query[2][0], "a<b");
  assert.equal(posted.headers["webhook-id"], "m1");
  assert.equal(posted.headers["x-other"], undefined);
  assert.ok(posted.body.startsWith('{"text":"<b>éé'));
  assert.ok(Buffer.byteLength(posted.body) <= 4096);
  assert.equal(posted.body_cut, true);
  await until("callback event", async () => {
    heard += (await reader.read()).value;
    return heard.split("event: callback").length === 3;
  });
  await reader.cancel();

  const fail = (count) =>
    fetch(`${http}/api/callbacks/fail`, { method: "POST", body: JSON.stringify({ count }) });
  assert.deepEqual(await (await fail(2)).json(), { failing: 2 });
  assert.equal((await fail(-1)).status, 400);
  const statuses = [];
  for (let i = 0; i < 3; i++)
    statuses.push((await fetch(`${http}/callback`, { method: "POST", body: "x" })).status);
  assert.deepEqual(statuses, [500, 500, 200]);
  for (let i = 0; i < 200; i++) await (await fetch(`${http}/callback?i=${i}`)).text();
  assert.equal((await callbacks()).items.length, 200);
  assert.equal((await callbacks("?limit=3")).items.length, 3);
  assert.deepEqual((await callbacks("?limit=1")).items[0].query, [["i", "199"]]);
  const foreign = await fetch(`${http}/callback`, {
    method: "POST",
    headers: { origin: "http://elsewhere.example" },
    body: "x",
  });
  assert.equal(foreign.status, 405);
});

test("P12_2 /cgi thanks for the message", async () => {
  const form = new URLSearchParams({ id: "1", message: "Bonjour & merci", keyword: "Bonjour" });
  const answer = await fetch(`${http}/cgi`, { method: "POST", body: form });
  assert.match(answer.headers.get("content-type"), /^text\/plain/);
  assert.equal(await answer.text(), "Thank you, Bonjour & merci");
  assert.equal(await (await fetch(`${http}/cgi?message=Hi`)).text(), "Thank you, Hi");
  const list = await (await fetch(`${http}/api/callbacks?limit=1`)).json();
  assert.equal(list.items[0].path, "/cgi");
  assert.equal(list.items[0].answer, "Thank you, Hi");
});

test("P12_2 a number that belongs to a login reaches it, whoever writes to it", async () => {
  const own = start(["--number", "36111=one", "--number", "+447400123456=two", "--quiet"]);
  const { smppPort: port } = await ready(own);
  const [one, two] = [new Client(port), new Client(port)];
  await one.bind("one");
  await two.bind("two");
  await one.submit("447400123456", "hello, two");
  await two.submit("36111", Buffer.from("0500030902014869", "hex"), {
    source_addr: "447400123456",
    esm_class: 0x40,
    data_coding: 0,
  });
  await until("both", () => one.delivered.length && two.delivered.length);
  const words = (c) => c.delivered.filter((p) => (p.esm_class & 0x3c) === 0);
  await until("words", () => words(one).length && words(two).length);
  assert.equal(words(two)[0].source_addr, "36111");
  assert.equal(words(two)[0].destination_addr, "447400123456");
  assert.equal(words(two)[0].short_message.message, "hello, two");
  assert.equal(words(one)[0].esm_class & 0x40, 0x40);
  assert.equal(words(one)[0].source_addr, "447400123456");
  await until("receipts", () => one.delivered.length === 2 && two.delivered.length === 2);
  one.session.destroy();
  two.session.destroy();
  own.kill("SIGTERM");
  assert.equal(await own.over, 0, own.errors);
  for (const bad of ["36111", "=one", "36111=", "abc=one", "36111=0123456789abcdef"]) {
    const wrong = start(["--number", bad]);
    assert.equal(await wrong.over, 2);
  }
});

test("what cannot be written is refused with a clear error", async () => {
  await until("nobody bound", async () => (await api("/api/stats")).body.binds.length === 0);
  const number = "33612340007";
  const code = async (body, options) => {
    const r = await api(`/api/phones/${number}/messages`, { method: "POST", body, ...options });
    return [r.status, r.body.error.code];
  };
  assert.deepEqual(await code('{"to":"36111","text":"x"}'), [409, "no_receiver"]);
  assert.deepEqual(await code("{"), [400, "invalid_json"]);
  assert.deepEqual(await code("[]"), [400, "bad_to"]);
  assert.deepEqual(await code('{"to":"","text":"x"}'), [400, "bad_to"]);
  assert.deepEqual(await code('{"to":"1234567890123456789012","text":"x"}'), [400, "bad_to"]);
  assert.deepEqual(await code('{"to":"36111"}'), [400, "missing_text"]);
  assert.deepEqual(
    await code('{"to":"36111","text":"x"}', { headers: { Origin: "http://evil.example" } }),
    [403, "foreign_origin"],
  );
  const c = await bound("errors");
  assert.deepEqual(await code('{"to":"36111","text":""}'), [400, "missing_text"]);
  assert.deepEqual(await code(JSON.stringify({ to: "36111", text: "\u{1f600}".repeat(10000) })), [
    400,
    "text_too_long",
  ]);
  assert.equal(
    (await api("/api/phones/ab/messages", { method: "POST", body: '{"to":"1","text":"x"}' })).body
      .error.code,
    "bad_number",
  );
  assert.equal((await api("/api/phones?limit=0")).status, 400);
  assert.equal((await api("/api/nothing")).status, 404);
  assert.equal((await api("/api/phones", { method: "DELETE" })).status, 405);
  await c.end();
});

test("phones are listed newest first, bounded, and found by a piece of their number", async () => {
  const c = await bound("list");
  for (const last of ["1", "2", "3"]) await c.submit(`3361234100${last}`, `text ${last}`);
  const all = (await api("/api/phones?limit=2")).body;
  assert.deepEqual(
    all.items.map((p) => p.number),
    ["33612341003", "33612341002"],
  );
  assert.equal(all.items[0].last.text, "text 3");
  assert.ok(all.total >= 3);
  assert.deepEqual(
    (await api("/api/phones?number=41001")).body.items.map((p) => p.number),
    ["33612341001"],
  );
  await c.end();
});

test("events tell what happens live", async () => {
  const abort = new AbortController();
  const response = await fetch(`${http}/api/events`, { signal: abort.signal });
  assert.match(response.headers.get("content-type"), /^text\/event-stream/);
  let seen = "";
  const reading = (async () => {
    for await (const piece of response.body) seen += Buffer.from(piece).toString();
  })().catch(() => {});
  const c = await bound("live");
  await until("a bind in stats", () => seen.includes('"system_id":"live"'));
  await c.submit("33612340008", "live text");
  await until("the message", () =>
    /event: message\ndata: {.*"text":"live text".*"number":"33612340008"}/.test(seen),
  );
  abort.abort();
  await reading;
  await c.end();
});

test("query_sm tells the state; what is not done here is refused", async () => {
  const c = await bound("query");
  const ask = (command, pdu) => new Promise((r) => c.session[command](pdu, r));
  const answer = await c.submit("33611119901", "x");
  const first = await ask("query_sm", { message_id: answer.message_id, source_addr: "36111" });
  assert.equal(first.message_state, 1);
  await sleep(2 * DELAY_MS);
  const last = await ask("query_sm", { message_id: answer.message_id, source_addr: "36111" });
  assert.equal(last.message_state, 5);
  assert.equal(
    (await ask("query_sm", { message_id: "42", source_addr: "36111" })).command_status,
    0x67,
  );
  assert.equal((await ask("cancel_sm", { message_id: answer.message_id })).command_status, 0x11);
  const data = await ask("data_sm", {
    source_addr: "36111",
    destination_addr: "33612340009",
    data_coding: 0,
    message_payload: "by data_sm",
  });
  assert.equal(data.command_status, 0);
  assert.equal((await messages("33612340009"))[0].text, "by data_sm");
  await c.end();
});

test("garbage does no harm", async () => {
  for (const bytes of [
    "GET / HTTP/1.1\r\n\r\n",
    "\0\0\0\x0f\0\0\0\x04\0\0\0\0\0\0\0\x01",
    "\0\0\0\x10\0\0\x99\x99\0\0\0\0\0\0\0\x01",
    "\xff\xff\xff\xff",
  ]) {
    const socket = net.connect(smppPort, "127.0.0.1");
    socket.on("error", () => {});
    socket.write(Buffer.from(bytes, "latin1"));
    await new Promise((r) => socket.once("data", r));
    socket.destroy();
  }
  const c = await bound("after");
  // A user data header that is longer than the text.
  const bad = await c.submit("33612340010", Buffer.from([5]), { esm_class: 0x40 });
  assert.equal(bad.command_status, 0x43);
  assert.equal((await c.submit("33612340010", "fine")).command_status, 0);
  await c.end();
});

test("the page is served with its files, and lets nothing in", async () => {
  for (const [path, type] of [
    ["/", "text/html"],
    ["/app.js", "text/javascript"],
    ["/style.css", "text/css"],
  ]) {
    const response = await fetch(http + path);
    assert.equal(response.status, 200);
    assert.ok(response.headers.get("content-type").startsWith(type));
    assert.match(response.headers.get("content-security-policy"), /default-src 'none'/);
    assert.ok((await response.text()).length > 1000);
  }
  const { items } = (await api("/api/outcomes")).body;
  assert.ok(items.length >= 20 && items.every((o) => o.en && o.fr));
});

test("every submit is one line of the log", async () => {
  const c = await bound("logged");
  for (let i = 0; i < 100; i++) await c.submit("33612340011", `line ${i}`);
  await c.end();
  const mine = await until("100 lines", () => {
    const lines = readFileSync(log, "utf8")
      .split("\n")
      .filter((l) => l.includes('"logged"'));
    return lines.length >= 100 && lines;
  });
  assert.equal(mine.length, 100);
  assert.ok(mine.every((l) => l.split(",").length === 14 && l.endsWith(",answered")));
});

test("a login can be demanded, a rate held, and answers delayed", async () => {
  const child = start([
    "--system-id",
    "only",
    "--password",
    "right",
    "--rate",
    "5",
    "--answer-delay-ms",
    "100",
    "--plain",
    "--quiet",
  ]);
  const { smppPort: port } = await ready(child);
  const status = async (...args) => {
    const c = new Client(port);
    return (await c.bind(...args)).command_status;
  };
  assert.equal(await status("other", "transceiver", "right"), 0x0f);
  assert.equal(await status("only", "transceiver", "wrong"), 0x0e);
  const c = new Client(port);
  assert.equal((await c.bind("only", "transceiver", "right")).command_status, 0);
  const began = Date.now();
  assert.equal((await c.submit("33611119906", "x")).command_status, 0); // no special numbers here
  assert.ok(Date.now() - began >= 95);
  const answers = await Promise.all(Array.from({ length: 30 }, () => c.submit("33612340012", "x")));
  assert.ok(
    answers.some((a) => a.command_status === 0x58) && answers.some((a) => a.command_status === 0),
  );
  child.kill("SIGINT");
  assert.equal(await child.over, 0, child.errors);
  await until("unbound", () => c.closed);
});

test("every Nth message from a number is answered, with phones or without", async () => {
  for (const phones of [[], ["--no-phones"]]) {
    const every = ["--reply-every", "3", "--plain", "--receipt-delay-ms", "0"];
    const child = start([...every, ...phones]);
    const c = new Client((await ready(child)).smppPort);
    await c.bind("talks");
    const plain = { registered_delivery: 0 };
    for (let i = 0; i < 9; i++) await c.submit(`3361234000${i}`, "Tomorrow at 10?", plain);
    await c.submit("33612340019", "x", { ...plain, source_addr: "Brand", source_addr_ton: 5 });
    await until("three replies", () => c.delivered.length >= 3);
    child.kill("SIGTERM");
    assert.equal(await child.over, 0, child.errors);
    assert.deepEqual(
      c.delivered.map((pdu) => [pdu.source_addr, pdu.destination_addr]),
      ["33612340002", "33612340005", "33612340008"].map((phone) => [phone, "36111"]),
    );
    for (const pdu of c.delivered) assert.equal(pdu.short_message.message, "OK");
  }
});

test("wrong use is told: exit code 2, and 1 when a port is taken", async () => {
  for (const args of [["--window", "0"], ["--receipt-delay-ms", "-1"], ["--nonsense"], ["extra"]]) {
    const child = start(args);
    assert.equal(await child.over, 2);
    assert.match(child.errors, /--help/);
  }
  const child = start(["--http", `127.0.0.1:${smppPort}`]);
  assert.equal(await child.over, 1);
  assert.match(child.errors, /cannot start/);
});
