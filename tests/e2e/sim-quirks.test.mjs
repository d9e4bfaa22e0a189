// SPDX-License-Identifier: Apache-2.0
// The quirks that the simulator takes on, seen by an SMPP client that we did not write.
// The same on any database.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { rawEsme, readMessage } from "./raw-smsc.mjs";
import { command, sleep, smpp, startSim, until } from "./navette.mjs";

const sims = [];
const quick = ["--receipt-delay-ms", "20", "--quiet"];

async function sim(...args) {
  const one = await startSim({ args: [...quick, ...args] });
  sims.push(one);
  return one;
}
after(() => Promise.all(sims.map((one) => one.stop())));

// A bound client; `receipts` and `said` hold what came.
async function client(one, { mode = "transceiver", system_id = "tester" } = {}) {
  const session = smpp.connect({ url: `smpp://127.0.0.1:${one.smppPort}` });
  const c = { session, receipts: [], said: [], unbound: 0, closed: false };
  session.on("error", () => {});
  session.on("close", () => (c.closed = true));
  session.on("unbind", (pdu) => {
    c.unbound++;
    session.send(pdu.response());
  });
  for (const kind of ["deliver_sm", "data_sm"])
    session.on(kind, (pdu) => {
      (pdu.esm_class & 0x3c ? c.receipts : c.said).push(pdu);
      session.send(pdu.response());
    });
  c.ask = (kind, pdu = {}) => new Promise((r) => session[kind](pdu, r));
  c.submit = (destination_addr, short_message, more = {}) =>
    c.ask("submit_sm", {
      source_addr: "36111",
      destination_addr,
      short_message,
      data_coding: 0,
      registered_delivery: 1,
      ...more,
    });
  c.bound = await c.ask(`bind_${mode}`, { system_id, password: "x" });
  return c;
}

const textOf = (pdu) => {
  const text = pdu.message_payload ?? pdu.short_message;
  return String(text?.message ?? text ?? "");
};
const receiptOf = (c) => until("a receipt", () => c.receipts.shift());

// ---- ids ----

for (const [format, receiptFormat, looks, sameNumber] of [
  ["hex", "decimal", /^[0-9a-f]+$/, (id) => String(BigInt(`0x${id}`))],
  ["hex-upper", "padded", /^[0-9A-F]+$/, (id) => String(BigInt(`0x${id}`)).padStart(20, "0")],
  ["decimal", "hex", /^\d+$/, (id) => BigInt(id).toString(16)],
  ["padded", "hex-upper", /^\d{20}$/, (id) => BigInt(id).toString(16).toUpperCase()],
  ["uuid", "same", /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/, (id) => id],
]) {
  test(`ids are ${format} in responses, ${receiptFormat} in receipts`, async () => {
    const one = await sim("--id-format", format, "--receipt-id-format", receiptFormat);
    const c = await client(one);
    const { message_id } = await c.submit("33612340001", "x");
    assert.match(message_id, looks);
    const receipt = await receiptOf(c);
    assert.equal(/^id:(\S+) /.exec(textOf(receipt))[1], sameNumber(message_id));
    assert.equal(receipt.receipted_message_id.replace(/\0$/, ""), sameNumber(message_id));
    const asked = await c.ask("query_sm", { message_id, source_addr: "36111" });
    assert.equal(asked.command_status, 0);
    assert.equal(asked.message_state, 2);
  });
}

// ---- receipts ----

const styles = {
  full: /^id:\d+ sub:001 dlvrd:000 submit date:\d{10} done date:\d+ stat:EXPIRED err:002 text:abc$/,
  short: /^id:\d+ submit date:\d{10} done date:\d{10} stat:EXPIRED err:002$/,
  vendor:
    /^stat:expired err: 002 id:\d+ done date:\d{12} submit date:\d{12} sub:1 dlvrd:0 Text:abc$/,
  tlv: /^$/,
  payload: /^id:\d+ sub:001 .* stat:EXPIRED err:002 text:abc$/,
  "data-sm": /^id:\d+ sub:001 .* stat:EXPIRED err:002 text:abc$/,
};
for (const [style, looks] of Object.entries(styles)) {
  test(`a receipt of style ${style} looks so`, async () => {
    const c = await client(await sim("--receipt-style", style));
    const { message_id } = await c.submit("33611119902", "abc");
    const receipt = await receiptOf(c);
    assert.match(textOf(receipt), looks);
    assert.equal(receipt.command, style === "data-sm" ? "data_sm" : "deliver_sm");
    assert.equal(receipt.esm_class, 4);
    assert.equal(receipt.source_addr, "33611119902");
    assert.equal(receipt.destination_addr, "36111");
    const withTlvs = style === "full" || style === "tlv";
    assert.equal(receipt.message_state, withTlvs ? 3 : undefined);
    assert.equal(
      receipt.receipted_message_id?.replace(/\0$/, ""),
      withTlvs ? message_id : undefined,
    );
  });
}

