// SPDX-License-Identifier: Apache-2.0
// Receipts as carriers really write them, over real sockets: ids in every format, texts, TLVs, long
// messages, and receipts that come before, elsewhere, late or for nobody.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { cli, sleep, startNavette, until } from "./navette.mjs";
import { change, finish, kinds, provision, RECEIPT, send, Smsc, state } from "./smsc.mjs";

const ESME_RINVMSGID = 0x0c;
const ADOPT_MS = 150; // until the link goes by what was saved
const PLAIN = {
  ...{ "--response-id": "as-is", "--receipt-id": "as-is", "--unknown-receipt": "keep" },
  ...{ "--receipt-id-pattern": "", "--receipt-stat-pattern": "", "--receipt-err-pattern": "" },
  ...{ "--receipt-tlvs": "", "--stat-map": "", "--parts-wait-s": "3600", "--receipt-parts": "all" },
};

let smsc;
let server;
let phone = 33612380000;
let ids = []; // what the next submits are answered with
const newPhone = () => String(++phone);

before(async () => {
  smsc = await Smsc.start();
  smsc.onSubmit = (pdu) => {
    pdu.id = ids.shift();
    return pdu.id === null ? undefined : 0; // null: no answer yet
  };
  server = await startNavette();
  await provision(server, smsc.port, "--bind", "tx+rx");
  await smsc.bound(2);
});

after(async () => {
  await smsc.stop();
  await finish(server);
});

// The carrier has these settings and otherwise the defaults.
async function habits(...settings) {
  const all = { ...PLAIN };
  for (let i = 0; i < settings.length; i += 2) all[settings[i]] = settings[i + 1];
  await change(server, ...Object.entries(all).flat());
  await sleep(ADOPT_MS);
}

const submitsTo = (to, n = 1) =>
  until(`${n} submits to ${to}`, () => {
    const found = smsc.submits.filter((s) => s.destination_addr === to);
    return found.length >= n && found;
  });

// A message that the carrier has taken under these ids, one each part.
async function sentAs(...answers) {
  const to = newPhone();
  ids = [...answers];
  const text = answers.length === 1 ? "x" : "x".repeat(153 * answers.length);
  const id = await send(server, to, text);
  const pdus = await submitsTo(to, answers.length);
  if (!answers.includes(null)) await state(server, id, "sent");
  return { id, to, pdu: pdus[0], pdus };
}

const addresses = ({ pdu }) => ({
  source_addr: pdu.destination_addr,
  destination_addr: pdu.source_addr,
  esm_class: RECEIPT,
});
const receive = (m, fields, bind) => smsc.deliver({ ...addresses(m), ...fields }, bind);
const textOf = (id, stat = "DELIVRD", err = "000") =>
  `id:${id} sub:001 dlvrd:001 ${DATES} stat:${stat} err:${err} text:x`;
const tell = async (m, text, bind) => {
  const { command_status } = await receive(m, { short_message: text }, bind);
  assert.equal(command_status, 0, text);
};
const show = ({ id }) => cli(server, "message", "show", id);

// What the carrier answered, what its receipt says, and with which settings they are one.
async function same(response, receipt, ...settings) {
  await habits(...settings);
  const m = await sentAs(response);
  await tell(m, textOf(receipt));
  await state(server, m.id, "delivered");
}

// ---- ids ----

const HEX_TO_DECIMAL = ["--response-id", "hex", "--receipt-id", "decimal"];

test("T1_a_hexadecimal_response_and_a_decimal_receipt_are_one", async () => {
  await same("39f99dd5", "0972660181", ...HEX_TO_DECIMAL);
});

test("T1_a_decimal_response_and_a_hexadecimal_receipt_are_one", async () => {
  await same("0972660182", "39f99dd6", "--response-id", "decimal", "--receipt-id", "hex");
});

