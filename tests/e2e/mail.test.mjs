// SPDX-License-Identifier: Apache-2.0
// The same on any database.
// E-mails of replies, to a mail server that we did not write, over STARTTLS.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { call, cli, command, furnish, http2sms, startNavette } from "./navette.mjs";
import { startSim, tempDir, until, who } from "./navette.mjs";

const { SMTPServer } = createRequire(import.meta.url)("smtp-server");

let sim;
let server;
let mails = [];
let logins = [];
let refuse; // an answer to the next recipients
let smtp;
let phone = 33612350000;

// A certificate of our own for "localhost", which the server is told to trust.
function certificate() {
  const dir = tempDir();
  execFileSync(
    "openssl",
    [
      ...["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"],
      ...["-addext", "subjectAltName=DNS:localhost"],
      ...["-keyout", join(dir, "key.pem"), "-out", join(dir, "cert.pem")],
    ],
    { stdio: "ignore" },
  );
  const [key, cert] = ["key.pem", "cert.pem"].map((name) => readFileSync(join(dir, name)));
  return { dir, key, cert };
}

before(async () => {
  const { dir, key, cert } = certificate();
  smtp = new SMTPServer({
    key,
    cert,
    authMethods: ["PLAIN", "LOGIN"],
    onAuth({ username, password }, session, done) {
      logins.push({ username, password, secure: session.secure });
      done(null, { user: username });
    },
    onRcptTo(address, session, done) {
      done(refuse ? Object.assign(new Error("no such user"), { responseCode: refuse }) : null);
    },
    onData(stream, session, done) {
      let text = "";
      stream.on("data", (d) => (text += d));
      stream.on("end", () => {
        const { mailFrom, rcptTo } = session.envelope;
        const to = rcptTo.map((r) => r.address);
        mails.push({ from: mailFrom.address, to, text, tls: session.secure });
        done();
      });
    },
  });
  smtp.on("error", () => {});
  await new Promise((r) => smtp.listen(0, "127.0.0.1", r));
  sim = await startSim();
  server = await startNavette({
    args: [
      ...["--smtp", `smtp://localhost:${smtp.server.address().port}`],
      ...["--callback-ca", join(dir, "cert.pem"), "--smtp-user", "navette"],
      ...["--smtp-from", "navette@shop.example"],
    ],
    env: { NAVETTE_SMTP_PASSWORD: "pépin" },
  });
  await furnish(server, sim.smppPort);
});

after(async () => {
  await server.stop();
  await sim.stop();
  await new Promise((r) => smtp.close(r));
});

async function reply(text) {
  const to = `${++phone}`;
  await http2sms(server, {
    ...{ account: who.account, login: who.login, password: who.password, from: "Navette" },
    ...{ to: `+${to}`, message: "Rendez-vous demain ?", noStop: 1 },
  });
  await until("the phone has it", async () => (await sim.messages(to)).length > 0);
  await sim.write(to, "Navette", text);
  return `+${to}`;
}

const decode = (text) =>
  Buffer.from(
    text
      .replace(/=\r\n/g, "")
      .replace(/=([0-9A-F]{2})/g, (_, h) => String.fromCharCode(parseInt(h, 16))),
    "latin1",
  ).toString();

const subject = (text) =>
  /^Subject: ((?:.|\r\n )*)/m
    .exec(text)[1]
    .split(/\s+/)
    .map((w) => Buffer.from(/^=\?UTF-8\?B\?(.*)\?=$/.exec(w)[1], "base64").toString())
    .join("");

