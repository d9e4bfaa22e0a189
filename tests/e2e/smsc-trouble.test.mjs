// SPDX-License-Identifier: Apache-2.0
// A carrier's bad days, played by the npm package `smpp`: throttles, refusals, silence, lost links,
// wrong passwords, limits. Nothing that was accepted may be lost, nothing sent twice without need.
import assert from "node:assert/strict";
import net from "node:net";
import { test } from "node:test";
import { cli, sleep, startNavette, startTrace, until, who } from "./navette.mjs";
import * as smpp from "./smsc.mjs";
import { carrier, change, credits, finish, kinds, provision, send, Smsc, state } from "./smsc.mjs";

const ESME_RINVDSTADR = 0x0b;
const ESME_RINVPASWD = 0x0e;
const ESME_RMSGQFUL = 0x14;
const ESME_RTHROTTLED = 0x58;
const ESME_RSYSERR = 0x08;

const phone = (n) => `336123400${String(n).padStart(2, "0")}`;

// A test with an SMSC and a server of its own, bound to each other.
const trouble = (name, settings, body) =>
  test(name, async () => {
    const smsc = await Smsc.start();
    try {
      const server = await startNavette();
      await provision(server, smsc.port, ...settings);
      await smsc.bound();
      await body(smsc, server);
      await finish(server);
    } finally {
      await smsc.stop();
    }
  });

const texts = (pdus) => pdus.map((pdu) => pdu.short_message.message);
const numbered = (n) => Array.from({ length: n }, (_, i) => `message ${i}`);

async function sendAll(server, messages) {
  const ids = [];
  for (const [i, text] of messages.entries()) ids.push(await send(server, phone(i), text));
  return ids;
}

// ---- answers that are not success ----

for (const [name, status] of [
  ["throttled", ESME_RTHROTTLED],
  ["queue full", ESME_RMSGQFUL],
])
  trouble(
    `${name}: the same message again under a new sequence number, once, in order`,
    ["--throttle-pause-ms", "100", "--window", "3"],
    async (smsc, server) => {
      smsc.onSubmit = () => (smsc.submits.length <= 4 ? status : smpp.OK);
      const ids = await sendAll(server, numbered(6));
      for (const id of ids) {
        const message = await state(server, id, "sent");
        assert.equal(message.carrier_ids.length, 1);
      }
      const taken = smsc.submits.filter((pdu) => pdu.id);
      assert.deepEqual(texts(taken), numbered(6));
      assert.ok(smsc.submits.length > 6);
      const sequences = new Set(smsc.submits.map((pdu) => pdu.sequence_number));
      assert.equal(sequences.size, smsc.submits.length);
      assert.ok((await carrier(server)).status.throttles > 0);
      assert.equal(await credits(server), 994);
    },
  );

trouble("a refused message is rejected and refunded", [], async (smsc, server) => {
  smsc.onSubmit = (pdu) => (pdu.destination_addr === phone(1) ? ESME_RINVDSTADR : smpp.OK);
  const id = await send(server, phone(1), "x");
  const message = await state(server, id, "rejected");
  assert.match(message.receipt, /^ESME_RINVDSTADR/);
  assert.equal(message.credits, "0");
  assert.equal(await credits(server), 1000);
  await state(server, await send(server, phone(2), "y"), "sent");
  assert.equal(smsc.submits.length, 2);
});

trouble("a long message is refunded only if no part was taken", [], async (smsc, server) => {
  const held = [];
  smsc.onSubmit = (pdu) => (held.push(pdu), undefined);
  const none = await send(server, phone(1), "n".repeat(200));
  await until("both parts", () => held.length === 2);
  for (const pdu of held.splice(0)) smsc.answer(pdu, ESME_RINVDSTADR);
  await state(server, none, "rejected");
  assert.equal(await credits(server), 1000);
  for (const answers of [
    [smpp.OK, ESME_RINVDSTADR],
    [ESME_RINVDSTADR, smpp.OK],
  ]) {
    const before = await credits(server);
    const id = await send(server, phone(2), "s".repeat(200));
    await until("both parts", () => held.length === 2);
    for (const [i, pdu] of held.splice(0).entries()) {
      smsc.answer(pdu, answers[i]);
      await sleep(100);
    }
    await state(server, id, "rejected");
    assert.equal(await credits(server), before - 2, `${answers}`);
  }
});

trouble("a temporary error is tried again later", ["--retry-s", "1"], async (smsc, server) => {
  smsc.onSubmit = () => (smsc.submits.length === 1 ? ESME_RSYSERR : smpp.OK);
  const id = await send(server, phone(1), "x");
  const message = await state(server, id, "sent");
  assert.ok(kinds(message).includes("retry"));
  assert.equal(smsc.submits.length, 2);
});

// ---- no answer ----

// Longer than a slow machine keeps an answer back that was given.
const PATIENT = ["--response-s", "3"];

