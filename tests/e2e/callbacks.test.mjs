// SPDX-License-Identifier: Apache-2.0
// Callbacks over real sockets: a customer's program that answers well, slowly, badly or not at all,
// and a judge of signatures that we did not write.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { Webhook } from "standardwebhooks";
import { cli, command, furnish, http2sms, startNavette } from "./navette.mjs";
import { startSim, tempDir, until, who } from "./navette.mjs";

// A certificate of its own for "localhost".
function certificate() {
  const dir = tempDir();
  const [key, cert] = ["key.pem", "cert.pem"].map((name) => join(dir, name));
  execFileSync(
    "openssl",
    [
      ...["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"],
      ...["-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", cert],
    ],
    { stdio: "ignore" },
  );
  return { file: cert, key: readFileSync(key), cert: readFileSync(cert) };
}

const trusted = certificate();
const ALLOW = ["--callback-allow", "127.0.0.0/8, ::1", "--callback-ca", trusted.file];

let sim;
let server;
let shop; // the customer's program
let phone = 33612340000;
const newPhone = () => `+${++phone}`;

// Keeps what it was asked; `answer(request, response, body)` is what the test wants of it.
async function startShop(tls) {
  const sockets = new Set();
  const it = { heard: [], answer: (_, response) => response.end() };
  const listen = (handler) => (tls ? createTlsServer(tls, handler) : createServer(handler));
  it.server = listen((request, response) => {
    let body = "";
    request.on("data", (d) => (body += d));
    request.on("end", () => {
      const url = new URL(request.url, "http://shop");
      it.heard.push({ method: request.method, url, headers: request.headers, body });
      it.answer(request, response, body);
    });
  });
  it.server.on("connection", (s) => {
    sockets.add(s);
    s.on("close", () => sockets.delete(s));
  });
  await new Promise((r) => it.server.listen(0, "127.0.0.1", r));
  const origin = tls ? "https://localhost" : "http://127.0.0.1";
  it.at = (path) => `${origin}:${it.server.address().port}${path}`;
  it.to = (path) => it.heard.filter((h) => h.url.pathname === path);
  it.close = () => {
    for (const s of sockets) s.destroy();
    return new Promise((r) => it.server.close(r));
  };
  return it;
}

const callback = (...args) => cli(server, "callback", ...args);
const set = (...args) => callback("set", who.account, ...args);
const attempts = async (...args) => (await callback("attempts", who.account, ...args)).items;

async function send(to = newPhone(), extra = {}) {
  const { text } = await http2sms(server, {
    ...{ account: who.account, login: who.login, password: who.password, from: "Navette" },
    ...{ to, message: "Bonjour", noStop: 1, contentType: "application/json", ...extra },
  });
  const { SmsIds: ids } = JSON.parse(text);
  assert.equal(ids?.length, 1, text);
  return { id: ids[0], to };
}

before(async () => {
  sim = await startSim();
  shop = await startShop();
  server = await startNavette({ args: ALLOW });
  await furnish(server, sim.smppPort);
});

after(async () => {
  await server.stop();
  await sim.stop();
  await shop.close();
});

const told = (path, n = 1) =>
  until(`${n} at ${path}`, () => shop.to(path).length >= n && shop.to(path));

test("P5_6 a receipt goes out as OVH's GET", async () => {
  await set("--profile", "ovh", "--receipts", shop.at("/dlr?key=1"));
  const { id } = await send();
  const [heard] = await told("/dlr");
  const q = heard.url.searchParams;
  assert.equal(heard.method, "GET");
  assert.equal(q.get("key"), "1");
  assert.equal(q.get("id"), String(id));
  assert.equal(q.get("ptt"), "4");
  assert.equal(q.get("description"), "1");
  assert.equal(q.get("descriptionDlr"), "success");
  assert.match(q.get("date"), /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);
});

test("P10_1 a user's own URL wins for its messages", async () => {
  await cli(server, "user", "set", who.account, who.login, "--receipts", shop.at("/mine"));
  const { id } = await send();
  const [heard] = await told("/mine");
  assert.equal(heard.url.searchParams.get("id"), String(id));
  await cli(server, "user", "set", who.account, who.login, "--receipts", "none");
});

test("P5_4 our own profile is verified by standardwebhooks, many events in one POST", async () => {
  const { secret } = await set("--profile", "navette", "--receipts", shop.at("/hook"));
  assert.match(secret, /^whsec_/);
  assert.equal((await callback("show", who.account)).secret, undefined);
  const sent = await Promise.all(Array.from({ length: 20 }, () => send()));
  const ids = sent.map((m) => String(m.id));
  const events = await until("all receipts", () => {
    const all = shop.to("/hook").flatMap((h) => {
      const { events } = new Webhook(secret).verify(h.body, h.headers);
      return events;
    });
    return all.length >= ids.length && all;
  });
  assert.deepEqual(events.map((e) => e.data.message_id).sort(), ids.sort());
  for (const e of events) {
    assert.equal(e.type, "receipt");
    assert.equal(e.id, `receipt_${e.data.message_id}`);
    assert.equal(e.data.state, "delivered");
  }
  const [first] = shop.to("/hook");
  assert.throws(() => new Webhook(secret).verify(`${first.body} `, first.headers));
});

