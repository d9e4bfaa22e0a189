// SPDX-License-Identifier: Apache-2.0
// What an operator leans on: health, figures, limits against strangers, quiet logs, plain settings.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { statSync, writeFileSync } from "node:fs";
import net from "node:net";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { cli, command, http2sms, startNavette, startSim, tempDir, until, who } from "./navette.mjs";
import { change, finish, provision, send, state } from "./smsc.mjs";

const IDLE_MS = 30000; // API_IDLE_S
const PER_ADDRESS = 512; // API_CONNECTIONS_PER_IP_MAX
const BODY_MAX = 64 * 1024;

let server;
let sim;
let at; // host and port of HTTP
let silent; // a connection that says nothing, from the start

before(async () => {
  sim = await startSim({ args: ["--receipt-delay-ms", "50"] });
  server = await startNavette({ args: ["--log-level", "debug"] });
  const { hostname, port } = new URL(server.http);
  at = { host: hostname, port: Number(port) };
  silent = net.connect(at);
  silent.began = Date.now();
  silent.over = new Promise((r) => silent.on("close", () => r(Date.now() - silent.began)));
  silent.on("error", () => {});
  silent.write("GET /health HTTP/1.1\r\nHost: x\r\n");
  await provision(server, sim.smppPort);
});

after(async () => {
  await finish(server);
  await sim.stop();
});

const get = async (path, options) => {
  const answer = await fetch(server.http + path, options);
  return { status: answer.status, text: await answer.text() };
};

// What comes back for these bytes until the other side closes, or `enough`.
function raw(bytes, to = at, enough = () => false) {
  return new Promise((resolve) => {
    let answer = "";
    const socket = net.connect(to);
    const late = setTimeout(() => socket.destroy(), 5000);
    socket.on("data", (d) => {
      answer += d.toString("latin1");
      if (enough(answer)) socket.destroy();
    });
    socket.on("error", () => {});
    socket.on("close", () => {
      clearTimeout(late);
      resolve(answer);
    });
    socket.write(bytes);
  });
}
const statusOf = async (bytes, to) => {
  const answer = await raw(bytes, to, (text) => text.includes("\r\n\r\n"));
  return Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1]);
};
const isWell = async () => assert.equal((await get("/health")).status, 200);

