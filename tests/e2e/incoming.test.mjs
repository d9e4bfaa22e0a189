// SPDX-License-Identifier: Apache-2.0
// What phones write, over real sockets: alphabets, classes, national tables, long messages in every
// shape and order, and what a carrier's settings make of it.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { cli, sleep, startNavette, until } from "./navette.mjs";
import { change, finish, provision, Smsc, UDHI } from "./smsc.mjs";

const ADOPT_MS = 150; // until the link goes by what was saved
const NUMBER = "36184";

let smsc;
let server;
let phone = 33612390000;
let sequence = 0x100;
const newPhone = () => String(++phone);

before(async () => {
  smsc = await Smsc.start();
  server = await startNavette();
  await provision(server, smsc.port, "--bind", "tx+rx");
  await smsc.bound(2);
});

after(async () => {
  await smsc.stop();
  await finish(server);
});

async function habits(...settings) {
  await change(server, ...settings);
  await sleep(ADOPT_MS);
}

const cstring = (text) => Buffer.from(`${text}\0`, "latin1");

// A deliver_sm with exactly these octets as its text; resolves to the command_status of its answer.
async function deliver(from, octets, { coding = 0, udh = false, tlvs = "" } = {}) {
  const { session } = smsc.receiver();
  const text = Buffer.from(octets, "hex");
  const body = Buffer.concat([
    Buffer.from("000101", "hex"),
    cstring(from),
    Buffer.from("0300", "hex"),
    cstring(NUMBER),
    Buffer.from([udh ? UDHI : 0, 0, 0, 0, 0, 0, 0, coding, 0, text.length]),
    text,
    Buffer.from(tlvs, "hex"),
  ]);
  const header = Buffer.alloc(16);
  const mine = ++sequence;
  header.writeUInt32BE(16 + body.length, 0);
  header.writeUInt32BE(5, 4);
  header.writeUInt32BE(mine, 12);
  const answer = new Promise((r) => {
    const hear = (pdu) => {
      if (pdu.sequence_number !== mine) return;
      session.off("pdu", hear);
      r(pdu.command_status);
    };
    session.on("pdu", hear);
  });
  session.socket.write(Buffer.concat([header, body]));
  assert.equal(await answer, 0);
}

const heardFrom = async (from) =>
  (await cli(server, "incoming", "list")).items.filter((i) => i.sender === `+${from}`);

// The only message that this phone has written.
const heard = (from) =>
  until(`a message of ${from}`, async () => {
    const items = await heardFrom(from);
    assert.ok(items.length < 2);
    return items[0];
  });

async function reads(octets, text, options) {
  const from = newPhone();
  await deliver(from, octets, options);
  const message = await heard(from);
  assert.equal(message.text, text, octets);
  return message;
}

const hex = (text, encoding = "latin1") => Buffer.from(text, encoding).toString("hex");

// ---- alphabets ----

for (const [alphabet, octets, text] of [
  ["gsm", "7e1b6500", "ü€@"],
  ["latin1", "fc80", "ü€"],
  ["ascii", hex("@ plain"), "@ plain"],
  ["utf8", hex("ü😀", "utf8"), "ü😀"],
  ["gsm-packed", "E8329BFD4697D9EC37", "hellohello"],
])
  test(`T19_incoming_data_coding_0_is_${alphabet.replace("-", "_")}`, async () => {
    await habits("--default-alphabet", alphabet);
    await reads(octets, text);
    await reads("00fc", "ü", { coding: 8 });
    await reads("fc", "ü", { coding: 3 });
    await habits("--default-alphabet", "gsm");
  });

test("T19_incoming_the_tree_of_data_codings_is_followed_and_the_class_kept", async () => {
  for (const [coding, octets, kept] of [
    [0x10, "7e", 0],
    [0xf0, "7e", 0],
    [0xf1, "7e", 1],
    [0xf6, "fc", 2],
    [0x19, "00fc", 1],
    [0xc8, "7e", null],
    [0xe0, "00fc", null],
    [0x01, "fc", null],
  ])
    assert.equal((await reads(octets, "ü", { coding })).class, kept, `0x${coding.toString(16)}`);
});

test("T18_ucs2_is_big_endian_and_a_mark_is_tolerated", async () => {
  await reads("feffd83dde00", "😀", { coding: 8 });
});

// ---- national tables ----

test("T21_turkish_tables", async () => {
  await reads("03250101" + "070c1c1d40", "ığŞşİ", { udh: true });
  await reads("03240101" + "1b471b491b531b631b671b691b73", "ĞİŞçğış", { udh: true });
});

test("T21_spanish_table", async () => {
  await reads("03240102" + "1b411b491b4f1b551b611b691b6f1b751b09", "ÁÍÓÚáíóúç", { udh: true });
});

