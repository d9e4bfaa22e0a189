// SPDX-License-Identifier: Apache-2.0
// People: the first run, signing in and out, what a page must show besides the cookie, members and
// their roles, invitations, and what an operator's command line does about them.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { cli, command, startNavette } from "./navette.mjs";
import { Person, refused } from "./people.mjs";

const password = "four words of mine";
let server;
let operator;
before(async () => {
  server = await startNavette();
});
after(async () => server?.stop());

test("whoever has the printed link becomes the operator, once", async () => {
  const code = /^first run: open http:\/\/\S+\/#\/first-run\/(\S+)$/m.exec(server.said)[1];
  operator = new Person(server);
  const before = await operator.get("/session");
  assert.deepEqual(
    [before.status, before.body.signed_in, before.body.first_run, before.body.demo],
    [200, false, true, null],
  );
  const first = { name: "Olga", email: "Olga@Example.org", password, language: "fr" };
  refused(
    await operator.post("/first-run", { ...first, setup_code: "guessed" }),
    403,
    "forbidden",
    "setup_code",
  );
  refused(
    await operator.post("/first-run", { ...first, setup_code: code, password: "short" }),
    400,
    "invalid",
    "password",
  );
  const { status, body, headers } = await operator.post("/first-run", {
    ...first,
    setup_code: code,
  });
  assert.equal(status, 200);
  assert.equal(body.signed_in, true);
  assert.equal(body.first_run, false);
  assert.equal(body.member.email, "olga@example.org");
  assert.equal(body.member.language, "fr");
  assert.equal(body.member.operator, true);
  assert.match(
    headers["set-cookie"][0],
    /^navette_session=[\w-]{43}; Path=\/; Max-Age=2592000; HttpOnly; SameSite=Strict$/,
  );
  refused(
    await new Person(server).post("/first-run", { ...first, setup_code: code }),
    403,
    "forbidden",
  );
  const again = await command("--data", server.data, "member", "first-run");
  assert.equal(again.code, 1);
});

test("an e-mail and its password sign in, and no other", async () => {
  const olga = new Person(server);
  const olgas = { email: "olga@example.org" };
  const wrong = await olga.post("/session", { ...olgas, password: "not mine at all" });
  refused(wrong, 401, "unauthorized");
  const nobody = await olga.post("/session", { email: "nobody@example.org", password });
  refused(nobody, 401, "unauthorized");
  assert.equal(nobody.text, wrong.text);
  assert.equal(wrong.headers["set-cookie"], undefined);
  const body = await olga.signIn("OLGA@example.org", password);
  assert.equal(body.member.name, "Olga");
  assert.equal((await olga.get("/me")).body.email, "olga@example.org");
  const [listed] = (await olga.get("/members")).body.items;
  assert.ok(Date.parse(listed.last_seen_at) > Date.now() - 60_000, "seen when signing in");
  assert.equal((await olga.delete("/session")).status, 204);
  refused(await olga.get("/me"), 401, "unauthorized");
  assert.equal((await olga.get("/session")).body.signed_in, false);
});

test("a cookie alone changes nothing, nor does a page of another site", async () => {
  const olga = new Person(server);
  await olga.signIn("olga@example.org", password);
  const { csrf } = olga;
  for (const token of [undefined, "", "x".repeat(43), csrf.slice(1)]) {
    olga.csrf = token;
    refused(await olga.patch("/me", { name: "Eve" }), 403, "forbidden", "X-CSRF-Token");
  }
  olga.csrf = csrf;
  for (const headers of [
    { origin: "https://evil.example" },
    { origin: "null" },
    { "sec-fetch-site": "cross-site" },
    { "sec-fetch-site": "same-site" },
  ])
    refused(await olga.ask("PATCH", "/me", { name: "Eve" }, headers), 403, "forbidden", "Origin");
  const own = { origin: server.http, "sec-fetch-site": "same-origin" };
  assert.equal((await olga.ask("PATCH", "/me", { name: "Olga" }, own)).status, 200);
  // Not even signing in: who is signed in as somebody else is robbed of what he then writes.
  const stranger = await new Person(server).ask(
    "POST",
    "/session",
    { email: "olga@example.org", password },
    { origin: "https://evil.example" },
  );
  refused(stranger, 403, "forbidden", "Origin");
  // The token of one session does not serve another.
  const other = new Person(server);
  await other.signIn("olga@example.org", password);
  other.csrf = csrf;
  refused(await other.patch("/me", { name: "Eve" }), 403, "forbidden", "X-CSRF-Token");
});

