// SPDX-License-Identifier: Apache-2.0
// Sending, receipts and incoming messages with an SMSC that we did not write: the npm package
// `smpp` is the judge of every byte. What goes wrong is in smsc-trouble.test.mjs.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { cli, startNavette, until } from "./navette.mjs";
import {
  carrier,
  credits,
  finish,
  kinds,
  provision,
  RECEIPT,
  send,
  Smsc,
  state,
  UDHI,
} from "./smsc.mjs";

const VALIDITY_MS = 48 * 3600 * 1000;

let smsc;
let server;
let phone = 33612340000;
const newPhone = () => String(++phone);

before(async () => {
  smsc = await Smsc.start();
  server = await startNavette();
  await provision(server, smsc.port);
  await smsc.bound();
});

after(async () => {
  await smsc.stop();
  await finish(server);
});

// What the SMSC got for this phone, once all parts are there.
const submitsTo = (to, n = 1) =>
  until(`${n} submits to ${to}`, () => {
    const found = smsc.submits.filter((s) => s.destination_addr === to);
    return found.length >= n && found;
  });

async function sent(text, more, parts = 1) {
  const to = newPhone();
  const id = await send(server, to, text, more);
  const pdus = await submitsTo(to, parts);
  return { id, to, pdus, pdu: pdus[0], message: await state(server, id, "sent") };
}

const heardFrom = async (from) =>
  (await cli(server, "incoming", "list")).items.filter((i) => i.sender === `+${from}`);

// ---- the bind ----

test("binds as one transceiver with its login, in version 3.4", async () => {
  const [bind] = smsc.binds;
  assert.equal(smsc.binds.length, 1);
  assert.equal(bind.mode, "trx");
  assert.equal(bind.system_id, "navette");
  assert.equal(bind.password, "secret");
  assert.equal(bind.interface_version, 0x34);
  const { status } = await carrier(server);
  assert.deepEqual([status.state, status.binds, status.binds_wanted], ["bound", 1, 1]);
});

// ---- submit_sm ----

test("a GSM 7-bit message arrives with every field as it should be", async () => {
  const began = Date.now();
  const { to, pdu, message } = await sent("Prix: 10€ {à} [é]");
  assert.equal(pdu.short_message.message, "Prix: 10€ {à} [é]");
  assert.deepEqual([pdu.source_addr, pdu.source_addr_ton, pdu.source_addr_npi], ["Navette", 5, 0]);
  assert.deepEqual([pdu.destination_addr, pdu.dest_addr_ton, pdu.dest_addr_npi], [to, 1, 1]);
  assert.equal(pdu.data_coding, 0);
  assert.equal(pdu.esm_class, 0);
  assert.equal(pdu.registered_delivery, 1);
  assert.equal(pdu.service_type, "");
  assert.equal(pdu.schedule_delivery_time, "");
  assert.equal(pdu.protocol_id, 0);
  const validity_ms = pdu.validity_period - began;
  assert.ok(Math.abs(validity_ms - VALIDITY_MS) < 60000, `${validity_ms}`);
  assert.deepEqual([message.encoding, message.parts], ["gsm7", 1]);
});

for (const [sender, ton, npi] of [
  ["Navette", 5, 0],
  ["36111", 3, 0],
  ["33700000001", 1, 1],
])
  test(`sender ${sender} has type of number ${ton} and plan ${npi}`, async () => {
    const { pdu } = await sent("x", { from: sender });
    assert.equal(pdu.source_addr, sender);
    assert.deepEqual([pdu.source_addr_ton, pdu.source_addr_npi], [ton, npi]);
  });

test("what GSM 7-bit cannot say goes in UCS-2", async () => {
  const { pdu, message } = await sent("Привет 😀");
  assert.equal(pdu.data_coding, 8);
  assert.equal(pdu.short_message.message, "Привет 😀");
  assert.deepEqual([message.encoding, message.parts], ["ucs2", 1]);
});

test("classes 0 to 3 stand in data_coding, in both alphabets", async () => {
  for (const [text, base] of [
    ["now", 0x10],
    ["сейчас", 0x18],
  ])
    for (const kind of [0, 1, 2, 3]) {
      const { pdu, message } = await sent(text, { class: String(kind) });
      assert.equal(pdu.data_coding, base + kind);
      assert.equal(message.class, kind);
    }
});

// The parts' headers and texts, checked against each other.
function joined(pdus, total) {
  assert.equal(pdus.length, total);
  const reference = pdus[0].short_message.udh[0][2];
  for (const [i, pdu] of pdus.entries()) {
    assert.equal(pdu.esm_class, UDHI);
    assert.deepEqual(pdu.short_message.udh, [Buffer.from([0, 3, reference, total, i + 1])]);
  }
  return pdus.map((pdu) => pdu.short_message.message).join("");
}

