// SPDX-License-Identifier: Apache-2.0
// The link to a carrier, against real sockets and an SMSC made of npm's smpp: hosts, IPv6, TLS,
// several binds, outbind, the daily unbind, peers that cut their PDUs, that refuse, that die.
// The same on any database.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { cli, command, freePort, sleep, smpp, startNavette, tempDir, until } from "./navette.mjs";
import { carrier, change, finish, kinds, OK, provision, send, Smsc, state } from "./smsc.mjs";

const ESME_RALYBND = 0x05;
const ESME_RINVPASWD = 0x0e;

const phone = (n) => `336123600${String(n).padStart(2, "0")}`;
const open = new Set();
let server;

before(async () => {
  server = await startNavette();
  await provision(server, await freePort(), "--enabled", "no");
});

after(async () => {
  await change(server, "--enabled", "no");
  for (const smsc of open) await smsc.stop();
  await finish(server);
});

async function listen(tls, host, port) {
  const smsc = await Smsc.start(tls, port, host);
  open.add(smsc);
  return smsc;
}

// What a case may have changed, as it was.
const usual = {
  ...{ bind: "trx", binds: 1, window: 10, password: "secret", "interface-version": "3.4" },
  ...{ "addr-ton": 0, "addr-npi": 0, "address-range": "", "receiver-host": "" },
  ...{ "outbind-listen": "", tls: "no", "tls-ca": "", "tls-cert": "", "tls-key": "" },
  ...{ "response-s": 60, "bind-s": 30, "enquire-s": 30, "inactivity-s": 0, "recycle-after": 0 },
  ...{ "reconnect-least-ms": 50, "reconnect-most-ms": 60000, "on-doubt": "resend" },
};

// The carrier as it is told here, and else as usual: it binds anew.
async function begin(settings) {
  const all = Object.entries({ ...usual, ...settings, enabled: "yes" });
  await change(server, ...all.map(([name, value]) => `--${name}=${value}`));
}

const at = (smsc, host = "127.0.0.1") => ({ host, port: smsc.port });
const status = async () => (await carrier(server)).status;
const seldom = { everyMs: 100 };
const reached = (word) => until(word, async () => (await status()).state === word, seldom);
const bound = () => reached("bound");

async function sendAll(messages) {
  const ids = [];
  for (const [i, text] of messages.entries()) ids.push(await send(server, phone(i), text));
  return ids;
}
const texts = (pdus) => pdus.map((pdu) => pdu.short_message.message);

async function failed(pattern) {
  const check = async () => pattern.test((await status()).error);
  await until(`an error like ${pattern}`, check, seldom).catch(async (e) => {
    throw new Error(`${e.message}: ${JSON.stringify(await status())}`);
  });
}

// ---- hosts ----

test("of two hosts the second serves while the first is dead", async () => {
  const smsc = await listen();
  const dead = await freePort();
  await begin({ host: `127.0.0.1:${dead},127.0.0.1:${smsc.port}` });
  await bound();
  await state(server, await send(server, phone(1), "over the second"), "sent");
  const first = await listen({}, "127.0.0.1", dead);
  smsc.cut();
  await first.bound(); // the first has the first say
});

test("IPv6, as an address and with its port in brackets", async () => {
  const smsc = await listen({}, "::1");
  await begin(at(smsc, "::1"));
  await bound();
  await begin({ host: `[::1]:${smsc.port}` });
  await bound();
  await state(server, await send(server, phone(1), "over IPv6"), "sent");
});

test("what the login says arrives as it was set", async () => {
  const smsc = await listen();
  await begin({ ...at(smsc), "interface-version": "5.0", "addr-ton": 1, "address-range": "^33" });
  await smsc.bound();
  assert.equal(smsc.binds[0].interface_version, 0x50);
  const refused = await command("--data", server.data, "carrier", "set", "sim", "--host", "a b");
  assert.notEqual(refused.code, 0);
  assert.match(refused.stderr, /host.*names? or an address/);
});

// ---- several sessions ----

