// SPDX-License-Identifier: Apache-2.0
// navette db, from outside: a database is made, looked at and copied whole; what serves the copy
// goes on where the other one ended. On SQLite the copies are files; with NAVETTE_TEST_POSTGRES
// they go to that server and back.
import assert from "node:assert/strict";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, test } from "node:test";
import { urlOf } from "./database.mjs";
import {
  cli, command, furnish, http2sms, smpp, startNavette, startSmsc, tempDir, until, who,
} from "./navette.mjs";

const onServer = process.env.NAVETTE_TEST_POSTGRES !== undefined;
const file = (data) => `sqlite:${join(data, "navette.db")}`;
// What a server on this directory would use.
const place = (data) => urlOf(data) ?? file(data);
const db = (...args) => command("db", ...args);
const shown = (url) => url.replace(/\?.*/, "");

async function works(...args) {
  const { code, stdout, stderr } = await db(...args);
  assert.equal(code, 0, `${args.join(" ")}: ${stderr}${stdout}`);
  return stdout;
}
const status = async (url) => JSON.parse(await works("status", "--database", url, "--json"));

async function fails(args, says, ends = 1) {
  const { code, stdout, stderr } = await db(...args);
  assert.match(stderr, says);
  assert.equal(code, ends, `${args.join(" ")}: ${stderr}`);
  return stdout;
}

async function inFrench(task) {
  const before = process.env.LC_ALL;
  process.env.LC_ALL = "fr_FR.UTF-8";
  try {
    await task();
  } finally {
    if (before === undefined) delete process.env.LC_ALL;
    else process.env.LC_ALL = before;
  }
}

// ---- init, status, migrate ----

test("a database is made once, and tells how it is", async () => {
  const url = place(tempDir());
  await fails(["status", "--database", url], /navette db init/);
  await fails(["migrate", "--database", url], /navette db init/);
  assert.match(await works("init", "--database", url), /is ready: version \d+\.\n$/);
  assert.match(await works("init", "--database", url), /is there already: version \d+\.\n$/);
  assert.match(await works("migrate", "--database", url), /is up to date: version \d+\.\n$/);
  const { version, ...rest } = await status(url);
  assert.deepEqual(rest, {
    database: shown(url),
    engine: onServer ? "postgresql" : "sqlite",
    wanted: version,
    queued: 0,
    scheduled: 0,
    unbalanced: 0,
    nodes: [],
  });
  assert.match(await works("status", "--database", url), /^version: \d+$/m);
});

test("the directory, the environment and the file name it as for serve", async () => {
  const data = tempDir();
  assert.match(await works("init", "--data", data), new RegExp(`${data}/navette.db is ready`));
  const { code } = await command("--data", data, "db", "status");
  assert.equal(code, 0);
  process.env.NAVETTE_DATABASE = file(data);
  try {
    assert.match(await works("status"), new RegExp(`^database: sqlite:${data}`));
    await fails(["status", "--database", "sqlite:/nowhere/navette.db"], /no database/);
  } finally {
    delete process.env.NAVETTE_DATABASE;
  }
  await fails(["status", "--config", "/nowhere"], /cannot read \/nowhere/, 2);
});

test("what runs is shown, and keeps its database", async () => {
  const server = await startNavette();
  const url = place(server.data);
  const [node] = (await status(url)).nodes;
  assert.equal(node.lease, "running");
  assert.ok(Math.abs(Date.parse(node.started_at) - Date.now()) < 60000);
  assert.match(await works("status", "--database", url), /^NUMBER +NAME +LEASE +STARTED/m);
  const to = place(tempDir());
  await fails(["copy", "--from", url, "--to", to], /a server runs on/);
  await server.stop();
  await until("its end shows", async () =>
    (await status(url)).nodes.every((n) => n.lease !== "running"));
});

test("wrong use ends with 2, help with 0, and what cannot be opened says what to do", async () => {
  await fails([], /navette db --help/, 2);
  await fails(["dance"], /no verb "dance"/, 2);
  await fails(["copy", "--from", "sqlite:/a"], /--to is missing\nusage: navette db copy/, 2);
  await fails(["status", "--colour", "red"], /no option --colour/, 2);
  assert.match(await works("--help"), /^ +db copy +copies a whole installation/m);
  assert.match(await works("copy", "--help"), /--from URL/);
  assert.match((await command("--help")).stdout, /^ +db status/m);
  await fails(["init", "--database", "mysql://root@localhost/x"], /write sqlite:PATH or /);
  await fails(["init", "--database", "sqlite:/nowhere/at/all.db"], /check the path/);
  const gone = await new Promise((r) => {
    const listener = createServer().listen(0, "127.0.0.1", () => {
      const { port } = listener.address();
      listener.close(() => r(port));
    });
  });
  const url = `postgresql://bob:secret12@127.0.0.1:${gone}/navette`;
  const { code, stderr } = await db("status", "--database", url);
  assert.equal(code, 1);
  assert.match(stderr, /cannot reach postgresql:\/\/bob@127\.0\.0\.1:\d+\/navette: /);
  assert.ok(!stderr.includes("secret12"));
  if (onServer) {
    const missing = process.env.NAVETTE_TEST_POSTGRES.replace("/postgres?", "/nothing_here?");
    await fails(["init", "--database", missing], /createdb --owner USER --encoding UTF8/);
    await fails(["copy", "--from", missing, "--to", file(tempDir())], /createdb/);
  }
});

