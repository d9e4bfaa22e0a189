// SPDX-License-Identifier: Apache-2.0
// Three nodes on one PostgreSQL under load, while one of them, or the database, dies, sleeps or
// moves: nothing that was accepted is lost, nothing is doubled but what was untold, and all goes on
// by itself.
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { sql } from "../e2e/database.mjs";
import {
  cli,
  freePort,
  furnish,
  http2sms,
  sleep,
  startNavette,
  startSim,
  tempDir,
  until,
  who,
} from "../e2e/navette.mjs";
import { Postgres } from "../e2e/postgres.mjs";
import * as rig from "./rig.mjs";

const NODES = 3;
const HOLDERS = 2; // of the carrier's places: the third node hands over
const TAKE_OVER_MOST_MS = 10000;
const LOADED = 1000; // messages
const CLIENTS = 8; // of each node
const KEYS = 10000000; // of each node's load
// A carrier that is a little slower than the load, so that there is always something to take over.
const SLOW = { sim: ["--answer-delay-ms", "10"], window: 10, pauseMs: 8 };

/* ---- a world ---- */

class World {
  static async make({ standby = false, sim = [], window = rig.WINDOW, pauseMs } = {}) {
    const world = new World();
    world.postgres = await Postgres.start({ standby });
    world.database = await world.postgres.createDatabase("navette");
    world.log = join(tempDir(), "submits.csv");
    world.sim = await startSim({ args: [...rig.SIM, ...sim, "--log-submits", world.log] });
    world.nodes = [];
    for (let k = 0; k < NODES; k++) {
      const http = `127.0.0.1:${await freePort()}`;
      world.nodes.push({ data: tempDir(), http });
      await world.start(k);
    }
    const pauses = ["--reconnect-least-ms", "50", "--reconnect-most-ms", "500"];
    await furnish(world.nodes[0].server, world.sim.smppPort, {
      credits: rig.CREDITS,
      carrier: ["--window", String(window), "--nodes", String(HOLDERS), ...pauses],
    });
    await until("the carrier's places are taken", async () => {
      const states = await world.carrierStates();
      return states.filter((s) => s === "bound").length === HOLDERS;
    });
    world.loads = world.nodes.map((node, k) => {
      const load = new rig.Load(CLIENTS, { firstKey: k * KEYS, pauseMs });
      load.server = node.server;
      return load;
    });
    return world;
  }

  async start(k) {
    const node = this.nodes[k];
    node.server = await startNavette({
      data: node.data,
      database: this.database,
      http: node.http,
    });
  }

  async carrierStates() {
    const shown = this.nodes.map(({ server }) => cli(server, "carrier", "show", "sim"));
    return (await Promise.all(shown)).map((c) => c.status.state);
  }

  // A node that is bound to the carrier.
  async holder() {
    return (await this.carrierStates()).indexOf("bound");
  }

  async epochOf(k) {
    const name = `name LIKE '%:${this.nodes[k].data}:%'`;
    return (await this.rows(`SELECT epoch FROM node WHERE fenced = 0 AND ${name}`))[0][0];
  }

  // How long after `sinceMs` something of this life was left, as far as was seen: each look takes
  // its time.
  async takenOver(epoch, sinceMs) {
    const left = `SELECT 1 FROM node WHERE epoch = ${epoch}`;
    let seenMs = sinceMs;
    await until("the work is taken over", async () => {
      const lookedMs = Date.now();
      if ((await this.rows(left)).length === 0) return true;
      seenMs = lookedMs;
    });
    const ms = seenMs - sinceMs;
    rig.say(`taken over after ${(ms / 1000).toFixed(1)} s`);
    assert.ok(ms < TAKE_OVER_MOST_MS, `it took ${ms} ms`);
  }

  // From now on there is load; resolves when enough was accepted to tell something by.
  async startLoad() {
    for (const load of this.loads) load.start();
    await until("there is load", () =>
      this.loads.every((load) => load.accepted.size > LOADED / NODES),
    );
  }

  stopLoad() {
    return Promise.all(this.loads.map((load) => load.stop()));
  }

  rows(text) {
    return sql({ database: this.database }, text);
  }

  // Every node accepts, and what it accepts arrives.
  async allGoOn() {
    const before = this.loads.map((load) => load.accepted.size);
    await until("every node accepts", () =>
      this.loads.every((load, k) => load.accepted.size > before[k] + 50),
    );
  }

