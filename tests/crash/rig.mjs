// SPDX-License-Identifier: Apache-2.0
// What the crash tests share: clients that remember what they were promised, the submits that
// reached the SMSC, the rows behind them, and the judgement that compares the three.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createReadStream, readFileSync } from "node:fs";
import http from "node:http";
import { createInterface } from "node:readline";
import { after } from "node:test";
import { serveArgs, sql } from "../e2e/database.mjs";
import {
  command,
  furnish,
  http2sms,
  navette,
  sleep,
  startNavette,
  until,
  who,
} from "../e2e/navette.mjs";

export const WINDOW = 50;
// src/carrier/pump.c, has_room: parts on the wire, and those whose outcome is not yet committed.
export const UNTOLD_MOST = WINDOW + 4 * WINDOW + 1000;
export const MEMORY_MOST_KB = 256 * 1024;
export const SIM = ["--plain", "--quiet", "--receipt-delay-ms", "200"];
export const CREDITS = 5000000;
const SETTLE_MS = 120000;

// Every message has its own recipient, by which it is known everywhere.
const FIRST_RECIPIENT = 33600000000;
export const recipientOf = (key) => String(FIRST_RECIPIENT + key);
const keyOf = (recipient) => Number(recipient) - FIRST_RECIPIENT;
// Every sixteenth message takes two parts.
export const partsOf = (key) => (key % 16 === 0 ? 2 : 1);
const textOf = (key) => `m${key} ${partsOf(key) === 2 ? "long ".repeat(36) : "short"}`;

export const randomBetween = (least, most) => least + Math.random() * (most - least);

/* ---- programs ---- */

// A server with an account and a carrier at this port that tries again soon.
export async function startFurnished(smppPort, options) {
  const server = await startNavette(options);
  const pauses = ["--reconnect-least-ms", "50", "--reconnect-most-ms", "500"];
  const carrier = ["--window", String(WINDOW), ...pauses];
  await furnish(server, smppPort, { credits: CREDITS, carrier });
  return server;
}

// A server that may not live to say that it is ready.
export async function startAndKill(data, after_ms) {
  const child = spawn(navette, serveArgs(data));
  const over = new Promise((r) => child.on("close", r));
  await sleep(after_ms);
  child.kill("SIGKILL");
  await over;
}

/* ---- clients ---- */

// A test that failed half way leaves no client behind.
const loads = [];
after(() => Promise.all(loads.map((load) => load.stop())));

/* Clients in a closed loop over kept connections. `server` is theirs to follow: a Navette, or null
 * while there is none. What was promised is what arrived whole; nothing is tried again. */
export class Load {
  constructor(clients = 32, { firstKey = 0, pauseMs = 0 } = {}) {
    this.server = null;
    this.pauseMs = pauseMs; // of a client, between two requests
    this.clients = clients;
    this.next = firstKey;
    this.accepted = new Map(); // key to id
    this.refused = new Map(); // key to what was said
    this.unanswered = new Set();
    this.agent = new http.Agent({ keepAlive: true, maxSockets: clients });
    this.ends = [];
    loads.push(this);
  }

  start() {
    this.going = true;
    this.ends = Array.from({ length: this.clients }, () => this.client());
  }

  async stop() {
    this.going = false;
    await Promise.all(this.ends);
    this.agent.destroy();
  }

  async client() {
    while (this.going) {
      if (!this.server) {
        await sleep(5);
        continue;
      }
      const key = this.next++;
      const answer = await this.ask(key);
      const taken = /^OK\n[\d.]+\n(\d+)$/.exec(answer?.body ?? "");
      if (taken) this.accepted.set(key, taken[1]);
      else if (answer && !answer.body.includes("perhaps it was taken"))
        this.refused.set(key, `${answer.status} ${answer.body}`);
      else this.unanswered.add(key);
      if (!taken) await sleep(5);
      else if (this.pauseMs) await sleep(this.pauseMs);
    }
  }

  // null when no whole answer came.
  ask(key) {
    const message = { from: "Navette", noStop: "1", to: recipientOf(key), message: textOf(key) };
    const query = new URLSearchParams({ ...who, ...message });
    const url = `${this.server.http}/cgi-bin/sms/http2sms.cgi?${query}`;
    return new Promise((resolve) => {
      const request = http.get(url, { agent: this.agent, timeout: 10000 }, (response) => {
        let body = "";
        response.on("data", (d) => (body += d));
        response.on("error", () => resolve(null));
        response.on("close", () =>
          resolve(response.complete ? { status: response.statusCode, body } : null),
        );
      });
      request.on("timeout", () => request.destroy());
      request.on("error", () => resolve(null));
    });
  }
}

// As many messages as quickly as may be, a thousand recipients a request. Ids by key.
export async function acceptMany(server, total) {
  const atOnce = 1000;
  const ids = new Map();
  let next = 0;
  const client = async () => {
    while (next < total) {
      const from = next;
      next = Math.min(from + atOnce, total);
      const keys = Array.from({ length: next - from }, (_, i) => from + i);
      const to = keys.map(recipientOf).join(",");
      const form = { ...who, from: "Navette", noStop: "1", to, message: "one of many" };
      const { text } = await http2sms(server, "", form);
      const lines = text.split("\n");
      assert.equal(lines.length, 2 + keys.length, text.slice(0, 200));
      keys.forEach((key, i) => ids.set(key, lines[2 + i]));
    }
  };
  await Promise.all([client(), client(), client(), client()]);
  return ids;
}

/* ---- what reached the SMSC ---- */

