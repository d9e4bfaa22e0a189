// SPDX-License-Identifier: Apache-2.0
// Who changed what, told in the commit of the change; and the letters that people get.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { call, cli, startNavette, until } from "./navette.mjs";
import { Person, codeOf, refused } from "./people.mjs";

const { SMTPServer } = createRequire(import.meta.url)("smtp-server");
const password = "four words of mine";
const letters = [];
let server, smtp, ann;

before(async () => {
  smtp = new SMTPServer({
    authOptional: true,
    disabledCommands: ["STARTTLS"],
    onData(stream, session, done) {
      let text = "";
      stream.on("data", (d) => (text += d));
      stream.on("end", () => {
        letters.push({ to: session.envelope.rcptTo[0].address, text: decoded(text) });
        done();
      });
    },
  });
  smtp.on("error", () => {});
  await new Promise((r) => smtp.listen(0, "127.0.0.1", r));
  server = await startNavette({
    args: [
      ...["--smtp", `smtp://127.0.0.1:${smtp.server.address().port}`, "--smtp-tls", "no"],
      ...["--smtp-from", "navette@example.org", "--callback-allow", "127.0.0.1"],
      ...["--public-url", "https://sms.example.org/"],
    ],
  });
  await cli(server, "account", "add", "sms-a", "--credits", "10");
  await cli(server, "account", "add", "sms-b");
  await cli(
    server,
    ...["member", "add", "ann@example.org", "--password", password, "--language", "fr"],
    ...["--account", "sms-a", "--role", "owner"],
  );
  ann = new Person(server);
  await ann.signIn("ann@example.org", password);
});
after(async () => {
  await server?.stop();
  smtp?.close();
});

// RFC 2045: base64 or quoted-printable.
function decoded(mail) {
  const at = mail.indexOf("\r\n\r\n");
  const body = mail.slice(at + 4);
  if (/^content-transfer-encoding: base64/im.test(mail.slice(0, at)))
    return Buffer.from(body, "base64").toString();
  const bytes = body
    .replaceAll("=\r\n", "")
    .replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16)));
  return Buffer.from(bytes, "latin1").toString();
}

const newest = async (...filters) => (await cli(server, "audit", "list", ...filters)).items[0];

test("each change says who, from where, and what it changed, without secrets", async () => {
  await cli(server, "account", "set", "sms-a", "--timezone", "Europe/London");
  const set = await newest();
  assert.deepEqual(set.who, { kind: "command_line", name: "command line" });
  assert.deepEqual([set.account, set.what, set.subject], ["sms-a", "account_set", "sms-a"]);
  assert.deepEqual(set.changes, { timezone: ["Europe/Paris", "Europe/London"] });
  assert.equal(set.from_address, null);

  const user = { login: "shop", password: "very secret", allow_ip: ["192.0.2.0/24"] };
  assert.equal((await ann.post("/accounts/sms-a/users", user)).status, 201);
  const added = await newest("--account", "sms-a");
  assert.deepEqual(added.who, { kind: "member", name: "ann@example.org" });
  assert.equal(added.from_address, "127.0.0.1");
  assert.deepEqual(added.changes.login, [null, "shop"]);
  assert.deepEqual(added.changes.password, [null, "***"]);

  const wanted = { name: "ops", scopes: ["manage"] };
  const { key } = (await ann.post("/accounts/sms-a/keys", wanted)).body;
  const ops = new Person(server, { key });
  assert.equal((await ops.patch("/accounts/sms-a/users/shop", { enabled: false })).status, 200);
  const byKey = await newest("--who", "ops");
  assert.deepEqual([byKey.who.kind, byKey.what], ["key", "user_set"]);
  assert.deepEqual(byKey.changes, { enabled: [true, false] });
  assert.equal((await newest("--what", "key_added")).changes.key, undefined);

  // What was refused changed nothing, and is told nowhere.
  refused(await ann.post("/accounts/sms-a/users", user), 409, "exists");
  assert.equal((await newest()).id, byKey.id);
  const signedIn = await newest("--what", "signed_in");
  assert.deepEqual(signedIn.who, { kind: "member", name: "ann@example.org" });
  const all = JSON.stringify(await cli(server, "audit", "list", "--limit", "1000"));
  assert.ok(!/very secret|four words|nvt_/.test(all), all);
});

