// SPDX-License-Identifier: Apache-2.0
// What tests from outside share: servers and simulators on free ports, the command line, waiting.
//
//     const sim = await startSim();
//     const server = await startNavette();
//     await cli(server, "account", "add", "sms-a", "--credits", "100");   // parsed --json
//     await server.stop();                                                 // or kill9()
//
// What a test did not stop itself is killed when its process ends.
import { execFile, spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { request } from "node:http";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { serveArgs, urlOf } from "./database.mjs";

export const root = new URL("../..", import.meta.url).pathname;
export const navette = process.env.NAVETTE ?? join(root, "build/asan/navette");

const WAIT_MS = 90000; // two slow cores with other work, too
const STOP_MS = 30000;
const SAID_MAX = 1 << 20;

export const sleep = (ms) => new Promise((r) => setTimeout(r, ms));

// Asks until `check` gives something true, and gives it back.
export async function until(what, check, { waitMs = WAIT_MS, everyMs = 20 } = {}) {
  const end = Date.now() + waitMs;
  for (;;) {
    const began = Date.now();
    const found = await check();
    if (found) return found;
    if (Date.now() > end) throw new Error(`never came: ${what}`);
    // Who asks must not take the machine from who is to answer.
    await sleep(Math.max(everyMs, Date.now() - began));
  }
}

// A port that nobody listens on, for who must come back to the same one.
export async function freePort() {
  const server = createServer();
  await new Promise((r) => server.listen(0, "127.0.0.1", r));
  const { port } = server.address();
  await new Promise((r) => server.close(r));
  return port;
}

// ---- programs ----

const running = new Set();
process.on("exit", () => {
  for (const program of running) program.child.kill("SIGKILL");
});

// A program of ours that runs until it is stopped. `said` and `errors` are its outputs.
class Program {
  constructor(args, env = {}) {
    this.said = "";
    this.errors = "";
    this.child = spawn(navette, args, {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, ...env },
    });
    this.pid = this.child.pid;
    running.add(this);
    this.child.stdout.on("data", (d) => (this.said = (this.said + d).slice(-SAID_MAX)));
    this.child.stderr.on("data", (d) => (this.errors = (this.errors + d).slice(-SAID_MAX)));
    this.over = new Promise((r) =>
      this.child.on("close", (code, signal) => {
        running.delete(this);
        this.ended = code ?? signal;
        r(this.ended);
      }),
    );
    this.child.on("error", (e) => (this.errors += e.message));
    this.hold(false);
  }

  // A test that failed half way must not wait for what it left behind.
  hold(held) {
    for (const one of [this.child, this.child.stdout, this.child.stderr])
      held ? one.ref() : one.unref();
  }

  async ready() {
    const name = this.child.spawnargs.slice(1, 2).join(" ");
    await until(`navette ${name} is ready: ${this.errors}`, () => {
      if (this.ended !== undefined)
        throw new Error(`navette ${name} ended with ${this.ended}: ${this.errors}`);
      return /^ready$/m.test(this.said);
    });
    return this;
  }

  // SIGTERM, and the exit code: anything but 0 is an error (sanitizers included).
  async stop() {
    this.hold(true);
    this.child.kill("SIGTERM");
    const late = setTimeout(() => this.child.kill("SIGKILL"), STOP_MS);
    const code = await this.over;
    clearTimeout(late);
    if (code !== 0) throw new Error(`stopped with ${code}: ${this.errors.slice(-4000)}`);
  }

  async kill9() {
    this.hold(true);
    this.child.kill("SIGKILL");
    await this.over;
  }
}

// ---- the server ----

const dirs = [];
process.on("exit", () => dirs.forEach((dir) => rmSync(dir, { recursive: true, force: true })));

// A directory that is gone when the tests end.
export function tempDir() {
  dirs.push(mkdtempSync(join(tmpdir(), "navette-e2e-")));
  return dirs.at(-1);
}

