// SPDX-License-Identifier: Apache-2.0
// Two people edit, one asks twice, one asks too much.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { call, cli, furnish, startNavette, startSim, who } from "./navette.mjs";
import { Person } from "./people.mjs";

const password = "four words of mine";
let server, sim;
before(async () => {
  sim = await startSim();
  server = await startNavette();
  await furnish(server, sim.smppPort);
});
after(async () => {
  await server.stop();
  await sim.stop();
});

const account = `/api/v1/accounts/${who.account}`;

for (const [path, change] of [
  [account, { keep_days: 30 }],
  ["/api/v1/carriers/sim", { window: 7 }],
  [`${account}/reply`, { action: "text", text: "We call you back." }],
  [`${account}/callback`, { replies: "https://example.org/r" }],
])
  test(`of two who edit ${path}, the second reads again first`, async () => {
    const first = await call(server, "GET", path);
    const second = await call(server, "GET", path);
    assert.equal(first.headers.etag, second.headers.etag);
    const done = await call(server, "PATCH", path, change, { "if-match": first.headers.etag });
    assert.equal(done.status, 200, done.bytes.toString());
    assert.notEqual(done.headers.etag, first.headers.etag);
    const late = await call(server, "PATCH", path, change, { "if-match": second.headers.etag });
    assert.deepEqual([late.status, late.json.code], [412, "precondition"]);
    assert.equal(late.headers.etag, done.headers.etag); // what is to be read again
    const again = await call(server, "GET", path);
    assert.equal(again.headers.etag, done.headers.etag);
    const list = { "if-match": `"1", ${again.headers.etag}` };
    assert.equal((await call(server, "PATCH", path, change, list)).status, 200);
    assert.equal((await call(server, "PATCH", path, change, { "if-match": "*" })).status, 200);
    assert.equal((await call(server, "PATCH", path, change)).status, 200); // who does not care
  });

test("of many who edit at once with the same edition, one does", async () => {
  const { etag } = (await call(server, "GET", account)).headers;
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, i) =>
      call(server, "PATCH", account, { keep_days: i }, { "if-match": etag }),
    ),
  );
  const statuses = answers.map((a) => a.status).sort();
  assert.deepEqual(statuses, [200, ...Array(19).fill(412)]);
});

test("credit is added once, however often it is asked for", async () => {
  const before = Number((await call(server, "GET", account)).json.credits);
  const key = { "idempotency-key": "invoice-7" };
  const add = (credits, headers) =>
    call(server, "POST", `${account}/credit`, { credits, reason: "invoice 7" }, headers);
  const answers = await Promise.all([1, 2, 3].map(() => add("10", key)));
  for (const { status, json } of answers)
    assert.deepEqual([status, json.credits], [200, `${before + 10}`]);
  assert.equal(answers.filter((a) => a.headers["idempotent-replayed"] === "true").length, 2);
  const other = await add("20", key);
  assert.deepEqual([other.status, other.json.field], [409, "Idempotency-Key"]);
  const quoted = await add("10", { "idempotency-key": '"invoice-7"' }); // as the draft writes it
  assert.equal(quoted.headers["idempotent-replayed"], "true");
  assert.equal((await add("1", { "idempotency-key": "é" })).status, 400);
  assert.equal((await add("1", { "idempotency-key": '""' })).status, 400);
  assert.equal((await add("1", { "idempotency-key": "invoice-8" })).json.credits, `${before + 11}`);
});

test("every answer says how many requests are left, whatever it is of", async () => {
  await cli(server, "member", "add", "op@example.org", "--operator", "yes", "--password", password);
  const operator = new Person(server, { from: "127.0.0.9" });
  await operator.signIn("op@example.org", password);
  for (const [path, type] of [
    [`/accounts/${who.account}`, "application/json"],
    [`/accounts/${who.account}/movements/export`, "text/csv"],
    ["/accounts/nobody", "application/problem+json"],
    ["/no/such/path", "application/problem+json"],
  ]) {
    const { headers } = await operator.get(path);
    assert.equal(headers["content-type"].split(";")[0], type);
    assert.ok(Number(headers["ratelimit-limit"]) > Number(headers["ratelimit-remaining"]), path);
  }
  const stop = new AbortController();
  const cookie = Object.entries(operator.cookies).map((pair) => pair.join("="));
  const stream = await fetch(`${server.http}/api/v1/events?after=now`, {
    headers: { accept: "text/event-stream", cookie: cookie.join("; ") },
    signal: stop.signal,
  });
  assert.equal(stream.headers.get("content-type"), "text/event-stream");
  assert.ok(Number(stream.headers.get("ratelimit-limit")) > 0);
  stop.abort();
});

test("who asks too much is told how long to wait; the socket is free", async () => {
  const ask = () => fetch(`${server.http}/api/v1/session`);
  const first = await ask();
  const limit = Number(first.headers.get("ratelimit-limit"));
  assert.equal(Number(first.headers.get("ratelimit-remaining")), limit - 1);
  assert.ok(Number(first.headers.get("ratelimit-reset")) >= 1);
  let refused;
  for (let i = 0; i < 40 * limit && !refused; i += 50) {
    const answers = await Promise.all(Array.from({ length: 50 }, ask));
    await Promise.all(answers.map((a) => a.arrayBuffer()));
    if (answers.some((a) => a.status === 429)) refused = answers.find((a) => a.status === 429);
  }
  assert.ok(refused);
  assert.ok(Number(refused.headers.get("retry-after")) >= 1);
  assert.match(refused.headers.get("content-type"), /problem/);
  const operator = await call(server, "GET", account);
  assert.deepEqual([operator.status, operator.headers["ratelimit-limit"]], [200, undefined]);
});