test("an owner sees what concerns the account, and no more", async () => {
  await cli(server, "account", "set", "sms-b", "--max-parts", "3");
  const { items } = (await ann.get("/audit")).body;
  assert.ok(items.length > 2);
  assert.ok(items.every((one) => one.account === "sms-a"));
  refused(await ann.get("/audit?account=sms-b"), 404, "not_found", "account");
  const page = (await ann.get("/audit?limit=1")).body;
  const next = (await ann.get(`/audit?limit=1&cursor=${page.next}`)).body;
  assert.deepEqual([page.items[0].id, next.items[0].id], [items[0].id, items[1].id]);
  const since = encodeURIComponent(items[0].at);
  assert.ok((await ann.get(`/audit?since=${since}`)).body.items.length <= 2);
  assert.match((await ann.get("/audit/export")).text, /^id,at,who,account,what/);
});

test("each kind of change tells what stood there before, and what afterwards", async () => {
  const base = "/api/v1/accounts/sms-a";
  const changed = async (method, path, body) => {
    const answer = await call(server, method, path, body);
    assert.ok(answer.status < 300, `${method} ${path}: ${answer.bytes}`);
    const { changes, account } = await newest();
    return { changes, account, id: answer.json.id };
  };
  const check = async (ask, account, changes) => {
    const told = await changed(...ask);
    for (const [name, pair] of Object.entries(changes))
      assert.deepEqual(told.changes[name], pair, `${ask[0]} ${ask[1]}: ${name}`);
    assert.equal(told.account, account, ask[1]);
    return told;
  };
  await check(["PATCH", `${base}/reply`, { action: "text", text: "One" }], "sms-a", {
    action: ["none", "text"],
  });
  await check(["PATCH", `${base}/reply`, { text: "Two" }], "sms-a", { text: ["One", "Two"] });
  const url = "https://example.org/r";
  await check(["PATCH", `${base}/callback`, { replies: url }], "sms-a", {
    replies: [null, url],
    signed: [false, true],
  });
  const signed = await changed("PATCH", `${base}/callback`, { secret: "new" });
  assert.deepEqual(signed.changes, { secret: [null, "***"] });

  const added = await check(
    ["POST", `${base}/notifications`, { email: "a@example.org", language: "fr" }],
    "sms-a",
    { target: [null, "a@example.org"] },
  );
  const notification = `${base}/notifications/${added.id}`;
  await check(["PATCH", notification, { language: "en" }], "sms-a", { language: ["fr", "en"] });
  await check(["DELETE", notification], "sms-a", { target: ["a@example.org", null] });

  const saved = await changed("POST", `${base}/saved-replies`, { name: "hi", text: "Hello" });
  const text = ["Hello", "Good day"];
  await check(["PATCH", `${base}/saved-replies/${saved.id}`, { text: text[1] }], "sms-a", { text });

  const key = await changed("POST", `${base}/keys`, { name: "till", scopes: ["send"] });
  await check(["DELETE", `${base}/keys/${key.id}`], "sms-a", {
    name: ["till", null],
    scopes: [["send"], null],
  });

  await check(["PUT", "/api/v1/rates/33", { credits: "1.50" }], null, { credits: [null, "1.50"] });
  await check(["PUT", "/api/v1/rates/33", { credits: 2 }], null, { credits: ["1.50", "2"] });
  await check(["DELETE", "/api/v1/rates/33"], null, { credits: ["2", null] });

  await cli(
    server,
    "carrier",
    "add",
    "nowhere",
    "--host",
    "127.0.0.1",
    "--port",
    "9",
    "--system-id",
    "us",
  );
  const number = { numbers: "+33700000001", carrier: "nowhere", kind: "virtual" };
  await changed("POST", "/api/v1/numbers", number);
  const one = "/api/v1/numbers/33700000001";
  await check(["PATCH", one, { account: "sms-a" }], "sms-a", { account: [null, "sms-a"] });
  await check(["PATCH", one, { enabled: false }], "sms-a", { enabled: [true, false] });
  await check(["PATCH", one, { account: null }], "sms-a", { account: ["sms-a", null] });

  const who = { account: "sms-a", reason: "by letter" };
  const phone = "+33612345678";
  await check(["POST", "/api/v1/quarantine", { number: phone, ...who }], "sms-a", {
    status: ["valid", "blacklisted"],
    number: [null, phone],
  });
  await check(["POST", `/api/v1/quarantine/${phone}/remove`, who], "sms-a", {
    status: ["blacklisted", "valid"],
    number: [phone, null],
    reason: [null, "by letter"],
  });

  await check(["POST", `${base}/two-way`, { country: "FR" }], "sms-a", { countries: [[], ["FR"]] });

  await cli(server, "sender", "add", "sms-a", "ALPHA");
  const at = new Date(Date.now() + 3600_000).toISOString();
  const sending = {
    account: "sms-a",
    from: "ALPHA",
    to: [phone],
    text: "Hi",
    marketing: false,
    at,
  };
  const { items } = (await call(server, "POST", "/api/v1/messages", sending)).json;
  const cancel = `/api/v1/messages/${items[0].id}/cancel`;
  await check(["POST", cancel], "sms-a", { state: ["scheduled", "cancelled"] });
});