test("T21_portuguese_tables", async () => {
  await reads("03250103" + "7b7c1d0f041824", "ãõâáê€º", { udh: true });
  await reads("03240103" + "1b7b1b7c1b0f1b651b16", "ãõá€Π", { udh: true });
});

test("T21_each_part_names_its_own_and_others_are_passed_over", async () => {
  const from = newPhone();
  await deliver(from, "0800030702012501037b", { udh: true });
  await deliver(from, "0500030702027b", { udh: true });
  assert.equal((await heard(from)).text, "ãä");
  await reads("0d05040b8423f07002010224" + "0102" + "1b61", "á", { udh: true });
});

test("T21_a_header_beyond_the_data_is_shown_rather_than_lost", async () => {
  assert.equal((await reads("2078", " x", { udh: true })).parts, 1);
});

// ---- long messages ----

const part = (ref, total, n, text) =>
  `050003${[ref, total, n].map((b) => b.toString(16).padStart(2, "0")).join("")}${hex(text)}`;
const wide = (ref, total, n, text) =>
  `060804${ref.toString(16).padStart(4, "0")}${hex(String.fromCharCode(total, n) + text)}`;
const long = { udh: true };

test("T16_parts_in_any_order_with_doubles", async () => {
  const from = newPhone();
  for (const n of [3, 1, 1, 3]) await deliver(from, part(9, 3, n, "abc"[n - 1]), long);
  assert.deepEqual(await heardFrom(from), []);
  await deliver(from, part(9, 3, 2, "b"), long);
  const message = await heard(from);
  assert.deepEqual([message.text, message.parts, message.missing], ["abc", 3, 0]);
});

test("T16_references_of_8_and_16_bits_and_0", async () => {
  const from = newPhone();
  await deliver(from, part(0, 2, 1, "a"), long);
  await deliver(from, wide(0, 2, 1, "A"), long);
  await deliver(from, wide(0, 2, 2, "B"), long);
  assert.equal((await heard(from)).text, "AB");
  await deliver(from, part(0, 2, 2, "b"), long);
  await until("both", async () => (await heardFrom(from)).length === 2);
});

test("T16_a_total_of_1_is_a_message", async () => {
  const from = newPhone();
  await deliver(from, part(1, 1, 1, "alone"), long);
  assert.equal((await heard(from)).text, "alone");
});

test("T16_the_same_reference_of_two_phones", async () => {
  const [one, other] = [newPhone(), newPhone()];
  await deliver(one, part(5, 2, 1, "a"), long);
  await deliver(other, part(5, 2, 2, "D"), long);
  await deliver(one, part(5, 2, 2, "b"), long);
  await deliver(other, part(5, 2, 1, "C"), long);
  assert.equal((await heard(one)).text, "ab");
  assert.equal((await heard(other)).text, "CD");
});

test("T16_sar_tlvs", async () => {
  const from = newPhone();
  const sar = (n) => `020c00020007020e000102020f0001${`0${n}`}`;
  await deliver(from, hex("b"), { tlvs: sar(2) });
  await deliver(from, hex("a"), { tlvs: sar(1) });
  assert.equal((await heard(from)).text, "ab");
});

test("T16_message_payload", async () => {
  const from = newPhone();
  const text = "payload ".repeat(60);
  const length = text.length.toString(16).padStart(4, "0");
  await deliver(from, "", { tlvs: `0424${length}${hex(text)}` });
  assert.equal((await heard(from)).text, text);
});

test("T16_parts_over_two_binds_and_a_restart", async () => {
  const from = newPhone();
  await deliver(from, part(4, 2, 2, "b"), long);
  await server.stop();
  const { data, database } = server;
  server = await startNavette({ data, database });
  await until("new binds", () => smsc.binds.filter((b) => b.open).length === 2);
  await deliver(from, part(4, 2, 1, "a"), long);
  assert.equal((await heard(from)).text, "ab");
});

test("data_sm brings messages too", async () => {
  const from = newPhone();
  const { session } = smsc.receiver();
  const response = await new Promise((r) =>
    session.data_sm(
      {
        ...{ source_addr: from, source_addr_ton: 1, destination_addr: NUMBER },
        ...{ data_coding: 0xf1, message_payload: "by data_sm" },
      },
      r,
    ),
  );
  assert.equal(response.command_status, 0);
  const message = await heard(from);
  assert.deepEqual([message.text, message.class], ["by data_sm", 1]);
});

test("a text that is not to be kept is null, and the rest is there", async () => {
  await habits("--no-store-incoming");
  const from = newPhone();
  await deliver(from, hex("secret"));
  const message = await heard(from);
  assert.deepEqual([message.text, message.number, message.parts], [null, NUMBER, 1]);
  await habits("--store-incoming");
});
