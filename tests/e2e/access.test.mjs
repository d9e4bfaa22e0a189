// SPDX-License-Identifier: Apache-2.0
// Who has several roles has each of them where he has it and nowhere else; and what somebody may no
// longer see ends at once, also what had begun.
import assert from "node:assert/strict";
import { request } from "node:http";
import { after, before, test } from "node:test";
import { call, cli, furnish, sleep, startNavette, startSim, until, who } from "./navette.mjs";
import { Person, refused } from "./people.mjs";

const password = "four words of mine";
const viewed = "sms-viewed";
const chatted = who.account;
let server, sim, mix;

before(async () => {
  sim = await startSim();
  server = await startNavette();
  await furnish(server, sim.smppPort);
  await cli(server, "account", "add", viewed, "--credits", "10");
  const member = ["member", "add", "mix@example.org", "--password", password];
  await cli(server, ...member, "--account", viewed, "--role", "viewer");
  const set = ["member", "set", "mix@example.org"];
  await cli(server, ...set, "--account", chatted, "--role", "agent");
  mix = new Person(server);
  await mix.signIn("mix@example.org", password);
});
after(async () => {
  await server?.stop();
  await sim?.stop();
});

async function somebody(name, role) {
  const email = `${name}@example.org`;
  const add = ["member", "add", email, "--password", password];
  await cli(server, ...add, "--account", chatted, "--role", role);
  const person = new Person(server);
  await person.signIn(email, password);
  return { email, person };
}

test("a viewer of one account who only chats on another sees no more of it by an id", async () => {
  const body = { account: chatted, from: "Navette", to: ["+33612345678"], text: "private" };
  const sent = await call(server, "POST", "/api/v1/messages", body);
  assert.equal(sent.status, 201, sent.bytes);
  const [{ id }] = sent.json.items;
  assert.equal((await mix.get(`/messages?account=${viewed}`)).status, 200);
  refused(await mix.get(`/messages?account=${chatted}`), 403, "forbidden", "account");
  refused(await mix.get(`/messages/${id}`), 404, "not_found", "id");
  // Who takes one back is told what became of it, though he may look at none.
  const made = await call(server, "POST", `/api/v1/accounts/${chatted}/keys`, {
    ...{ name: "sends", scopes: ["send"] },
  });
  const sends = new Person(server, { key: made.json.key });
  const later = new Date(Date.now() + 3600e3).toISOString();
  const waits = await sends.post("/messages", { ...body, at: later });
  assert.equal(waits.status, 201, waits.text);
  const cancelled = await sends.post(`/messages/${waits.body.items[0].id}/cancel`);
  assert.deepEqual([cancelled.status, cancelled.body.state], [200, "cancelled"], cancelled.text);
});

test("of a phone that nobody may write to, tenants hear why and not from whom", async () => {
  const number = "+33612345670";
  const { email, person: operator } = await somebody("olga", "viewer");
  await cli(server, "member", "set", email, "--operator", "yes");
  const body = { number, reason: "asked by letter" };
  assert.equal((await operator.post("/quarantine", body)).status, 201);
  const told = async (person) => {
    const { status, body } = await person.get(`/quarantine/${number}`);
    assert.deepEqual([status, body.status, body.events.length], [200, "blacklisted", 1]);
    return [body.events[0].who, body.events[0].reason];
  };
  assert.deepEqual(await told(operator), [email, body.reason]);
  assert.deepEqual(await told(mix), ["platform", body.reason]);
});

// ---- what goes on ----

// A stream of somebody: {text, ended}.
function stream(person, path, accept = "text/event-stream") {
  const { hostname: host, port } = person.url;
  const cookie = Object.entries(person.cookies)
    .map((pair) => pair.join("="))
    .join("; ");
  const all = { accept, ...(person.key ? { authorization: `Bearer ${person.key}` } : { cookie }) };
  const told = { text: "", ended: false };
  const question = request({ host, port, path: `/api/v1${path}`, headers: all, agent: false });
  question.on("error", () => (told.ended = true));
  question.on("response", (answer) => {
    told.status = answer.statusCode;
    told.answer = answer;
    answer.on("error", () => {});
    answer.on("data", (d) => (told.text += d));
    answer.on("close", () => (told.ended = true));
  });
  question.end();
  return told;
}

let phone = 33612300000;
async function sends() {
  const body = { account: chatted, from: "Navette", to: [`+${++phone}`], text: "x" };
  const sent = await call(server, "POST", "/api/v1/messages", body);
  assert.equal(sent.status, 201, sent.bytes);
  return sent.json.items[0].id;
}

test("a stream ends with its session, role or key, and tells nothing more", async () => {
  const ways = {
    "a session ended elsewhere": async ({ person, email }) => {
      const other = new Person(server);
      await other.signIn(email, password);
      const { items } = (await other.get("/me/sessions")).body;
      const { id } = items.find((s) => !s.current);
      assert.equal((await other.delete(`/me/sessions/${id}`)).status, 200);
      return person;
    },
    "another role": ({ email }) =>
      cli(server, "member", "set", email, "--account", chatted, "--role", "agent"),
    "a new password": ({ email }) =>
      cli(server, "member", "set", email, "--password", "another four words"),
    "no member any more": ({ email }) => cli(server, "member", "remove", email),
  };
  let n = 0;
  for (const [way, end] of Object.entries(ways)) {
    const one = await somebody(`viewer${++n}`, "viewer");
    const hears = stream(one.person, "/events");
    await until(`it listens: ${way}`, () => hears.text.includes("id: "));
    const before = await sends();
    await until(`it hears: ${way}`, () => hears.text.includes(before));
    await end(one);
    const behind = await sends();
    await until(`it ends: ${way}`, () => hears.ended);
    assert.ok(!hears.text.includes(behind), `${way}: ${hears.text}`);
  }
});

test("a key's poll that waits is told nothing behind the key's end", async () => {
  const made = await call(server, "POST", `/api/v1/accounts/${chatted}/keys`, {
    ...{ name: "listens", scopes: ["read"] },
  });
  const listens = new Person(server, { key: made.json.key });
  const { next } = (await listens.get("/events?after=now")).body;
  const waits = listens.get(`/events?after=${next}&wait=30&types=message`);
  await sleep(300);
  const path = `/api/v1/accounts/${chatted}/keys/${made.json.id}`;
  assert.equal((await call(server, "DELETE", path)).status, 200);
  await sends();
  const { status, body } = await waits;
  assert.deepEqual([status, body.items], [200, []]);
  refused(await listens.get("/events"), 401, "unauthorized");
});

test("an operator's trace ends with the operator's rights", async () => {
  const { email, person } = await somebody("tracer", "viewer");
  await cli(server, "member", "set", email, "--operator", "yes");
  const trace = stream(person, "/carriers/sim/trace", "application/x-ndjson");
  await until("it traces", () => trace.text.includes("tracing"));
  await cli(server, "member", "set", email, "--operator", "no");
  await until("it ends", () => trace.ended);
});