trouble(
  "no answer: in doubt, sent again, and it shows",
  [...PATIENT],
  async (smsc, server) => {
    smsc.onSubmit = () => (smsc.submits.length === 1 ? undefined : smpp.OK);
    const id = await send(server, phone(1), "x");
    const message = await state(server, id, "sent");
    assert.ok(kinds(message).includes("in_doubt"));
    assert.equal(smsc.submits.length, 2);
    const [first, second] = smsc.submits;
    assert.deepEqual(second.short_message, first.short_message);
    assert.notEqual(second.sequence_number, first.sequence_number);
  },
);

trouble(
  "no answer to one part: only that part is sent again",
  [...PATIENT],
  async (smsc, server) => {
    smsc.onSubmit = () => (smsc.submits.length === 2 ? undefined : smpp.OK);
    const id = await send(server, phone(1), "x".repeat(400));
    await state(server, id, "sent");
    const parts = smsc.submits.map((pdu) => pdu.short_message.udh[0][4]);
    assert.deepEqual(parts, [1, 2, 3, 2]);
  },
);

trouble(
  "with on_doubt ask, an operator decides",
  [...PATIENT, "--on-doubt", "ask"],
  async (smsc, server) => {
    smsc.onSubmit = () => (smsc.submits.length <= 2 ? undefined : smpp.OK);
    const [again, lost] = await sendAll(server, ["again", "lost"]);
    await state(server, again, "in_doubt");
    await state(server, lost, "in_doubt");
    assert.equal(smsc.submits.length, 2);
    await cli(server, "message", "resolve", again, "resend");
    await cli(server, "message", "resolve", lost, "give_up");
    const message = await state(server, again, "sent");
    assert.ok(kinds(message).includes("resolved"));
    await state(server, lost, "unknown");
    assert.deepEqual(texts(smsc.submits.slice(2)), ["again"]);
    assert.equal(await credits(server), 998);
  },
);

// ---- lost links ----

trouble("the SMSC closes: what waits is sent after reconnecting", [], async (smsc, server) => {
  await state(server, await send(server, phone(0), "before"), "sent");
  const binds = smsc.binds.length;
  smsc.bindStatus = () => ESME_RSYSERR;
  smsc.cut();
  const ids = await sendAll(server, numbered(5));
  for (const id of ids)
    assert.match((await cli(server, "message", "show", id)).state, /queued|sending/);
  smsc.bindStatus = () => smpp.OK;
  for (const id of ids) await state(server, id, "sent");
  assert.deepEqual(texts(smsc.submits), ["before", ...numbered(5)]);
  assert.ok(smsc.binds.length > binds);
});

trouble("the SMSC unbinds: it is answered, and bound again", [], async (smsc, server) => {
  const { session } = smsc.receiver();
  const answer = new Promise((r) => session.unbind(r));
  assert.equal((await answer).command_status, 0);
  session.close();
  await until("a second bind", () => smsc.binds.length === 2);
  await state(server, await send(server, phone(1), "x"), "sent");
});

trouble("a link that is lost unanswered: sent again, in doubt", [], async (smsc, server) => {
  smsc.onSubmit = () => undefined;
  const ids = await sendAll(server, numbered(3));
  await smsc.submitted(3);
  smsc.onSubmit = () => smpp.OK;
  smsc.cut();
  for (const id of ids)
    assert.ok(kinds(await state(server, id, "sent")).includes("in_doubt"));
  assert.deepEqual(texts(smsc.submits.slice(3)), numbered(3));
});

trouble("an SMSC that is down at start is found when it comes", [], async (smsc, server) => {
  const { port } = smsc;
  await smsc.stop();
  const id = await send(server, phone(1), "x");
  const late = await Smsc.start({}, port);
  try {
    await state(server, id, "sent");
    assert.equal((await carrier(server)).status.state, "bound");
  } finally {
    await late.stop();
  }
  smsc.server.listen(0);
});

test("a wrong password shows, is tried slowly, and is cured by the right one", async (t) => {
  const smsc = await Smsc.start();
  t.after(() => smsc.stop());
  smsc.bindStatus = (pdu) => (pdu.password === "right" ? smpp.OK : ESME_RINVPASWD);
  const server = await startNavette();
  await provision(server, smsc.port);
  const { status } = await until("the error", async () => {
    const shown = await carrier(server);
    return shown.status.error && shown;
  });
  assert.match(status.error, /ESME_RINVPASWD/);
  assert.equal(status.state, "refused");
  const id = await send(server, phone(1), "x");
  await sleep(1500);
  assert.equal(smsc.binds.length, 1);
  await change(server, "--password", "right");
  await state(server, id, "sent");
  assert.equal(smsc.binds.length, 2);
  await finish(server);
});

// ---- what a carrier allows ----

trouble("ten parts at five a second take their time", ["--rate", "5"], async (smsc, server) => {
  // When each leaves: here it may be seen later.
  const submits = ["--command", "submit_sm", "--direction", "out"];
  const trace = await startTrace(server, "sim", "--json", ...submits);
  await sendAll(server, ["x".repeat(1000), "y".repeat(400)]);
  const lines = () => trace.said.trim().split("\n").slice(1);
  await until("ten are shown", () => lines().length >= 10);
  trace.stop();
  const times = lines().map((line) => Date.parse(JSON.parse(line).at));
  assert.ok(times[9] - times[0] >= 1600, `${times[9] - times[0]} ms`);
  for (const from of times) {
    const in_a_second = times.filter((at) => at >= from && at < from + 950).length;
    assert.ok(in_a_second <= 5, `${in_a_second} in a second`);
  }
});

