// SPDX-License-Identifier: Apache-2.0
// Ends that are asked for, and servers that must not begin.
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { serveArgs } from "../e2e/database.mjs";
import { command, sleep, startNavette, startSim, tempDir } from "../e2e/navette.mjs";
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