test("the command line makes members, with a password that is drawn or read", async () => {
  await cli(server, "account", "add", "sms-a", "--credits", "10");
  await cli(server, "account", "add", "sms-b");
  const ann = await cli(
    server,
    ...["member", "add", "ann@example.org", "--name", "Ann", "--account", "sms-a"],
    ...["--role", "owner"],
  );
  assert.deepEqual(ann.accounts, [{ name: "sms-a", role: "owner" }]);
  assert.equal(ann.password.length, 20);
  const panel = new Person(server);
  const body = await panel.signIn("ann@example.org", ann.password);
  assert.deepEqual(body.accounts, [
    {
      name: "sms-a",
      role: "owner",
      rights: ["view", "chat", "send", "own"],
      credits: "10",
      timezone: "Europe/Paris",
      two_way: [],
    },
  ]);
  // A new password from there ends what went on with the old one.
  await cli(server, "member", "set", "ann@example.org", "--password", password);
  refused(await panel.get("/me"), 401, "unauthorized");
  await panel.signIn("ann@example.org", password);
  const { items } = await cli(server, "member", "list");
  assert.deepEqual(
    items.map(({ email }) => email),
    ["ann@example.org", "olga@example.org"],
  );
  const { stderr, code } = await command(
    ...["--data", server.data, "member", "add", "ann@example.org"],
  );
  assert.equal(code, 1);
  assert.match(stderr, /^email: /);
  await cli(server, "member", "set", "ann@example.org", "--account", "sms-b", "--role", "viewer");
  assert.equal((await cli(server, "member", "show", "ann@example.org")).accounts.length, 2);
  await cli(server, "member", "set", "ann@example.org", "--account", "sms-b", "--role", "none");
  assert.equal((await cli(server, "member", "show", "ann@example.org")).accounts.length, 1);
});

test("each role may what it may, at once when it changes", async () => {
  await cli(server, "member", "add", "bob@example.org", "--password", password);
  const bob = new Person(server);
  await bob.signIn("bob@example.org", password);
  refused(await bob.get("/accounts/sms-a"), 404, "not_found", "account");
  const asked = async () => ({
    view: (await bob.get("/accounts/sms-a/movements")).status,
    chat: (await bob.get("/conversations")).status,
    own: (await bob.get("/accounts/sms-a/users")).status,
    operate: (await bob.get("/carriers")).status,
  });
  const may = {
    viewer: { view: 200, chat: 200, own: 403, operate: 403 },
    agent: { view: 403, chat: 200, own: 403, operate: 403 },
    sender: { view: 200, chat: 200, own: 403, operate: 403 },
    owner: { view: 200, chat: 200, own: 200, operate: 403 },
  };
  for (const [role, expected] of Object.entries(may)) {
    await cli(server, "member", "set", "bob@example.org", "--account", "sms-a", "--role", role);
    assert.deepEqual(await asked(), expected, role);
  }
  await cli(server, "member", "set", "bob@example.org", "--operator", "yes");
  assert.equal((await asked()).operate, 200);
  await cli(server, "member", "remove", "bob@example.org");
  refused(await bob.get("/accounts/sms-a"), 401, "unauthorized");
});