test("T1_zeros_count_where_ids_are_as_they_are_and_not_in_numbers", async () => {
  await habits();
  const m = await sentAs("00B8BE19");
  await tell(m, textOf("B8BE19"));
  await tell(m, textOf("00b8be19"));
  await sleep(100);
  assert.equal((await show(m)).state, "sent");
  await tell(m, textOf("00B8BE19"));
  await state(server, m.id, "delivered");
  await same("00B8BE1A", "B8BE1A", "--response-id", "hex", "--receipt-id", "hex");
});

test("T1_the_case_of_an_id_stays", async () => {
  await same("1101C1-C9D03D-F000", "1101C1-C9D03D-F000");
  await habits();
  const m = await sentAs("1101C1-C9D03D-F001");
  await tell(m, textOf("1101c1-c9d03d-f001"));
  await sleep(100);
  assert.equal((await show(m)).state, "sent");
});

test("T1_hexadecimal_text_is_spelled_out", async () => {
  await same("414243", "ABC", "--response-id", "hex-text");
});

test("T2_ids_that_are_no_numbers_stay_whatever_the_format", async () => {
  await same("f47ac10b-58cc-4372-a567-0e02b2c3d479", "f47ac10b-58cc-4372-a567-0e02b2c3d479");
  await same("00f47ac1-58CC", "00f47ac1-58CC", ...HEX_TO_DECIMAL);
  await same("A".repeat(64), "A".repeat(64));
});

test("T2_ids_beyond_64_bits_are_numbers_too", async () => {
  await same("812FC7470000001B", "9308878062554710043", ...HEX_TO_DECIMAL);
  const [hex, decimal] = ["f".repeat(40), String(16n ** 40n - 1n)];
  await same(hex, decimal, ...HEX_TO_DECIMAL);
});

// ---- texts ----

const DATES = "submit date:2611281200 done date:2611281201";
const LONG_DATES = "submit date:261128120000 done date:261128120100";
const TEXTS = {
  T3_without_sub_dlvrd_and_text: `id:ID ${DATES} stat:DELIVRD err:000`,
  T3_with_blanks_and_lower_case: "id: ID stat:delivrd err: 042",
  T3_with_12_digit_dates: `id:ID sub:1 dlvrd:1 ${LONG_DATES} stat:DELIVRD err:0000 text:`,
  T3_in_a_vendor_s_order: "stat:DELIVRD err:0 done date:2611281201 id:ID",
};
for (const [name, text] of Object.entries(TEXTS))
  test(name, async () => {
    await habits();
    const m = await sentAs(`t3-${phone}`);
    await tell(m, text.replace("ID", m.pdu.id));
    await state(server, m.id, "delivered");
  });

test("T4_a_receipt_in_tlvs_only", async () => {
  await habits();
  const m = await sentAs(`t4-${phone}`);
  await receive(m, { short_message: "", receipted_message_id: m.pdu.id, message_state: 2 });
  assert.equal((await state(server, m.id, "delivered")).receipt, "DELIVRD");
});

test("T4_a_receipt_in_message_payload", async () => {
  await habits();
  const m = await sentAs(`t4-${phone}`);
  await receive(m, { short_message: "", message_payload: textOf(m.pdu.id, "UNDELIV", "027") });
  const message = await state(server, m.id, "undelivered");
  assert.deepEqual([message.receipt, message.ptt], ["UNDELIV 027", 24]);
});

test("T4_a_receipt_in_data_sm", async () => {
  await habits();
  const m = await sentAs(`t4-${phone}`);
  const { session } = smsc.receiver();
  const response = await new Promise((r) =>
    session.data_sm({ ...addresses(m), message_payload: textOf(m.pdu.id) }, r),
  );
  assert.equal(response.command_status, 0);
  await state(server, m.id, "delivered");
});

