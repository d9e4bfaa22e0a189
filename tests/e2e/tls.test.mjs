// SPDX-License-Identifier: Apache-2.0
// The same on any database.
// SMPP over TLS, with certificates made by the openssl command and an SMSC made of npm's smpp.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { cli, startNavette, tempDir, until } from "./navette.mjs";
import { carrier, change, finish, provision, send, Smsc, state } from "./smsc.mjs";

const dir = tempDir();
const path = (name) => join(dir, name);
const openssl = (...args) => execFileSync("openssl", args, { cwd: dir, stdio: "pipe" });
const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];

function authority(name) {
  const names = ["-subj", `/CN=${name}`, "-keyout", `${name}.key`, "-out", `${name}.pem`];
  openssl("req", "-x509", ...key, "-days", "2", ...names);
}

// A certificate for these names, signed by an authority.
function certificate(name, ca, alternatives, days = 2) {
  openssl(
    ...["req", ...key, "-subj", `/CN=${name}`, "-keyout", `${name}.key`, "-out", `${name}.csr`],
    ...["-addext", `subjectAltName=${alternatives}`],
  );
  openssl(
    ...["x509", "-req", "-in", `${name}.csr`, "-CA", `${ca}.pem`, "-CAkey", `${ca}.key`],
    ...["-CAcreateserial", "-copy_extensions", "copy", "-days", String(days)],
    ...["-out", `${name}.pem`],
  );
  return { key: readFileSync(path(`${name}.key`)), cert: readFileSync(path(`${name}.pem`)) };
}

let server;
let certificates;
const open = new Set();

before(async () => {
  authority("ca");
  authority("stranger");
  certificates = {
    good: certificate("good", "ca", "IP:127.0.0.1,DNS:localhost"),
    elsewhere: certificate("elsewhere", "ca", "DNS:smsc.example.net"),
    expired: certificate("expired", "ca", "IP:127.0.0.1", -1),
    stranger: certificate("unknown", "stranger", "IP:127.0.0.1"),
  };
  server = await startNavette();
  const nowhere = await listen({});
  await provision(server, nowhere.port, "--enabled", "no", "--bind-s", "2");
});

after(async () => {
  for (const smsc of open) await smsc.stop();
  await finish(server);
});

async function listen(tls) {
  const smsc = await Smsc.start(tls);
  open.add(smsc);
  return smsc;
}

// An SMSC with this certificate, to which the carrier is pointed with these settings.
async function meet(name, more = {}) {
  const smsc = await listen(name ? certificates[name] : {});
  const usual = { host: "127.0.0.1", port: smsc.port, tls: "yes", "tls-any-name": "no" };
  const settings = { ...usual, "tls-ca": path("ca.pem"), enabled: "yes", ...more };
  await change(server, "--enabled", "no");
  const words = Object.entries(settings).map(([option, value]) => `--${option}=${value}`);
  await change(server, ...words);
  return smsc;
}

async function refused(smsc, pattern) {
  const { status } = await until("an error", async () => {
    const shown = await carrier(server);
    return shown.status.error?.match(pattern) && shown;
  }).catch(async (e) => {
    throw new Error(`${e.message}: ${JSON.stringify((await carrier(server)).status)}`);
  });
  assert.notEqual(status.state, "bound");
  assert.equal(smsc.binds.length, 0); // no password before the certificate is trusted
}

test("a certificate of the carrier's authority is trusted, messages pass", async () => {
  const smsc = await meet("good");
  await smsc.bound();
  const id = await send(server, "33612345678", "x".repeat(400));
  await state(server, id, "sent");
  assert.ok(smsc.submits.every((pdu) => pdu.bind.session.socket.encrypted));
  for (const pdu of smsc.submits) await smsc.receipt(pdu);
  await state(server, id, "delivered");
});

test("the name of a host is looked for in the certificate", async () => {
  const smsc = await meet("good", { host: "localhost" });
  await smsc.bound();
});

test("both binds of a pair speak TLS", async () => {
  const smsc = await meet("good", { bind: "tx+rx" });
  await smsc.bound(2);
  await change(server, "--bind", "trx");
});

test("a certificate of an unknown authority is refused", async () => {
  await refused(await meet("stranger"), /certificate|issuer|verify/i);
  await refused(await meet("good", { "tls-ca": "" }), /certificate|issuer|verify/i);
});

test("a certificate for another name is refused, unless any name will do", async () => {
  await refused(await meet("elsewhere"), /certificate|name|address|verify/i);
  const smsc = await meet("elsewhere", { "tls-any-name": "yes" });
  await smsc.bound();
});

test("any name does not mean any authority", async () => {
  await refused(await meet("stranger", { "tls-any-name": "yes" }), /certificate|issuer|verify/i);
});

test("an expired certificate is refused", async () => {
  await refused(await meet("expired"), /expired/i);
});

test("a file of authorities that is not there is said by name", async () => {
  await refused(await meet("good", { "tls-ca": path("missing.pem") }), /missing|tls_ca|trusted/i);
});

test("an SMSC that does not speak TLS is given up, and one that wants it is too", async () => {
  await refused(await meet(null), /./);
  await refused(await meet("good", { tls: "no" }), /./);
});