  // Waits for the end of everything, then stops all and reads what there is.
  async finish() {
    const source = { database: this.database };
    await rig.allSent(source);
    await rig.allDone(source);
    this.messages = await rig.readMessages(source);
    this.doubtful = await rig.inDoubt(source);
    this.incoming = await this.rows("SELECT text FROM incoming ORDER BY text");
    await rig.judgeLedger(this.nodes.find((n) => n.server).server);
    const lives = await this.rows("SELECT COUNT(*) FROM node WHERE fenced = 1");
    assert.equal(lives[0][0], "0", "every dead life's work was recovered");
    for (const node of this.nodes) if (node.server) await node.server.stop();
    assert.equal((await this.rows("SELECT COUNT(*) FROM node"))[0][0], "0", "all have left");
    assert.equal((await this.rows("SELECT COUNT(*) FROM queue"))[0][0], "0", "the queue is empty");
    await this.sim.stop();
    await this.postgres.stop();
    this.submits = await rig.readSubmits(this.log);
  }

  judge() {
    for (const load of this.loads) {
      for (const refusal of load.refused.values())
        assert.match(refusal, /^503 /, "only for a while, and nothing was taken");
    }
    const load = {
      accepted: new Map(this.loads.flatMap((l) => [...l.accepted])),
      refused: new Map(this.loads.flatMap((l) => [...l.refused])),
    };
    rig.judgeDelivery(load, this.messages, this.submits.copies);
    const doubles = rig.judgeDoubles(this.messages, this.submits, this.doubtful);
    rig.say(
      `${load.accepted.size} accepted, ${load.refused.size} refused, ` +
        `${this.messages.size} taken, ${this.doubtful.size} were in doubt; ${doubles}`,
    );
    assert.ok(load.accepted.size > LOADED, "there was load");
    return load;
  }

  // The binds that sent before `fromMs` and nothing until `toMs`, with what they sent after it.
  silentBinds(fromMs, toMs) {
    const binds = new Map();
    for (const copies of this.submits.copies.values())
      for (const { bind, timeUs } of copies) {
        if (!binds.has(bind)) binds.set(bind, { bind, before: 0, between: 0, after: 0 });
        const ms = timeUs / 1000;
        binds.get(bind)[ms < fromMs ? "before" : ms < toMs ? "between" : "after"]++;
      }
    return [...binds.values()].filter((b) => b.before > 0 && b.between === 0);
  }
}

/* ---- what happens to it ---- */

test("the work of a node that is killed is taken over within ten seconds", async () => {
  const world = await World.make(SLOW);
  await world.startLoad();
  const victim = await world.holder();
  const node = world.nodes[victim];
  const epoch = await world.epochOf(victim);
  world.loads[victim].server = null;
  await node.server.kill9();
  node.server = null;
  await world.takenOver(epoch, Date.now());
  await world.start(victim);
  world.loads[victim].server = node.server;
  await world.allGoOn();
  await world.stopLoad();
  await world.finish();
  world.judge();
  assert.ok(world.doubtful.size > 0, "there was something to take over");
});

test("a node that slept for 20 s is fenced: it sends nothing more, and joins again", async () => {
  const world = await World.make(SLOW);
  await world.startLoad();
  const victim = await world.holder();
  const { server } = world.nodes[victim];
  const epoch = await world.epochOf(victim);
  server.child.kill("SIGSTOP");
  const stoppedMs = Date.now();
  await world.takenOver(epoch, stoppedMs);
  await sleep(stoppedMs + 20000 - Date.now());
  server.child.kill("SIGCONT");
  const wokeMs = Date.now();
  await until("it begins anew", () => server.said.split("\nready\n").length > 2);
  await world.allGoOn();
  await world.stopLoad();
  await world.finish();
  world.judge();
  assert.ok(world.doubtful.size > 0, "there was something to take over");
  const slept = world.silentBinds(stoppedMs + 500, wokeMs);
  assert.ok(slept.length > 0, "its bind was silent while it slept");
  for (const { bind, after } of slept) assert.equal(after, 0, `bind ${bind} sent after it woke`);
});

test("sessions outlive a restart of PostgreSQL, and nothing is doubled", async () => {
  const world = await World.make();
  await world.startLoad();
  for (let again = 0; again < 3; again++) {
    await world.postgres.restart();
    await world.allGoOn();
  }
  await world.stopLoad();
  const states = await world.carrierStates();
  assert.equal(states.filter((s) => s === "bound").length, HOLDERS);
  await world.finish();
  world.judge();
  assert.equal(world.doubtful.size, 0);
  assert.equal(world.submits.lengths.size, HOLDERS, "no session was made anew");
});