test("parallel binds share the messages; a lost one takes only its own along", async () => {
  const smsc = await listen();
  smsc.onSubmit = () => undefined;
  await begin({ ...at(smsc), binds: 3, window: 1 });
  await smsc.bound(3);
  const ids = await sendAll(["a", "b", "c", "d"]);
  await smsc.submitted(3);
  await sleep(100);
  assert.equal(new Set(smsc.submits.map((pdu) => pdu.bind)).size, 3);
  assert.equal(smsc.submits.length, 3); // one each: the window is that of a session
  const lost = smsc.submits[1];
  lost.bind.session.destroy();
  await smsc.submitted(4); // its part again, over the others or its next session
  smsc.onSubmit = () => OK;
  for (const pdu of smsc.submits) if (pdu !== lost && !pdu.id) smsc.answer(pdu);
  for (const id of ids) await state(server, id, "sent");
  await smsc.bound(3);
  assert.deepEqual(
    texts(smsc.submits.filter((pdu) => pdu.id)).sort(),
    ["a", "b", "c", "d"], // no other was doubled
  );
  const shown = await status();
  assert.deepEqual([shown.binds, shown.binds_wanted, shown.window_size], [3, 3, 3]);
});

test("outbind: the carrier calls, shows its words, and gets a receiver", async () => {
  const smsc = await listen();
  const port = await freePort();
  await begin({
    ...at(smsc),
    ...{ bind: "tx+rx", "outbind-listen": `127.0.0.1:${port}` },
    ...{ "outbind-system-id": "smsc", "outbind-password": "0123456789abcdef" },
  });
  await smsc.bound();
  assert.deepEqual(smsc.binds.map((b) => b.mode), ["tx"]);
  const call = (password) => {
    const session = smpp.connect({ host: "127.0.0.1", port });
    session.on("error", () => {});
    session.on("connect", () => session.outbind({ system_id: "smsc", password }));
    return session;
  };
  const wrong = call("0123456789abcdeX");
  let told = false;
  wrong.on("bind_receiver", () => (told = true));
  await new Promise((r) => wrong.on("close", r));
  assert.equal(told, false); // no login for a stranger
  const right = call("0123456789abcdef");
  const login = await new Promise((r) => right.on("bind_receiver", r));
  assert.equal(login.system_id, "navette");
  right.send(login.response({ system_id: "judge" }));
  await until("two binds", async () => (await status()).binds === 2);
  const id = await send(server, phone(1), "with a receipt over outbind");
  await state(server, id, "sent");
  await smsc.receipt(smsc.submits[0], "DELIVRD", "000", { session: right, open: true });
  await state(server, id, "delivered");
  right.close();
});

// ---- sessions that end ----

test("the daily unbind loses, doubles and doubts nothing, and is over at once", async () => {
  const smsc = await listen();
  smsc.onSubmit = () => undefined;
  await begin({ ...at(smsc), window: 3, "on-doubt": "ask" });
  await smsc.bound();
  const messages = Array.from({ length: 7 }, (_, i) => `daily ${i}`);
  const ids = await sendAll(messages);
  await smsc.submitted(3);
  await sleep(100); // it held longer than the least pause
  const { session } = smsc.binds[0];
  let answered = 0;
  session.unbind(() => {
    answered = Date.now();
    session.close();
  });
  await sleep(200);
  assert.equal(smsc.submits.length, 3); // nothing more was submitted
  assert.equal(answered, 0); // the answers are waited for
  smsc.onSubmit = () => OK;
  for (const pdu of [...smsc.submits]) smsc.answer(pdu);
  await smsc.bound();
  await until("unbind_resp", () => answered);
  for (const id of ids) {
    const message = await state(server, id, "sent");
    assert.deepEqual(kinds(message).filter((kind) => /doubt|retry/.test(kind)), []);
  }
  assert.deepEqual(texts(smsc.submits), messages);
  assert.equal(smsc.binds.length, 2);
  assert.ok(smsc.binds[1].at - answered < 1000);
});

test("bound already: the carrier is given time", async () => {
  const smsc = await listen();
  smsc.bindStatus = () => (smsc.binds.length < 2 ? ESME_RALYBND : OK);
  await begin({ ...at(smsc), "reconnect-most-ms": 3000 });
  await smsc.bound();
  assert.equal(smsc.binds.length, 3);
  for (const [i, bind] of smsc.binds.slice(1).entries()) {
    const paused = bind.at - smsc.binds[i].at;
    assert.ok(paused >= 375 && paused < 2000, `${paused}`);
  }
});

