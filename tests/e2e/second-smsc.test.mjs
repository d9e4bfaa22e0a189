// SPDX-License-Identifier: Apache-2.0
// One story through two SMSCs that we did not write: Perl's Net::SMPP and npm's smpp. What one
// library is silent about, the other may not be.
// The same on any database.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { cli, startNavette, until } from "./navette.mjs";
import { PerlSmsc, perlIsThere } from "./perl-smsc.mjs";
import { carrier, change, finish, provision, send, Smsc, state } from "./smsc.mjs";

const ESME_RTHROTTLED = 0x58;
const RECEIPT = 0x04;
const UDHI = 0x40;
const NOWHERE = ["--port", "9"]; // where nobody listens

let server;
let phone = 33612340000;

before(async () => {
  server = await startNavette();
  const patience = ["--throttle-pause-ms", "50", "--reconnect-most-ms", "100"];
  await provision(server, 9, ...patience);
});
after(() => finish(server));

// npm's smpp with the words of this story.
class NpmSmsc extends Smsc {
  static async start() {
    const smsc = await Smsc.start();
    Object.setPrototypeOf(smsc, NpmSmsc.prototype);
    return smsc;
  }

  async deliver({ source, destination, esm_class = 0, data_coding = 0, text }) {
    const bytes = Buffer.from(text);
    const udh = esm_class & UDHI ? bytes.subarray(0, bytes[0] + 1) : undefined;
    const message = udh ? bytes.subarray(udh.length) : bytes;
    const answer = await super.deliver({
      source_addr: source,
      destination_addr: destination,
      esm_class,
      data_coding,
      short_message: udh ? { udh, message } : bytes,
    });
    return answer.command_status;
  }

  async enquire() {
    return new Promise((r) =>
      this.receiver().session.enquire_link({}, (pdu) => r(pdu.command_status)),
    );
  }

  async unbind() {
    const { session } = this.receiver();
    const answer = await new Promise((r) => session.unbind({}, r));
    session.close();
    return answer.command_status;
  }
}

// The bytes of a submit's text, whichever library read it.
function bytesOf(pdu) {
  if (pdu.text) return pdu.text;
  const { udh, message } = pdu.short_message;
  const text = Buffer.isBuffer(message)
    ? message
    : pdu.data_coding === 8
      ? Buffer.from(message, "utf16le").swap16()
      : Buffer.from(message, "latin1");
  if (!udh) return text;
  const parts = Buffer.concat(Array.isArray(udh) ? udh : [udh]);
  return Buffer.concat([Buffer.from([parts.length]), parts, text]);
}

const receiptText = (id, stat) =>
  `id:${id} sub:001 dlvrd:001 submit date:2601011200 done date:2601011201 ` +
  `stat:${stat} err:000 text:`;

