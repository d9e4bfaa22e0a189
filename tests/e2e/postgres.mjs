// SPDX-License-Identifier: Apache-2.0
// A PostgreSQL of a test's own, which it may restart, kill and have replaced by its standby
// (tests/postgres). It is stopped when the test's process ends, whatever happened.
import { execFile, execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";

const program = new URL("../postgres", import.meta.url).pathname;
const runToEnd = promisify(execFile);
const started = new Set(); // directories

process.on("exit", () => {
  for (const dir of started) execFileSync(program, ["stop", dir], { stdio: "ignore" });
});

const run = async (...words) => (await runToEnd(program, words)).stdout.trim();

export class Postgres {
  // With `standby` there is a second one, and a commit is on both before it is answered.
  static async start({ standby = false } = {}) {
    const postgres = new Postgres();
    const place = mkdtempSync("/tmp/navette-pg-"); // a socket's path must be short
    chmodSync(place, 0o711);
    process.on("exit", () => rmSync(place, { recursive: true, force: true }));
    postgres.dirs = [join(place, "first")];
    started.add(postgres.dirs[0]);
    postgres.admin = await run("start", postgres.dirs[0]);
    if (standby) {
      postgres.dirs.push(join(place, "second"));
      started.add(postgres.dirs[1]);
      await run("standby", postgres.dirs[1], postgres.dirs[0], "second", "--synchronous");
    }
    return postgres;
  }

  // Its URL names the standby too.
  async createDatabase(name) {
    await run("sql", this.admin, `CREATE DATABASE ${name}`);
    return run("url", this.dirs.join(","), name);
  }

  tell(url, ...words) {
    return run("sql", url, ...words);
  }

  restart() {
    return run("restart", this.dirs[0]);
  }

  // Nobody answers meanwhile.
  async away(during) {
    await run("stop", this.dirs[0]);
    await during();
    await run("start", this.dirs[0]);
  }

  // SIGKILL to the first, and the standby takes its place.
  async failOver() {
    await run("kill9", this.dirs[0]);
    await run("promote", this.dirs[1]);
  }

  // It stands still until what this gives back is called.
  async freeze(dir = this.dirs[0]) {
    const pids = (await run("pids", dir)).split("\n").map(Number);
    for (const pid of pids) process.kill(pid, "SIGSTOP");
    return () => pids.forEach((pid) => process.kill(pid, "SIGCONT"));
  }

  freezeStandby() {
    return this.freeze(this.dirs[1]);
  }

  async stop() {
    for (const dir of this.dirs) {
      await run("stop", dir);
      started.delete(dir);
    }
  }
}
