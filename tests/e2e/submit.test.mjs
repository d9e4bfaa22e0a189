// SPDX-License-Identifier: Apache-2.0
// What a submit_sm looks like, by the settings of its carrier: alphabets, long messages, addresses,
// TLVs, validity, receipts. The npm package `smpp` is the SMSC; where its reading could hide
// something, the bytes of the socket are looked at.
// The same on any database.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { cli, http2sms, startNavette, until, who } from "./navette.mjs";
import { change, credits, finish, provision, send, Smsc, state } from "./smsc.mjs";

const SUBMIT_SM = 4;
const ESME_RSYSERR = 0x08;
const ESME_RINVSCHED = 0x61;
const ESME_RINVEXPIRY = 0x62;
const VALIDITY_MS = 48 * 3600 * 1000;

let smsc;
let server;
let phone = 33612350000;
const newPhone = () => String(++phone);
const raw = []; // every submit_sm as it came off the socket

// ---- bytes ----

function cstring(pdu, at) {
  const end = pdu.indexOf(0, at);
  return [pdu.toString("latin1", at, end), end + 1];
}

// The fields of a submit_sm, read by hand: text as a Buffer, TLVs by tag.
function read(pdu) {
  const out = { tlvs: {} };
  let at = 16;
  const word = (name) => ([out[name], at] = cstring(pdu, at));
  const byte = (name) => (out[name] = pdu[at++]);
  word("service_type");
  ["source_ton", "source_npi"].forEach(byte);
  word("source");
  ["dest_ton", "dest_npi"].forEach(byte);
  word("dest");
  ["esm_class", "protocol_id", "priority"].forEach(byte);
  ["schedule", "validity"].forEach(word);
  ["registered", "replace", "coding", "default_id", "sm_length"].forEach(byte);
  out.text = pdu.subarray(at, at + out.sm_length);
  for (at += out.sm_length; at < pdu.length; at += 4 + pdu.readUInt16BE(at + 2))
    out.tlvs[pdu.readUInt16BE(at)] = pdu.subarray(at + 4, at + 4 + pdu.readUInt16BE(at + 2));
  return out;
}

function listen(socket) {
  let waiting = Buffer.alloc(0);
  socket.on("data", (data) => {
    waiting = Buffer.concat([waiting, data]);
    while (waiting.length >= 16 && waiting.length >= waiting.readUInt32BE(0)) {
      const pdu = waiting.subarray(0, waiting.readUInt32BE(0));
      waiting = waiting.subarray(pdu.length);
      if (pdu.readUInt32BE(4) === SUBMIT_SM) raw.push(read(pdu));
    }
  });
}

const hex = (bytes) => bytes.toString("hex");

// ---- the scene ----

before(async () => {
  smsc = await Smsc.start();
  smsc.server.on("connection", listen);
  server = await startNavette();
  await provision(server, smsc.port, "--retry-s", "1");
  await cli(server, "account", "set", who.account, "--max-parts", "255");
  await cli(server, "account", "credit", who.account, "--add", "100000");
  await smsc.bound();
});

after(async () => {
  await smsc.stop();
  await finish(server);
});

const usual = {
  "default-alphabet": "gsm",
  encodings: "0,8",
  transliterate: false,
  "long-messages": "udh8",
  "validity-format": "absolute",
  "validity-most-min": "0",
  tlvs: "",
  receipts: "final",
  "receipt-parts": "all",
  "full-number": false,
  "alphanumeric-ton": "5",
  "number-ton": "1",
  "recipient-npi": "1",
};

const option = ([name, value]) =>
  typeof value === "boolean" ? [value ? `--${name}` : `--no-${name}`] : [`--${name}`, value];

// A test under these settings, all others being the usual ones.
const under = (settings, name, body) =>
  test(name, async () => {
    await change(server, ...Object.entries({ ...usual, ...settings }).flatMap(option));
    smsc.onSubmit = () => 0;
    await body();
  });

const submitsTo = (to, n) =>
  until(`${n} submits to ${to}`, () => {
    const found = raw.filter((s) => s.dest.endsWith(to));
    return found.length >= n && found;
  });

// What left for a new phone.
async function sent(text, { parts = 1, ...more } = {}) {
  const to = newPhone();
  const id = await send(server, to, text, more);
  const pdus = await submitsTo(to, parts);
  assert.equal(pdus.length, parts);
  return { id, to, pdus, pdu: pdus[0] };
}

const shown = ({ id }) => state(server, id, "sent");

async function refused(text, more = {}) {
  const form = { ...who, from: "Navette", noStop: "1", to: newPhone(), message: text, ...more };
  return (await http2sms(server, "", form)).text;
}