test("a long GSM 7-bit message goes in parts of 153 septets, no escape cut", async () => {
  const text = "x".repeat(152) + "€" + "y".repeat(151) + "€!";
  const { pdus, message } = await sent(text, {}, 3);
  assert.equal(joined(pdus, 3), text);
  assert.equal(pdus[0].short_message.message, "x".repeat(152));
  assert.equal(pdus[1].short_message.message, "€" + "y".repeat(151));
  assert.equal(message.parts, 3);
  assert.deepEqual(
    message.carrier_ids,
    pdus.map((p) => p.id),
  );
});

test("a long UCS-2 message goes in parts of 67 units, no surrogate pair cut", async () => {
  const text = "ж".repeat(66) + "😀" + "ж".repeat(10);
  const { pdus } = await sent(text, {}, 2);
  assert.equal(joined(pdus, 2), text);
  assert.equal(pdus[0].short_message.message, "ж".repeat(66));
});

test("two long messages to one phone have different references", async () => {
  const to = newPhone();
  await send(server, to, "a".repeat(200));
  await send(server, to, "b".repeat(200));
  const pdus = await submitsTo(to, 4);
  const references = new Set(pdus.map((p) => p.short_message.udh[0][2]));
  assert.equal(references.size, 2);
});

test("the answer makes it sent: the carrier's id and the time are kept", async () => {
  const { id, pdu, message } = await sent("x");
  assert.equal(message.id, id);
  assert.equal(message.carrier, "sim");
  assert.deepEqual(message.carrier_ids, [pdu.id]);
  assert.ok(Date.parse(message.sent_at) >= Date.parse(message.created_at));
  assert.equal(message.done_at, null);
});

test("carriers that give no id, or one twice, are borne with", async () => {
  smsc.onSubmit = (pdu) => ((pdu.id = ""), 0);
  await sent("no id");
  await sent("no id either");
  smsc.onSubmit = (pdu) => ((pdu.id = "same"), 0);
  const first = await sent("same id");
  const second = await sent("same id");
  smsc.onSubmit = () => 0;
  assert.equal((await smsc.receipt(second.pdu)).command_status, 0);
  await state(server, second.id, "delivered"); // the newest message has the id
  await state(server, first.id, "sent");
});

// ---- receipts ----

for (const [stat, err, wanted, receipt] of [
  ["DELIVRD", "000", "delivered", "DELIVRD 000"],
  ["UNDELIV", "001", "undelivered", "UNDELIV 001"],
  ["DELETED", "002", "undelivered", "DELETED 002"],
  ["EXPIRED", "003", "expired", "EXPIRED 003"],
  ["REJECTD", "004", "rejected", "REJECTD 004"],
  ["UNKNOWN", "005", "unknown", "UNKNOWN 005"],
])
  test(`receipt ${stat} makes it ${wanted}, and the price stays`, async () => {
    const before = await credits(server);
    const { id, pdu } = await sent("x");
    const answer = await smsc.receipt(pdu, stat, err);
    assert.equal(answer.command_status, 0);
    // It was answered, so it must be there already: no waiting.
    const message = await cli(server, "message", "show", id);
    assert.equal(message.state, wanted);
    assert.equal(message.receipt, receipt);
    assert.ok(message.done_at);
    assert.equal(await credits(server), before - 1);
  });

test("a receipt that came before its response is joined to it", async () => {
  let held;
  smsc.onSubmit = (pdu) => ((held = pdu), undefined);
  const id = await send(server, newPhone(), "x");
  await until("the submit", () => held);
  smsc.onSubmit = () => 0;
  held.id = "early-1";
  assert.equal((await smsc.receipt(held)).command_status, 0);
  assert.equal((await cli(server, "message", "show", id)).state, "sending");
  smsc.answer(held);
  const message = await state(server, id, "delivered");
  assert.ok(message.sent_at);
});

test("ENROUTE and ACCEPTD end nothing; the first last word counts", async () => {
  const { id, pdu } = await sent("x");
  for (const stat of ["ENROUTE", "ACCEPTD"]) {
    assert.equal((await smsc.receipt(pdu, stat)).command_status, 0);
    assert.equal((await cli(server, "message", "show", id)).state, "sent");
  }
  for (const stat of ["DELIVRD", "DELIVRD", "UNDELIV"]) {
    assert.equal((await smsc.receipt(pdu, stat)).command_status, 0);
    assert.equal((await cli(server, "message", "show", id)).state, "delivered");
  }
});