test("P5_3 a reply is told by e-mail, under TLS, from the owner's address", async () => {
  const note = await cli(
    server,
    ...["notification", "add", who.account, "--email", "vente@shop.example"],
    ...["--from", "sms@shop.example"],
  );
  assert.equal(note.language, "fr");
  const from = await reply("Oui, à 9 h : d'accord €");
  const [mail] = await until("a mail", () => mails.length && mails);
  assert.equal(mail.tls, true);
  assert.deepEqual(logins[0], { username: "navette", password: "pépin", secure: true });
  assert.equal(mail.from, "sms@shop.example");
  assert.deepEqual(mail.to, ["vente@shop.example"]);
  assert.equal(subject(mail.text), `Réponse de ${from}`);
  assert.match(mail.text, /^From: <sms@shop\.example>/m);
  assert.match(mail.text, /^Date: \w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d \+0000/m);
  assert.match(mail.text, /^Message-ID: <mail_\d+_\d+@shop\.example>/m);
  assert.match(mail.text, /^Auto-Submitted: auto-generated/m);
  const body = decode(mail.text.slice(mail.text.indexOf("\r\n\r\n")));
  assert.match(body, new RegExp(`De : \\${from}`));
  assert.match(body, /Oui, à 9 h : d'accord €/);
  assert.match(body, /Rendez-vous demain \?/);
});

test("P5_3 notifications are several, and change", async () => {
  const other = await cli(
    server,
    ...["notification", "add", who.account, "--email", "b@shop.example"],
    ...["--from", "sms@shop.example"],
    ...["--language", "en"],
  );
  await cli(server, "notification", "set", who.account, other.id, "--email", "c@shop.example");
  assert.equal((await cli(server, "notification", "list", who.account)).items.length, 2);
  mails = [];
  const from = await reply("ok");
  await until("two mails", () => mails.length === 2);
  const mine = mails.find((m) => m.to[0] === "c@shop.example");
  assert.equal(subject(mine.text), `Reply from ${from}`);
  await cli(server, "notification", "remove", who.account, other.id);
  mails = [];
  await reply("ok");
  await until("one mail", () => mails.length === 1);
});

test("P5_3 what the mail server refuses is shown and tried again", async () => {
  refuse = 550;
  mails = [];
  await reply("perdu ?");
  const failed = await until("a failure", async () => {
    const { items } = await cli(server, "callback", "attempts", who.account, "--failed");
    return items.find((i) => i.kind === "mail_reply");
  });
  assert.equal(failed.status, 550);
  assert.equal(failed.state, "waiting");
  refuse = undefined;
});

test("no address may break out of its header", async () => {
  for (const address of ["a@b\r\nBcc: x@y", "a b@c", "<a@b>", "a", "@b", "a@", "a@b@c", "a,b@c"]) {
    const { code } = await command(
      ...["--data", server.data, "notification", "add", who.account, "--email", address],
    );
    assert.equal(code, 1, address);
  }
});

test("P3_2 owners are told what was decided about their sender, and why", async () => {
  const person = (name, role, language) =>
    cli(
      server,
      ...["member", "add", `${name}@shop.example`, "--language", language],
      ...["--account", who.account, "--role", role],
    );
  await person("anne", "owner", "fr");
  await person("bob", "owner", "en");
  await person("vera", "viewer", "en");
  const path = `/api/v1/accounts/${who.account}/senders`;
  await call(server, "POST", path, { name: "Boutique" });
  const decide = (account, ...words) => cli(server, "sender", "decide", account, ...words);
  mails = [];
  await decide(who.account, "Boutique", "refused", "--comment", "Le K-bis, s'il vous plaît.");
  await until("two letters", () => mails.length === 2);
  const letter = (to) => {
    const { from, text } = mails.find((m) => m.to[0] === `${to}@shop.example`);
    return { from, text, body: decode(text.slice(text.indexOf("\r\n\r\n"))) };
  };
  assert.equal(letter("anne").from, "navette@shop.example");
  assert.equal(subject(letter("anne").text), "L'expéditeur Boutique est refusé");
  assert.match(letter("anne").body, /L'exploitant écrit\u00a0:\n\nLe K-bis, s'il vous plaît\./);
  assert.equal(subject(letter("bob").text), "Sender Boutique was refused");
  assert.match(letter("bob").body, /The operator writes:\n\nLe K-bis/);

  mails = [];
  await decide(who.account, "Boutique", "enabled");
  await until("two letters", () => mails.length === 2);
  assert.match(letter("bob").body, /the sender Boutique of account sms-test-1 is enabled/);
  assert.doesNotMatch(letter("bob").body, /The operator writes/);
});

test("an account without an owner has it told to the address of its profile", async () => {
  await cli(server, "account", "add", "sms-alone");
  await cli(server, "account", "set", "sms-alone", "--email", "alone@shop.example");
  await call(server, "POST", "/api/v1/accounts/sms-alone/senders", { name: "Alone" });
  mails = [];
  await cli(server, "sender", "decide", "sms-alone", "Alone", "enabled");
  const [mail] = await until("the letter", () => mails.length && mails);
  assert.deepEqual(mail.to, ["alone@shop.example"]);
  assert.equal(subject(mail.text), "L'expéditeur Alone est validé");
});

test("P10_1 who wants to know of few credits is told by e-mail and SMS, once", async () => {
  const user = [who.account, "till"];
  await cli(server, "user", "add", ...user, "--password", "secret12", "--quota", "3");
  const refused = async (...words) => {
    const { code, stderr } = await command("--data", server.data, "user", "set", ...user, ...words);
    assert.equal(code, 1, words.join(" "));
    return stderr;
  };
  assert.match(await refused("--alert-email", "a@shop.example"), /below how many credits/);
  assert.match(await refused("--alert-below", "2"), /say who is told/);
  const sms = ["--alert-below", "2", "--alert-sms", "+33700000008"];
  assert.match(await refused(...sms), /which sender/);
  assert.match(await refused(...sms, "--alert-sender", "Nobody"), /no such sender/);
  assert.match(await refused("--alert-below", "2", "--alert-email", "a b"), /write an address/);
  const set = await cli(
    server,
    ...["user", "set", ...user, ...sms, "--alert-sender", "Navette"],
    ...["--alert-email", "till@shop.example"],
  );
  assert.deepEqual(
    [set.alert_below, set.alert_email, set.alert_sms, set.alert_sender, set.alerted_at],
    ["2", "till@shop.example", "+33700000008", "Navette", null],
  );
  mails = [];
  const send = () =>
    http2sms(server, {
      ...{ account: who.account, login: "till", password: "secret12", from: "Navette" },
      ...{ to: `+${++phone}`, message: "Bonjour", noStop: 1 },
    });
  await send(); // 2 are left: no fewer
  await send();
  const [mail] = await until("the letter", () => mails.length && mails);
  assert.deepEqual(mail.to, ["till@shop.example"]);
  assert.equal(subject(mail.text), "Il reste peu de crédits\u00a0: till");
  const body = decode(mail.text.slice(mail.text.indexOf("\r\n\r\n")));
  assert.match(
    body,
    /l'utilisateur till du compte sms-test-1 \(.*\)\u00a0: 1, sous le seuil de 2\./,
  );
  const [told] = await until("the SMS", async () => {
    const items = await sim.messages("33700000008");
    return items.length && items;
  });
  assert.match(told.text, /^sms-test-1 : crédits de l'utilisateur till : 1, sous le seuil de 2\.$/);
  await send();
  const shown = await cli(server, "user", "show", ...user);
  assert.equal(shown.quota, "0");
  assert.match(shown.alerted_at, /^2\d{3}-/);

  await cli(server, "user", "set", ...user, "--quota", "2");
  await until("it is over", async () => {
    const { alerted_at } = await cli(server, "user", "show", ...user);
    return alerted_at === null;
  });
  await send();
  await until("a second letter", () => mails.length === 2);
  const off = await cli(server, "user", "set", ...user, "--alert-below", "none");
  assert.deepEqual([off.alert_below, off.alert_email], [null, null]);
});
