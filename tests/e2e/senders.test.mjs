// SPDX-License-Identifier: Apache-2.0
// Senders: asked for by an owner with documents, decided by an operator, or taken from the
// account's own data; and what an owner may change of his account.
import assert from "node:assert/strict";
import { request } from "node:http";
import { after, before, test } from "node:test";
import { cli, startNavette } from "./navette.mjs";
import { Person, refused } from "./people.mjs";

const password = "four words of mine";
const account = "sms-senders-1";
const of = `/accounts/${account}`;
let server;
let owner;
let operator;
let viewer;

async function member(email, ...options) {
  await cli(server, "member", "add", email, "--password", password, ...options);
  const person = new Person(server);
  await person.signIn(email, password);
  return person;
}

before(async () => {
  server = await startNavette();
  await cli(server, "account", "add", account, "--credits", "10");
  operator = await member("olga@example.org", "--operator", "yes");
  owner = await member("ann@example.org", "--account", account, "--role", "owner");
  viewer = await member("vera@example.org", "--account", account, "--role", "viewer");
});
after(async () => server?.stop());

// Raw bytes, by somebody who is signed in: {status, headers, bytes, body}.
function raw(person, method, path, bytes) {
  const url = new URL(`/api/v1${path}`, server.http);
  const cookie = Object.entries(person.cookies).map(([name, value]) => `${name}=${value}`);
  const headers = { cookie: cookie.join("; "), "x-csrf-token": person.csrf };
  if (bytes) headers["content-type"] = "application/octet-stream";
  return new Promise((resolve, reject) => {
    const question = request(url, { method, headers }, (answer) => {
      const pieces = [];
      answer.on("data", (d) => pieces.push(d));
      answer.on("end", () => {
        const all = Buffer.concat(pieces);
        const json = /json/.test(answer.headers["content-type"]);
        const { statusCode: status, headers } = answer;
        const text = all.toString();
        resolve({ status, headers, bytes: all, text, body: json ? JSON.parse(text) : null });
      });
    });
    question.on("error", reject);
    question.end(bytes);
  });
}

const wish = { name: "Boutique", description: "Offers", reason: "It is our shop's name." };

test("P3_2_an_owner_asks_and_says_what_for", async () => {
  refused(await owner.post(`${of}/senders`, { name: "Boutique" }), 400, "missing", "description");
  const long = { ...wish, description: "x".repeat(41) };
  refused(await owner.post(`${of}/senders`, long), 400, "too_long", "description");
  refused(await viewer.post(`${of}/senders`, wish), 403, "forbidden");
  refused(await owner.post(`${of}/senders`, { ...wish, enabled: true }), 403, "forbidden");
  const { status, body } = await owner.post(`${of}/senders`, wish);
  assert.equal(status, 201);
  assert.deepEqual(
    [body.state, body.enabled, body.origin, body.description, body.documents],
    ["waiting", false, "manual", "Offers", []],
  );
  refused(await owner.patch(`${of}/senders/Boutique`, { enabled: true }), 409, "conflict");
});

test("P3_3_what_waits_cannot_be_sent_from", async () => {
  const sending = { account, from: "Boutique", to: ["+33612345678"], text: "x" };
  refused(await owner.post("/messages", sending), 400, "bad_sender", "from");
  const { body } = await owner.get(`${of}/sender-choices`);
  assert.deepEqual(body.names, [
    { name: "Boutique", kind: "name", state: "waiting", why: "waiting" },
  ]);
});

test("P3_2_documents_are_known_by_their_first_bytes_and_only_given_for_saving", async () => {
  const path = `${of}/senders/Boutique/documents`;
  const pdf = Buffer.concat([Buffer.from("%PDF-1.7\n"), Buffer.alloc(150000, 7)]);
  const first = await raw(
    ...[owner, "POST", `${path}?name=${encodeURIComponent("preuve é.pdf")}&size=${pdf.length}`],
    pdf.subarray(0, 60000),
  );
  assert.equal(first.status, 201, first.text);
  assert.deepEqual([first.body.type, first.body.received], ["application/pdf", 60000]);
  const one = `${path}/${first.body.id}`;
  refused(await raw(owner, "GET", one), 409, "conflict");
  refused(
    await raw(owner, "POST", `${one}?offset=1`, pdf.subarray(0, 10)),
    409,
    "conflict",
    "offset",
  );
  await raw(owner, "POST", `${one}?offset=60000`, pdf.subarray(60000, 120000));
  const last = await raw(owner, "POST", `${one}?offset=120000`, pdf.subarray(120000));
  assert.equal(last.body.received, pdf.length);
  const past = await raw(owner, "POST", `${one}?offset=${pdf.length}`, Buffer.from("x"));
  refused(past, 409, "conflict");

  const given = await raw(operator, "GET", one);
  assert.ok(given.bytes.equals(pdf));
  assert.equal(given.headers["content-type"], "application/pdf");
  assert.equal(given.headers["x-content-type-options"], "nosniff");
  assert.equal(
    given.headers["content-disposition"],
    `attachment; filename="preuve __.pdf"; filename*=UTF-8''preuve%20%C3%A9.pdf`,
  );
  refused(await raw(viewer, "GET", one), 403, "forbidden");
  const page = Buffer.from("<html><script>alert(1)</script>");
  refused(await raw(owner, "POST", `${path}?name=x.pdf`, page), 400, "invalid");
  const png = Buffer.from("89504e470d0a1a0a00", "hex");
  for (let i = 0; i < 4; i++)
    assert.equal((await raw(owner, "POST", `${path}?name=${i}.png`, png)).status, 201);
  refused(await raw(owner, "POST", `${path}?name=more.png`, png), 409, "conflict");
  const { body } = await owner.get(`${of}/senders/Boutique`);
  assert.equal(body.documents.length, 5);
  assert.equal((await owner.delete(`${path}/${body.documents[4].id}`)).status, 200);
});