test("a receipt that came twice says nothing of the next message with that id", async () => {
  smsc.onSubmit = (pdu) => ((pdu.id = "again"), 0);
  const first = await sent("x");
  await smsc.receipt(first.pdu, "UNDELIV", "001");
  await smsc.receipt(first.pdu, "UNDELIV", "001");
  const second = await sent("y");
  smsc.onSubmit = () => 0;
  assert.equal((await smsc.receipt(second.pdu)).command_status, 0);
  assert.equal((await cli(server, "message", "show", second.id)).state, "delivered");
});

test("a long message is delivered with its last part, undelivered with any", async () => {
  const good = await sent("a".repeat(400), {}, 3);
  for (const pdu of [good.pdus[2], good.pdus[0]]) await smsc.receipt(pdu);
  assert.equal((await cli(server, "message", "show", good.id)).state, "sent");
  await smsc.receipt(good.pdus[1]);
  assert.equal((await cli(server, "message", "show", good.id)).state, "delivered");
  const bad = await sent("b".repeat(400), {}, 3);
  await smsc.receipt(bad.pdus[0]);
  await smsc.receipt(bad.pdus[1], "UNDELIV", "034");
  const message = await cli(server, "message", "show", bad.id);
  assert.deepEqual([message.state, message.receipt], ["undelivered", "UNDELIV 034"]);
  await smsc.receipt(bad.pdus[2]);
  assert.equal((await cli(server, "message", "show", bad.id)).state, "undelivered");
});

for (const [what, text, wanted = "delivered"] of [
  ["nothing but id and stat", (id) => `id:${id} stat:DELIVRD`],
  ["lower case", (id) => `ID:${id} Sub:001 Stat:delivrd Err:000`],
  ["blanks after colons", (id) => `id: ${id}  stat: DELIVRD  err: 000`],
  ["another order", (id) => `stat:DELIVRD err:000 id:${id} text:x`],
  ["commas", (id) => `id:${id}, sub:001, stat:DELIVRD, err:000`],
  ["words spelt out", (id) => `id:${id} stat:DELIVERED err:0`],
  ["seconds in its dates", (id) => `id:${id} done date:260101120159 stat:DELIVRD`],
  ["unknown fields", (id) => `id:${id} vendor:7 stat:DELIVRD cost:0.03`],
  ["line breaks", (id) => `id:${id}\nstat:DELIVRD\r\nerr:000`],
  ["a forger's text", (id) => `id:${id} stat:UNDELIV text:stat:DELIVRD id:1`, "undelivered"],
])
  test(`a receipt with ${what} is understood`, async () => {
    const { id, pdu } = await sent("x");
    assert.equal((await smsc.receiptText(pdu, text(pdu.id))).command_status, 0);
    assert.equal((await cli(server, "message", "show", id)).state, wanted);
  });

test("a receipt in TLVs alone is understood", async () => {
  const { id, to, pdu } = await sent("x");
  const answer = await smsc.deliver({
    source_addr: to,
    destination_addr: "Navette",
    esm_class: RECEIPT,
    receipted_message_id: pdu.id,
    message_state: 2,
  });
  assert.equal(answer.command_status, 0);
  assert.equal((await cli(server, "message", "show", id)).state, "delivered");
});

test("receipts that name nothing of ours are answered and forgotten", async () => {
  const stranger = { destination_addr: "33699999999", source_addr: "Navette" };
  for (const text of ["", "hello", "id: stat:", "id:no-such-id stat:DELIVRD", "stat:DELIVRD"])
    assert.equal((await smsc.receiptText(stranger, text)).command_status, 0, text);
  assert.equal((await heardFrom("33699999999")).length, 0);
});

// ---- incoming ----

test("an incoming message is stored, with the message that it answers", async () => {
  const { id, to } = await sent("Ready?", { from: "36111" });
  assert.equal((await smsc.incoming(to, "36111", "Yes @ 10€")).command_status, 0);
  const [heard] = await heardFrom(to);
  const { account, carrier, number, text, parts, message_id } = heard;
  assert.deepEqual(
    { account, carrier, number, text, parts, message_id },
    {
      account: "sms-test-1",
      carrier: "sim",
      number: "36111",
      text: "Yes @ 10€",
      parts: 1,
      message_id: id,
    },
  );
  assert.deepEqual(await cli(server, "incoming", "show", heard.id), heard);
});

test("of two messages, the one from the number that is answered is meant", async () => {
  const asked = await sent("Question", { from: "36111" });
  await send(server, asked.to, "Something else");
  await submitsTo(asked.to, 2);
  await smsc.incoming(asked.to, "36111", "Answer");
  const [heard] = await heardFrom(asked.to);
  assert.equal(heard.message_id, asked.id);
});