const lengths = (pdus) => pdus.map((pdu) => pdu.text.length);

// ---- parts ----

under({}, "T17_texts_are_cut_where_the_phone_s_parts_end", async () => {
  assert.deepEqual(lengths((await sent("a".repeat(160))).pdus), [160]);
  assert.deepEqual(lengths((await sent("a".repeat(161), { parts: 2 })).pdus), [159, 14]);
  const euro = await sent("a".repeat(152) + "€" + "b".repeat(10), { parts: 2 });
  assert.deepEqual(lengths(euro.pdus), [6 + 152, 6 + 12]);
  assert.equal(hex(euro.pdus[1].text.subarray(6, 8)), "1b65");
  assert.deepEqual(lengths((await sent("ж".repeat(70))).pdus), [140]);
  assert.deepEqual(lengths((await sent("ж".repeat(71), { parts: 2 })).pdus), [140, 14]);
  const emoji = await sent("ж".repeat(66) + "😀" + "ж".repeat(3), { parts: 2 });
  assert.deepEqual(lengths(emoji.pdus), [6 + 132, 6 + 10]);
  assert.equal(hex(emoji.pdus[1].text.subarray(6, 10)), "d83dde00");
});

under({}, "T17_a_message_has_at_most_255_parts", async () => {
  const { pdus } = await sent("a".repeat(255 * 153), { parts: 255 });
  assert.deepEqual([...pdus[254].text.subarray(0, 6)].slice(4), [255, 255]);
  assert.match(await refused("a".repeat(255 * 153 + 1)), /^KO\nInvalid message: .*255 parts/);
});

// ---- alphabets ----

under({}, "T18_ucs2_is_big_endian_without_byte_order_mark_both_ways", async () => {
  assert.equal(hex((await sent("é✓")).pdu.text), "00e92713");
  assert.equal(hex((await sent("\ufeffé✓")).pdu.text), "00e92713");
  for (const [from, bytes] of [
    ["33612359901", "00e92713"],
    ["33612359902", "feff00e92713"],
    ["33612359903", "fffee9001327"],
  ]) {
    const answer = await smsc.incoming(from, "36111", Buffer.from(bytes, "hex"), {
      data_coding: 8,
    });
    assert.equal(answer.command_status, 0);
    const { items } = await cli(server, "incoming", "list");
    assert.equal(items.find((i) => i.sender === `+${from}`).text, "é✓");
  }
});

for (const [alphabet, coding, bytes, encoding] of [
  ["gsm", 0, "547e72", "gsm7"],
  ["latin1", 0, "54fc72", "gsm7"],
  ["utf8", 0, "54c3bc72", "gsm7"],
  ["ascii", 8, "005400fc0072", "ucs2"],
])
  under({ "default-alphabet": alphabet }, `T19_sending_data_coding_0_as_${alphabet}`, async () => {
    const first = await sent("Tür");
    assert.deepEqual([first.pdu.coding, hex(first.pdu.text)], [coding, bytes]);
    assert.equal((await shown(first)).encoding, encoding);
    assert.equal(hex((await sent("plain")).pdu.text), hex(Buffer.from("plain")));
    const long = await sent("ü".repeat(161), { parts: alphabet === "ascii" ? 3 : 2 });
    assert.ok(long.pdus.every((p) => p.sm_length <= 254 && p.esm_class === 0x40));
    const classes = [await sent("x", { class: "0" }), await sent("✓", { class: "2" })];
    const said = classes.map(({ pdu }) => [pdu.coding, pdu.tlvs[5] && hex(pdu.tlvs[5])]);
    assert.deepEqual(said, [
      alphabet === "gsm" ? [0x10, undefined] : [0, "01"],
      alphabet === "utf8" ? [0, "03"] : [0x1a, undefined],
    ]);
  });

under({ encodings: "1,3,0,8" }, "T19_sending_the_first_encoding_that_has_the_text", async () => {
  for (const [text, coding, bytes, encoding] of [
    ["ok", 1, "6f6b", "gsm7"],
    ["`", 1, "60", "ascii"],
    ["ü", 3, "fc", "gsm7"],
    ["ç", 3, "e7", "latin1"],
    ["€", 0, "1b65", "gsm7"],
    ["✓", 8, "2713", "ucs2"],
  ]) {
    const message = await sent(text);
    assert.deepEqual([message.pdu.coding, hex(message.pdu.text)], [coding, bytes]);
    assert.equal((await shown(message)).encoding, encoding);
  }
});

