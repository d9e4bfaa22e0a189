// SPDX-License-Identifier: Apache-2.0
// The carrier lab: a carrier's habits, which the simulator plays, are found out and taken over.
// The same on any database.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { cli, command, startNavette, startSim, until } from "./navette.mjs";
import { carrier, finish, provision, send, state } from "./smsc.mjs";

const ECHOES = "33612349920";
let server;
const sims = [];

before(async () => {
  server = await startNavette();
});

after(async () => {
  await finish(server);
  await Promise.all(sims.map((sim) => sim.stop()));
});

// A carrier with these habits, and its name at the server.
async function carrierWith(name, ...quirks) {
  const sim = await startSim({ args: ["--receipt-delay-ms", "50", ...quirks] });
  sims.push(sim);
  const login = ["--system-id", "navette", "--password", "secret"];
  const place = ["--host", "127.0.0.1", "--port", String(sim.smppPort)];
  if (sims.length === 1) await provision(server, sim.smppPort);
  else await cli(server, "carrier", "add", name, ...place, ...login);
  return sims.length === 1 ? "sim" : name;
}

// What a probe says, found and proposes: {said, found, settings, command}.
async function probe(name, ...args) {
  const call = ["--data", server.data, "--json", "carrier", "probe", name, "--to", ECHOES];
  const { code, stdout, stderr } = await command(...call, "--wait-s", "3", ...args);
  assert.equal(code, 0, stderr + stdout);
  const lines = stdout.trim().split("\n").map(JSON.parse);
  return {
    said: lines.flatMap((l) => l.says ?? []),
    found: lines.flatMap((l) => l.found ?? []),
    ...lines.at(-1),
  };
}

test("a carrier like our defaults needs no change, and what is sent is told before", async () => {
  const name = await carrierWith("sim");
  const { said, found, settings, command: line } = await probe(name);
  assert.equal(said[0], "10 real messages will be sent to the phone");
  for (const sentence of [
    "bind as transmitter: taken",
    "bind as receiver: taken",
    "bind as transceiver: taken",
    "enquire_link is answered",
    "ids are the same in responses and receipts",
    "the grammar that is built in reads its receipts",
    "long messages as udh8: taken, receipts for all parts",
    "long messages as payload: taken, receipts for all parts",
    "data_coding 0 is gsm",
  ])
    assert.ok(found.includes(sentence), `${sentence}\n${found.join("\n")}`);
  assert.deepEqual([settings, line], [{}, null]);
});

test("habits are found out, and taken over when that is asked for", async () => {
  const name = await carrierWith(
    "odd",
    ...["--modes", "tx,rx", "--id-format", "hex", "--receipt-id-format", "decimal"],
    ...["--long-modes", "sar", "--default-alphabet", "latin1", "--receipt-style", "tlv"],
  );
  const { found, settings, command: line } = await probe(name, "--apply");
  assert.deepEqual(
    settings,
    {
      bind: "tx+rx",
      response_id: "hex",
      receipt_id: "decimal",
      long_messages: "sar",
      default_alphabet: "latin1",
    },
    found.join("\n"),
  );
  assert.match(line, /^navette carrier set odd --bind 'tx\+rx' --response-id 'hex' /);
  assert.ok(found.includes("TLVs of receipts: receipted_message_id message_state"));
  const shown = await cli(server, "carrier", "show", name);
  assert.deepEqual([shown.bind, shown.long_messages], ["tx+rx", "sar"]);
  await until("bound", async () => (await cli(server, "carrier", "show", name)).status.binds === 2);
});

test("the window is found when it is asked for", async () => {
  const name = await carrierWith("narrow", "--max-window", "6", "--answer-delay-ms", "100");
  const { found, settings } = await probe(name, "--window-test");
  assert.deepEqual(settings, { window: 6 }, found.join("\n"));
});

test("a carrier that takes no second bind says how to free the first", async () => {
  const name = await carrierWith("lonely", "--max-binds", "1");
  await until("bound", async () => (await cli(server, "carrier", "show", name)).status.binds === 1);
  const { found, settings } = await probe(name);
  assert.ok(found.includes("bind as transceiver: refused with ESME_RALYBND"), found.join("\n"));
  assert.ok(found.some((f) => f.includes("--enabled no")));
  assert.deepEqual(settings, {});
  await cli(server, "carrier", "set", name, "--enabled", "no");
  const again = await until("the bind is free", async () => {
    const result = await probe(name);
    return result.found.includes("bind as transceiver: taken") && result;
  });
  assert.ok(again.found.includes("data_coding 0 is gsm"), again.found.join("\n"));
});

test("messages of customers go on meanwhile, and their receipts are not lost", async () => {
  const under_way = probe("sim");
  const ids = [];
  for (let i = 0; i < 10; i++) ids.push(await send(server, `3361234000${i}`, `meanwhile ${i}`));
  for (const id of ids) await state(server, id, "delivered");
  assert.deepEqual((await under_way).settings, {});
  assert.equal((await carrier(server)).status.state, "bound");
});

test("a number that is none is refused before anything is sent", async () => {
  const { code, stderr } = await command(
    ...["--data", server.data, "carrier", "probe", "sim", "--to", "phone"],
  );
  assert.equal(code, 1);
  assert.match(stderr, /^to: write the number of a phone/);
});