test("an incoming message from nobody we know belongs to no account, and is kept", async () => {
  const from = newPhone();
  assert.equal((await smsc.incoming(from, "36111", "Who is this?")).command_status, 0);
  const [heard] = await heardFrom(from);
  assert.deepEqual([heard.account, heard.message_id, heard.text], [null, null, "Who is this?"]);
});

test("incoming text is read by its data_coding", async () => {
  for (const [data_coding, bytes, text] of [
    [0, Buffer.from([0x00, 0x1b, 0x65]), "@€"],
    [3, Buffer.from([0xe9, 0x40]), "é@"],
    [8, Buffer.from("041f0440d83dde00", "hex"), "Пр😀"],
    [0x18, Buffer.from("0416", "hex"), "Ж"],
    [0xf0, Buffer.from([0x02]), "$"],
  ]) {
    const from = newPhone();
    const answer = await smsc.incoming(from, "36111", bytes, { data_coding });
    assert.equal(answer.command_status, 0);
    assert.equal((await heardFrom(from))[0].text, text);
  }
});

test("parts out of order and doubled, over two sessions, are one incoming message", async () => {
  const { id, to } = await sent("Tell me", { from: "36111" });
  const texts = ["x".repeat(153), "y".repeat(153), "z"];
  const part = (n) =>
    smsc.incoming(to, "36111", texts[n - 1], { udh: [5, 0, 3, 77, 3, n], data_coding: 0 });
  assert.equal((await part(3)).command_status, 0);
  assert.equal((await part(3)).command_status, 0);
  smsc.cut();
  await smsc.bound();
  assert.equal((await part(1)).command_status, 0);
  assert.equal((await heardFrom(to)).length, 0);
  assert.equal((await part(2)).command_status, 0);
  const heard = await heardFrom(to);
  assert.equal(heard.length, 1);
  assert.deepEqual(
    [heard[0].text, heard[0].parts, heard[0].message_id],
    [texts.join(""), 3, id],
  );
});

test("16-bit references and TLVs join parts; message_payload is read", async () => {
  const from = newPhone();
  const wide = (n, text) => smsc.incoming(from, "36111", text, { udh: [6, 8, 4, 1, 2, 2, n] });
  const sar = (n, message_payload) =>
    smsc.incoming(from, "36111", "", {
      message_payload,
      sar_msg_ref_num: 258,
      sar_total_segments: 2,
      sar_segment_seqnum: n,
    });
  await wide(2, "B");
  await sar(2, "D");
  await wide(1, "A");
  await sar(1, "C");
  assert.deepEqual(
    (await heardFrom(from)).map((i) => i.text),
    ["CD", "AB"],
  );
});

// ---- another session, another life ----

test("a receipt and a reply that come after a restart find their message", async () => {
  const short = await sent("one part", { from: "36111" });
  const long = await sent("l".repeat(200), {}, 2);
  await server.kill9();
  server = await startNavette({ data: server.data });
  await smsc.bound();
  for (const pdu of [short.pdu, ...long.pdus])
    assert.equal((await smsc.receipt(pdu)).command_status, 0);
  await smsc.incoming(short.to, "36111", "still there?");
  assert.equal((await heardFrom(short.to))[0].message_id, short.id);
  for (const { id } of [short, long]) await state(server, id, "delivered");
});

test("deliver_sm_resp is a promise: what it answers outlives a kill at that moment", async () => {
  const { id, to, pdu } = await sent("x", { from: "36111" });
  await Promise.all([smsc.receipt(pdu), smsc.incoming(to, "36111", "kept")]);
  await server.kill9();
  server = await startNavette({ data: server.data });
  await state(server, id, "delivered");
  assert.equal((await heardFrom(to))[0].text, "kept");
  await smsc.bound();
});

test("with two binds, submits go by the transmitter, receipts come by the receiver", async () => {
  await cli(server, "carrier", "set", "sim", "--bind", "tx+rx");
  await until("tx and rx", () => smsc.receiver("rx") && smsc.receiver("tx"));
  assert.equal(smsc.receiver("trx"), undefined);
  const { id, to, pdu, message } = await sent("over two binds");
  assert.deepEqual(kinds(message), ["accepted", "sent"]);
  assert.equal(pdu.bind.mode, "tx");
  const rx = smsc.receiver("rx");
  assert.equal((await smsc.receipt(pdu, "DELIVRD", "000", rx)).command_status, 0);
  assert.equal((await cli(server, "message", "show", id)).state, "delivered");
  assert.equal((await smsc.incoming(to, "36111", "reply", { bind: rx })).command_status, 0);
  assert.equal((await heardFrom(to))[0].message_id, id);
  const { status } = await carrier(server);
  assert.deepEqual([status.binds, status.binds_wanted], [2, 2]);
});
