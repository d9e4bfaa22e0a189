// SPDX-License-Identifier: Apache-2.0
// How fast and in which order parts leave, and what an answer means, judged by the npm package
// `smpp`. One server and one SMSC for all cases; each has its own phones.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { cli, command, sleep, startNavette, until, who } from "./navette.mjs";
import * as smpp from "./smsc.mjs";
import { carrier, change, credits, finish, kinds, provision, send, Smsc, state } from "./smsc.mjs";

const ESME_RINVDSTADR = 0x0b;
const ESME_RMSGQFUL = 0x14;
const ESME_RSUBMITFAIL = 0x45;
const ESME_RTHROTTLED = 0x58;

const RATE = "200"; // so that half of it, and half of that, costs no patience

let smsc;
let server;

before(async () => {
  smsc = await Smsc.start();
  server = await startNavette();
  const impatient = ["--response-s", "1", "--throttle-pause-ms", "50", "--retry-s", "1"];
  await provision(server, smsc.port, "--window", "5", "--rate", RATE, ...impatient);
  await cli(server, "account", "set", who.account, "--max-parts", "20");
  await smsc.bound();
});

after(async () => {
  await finish(server);
  await smsc.stop();
});

let next_phone = 33612340000;
const phones = (n) => Array.from({ length: n }, () => String(next_phone++));

// A case begins with an SMSC that takes everything and has seen nothing.
const flow = (name, body) =>
  test(name, async () => {
    smsc.onSubmit = () => smpp.OK;
    smsc.submits.length = 0;
    await body();
  });

// A raw answer in place of npm's: the bytes of error answers as carriers send them.
const raw = (status, pdu, body = "") => {
  const word = (n) => n.toString(16).padStart(8, "0");
  const hex = word(16 + body.length / 2) + "80000004" + word(status) + word(pdu.sequence_number);
  smsc.unanswered--;
  pdu.bind.session.socket.write(Buffer.from(hex + body, "hex"));
};

const text = (pdu) => pdu.short_message.message;
const taken = () => smsc.submits.filter((pdu) => pdu.id);

// ---- T12 ----

flow("T12_after_a_throttle_the_rate_is_less_and_climbs_and_shows", async () => {
  const limit = async () => (await carrier(server)).status.rate_limit;
  assert.equal(await limit(), Number(RATE));
  smsc.onSubmit = () => (smsc.submits.length === 1 ? ESME_RTHROTTLED : smpp.OK);
  const id = await send(server, phones(1)[0], "slowly");
  await smsc.submitted(1);
  const less = await until("a lower rate", async () => {
    const now = await limit();
    return now < RATE && now;
  });
  assert.ok(less >= RATE / 2, `${less}`);
  const metrics = await (await fetch(`${server.http}/metrics`)).text();
  assert.match(metrics, /^navette_carrier_rate_limit\{carrier="sim"\} 1\d\d$/m);
  await state(server, id, "sent");
  await until("a higher rate", async () => (await limit()) > less);
});

for (const [name, status] of [
  ["throttled", ESME_RTHROTTLED],
  ["queue_full", ESME_RMSGQFUL],
])
  flow(`T12_${name}_message_is_sent_once_in_order_and_its_receipt_is_matched`, async () => {
    const before = await credits(server);
    const bodies = ["", "00", "303030303030303000"]; // none, an empty id, an id of an error
    smsc.onSubmit = (pdu) => {
      if (smsc.submits.length > 5) return smpp.OK;
      raw(status, pdu, bodies[smsc.submits.length % bodies.length]);
    };
    const to = phones(7);
    const ids = [];
    for (const phone of to) ids.push(await send(server, phone, `to ${phone}`));
    for (const id of ids) {
      const message = await state(server, id, "sent");
      assert.equal(message.carrier_ids.length, 1);
      assert.ok(!kinds(message).includes("retry"), "a throttle is no attempt");
    }
    assert.deepEqual(
      taken().map(text),
      to.map((phone) => `to ${phone}`),
    );
    assert.equal(smsc.submits.length, 12);
    const sequences = smsc.submits.map((pdu) => pdu.sequence_number);
    assert.equal(new Set(sequences).size, 12);
    for (const pdu of taken()) assert.equal((await smsc.receipt(pdu)).command_status, 0);
    for (const id of ids) await state(server, id, "delivered");
    assert.equal(await credits(server), before - 7);
  });

flow("T12_a_link_that_is_lost_while_throttled_loses_nothing_and_keeps_the_pause", async () => {
  await change(server, "--throttle-pause-ms", "1500");
  const binds = smsc.binds.length;
  smsc.onSubmit = () => (smsc.submits.length === 1 ? ESME_RTHROTTLED : smpp.OK);
  const [phone] = phones(1);
  const id = await send(server, phone, "patience");
  const { at } = await smsc.submitted(1);
  await until("throttled", async () => (await carrier(server)).status.state === "throttled");
  smsc.cut();
  await until("a new bind", () => smsc.binds.length > binds);
  const message = await state(server, id, "sent");
  assert.ok(!kinds(message).includes("in_doubt"));
  assert.equal(smsc.submits.length, 2);
  assert.ok(smsc.submits[1].at - at >= 1400, `${smsc.submits[1].at - at} ms`);
  await smsc.receipt(smsc.submits[1]);
  await state(server, id, "delivered");
  await change(server, "--throttle-pause-ms", "50");
});

// ---- T13 and rates ----