test("every word of a receipt has a meaning, and the carrier's own goes first", async () => {
  await habits("--stat-map", "GOOD=delivered,ACCEPTD=delivered,S9=undelivered");
  const ends = {
    ...{ DELIVRD: "delivered", EXPIRED: "expired", DELETED: "undelivered" },
    ...{ UNDELIV: "undelivered", REJECTD: "rejected", UNKNOWN: "unknown" },
    ...{ SKIPPED: "undelivered", FAILED: "undelivered" },
    ...{ good: "delivered", ACCEPTD: "delivered", S9: "undelivered" },
  };
  for (const [stat, end] of Object.entries(ends)) {
    const m = await sentAs(`stat-${stat}`);
    await tell(m, textOf(m.pdu.id, stat));
    assert.equal((await state(server, m.id, end)).receipt, `${stat} 000`);
  }
  const m = await sentAs("stat-open");
  for (const stat of ["ENROUTE", "ACKED", "BUFFRED", "BUFFERD", "SCHEDULED", "NEWWORD"]) {
    await tell(m, textOf(m.pdu.id, stat));
    await until(stat, async () => (await show(m)).receipt === `${stat} 000`);
    assert.equal((await show(m)).state, "sent");
  }
});

// ---- expressions ----

test("expressions find what our grammar does not", async () => {
  await habits(
    ...["--receipt-id-pattern", "\\bref=([A-Za-z0-9-]+)\\b"],
    ...["--receipt-stat-pattern", "\\bresult=([A-Z]{4,10})\\b", "--stat-map", "DONE=delivered"],
    ...["--receipt-err-pattern", "\\bcode=(\\d+)\\b"],
  );
  const m = await sentAs("expr-1");
  await tell(m, "ref=expr-1 result=DONE code=7 id:9 stat:UNDELIV err:1 text:ref=other");
  assert.equal((await state(server, m.id, "delivered")).receipt, "DONE 7");
});

test("an id in a vendor's TLV is found by an expression", async () => {
  await habits(
    ...["--receipt-tlvs", "0x001E,0x1401"],
    ...["--receipt-id-pattern", "\\b0x001E:([0-9a-f]{8}-[0-9a-f]{4})"],
  );
  const m = await sentAs("0e02b2c3-d479");
  await receive(m, { short_message: "stat:DELIVRD", receipted_message_id: "0e02b2c3-d479" });
  await state(server, m.id, "delivered");
});

test("an expression without exactly one group is refused with its cure", async () => {
  for (const bad of ["id:\\d+", "(a)(b)", "(a", "(*UTF)(a)"])
    await assert.rejects(change(server, "--receipt-id-pattern", bad), /exactly one group/);
  await assert.rejects(change(server, "--stat-map", "X=Y"), /at most 32 words/);
  await assert.rejects(change(server, "--receipt-tlvs", "1E"), /0x001E/);
});

// ---- long messages ----

test("T14_all_parts_delivered_is_delivered_in_any_order", async () => {
  await habits();
  const m = await sentAs("14a-1", "14a-2", "14a-3");
  for (const id of ["14a-3", "14a-1"]) await tell(m, textOf(id));
  assert.equal((await show(m)).state, "sent");
  await tell(m, textOf("14a-2"));
  await state(server, m.id, "delivered");
});

test("T14_mixed_delivered_and_undelivered_is_undelivered_at_once", async () => {
  await habits();
  const m = await sentAs("14b-1", "14b-2", "14b-3");
  await tell(m, textOf("14b-1"));
  await tell(m, textOf("14b-2", "UNDELIV", "001"));
  const message = await state(server, m.id, "undelivered");
  assert.deepEqual([message.receipt, message.ptt], ["UNDELIV 001", 23]);
  await tell(m, textOf("14b-3"));
  assert.equal((await show(m)).state, "undelivered");
});

for (const [which, nth] of [
  ["first", 1],
  ["last", 2],
])
  test(`T14_only_the_${which}_part_has_a_receipt`, async () => {
    await habits("--parts-wait-s", "1");
    const m = await sentAs(`14${which}-1`, `14${which}-2`);
    await tell(m, textOf(`14${which}-${nth}`));
    assert.equal((await show(m)).state, "sent");
    await state(server, m.id, "delivered");
    // Where it is the only one that is asked for, nothing is waited for.
    await habits("--receipt-parts", which);
    const n = await sentAs(`14${which}-3`, `14${which}-4`);
    await tell(n, textOf(`14${which}-${nth + 2}`));
    await state(server, n.id, "delivered");
  });

