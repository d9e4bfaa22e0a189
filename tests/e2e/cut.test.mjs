// SPDX-License-Identifier: Apache-2.0
// Clients that go away at any moment: in the middle of a request, while it is worked on, in the
// middle of the answer; politely, or with a reset. Every operation of the REST API is left so, and
// http2sms. What came whole is done or not, the ledger balances, and a sanitizer finds nothing.
import assert from "node:assert/strict";
import { connect } from "node:net";
import { after, before, test } from "node:test";
import { call, cli, furnish, sleep, startNavette, startSim, who } from "./navette.mjs";
import { Person } from "./people.mjs";

const AT_ONCE = 32;
const LASTS_MS = 8000;
const KEYS = 8;
const password = "four words of mine";

let server, sim, operator;
const asks = []; // raw requests
const keys = [];

const raw = (method, path, headers, body) => {
  const text = body === undefined ? "" : JSON.stringify(body);
  const all = { host: "x", ...headers };
  const length = Buffer.byteLength(text);
  if (length) Object.assign(all, { "content-type": "application/json", "content-length": length });
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${method} ${path} HTTP/1.1\r\n${lines.join("")}\r\n${text}`;
};

before(async () => {
  sim = await startSim();
  server = await startNavette();
  await furnish(server, sim.smppPort, { credits: 1000000 });
  const add = ["member", "add", "op@example.org", "--password", password];
  await cli(server, ...add, "--operator", "yes", "--account", who.account, "--role", "owner");
  operator = new Person(server);
  await operator.signIn("op@example.org", password);
  const of = `/api/v1/accounts/${who.account}`;
  const scopes = ["read", "chat", "send", "manage"];
  for (let i = 0; i < KEYS; i++)
    keys.push((await call(server, "POST", `${of}/keys`, { name: `key ${i}`, scopes })).json.key);

  const key = (i) => ({ authorization: `Bearer ${keys[i % KEYS]}` });
  const cookie = Object.entries(operator.cookies).map((pair) => pair.join("="));
  const panel = { cookie: cookie.join("; "), "x-csrf-token": operator.csrf };
  // What is read, of whatever it takes: an answer of any kind does.
  const doc = (await call(server, "GET", "/api/openapi.json")).json;
  for (const [path, item] of Object.entries(doc.paths))
    for (const method of Object.keys(item).filter((m) => m === "get")) {
      const filled = path
        .replace("/accounts/{name}", `/accounts/${who.account}`)
        .replace("/carriers/{name}", "/carriers/sim")
        .replace("{phone}", "+33612345678")
        .replace("{number}", "+33612345678")
        .replace(/\{\w+\}/g, "1");
      const query = /events/.test(path) ? `?account=${who.account}&wait=5` : "";
      asks.push((i) => raw(method.toUpperCase(), filled + query, i % 2 ? key(i) : panel));
    }
  // What is written, hashed, calculated, called or waited for.
  const to = Array.from({ length: 300 }, (_, i) => `+336${10000000 + i}`);
  const message = { account: who.account, from: "Navette", text: "hi €", marketing: false };
  const login = { email: "op@example.org", password };
  const http2sms = (given) =>
    `/cgi-bin/sms/http2sms.cgi?account=${who.account}&login=${who.login}&password=${given}` +
    "&from=Navette&to=33612345678&message=a&noStop=1";
  asks.push(
    (i) => raw("POST", "/api/v1/messages", key(i), { ...message, to: to.slice(0, 20) }),
    (i) => raw("POST", "/api/v1/messages/estimate", key(i), { ...message, to }),
    (i) => raw("POST", `${of}/threads/+33612345678/messages`, key(i), { text: "x" }),
    (i) => raw("POST", `${of}/members`, key(i), { email: `m${i % 50}@example.org`, role: "agent" }),
    (i) => raw("PATCH", of, key(i), { company: `C ${i}` }),
    (i) => raw("POST", "/api/v1/session", {}, { ...login, password: `a guess ${i}` }),
    () => raw("POST", "/api/v1/session", {}, login),
    () => raw("POST", "/api/v1/password-reset", {}, { email: login.email }),
    () => raw("PATCH", "/api/v1/me", panel, { password, old_password: password }),
    () => raw("POST", "/api/v1/carriers/sim/probe", panel, { to: "33612345678", wait_s: 1 }),
    (i) => raw("GET", http2sms(`wrong ${i}`.replace(" ", "")), {}),
    () => raw("GET", http2sms(who.password), {}),
  );
});
after(async () => {
  await server?.stop(); // a sanitizer's report is an error here
  await sim?.stop();
});

// One client, from a network of its own, so that nobody is slowed down.
function leave(i) {
  const request = asks[i % asks.length](i);
  const url = new URL(server.http);
  const localAddress = `127.${1 + (i % 50)}.${i % 250}.1`;
  const socket = connect({ host: url.hostname, port: url.port, localAddress });
  const random = Math.random();
  const away = random < 0.7 ? () => socket.resetAndDestroy() : () => socket.destroy();
  return new Promise((resolve) => {
    socket.on("error", () => {});
    socket.on("close", resolve);
    socket.on("connect", () => {
      if (i % 5 === 0) socket.write(request.slice(0, Math.ceil(random * request.length)));
      else socket.write(request);
      if (i % 5 === 1) socket.end(); // half of it stays open
      if (i % 5 === 2) socket.on("data", () => {});
      setTimeout(away, i % 5 === 3 ? 0 : (random * 1000) % (i % 5 === 4 ? 10 : 300));
    });
  });
}

test("clients that leave at any moment hurt nobody", async () => {
  const end = Date.now() + LASTS_MS;
  let left = 0;
  const leaves = async () => {
    while (Date.now() < end && server.ended === undefined) await leave(left++);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, leaves));
  assert.equal(server.ended, undefined, server.errors.slice(-4000));
  assert.ok(left > asks.length * 2, `each left twice: ${left} of ${asks.length}`);
  await sleep(500); // what is still worked on comes to nobody
  const check = await call(server, "GET", "/api/v1/ledger/check");
  assert.deepEqual([check.status, check.json.items], [200, []]);
  assert.equal((await operator.get("/me")).status, 200);
});
