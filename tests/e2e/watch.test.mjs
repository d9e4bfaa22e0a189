// SPDX-License-Identifier: Apache-2.0
// The same on any database.
// What an engineer sees who was woken up: how a link is and what holds it up.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { cli, navette, root, startNavette, startTrace, until } from "./navette.mjs";
import { carrier, change, finish, provision, send, Smsc, state } from "./smsc.mjs";

const ESME_RINVPASWD = 0x0e;
const ESME_RINVDSTADR = 0x0b;
const ESME_RTHROTTLED = 0x58;

let smsc;
let server;
let sent = 0;

before(async () => {
  smsc = await Smsc.start();
  server = await startNavette();
  await provision(server, smsc.port, "--window", "2", "--throttle-pause-ms", "3000");
  await smsc.bound();
});

after(async () => {
  await finish(server);
  await smsc.stop();
});

const next = () => send(server, `3361234${String(++sent).padStart(4, "0")}`, `number ${sent}`);
const status = async () => (await carrier(server)).status;
// Waits until this is what holds the carrier up; its status then.
const limited = (limit) =>
  until(`limit ${limit}`, async () => {
    const now = await status();
    return now.limit === limit && now;
  });

test("a link at rest says that nothing waits, and shows its session", async () => {
  const now = await limited("idle");
  assert.equal(now.why, "nothing waits");
  assert.equal(now.state, "bound");
  assert.deepEqual([now.binds, now.binds_wanted, now.window_size], [1, 1, 2]);
  assert.equal(now.sessions.length, 1);
  const [session] = now.sessions;
  assert.deepEqual([session.mode, session.state], ["trx", "bound"]);
  assert.equal(session.peer, `127.0.0.1:${smsc.port}`);
  assert.ok(Math.abs(new Date(session.since) - Date.now()) < 60000, session.since);
  assert.ok(new Date(session.heard_at) >= new Date(session.since) - 1000, session.heard_at);
  assert.deepEqual([now.waiting, now.waiting_more, now.oldest_waiting_at], [0, false, null]);
});

test("answers that do not come: the window is full, the oldest awaited so long", async () => {
  smsc.onSubmit = () => undefined;
  const ids = [await next(), await next(), await next(), await next()];
  const now = await limited("window");
  assert.match(now.why, /^the window is full: 2 answers are awaited, the oldest for \d+ ms$/);
  assert.deepEqual([now.window_used, now.sessions[0].window_used], [2, 2]);
  assert.ok(now.oldest_due_at);
  smsc.onSubmit = () => 0;
  for (const pdu of smsc.submits.filter((pdu) => !pdu.id)) smsc.answer(pdu);
  for (const id of ids) await state(server, id, "sent");
  const later = await until("response times", async () => {
    const s = await status();
    return s.response_p99_ms && s;
  });
  assert.ok(later.response_p50_ms <= later.response_p99_ms);
  assert.ok(later.submits >= 4);
});

test("refusals are counted by their status", async () => {
  smsc.onSubmit = () => ESME_RINVDSTADR;
  await state(server, await next(), "rejected");
  smsc.onSubmit = () => 0;
  const now = await until("a refusal", async () => {
    const s = await status();
    return s.refused.length && s;
  });
  assert.deepEqual(now.refused, [{ status: "ESME_RINVDSTADR", count: 1 }]);
});

test("a carrier that asks for a pause, and what is left of it", async () => {
  smsc.onSubmit = () => ESME_RTHROTTLED;
  const id = await next();
  const now = await limited("throttled");
  assert.match(now.why, /^the carrier asked for a pause: \d+ s are left$/);
  assert.equal(now.state, "throttled");
  smsc.onSubmit = () => 0;
  await state(server, id, "sent");
});

test("the rate that is set", async () => {
  await change(server, "--rate", "1");
  const ids = [await next(), await next(), await next(), await next()];
  const now = await limited("rate");
  assert.deepEqual([now.why, now.rate_limit], ["the rate: 1 parts a second", 1]);
  await change(server, "--rate", "0");
  for (const id of ids) await state(server, id, "sent");
});

