// SPDX-License-Identifier: Apache-2.0
// Lists: pages by cursor in every order, filters, and whole lists as CSV while the client takes it.
import assert from "node:assert/strict";
import { request } from "node:http";
import { after, before, test } from "node:test";
import { call, furnish, http2sms, startNavette, startSim, until, who } from "./navette.mjs";

const ROWS = 3000;
let sim, server;

const get = async (path) => {
  const answer = await call(server, "GET", path);
  assert.equal(answer.status, 200, `${path}: ${answer.bytes}`);
  return answer.json;
};
const account = `account=${who.account}`;

async function send(to, message, more = {}) {
  const form = { ...who, from: "Navette", noStop: 1, contentType: "application/json", to, message };
  const { text } = await http2sms(server, "", { ...form, ...more });
  const answer = JSON.parse(text);
  assert.equal(answer.status, 100, text);
  return answer.SmsIds ?? answer.smsIds;
}

before(async () => {
  sim = await startSim({ args: ["--receipt-delay-ms", "1"] });
  server = await startNavette();
  await furnish(server, sim.smppPort, { credits: 100000 });
  await send("+33612345678", '=HYPERLINK("http://x")');
  await send("+33612345678", 'deux lignes\n"citées", é');
  for (let i = 0; i < ROWS; i += 1000) {
    const to = Array.from({ length: 1000 }, (_, k) => `+336${10000000 + i + k}`).join(",");
    await send(to, i ? "x".repeat(200) : "Bonjour", { tag: i ? "long" : "short" });
  }
  await until("all delivered", async () => {
    const open = await get(`/api/v1/messages?${account}&state=queued,sending,sent&limit=1`);
    return open.items.length === 0;
  });
});
after(async () => {
  await server?.stop();
  await sim?.stop();
});

async function all(query) {
  const items = [];
  let cursor = "";
  do {
    const page = await get(`/api/v1/messages?${query}&limit=1000${cursor}`);
    items.push(...page.items);
    cursor = page.next && `&cursor=${page.next}`;
  } while (cursor);
  return items;
}

test("every order gives every message once, sorted", async () => {
  const value = {
    at: (m) => m.created_at,
    to: (m) => m.recipient,
    from: (m) => m.sender,
    state: () => 0,
    parts: (m) => m.parts,
    credits: (m) => Number(m.credits),
  };
  for (const [name, of] of Object.entries(value))
    for (const minus of ["", "-"]) {
      const items = await all(`${account}&sort=${minus}${name}`);
      assert.equal(new Set(items.map((m) => m.id)).size, ROWS + 2, `${minus}${name}`);
      for (let i = 1; i < items.length; i++) {
        const [a, b] = minus ? [items[i], items[i - 1]] : [items[i - 1], items[i]];
        assert.ok(of(a) <= of(b), `${minus}${name}: ${of(a)} before ${of(b)}`);
      }
    }
});

test("filters", async () => {
  const count = async (filter) => (await all(`${account}&${filter}`)).length;
  assert.equal(await count("tag=short"), 1000);
  assert.equal(await count("parts=2"), ROWS - 1000);
  assert.equal(await count("to=%2B33612345678"), 2);
  assert.equal(await count("to=%2B33612345678&sort=-parts"), 2);
  assert.equal(await count("from=Navette&parts=1&sort=to"), 1002);
  assert.equal(await count("from=Nobody"), 0);
  assert.equal(await count("text=CIT%C3%89ES"), 1);
  assert.equal(await count("state=delivered,undelivered&text=bonjour"), 1000);
  assert.equal(await count("kind=scheduled"), 0);
  assert.equal(await count("kind=all&parts=2"), ROWS - 1000);
  assert.equal(await count("parts=2&done_until=2026-01-02T00:00:00Z"), 0);
  assert.equal(await count("parts=1&word=UNDELIV%20012"), 0);
  assert.equal(await count("until=2026-01-02T00:00:00Z"), 0);
  const [newest] = (await get(`/api/v1/messages?${account}&limit=1`)).items;
  assert.ok((await count(`since=${newest.created_at}`)) >= 1);
});