test("a second factor tells when it was switched on and off, and none of its codes", async () => {
  const { secret } = (await ann.post("/me/totp")).body;
  assert.equal((await ann.put("/me/totp", { code: codeOf(secret) })).status, 200);
  assert.deepEqual((await newest("--what", "totp_on")).changes, {
    totp: [false, true],
    code: [null, "***"],
  });
  await cli(server, "member", "set", "ann@example.org", "--totp", "no");
  assert.deepEqual((await newest("--what", "member_set")).changes.totp, [true, false]);
});

test("who forgot the password gets a link, once; who is nobody gets none", async () => {
  const anybody = new Person(server, { from: "127.0.1.1" });
  for (const email of ["nobody@example.org", "Ann@example.org"]) {
    const answer = await anybody.post("/password-reset", { email });
    assert.deepEqual([answer.status, answer.text], [202, ""]);
  }
  const letter = await until("the letter", () => letters[0]);
  assert.equal(letter.to, "ann@example.org");
  assert.match(letter.text, /quelqu'un, sans doute vous/);
  const [, token] = /https:\/\/sms\.example\.org\/#\/reset\/([\w-]{43})\s/.exec(letter.text);
  const set = (secret, text) => anybody.post(`/password-reset/${secret}`, { password: text });
  refused(await set("guessed", "another one, mine"), 404, "not_found", "token");
  const done = await set(token, "another one, mine");
  assert.equal(done.status, 200, done.text);
  assert.equal(done.body.signed_in, false);
  refused(await ann.get("/me"), 401, "unauthorized");
  refused(await set(token, "a third one, mine"), 404, "not_found", "token");
  const changed = new Person(server, { from: "127.0.2.1" });
  const old = await changed.post("/session", { email: "ann@example.org", password });
  refused(old, 401, "unauthorized");
  await ann.signIn("ann@example.org", "another one, mine");
  assert.equal(letters.length, 1);
  assert.equal((await newest("--what", "password_reset")).who.name, "ann@example.org");
  // Behind https the cookie is for TLS only.
  const again = await ann.post("/session", {
    ...{ email: "ann@example.org", password: "another one, mine" },
  });
  assert.match(again.headers["set-cookie"][0], /; Secure$/);
});

test("a link to a password ends when an operator sets one, or another address", async () => {
  const anybody = new Person(server, { from: "127.0.3.1" });
  const operator = (change) => call(server, "PATCH", "/api/v1/members/ben@example.org", change);
  await cli(server, "member", "add", "ben@example.org", "--password", password);
  for (const change of [{ password: "the operator's own" }, { email: "benny@example.org" }]) {
    letters.length = 0;
    await anybody.post("/password-reset", { email: "ben@example.org" });
    const letter = await until("the letter", () => letters[0]);
    const [, token] = /#\/reset\/([\w-]{43})\s/.exec(letter.text);
    assert.equal((await operator(change)).status, 200);
    const set = await anybody.post(`/password-reset/${token}`, { password: "the thief's own" });
    refused(set, 404, "not_found", "token");
  }
});

test("who is invited gets the link by e-mail, and nobody else has it", async () => {
  const invited = { email: "cleo@example.org", role: "agent" };
  const { body } = await ann.post("/accounts/sms-a/members", invited);
  const letter = await until("the letter", () => letters.find((l) => l.to === invited.email));
  const [, token] = /\/#\/invite\/([\w-]{43})\s/.exec(letter.text);
  assert.match(letter.text, /you are invited to the account sms-a/);
  assert.equal(body.invite_url, undefined);
  assert.ok(!JSON.stringify([body, await cli(server, "audit", "list")]).includes(token));
});