flow("T13_the_rate_counts_parts_ten_at_five_a_second_take_two_seconds", async () => {
  await change(server, "--rate", "5");
  const id = await send(server, phones(1)[0], "x".repeat(1500));
  await smsc.submitted(10);
  const times = smsc.submits.map((pdu) => pdu.at);
  // A busy machine sees the first one late.
  assert.ok(times[9] - times[0] >= 1300, `${times[9] - times[0]} ms`);
  await state(server, id, "sent");
  assert.equal(smsc.submits.length, 10);
  await change(server, "--rate", RATE);
});

flow("a sender at its rate holds up no other sender", async () => {
  await change(server, "--sender-rate", "2");
  for (const phone of phones(5)) await send(server, phone, "flood", { from: "36111" });
  await send(server, phones(1)[0], "alone");
  await smsc.submitted(6);
  const from = (name) => smsc.submits.filter((pdu) => pdu.source_addr === name).map((p) => p.at);
  const flood = from("36111");
  assert.ok(flood[4] - flood[0] >= 1900, `${flood[4] - flood[0]} ms`);
  assert.ok(from("Navette")[0] < flood[4]);
  await change(server, "--sender-rate", "0");
});

// ---- order ----

flow("two messages to one phone never overtake, and hold up no other", async () => {
  const held = [];
  smsc.onSubmit = (pdu) => (held.push(pdu), undefined);
  const [one, two] = phones(2);
  const first = await send(server, one, "first");
  const second = await send(server, one, "second");
  const other = await send(server, two, "other");
  await until("first and other", () => held.length === 2);
  assert.deepEqual(held.map(text), ["first", "other"]);
  smsc.onSubmit = () => smpp.OK;
  smsc.answer(held[1]);
  smsc.answer(held[0], ESME_RTHROTTLED);
  for (const id of [first, second, other]) await state(server, id, "sent");
  assert.deepEqual(smsc.submits.map(text), ["first", "other", "first", "second"]);
});

// ---- T24 ----

flow("T24_a_lost_response_is_resent_and_late_and_doubled_ones_are_ignored", async () => {
  smsc.onSubmit = () => (smsc.submits.length === 1 ? undefined : smpp.OK);
  const id = await send(server, phones(1)[0], "x");
  const message = await state(server, id, "sent");
  assert.ok(kinds(message).includes("in_doubt"));
  const [first, second] = smsc.submits;
  assert.notEqual(first.sequence_number, second.sequence_number);
  const binds = smsc.binds.length;
  smsc.answer(second); // a double
  smsc.answer(first); // much too late, with an id of its own
  smsc.unanswered += 2;
  const later = await send(server, phones(1)[0], "y");
  await state(server, later, "sent");
  assert.equal(smsc.binds.length, binds, "the session lives");
  const after = await cli(server, "message", "show", id);
  assert.deepEqual(after.carrier_ids, [second.id]);
  assert.equal(smsc.submits.length, 3);
});

flow("T24_with_on_doubt_fail_a_lost_response_ends_the_message_and_shows", async () => {
  await change(server, "--on-doubt", "fail");
  smsc.onSubmit = () => undefined;
  const before = await credits(server);
  const id = await send(server, phones(1)[0], "x");
  const message = await state(server, id, "unknown");
  const [doubt] = message.events.filter((event) => event.kind === "in_doubt");
  assert.match(JSON.stringify(doubt), /given up/);
  assert.equal(await credits(server), before - 1, "the carrier may have it: it is paid");
  await sleep(1500);
  assert.equal(smsc.submits.length, 1);
  await change(server, "--on-doubt", "resend");
});

// ---- T26 and what an answer means ----

flow("T26_billing_only_on_accepted_submits", async () => {
  const before = await credits(server);
  const status = { refused: ESME_RINVDSTADR, elsewhere: ESME_RSUBMITFAIL, vendor: 0x4ff };
  let throttles = 2;
  smsc.onSubmit = (pdu) => {
    if (text(pdu) === "throttled" && throttles-- > 0) return ESME_RTHROTTLED;
    return status[text(pdu)] ?? smpp.OK;
  };
  for (const what of Object.keys(status)) {
    const message = await state(server, await send(server, phones(1)[0], what), "rejected");
    assert.equal(message.credits, "0", what);
  }
  assert.equal(await credits(server), before);
  for (const what of ["throttled", "accepted"])
    await state(server, await send(server, phones(1)[0], what), "sent");
  assert.equal(await credits(server), before - 2);
});

flow("on_status says what follows, and what it cannot mean is refused when saved", async () => {
  await change(server, "--on-status", "0x400-0x40f=again,ESME_RINVDSTADR=throttle,8=give-up");
  const statuses = [0x40a, ESME_RINVDSTADR];
  smsc.onSubmit = () => statuses[smsc.submits.length - 1] ?? smpp.OK;
  const id = await send(server, phones(1)[0], "x");
  const message = await state(server, id, "sent");
  assert.deepEqual(
    kinds(message).filter((kind) => kind === "retry"),
    ["retry"],
  );
  assert.equal(smsc.submits.length, 3);
  smsc.onSubmit = () => 8;
  await state(server, await send(server, phones(1)[0], "y"), "rejected");
  const set = ["carrier", "set", "sim", "--on-status"];
  for (const [bad, cure] of [
    ["0x45=perhaps", /=give-up/],
    ["0=again", /0 is how the carrier says yes/],
    ["ESME_RNONSENSE=again", /write a status as/],
  ]) {
    const { code, stderr } = await command("--data", server.data, ...set, bad);
    assert.equal(code, 1);
    assert.match(stderr, /on.status/);
    assert.match(stderr, cure);
  }
  await change(server, "--on-status", "");
});