test("a cursor goes on in its own list and order only", async () => {
  const { next } = await get(`/api/v1/messages?${account}&limit=1`);
  for (const query of [
    `messages?${account}&sort=to&cursor=${next}`,
    `incoming?cursor=${next}`,
    `messages?cursor=${next.slice(0, -1)}`,
    `messages?cursor=1234`,
  ]) {
    const { status, json } = await call(server, "GET", `/api/v1/${query}`);
    assert.deepEqual([status, json.field], [400, "cursor"], query);
  }
  const all = await call(server, "GET", "/api/v1/messages?sort=to");
  assert.deepEqual([all.status, all.json.field], [400, "account"]);
});

// RFC 4180, strictly.
function parse(text) {
  const rows = [[]];
  const cell = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/gy;
  let m;
  while (cell.lastIndex < text.length && (m = cell.exec(text))) {
    rows.at(-1).push(m[1] === undefined ? m[2] : m[1].replaceAll('""', '"'));
    if (m[3] !== ",") rows.push([]);
  }
  assert.equal(cell.lastIndex, text.length, "all of it is CSV");
  rows.pop();
  return rows;
}

test("a list as CSV has all rows, and no formula", async () => {
  const answer = await call(server, "GET", `/api/v1/messages/export?${account}&sort=at`);
  assert.equal(answer.status, 200);
  assert.equal(answer.headers["content-type"], "text/csv; charset=utf-8");
  assert.match(answer.headers["content-disposition"], /^attachment; filename="messages.csv"$/);
  const [names, ...rows] = parse(answer.bytes.toString());
  const column = (row, name) => row[names.indexOf(name)];
  assert.equal(rows.length, ROWS + 2);
  assert.equal(new Set(rows.map((r) => column(r, "id"))).size, ROWS + 2);
  assert.equal(column(rows[0], "text"), '\'=HYPERLINK("http://x")');
  assert.equal(column(rows[1], "text"), 'deux lignes\n"citées", é');
  assert.equal(column(rows[1], "recipient"), "+33612345678");
  const some = await call(server, "GET", `/api/v1/messages/export?${account}&tag=short&bom=yes`);
  assert.deepEqual([...some.bytes.subarray(0, 3)], [0xef, 0xbb, 0xbf]);
  assert.equal(parse(some.bytes.toString().slice(1)).length, 1001);
  const refused = await call(server, "GET", `/api/v1/messages/export?${account}&state=lost`);
  assert.equal(refused.status, 400);
});

test("other lists too", async () => {
  for (const path of [
    `accounts/${who.account}/movements`,
    `accounts/${who.account}/callback/attempts`,
    "quarantine",
    "incoming",
    "conversations",
  ]) {
    const { items } = await get(`/api/v1/${path}?limit=1000`);
    const answer = await call(server, "GET", `/api/v1/${path}/export`);
    assert.equal(answer.status, 200, path);
    assert.equal(parse(answer.bytes.toString()).length - 1, items.length, path);
  }
  const { items, next } = await get(`/api/v1/accounts/${who.account}/movements?limit=1&sort=at`);
  assert.equal(items[0].kind, "credit");
  const more = await get(`/api/v1/accounts/${who.account}/movements?sort=at&cursor=${next}`);
  assert.ok(more.items.length > 0 && more.items.every((m) => m.id > items[0].id));
});

// Begins an export and reads nothing of it.
const slow = () =>
  new Promise((resolve, reject) => {
    const path = `/api/v1/messages/export?${account}`;
    const question = request({ socketPath: server.socket, path, agent: false }, (answer) => {
      answer.pause();
      resolve({ answer, question });
    });
    question.on("error", reject);
    question.end();
  });

test("a client that does not read holds nobody up, and so many are refused", async () => {
  const four = await Promise.all([slow(), slow(), slow(), slow()]);
  const ask = () => call(server, "GET", `/api/v1/messages/export?${account}`);
  assert.equal((await ask()).status, 429);
  assert.equal((await get(`/api/v1/messages?${account}&limit=5`)).items.length, 5);
  // After a while one of them yields its place to who reads; the others lose nothing.
  const whole = await until("a place", async () => {
    const answer = await ask();
    return answer.status === 200 && answer;
  });
  const ends = four.map(({ answer }) => {
    let bytes = 0;
    answer.on("data", (d) => (bytes += d.length));
    answer.on("error", () => {});
    const end = new Promise((r) => answer.on("close", () => r(answer.complete && bytes)));
    answer.resume();
    return end;
  });
  const taken = (await Promise.all(ends)).sort();
  assert.deepEqual(taken, [whole.bytes.length, whole.bytes.length, whole.bytes.length, false]);
});