test("T14_responses_out_of_order_give_one_state", async () => {
  await habits();
  const m = await sentAs(null, null, null);
  for (const [i, n] of [3, 1, 2].entries()) {
    const pdu = m.pdus[n - 1];
    pdu.id = `14c-${n}`;
    if (i === 2) await tell(m, textOf("14c-2")); // before its response
    smsc.answer(pdu);
    if (i === 0) await tell(m, textOf("14c-3"));
  }
  await state(server, m.id, "sent");
  await tell(m, textOf("14c-1"));
  const message = await state(server, m.id, "delivered");
  assert.equal(kinds(message).filter((k) => k === "part_delivered").length, 3);
});

// ---- when and where ----

test("T15_a_receipt_before_its_response_is_kept_for_it", async () => {
  await habits(...HEX_TO_DECIMAL);
  const m = await sentAs(null);
  m.pdu.id = "ABCDEF01";
  await tell(m, textOf(String(0xabcdef01)));
  assert.equal((await show(m)).state, "sending");
  smsc.answer(m.pdu);
  await state(server, m.id, "delivered");
});

test("T15_a_refused_receipt_is_taken_when_it_comes_again", async () => {
  await habits("--unknown-receipt", "refuse");
  const m = await sentAs(null);
  m.pdu.id = "15refuse";
  const first = await receive(m, { short_message: textOf("15refuse") });
  assert.equal(first.command_status, ESME_RINVMSGID);
  smsc.answer(m.pdu);
  await state(server, m.id, "sent");
  await tell(m, textOf("15refuse"));
  await state(server, m.id, "delivered");
});

test("a dropped receipt is answered and forgotten", async () => {
  await habits("--unknown-receipt", "drop");
  const m = await sentAs(null);
  m.pdu.id = "15drop";
  await tell(m, textOf("15drop"));
  smsc.answer(m.pdu);
  await state(server, m.id, "sent");
  await sleep(100);
  assert.equal((await show(m)).state, "sent");
});

test("T15_the_same_id_of_two_carriers_is_two_messages", async () => {
  await habits();
  const other = await Smsc.start();
  other.onSubmit = (pdu) => ((pdu.id = "15same"), 0);
  const port = String(other.port);
  await cli(
    server,
    ...["carrier", "add", "other", "--host", "127.0.0.1", "--port", port, "--system-id", "n"],
  );
  await cli(server, "route", "add", "--prefix", "44", "--carrier", "other");
  await other.bound();
  const here = await sentAs("15same");
  const there = { id: await send(server, "447911123456", "x") };
  there.pdu = await other.submitted(1);
  await state(server, there.id, "sent");
  await other.receiptText(there.pdu, textOf("15same", "UNDELIV", "001"));
  await state(server, there.id, "undelivered");
  assert.equal((await show(here)).state, "sent");
  await tell(here, textOf("15same"));
  await state(server, here.id, "delivered");
  await cli(server, "carrier", "set", "other", "--enabled", "no");
  await other.stop();
});

test("T15_an_id_that_is_used_again_is_the_newest_message_s", async () => {
  await habits();
  const old = await sentAs("15again");
  const young = await sentAs("15again");
  await tell(young, textOf("15again"));
  await state(server, young.id, "delivered");
  assert.equal((await show(old)).state, "sent");
});

test("T15_a_receipt_after_a_restart_on_another_bind_finds_its_message", async () => {
  await habits(...HEX_TO_DECIMAL);
  const m = await sentAs("15AE5");
  const long = await sentAs("15AE6", "15AE7");
  await server.stop();
  const { data, database } = server;
  server = await startNavette({ data, database });
  await until("new binds", () => smsc.binds.filter((b) => b.open).length === 2);
  const rx = smsc.receiver("rx");
  await tell(m, textOf(String(0x15ae5)), rx);
  await state(server, m.id, "delivered");
  await tell(long, textOf(String(0x15ae7)), rx);
  await tell(long, textOf(String(0x15ae6)), rx);
  await state(server, long.id, "delivered");
  await tell(long, textOf(String(0x15ae6)), rx); // twice
});
