// SPDX-License-Identifier: Apache-2.0
// The SMSC dies under load: messages are accepted and wait, and leave when it is back.
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { sql } from "../e2e/database.mjs";
import { sleep, startSim, tempDir } from "../e2e/navette.mjs";
import * as rig from "./rig.mjs";

const DOWN_MS = 4000;

test("while the SMSC is down messages wait on disk, and leave when it returns", async () => {
  const folder = tempDir();
  const sim = await startSim({ args: rig.SIM });
  const server = await rig.startFurnished(sim.smppPort);
  const load = new rig.Load();
  load.server = server;
  load.start();
  await sleep(1000);
  await sim.kill9();
  const before = load.accepted.size;
  await sleep(DOWN_MS);
  const meanwhile = load.accepted.size - before;
  const waiting = await rig.count(server, "state = 2");
  assert.ok(meanwhile > 100 && waiting > 100, `${meanwhile} accepted, ${waiting} wait`);

  // A new log: the killed one could not write all of its own.
  const log = join(folder, "submits.csv");
  const back = await startSim({
    args: [...rig.SIM, "--log-submits", log],
    smppPort: sim.smppPort,
  });
  await sleep(500);
  await load.stop();
  await rig.allSent(server);
  assert.equal(load.refused.size + load.unanswered.size, 0);
  await back.stop(); // writes what is left of its log
  const { copies } = await rig.readSubmits(log);
  const firstUs = Math.min(...[...copies.values()].map((came) => came[0].timeUs));

  // Whatever was sent after the return is in the log; before, it is with the one that died.
  const messages = await rig.readMessages(server);
  const sent = await sql(server, "SELECT id, sent_at FROM message");
  const sentAt = new Map(sent.map(([id, at]) => [id, Number(at)]));
  for (const [key, id] of load.accepted) {
    assert.equal(messages.get(key)?.id, id);
    if (sentAt.get(id) < firstUs) continue;
    assert.ok(copies.has(`${key}/${rig.partsOf(key)}`), `${key} is at the SMSC`);
  }
  const doubtful = await rig.inDoubt(server);
  assert.ok(doubtful.size <= rig.WINDOW, `${doubtful.size} in doubt, at most what was on the wire`);
  await rig.judgeLedger(server);
  const peak = rig.memoryPeakKb(server);
  assert.ok(peak < rig.MEMORY_MOST_KB, `${peak} kB`);
  rig.say(
    `${meanwhile} accepted while it was down, ${waiting} waited, ${doubtful.size} in doubt, ` +
      `peak memory ${Math.round(peak / 1024)} MiB`,
  );
  await server.stop();
});