// {data, database, http, socket} besides what a Program has. `data` of a server that was stopped or
// killed starts the next one on the same rows.
export async function startNavette(options = {}) {
  const { args = [], env = {}, data = tempDir(), database = urlOf(data), http } = options;
  const server = await new Program([...serveArgs(data, database, http), ...args], env).ready();
  server.data = data;
  server.database = database;
  server.http = /^http (http:\/\/\S+)$/m.exec(server.said)[1];
  server.socket = join(data, "navette.sock");
  return server;
}

// A command of the command line: {code, stdout, stderr}.
export function command(...args) {
  return new Promise((resolve) =>
    execFile(navette, args, { maxBuffer: 1 << 26 }, (error, stdout, stderr) =>
      resolve({ code: error ? (error.code ?? error.signal) : 0, stdout, stderr }),
    ),
  );
}

// Asks a server by the command line; what --json printed, parsed. A failure throws.
export async function cli(server, ...args) {
  const { code, stdout, stderr } = await command("--data", server.data, "--json", ...args);
  if (code !== 0) throw new Error(`navette ${args.join(" ")}: ${code}: ${stderr}${stdout}`);
  return stdout.trim() === "" ? null : JSON.parse(stdout);
}

// Asks the REST API by the administration socket: {status, headers, json}; json null for no JSON.
export function call(server, method, path, body, headers = {}) {
  const text = body === undefined || Buffer.isBuffer(body) ? body : JSON.stringify(body);
  const size = text && Buffer.byteLength(text); // Node tells none by itself of a DELETE's body
  const sent = size ? { "content-type": "application/json", "content-length": size } : {};
  return new Promise((resolve, reject) => {
    const question = request(
      { socketPath: server.socket, method, path, headers: { ...sent, ...headers } },
      (answer) => {
        const pieces = [];
        answer.on("data", (d) => pieces.push(d));
        answer.on("end", () => {
          const bytes = Buffer.concat(pieces);
          const isJson = /json/.test(answer.headers["content-type"] ?? "");
          resolve({
            status: answer.statusCode,
            headers: answer.headers,
            bytes,
            json: isJson ? JSON.parse(bytes) : null,
          });
        });
        answer.on("error", reject);
      },
    );
    question.on("error", reject);
    question.end(text);
  });
}

// What the command line asks, without a process for each question: the answer's JSON. For what is
// asked again and again; that the command line prints the same is a test of its own.
export async function ask(server, path, { method = "GET", body } = {}) {
  const { status, json, bytes } = await call(server, method, `/api/v1/${path}`, body);
  if (status >= 300) throw new Error(`${method} ${path}: ${status}: ${bytes}`);
  return json;
}

// `carrier trace NAME …`, begun when this resolves: {said, errors, over, stop()}. Its first line of
// --json is about the trace itself.
export async function startTrace(server, name, ...args) {
  const child = spawn(navette, ["--data", server.data, "carrier", "trace", name, ...args]);
  const trace = { said: "", errors: "" };
  child.stdout.on("data", (d) => (trace.said += d));
  child.stderr.on("data", (d) => (trace.errors += d));
  trace.over = new Promise((r) => child.on("close", (code, signal) => r(code ?? signal)));
  trace.over.then((end) => (trace.ended = end));
  trace.stop = () => child.kill("SIGINT");
  await until(
    "the trace begins",
    () => /looking on at|"tracing"/.test(trace.errors + trace.said) || trace.ended !== undefined,
  );
  return trace;
}

// http2sms: {status, headers, text}. With `form` it is a POST.
export async function http2sms(server, query, form) {
  const encode = (o) => (typeof o === "string" ? o : new URLSearchParams(o).toString());
  const url = `${server.http}/cgi-bin/sms/http2sms.cgi?${encode(query ?? "")}`;
  const response = await fetch(
    url,
    form === undefined
      ? {}
      : {
          method: "POST",
          body: encode(form),
          headers: { "content-type": "application/x-www-form-urlencoded" },
        },
  );
  return { status: response.status, headers: response.headers, text: await response.text() };
}