test("without messages for long, and without answers, a session is made anew", async () => {
  const smsc = await listen();
  await begin({ ...at(smsc), "inactivity-s": 1 });
  await until("a second bind", () => smsc.binds.length >= 2);
  assert.ok(smsc.unbinds >= 1);
  await failed(/no message/);
  await begin({ ...at(smsc), "response-s": 1, "recycle-after": 2, "retry-s": 1 });
  await bound();
  const deaf = smsc.binds.length;
  smsc.onSubmit = () => (smsc.binds.length > deaf ? OK : undefined);
  const ids = await sendAll(["x", "y"]);
  await failed(/answers in a row/);
  for (const id of ids) await state(server, id, "sent");
});

// ---- the named cases ----

// All that the SMSC says leaves byte by byte, each in a segment of its own.
function crumble(session) {
  const { socket } = session;
  const whole = socket.write.bind(socket);
  socket.setNoDelay(true);
  let last = Promise.resolve();
  socket.write = (bytes) => {
    for (const byte of bytes)
      last = last.then(() => new Promise((r) => whole(Buffer.from([byte]), () => setImmediate(r))));
    return true;
  };
  return () => last;
}

const deliver = (n, text) =>
  new smpp.PDU("deliver_sm", {
    ...{ sequence_number: n, source_addr: phone(1), destination_addr: "36111" },
    short_message: text,
  }).toBuffer();

const incoming = async () => (await cli(server, "incoming", "list")).items.map((m) => m.text);

test("T11_pdus_cut_into_bytes_packed_together_and_never_finished", async () => {
  const smsc = await listen();
  await begin({ ...at(smsc), "response-s": 1 });
  await smsc.bound();
  const { session } = smsc.binds[0];
  const gone = crumble(session);
  const id = await send(server, phone(1), "in crumbs");
  await state(server, id, "sent");
  await smsc.receipt(smsc.submits[0]);
  await state(server, id, "delivered");
  await gone();
  delete session.socket.write;
  const many = Array.from({ length: 40 }, (_, i) => deliver(1000 + i, `packed ${i}`));
  const answers = new Set();
  session.on("deliver_sm_resp", (pdu) => answers.add(pdu.sequence_number));
  session.socket.write(Buffer.concat(many));
  await until("40 answers", () => answers.size === 40);
  const texts = await incoming();
  for (let i = 0; i < 40; i++) assert.ok(texts.includes(`packed ${i}`));
  session.socket.write(deliver(2000, "never finished").subarray(0, 30));
  await until("a second bind", () => smsc.binds.length === 2); // the read timer
  await failed(/unfinished PDU/);
  assert.ok(!(await incoming()).includes("never finished"));
  await state(server, await send(server, phone(1), "afterwards"), "sent");
});

test("T22_a_long_password_is_whole_and_a_wrong_one_knocks_slowly", async () => {
  const smsc = await listen();
  for (const password of ["0123456789abcdef", "123456789"]) {
    await begin({ ...at(smsc), password });
    await smsc.bound();
    assert.equal(smsc.binds.at(-1).password, password);
    assert.equal(smsc.binds.at(-1).system_type, "");
  }
  const longer = await command(
    ...["--data", server.data, "carrier", "set", "sim", "--password", "0123456789abcdefg"],
  );
  assert.notEqual(longer.code, 0); // never cut silently
  smsc.bindStatus = () => ESME_RINVPASWD;
  const before = smsc.binds.length;
  await begin({ ...at(smsc), password: "wrong", "reconnect-most-ms": 1000 });
  await reached("refused"); // the alarm
  await failed(/ESME_RINVPASWD/);
  await until("three attempts", () => smsc.binds.length >= before + 3);
  const times = smsc.binds.slice(before).map((bind) => bind.at);
  for (let i = 1; i < times.length; i++)
    assert.ok(times[i] - times[i - 1] >= 700, `${times}`); // the slowest pace, from the first
  const metrics = await (await fetch(`${server.http}/metrics`)).text();
  assert.match(metrics, /navette_carrier_state\{carrier="sim",state="refused"\} 1/);
  assert.equal(server.errors.match(/carrier_refused .*ESME_RINVPASWD/g).length, 1);
  smsc.bindStatus = () => OK;
  await begin({ ...at(smsc), password: "right" });
  await bound();
});

