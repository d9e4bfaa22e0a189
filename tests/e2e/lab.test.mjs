// SPDX-License-Identifier: Apache-2.0
// The same on any database.
// The carrier lab: a carrier's habits, which the simulator plays, are found out and taken over.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { execFileSync } from "node:child_process";
import { cli, command, startNavette, startSim, startTrace, until } from "./navette.mjs";
import { carrier, finish, provision, send, Smsc, state } from "./smsc.mjs";

const ECHOES = "33612349920";
const ENROUTE_FIRST = "33612349917";
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
  if (sims.length === 1) await provision(server, sim.smppPort);
  else await addCarrier(name, sim.smppPort);
  return sims.length === 1 ? "sim" : name;
}

function addCarrier(name, port, ...settings) {
  const login = ["--system-id", "navette", "--password", "secret"];
  const place = ["--host", "127.0.0.1", "--port", String(port)];
  return cli(server, "carrier", "add", name, ...place, ...login, ...settings);
}

const probe = (name, ...args) => probeTo(ECHOES, name, ...args);

// What a probe says, found and proposes: {code, said, found, settings, command}.
async function probeTo(to, name, ...args) {
  const call = ["--data", server.data, "--json", "carrier", "probe", name, "--to", to];
  const wait = args.includes("--wait-s") ? [] : ["--wait-s", "20"];
  const { code, stdout, stderr } = await command(...call, ...wait, ...args);
  const lines = stdout.trim().split("\n").map(JSON.parse);
  assert.equal(code, lines.at(-1).settings ? 0 : 1, stderr + stdout);
  return {
    code,
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
    "version of SMPP that it names: 3.4",
    "the grammar that is built in reads its receipts",
    "with its present settings 9 of 9 messages find a receipt",
    "intermediate receipts were asked for: none came",
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

test("ids are the same in any two formats, and intermediate receipts are seen", async () => {
  const name = await carrierWith(
    "padded",
    ...["--id-format", "padded", "--receipt-id-format", "decimal"],
    ...["--receipt-style", "vendor", "--receipt-parts", "last"],
  );
  // It waits to the end: not all parts have a receipt.
  const { found, settings } = await probeTo(ENROUTE_FIRST, name, "--wait-s", "5");
  assert.deepEqual(
    settings,
    { response_id: "decimal", receipt_id: "decimal", receipt_parts: "last" },
    found.join("\n"),
  );
  for (const sentence of [
    "intermediate receipts come when they are asked for",
    "with its present settings 0 of 9 messages find a receipt",
    "long messages as udh16: taken, receipts for the last part",
  ])
    assert.ok(found.includes(sentence), `${sentence}\n${found.join("\n")}`);
});

test("ids are the same in upper and lower case, in data_sm and packed septets too", async () => {
  const name = await carrierWith(
    "upper",
    ...["--id-format", "hex", "--receipt-id-format", "hex-upper"],
    ...["--receipt-style", "data-sm", "--default-alphabet", "gsm-packed"],
  );
  const { found, settings } = await probe(name);
  // Ids without a letter are the same in both cases; nine that are counted up have one among them.
  assert.deepEqual(
    settings,
    { response_id: "hex", receipt_id: "hex", default_alphabet: "gsm-packed" },
    found.join("\n"),
  );
  assert.ok(found.includes("receipts come as data_sm, their text in message_payload"));
});

test("expressions are proposed for receipts that nothing reads, and then they do", async () => {
  const smsc = await Smsc.start();
  sims.push(smsc);
  smsc.onSubmit = (pdu) => {
    const phone = [pdu.destination_addr, pdu.source_addr, "Navette probe"];
    setTimeout(() => {
      const receipt = `it's;ref'=${pdu.id};result=DELIVRD`;
      smsc.receiptText(pdu, receipt).catch(() => {});
      smsc.incoming(...phone).catch(() => {});
    }, 20);
    return 0;
  };
  await addCarrier("strange", smsc.port);
  const first = await probe("strange", "--apply");
  assert.deepEqual(
    first.settings,
    { receipt_id_pattern: "ref'=([^ ;,|&]+)", receipt_stat_pattern: "result=([^ ;,|&]+)" },
    first.found.join("\n"),
  );
  // What the carrier wrote stays a word to the shell.
  const words = `navette() { printf '%s\\n' "$@"; }; ${first.command}`;
  assert.deepEqual(execFileSync("sh", ["-c", words]).toString().trim().split("\n"), [
    ...["carrier", "set", "strange", "--receipt-id-pattern", "ref'=([^ ;,|&]+)"],
    ...["--receipt-stat-pattern", "result=([^ ;,|&]+)"],
  ]);
  const second = await probe("strange");
  assert.deepEqual(second.settings, {}, second.found.join("\n"));
  for (const sentence of [
    "the carrier's own expressions read its receipts",
    "with its present settings 9 of 9 messages find a receipt",
  ])
    assert.ok(second.found.includes(sentence), `${sentence}\n${second.found.join("\n")}`);
  await cli(server, "carrier", "set", "strange", "--enabled", "no");
});

test("receipts count that come over a session of the line made meanwhile", async () => {
  const smsc = await Smsc.start();
  sims.push(smsc);
  await addCarrier("late", smsc.port, "--enabled", "no");
  smsc.onSubmit = () => undefined;
  const under_way = probe("late");
  await smsc.submitted(1);
  const probes = smsc.binds.length;
  await cli(server, "carrier", "set", "late", "--enabled", "yes");
  const line = await until("the line is bound", () => smsc.binds[probes]);
  assert.equal(line.mode, "trx");
  smsc.onSubmit = (pdu) => {
    smsc.answer(pdu);
    smsc.receipt(pdu, "DELIVRD", "000", line).catch((e) => smsc.errors.push(e));
    if (smsc.submits.length === 9) smsc.incoming(ECHOES, "Navette", "seen").catch(() => {});
  };
  smsc.onSubmit(smsc.submits[0]);
  const { found } = await under_way;
  assert.ok(found.includes("with its present settings 9 of 9 messages find a receipt"), `${found}`);
  assert.deepEqual(smsc.errors, []);
  await cli(server, "carrier", "set", "late", "--enabled", "no");
});

test("the window is found when it is asked for", async () => {
  const name = await carrierWith("narrow", "--max-window", "6", "--answer-delay-ms", "100");
  const { found, settings } = await probe(name, "--window-test");
  assert.deepEqual(settings, { window: 6 }, found.join("\n"));
});

test("a carrier that takes no second bind says how to free the first", async () => {
  const name = await carrierWith("lonely", "--max-binds", "1");
  await until("bound", async () => (await cli(server, "carrier", "show", name)).status.binds === 1);
  const { code, found, settings } = await probe(name);
  assert.ok(found.includes("bind as transceiver: refused with ESME_RALYBND"), found.join("\n"));
  assert.ok(found.some((f) => f.includes("--enabled no")));
  assert.deepEqual([code, settings], [1, null]);
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

test("who looks on at a carrier that is removed is not kept waiting", async () => {
  const name = await carrierWith("leaving", "--answer-delay-ms", "700");
  const traced = await startTrace(server, name);
  const probed = probe(name);
  const arrived = async () => (await sims.at(-1).messages(ECHOES)).length;
  await until("the probe is under way", arrived);
  await cli(server, "carrier", "remove", name);
  const { code, settings, found } = await probed;
  assert.deepEqual([code, settings, found], [1, null, []]);
  assert.equal(await traced.over, 0, traced.errors);
});

test("a number that is none is refused before anything is sent", async () => {
  const { code, stderr } = await command(
    ...["--data", server.data, "carrier", "probe", "sim", "--to", "phone"],
  );
  assert.equal(code, 1);
  assert.match(stderr, /^to: write the number of a phone/);
});