trouble("never more than the window is unanswered", ["--window", "3"], async (smsc, server) => {
  smsc.onSubmit = () => undefined;
  const ids = await sendAll(server, numbered(8));
  await smsc.submitted(3);
  await sleep(200);
  assert.equal(smsc.submits.length, 3);
  for (let i = 0; i < 8; i++) smsc.answer(await smsc.submitted(i + 1));
  for (const id of ids) await state(server, id, "sent");
  assert.equal(smsc.most_unanswered, 3);
  assert.deepEqual(texts(smsc.submits), numbered(8));
});

trouble("enquire_link is answered, and sent in silence", ["--enquire-s", "1"], async (smsc) => {
  const answer = new Promise((r) => smsc.receiver().session.enquire_link(r));
  assert.equal((await answer).command_status, 0);
  await until("enquire_link", () => smsc.enquiries >= 2);
  assert.equal(smsc.binds.length, 1);
});

trouble(
  "a link that answers nothing any more is given up",
  ["--enquire-s", "1", "--response-s", "1"],
  async (smsc, server) => {
    smsc.deaf = true;
    await until("a second bind", () => smsc.binds.length >= 2);
    smsc.deaf = false;
    await state(server, await send(server, phone(1), "x"), "sent");
  },
);

trouble("a carrier that is switched off is unbound, and on again", [], async (smsc, server) => {
  await change(server, "--enabled", "no");
  await until("unbind", () => smsc.unbinds === 1);
  const id = await send(server, phone(1), "x").catch((e) => e);
  await change(server, "--enabled", "yes");
  await smsc.bound();
  if (typeof id === "string") await state(server, id, "sent");
  else assert.match(id.message, /^KO/);
});

trouble("a server that stops says goodbye and keeps what waits", [], async (smsc, server) => {
  smsc.onSubmit = () => undefined;
  const on_the_wire = await send(server, phone(1), "on the wire");
  const pdu = await smsc.submitted(1);
  setTimeout(() => smsc.answer(pdu), 300);
  await server.stop();
  assert.equal(smsc.unbinds, 1);
  smsc.onSubmit = () => smpp.OK;
  const again = await startNavette({ data: server.data });
  assert.equal((await state(again, on_the_wire, "sent")).events.length, 2);
  assert.equal((await cli(again, "message", "list", "--account", who.account)).items.length, 1);
  assert.equal(smsc.submits.length, 1);
  Object.assign(server, again);
  server.stop = () => again.stop();
});

trouble(
  "one of two binds is lost: the other goes on, and it returns",
  ["--bind", "tx+rx"],
  async (smsc, server) => {
    await smsc.bound(2);
    smsc.bindStatus = (pdu, mode) => (mode === "rx" ? ESME_RSYSERR : smpp.OK);
    smsc.receiver("rx").session.destroy();
    await until("the loss", () => !smsc.receiver("rx"));
    const id = await send(server, phone(1), "x");
    await state(server, id, "sent");
    assert.equal(smsc.binds.filter((b) => b.mode === "tx").length, 1);
    smsc.bindStatus = () => smpp.OK;
    await until("rx again", () => smsc.receiver("rx"));
    assert.equal((await smsc.receipt(smsc.submits[0])).command_status, 0);
    await state(server, id, "delivered");
  },
);

test("garbage from a carrier ends the link and never the server", async (t) => {
  const bound = (sequence) => `00000015800000090000000000000${sequence}6a0000000000`;
  const answers = [
    "ffffffff80000009000000000000000100",
    "0000000080000009",
    "0000001080000009ffffffff00000001",
    bound("001") + "0000001000000005000000000000000700000001",
    bound("001") + "00000010000000050000000000000007".repeat(50),
    bound("001") + "ff".repeat(70000),
    "474554202f20485454502f312e310d0a0d0a",
  ];
  let next = 0;
  const garbage = net.createServer((socket) => {
    socket.on("error", () => {});
    socket.once("data", () => {
      socket.write(Buffer.from(answers[next++ % answers.length], "hex"));
      setTimeout(() => socket.destroy(), 100);
    });
  });
  await new Promise((r) => garbage.listen(0, "127.0.0.1", r));
  const { port } = garbage.address();
  t.after(() => garbage.close());
  const server = await startNavette();
  await provision(server, port, "--reconnect-most-ms", "50");
  const id = await send(server, phone(1), "x");
  await until("all kinds of garbage", () => next >= 2 * answers.length);
  await new Promise((r) => garbage.close(r));
  const smsc = await Smsc.start({}, port);
  t.after(() => smsc.stop());
  await state(server, id, "sent");
  await finish(server);
});