test("every figure by carrier is in the guides, and every one in the guides exists", async () => {
  const text = await (await fetch(`${server.http}/metrics`)).text();
  const shown = new Set(text.match(/(?<=# TYPE )navette_\S+/g));
  for (const guide of ["docs/operations.md", "docs/fr/operations.md"]) {
    const table = readFileSync(`${root}/${guide}`, "utf8")
      .match(/^\| `navette_.*$/gm)
      .join();
    const told = new Set(table.match(/navette_[a-z_]+/g));
    assert.deepEqual(
      [...told].filter((name) => !shown.has(name)),
      [],
      guide,
    );
    assert.deepEqual(
      [...shown].filter((name) => !told.has(name)),
      [],
      guide,
    );
  }
  assert.match(text, /\nnavette_carrier_limit{carrier="sim",limit="\w+"} 1\n/);
  assert.match(text, /\nnavette_carrier_refused_total{carrier="sim",status="ESME_RINVDSTADR"} 1\n/);
  const bucket = /navette_carrier_response_seconds_bucket{carrier="sim",le="(.+)"} (\d+)/g;
  const counts = [...text.matchAll(bucket)].map(([, , n]) => Number(n));
  assert.ok(counts.length > 10);
  assert.deepEqual(
    counts,
    [...counts].sort((a, b) => a - b),
    "buckets hold those below them",
  );
  const all = /navette_carrier_response_seconds_count{carrier="sim"} (\d+)/.exec(text)[1];
  assert.equal(counts.at(-1), Number(all));
});

test("a lost link says why, and what waits for it is counted", async () => {
  await change(server, "--port", "1", "--reconnect-least-ms", "60000");
  const now = await limited("down");
  assert.match(now.why, /^there is no session; next attempt in \d+ s: .+/);
  assert.ok(now.error);
  const id = await next();
  const waits = await status();
  assert.equal(waits.waiting, 1);
  assert.ok(waits.oldest_waiting_at);
  const env = { ...process.env, LC_ALL: "fr_FR.UTF-8" };
  const page = execFileSync(navette, ["--data", server.data, "carrier", "show", "sim"], { env });
  assert.match(String(page), /\n {2}why: il n'y a pas de session ; prochain essai dans \d+ s : /);
  await change(server, "--port", String(smsc.port), "--reconnect-least-ms", "50");
  await state(server, id, "sent");
});

test("a login that is refused says how", async () => {
  smsc.bindStatus = () => ESME_RINVPASWD;
  await change(server, "--password", "wrong");
  const now = await limited("login");
  assert.match(now.why, /refuses the login; next attempt in \d+ s: .*ESME_RINVPASWD$/);
  smsc.bindStatus = () => 0;
  await change(server, "--password", "secret");
  await limited("idle");
});

// ---- what passes ----

const trace = (...args) => startTrace(server, "sim", ...args);

test("what passes is shown as it passes, and no text, number or password with it", async () => {
  const looker = await trace("--count", "2");
  const id = await next();
  assert.equal(await looker.over, 0);
  await state(server, id, "sent");
  const [request, response] = looker.said.trim().split("\n");
  assert.match(request, /^\d\d:\d\d:\d\d\.\d{6} trx1#\d+ > submit_sm \d+ ESME_ROK source/);
  assert.match(request, / source_addr=Navette .* destination_addr=3361234\*{4} /);
  assert.match(request, / short_message=\(\d+ bytes\)/);
  assert.match(response, / < submit_sm_resp \d+ ESME_ROK message_id=\d+$/);
  assert.doesNotMatch(looker.said + looker.errors, /number \d/);
  await until("an audit line", () =>
    /carrier_trace who="command line" carrier="?sim"? texts=no/.test(server.errors),
  );
});

test("who asks for texts gets them, decoded, and they stand in no log", async () => {
  const looker = await trace("--json", "--texts", "--command", "submit_sm", "--direction", "out");
  await state(server, await send(server, "33612349999", "Ça coûte 5 €"), "sent");
  await until("a line", () => looker.said.trim().split("\n").length >= 2);
  looker.stop();
  await looker.over;
  const pdu = JSON.parse(looker.said.trim().split("\n")[1]);
  assert.equal(pdu.command, "submit_sm");
  assert.equal(pdu.fields.destination_addr, "33612349999");
  assert.equal(pdu.fields.text, "Ça coûte 5 €");
  assert.doesNotMatch(server.errors, /33612349999|coûte/);
  await until("its end in the log", () => /carrier_trace_ended/.test(server.errors));
});

test("a bind is shown without its password, and a receipt without what was written", async () => {
  const looker = await trace("--json", "--texts");
  smsc.cut();
  await smsc.bound();
  const id = await next();
  await state(server, id, "sent");
  const pdu = smsc.submits.at(-1);
  const blind = await trace("--json", "--command", "deliver_sm");
  await smsc.receiptText(pdu, `id:${pdu.id} stat:DELIVRD err:000 text:secret words`);
  await state(server, id, "delivered");
  for (const one of [looker, blind])
    await until("its answer", () => one.said.includes("deliver_sm_resp"));
  looker.stop();
  blind.stop();
  await Promise.all([looker.over, blind.over]);
  const lines = looker.said.trim().split("\n").map(JSON.parse);
  const bind = lines.find((l) => l.command === "bind_transceiver");
  assert.deepEqual([bind.fields.system_id, bind.fields.password], ["navette", "***"]);
  assert.doesNotMatch(looker.said, /"secret"/);
  assert.match(blind.said, /"short_message":"id:\d+ stat:DELIVRD err:000 "/);
  assert.doesNotMatch(blind.said, /secret words/);
});

test("what cannot be traced is refused with the cure", async () => {
  const wrong = await trace("--command", "submit");
  assert.equal(await wrong.over, 1);
  assert.match(wrong.errors, /^command: there is no such command/);
});

test("one that is switched off says how to switch it on", async () => {
  await change(server, "--enabled", "no");
  assert.match((await limited("disabled")).why, /--enabled yes/);
  const [listed] = (await cli(server, "carrier", "list")).items;
  assert.equal(listed.status.limit, "disabled");
  await change(server, "--enabled", "yes");
  await limited("idle");
});