test("P5_4 a reply goes out in the profile octopush", async () => {
  await set("--profile", "octopush", "--replies", shop.at("/reply"), "--receipts", "none");
  const { id, to } = await send();
  await until("the phone has it", async () => (await sim.messages(to.slice(1))).length > 0);
  await sim.write(to.slice(1), "Navette", "oui & merci");
  const [heard] = await told("/reply");
  const body = JSON.parse(heard.body);
  assert.equal(heard.method, "POST");
  assert.equal(body.message_id, String(id));
  assert.equal(body.number, to);
  assert.equal(body.text, "oui & merci");
  assert.match(body.reception_date, /^\d{4}-/);
});

test("a test shows what came back", async () => {
  await set("--profile", "navette", "--replies", shop.at("/test"), "--receipts", "none");
  shop.answer = (_, response) => response.writeHead(202).end();
  const good = await callback("test", who.account);
  assert.equal(good.state, "done");
  assert.equal(good.status, 202);
  shop.answer = (_, response) => response.writeHead(302, { location: shop.at("/else") }).end();
  const moved = await callback("test", who.account);
  assert.equal(moved.status, 302);
  assert.equal(moved.state, "waiting");
  assert.equal(shop.to("/else").length, 0); // redirects are not followed
  const { code, stderr } = await command(
    ...["--data", server.data, "callback", "test", who.account, "--to", "stops"],
  );
  assert.equal(code, 1);
  assert.match(stderr, /no such URL/);
});

test("P5_2 answers that are huge, broken, slow or missing harm nobody", async () => {
  const bad = {
    "/huge": (response) => response.end("x".repeat(8 << 20)),
    "/broken": (response) => response.socket.destroy(),
    "/500": (response) => response.writeHead(500).end(),
    "/slow": (response) => setTimeout(() => response.end(), 1500),
  };
  shop.answer = (request, response) =>
    (bad[new URL(request.url, "http://x").pathname] ?? ((r) => r.end()))(response);
  const states = {};
  for (const path of Object.keys(bad)) {
    await set("--replies", shop.at(path));
    states[path] = await callback("test", who.account);
  }
  assert.equal(states["/huge"].state, "done"); // it was told; what it says beyond is not read
  assert.equal(states["/slow"].state, "done");
  assert.equal(states["/broken"].error, "the connection broke");
  assert.equal(states["/500"].status, 500);
  shop.answer = (_, response) => response.end();
});

test("a kept connection that is closed under a request is made anew", async () => {
  await set("--replies", shop.at("/kept"));
  const used = new Set();
  shop.answer = (request, response) => {
    if (used.has(request.socket)) return request.socket.destroy();
    used.add(request.socket);
    response.write("in "); // chunked
    response.end("pieces");
  };
  for (let i = 0; i < 3; i++) {
    const { state, failures } = await callback("test", who.account);
    assert.deepEqual({ state, failures }, { state: "done", failures: 0 });
  }
  assert.ok(used.size >= 3); // what failed before may come again in between
  shop.answer = (_, response) => response.end();
});

test("P5_4 over https the certificate must be good", async () => {
  const good = await startShop(trusted);
  const other = await startShop(certificate());
  try {
    const { secret } = await set("--replies", good.at("/tls"), "--secret", "new");
    assert.equal((await callback("test", who.account)).status, 200);
    const [heard] = good.heard;
    new Webhook(secret).verify(heard.body, heard.headers);
    await set("--replies", other.at("/tls"));
    const { state, error } = await callback("test", who.account);
    assert.equal(state, "waiting");
    assert.equal(error, "the certificate is not to be trusted");
    assert.equal(other.heard.length, 0);
  } finally {
    await good.close();
    await other.close();
  }
});

test("P5_4 what failed is listed, and replayed under the same id", async () => {
  await set("--profile", "navette", "--receipts", shop.at("/later"), "--replies", "none");
  shop.answer = (_, response) => response.writeHead(500).end();
  await send();
  await told("/later");
  const [failed] = await until("a failure", async () => {
    const items = await attempts("--failed");
    return items.some((i) => i.target.endsWith("/later")) && items;
  });
  assert.equal(failed.kind, "receipt");
  assert.equal(failed.state, "waiting");
  assert.equal(failed.status, 500);
  assert.equal(failed.attempts[0].failed, 1);
  shop.answer = (_, response) => response.end();
  await set("--receipts", shop.at("/again"));
  await send();
  const [first] = await told("/again");
  const done = await until("done", async () =>
    (await attempts()).find((i) => i.target.endsWith("/again") && i.state === "done"),
  );
  assert.equal((await callback("replay", who.account, "--id", done.id)).replayed, 1);
  const [, second] = await told("/again", 2);
  assert.equal(second.headers["webhook-id"], first.headers["webhook-id"]);
  assert.deepEqual(JSON.parse(second.body).events, JSON.parse(first.body).events);
});

