// SPDX-License-Identifier: Apache-2.0
// Ends that are asked for, and servers that must not begin.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import { serveArgs, sql } from "../e2e/database.mjs";
import {
  cli,
  command,
  furnish,
  http2sms,
  navette,
  sleep,
  startNavette,
  startSim,
  tempDir,
  who,
} from "../e2e/navette.mjs";
import { Postgres } from "../e2e/postgres.mjs";
import * as rig from "./rig.mjs";

test("SIGTERM under load: a clean end within 10 s, nothing lost, nothing twice", async () => {
  const log = join(tempDir(), "submits.csv");
  const sim = await startSim({ args: [...rig.SIM, "--log-submits", log] });
  const first = await rig.startFurnished(sim.smppPort);
  const load = new rig.Load();
  load.server = first;
  load.start();
  await sleep(1500);
  const began = Date.now();
  await first.stop();
  const took = Date.now() - began;
  load.server = null;
  assert.ok(took < 10000, `took ${took} ms`);

  const server = await startNavette({ data: first.data });
  load.server = server;
  await sleep(500);
  await load.stop();
  await rig.allDone(server);
  const messages = await rig.readMessages(server);
  assert.equal((await rig.inDoubt(server)).size, 0, "a clean end leaves no doubt");
  await rig.judgeLedger(server);
  await server.stop();
  await sim.stop();
  const submits = await rig.readSubmits(log);
  rig.judgeDelivery(load, messages, submits.copies);
  for (const [name, came] of submits.copies) assert.equal(came.length, 1, `${name} came twice`);
  for (const said of load.refused.values()) assert.match(said, /^503 /);
  rig.say(`${load.accepted.size} accepted, the end took ${took} ms`);
});

test("a second server on the same data is refused, the first does not notice", async () => {
  const sim = await startSim({ args: rig.SIM });
  const server = await rig.startFurnished(sim.smppPort);
  const load = new rig.Load(4);
  load.server = server;
  load.start();
  await sleep(200);
  for (let i = 0; i < 3; i++) {
    const { code, stdout, stderr } = await command(...serveArgs(server.data));
    assert.equal(code, 1);
    assert.match(stderr, /another server runs on .*--data/);
    assert.doesNotMatch(stdout, /ready/);
  }
  const before = load.accepted.size;
  await sleep(300);
  await load.stop();
  assert.ok(load.accepted.size > before, "the first goes on");
  assert.equal(load.refused.size + load.unanswered.size, 0);
  await rig.allDone(server);
  assert.equal((await rig.inDoubt(server)).size, 0);
  await rig.judgeLedger(server);
  await server.stop();
  await sim.stop();
});

/* ---- whatever the database does ---- */

async function stopInTime(server) {
  const began = Date.now();
  await server.stop();
  const took = Date.now() - began;
  assert.ok(took < 10000, `took ${took} ms`);
}

async function makeWorld({ standby = false } = {}) {
  const postgres = await Postgres.start({ standby });
  const database = await postgres.createDatabase("navette");
  const sim = await startSim({ args: rig.SIM });
  const server = await startNavette({ database });
  await furnish(server, sim.smppPort);
  const end = () => Promise.all([sim.kill9(), postgres.stop()]);
  return { postgres, database, sim, server, end };
}

const message = { ...who, from: "Navette", noStop: "1", to: "33612345678", message: "Hello" };

test("SIGTERM while PostgreSQL stands still, with questions under way", async () => {
  const { postgres, server, end } = await makeWorld();
  const thaw = await postgres.freeze();
  const list = cli(server, "message", "list").catch(() => {});
  const answer = http2sms(server, message);
  await sleep(300);
  await stopInTime(server);
  assert.equal((await answer).status, 503);
  await list;
  thaw();
  await end();
});

test("SIGTERM while a commit waits for a standby: nobody is told that it failed", async () => {
  const { postgres, server, end } = await makeWorld({ standby: true });
  assert.match((await http2sms(server, message)).text, /^OK/); // its password is known from now on
  const thaw = await postgres.freezeStandby();
  const answer = http2sms(server, message);
  await sleep(300);
  await stopInTime(server);
  assert.match((await answer).text, /perhaps it was taken/);
  thaw();
  await end();
});

test("a server that is taken over while it stops does not begin anew", async () => {
  const { database, server, sim, end } = await makeWorld();
  sim.child.kill("SIGSTOP"); // what is on the wire is waited for
  await http2sms(server, message);
  await sleep(300);
  const over = stopInTime(server);
  await sleep(500);
  await sql({ database }, "UPDATE node SET fenced = 1");
  await over;
  await end();
});

test("SIGTERM while the server waits for PostgreSQL to come", async () => {
  const url = "postgresql:///navette?host=/tmp/there-is-no-server-here";
  const child = spawn(navette, serveArgs(tempDir(), url), { stdio: "ignore" });
  const over = new Promise((r) => child.on("close", (code, signal) => r(code ?? signal)));
  await sleep(1000);
  const began = Date.now();
  child.kill("SIGTERM");
  assert.equal(await over, 0);
  assert.ok(Date.now() - began < 5000);
});