test("P3_2_an_operator_decides_with_a_comment_and_the_owner_switches", async () => {
  refused(await owner.get("/senders?state=waiting"), 403, "forbidden");
  const { body } = await operator.get("/senders?state=waiting");
  assert.deepEqual(body.items.map((s) => [s.account, s.name]), [[account, "Boutique"]]);
  const decide = (decision, comment) =>
    operator.post(`${of}/senders/Boutique/decision`, { decision, comment });
  refused(await owner.post(`${of}/senders/Boutique/decision`, { decision: "enabled" }), 403,
    "forbidden");
  refused(await decide("refused", ""), 400, "missing", "comment");
  assert.equal((await decide("refused", "Whose shop?")).body.state, "refused");
  const seen = (await owner.get(`${of}/senders/Boutique`)).body;
  assert.deepEqual([seen.comment, seen.decided_at !== null], ["Whose shop?", true]);
  refused(await owner.patch(`${of}/senders/Boutique`, { enabled: true }), 409, "conflict");
  const again = await owner.patch(`${of}/senders/Boutique`, { reason: "See the register." });
  assert.equal(again.body.state, "waiting");
  assert.equal((await decide("enabled", "Fine")).body.state, "enabled");
  const set = async (enabled) =>
    (await owner.patch(`${of}/senders/Boutique`, { enabled })).body.state;
  assert.deepEqual([await set(false), await set(true)], ["disabled", "enabled"]);
});

test("P3_2_the_accounts_own_data_give_senders_that_are_enabled_at_once", async () => {
  const profile = {
    company: "Pâtisserie Émile & Fils",
    first_name: "Émile",
    last_name: "Zola",
    domains: ["www.emile.example", "patisserie-emile.example"],
    email: "emile@example.org",
    phone: "+33 6 12 34 56 78",
  };
  const changed = await owner.patch(of, profile);
  assert.equal(changed.status, 200, changed.text);
  assert.equal(changed.body.phone, "+33612345678");
  const { body } = await owner.get(`${of}/sender-suggestions`);
  assert.deepEqual(body.items, [
    { name: "Patisserie", origin: "personal" },
    { name: "Zola", origin: "personal" },
    { name: "Emile", origin: "personal" },
    { name: "Emile Zola", origin: "personal" },
    { name: "emile", origin: "domain" },
    { name: "patisserie-", origin: "domain" },
  ]);
  const taken = await owner.post(`${of}/senders`, { name: "Zola", origin: "personal" });
  assert.equal(taken.body.state, "enabled");
  const other = { name: "LaPoste", origin: "personal" };
  refused(await owner.post(`${of}/senders`, other), 400, "invalid", "origin");
  const left = (await owner.get(`${of}/sender-suggestions`)).body.items;
  assert.ok(!left.some((s) => s.name === "Zola"));
});

test("an_owner_changes_his_profile_and_not_what_the_platform_decides", async () => {
  assert.equal((await owner.patch(of, { timezone: "Europe/Madrid", keep_days: 30 })).status, 200);
  for (const [field, value] of Object.entries({ max_parts: 200, grade: "low_cost", enabled: true }))
    refused(await owner.patch(of, { [field]: value }), 403, "forbidden", field);
  refused(await viewer.patch(of, { company: "x" }), 403, "forbidden");
  refused(await owner.patch(of, { domains: ["no domain"] }), 400, "invalid", "domains");
});

test("P6_an_owner_sees_what_keywords_mean_on_the_carriers_of_his_numbers", async () => {
  const carrier = ["--host", "127.0.0.1", "--port", "1", "--system-id", "x", "--enabled", "no"];
  for (const name of ["ours", "theirs"]) {
    await cli(server, "carrier", "add", name, ...carrier);
    await cli(server, "rule", "add", name, "--keyword", name, "--reply", "Hello");
  }
  const virtual = ["--kind", "virtual", "--account", account];
  await cli(server, "number", "add", "33700000099", "--carrier", "ours", ...virtual);
  const { body } = await viewer.get(`${of}/keywords`);
  assert.deepEqual(body.items, [
    { keyword: "ours", prefix: false, short_code: null, reply: "Hello", action: "none" },
  ]);
  assert.ok(body.built_in.some((w) => w.keyword === "stop" && w.action === "quarantine"));
});

test("P7_1_an_owner_adds_to_his_accounts_quarantine_and_takes_out", async () => {
  const entry = { number: "+33612349999", reason: "asked by letter", account };
  const added = await owner.post("/quarantine", entry);
  assert.equal(added.status, 201, added.text);
  refused(await viewer.post("/quarantine", entry), 403, "forbidden");
  const { number, ...rest } = entry;
  const removed = await owner.post(`/quarantine/${encodeURIComponent(number)}/remove`, rest);
  assert.equal(removed.body.status, "valid", removed.text);
});

test("an_operator_and_the_command_line_add_enabled_ones_at_once", async () => {
  const added = await operator.post(`${of}/senders`, { name: "Direct" });
  assert.equal(added.body.state, "enabled");
  await owner.post(`${of}/senders`, { ...wish, name: "Waits" });
  const { items } = await cli(server, "sender", "queue", "--state", "waiting");
  assert.deepEqual(items.map((s) => s.name), ["Waits"]);
  const decided = await cli(server, "sender", "decide", account, "Waits", "enabled");
  assert.equal(decided.state, "enabled");
  assert.equal((await owner.delete(`${of}/senders/Waits`)).status, 200);
});