test("figures tell what waits and what arrived, and no secret shows anywhere", async () => {
  const metrics = await (await fetch(`${server.http}/metrics`)).text();
  const figure = (name) => Number(new RegExp(`^${name} (\\d+)$`, "m").exec(metrics)[1]);
  assert.ok(figure("navette_callback_events_told_total") > 20);
  assert.ok(figure("navette_callback_events_failed_total") >= 3);
  assert.doesNotMatch(server.errors, /whsec_|key=1/);
  assert.ok((await attempts()).every((i) => !i.target.includes("?")));
});

test("P5_4 errands in hand when the process is killed are told after all", async () => {
  await set("--profile", "ovh", "--receipts", shop.at("/killed"), "--replies", "none");
  const open = [];
  shop.answer = (_, response) => open.push(response); // hangs
  const sent = await Promise.all(Array.from({ length: 10 }, () => send()));
  await told("/killed");
  await until("all delivered", async () => {
    const { items } = await cli(server, "message", "list", "--state", "delivered");
    return sent.every((m) => items.some((i) => i.id === String(m.id)));
  });
  await server.kill9();
  for (const response of open) response.destroy();
  shop.answer = (_, response) => response.end();
  const before = shop.heard.length;
  server = await startNavette({ args: ALLOW, data: server.data, database: server.database });
  const ids = sent.map((m) => String(m.id)).sort();
  await until("all told", () => {
    const again = shop.heard.slice(before).filter((h) => h.url.pathname === "/killed");
    return ids.every((id) => again.some((h) => h.url.searchParams.get("id") === id));
  });
});

test("P5_2 P5_5 a program answers a reply, is told of it, and of the STOP", async () => {
  const n = (...words) => cli(server, ...words);
  await n("number", "add", "38400", "--carrier", "sim");
  await n("twoway", "enable", who.account);
  await n("reply", "set", who.account, "--action", "cgi", "--url", shop.at("/ask?key=2"));
  await set("--profile", "navette");
  await set("--replies", shop.at("/replied"), "--stops", shop.at("/stopped"));
  const says = ["See https://shop.example", "See you then."]; // a short number sends no address
  shop.answer = (request, response) => {
    const asked = request.url.startsWith("/ask");
    response.setHeader("content-type", "text/plain; charset=utf-8");
    response.end(asked ? says.shift() : "");
  };
  const { id, to } = await send(newPhone(), { senderForResponse: 1, from: "", tag: "visit" });
  await until("it is there", async () => (await n("message", "show", id)).state === "delivered");
  const from = to.slice(1);
  await sim.write(from, "38400", "Yes, at ten");
  const form = new URLSearchParams((await told("/ask"))[0].body);
  const [heard] = (await n("incoming", "list")).items;
  assert.deepEqual(Object.fromEntries(form), {
    ...{ id: heard.id, senderid: to, message: "Yes, at ten", keyword: "Yes" },
    ...{ shortcode: "38400", tag: "visit" },
  });
  const started = async () => (await n("incoming", "list")).items[0].started;
  await until("the first cannot be sent", async () => (await started()) === "cannot be sent");
  await sim.write(from, "38400", "And then?");
  await until("the second is", async () =>
    (await sim.messages(from)).some((m) => m.text === "See you then." && m.from === "38400"),
  );
  const replied = () => shop.to("/replied").flatMap((h) => JSON.parse(h.body).events);
  await until("both replies are told", () => replied().length >= 2);
  await sim.write(from, "38400", "STOP");
  const { events } = JSON.parse((await told("/stopped"))[0].body);
  assert.deepEqual([events[0].type, events[0].data.phone], ["stop", to]);
  assert.equal(shop.to("/ask").length, 2);
  shop.answer = (_, response) => response.end();
});

test("P5_4 without leave no address that is not public is called", async () => {
  await server.stop();
  server = await startNavette({ data: server.data, database: server.database });
  const { port } = new URL(shop.at("/"));
  for (const host of ["127.0.0.1", "localhost", "[::1]", "0.0.0.0", "[::ffff:127.0.0.1]"]) {
    await set("--replies", `http://${host}:${port}/inside`);
    const { error, status } = await callback("test", who.account, "--to", "replies");
    assert.match(error, /not a public one|no connection/, host);
    assert.equal(status, null);
  }
  assert.equal(shop.to("/inside").length, 0);
  const wrong = ["ftp://example.org/", "http://", "http://a b/", "http://u:p@example.org/", "x"];
  for (const url of wrong) {
    const { code } = await command(
      ...["--data", server.data, "callback", "set", who.account, "--replies", url],
    );
    assert.equal(code, 1, url);
  }
});
