// SPDX-License-Identifier: Apache-2.0
// Bytes that broke other programs, as their trackers have them: at `navette sim` as a server, and
// at `navette serve` as a client of an SMSC that speaks bytes. A bad PDU gets its error and the
// session lives; a length that cannot be ends the connection, before any memory is taken for it.
// The same on any database.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { readFileSync } from "node:fs";
import { cli, startNavette, startSim, until } from "./navette.mjs";
import {
  answerTo,
  bindOf,
  bytesOf,
  command,
  messageOf,
  pduOf,
  rawEsme,
  readMessage,
  startRawSmsc,
  tlvOf,
} from "./raw-smsc.mjs";
import { finish, provision, send, state } from "./smsc.mjs";

const GROWTH_MOST_KB = 8 * 1024;
const ESME_RINVMSGLEN = 0x01;
const ESME_RINVCMDLEN = 0x02;
const ESME_RINVSRCADR = 0x0a;
const ESME_RBINDFAIL = 0x0d;
const ESME_RINVPASWD = 0x0e;
const TLV_ERRORS = [0xc0, 0xc2];

const rssKb = ({ pid }) => Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`))[1]);
const idBody = (id) => Buffer.from(`${id}\0`);

let sim;
let smsc;
let server;
let seen = 0; // phones that were written to
// How the SMSC answers a submit_sm: bytes, or nothing for the next id.
let onSubmit = () => {};
let nextId = 100;

before(async () => {
  smsc = await startRawSmsc({
    onPdu: (pdu, wire) => {
      if (pdu.command !== command.submit_sm) return;
      pdu.message = readMessage(pdu);
      const bytes = onSubmit(pdu);
      if (bytes) wire.write(bytes);
      else wire.answer(pdu, 0, idBody(nextId++));
    },
  });
  [sim, server] = await Promise.all([
    startSim({ args: ["--receipt-delay-ms", "20", "--quiet"] }),
    startNavette(),
  ]);
  await provision(server, smsc.port, "--reconnect-most-ms", "50", "--throttle-pause-ms", "20");
});

after(async () => {
  await finish(server);
  await sim.stop();
  await smsc.close();
});

// The connection that the server has now, bound.
async function line() {
  return until("a bound line", () => {
    const wire = smsc.wires.at(-1);
    return wire && !wire.closed && wire.mode && wire;
  });
}

async function freshLine() {
  const old = await line();
  old.end();
  await until("the end", () => old.closed);
  return line();
}

const newPhone = () => `3361234${String(++seen).padStart(4, "0")}`;

async function sendsStill() {
  const to = newPhone();
  await state(server, await send(server, to, "still here"), "sent");
}

const texts = async () => (await cli(server, "incoming", "list")).items.map((i) => i.text);

// ---- T5: receipts that we generate ----

for (const [ending, stat, number, err, delivered] of [
  ["0001", "DELIVRD", 2, "000", "001"],
  ["9901", "UNDELIV", 5, "001", "000"],
  ["9902", "EXPIRED", 3, "002", "000"],
  ["9903", "DELETED", 4, "003", "000"],
  ["9904", "REJECTD", 8, "004", "000"],
])
  test(`T5_a_receipt_of_ours_is_whole_and_${stat}_is_${number}`, async () => {
    const wire = await rawEsme(sim.smppPort, { bind: true });
    const body = messageOf({
      destination: `3361111${ending}`,
      registered_delivery: 1,
      text: "twenty characters, and some more",
    });
    const answer = await wire.ask(command.submit_sm, 2, body);
    const id = answer.bytes.toString("latin1", 16, answer.bytes.length - 1);
    const pdu = await wire.next(command.deliver_sm);
    wire.answer(pdu, 0, Buffer.alloc(1));
    const receipt = readMessage(pdu);
    assert.equal(receipt.esm_class, 0x04);
    assert.deepEqual([receipt.source, receipt.destination], [`3361111${ending}`, "36111"]);
    assert.match(
      receipt.text.toString(),
      new RegExp(
        `^id:${id} sub:001 dlvrd:${delivered} submit date:\\d{10} done date:\\d{10} ` +
          `stat:${stat} err:${err} text:twenty characters, a$`,
      ),
    );
    assert.deepEqual([...receipt.tlvs.get(0x0427)], [number]);
    assert.equal(receipt.tlvs.get(0x001e).toString(), `${id}\0`);
    wire.end();
  });

// ---- T6: responses with an error, with and without a body ----

// The bytes as they were met; their sequence number is that of one of our submits.
for (const [name, hex, fate] of [
  ["a_header_alone", "00000010 80000004 00000058 00000007", "sent"],
  ["a_NUL_as_body", "00000011 80000004 00000058 00000007 00", "sent"],
  ["an_id", "00000019 80000004 0000000a 00000002 303030303030303000", "rejected"],
])
  test(`T6_an_error_with_${name}_ends_its_message_and_not_the_session`, async () => {
    const bytes = bytesOf(hex);
    const wire = await freshLine();
    let answered;
    onSubmit = (pdu) => {
      if (answered || pdu.sequence !== bytes.readUInt32BE(12)) return;
      answered = pdu.message.destination;
      return bytes;
    };
    const ids = new Map();
    while (!answered) {
      const to = newPhone();
      ids.set(to, await send(server, to, "x"));
      await until("its submit", () => wire.pdus.some((p) => p.message?.destination === to));
    }
    onSubmit = () => {};
    await state(server, ids.get(answered), fate);
    const mine = wire.pdus.filter((p) => p.message?.destination === answered);
    assert.equal(mine.length, fate === "sent" ? 2 : 1); // throttled: the same message again
    await sendsStill();
    assert.ok(await wire.alive());
    assert.equal(await line(), wire);
  });

test("T6_a_deliver_sm_resp_with_an_id_is_a_response_like_any_other", async () => {
  const wire = await rawEsme(sim.smppPort, { bind: true });
  const body = messageOf({ destination: "33611110002", registered_delivery: 1, text: "x" });
  await wire.ask(command.submit_sm, 2, body);
  const before = (await stats()).retries;
  wire.answer(await wire.next(command.deliver_sm), 0, idBody("not empty"));
  await until("taken", async () => (await stats()).waiting === 0);
  assert.equal((await stats()).retries, before);
  assert.ok(await wire.alive());
  wire.end();
});

const stats = async () => (await fetch(`${sim.http}/api/stats`)).json();

// ---- T7: TLVs that are unknown, of a vendor, or in the wrong PDU ----

const oddTlvs = [
  tlvOf(0x0428, [7]),
  tlvOf(0x0426, [1]),
  tlvOf(0x0381, [0, 1, 1, 0x31, 0x32]),
  tlvOf(0x1400, Buffer.from("1101456789\0")),
  tlvOf(0x3fff, []),
  tlvOf(0xfffe, Buffer.alloc(300, 0xff)),
  tlvOf(0x0205, [1, 2]), // longer than its tag allows
  tlvOf(0x020c, [1]), // shorter
];

test("T7_odd_TLVs_in_a_submit_sm_resp_are_ignored", async () => {
  const wire = await freshLine();
  onSubmit = (pdu) =>
    pduOf(
      answerTo(command.submit_sm),
      0,
      pdu.sequence,
      Buffer.concat([idBody("T7"), ...oddTlvs]),
    );
  const id = await send(server, newPhone(), "x");
  const message = await state(server, id, "sent");
  assert.deepEqual(message.carrier_ids, ["T7"]);
  onSubmit = () => {};
  assert.ok(await wire.alive());
});

test("T7_odd_TLVs_in_a_deliver_sm_are_ignored", async () => {
  const wire = await line();
  for (const [i, tlv] of oddTlvs.entries()) {
    const text = `odd TLV ${i}`;
    const body = messageOf({ source: "33612345678", destination: "36111", text, tlvs: [tlv] });
    assert.equal((await wire.ask(command.deliver_sm, 100 + i, body)).status, 0);
  }
  const stored = await texts();
  for (const i of oddTlvs.keys()) assert.ok(stored.includes(`odd TLV ${i}`));
});

test("T7_odd_TLVs_in_a_submit_sm_are_ignored", async () => {
  const wire = await rawEsme(sim.smppPort, { bind: true });
  const body = messageOf({ destination: "33611110003", text: "x", tlvs: oddTlvs });
  assert.equal((await wire.ask(command.submit_sm, 2, body)).status, 0);
  wire.end();
});

// ---- T8: TLVs that end too early ----

const brokenTlvs = {
  "a tag alone": Buffer.from([0x04, 0x24]),
  "half a header": Buffer.from([0x04, 0x24, 0x00]),
  "a length over the end": Buffer.from([0x04, 0x24, 0x00, 0x05, 0x41]),
  "the longest length": Buffer.from([0x14, 0x00, 0xff, 0xff]),
};

test("T8_a_broken_TLV_gets_an_error_from_the_server_and_the_session_lives", async () => {
  const wire = await rawEsme(sim.smppPort, { bind: true });
  let sequence = 10;
  for (const [name, tlv] of Object.entries(brokenTlvs)) {
    const body = messageOf({ destination: "33611110004", text: "x", tlvs: [tlv] });
    const { status } = await wire.ask(command.submit_sm, ++sequence, body);
    assert.ok(TLV_ERRORS.includes(status), `${name}: 0x${status.toString(16)}`);
    assert.ok(await wire.alive(++sequence));
  }
  assert.deepEqual(await sim.messages("33611110004"), []);
  wire.end();
});

test("T8_a_broken_TLV_gets_an_error_from_the_client_and_the_session_lives", async () => {
  const wire = await line();
  let sequence = 200;
  for (const [name, tlv] of Object.entries(brokenTlvs)) {
    const body = messageOf({ source: "33612345678", destination: "36111", text: name });
    const { status } = await wire.ask(
      command.deliver_sm,
      ++sequence,
      Buffer.concat([body, tlv]),
    );
    assert.ok(TLV_ERRORS.includes(status), `${name}: 0x${status.toString(16)}`);
    assert.ok(await wire.alive(++sequence));
  }
  const stored = await texts();
  for (const name of Object.keys(brokenTlvs)) assert.ok(!stored.includes(name));
  assert.equal(await line(), wire);
});

// ---- T9: lengths that cannot be ----

const lengths = {
  "command_length 0": bytesOf("00000000 00000004 00000000 00000001"),
  "command_length 15": bytesOf("0000000f 00000004 00000000 00000001"),
  "command_length 0x7FFFFFFF": bytesOf("7fffffff 00000004 00000000 00000001"),
  "command_length 0xFFFFFFFF": bytesOf("ffffffff 00000004 00000000 00000001"),
  "GET ": Buffer.from("GET / HTTP/1.1\r\nHost: x\r\n\r\n"),
  "HTTP": Buffer.from("HTTP/1.1 400 Bad Request\r\n\r\n"),
};

for (const bind of [false, true])
  test(`T9_the_server_closes_on_a_bad_length_${bind ? "after" : "before"}_bind`, async () => {
    const rss = rssKb(sim);
    for (const [name, bytes] of Object.entries(lengths)) {
      const wire = await rawEsme(sim.smppPort, { bind });
      wire.write(bytes);
      const nack = await wire.next(command.generic_nack);
      assert.deepEqual([nack.status, nack.sequence], [ESME_RINVCMDLEN, 0], name);
      await until(`the end after ${name}`, () => wire.closed);
    }
    assert.ok(rssKb(sim) - rss < GROWTH_MOST_KB, `${rssKb(sim) - rss} kB more`);
  });

for (const bind of [false, true])
  test(`T9_the_client_closes_on_a_bad_length_${bind ? "after" : "before"}_bind`, async () => {
    const queue = Object.entries(lengths);
    const ends = [];
    const rogue = await startRawSmsc({
      polite: bind,
      onConnect: (wire) => {
        if (!queue.length) return;
        const [name, bytes] = queue.shift();
        ends.push(async () => {
          await until("a bind", () => wire.mode || wire.pdus.length);
          wire.write(bytes);
          const nack = await wire.next(command.generic_nack);
          assert.deepEqual([nack.status, nack.sequence], [ESME_RINVCMDLEN, 0], name);
          await until(`the end after ${name}`, () => wire.closed);
        });
      },
    });
    await cli(
      server,
      ...["carrier", "add", `rogue-${bind}`, "--host", "127.0.0.1", "--port", String(rogue.port)],
      ...["--system-id", "x", "--password", "y"],
      ...["--reconnect-least-ms", "10", "--reconnect-most-ms", "20"],
    );
    await until("the first", () => ends.length);
    const rss = rssKb(server);
    for (let i = 0; i < Object.keys(lengths).length; i++) {
      await until("the next connection", () => ends.length > i);
      await ends[i]();
    }
    assert.ok(rssKb(server) - rss < GROWTH_MOST_KB, `${rssKb(server) - rss} kB more`);
    await cli(server, "carrier", "remove", `rogue-${bind}`);
    await rogue.close();
    await sendsStill();
  });

// ---- T10: lengths and strings that lie ----

const x = (n) => "x".repeat(n);
// What stands there, and the statuses that are right.
const liars = {
  "sm_length 255": [messageOf({ text: x(255) }), [ESME_RINVMSGLEN]],
  "sm_length 60 and 61 bytes": [messageOf({ text: x(61), sm_length: 60 }), TLV_ERRORS],
  "sm_length 61 and 60 bytes": [
    messageOf({ text: x(60), sm_length: 61 }),
    [ESME_RINVMSGLEN, ESME_RINVCMDLEN],
  ],
  "no end of the first string": [Buffer.from(x(200)), [0x15, ESME_RINVCMDLEN]],
  "no end of the source address": [
    messageOf({ source: x(64), text: "x" }),
    [ESME_RINVSRCADR],
  ],
  "no end before the PDU's": [
    Buffer.concat([Buffer.from([0, 1, 1]), Buffer.from("36111")]),
    [ESME_RINVCMDLEN],
  ],
  "nothing at all": [Buffer.alloc(0), [ESME_RINVCMDLEN]],
};

async function lie(wire, kind) {
  let sequence = 300;
  for (const [name, [body, statuses]] of Object.entries(liars)) {
    const { status } = await wire.ask(kind, ++sequence, body);
    assert.ok(statuses.includes(status), `${name}: 0x${status.toString(16)}`);
    assert.ok(await wire.alive(++sequence), name);
  }
}

test("T10_the_server_refuses_lies_about_lengths_before_bind_and_after", async () => {
  const wire = await rawEsme(sim.smppPort);
  for (const [name, [body]] of Object.entries(liars)) {
    if (body.length > 256 - 16) continue; // longer than anything before a bind may be
    const { status } = await wire.ask(command.submit_sm, 9, body);
    assert.notEqual(status, 0, name);
  }
  assert.ok(await wire.alive());
  assert.equal((await wire.ask(command.bind_transceiver, 1, bindOf())).status, 0);
  await lie(wire, command.submit_sm);
  assert.equal((await wire.ask(command.submit_sm, 2, messageOf({ text: x(254) }))).status, 0);
  wire.end();
});

test("T10_the_client_refuses_lies_about_lengths_after_bind", async () => {
  const wire = await line();
  await lie(wire, command.deliver_sm);
  assert.equal(await line(), wire);
});

test("T10_the_client_refuses_lies_about_lengths_before_bind", async () => {
  const early = await startRawSmsc({ polite: false });
  await cli(
    server,
    ...["carrier", "add", "early", "--host", "127.0.0.1", "--port", String(early.port)],
    ...["--system-id", "x", "--password", "y"],
  );
  const wire = await until("a connection", () => early.wires[0]);
  const bind = await wire.next(command.bind_transceiver);
  for (const [name, [body]] of Object.entries(liars)) {
    if (body.length > 256 - 16) continue;
    const { status } = await wire.ask(command.deliver_sm, 9, body);
    assert.notEqual(status, 0, name);
  }
  wire.answer(bind, 0, Buffer.from("early\0"));
  await lie(wire, command.deliver_sm);
  await cli(server, "carrier", "remove", "early");
  await early.close();
});

test("T10_an_address_range_of_41_bytes_without_NUL_is_refused", async () => {
  const head = Buffer.from("tester\0secret\0\0\x34\0\0", "latin1");
  for (const [range, wanted] of [
    [Buffer.alloc(41, 0x2e), ESME_RBINDFAIL],
    [Buffer.concat([Buffer.alloc(41, 0x2e), Buffer.from([0])]), ESME_RBINDFAIL],
    [Buffer.concat([Buffer.alloc(40, 0x2e), Buffer.from([0])]), 0],
  ]) {
    const wire = await rawEsme(sim.smppPort);
    const body = Buffer.concat([head, range]);
    assert.equal((await wire.ask(command.bind_transceiver, 1, body)).status, wanted);
    wire.end();
  }
});

test("T10_an_odd_length_of_UCS-2_shows_what_is_whole", async () => {
  const text = bytesOf("0041 00e9 00");
  const esme = await rawEsme(sim.smppPort, { bind: true });
  const body = messageOf({ destination: "33611110005", data_coding: 8, text });
  assert.equal((await esme.ask(command.submit_sm, 2, body)).status, 0);
  assert.equal((await sim.messages("33611110005"))[0].text, "Aé");
  esme.end();
  const wire = await line();
  const incoming = messageOf({ source: "33698765432", destination: "36111", data_coding: 8, text });
  assert.equal((await wire.ask(command.deliver_sm, 500, incoming)).status, 0);
  assert.ok((await texts()).includes("Aé"));
});

// ---- T22: passwords longer than the standard's ----

test("T22_as_server_a_password_of_16_characters_counts_to_its_last", async () => {
  for (const [password, wrong] of [
    ["0123456789abcdef", "0123456789abcdeX"],
    ["secret123", "secret12"],
  ]) {
    const strict = await startSim({ args: ["--password", password, "--quiet"] });
    for (const [given, wanted] of [
      [password, 0],
      [wrong, ESME_RINVPASWD],
      [`${password}0`.slice(0, 17), ESME_RINVPASWD],
    ]) {
      const wire = await rawEsme(strict.smppPort);
      const { status } = await wire.ask(command.bind_transceiver, 1, bindOf("user", given));
      assert.equal(status, wanted, given);
      wire.end();
    }
    await strict.stop();
  }
});

// ---- the samples, byte by byte ----

test("the sample bind and enquire_link are answered", async () => {
  const wire = await rawEsme(sim.smppPort);
  wire.write(
    "0000001f 00000009 00000000 00000001 7573657200 7061737300 00 34 00 00 00" +
      "00000010 00000015 00000000 00000001",
  );
  assert.equal((await wire.next(answerTo(command.bind_transceiver), 1)).status, 0);
  const alive = await wire.next(answerTo(command.enquire_link), 1);
  assert.equal(alive.bytes.toString("hex"), "00000010800000150000000000000001");
  const { binds } = await stats();
  assert.ok(binds.some((b) => b.system_id === "user" && b.mode === "transceiver"));
  wire.end();
});

test("the sample deliver_sm is heard, a stray generic_nack is not", async () => {
  const wire = await freshLine();
  wire.write("00000010 80000000 00000002 00000000");
  wire.write(
    "0000002d 00000005 00000000 00000007 00 01 01 33333600 00 00 313233343500" +
      "00 00 00 00 00 00 00 00 00 04 53544f50",
  );
  const answer = await wire.next(answerTo(command.deliver_sm), 7);
  assert.equal(answer.bytes.toString("hex"), "000000118000000500000000000000" + "0700");
  assert.ok((await texts()).includes("STOP"));
  assert.ok(await wire.alive());
  assert.equal(await line(), wire);
});