for (const [parts, told] of [
  ["all", [1, 2, 3]],
  ["first", [1]],
  ["last", [3]],
]) {
  test(`of a long message, ${parts} parts have a receipt`, async () => {
    const c = await client(await sim("--receipt-parts", parts));
    const ids = [];
    for (const n of [1, 2, 3]) {
      const udh = Buffer.from([5, 0, 3, 9, 3, n]);
      ids.push((await c.submit("33612340002", { udh, message: `part ${n}` })).message_id);
    }
    const alone = await c.submit("33612340002", "alone");
    const wanted = [...told.map((n) => ids[n - 1]), alone.message_id];
    await until("the receipts", () => c.receipts.length === wanted.length);
    await sleep(60);
    const of = c.receipts.map((r) => /^id:(\S+)/.exec(textOf(r))[1]);
    assert.deepEqual(of.sort(), wanted.sort());
  });
}

// ---- alphabets ----

// The bytes that carry one and the same text, and how the phone answers it.
for (const [alphabet, sent, shown, encoding, answer, answerBytes, answerCoding] of [
  ["gsm", "05", "é", "gsm7", "é", "05", 0],
  ["gsm-packed", "e8329bfd4697d9ec37", "hellohello", "gsm7", "1234567", "31d98c56b3dd1a", 0],
  ["latin1", "e9fc", "éü", "latin1", "éü", "e9fc", 0],
  ["latin1", "e9", "é", "latin1", "Ω", "03a9", 8],
  ["ascii", "6869e9", "hi\ufffd", "ascii", "é", "00e9", 8],
  ["ascii", "6869", "hi", "ascii", "hi", "6869", 0],
  ["utf8", "c3a9e282acff", "é€\ufffd", "utf8", "é€", "c3a9e282ac", 0],
]) {
  test(`data_coding 0 is ${alphabet}: ${sent} shows ${shown}, ${answer} is answered`, async () => {
    const one = await sim("--default-alphabet", alphabet);
    const c = await client(one);
    await c.submit("33612340003", Buffer.from(sent, "hex"), { registered_delivery: 0 });
    const [message] = await one.messages("33612340003");
    assert.deepEqual([message.text, message.encoding], [shown, encoding]);
    await c.ask("unbind");
    const wire = await rawEsme(one.smppPort, { bind: true });
    await one.write("33612340003", "36222", answer);
    const said = readMessage(await wire.next(0x05));
    assert.deepEqual([said.data_coding, said.text.toString("hex")], [answerCoding, answerBytes]);
    wire.end();
  });
}

test("packed septets behind a header show right, and a long answer comes so", async () => {
  const one = await sim("--default-alphabet", "gsm-packed");
  const c = await client(one);
  // Behind 6 bytes of header one bit fills up; "Hello" is 906536fb0d there.
  for (const n of [2, 1])
    await c.submit("33612340004", Buffer.from(`0500032a020${n}906536fb0d`, "hex"), {
      esm_class: 0x40,
    });
  assert.equal((await one.messages("33612340004"))[0].text, "HelloHello");
  await one.write("33612340004", "36111", "abcdefgh".repeat(25));
  await until("both parts", () => c.said.length === 2);
  assert.deepEqual(
    c.said.map((p) => p.short_message.message.length),
    [134, 42], // 153 and 47 septets, packed
  );
});

test("…9920 answers with the very text that it displayed, in UCS-2", async () => {
  const one = await sim();
  const c = await client(one);
  await c.submit("33611119920", "caf\u00e9 \u20ac");
  await until("the answer", () => c.said.length === 1);
  assert.equal(c.said[0].data_coding, 8);
  assert.equal(textOf(c.said[0]), "caf\u00e9 \u20ac");
  assert.equal(c.said[0].source_addr, "33611119920");
  const [heard, said] = await one.messages("33611119920");
  assert.equal(said.text, heard.text);
});

// ---- long messages ----