test("while PostgreSQL is away nothing is taken from anybody, and all resumes", async () => {
  const AWAY_MS = 8000; // longer than a lease, and than the writer holds what comes in
  const phone = "33698765432";
  const replies = ["one", "two", "three"];
  const world = await World.make();
  const accepted = () => world.loads.map((load) => load.accepted.size);
  await world.startLoad();
  await world.postgres.away(async () => {
    // What was answered before is still heard.
    let before;
    await until("nothing more is heard", async () => {
      before = accepted();
      await sleep(500);
      return accepted().join() === before.join();
    });
    for (const text of replies) await world.sim.write(phone, "Navette", text);
    await sleep(AWAY_MS);
    assert.deepEqual(accepted(), before, "nothing is accepted");
  });
  await world.allGoOn();
  await world.stopLoad();
  await until("the carrier brings the replies again", async () => {
    return (await world.rows("SELECT 1 FROM incoming")).length >= replies.length;
  });
  await world.finish();
  world.judge();
  const texts = world.incoming.map(([text]) => text);
  assert.deepEqual(texts, [...replies].sort(), "each reply is there once");
  assert.equal(world.doubtful.size, 0);
  assert.equal(world.submits.lengths.size, HOLDERS, "no session was made anew");
});

test("a synchronous standby that is promoted has all that was accepted", async () => {
  const world = await World.make({ standby: true });
  await world.startLoad();
  await world.postgres.failOver();
  await world.allGoOn();
  await world.stopLoad();
  await world.finish();
  world.judge();
  assert.equal(world.doubtful.size, 0);
});

test("a commit counts when the standby has it, not before", async () => {
  const world = await World.make({ standby: true });
  const [server] = world.nodes.map((node) => node.server);
  const message = { ...who, from: "Navette", to: "33612345678", message: "Hello", noStop: "1" };
  const waiting = `FROM pg_stat_activity
                   WHERE application_name = 'navette writer' AND wait_event = 'SyncRep'`;
  const ways = {
    "all sessions end, and what is on this disk is there": async () => {
      const [[pid]] = await world.rows(`SELECT pid ${waiting}`);
      process.kill(Number(pid), "SIGKILL");
      await sleep(4000);
      // Asked of it alone: who asks both waits for the frozen one.
      const { postgres } = world;
      await until("PostgreSQL is back", () =>
        postgres.tell(postgres.admin, "SELECT 1").catch(() => null),
      );
    },
    "the server says COMMIT, with a warning": async () => {
      for (let again = 0; again < 20; again++) {
        await world.rows(`SELECT pg_cancel_backend(pid) ${waiting}`);
        await sleep(100);
      }
    },
  };
  // The first one has its password verified, which takes longer than the next tick.
  assert.match((await http2sms(server, message)).text, /^OK/);
  // What a tick's commit still overtakes may be refused: nothing of it is there then.
  const tried = async (what, disturb) => {
    const thaw = await world.postgres.freezeStandby();
    let answer;
    const over = http2sms(server, message).then((response) => (answer = response));
    const waits = async () => (await world.rows(`SELECT 1 ${waiting}`)).length === NODES;
    await until("the commits of all nodes wait", waits);
    await disturb();
    if (answer) assert.equal(answer.status, 503, `on one disk only: ${what}`);
    thaw();
    await over;
    return /^OK/.test(answer.text);
  };
  let taken = 1;
  for (const [what, disturb] of Object.entries(ways)) {
    let ok = false;
    for (let again = 0; again < 5 && !ok; again++) ok = await tried(what, disturb);
    assert.ok(ok, what);
    taken++;
    const [[there]] = await world.rows("SELECT COUNT(*) FROM message");
    assert.equal(Number(there), taken, what);
  }
  for (const node of world.nodes) await node.server.stop();
  await world.sim.stop();
  await world.postgres.stop();
});

test("a clock of PostgreSQL that jumps makes nobody look dead", async () => {
  const postgres = await Postgres.start();
  const database = await postgres.createDatabase("navette");
  const tell = (...words) => postgres.tell(database, ...words);
  await tell(
    "ALTER DATABASE navette SET search_path = public, pg_catalog",
    "CREATE TABLE ahead AS SELECT CAST('0' AS interval) AS by",
    `CREATE FUNCTION public.clock_timestamp() RETURNS timestamptz LANGUAGE sql VOLATILE
     AS 'SELECT pg_catalog.clock_timestamp() + by FROM public.ahead'`,
  );
  const nodes = await Promise.all([0, 1, 2].map(() => startNavette({ database })));
  await sleep(8000); // until they may fence: the start counts as lateness
  await tell("UPDATE ahead SET by = '1 hour'");
  await sleep(1500);
  const lives = await sql({ database }, "SELECT epoch FROM node WHERE fenced = 0 ORDER BY epoch");
  assert.deepEqual(lives.flat(), ["1", "2", "3"]);
  for (const node of nodes) await node.stop();
  await postgres.stop();
});
