// SPDX-License-Identifier: Apache-2.0
// kill -9 at any moment, again and again under load: nothing that was accepted is lost, and what
// comes twice says so.
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { sleep, tempDir } from "../e2e/navette.mjs";
import * as rig from "./rig.mjs";

const KILLS = 20;

// Every fifth life ends before it may have begun.
async function killSoon(server, load, nth) {
  if (nth % 5 === 4) {
    await rig.startAndKill(server.data, rig.randomBetween(0, 120));
    return;
  }
  const next = await rig.startNavette({ data: server.data });
  load.server = next;
  await sleep(rig.randomBetween(50, 800));
  load.server = null;
  await next.kill9();
}

test("twenty kills under load lose nothing that was accepted", async () => {
  const log = join(tempDir(), "submits.csv");
  const sim = await rig.startSim({ args: [...rig.SIM, "--log-submits", log] });
  const first = await rig.startFurnished(sim.smppPort);
  const load = new rig.Load();
  load.start();
  await first.kill9();
  for (let nth = 0; nth < KILLS; nth++) await killSoon(first, load, nth);

  const server = await rig.startNavette({ data: first.data });
  load.server = server;
  await sleep(500);
  await load.stop();
  await rig.allSent(server);
  await rig.allDone(server);
  const messages = await rig.readMessages(server);
  const doubtful = await rig.inDoubt(server);
  await rig.judgeLedger(server);
  await server.stop();
  await sim.stop();

  const submits = await rig.readSubmits(log);
  rig.judgeDelivery(load, messages, submits.copies);
  const doubles = [...rig.judgeDoubles(messages, submits, doubtful).values()];
  assert.equal(load.refused.size, 0, [...load.refused.values()][0]);
  rig.say(
    `${load.accepted.size} accepted, ${load.unanswered.size} unanswered, ${messages.size} taken, ` +
      `${doubtful.size} were in doubt; doubles: ${doubles.reduce((a, b) => a + b, 0)}, ` +
      `at most ${Math.max(0, ...doubles)} for a kill (bound ${rig.UNTOLD_MOST})`,
  );
  for (const n of doubles) assert.ok(n <= rig.UNTOLD_MOST);
  assert.ok(load.accepted.size > 1000, "there was load");
});