const longModes = {
  udh8: { short_message: { udh: Buffer.from([5, 0, 3, 1, 2, 1]), message: "a" } },
  udh16: { short_message: { udh: Buffer.from([6, 8, 4, 1, 1, 2, 1]), message: "a" } },
  sar: { sar_msg_ref_num: 7, sar_total_segments: 2, sar_segment_seqnum: 1 },
  payload: { short_message: "", message_payload: "a" },
};
const refusals = { udh8: 0x43, udh16: 0x43, sar: 0xc1, payload: 0xc1 };

test("only the long messages named are taken, the others refused by their kind", async () => {
  for (const taken of ["udh8", "udh16,sar", "payload", "udh8,udh16,sar,payload"]) {
    const c = await client(await sim("--long-modes", taken));
    for (const [mode, fields] of Object.entries(longModes)) {
      const { command_status } = await c.submit("33612340005", "a", fields);
      const wanted = taken.split(",").includes(mode) ? 0 : refusals[mode];
      assert.equal(command_status, wanted, `${mode} where ${taken} is taken`);
    }
    assert.equal((await c.submit("33612340005", "short")).command_status, 0);
  }
});

// ---- sessions ----

test("only the binds named are taken, and only so many of one system_id", async () => {
  const one = await sim("--modes", "tx,rx", "--max-binds", "2");
  const status = async (mode, system_id) =>
    (await client(one, { mode, system_id })).bound.command_status;
  assert.equal(await status("transceiver", "a"), 0x0d);
  assert.equal(await status("transmitter", "a"), 0);
  assert.equal(await status("receiver", "a"), 0);
  assert.equal(await status("receiver", "a"), 0x05);
  assert.equal(await status("receiver", "b"), 0);
  const { quirks } = await (await fetch(`${one.http}/api/stats`)).json();
  assert.deepEqual(quirks, { modes: "tx,rx", max_binds: "2" });
});

test("a bind that went makes room for another", async () => {
  const one = await sim("--max-binds", "1");
  const first = await client(one);
  assert.equal((await client(one)).bound.command_status, 0x05);
  first.session.close();
  await until("room", async () => (await client(one)).bound.command_status === 0);
});

test("above the window, submits are throttled at once, below it taken again", async () => {
  const c = await client(await sim("--max-window", "3", "--answer-delay-ms", "200"));
  const answers = await Promise.all(
    Array.from({ length: 5 }, async () => {
      const began = Date.now();
      const { command_status } = await c.submit("33612340006", "x");
      return [command_status, Date.now() - began >= 190];
    }),
  );
  assert.deepEqual(answers, [
    [0, true],
    [0, true],
    [0, true],
    [0x58, false],
    [0x58, false],
  ]);
  assert.equal((await c.submit("33612340006", "x")).command_status, 0);
});

test("all binds are unbound every so often, and may come again", async () => {
  const one = await sim("--unbind-every-s", "1");
  const two = [await client(one), await client(one, { mode: "receiver" })];
  await until("both unbound", () => two.every((c) => c.unbound === 1));
  const again = await client(one);
  assert.equal(again.bound.command_status, 0);
  await until("unbound again", () => again.unbound === 1);
});

test("a bind dies silently after its submits: no answer, no end; another lives", async () => {
  const one = await sim("--die-after", "2");
  const c = await client(one);
  assert.equal((await c.submit("33612340007", "1")).command_status, 0);
  assert.equal((await c.submit("33612340007", "2")).command_status, 0);
  let answers = 0;
  c.submit("33612340007", "3").then(() => answers++);
  c.ask("enquire_link").then(() => answers++);
  await sleep(200);
  assert.equal(answers, 0);
  assert.equal(c.closed, false);
  assert.equal((await one.messages("33612340007")).length, 2);
  const other = await client(one);
  await until("the receipts", () => c.receipts.length + other.receipts.length === 2);
});

test("a wrong value, or one that does not go with another, has exit code 2", async () => {
  for (const [args, what] of [
    [["--id-format", "octal"], /--id-format is one of decimal\|hex\|hex-upper\|uuid\|padded/],
    [["--modes", "trx,none"], /--modes is some of trx,tx,rx/],
    [["--max-window", "0"], /--max-window is a number from 1 to 100000/],
    [["--id-format", "uuid", "--receipt-id-format", "hex"], /a UUID is no number/],
  ]) {
    const { code, stderr } = await command("sim", ...args);
    assert.equal(code, 2);
    assert.match(stderr, what);
    assert.match(stderr, /see navette sim --help/);
  }
  const { code, stdout } = await command("sim", "--help");
  assert.equal(code, 0);
  assert.match(stdout, /--receipt-style full\|short\|vendor\|tlv\|payload\|data-sm/);
});
