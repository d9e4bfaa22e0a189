// SPDX-License-Identifier: Apache-2.0
// The README's walk: start the demo, send by curl, read on the phone, answer, see what that starts,
// STOP and be refused. And every special number of the simulator, from the request to its end.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";
import { serveArgs } from "./database.mjs";
import { call, cli, command, sleep, startNavette, startSim, tempDir, until } from "./navette.mjs";
import { credits, finish, kinds, provision, send, state } from "./smsc.mjs";

const STOP_MS = 10000;
const exec = promisify(execFile);

async function timedStop(server) {
  const began = Date.now();
  await finish(server);
  assert.ok(Date.now() - began < STOP_MS, `${Date.now() - began} ms`);
}

// ---- make run ----

describe("the demo", () => {
  const data = tempDir();
  let server;
  let phones;
  let number; // of ours, that the phone answers
  let sent;

  const start = async () => {
    const ports = ["--demo-smpp", "127.0.0.1:0", "--demo-http", "127.0.0.1:0"];
    const args = ["--demo", "--demo-history", "0", ...ports];
    server = await startNavette({ data, args });
    phones = /phones\s+(http:\S+)\//.exec(server.said)[1];
  };
  before(start);

  const lines = () => [...server.said.matchAll(/^ *(curl '.*')$/gm)].map((found) => found[1]);
  const run = async (line) => (await exec("sh", ["-c", `${line} -sS`])).stdout.split("\n");
  const phone = () => /choose \+(\d+)/.exec(server.said)[1];
  const url = () => `${phones}/api/phones/${phone()}/messages`;
  const onPhone = async () => (await (await fetch(url())).json()).items;
  const answer = async (text) => {
    const body = JSON.stringify({ to: number, text });
    assert.equal((await fetch(url(), { method: "POST", body })).status, 201);
  };
  const arrives = (text) =>
    until(text, async () => (await onPhone()).some((m) => m.text === text && m.from === number));

  test("the curl line that it prints sends a message to the phone that it names", async () => {
    const [verdict, left, id] = await run(lines()[0]);
    assert.deepEqual([verdict, left], ["OK", "999"]);
    sent = id;
    const [shown] = await until("the message", async () => {
      const messages = await onPhone();
      return messages.length && messages;
    });
    number = shown.from;
    assert.equal(shown.text, "Shall we call you?");
    assert.match(number, /^38\d{3}$/);
    await state(server, id, "delivered");
    const list = await command("--data", data, "message", "list");
    assert.match(list.stdout, new RegExp(`${id}.*delivered`));
  });

  test("an answer from the phone is stored with the message that it answers", async () => {
    await answer("Bien reçu 👍");
    const [heard] = await until("the answer", async () => {
      const { items } = await cli(server, "incoming", "list");
      return items.length && items;
    });
    assert.equal(heard.text, "Bien reçu 👍");
    assert.equal(heard.sender, `+${phone()}`);
    assert.equal(heard.account, "sms-demo-1");
    assert.equal(heard.message_id, sent);
    const list = await command("--data", data, "incoming", "list");
    assert.match(list.stdout, /Bien reçu/);
  });

  test("it starts an answer and a callback; a keyword has its own; STOP is the end", async () => {
    await arrives("Thank you. We will call you back.");
    await answer("HOURS?");
    await arrives("Open 9 to 18.");
    await answer("STOP");
    await arrives("You will not hear from us again.");
    const told = async () => (await (await fetch(`${phones}/api/callbacks`)).json()).items;
    await until("callbacks", async () => (await told()).length >= 3);
    const fromName = lines()[0].replace("senderForResponse=1", "from=Navette");
    const [verdict, why] = await run(fromName);
    assert.equal(verdict, "KO");
    assert.match(why, /^Recipient in quarantine/);
    const listed = await command("--data", data, "quarantine", "list");
    assert.match(listed.stdout, new RegExp(`\\+${phone()} +blacklisted`));
    await until("all delivered", async () => {
      const { items } = await cli(server, "message", "list");
      return items.every((m) => m.state === "delivered") && items.length === 4;
    });
  });

  test("SIGTERM stops it in time; started again on its data it shows the same", async () => {
    const lists = async () => ({
      messages: await cli(server, "message", "list"),
      incoming: await cli(server, "incoming", "list"),
      ledger: await cli(server, "ledger", "list", "sms-demo-1"),
    });
    const before = await lists();
    await timedStop(server);
    await start();
    assert.deepEqual(await lists(), before);
    await timedStop(server);
  });

  test("a second server on the same data is refused, and says why", async () => {
    await start();
    const second = await command(...serveArgs(data));
    assert.equal(second.code, 1);
    assert.match(second.stderr, /another server runs on/);
    await timedStop(server);
  });
});

test("the demo has a history: answers, failures, a STOP, one for later", async () => {
  const ports = ["--demo-smpp", "127.0.0.1:0", "--demo-http", "127.0.0.1:0"];
  const data = tempDir();
  let server = await startNavette({ data, args: ["--demo", ...ports] });
  const list = async (...what) => (await cli(server, ...what, "--limit", "200")).items;
  await until("the answers", async () => (await list("incoming", "list")).length >= 15);
  const ended = ["delivered", "undelivered", "expired", "rejected", "unknown", "scheduled"];
  const messages = await until("the ends", async () => {
    const all = await list("message", "list");
    return all.length > 60 && all.every((m) => ended.includes(m.state)) && all;
  });
  const has = (state) => messages.some((m) => m.state === state);
  assert.deepEqual(ended.filter((state) => !has(state)), []);
  const { json } = await call(server, "GET", "/api/v1/senders?state=waiting");
  assert.equal(json.items.length, 1);
  assert.ok((await list("quarantine", "list")).some((q) => q.status === "blacklisted"));
  await finish(server);
  server = await startNavette({ data, args: ["--demo", ...ports] });
  assert.equal((await list("message", "list")).length, messages.length, "only once");
  await finish(server);
});

