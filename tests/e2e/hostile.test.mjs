// SPDX-License-Identifier: Apache-2.0
// Peers that mean harm or are broken beyond sense. Neither `navette serve` as a client nor `navette
// sim` as a server may crash (sanitizers watch), fill memory, or stop serving good peers.
// The same on any database.
import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { ask, cli, sleep, startNavette, startSim, until } from "./navette.mjs";
import {
  answerTo,
  bindOf,
  command,
  messageOf,
  pduOf,
  rawEsme,
  startRawSmsc,
  tlvOf,
} from "./raw-smsc.mjs";
import { finish, provision, send, state } from "./smsc.mjs";

// What a sanitizer keeps of freed memory is not the program's.
process.env.ASAN_OPTIONS = [process.env.ASAN_OPTIONS, "quarantine_size_mb=4"]
  .filter(Boolean)
  .join(":");

const SEED = Number(process.env.SEED ?? 20);
const GROWTH_MOST_KB = 96 * 1024; // a batch of what waits at most, twice under a sanitizer
const FLOOD_MS = 400;
const ESME_RX_T_APPN = 0x64;
const OUTLANDISH = [0, 0x7fffffff, 0x80000000, 0xffffffff];

let sim;
let smsc; // a good one
let server;
let phone = 33612350000;

before(async () => {
  let id = 0;
  smsc = await startRawSmsc({
    onPdu: (pdu, wire) => {
      if (pdu.command === command.submit_sm) wire.answer(pdu, 0, Buffer.from(`${++id}\0`));
    },
  });
  [sim, server] = await Promise.all([
    startSim({ args: ["--receipt-delay-ms", "20", "--response-timeout-ms", "1000", "--quiet"] }),
    startNavette(),
  ]);
  await provision(server, smsc.port, "--response-s", "1");
});

after(async () => {
  await finish(server);
  await sim.stop();
  await smsc.close();
});

// mulberry32: the same bytes for the same seed.
function randomBytes(n, seed) {
  const out = Buffer.alloc(n);
  for (let i = 0; i < n; i++) {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    out[i] = (t ^ (t >>> 14)) >>> 24;
  }
  return out;
}

const peakKb = ({ pid }) =>
  Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))[1]);

// Writes one piece again and again, as fast as the peer takes it; gives up what it does not take.
async function flood(wire, piece, ms = FLOOD_MS) {
  const end = Date.now() + ms;
  wire.deaf = true;
  while (Date.now() < end && !wire.closed)
    if (!wire.socket.write(piece))
      await Promise.race([once(wire.socket, "drain"), sleep(end - Date.now())]).catch(() => {});
}

const many = (pdu, n) => Buffer.concat(Array.from({ length: n }, () => pdu));
const bigPayload = tlvOf(0x0424, Buffer.alloc(65000, 0x41));

// What each hostile peer does on a connection; `kind` is the request that this side may send.
const hostilities = {
  "random bytes": async (wire, kind, seed) => {
    wire.write(randomBytes(64 * 1024, seed));
    await sleep(20);
  },
  "random bodies": async (wire, kind, seed) => {
    for (let i = 0; i < 300; i++) {
      const body = randomBytes(i, seed + i);
      wire.write(pduOf([kind, command.data_sm, answerTo(kind), i][i % 4], 0, i, body));
    }
    await sleep(20);
  },
  "half a PDU": async (wire, kind, seed) => {
    const pdu = pduOf(kind, 0, 5, messageOf({ text: "cut" }));
    wire.write(pdu.subarray(0, 1 + (seed % (pdu.length - 1))));
    await sleep(5);
  },
  "an endless stream of PDUs": async (wire, kind) => {
    await flood(wire, many(pduOf(kind, 0, 9, messageOf({ text: "again" })), 500));
  },
  "an endless stream of long PDUs": async (wire, kind) => {
    await flood(wire, pduOf(kind, 0, 9, messageOf({ tlvs: [bigPayload] })));
  },
  "unknown commands without end": async (wire) => {
    await flood(wire, many(pduOf(0x12345, 0, 9), 2000));
  },
  "enquiries whose answers are never read": async (wire) => {
    wire.socket.pause();
    await flood(wire, many(pduOf(command.enquire_link, 0, 1), 4000), 2 * FLOOD_MS);
  },
  "requests whose answers are never read": async (wire, kind) => {
    wire.socket.pause();
    await flood(wire, many(pduOf(kind, 0, 1, messageOf({ text: "mute" })), 500), 2 * FLOOD_MS);
  },
  "responses to nothing": async (wire, kind) => {
    for (const sequence of OUTLANDISH)
      for (const id of [answerTo(kind), command.generic_nack, answerTo(9), answerTo(0x15)])
        wire.write(pduOf(id, 0, sequence));
    await sleep(20);
  },
};

const isLong = (name) => /endless|never|without end/.test(name);