under({ encodings: "0" }, "a text that the carrier cannot take is refused by name", async () => {
  const before = await credits(server);
  assert.match(await refused("ok ✓"), /^KO\nInvalid message: "✓" is in no alphabet/);
  assert.match(await refused("ok", { smsCoding: "2" }), /^KO\nInvalid smsCoding/);
  assert.equal(await credits(server), before);
  assert.equal(hex((await sent("ok")).pdu.text), "6f6b");
});

under({ transliterate: true }, "look-alikes keep a text in the first encoding", async () => {
  const message = await sent("“ça va” – ok…");
  assert.deepEqual([message.pdu.coding, message.pdu.text.toString()], [0, '"ca va" - ok...']);
  assert.equal((await shown(message)).text, '"ca va" - ok...');
  assert.equal((await shown(await sent("“✓”"))).text, "“✓”");
});

under({ "default-alphabet": "gsm-packed" }, "T20_septets_are_packed", async () => {
  for (const [text, bytes] of [
    ["hellohello", "e8329bfd4697d9ec37"],
    ["1234567", "31d98c56b3dd1a"],
  ]) {
    const { pdu } = await sent(text);
    assert.deepEqual([pdu.coding, hex(pdu.text)], [0, bytes]);
  }
  const { pdus } = await sent("Hello" + "a".repeat(301) + "Hello", { parts: 3 });
  assert.equal(pdus[0].sm_length, 140);
  assert.equal(hex(pdus[0].text.subarray(6, 10)), "906536fb");
  assert.equal(hex(pdus[2].text.subarray(6)), "906536fb0d");
});

under(
  { "default-alphabet": "gsm-packed", "long-messages": "udh16" },
  "T20_septets_behind_seven_octets_need_no_fill_bits",
  async () => {
    const { pdus } = await sent("a".repeat(304) + "Hello", { parts: 3 });
    assert.equal(pdus[0].sm_length, 140);
    assert.equal(hex(pdus[2].text.subarray(7)), "c8329bfd06");
  },
);

// ---- long messages ----

under({ "long-messages": "udh16" }, "long: a header with a 16-bit reference", async () => {
  const { id, pdus } = await sent("a".repeat(305), { parts: 3 });
  assert.deepEqual(lengths(pdus), [7 + 152, 7 + 152, 7 + 1]);
  const reference = hex(pdus[0].text.subarray(3, 5));
  for (const [i, pdu] of pdus.entries()) {
    assert.equal(hex(pdu.text.subarray(0, 7)), `060804${reference}030${i + 1}`);
    assert.equal(pdu.esm_class, 0x40);
  }
  assert.equal((await shown({ id })).parts, 3);
});

under({ "long-messages": "sar" }, "long: SAR TLVs and no header", async () => {
  const { pdus } = await sent("a".repeat(307), { parts: 3 });
  assert.deepEqual(lengths(pdus), [153, 153, 1]);
  for (const [i, pdu] of pdus.entries()) {
    assert.equal(pdu.esm_class, 0);
    assert.deepEqual(pdu.tlvs[0x20c], pdus[0].tlvs[0x20c]);
    assert.equal(pdu.tlvs[0x20c].length, 2);
    assert.deepEqual([...pdu.tlvs[0x20e], ...pdu.tlvs[0x20f]], [3, i + 1]);
  }
});

under({ "long-messages": "payload" }, "long: one submit_sm with a message_payload", async () => {
  const before = await credits(server);
  const { id, pdu, to } = await sent("a".repeat(1000) + "€");
  const message = await shown({ id });
  assert.deepEqual([pdu.sm_length, pdu.esm_class], [0, 0]);
  assert.equal(pdu.tlvs[0x424].toString("latin1"), "a".repeat(1000) + "\x1be");
  assert.equal(message.parts, 7);
  assert.equal(message.carrier_ids.length, 1);
  assert.equal(before - (await credits(server)), 7);
  await smsc.receipt(smsc.submits.find((s) => s.destination_addr === to));
  await state(server, id, "delivered");
  assert.equal((await sent("short")).pdu.text.toString(), "short");
});

under({}, "a message in parts keeps its layout when the settings change on its way", async () => {
  const to = newPhone();
  let failed = 0;
  smsc.onSubmit = () => (raw.filter((s) => s.dest === to).length === 2 && !failed++ ? 8 : 0);
  const id = await send(server, to, "a".repeat(300));
  await submitsTo(to, 2);
  await change(server, "--long-messages", "sar", "--default-alphabet", "latin1");
  await state(server, id, "sent");
  const pdus = await submitsTo(to, 3);
  assert.deepEqual(pdus[2].text, pdus[1].text);
  assert.deepEqual([pdus[2].esm_class, pdus[2].tlvs], [0x40, {}]);
  assert.equal(ESME_RSYSERR, 8);
});

// ---- addresses and TLVs ----