// ---- special numbers ----

describe("the carrier in a box", () => {
  let sim;
  let server;

  before(async () => {
    sim = await startSim({ args: ["--receipt-delay-ms", "100"] });
    server = await startNavette();
    await provision(server, sim.smppPort, "--throttle-pause-ms", "50", "--response-s", "1");
  });

  after(async () => {
    await timedStop(server);
    await sim.stop();
  });

  const answers = async (number) =>
    (await cli(server, "incoming", "list")).items.filter((i) => i.sender === `+${number}`);

  for (const [ending, name, wanted, receipt] of [
    ["0000", "delivered", "delivered", "DELIVRD 000"],
    ["9901", "undeliverable", "undelivered", "UNDELIV 001"],
    ["9902", "expired", "expired", "EXPIRED 002"],
    ["9903", "deleted", "undelivered", "DELETED 003"],
    ["9904", "rejected", "rejected", "REJECTD 004"],
    ["9905", "unknown", "unknown", "UNKNOWN 005"],
    ["9908", "throttled", "delivered", "DELIVRD 000"],
    ["9909", "queue_full", "delivered", "DELIVRD 000"],
    ["9911", "early_receipt", "delivered", "DELIVRD 000"],
    ["9912", "doubled_receipt", "delivered", "DELIVRD 000"],
    ["9913", "late_receipt", "delivered", "DELIVRD 000"],
    ["9917", "enroute_first", "delivered", "DELIVRD 000"],
    ["9918", "accepted_first", "delivered", "DELIVRD 000"],
  ])
    test(`${ending}, ${name}: ends ${wanted}, is paid, and is on the phone once`, async () => {
      const before = await credits(server);
      const number = `3361234${ending}`;
      const id = await send(server, number, `to ${name}`);
      const message = await state(server, id, wanted);
      assert.equal(message.receipt, receipt);
      assert.equal(message.carrier_ids.length, 1);
      assert.equal(await credits(server), before - 1);
      assert.equal((await sim.messages(number)).length, 1);
    });

  test("9906, refused: ends rejected, and costs nothing", async () => {
    const before = await credits(server);
    const message = await state(server, await send(server, "33612349906", "x"), "rejected");
    assert.match(message.receipt, /ESME_RINVDSTADR/);
    assert.equal(await credits(server), before);
  });

  test("9907, no_receipt: stays sent", async () => {
    const id = await send(server, "33612349907", "x");
    await state(server, id, "sent");
    await sleep(300);
    await state(server, id, "sent");
  });

  for (const [ending, name, text] of [
    ["9914", "answers_ok", /^OK$/],
    ["9915", "answers_stop", /^STOP$/],
    ["9916", "answers_long", /^.{200,}$/s],
  ])
    test(`${ending}, ${name}: delivered, and one answer is stored`, async () => {
      const number = `3361234${ending}`;
      const id = await send(server, number, "Well?", { from: "36111" });
      await state(server, id, "delivered");
      const [heard, ...more] = await until("the answer", async () => {
        const found = await answers(number);
        return found.length && found;
      });
      assert.equal(more.length, 0);
      assert.match(heard.text, text);
      assert.doesNotMatch(heard.text, /\[…\]/);
      assert.deepEqual([heard.message_id, heard.number], [id, "36111"]);
    });

  test("9919, link_cut: sent again after a new bind, delivered, and the doubt shows", async () => {
    const id = await send(server, "33612349919", "x");
    const message = await state(server, id, "delivered");
    assert.ok(kinds(message).includes("in_doubt"));
  });

  test("9910, no_response: in doubt until an operator gives it up", async () => {
    await cli(server, "carrier", "set", "sim", "--on-doubt", "ask");
    const id = await send(server, "33612349910", "x");
    await state(server, id, "in_doubt");
    assert.equal((await sim.messages("33612349910")).length, 1);
    await cli(server, "message", "resolve", id, "give_up");
    await state(server, id, "unknown");
  });

  test("a long text with emoji arrives whole", async () => {
    const text = "Déjà 👩‍👩‍👧 vu… ".repeat(12) + "fin 🎉";
    const message = await state(server, await send(server, "33612340077", text), "delivered");
    assert.equal(message.text, text);
    assert.ok(message.parts > 2);
    const shown = await sim.messages("33612340077");
    assert.deepEqual(
      shown.map((m) => [m.text, m.parts, m.parts_received]),
      [[text, message.parts, message.parts]],
    );
  });

  test("a deferred message is cancelled and refunded, and never leaves", async () => {
    const before = await credits(server);
    const at = new Date(Date.now() + 48 * 3600 * 1000);
    const two = (n) => String(n).padStart(2, "0");
    const date = `${two(at.getUTCDate())}${two(at.getUTCMonth() + 1)}${at.getUTCFullYear()}`;
    const id = await send(server, "33612340078", "later", { deferred: `1200${date}` });
    assert.equal(await credits(server), before - 1);
    assert.equal((await state(server, id, "scheduled")).sent_at, null);
    await cli(server, "message", "cancel", id);
    const message = await state(server, id, "cancelled");
    assert.equal(message.credits, "0");
    assert.equal(await credits(server), before);
    assert.equal((await sim.messages("33612340078")).length, 0);
    const again = await command("--data", server.data, "message", "cancel", id);
    assert.equal(again.code, 1);
  });
});