// Calls `each` with the columns of every taken submit; docs/simulator.md names them.
export async function forEachSubmit(file, each) {
  for await (const line of createInterface({ input: createReadStream(file) })) {
    const c = line.split(",");
    if (c[0] === "time_us" || c[12] !== "0x00000000") continue;
    each({
      timeUs: Number(c[0]),
      bind: Number(c[1]),
      key: keyOf(c[6].slice(1, -1)),
      reference: Number(c[7]),
      part: Number(c[8]),
      hex: c[11],
    });
  }
}

// By key and part: the copies that came, in their order, each with its place on its connection.
export async function readSubmits(file) {
  const copies = new Map();
  const lengths = new Map(); // submits on each connection
  await forEachSubmit(file, (submit) => {
    const place = lengths.get(submit.bind) ?? 0;
    lengths.set(submit.bind, place + 1);
    const name = `${submit.key}/${submit.part}`;
    if (!copies.has(name)) copies.set(name, []);
    copies.get(name).push({ ...submit, place });
  });
  return { copies, lengths };
}

/* ---- rows ---- */

export async function count(server, where) {
  return Number((await sql(server, `SELECT COUNT(*) FROM message WHERE ${where}`))[0][0]);
}

async function wait(server, what, rows, waitMs) {
  const exists = rows.map((from) => `EXISTS (SELECT 1 FROM ${from})`).join(" OR ");
  const over = async () => (await sql(server, `SELECT 1 WHERE ${exists}`)).length === 0;
  await until(what, over, { waitMs, everyMs: 200 }).catch(async (error) => {
    const states = await sql(server, "SELECT state, COUNT(*) FROM message GROUP BY state");
    const early = await sql(server, "SELECT COUNT(*) FROM early_receipt");
    throw new Error(`${error.message}; messages by state ${states.join(" ")}; early ${early}`);
  });
}

// What is being sent and has no row in the queue is younger than what the clock has indexed.
const YOUNG = "id > (SELECT value FROM setting WHERE name = 'indexed')";
export const allSent = (server, waitMs = SETTLE_MS) =>
  wait(server, "the end of the queue", ["queue", `message WHERE state = 3 AND ${YOUNG}`], waitMs);

export const allDone = (server, waitMs = SETTLE_MS) =>
  wait(server, "the last receipt", ["message WHERE done_at IS NULL"], waitMs);

export async function readMessages(server) {
  const columns = "id, recipient, parts, credits, state";
  const rows = await sql(server, `SELECT ${columns} FROM message`);
  const messages = new Map(
    rows.map(([id, recipient, parts, credits, state]) => [
      keyOf(recipient),
      { id, parts: Number(parts), credits: Number(credits), state: Number(state) },
    ]),
  );
  assert.equal(messages.size, rows.length, "nothing was accepted twice");
  return messages;
}

export async function inDoubt(server) {
  const rows = await sql(server, "SELECT DISTINCT message_id FROM event WHERE kind = 'in_doubt'");
  return new Set(rows.map(([id]) => id));
}

/* ---- judgement ---- */

// What was promised is there under its id; what is there is paid, and all of it is at the SMSC.
export function judgeDelivery(load, messages, copies) {
  for (const [key, id] of load.accepted) {
    assert.equal(messages.get(key)?.id, id, `${key} was accepted as ${id}`);
  }
  for (const [key, message] of messages) {
    assert.equal(message.parts, partsOf(key));
    assert.equal(message.credits, message.parts * 100, `${key} is paid`);
    for (let part = 1; part <= message.parts; part++) {
      const came = copies.get(`${key}/${part}`);
      assert.ok(came, `part ${part} of ${key}, ${message.id}, is at the SMSC`);
      const first = Buffer.from(came[0].hex, "hex").toString();
      if (part === 1) assert.ok(first.startsWith(`m${key} `), `the text of ${key}: ${first}`);
    }
  }
  for (const name of copies.keys())
    assert.ok(messages.has(Number(name.split("/")[0])), `${name} is in the store`);
  for (const key of load.refused.keys())
    assert.ok(!messages.has(key), `${key} was refused: nothing was taken`);
}

/* A double is allowed only where the passage says so, and only for what was on the wire, or
 * answered but not yet committed, when its connection ended. Says how many there were. */
export function judgeDoubles(messages, { copies, lengths }, doubtful) {
  const doubles = new Map();
  for (const [name, came] of copies) {
    const { id } = messages.get(came[0].key);
    for (const early of came.slice(0, -1)) {
      assert.ok(doubtful.has(id), `${name}, ${id}, came twice and its passage tells it`);
      const behind = lengths.get(early.bind) - early.place;
      assert.ok(behind <= UNTOLD_MOST, `${name} came twice, ${behind} from the end of its bind`);
      doubles.set(early.bind, (doubles.get(early.bind) ?? 0) + 1);
    }
    for (const copy of came) assert.equal(copy.reference, came[0].reference);
    for (const copy of came) assert.equal(copy.hex, came[0].hex);
  }
  const counts = [...doubles.values()];
  for (const n of counts) assert.ok(n <= UNTOLD_MOST, `${n} doubles of one connection`);
  const sum = counts.reduce((a, b) => a + b, 0);
  return `${sum} doubles, at most ${Math.max(0, ...counts)} for a kill, allowed ${UNTOLD_MOST}`;
}

export async function judgeLedger(server) {
  const { code, stdout, stderr } = await command("--data", server.data, "ledger", "check");
  assert.equal(code, 0, stderr);
  assert.equal(stdout.trim(), "0");
}

/* ---- the process ---- */

// The most memory that it ever had.
export function memoryPeakKb(server) {
  const status = readFileSync(`/proc/${server.pid}/status`, "utf8");
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)[1]);
}

export const say = (text) => process.stdout.write(`# ${text}\n`);
