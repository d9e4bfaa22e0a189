// SPDX-License-Identifier: Apache-2.0
// A full disk: nothing is taken that cannot be kept, and service resumes by itself.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { cli, sleep, startSim, tempDir, until, who } from "../e2e/navette.mjs";
import * as rig from "./rig.mjs";

const SIZE = "64m";
const RESUME_MS = 5000;

let disk;
function mountDisk() {
  disk = join(tempDir(), "disk");
  mkdirSync(disk);
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${SIZE}`, "tmpfs", disk], { stdio: "pipe" });
    return null;
  } catch (error) {
    disk = undefined;
    return `no small disk without the right to mount: ${String(error.stderr ?? error).trim()}`;
  }
}
const reason = process.getuid() === 0 ? mountDisk() : "a small disk needs root to mount it";
after(() => disk && execFileSync("umount", ["--lazy", disk]));

function fill(file) {
  const fd = openSync(file, "a");
  for (let size = 1 << 20; size >= 1; size >>= 1)
    try {
      for (;;) writeSync(fd, Buffer.alloc(size, 1));
    } catch (error) {
      assert.equal(error.code, "ENOSPC");
    }
  closeSync(fd);
}

const credits = async (server) => (await cli(server, "account", "show", who.account)).credits;
const statusOf = async (server, path) => (await fetch(server.http + path)).status;

const when = { skip: reason ?? false };

test("a full disk takes nothing, and service resumes with the space", when, async () => {
  const log = join(tempDir(), "submits.csv");
  const sim = await startSim({ args: [...rig.SIM, "--log-submits", log] });
  const server = await rig.startFurnished(sim.smppPort, { data: join(disk, "data") });
  const load = new rig.Load(16);
  load.server = server;
  load.start();
  await sleep(700);
  const filler = join(disk, "filler");
  fill(filler);
  await until("a refusal", () => load.refused.size > 50);
  await load.stop();
  fill(filler); // what a checkpoint may have given back
  // Small commits still fit where a large one failed half way: until not even they do.
  const clients = load.clients;
  load.clients = 1;
  load.start();
  await until("not ready", async () => (await statusOf(server, "/ready")) === 503);
  await load.stop();
  load.clients = clients;

  const said = server.errors.length;
  const before = await credits(server);
  const taken = load.accepted.size;
  load.start();
  await sleep(1500);
  await load.stop();
  assert.equal(load.accepted.size, taken, "nothing is taken");
  assert.equal(await credits(server), before, "nothing is debited");
  for (const said of load.refused.values()) assert.match(said, /^503 KO\n/);
  const told = server.errors.slice(said).split("\n");
  const failures = told.filter((line) => / batch_failed /.test(line)); // between: empty commits
  assert.ok(failures.length <= 2, `told again and again: ${failures.join(" | ")}`);
  assert.equal(await statusOf(server, "/ready"), 503);
  assert.equal(await statusOf(server, "/health"), 200);

  load.start();
  rmSync(filler);
  const freed = Date.now();
  await until("service", () => load.accepted.size > taken, { waitMs: RESUME_MS });
  const resumed = Date.now() - freed;
  await until("ready", async () => (await statusOf(server, "/ready")) === 200, {
    waitMs: RESUME_MS,
  });
  await sleep(300);
  await load.stop();
  assert.equal(load.unanswered.size, 0, "every request was answered");
  assert.match(server.errors, / store_resumed /);
  await rig.allDone(server);
  const messages = await rig.readMessages(server);
  assert.equal((await rig.inDoubt(server)).size, 0, "no outcome was forgotten");
  await rig.judgeLedger(server);
  await server.stop();
  await sim.stop();
  const { copies } = await rig.readSubmits(log);
  rig.judgeDelivery(load, messages, copies);
  for (const [name, came] of copies) assert.equal(came.length, 1, `${name} came twice`);
  rig.say(`${load.refused.size} refused while full; service ${resumed} ms after the space`);
});