function story(name, Server, skip) {
  for (const mode of ["trx", "tx+rx"])
    describe(`${name}, ${mode}`, { skip }, () => {
      const binds = mode === "trx" ? 1 : 2;
      let smsc;

      // The carrier is down while its settings change, from one bind to two and back: all that
      // they ask for come up.
      before(async () => {
        smsc = await Server.start();
        await change(server, "--bind", mode, "--port", String(smsc.port));
        await smsc.bound(binds);
      });
      after(async () => {
        await change(server, ...NOWHERE);
        await until("unbound", () => smsc.unbinds >= binds);
        await smsc.stop();
      });

      const submitsTo = (to, n = 1) =>
        until(`${n} submits to ${to}`, () => {
          const found = smsc.submits.filter((s) => s.destination_addr === to && s.id);
          return found.length >= n && found;
        });
      const incoming = async (text) =>
        (await cli(server, "incoming", "list")).items.filter((i) => i.text === text);

      test("it binds as it should, with its login", async () => {
        const modes = smsc.binds.map((b) => b.mode).sort();
        assert.deepEqual(modes, mode === "trx" ? ["trx"] : ["rx", "tx"]);
        for (const bind of smsc.binds)
          assert.deepEqual(
            [bind.system_id, bind.password, bind.interface_version],
            ["navette", "secret", 0x34],
          );
        assert.equal((await carrier(server)).status.state, "bound");
      });

      test("a short message goes out, its receipt comes back", async () => {
        const to = String(++phone);
        const id = await send(server, to, "short @ message");
        const [pdu] = await submitsTo(to);
        assert.equal(bytesOf(pdu).toString("latin1").replace("@", "\0"), "short \0 message");
        assert.deepEqual(
          [pdu.source_addr, pdu.source_addr_ton, pdu.dest_addr_ton, pdu.registered_delivery],
          ["Navette", 5, 1, 1],
        );
        if (mode === "tx+rx") assert.equal(pdu.bind.mode, "tx");
        await state(server, id, "sent");
        const status = await smsc.deliver({
          source: to,
          destination: "Navette",
          esm_class: RECEIPT,
          text: receiptText(pdu.id, "DELIVRD"),
        });
        assert.equal(status, 0);
        await state(server, id, "delivered");
      });

      test("a long message goes out in parts that join", async () => {
        const to = String(++phone);
        const text = "0123456789".repeat(40);
        const id = await send(server, to, text);
        const parts = (await submitsTo(to, 3)).map(bytesOf);
        parts.sort((a, b) => a[5] - b[5]);
        for (const [i, part] of parts.entries())
          assert.deepEqual([...part.subarray(0, 6)], [5, 0, 3, parts[0][3], 3, i + 1]);
        assert.equal(Buffer.concat(parts.map((p) => p.subarray(6))).toString("latin1"), text);
        await state(server, id, "sent");
      });

      test("a message in Unicode goes out as UCS-2", async () => {
        const to = String(++phone);
        await send(server, to, "\u043f\u0440\u0438 \u{1f600}");
        const [pdu] = await submitsTo(to);
        assert.equal(pdu.data_coding, 8);
        assert.equal(bytesOf(pdu).toString("hex"), "043f044004380020d83dde00");
      });

      test("what a phone says comes in, short and long", async () => {
        const from = { source: String(++phone), destination: "36111" };
        const short = `hello from ${name}, ${mode}`;
        assert.equal(await smsc.deliver({ ...from, text: short }), 0);
        assert.equal((await incoming(short)).length, 1);
        for (const [n, words] of [
          [2, mode],
          [1, `both halves from ${name}, `],
        ]) {
          const text = Buffer.concat([Buffer.from([5, 0, 3, 77, 2, n]), Buffer.from(words)]);
          assert.equal(await smsc.deliver({ ...from, esm_class: UDHI, text }), 0);
        }
        const whole = `both halves from ${name}, ${mode}`;
        await until("the whole", async () => (await incoming(whole)).length === 1);
      });

      test("throttled messages come again, and once each", async () => {
        let refusals = 3;
        smsc.onSubmit = () => (refusals-- > 0 ? ESME_RTHROTTLED : 0);
        const to = [++phone, ++phone].map(String);
        const ids = [];
        for (const one of to) ids.push(await send(server, one, "patience"));
        for (const id of ids) await state(server, id, "sent");
        for (const one of to) assert.equal((await submitsTo(one)).length, 1);
        smsc.onSubmit = () => 0;
      });

      test("enquire_link is answered, and after an unbind it binds again", async () => {
        assert.equal(await smsc.enquire(), 0);
        const before = smsc.binds.length;
        assert.equal(await smsc.unbind(), 0);
        await until("a new bind", () => smsc.binds.length > before);
        await smsc.bound(binds);
        await state(server, await send(server, String(++phone), "again"), "sent");
      });
    });
}

story("Net::SMPP", PerlSmsc, perlIsThere() ? false : "no Net::SMPP: tools/install-deps test");
story("npm smpp", NpmSmsc, false);