// Prometheus' text format, read strictly: { 'name{labels}': value }.
async function metrics() {
  const { status, text } = await get("/metrics");
  assert.equal(status, 200);
  assert.ok(text.endsWith("\n"));
  const types = {};
  const values = {};
  for (const line of text.slice(0, -1).split("\n")) {
    const about = /^# (HELP|TYPE) ([a-z_]+) (.+)$/.exec(line);
    if (about?.[1] === "TYPE") {
      assert.match(about[3], /^(counter|gauge|histogram)$/);
      assert.ok(!(about[2] in types), `twice: ${line}`);
      types[about[2]] = about[3];
    }
    if (about) continue;
    const sample = /^([a-z_]+)((?:\{(?:[a-z_]+="[^"\\\n]*",?)+\})?) (-?[0-9.e+]+)$/.exec(line);
    assert.ok(sample, `no sample: ${line}`);
    const family = sample[1].replace(/_(bucket|sum|count)$/, "");
    const known = sample[1] in types || types[family] === "histogram";
    assert.ok(known, `no TYPE before: ${line}`);
    assert.ok(!(sample[1] + sample[2] in values), `twice: ${line}`);
    values[sample[1] + sample[2]] = Number(sample[3]);
  }
  return values;
}

// ---- health and figures ----

test("/health and /ready answer, and other pages are not there", async () => {
  assert.deepEqual(await get("/health"), { status: 200, text: "ok\n" });
  assert.deepEqual(await get("/ready"), { status: 200, text: "ready\n" });
  assert.equal((await get("/no-such-page")).status, 404);
  assert.equal((await get("/health", { method: "POST", body: "x" })).status, 404);
});

test("/metrics is well formed and counts what was done", async () => {
  const before = await metrics();
  const sent = [];
  for (const text of ["one", "two", "x".repeat(200)])
    sent.push(await send(server, "33612345678", text));
  sent.push(await send(server, "33612349914", "answer me", { from: "36111" }));
  for (const id of sent) await state(server, id, "delivered");
  await until("the answer", async () => (await cli(server, "incoming", "list")).items.length);
  const refused = await send(server, "33612349906", "no");
  await state(server, refused, "rejected");
  const now = await until("fresh counts", async () => {
    const values = await metrics();
    return values["navette_incoming_total"] > (before["navette_incoming_total"] ?? 0) && values;
  });
  const grown = (name) => now[name] - before[name];
  assert.equal(grown("navette_messages_accepted_total"), 5);
  assert.equal(grown("navette_parts_submitted_total"), 6);
  assert.equal(grown("navette_messages_sent_total"), 4);
  assert.equal(grown("navette_receipts_total"), 5);
  assert.equal(grown("navette_incoming_total"), 1);
  assert.ok(grown("navette_commits_total") > 0);
  assert.ok(grown("navette_commit_microseconds_total") > 0);
  assert.ok(grown("navette_http_requests_total") >= 5);
  assert.equal(now['navette_queue_messages{carrier="sim"}'], 0);
});

test("the queue of a carrier that is away shows", async () => {
  await change(server, "--enabled", "no");
  await change(server, "--port", "1", "--enabled", "yes");
  const ids = [await send(server, "33612340001", "a"), await send(server, "33612340001", "b")];
  await until("two in the queue", async () => {
    return (await metrics())['navette_queue_messages{carrier="sim"}'] === 2;
  });
  await change(server, "--port", String(sim.smppPort));
  for (const id of ids) await state(server, id, "delivered");
});

// ---- strangers ----

test("too large a body is 413, declared or not", async () => {
  const form = "a".repeat(BODY_MAX + 1);
  assert.equal((await http2sms(server, "", `message=${form}`)).status, 413);
  const head = "POST /cgi-bin/sms/http2sms.cgi HTTP/1.1\r\nHost: x\r\n";
  assert.equal(await statusOf(`${head}Content-Length: 20000000\r\n\r\n`), 413);
  const chunk = `4000\r\n${"a".repeat(0x4000)}\r\n`;
  const chunks = `${head}Transfer-Encoding: chunked\r\n\r\n${chunk.repeat(6)}0\r\n\r\n`;
  assert.equal(await statusOf(chunks), 413);
  await isWell();
});

test("a long target is 414, many parameters too, big headers are 431", async () => {
  assert.equal(await statusOf(`GET /?${"a".repeat(40000)} HTTP/1.1\r\nHost: x\r\n\r\n`), 414);
  assert.equal(await statusOf(`GET /?${"a=1&".repeat(65)} HTTP/1.1\r\nHost: x\r\n\r\n`), 414);
  const header = `X-Big: ${"b".repeat(18000)}\r\n`;
  assert.equal(await statusOf(`GET /health HTTP/1.1\r\nHost: x\r\n${header}\r\n`), 431);
  await isWell();
});

test("garbage on the HTTP port does no harm", async () => {
  const bind = Buffer.from("0000001f000000090000000000000001", "hex");
  for (const bytes of [
    randomBytes(5000),
    Buffer.alloc(40000),
    bind,
    "GET\r\n\r\n",
    "GET / HTTP/9.9\r\n\r\n",
    "POST /cgi-bin/sms/http2sms.cgi HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    "GET /%00%ff%zz?%=%&&&=&\0 HTTP/1.1\r\nHost: x\r\n\r\n",
  ]) {
    const to = net.connect(at);
    to.on("error", () => {});
    to.end(bytes);
    await new Promise((r) => to.on("close", r).resume());
  }
  await isWell();
});

test("the socket is its owner's and bears garbage; elsewhere one signs in", async () => {
  for (const path of ["/api/v1/accounts", "/api/v1/messages", "/api/v1/carriers/sim"])
    assert.equal((await get(path)).status, 401);
  const path = join(server.data, "navette.sock");
  assert.equal(statSync(path).mode & 0o777, 0o600);
  const post = (body) =>
    `POST /api/v1/accounts HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
  for (const body of ["", "{", "[]", "null", '{"name":7}', "\0\0", "[".repeat(5000)])
    assert.equal(await statusOf(post(body), { path }), 400, body.slice(0, 20));
  assert.equal(await statusOf(post("x".repeat(BODY_MAX + 1)), { path }), 413);
  await raw(randomBytes(5000), { path }, () => true);
  assert.equal((await cli(server, "account", "list")).items.length, 1);
});

test("one address has so many connections and no more; others are served", async () => {
  const open = [];
  let closed = 0;
  for (let i = 0; i < PER_ADDRESS + 20; i++) {
    const socket = net.connect(at);
    socket.on("error", () => {});
    socket.on("close", () => closed++);
    open.push(socket);
  }
  await until("the surplus is closed", () => closed >= 20);
  const request = "GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
  assert.equal(await statusOf(request, { ...at, localAddress: "127.0.0.2" }), 200);
  for (const socket of open) socket.destroy();
  await until("room again", async () => (await statusOf(request)) === 200);
});

// ---- settings ----

test("wrong usage ends with 2 and says where help is", async () => {
  for (const words of [
    ["serve", "--nonsense"],
    ["serve", "surplus"],
    ["serve", "--data"],
    ["serve", "--log-level", "loud"],
    ["serve", "--node", "32"],
    ["sim", "--nonsense"],
    ["nonsense"],
    ["account"],
    ["account", "add"],
    ["account", "add", "x", "--nonsense", "1"],
  ]) {
    const { code, stderr } = await command(...words);
    assert.equal(code, 2, words.join(" "));
    assert.match(stderr, /--help|usage:|must be/, words.join(" "));
  }
});

test("addresses that cannot be are refused by name", async () => {
  for (const address of ["nonsense", "127.0.0.1:99999", "127.0.0.1:", "127.0.0.1:http", "1:2:3"]) {
    const { code, stderr } = await command("serve", "--data", tempDir(), "--http", address);
    assert.ok(code === 1 || code === 2, address);
    assert.ok(stderr.includes(address), stderr);
  }
});

test("a port that is taken is an error that names it", async () => {
  const address = new URL(server.http).host;
  const { code, stderr } = await command("serve", "--data", tempDir(), "--http", address);
  assert.equal(code, 1);
  assert.match(stderr, new RegExp(`${address}.*in use`, "i"));
});

test("options, then the environment, then the file: the first that speaks wins", async () => {
  const [a, b, c] = [tempDir(), tempDir(), tempDir()];
  const file = join(a, "navette.conf");
  writeFileSync(file, `# a comment\n\n data = ${c} \nhttp=nonsense\nlog-level = error\n`);
  const args = ["--config", file];
  const quiet = await startNavette({ data: a, args, env: { NAVETTE_DATA: b } });
  assert.match(quiet.said, new RegExp(`socket ${a}/`));
  assert.equal(quiet.errors, ""); // the file has the level
  await quiet.stop();
  const talking = await startNavette({ data: a, args, env: { NAVETTE_LOG_LEVEL: "info" } });
  await talking.stop();
  assert.match(talking.errors, / info stopping /);
  writeFileSync(file, "data = x\nhtpp = 127.0.0.1:0\n");
  const { code, stderr } = await command("serve", ...args);
  assert.equal(code, 2);
  assert.match(stderr, /navette\.conf:2.*htpp/);
});

// ---- what must not be told, and who must not stay: last, they look back ----

test("the log has no password, no text, no whole number, no query", async () => {
  const query = { ...who, from: "Navette", to: "33698765432", message: "top-secret-text" };
  assert.match((await http2sms(server, { ...query, noStop: "1" })).text, /^OK/);
  await http2sms(server, { ...query, password: "wrong-password", tag: "a-tag-in-the-query" });
  await http2sms(server, { ...query, message: "bad-\u0001-text", from: "nobody" });
  await sim.write("33698765432", "36111", "answer-of-the-phone");
  await until("the answer", async () =>
    (await cli(server, "incoming", "list")).items.some((i) => i.text === "answer-of-the-phone"),
  );
  assert.ok(server.errors.includes("carrier_bound"));
  for (const secret of [
    ...[who.password, "wrong-password", "password=", "secret-text", "answer-of-the-phone"],
    ...["33698765432", "3361234", "a-tag-in", "http2sms.cgi?", "&message="],
  ])
    assert.ok(!server.errors.includes(secret), `the log has ${secret}`);
});

test("a client that falls silent is closed", async () => {
  const lived_ms = await silent.over;
  assert.ok(lived_ms < 2.5 * IDLE_MS && lived_ms > IDLE_MS / 2, `${lived_ms} ms`);
});