for (const [name, harm] of Object.entries(hostilities))
  for (const bind of [false, true])
    test(`the server bears ${name}${bind ? " of who is bound" : ""}`, async () => {
      const peak = peakKb(sim);
      for (let i = 0; i < (isLong(name) ? 1 : 8); i++) {
        const wire = await rawEsme(sim.smppPort, { bind });
        await harm(wire, command.submit_sm, SEED + 1000 * i);
        wire.end();
      }
      const good = await rawEsme(sim.smppPort, { bind: true });
      const { status } = await good.ask(command.submit_sm, 2, messageOf({ text: "good" }));
      assert.equal(status, 0);
      good.end();
      assert.ok(peakKb(sim) - peak < GROWTH_MOST_KB, `${peakKb(sim) - peak} kB more`);
    });

test("the server ends a PDU that comes a byte at a time and never whole", async () => {
  const wire = await rawEsme(sim.smppPort, { bind: true });
  const pdu = pduOf(command.submit_sm, 0, 2, messageOf({ text: "slow" }));
  const began = Date.now();
  for (let i = 0; i < pdu.length && !wire.closed; i++) {
    wire.write(pdu.subarray(i, i + 1));
    await sleep(150);
  }
  assert.ok(wire.closed && Date.now() - began < 5000);
});

test("outlandish sequence numbers come back as they were", async () => {
  const wire = await rawEsme(sim.smppPort, { bind: true });
  for (const sequence of OUTLANDISH) {
    const body = messageOf({ text: "x" });
    assert.equal((await wire.ask(command.submit_sm, sequence, body)).status, 0);
  }
  wire.end();
});

// ---- as a client ----

// The server connects to a peer that does its harm once a connection, then is good.
async function besiege(name, harm, { bind, times }) {
  let done = 0;
  const rogue = await startRawSmsc({
    polite: bind,
    onConnect: async (wire) => {
      await until("a bind", () => wire.mode || wire.pdus.length || wire.closed);
      if (done >= times) return;
      await harm(wire, command.deliver_sm, SEED + 1000 * done);
      wire.end();
      done++;
    },
    onPdu: (pdu, wire) => {
      if (done < times) return;
      const id = pdu.command === command.submit_sm ? "good\0" : "rogue\0";
      if (pdu.command < command.generic_nack) wire.answer(pdu, 0, Buffer.from(id));
    },
  });
  const carrier = ["--host", "127.0.0.1", "--port", String(rogue.port), "--system-id", "x"];
  const patience = ["--reconnect-least-ms", "10", "--reconnect-most-ms", "20", "--response-s", "1"];
  await cli(server, "carrier", "add", name, ...carrier, "--password", "y", ...patience);
  await until("all harm done", () => done === times);
  await until("bound again", () => rogue.wires.at(-1).mode || rogue.wires.at(-1).pdus.length);
  return rogue;
}

for (const [i, [name, harm]] of Object.entries(hostilities).entries())
  test(`the client bears ${name}`, async () => {
    const peak = peakKb(server);
    const bind = i % 2 === 1 || isLong(name);
    const rogue = await besiege(`rogue-${i}`, harm, {
      bind,
      times: isLong(name) ? 1 : 4,
    });
    assert.ok(peakKb(server) - peak < GROWTH_MOST_KB, `${peakKb(server) - peak} kB more`);
    await cli(server, "carrier", "remove", `rogue-${i}`);
    await rogue.close();
  });

test("ten thousand deliver_sm at once are taken or put off, none is stored twice", async () => {
  const peak = peakKb(server);
  const wire = await until("a line", () => smsc.wires.find((w) => w.mode && !w.closed));
  const pduOfNumber = (i) => {
    const source = String(33620000000 + i);
    const body = messageOf({ source, destination: "36111", text: `flood ${i}` });
    return pduOf(command.deliver_sm, 0, i, body);
  };
  let left = Array.from({ length: 10000 }, (_, i) => i + 1);
  for (let round = 0; left.length > 0; round++) {
    assert.ok(round < 100, `${left.length} are still put off`);
    const asked = left.length;
    wire.pdus.length = 0;
    wire.write(Buffer.concat(left.map(pduOfNumber)));
    await until("all answers", () => wire.pdus.length >= asked);
    const answers = wire.pdus.filter((p) => p.command === answerTo(command.deliver_sm));
    assert.equal(new Set(answers.map((p) => p.sequence)).size, asked);
    left = answers.filter((p) => p.status !== 0).map((p) => p.sequence);
    assert.ok(answers.every((p) => p.status === 0 || p.status === ESME_RX_T_APPN));
  }
  assert.ok(peakKb(server) - peak < GROWTH_MOST_KB, `${peakKb(server) - peak} kB more`);
  // A look at the newest: none of them is there twice. On a slow machine a page is not full.
  const items = [];
  for (let next = ""; next !== null && items.length < 1000;) {
    const page = await ask(server, `incoming?limit=1000${next && `&cursor=${next}`}`);
    items.push(...page.items);
    next = page.next;
  }
  const numbers = items.map((i) => i.text).filter((text) => text?.startsWith("flood "));
  assert.equal(new Set(numbers).size, numbers.length);
  assert.ok(numbers.length > 900);
});

test("after all of them a message goes out by the good carrier", async () => {
  await state(server, await send(server, String(++phone), "still here"), "sent");
});