test("French where it is read", () =>
  inFrench(async () => {
    const data = tempDir();
    await fails(["status", "--data", data], /il n'y a pas de base .* créez-la par/);
    assert.match(await works("init", "--data", data), / est prête : version \d+\.\n$/);
    assert.match(await works("copy", "--help"), /ce qui est copié/);
    const out = await works("copy", "--from", file(data), "--to", file(tempDir()));
    assert.match(out, /^TABLE +DE +VERS\n/);
    assert.match(out, /bourses qui ne sont pas justes +0 +0\nTout est arrivé dans /);
    await fails(["copy", "--from", file(data), "--to", file(data)], /n'est pas vide/);
  }));

// ---- copy ----

// What the server says of all its accounts, users, messages and money.
async function picture(server) {
  const all = {};
  const lists = ["account list", "message list", "rate list", "route list", "carrier list"];
  const ofAccount = ["user list", "sender list", "ledger list"].map((l) => `${l} ${who.account}`);
  for (const list of [...lists, ...ofAccount])
    all[list] = (await cli(server, ...list.split(" "))).items;
  // What differs from moment to moment.
  all["message list"] = all["message list"].map((m) => [m.id, m.text, m.recipient, m.credits]);
  all["carrier list"] = all["carrier list"].map((c) => [c.id, c.name, c.host, c.port, c.window]);
  return all;
}

async function send(server, to, message, more = {}) {
  const from = { ...who, from: "Navette", noStop: 1 };
  const { text } = await http2sms(server, { ...from, to, message, ...more });
  const [verdict, , id] = text.trim().split("\n");
  assert.equal(verdict, "OK", text);
  return id;
}

const sent = (server, id) =>
  until(`${id} is sent`, async () => (await cli(server, "message", "show", id)).state === "sent");

// Refused for as long as the lease of a node that was killed still runs.
async function copyWhenFree(from, to) {
  const out = await until("the copy", async () => {
    const result = await db("copy", "--from", from, "--to", to, "--json");
    if (result.code === 0) return JSON.parse(result.stdout);
    assert.match(result.stderr, /a server runs on/);
  }, { everyMs: 500 });
  assert.equal(out.equal, true);
  assert.deepEqual(out.unbalanced, { from: 0, to: 0 });
  for (const table of out.tables) assert.equal(table.from, table.to, table.table);
  return out;
}

const copied = (out, name) => out.tables.find((t) => t.table === name).to;

describe("a whole installation", { skip: smpp === undefined && "npm's smpp" }, () => {
  test("goes on in its copy: accounts, balances, and what was waiting or being sent", async () => {
    let answers = true;
    let next = 0;
    const onSubmit = () => (answers ? { message_id: `m${++next}` } : undefined);
    const smsc = await startSmsc({ onSubmit });
    const first = await startNavette();
    await furnish(first, smsc.port, { credits: 50, carrier: ["--window", "2"] });
    const done = await send(first, "+33612340001", "déjà 👍 parti ".repeat(12));
    await sent(first, done);
    answers = false;
    const open = [];
    for (let i = 2; i < 8; i++) open.push(await send(first, `+3361234000${i}`, `wait ${i}`));
    await until("the window is full", () => smsc.submits.length >= 3 + 2);
    const before = await picture(first);
    await first.kill9();
    await smsc.close();

    const url = place(first.data);
    const there = onServer ? file(tempDir()) : place(tempDir());
    const moved = await copyWhenFree(url, there);
    assert.equal(copied(moved, "message"), 7);
    assert.equal(copied(moved, "part"), 3);
    await fails(["copy", "--from", url, "--to", there], /is not empty/);
    for (const node of (await status(there)).nodes)
      assert.deepEqual([node.name, node.lease], ["copied", "ended"]);
    const back = tempDir(); // onto the engine of this suite again
    await copyWhenFree(there, place(back));
    assert.equal((await status(place(back))).unbalanced, 0);

    answers = true;
    const again = await startSmsc({ port: smsc.port, onSubmit });
    const second = await startNavette({ data: back });
    assert.deepEqual(await picture(second), before);
    for (const id of [done, ...open]) await sent(second, id);
    const fresh = await send(second, "+33612340009", "new");
    assert.ok(BigInt(fresh) > BigInt(open.at(-1)));
    assert.deepEqual((await cli(second, "ledger", "check")).items, []);
    assert.equal((await cli(second, "account", "show", who.account)).credits, "40");
    await second.stop();
    await again.close();
  });
});