// ---- the carrier's side ----

// navette sim: {smppPort, http} besides what a Program has.
export async function startSim({ args = [], smppPort = 0 } = {}) {
  const all = ["sim", "--smpp", `127.0.0.1:${smppPort}`, "--http", "127.0.0.1:0", ...args];
  const sim = await new Program(all).ready();
  sim.smppPort = Number(/SMPP: \S+:(\d+)/.exec(sim.said)[1]);
  sim.http = /Phones: (http:\/\/\S+)\//.exec(sim.said)[1];
  // What the phone of this number has on its screen.
  sim.messages = async (number) => {
    const response = await fetch(`${sim.http}/api/phones/${number}/messages`);
    return response.status === 404 ? [] : (await response.json()).items;
  };
  sim.write = async (number, to, text) => {
    const response = await fetch(`${sim.http}/api/phones/${number}/messages`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ to, text }),
    });
    if (!response.ok) throw new Error(await response.text());
    return response.json();
  };
  return sim;
}

// npm's smpp: a client and a server that we did not write. Undefined where it is not installed.
export const smpp = existsSync(join(root, "tests/e2e/node_modules/smpp"))
  ? createRequire(import.meta.url)("smpp")
  : undefined;

// An SMSC made of npm's smpp. `onSubmit(pdu, session)` gives the fields of the answer, or a promise
// of them; undefined means none. {port, submits, sessions, close(), deliver(fields)}
export async function startSmsc({ onSubmit, port = 0 } = {}) {
  const smsc = { submits: [], sessions: new Set() };
  let next = 0;
  const answer = onSubmit ?? (() => ({ message_id: String(++next) }));
  const server = smpp.createServer((session) => {
    smsc.sessions.add(session);
    session.socket.unref();
    session.on("error", () => {});
    session.on("close", () => smsc.sessions.delete(session));
    for (const bind of ["bind_transceiver", "bind_transmitter", "bind_receiver"])
      session.on(bind, (pdu) => {
        session.mode = bind;
        session.send(pdu.response({ system_id: "smsc" }));
      });
    session.on("enquire_link", (pdu) => session.send(pdu.response()));
    session.on("unbind", (pdu) => session.send(pdu.response()));
    session.on("submit_sm", async (pdu) => {
      smsc.submits.push(pdu);
      const fields = await answer(pdu, session);
      if (fields) session.send(pdu.response(fields));
    });
  });
  await new Promise((r) => server.listen(port, "127.0.0.1", r));
  server.unref();
  smsc.port = server.address().port;
  // To a session that receives; the answer's PDU.
  smsc.deliver = (fields) => {
    const session = [...smsc.sessions].find((s) => s.mode !== "bind_transmitter");
    session.socket.ref(); // an answer is worth waiting for
    return new Promise((r) => session.deliver_sm(fields, r)).finally(() => session.socket.unref());
  };
  smsc.close = () => {
    for (const session of smsc.sessions) session.destroy();
    return new Promise((r) => server.close(r));
  };
  return smsc;
}

// ---- a world to send in ----

export const who = { account: "sms-test-1", login: "demo", password: "secret12" };

// An account with credits, a user, a sender, and a carrier at this port with a route and a price.
export async function furnish(server, smppPort, { credits = 1000, carrier = [] } = {}) {
  const post = (path, body) => ask(server, path, { method: "POST", body });
  const { account, login, password } = who;
  await post("accounts", { name: account, credits: String(credits) });
  await post(`accounts/${account}/users`, { login, password });
  await post(`accounts/${account}/senders`, { name: "Navette" });
  await cli(
    server,
    ...["carrier", "add", "sim", "--host", "127.0.0.1", "--port", String(smppPort)],
    ...["--system-id", "navette", "--password", "secret", ...carrier],
  );
  await ask(server, "rates/default", { method: "PUT", body: { credits: "1" } });
}