test("T23_a_peer_that_dies_silently_is_found_and_the_queue_goes_on", async () => {
  const first = await listen();
  const second = await listen();
  // No FIN, no answer: the process is there, and hangs.
  const die = (smsc) => {
    smsc.deaf = true;
    smsc.onSubmit = () => undefined;
    smsc.bindStatus = () => new Promise(() => {});
    for (const socket of smsc.sockets) socket.pause();
  };
  const two = `127.0.0.1:${first.port},127.0.0.1:${second.port}`;
  await begin({ host: two, window: 2, "enquire-s": 1, "response-s": 1, "bind-s": 1 });
  await first.bound();
  first.onSubmit = () => undefined;
  const ids = await sendAll(Array.from({ length: 6 }, (_, i) => `silent ${i}`));
  await first.submitted(2);
  die(first);
  first.server.removeAllListeners("session");
  for (const id of ids) await state(server, id, "sent"); // window slots are free again
  assert.deepEqual(new Set(texts(second.submits)).size, 6);
  await second.stop();
  open.delete(second);
  await failed(/./);
  const id = await send(server, phone(7), "for ever");
  await sleep(1500);
  await first.stop();
  open.delete(first);
  const again = await listen({}, "127.0.0.1", first.port);
  await again.bound();
  await state(server, id, "sent");
});

// ---- TLS ----

const dir = tempDir();
const path = (name) => join(dir, name);
const openssl = (...args) => execFileSync("openssl", args, { cwd: dir, stdio: "pipe" });
const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];

function authority(name) {
  const names = ["-subj", `/CN=${name}`, "-keyout", `${name}.key`, "-out", `${name}.pem`];
  openssl("req", "-x509", ...key, "-days", "2", ...names);
}

function certificate(name, ca, alternatives) {
  openssl(
    ...["req", ...key, "-subj", `/CN=${name}`, "-keyout", `${name}.key`, "-out", `${name}.csr`],
    ...["-addext", `subjectAltName=${alternatives}`],
  );
  openssl(
    ...["x509", "-req", "-in", `${name}.csr`, "-CA", `${ca}.pem`, "-CAkey", `${ca}.key`],
    ...["-CAcreateserial", "-copy_extensions", "copy", "-days", "2", "-out", `${name}.pem`],
  );
  return { key: readFileSync(path(`${name}.key`)), cert: readFileSync(path(`${name}.pem`)) };
}

test("T26_tls_with_sni_and_ipv6", async () => {
  authority("ca");
  const good = certificate("good", "ca", "IP:127.0.0.1,IP:::1,DNS:localhost");
  const other = certificate("other", "ca", "DNS:smsc.example.net");
  const tls = { tls: "yes", "tls-ca": path("ca.pem") };
  const names = [];
  const note = (smsc) => {
    smsc.server.on("secureConnection", (socket) => names.push(socket.servername || null));
    return smsc;
  };
  const six = note(await listen(good, "::1"));
  await begin({ ...at(six, "::1"), ...tls });
  await bound();
  await state(server, await send(server, phone(1), "TLS over IPv6"), "sent");
  const four = note(await listen(good));
  await begin({ ...at(four, "localhost"), ...tls });
  await bound();
  assert.deepEqual(names, [null, "localhost"]); // a name is shown, an address is none
  await begin({ ...at(await listen(other)), ...tls });
  await failed(/certificate is for another name/);
  const versions = { minVersion: "TLSv1", maxVersion: "TLSv1.1", ciphers: "DEFAULT:@SECLEVEL=0" };
  const old = await listen({ ...good, ...versions });
  await begin({ ...at(old), ...tls });
  await failed(/^tls: /);
  assert.equal(old.binds.length, 0);
});

test("a client certificate is shown to a carrier that wants one", async () => {
  authority("clients");
  authority("nobody");
  const good = certificate("smsc", "ca", "IP:127.0.0.1");
  certificate("ours", "clients", "DNS:navette.example");
  certificate("strange", "nobody", "DNS:navette.example");
  const ca = readFileSync(path("clients.pem"));
  const wants = { requestCert: true, rejectUnauthorized: true, ca };
  const smsc = await listen({ ...good, ...wants });
  const settings = (name) => ({
    ...{ ...at(smsc), tls: "yes", "tls-ca": path("ca.pem") },
    ...(name && { "tls-cert": path(`${name}.pem`), "tls-key": path(`${name}.key`) }),
  });
  await begin(settings());
  await failed(/wants a certificate of ours/);
  await begin(settings("strange"));
  await failed(/closed by the peer.*bind was not answered/);
  assert.equal(smsc.binds.length, 0);
  await begin(settings("ours"));
  await smsc.bound();
  const half = ["carrier", "set", "sim", "--tls-key", ""];
  assert.match((await command("--data", server.data, ...half)).stderr, /tls_key/);
});
