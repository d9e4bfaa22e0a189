// SPDX-License-Identifier: Apache-2.0
// kill -9 at any moment, again and again under load: nothing that was accepted is lost, and what
// comes twice says so.
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { sleep, startNavette, startSim, tempDir } from "../e2e/navette.mjs";
import * as rig from "./rig.mjs";

const KILLS = 20;
const BACKLOG = 100000;

// Every fifth life ends before it may have begun.
async function killSoon(server, load, nth) {
  if (nth % 5 === 4) {
    await rig.startAndKill(server.data, rig.randomBetween(0, 120));
    return;
  }
  const next = await startNavette({ data: server.data });
  load.server = next;
  await sleep(rig.randomBetween(50, 800));
  load.server = null;
  await next.kill9();
}

test("twenty kills under load lose nothing that was accepted", async () => {
  const log = join(tempDir(), "submits.csv");
  const sim = await startSim({ args: [...rig.SIM, "--log-submits", log] });
  const first = await rig.startFurnished(sim.smppPort);
  const load = new rig.Load();
  load.start();
  await first.kill9();
  for (let nth = 0; nth < KILLS; nth++) await killSoon(first, load, nth);

  const server = await startNavette({ data: first.data });
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
  const doubles = rig.judgeDoubles(messages, submits, doubtful);
  assert.equal(load.refused.size, 0, [...load.refused.values()][0]);
  rig.say(
    `${load.accepted.size} accepted, ${load.unanswered.size} unanswered, ${messages.size} taken, ` +
      `${doubtful.size} were in doubt; ${doubles}`,
  );
  assert.ok(load.accepted.size > 1000, "there was load");
});

test("kills while a backlog is sent double no more than was untold", async () => {
  const log = join(tempDir(), "submits.csv");
  const sim = await startSim({ args: [...rig.SIM, "--log-submits", log] });
  const first = await rig.startFurnished(sim.smppPort);
  const accepted = await rig.acceptMany(first, BACKLOG);
  await first.kill9();
  for (let nth = 0; nth < 5; nth++) {
    const next = await startNavette({ data: first.data });
    await sleep(rig.randomBetween(20, 150));
    await next.kill9();
  }
  const server = await startNavette({ data: first.data });
  await rig.allSent(server);
  await rig.allDone(server);
  const messages = await rig.readMessages(server);
  const doubtful = await rig.inDoubt(server);
  await rig.judgeLedger(server);
  await server.stop();
  await sim.stop();
  const submits = await rig.readSubmits(log);
  assert.equal(messages.size, BACKLOG);
  for (const [key, id] of accepted) {
    assert.equal(messages.get(key)?.id, id);
    assert.ok(submits.copies.has(`${key}/1`), `${key}, ${id}, is at the SMSC`);
  }
  const doubles = rig.judgeDoubles(messages, submits, doubtful);
  rig.say(`${BACKLOG} sent, ${doubtful.size} were in doubt; ${doubles}`);
});
