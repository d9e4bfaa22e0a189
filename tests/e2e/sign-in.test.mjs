// SPDX-License-Identifier: Apache-2.0
// The second factor, what slows those who guess and whom it does not touch, and keys of programs.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { cli, startNavette, until } from "./navette.mjs";
import { Person, codeOf, refused } from "./people.mjs";

const password = "four words of mine";
let server;
before(async () => {
  server = await startNavette();
  await cli(server, "account", "add", "sms-a");
  await cli(server, "account", "add", "sms-b");
  for (const [name, account] of [
    ["ann", "sms-a"],
    ["tom", "sms-a"],
    ["bea", "sms-b"],
  ])
    await cli(
      server,
      ...["member", "add", `${name}@example.org`, "--password", password],
      ...["--account", account, "--role", "owner"],
    );
});
after(async () => server?.stop());

test("TOTP: drawn, switched on with a code, asked for, and each code counts once", async () => {
  const tom = new Person(server);
  const credentials = { email: "tom@example.org", password };
  await tom.signIn("tom@example.org", password);
  refused(await tom.put("/me/totp", { code: "000000" }), 409, "conflict");
  const { secret, uri } = (await tom.post("/me/totp")).body;
  assert.match(secret, /^[A-Z2-7]{32}$/);
  assert.equal(
    uri,
    `otpauth://totp/Navette:tom%40example.org?secret=${secret}&issuer=Navette` +
      "&algorithm=SHA1&digits=6&period=30",
  );
  refused(await tom.put("/me/totp", { code: "12345" }), 401, "unauthorized", "code");
  const now = Date.now();
  const on = await tom.put("/me/totp", { code: codeOf(secret, now) });
  assert.equal(on.status, 200, on.text);
  const codes = on.body.recovery_codes;
  assert.equal(new Set(codes).size, 10);
  assert.match(codes[0], /^[A-Z2-7]{4}(-[A-Z2-7]{4}){3}$/);
  assert.equal((await tom.get("/me")).body.totp, true);

  const other = new Person(server, { from: "127.0.1.1" });
  refused(await other.post("/session", credentials), 401, "code_needed", "code");
  // The right code opens nothing without the password.
  const wrong = { ...credentials, password: "not mine at all", code: codes[0] };
  refused(await other.post("/session", wrong), 401, "unauthorized");
  // The code that switched it on is used; the next one is taken a step early, once.
  const used = { ...credentials, code: codeOf(secret, now) };
  refused(await other.post("/session", used), 401, "unauthorized", "code");
  const next = { ...credentials, code: codeOf(secret, now + 30000) };
  assert.equal((await other.post("/session", next)).status, 200);
  const again = new Person(server, { from: "127.0.2.1" });
  refused(await again.post("/session", next), 401, "unauthorized", "code");

  // A recovery code does as well, once, however it is written.
  const recovery = codes[3].toLowerCase().replaceAll("-", " ");
  await again.signIn("tom@example.org", password, recovery);
  assert.equal((await again.get("/me")).body.recovery_codes_left, 9);
  const third = new Person(server, { from: "127.0.3.1" });
  const repeated = await third.post("/session", { ...credentials, code: codes[3] });
  refused(repeated, 401, "unauthorized", "code");

  refused(await again.delete("/me/totp", { code: "000000" }), 401, "unauthorized", "code");
  assert.equal((await again.delete("/me/totp", { code: codes[4] })).status, 200);
  await third.signIn("tom@example.org", password);
});

test("an operator takes TOTP off who has lost it", async () => {
  const tom = new Person(server, { from: "127.0.4.1" });
  await tom.signIn("tom@example.org", password);
  const { secret } = (await tom.post("/me/totp")).body;
  assert.equal((await tom.put("/me/totp", { code: codeOf(secret) })).status, 200);
  await cli(server, "member", "set", "tom@example.org", "--totp", "no");
  await new Person(server, { from: "127.0.4.1" }).signIn("tom@example.org", password);
});

test("who guesses is slowed, whoever it is; the owner elsewhere is not", async () => {
  const guess = (email) =>
    new Person(server, { from: "127.0.5.1" }).post("/session", { email, password: "a guess" });
  for (const email of ["ann@example.org", "nobody@example.org"]) {
    const answers = await Promise.all(Array.from({ length: 12 }, () => guess(email)));
    const count = (status) => answers.filter((a) => a.status === status).length;
    assert.deepEqual([count(401), count(429)], [5, 7], email);
    const slowed = answers.find((a) => a.status === 429);
    refused(slowed, 429, "slow_down");
    assert.match(slowed.headers["retry-after"], /^[1-9][0-9]*$/);
  }
  // Even with the right password the place has to wait; on a slow machine the wait was over.
  await until("ann waits", async () => (await guess("ann@example.org")).status === 429);
  const there = new Person(server, { from: "127.0.5.9" });
  refused(await there.post("/session", { email: "ann@example.org", password }), 429, "slow_down");
  const ann = new Person(server, { from: "127.0.6.1" });
  await ann.signIn("ann@example.org", password);
  assert.match(ann.cookies.navette_device, /^[\w-]{43}$/);

  // A browser that signed in before gets in from the very network of who guesses.
  const known = new Person(server, { from: "127.0.5.9" });
  known.cookies.navette_device = ann.cookies.navette_device;
  await known.signIn("ann@example.org", password);
  // As this member only.
  const bea = new Person(server, { from: "127.0.5.1" });
  await until("bea waits", async () => (await guess("bea@example.org")).status === 429);
  bea.cookies.navette_device = ann.cookies.navette_device;
  refused(await bea.post("/session", { email: "bea@example.org", password }), 429, "slow_down");
  // The wait ends by itself.
  await until("the place may try again", async () => {
    const answer = await there.post("/session", { email: "ann@example.org", password });
    return answer.status === 200;
  });
});