test("an owner invites, and who was invited becomes a member", async () => {
  const ann = new Person(server);
  await ann.signIn("ann@example.org", password);
  const invited = await ann.post("/accounts/sms-a/members", {
    email: "Cleo@example.org",
    name: "Cleo",
    role: "agent",
    language: "fr",
  });
  assert.equal(invited.status, 201, invited.text);
  const token = /\/#\/invite\/([\w-]{43})$/.exec(invited.body.invite_url)[1];
  const list = async () =>
    (await ann.get("/accounts/sms-a/members")).body.items.map((m) => [m.email, m.role, m.invited]);
  assert.deepEqual(await list(), [
    ["ann@example.org", "owner", false],
    ["cleo@example.org", "agent", true],
  ]);
  const cleo = new Person(server);
  const seen = (await cleo.get(`/invites/${token}`)).body;
  assert.deepEqual(
    [seen.account, seen.email, seen.role, seen.language, seen.known],
    ["sms-a", "cleo@example.org", "agent", "fr", false],
  );
  refused(await cleo.post(`/invites/${token}`, {}), 400, "missing", "password");
  refused(await cleo.post("/invites/guessed", { password }), 404, "not_found");
  const accepted = await cleo.post(`/invites/${token}`, { password });
  assert.equal(accepted.status, 200, accepted.text);
  assert.deepEqual(accepted.body.accounts[0].rights, ["chat"]);
  assert.equal(accepted.body.member.language, "fr");
  refused(await cleo.post(`/invites/${token}`, { password }), 404, "not_found");
  assert.deepEqual(await list(), [
    ["ann@example.org", "owner", false],
    ["cleo@example.org", "agent", false],
  ]);

  // Somebody who is a member already signs in first, and no password is asked or changed.
  await cli(server, "member", "set", "ann@example.org", "--account", "sms-b", "--role", "owner");
  const more = await ann.post("/accounts/sms-b/members", {
    email: "cleo@example.org",
    role: "viewer",
  });
  const second = more.body.invite_url.split("/").at(-1);
  const stranger = new Person(server);
  assert.equal((await stranger.get(`/invites/${second}`)).body.known, true);
  const taken = await stranger.post(`/invites/${second}`, { password: "a new one, mine" });
  refused(taken, 401, "unauthorized");
  const both = await cleo.post(`/invites/${second}`, {});
  assert.deepEqual(
    both.body.accounts.map((a) => [a.name, a.role]),
    [
      ["sms-a", "agent"],
      ["sms-b", "viewer"],
    ],
  );

  // Roles change and end; who belongs nowhere any more is gone.
  const { items } = (await ann.get("/accounts/sms-a/members")).body;
  const { id } = items.find((m) => m.email === "cleo@example.org");
  const changed = await ann.patch(`/accounts/sms-a/members/${id}`, { role: "sender" });
  assert.equal(changed.body.role, "sender", changed.text);
  for (const account of ["sms-a", "sms-b"])
    assert.equal((await ann.delete(`/accounts/${account}/members/${id}`)).status, 200);
  refused(await cleo.get("/me"), 401, "unauthorized");
  refused(await ann.delete(`/accounts/sms-a/members/${id}`), 404, "not_found", "id");
});

test("a member changes name and password, and ends sessions", async () => {
  const here = new Person(server);
  const there = new Person(server);
  await here.signIn("ann@example.org", password);
  await there.signIn("ann@example.org", password);
  const { items } = (await here.get("/me/sessions")).body;
  assert.ok(items.length >= 2);
  assert.equal(items.filter((s) => s.current).length, 1);
  assert.equal(items[0].from_address, "127.0.0.1");
  const alone = await here.patch("/me", { password: "another one, mine" });
  refused(alone, 400, "missing", "old_password");
  refused(
    await here.patch("/me", { password: "another one, mine", old_password: "not mine" }),
    403,
    "forbidden",
    "old_password",
  );
  const changed = await here.patch("/me", {
    password: "another one, mine",
    old_password: password,
    name: "Anna",
  });
  assert.equal(changed.body.name, "Anna", changed.text);
  refused(await there.get("/me"), 401, "unauthorized");
  assert.equal((await here.get("/me")).status, 200);
  const old = await there.post("/session", { email: "ann@example.org", password });
  refused(old, 401, "unauthorized");
  await there.signIn("ann@example.org", "another one, mine");
  const mine = (await there.get("/me/sessions")).body.items.find((s) => s.current);
  assert.equal((await here.delete(`/me/sessions/${mine.id}`)).status, 200);
  refused(await there.get("/me"), 401, "unauthorized");
  refused(await here.delete(`/me/sessions/${mine.id}`), 404, "not_found", "id");
});

test("the platform keeps an operator, unless the command line says otherwise", async () => {
  const olga = new Person(server);
  const { member } = await olga.signIn("olga@example.org", password);
  const left = await olga.patch(`/members/${member.id}`, { operator: false });
  refused(left, 409, "conflict", "operator");
  refused(await olga.delete(`/members/${member.id}`), 409, "conflict");
  const listed = (await olga.get("/members?limit=1")).body;
  assert.equal(listed.items.length, 1);
  assert.equal((await olga.get(`/members?cursor=${listed.next}`)).body.items.length, 1);
  assert.equal((await olga.get("/members/olga@example.org")).body.name, "Olga");
});
