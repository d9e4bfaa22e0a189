// SPDX-License-Identifier: Apache-2.0
// A restart with many messages waiting: the first leaves soon, memory stays small, all are sent.
// BACKLOG says how many; measure with
//   BACKLOG=1000000 NAVETTE=build/navette node --test-reporter=./tools/tap-reporter.mjs \
//     tests/crash/backlog.test.mjs
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { startNavette, startSim, tempDir } from "../e2e/navette.mjs";
import * as rig from "./rig.mjs";

const BACKLOG = Number(process.env.BACKLOG ?? 100000);
const FIRST_SUBMIT_MS = 5000;
const LIMIT_MS = 120000 + BACKLOG / 2; // no slower than 2,000 a second

// A port where nobody listens, until the SMSC comes back to it.
async function closedPort() {
  const sim = await startSim({ args: rig.SIM });
  await sim.stop();
  return sim.smppPort;
}

async function countSubmits(log) {
  const seen = new Uint8Array(BACKLOG);
  let firstUs = Infinity;
  let submits = 0;
  await rig.forEachSubmit(log, ({ key, timeUs }) => {
    seen[key] += 1;
    submits += 1;
    firstUs = Math.min(firstUs, timeUs);
  });
  return { submits, firstUs, once: seen.every((n) => n === 1) };
}

test(`a restart with ${BACKLOG} messages waiting`, { timeout: 2 * LIMIT_MS }, async () => {
  const smppPort = await closedPort();
  const server = await rig.startFurnished(smppPort);
  const began = Date.now();
  await rig.acceptMany(server, BACKLOG);
  const acceptMs = Date.now() - began;
  assert.equal(await rig.count(server, "state = 2"), BACKLOG);
  const peakBefore = rig.memoryPeakKb(server);
  await server.kill9();

  const log = join(tempDir(), "submits.csv");
  const sim = await startSim({ args: [...rig.SIM, "--log-submits", log], smppPort });
  const restarted = Date.now();
  const again = await startNavette({ data: server.data });
  const readyMs = Date.now() - restarted;
  await rig.allSent(again, LIMIT_MS);
  const sentMs = Date.now() - restarted;
  await rig.allDone(again, LIMIT_MS);
  const doneMs = Date.now() - restarted;
  const peak = rig.memoryPeakKb(again);
  assert.equal((await rig.inDoubt(again)).size, 0);
  await rig.judgeLedger(again);
  await again.stop();
  await sim.stop();

  const { submits, firstUs, once } = await countSubmits(log);
  const firstMs = Math.round(firstUs / 1000 - restarted);
  const mib = (kb) => `${Math.round(kb / 1024)} MiB`;
  rig.say(`accepted ${BACKLOG} in ${acceptMs} ms, peak memory ${mib(peakBefore)}`);
  rig.say(`restart: ready after ${readyMs} ms, first submit after ${firstMs} ms`);
  rig.say(`all sent after ${sentMs} ms, all receipts after ${doneMs} ms, peak memory ${mib(peak)}`);
  assert.equal(submits, BACKLOG);
  assert.ok(once, "each left once");
  assert.ok(firstMs < FIRST_SUBMIT_MS, `first submit after ${firstMs} ms`);
  assert.ok(Math.max(peak, peakBefore) < rig.MEMORY_MOST_KB, `${mib(peak)}, ${mib(peakBefore)}`);
});