test("at somebody's open panel the password is guessed no faster than at the door", async () => {
  const bea = new Person(server, { from: "127.0.8.1" });
  await bea.signIn("bea@example.org", password);
  const wish = { password: "another one, mine" };
  const guess = () => bea.patch("/me", { ...wish, old_password: "a guess of it" });
  for (let i = 0; i < 5; i++) refused(await guess(), 403, "forbidden", "old_password");
  refused(await guess(), 429, "slow_down");
  refused(await bea.patch("/me", { ...wish, old_password: password }), 429, "slow_down");
  // What needs no password does not wait, and neither does she elsewhere.
  assert.equal((await bea.patch("/me", { name: "Bea" })).status, 200);
  const there = new Person(server, { from: "127.0.9.1" });
  await there.signIn("bea@example.org", password);
  const same = { password, old_password: password };
  for (let i = 0; i < 8; i++) assert.equal((await there.patch("/me", same)).status, 200);
});

test("an address that nobody has costs as much time as a wrong password", async () => {
  const took = async (email, from) => {
    const begin = process.hrtime.bigint();
    const guess = { email, password: "a guess" };
    const answer = await new Person(server, { from }).post("/session", guess);
    refused(answer, 401, "unauthorized");
    return Number(process.hrtime.bigint() - begin) / 1e6;
  };
  const wrong = [];
  const nobody = [];
  for (let i = 0; i < 4; i++) {
    wrong.push(await took("bea@example.org", `127.0.${20 + i}.1`));
    nobody.push(await took("none@example.org", `127.0.${20 + i}.1`));
  }
  // argon2id takes 15 ms and more; what is answered without it takes one or two.
  const least = (list) => Math.min(...list);
  assert.ok(least(nobody) > least(wrong) / 3, `${nobody} against ${wrong}`);
});

test("a key does what its scopes say, on its account, until it is removed", async () => {
  const ann = new Person(server, { from: "127.0.7.1" });
  await ann.signIn("ann@example.org", password);
  const made = await ann.post("/accounts/sms-a/keys", { name: "shop", scopes: ["read"] });
  assert.equal(made.status, 201, made.text);
  const { key, id, prefix } = made.body;
  assert.match(key, /^nvt_[\w-]{43}$/);
  assert.equal(prefix, key.slice(0, 10));
  assert.deepEqual(made.body.scopes, ["read"]);
  const shop = new Person(server, { key });
  assert.equal((await shop.get("/accounts/sms-a/movements")).status, 200);
  refused(await shop.get("/accounts/sms-a/keys"), 403, "forbidden");
  refused(await shop.get("/accounts/sms-b/movements"), 404, "not_found", "account");
  refused(await shop.get("/me"), 403, "forbidden");
  refused(await shop.get("/carriers"), 403, "forbidden");
  const listed = (await ann.get("/accounts/sms-a/keys")).body.items;
  assert.equal(listed.length, 1);
  assert.equal(listed[0].key, undefined);
  await until("its use is written", async () => {
    const [one] = (await ann.get("/accounts/sms-a/keys")).body.items;
    return one.last_used_at !== null;
  });

  const manager = await ann.post("/accounts/sms-a/keys", { name: "ops", scopes: ["manage"] });
  const ops = new Person(server, { key: manager.body.key });
  assert.equal((await ops.get("/accounts/sms-a/keys")).status, 200);
  for (const wrong of [key.slice(0, -1), `${key}x`, `nvt_${"x".repeat(43)}`, "secret"]) {
    const answer = await new Person(server, { key: wrong }).get("/accounts/sms-a/movements");
    refused(answer, 401, "unauthorized", "Authorization");
  }
  assert.equal((await ops.delete(`/accounts/sms-a/keys/${id}`)).status, 200);
  refused(await shop.get("/accounts/sms-a/movements"), 401, "unauthorized", "Authorization");
  refused(await ops.delete(`/accounts/sms-a/keys/${id}`), 404, "not_found", "id");
});

test("behind a proxy its clients are told apart", async () => {
  const proxied = await startNavette({ args: ["--proxies", "127.0.0.1"] });
  await cli(proxied, "member", "add", "ann@example.org", "--password", password);
  const from = (address, given) =>
    new Person(proxied).ask(
      "POST",
      "/session",
      { email: "ann@example.org", password: given },
      { "x-forwarded-for": address },
    );
  for (let i = 0; i < 5; i++)
    refused(await from("203.0.113.9", "a guess of it"), 401, "unauthorized");
  refused(await from("203.0.113.9", password), 429, "slow_down");
  refused(await from("192.0.2.1, 203.0.113.9", password), 429, "slow_down");
  assert.equal((await from("198.51.100.1", password)).status, 200);
  await proxied.stop();
});