under(
  { "full-number": true, "alphanumeric-ton": "0", "number-ton": "2", "recipient-npi": "8" },
  "addresses are written as the settings say",
  async () => {
    const { pdu, to } = await sent("x");
    assert.deepEqual([pdu.dest, pdu.dest_ton, pdu.dest_npi], [`+${to}`, 1, 8]);
    assert.deepEqual([pdu.source, pdu.source_ton, pdu.source_npi], ["Navette", 0, 0]);
    const number = (await sent("x", { from: "33700000001" })).pdu;
    assert.deepEqual([number.source, number.source_ton], ["+33700000001", 2]);
  },
);

under(
  { tlvs: "0x1400={account}/{sender}\\,{tag},5121=hex:00FF,0x1402=\\{{id}\\}" },
  "TLVs of the carrier stand in every part",
  async () => {
    const { id, pdus } = await sent("a".repeat(200), { parts: 2, tag: "été" });
    for (const pdu of pdus) {
      assert.equal(pdu.tlvs[0x1400].toString(), `${who.account}/Navette,été`);
      assert.equal(hex(pdu.tlvs[0x1401]), "00ff");
      assert.equal(pdu.tlvs[0x1402].toString(), `{${id}}`);
    }
    await assert.rejects(change(server, "--tlvs", "0x1400={who}"), /tlvs/);
    await assert.rejects(change(server, "--tlvs", "0x0424=x"), /tlvs/);
  },
);

// ---- validity and receipts ----

// "YYMMDDhhmmsst00+" in milliseconds.
function instant(text) {
  const at = /^(..)(..)(..)(..)(..)(..)(.)00\+$/.exec(text);
  assert.ok(at, text);
  const [year, month, day, h, m, s, tenth] = at.slice(1).map(Number);
  return Date.UTC(2000 + year, month - 1, day, h, m, s) + tenth * 100;
}

under({}, "T25_validity_is_right_to_the_tenth_on_all_parts", async () => {
  const { id, pdus } = await sent("a".repeat(400), { parts: 3 });
  const message = await shown({ id });
  assert.equal(new Set(pdus.map((p) => p.validity)).size, 1);
  const late_ms = Date.parse(message.due_at) + VALIDITY_MS - instant(pdus[0].validity);
  assert.ok(late_ms >= 0 && late_ms < 100, `${late_ms}`);
});

under({ "validity-most-min": "90" }, "T25_validity_told_has_its_most", async () => {
  const before = Date.now();
  const { pdu } = await sent("x");
  const told_ms = instant(pdu.validity) - 90 * 60000;
  assert.ok(told_ms >= before - 100 && told_ms <= Date.now(), `${told_ms - before}`);
});

const relative = { "validity-format": "relative" };
under(relative, "T25_relative_validity_is_right_to_the_second", async () => {
  const before = Date.now();
  const { pdus } = await sent("a".repeat(400), { parts: 3 });
  for (const { validity } of pdus) {
    const [, days, h, m, s] = /^0000(..)(..)(..)(..)000R$/.exec(validity).map(Number);
    const spent_ms = VALIDITY_MS - (((days * 24 + h) * 60 + m) * 60 + s) * 1000;
    assert.ok(spent_ms >= 0 && spent_ms <= Date.now() - before + 1000, validity);
  }
});

under({ "validity-format": "none" }, "validity may be left out", async () => {
  assert.equal((await sent("x")).pdu.validity, "");
});

under({}, "T25_a_validity_that_the_carrier_refuses_ends_the_message", async () => {
  for (const status of [ESME_RINVSCHED, ESME_RINVEXPIRY]) {
    smsc.onSubmit = () => status;
    const before = await credits(server);
    const to = newPhone();
    const { receipt } = await state(server, await send(server, to, "x"), "rejected");
    assert.match(receipt, status === ESME_RINVSCHED ? /RINVSCHED/ : /RINVEXPIRY/);
    assert.equal(await credits(server), before);
    assert.equal((await submitsTo(to, 1)).length, 1);
  }
});

for (const [settings, asked] of [
  [{ receipts: "failures" }, [2, 2, 2]],
  [{ receipts: "intermediate" }, [0x11, 0x11, 0x11]],
  [{ receipts: "none" }, [0, 0, 0]],
  [{ "receipt-parts": "first" }, [1, 0, 0]],
  [{ "receipt-parts": "last" }, [0, 0, 1]],
])
  under(settings, `receipts asked for: ${Object.values(settings)}`, async () => {
    const { pdus } = await sent("a".repeat(400), { parts: 3 });
    assert.deepEqual(
      pdus.map((pdu) => pdu.registered),
      asked,
    );
  });
