// SPDX-License-Identifier: Apache-2.0
// The command line and the REST resources behind it, against the real program: every command, what
// is refused and which field is named, and money that always adds up.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { request } from "node:http";
import { after, before, test } from "node:test";
import { cli, command, http2sms, navette, startNavette, startSim, until } from "./navette.mjs";

let sim;
let server;
before(async () => {
  sim = await startSim({ args: ["--receipt-delay-ms", "20"] });
  server = await startNavette();
});
after(async () => {
  await server?.stop();
  await sim?.stop();
});

const run = (...args) => command("--data", server.data, ...args);
const ask = (...args) => cli(server, ...args);

// Exit code 1, and standard error that begins with the field and goes on with a cure.
async function refused(field, args, cure = /./) {
  const { code, stderr } = await run(...args);
  assert.equal(code, 1, `${args.join(" ")}: ${stderr}`);
  assert.ok(stderr.startsWith(`${field}: `), `${args.join(" ")}: ${stderr}`);
  assert.match(stderr, cure);
}

async function wrongUse(args, says) {
  const { code, stdout, stderr } = await run(...args);
  assert.equal(code, 2, args.join(" "));
  assert.equal(stdout, "");
  assert.match(stderr, says);
}

// The REST resource itself: {status, body}.
function rest(method, path, body) {
  return new Promise((resolve, reject) => {
    const r = request({ socketPath: server.socket, method, path }, (response) => {
      let text = "";
      response.on("data", (d) => (text += d));
      response.on("end", () => resolve({ status: response.statusCode, body: JSON.parse(text) }));
    });
    r.on("error", reject);
    r.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

async function send(account, login, to, message, more = {}) {
  const query = { account, login, password: "secret12", from: "Navette", to, message, noStop: 1 };
  const { text } = await http2sms(server, { ...query, ...more });
  const lines = text.trim().split("\n");
  assert.equal(lines[0], "OK", text);
  return lines.slice(2);
}

const credits = async (account) => (await ask("account", "show", account)).credits;
async function balanced() {
  const { code, stdout } = await run("ledger", "check");
  assert.equal(stdout, "0\n");
  assert.equal(code, 0);
}

test("an account is added, credited, changed, listed and removed", async () => {
  const words = "account add acc-1 --credits 12.5 --timezone Indian/Reunion";
  const made = await ask(...words.split(" "));
  assert.deepEqual(Object.keys(made), [
    ...["id", "name", "timezone", "max_parts", "grade", "enabled", "keep_days"],
    ...["credits", "created_at", "company", "first_name", "last_name", "domains", "email", "phone"],
  ]);
  assert.equal(made.credits, "12.50");
  assert.equal(made.timezone, "Indian/Reunion");
  assert.equal(made.max_parts, 8);
  assert.ok(Math.abs(Date.parse(made.created_at) - Date.now()) < 60000);

  assert.equal((await ask("account", "credit", "acc-1", "--add", "0.5")).credits, "13");
  assert.equal((await ask("account", "credit", "acc-1", "--add", "-3")).credits, "10");
  const set = await ask(..."account set acc-1 --max-parts 3 --enabled no".split(" "));
  assert.equal(set.max_parts, 3);
  assert.equal(set.enabled, false);
  assert.equal(set.timezone, "Indian/Reunion");
  const { items } = await ask("account", "list");
  assert.ok(items.some((a) => a.name === "acc-1"));
  const moved = (await ask("ledger", "list", "acc-1")).items;
  assert.deepEqual(
    moved.map((m) => [m.kind, m.credits, m.balance]),
    [
      ["credit", "-3", "10"],
      ["credit", "0.50", "13"],
      ["credit", "12.50", "12.50"],
    ],
  );

  await refused("account", ["account", "remove", "acc-1"], /--enabled no/);
  await ask("account", "add", "acc-unused");
  assert.deepEqual(await ask("account", "remove", "acc-unused"), { removed: "acc-unused" });
  await refused("account", ["account", "show", "acc-unused"], /account list/);
  await balanced();
});

test("an account that cannot be is refused by its field", async () => {
  await ask("account", "add", "acc-2");
  await refused("name", ["account", "add", "acc-2"], /another/);
  await refused("name", ["account", "add", "white space"]);
  await refused("credits", ["account", "add", "acc-3", "--credits", "much"], /12\.50/);
  await refused("credits", ["account", "add", "acc-3", "--credits", "-1"]);
  await refused("credits", ["account", "add", "acc-3", "--credits", "1.234"]);
  await refused("credits", ["account", "add", "acc-3", "--credits", "1000000001"]);
  await refused("timezone", ["account", "add", "acc-3", "--timezone", "Mars/Olympus"], /Europe/);
  await refused("max_parts", ["account", "add", "acc-3", "--max-parts", "256"], /255/);
  await refused("max_parts", ["account", "add", "acc-3", "--max-parts", "0"]);
  await refused("credits", ["account", "credit", "acc-2", "--add", "-1"], /less/);
  await refused("credits", ["account", "credit", "acc-2", "--add", "0"]);
  await refused("account", ["account", "credit", "nobody", "--add", "1"]);
  assert.ok(!(await ask("account", "list")).items.some((a) => a.name === "acc-3"));
});

test("a quota moves from the account to the user and back", async () => {
  await ask("account", "add", "acc-q", "--credits", "100");
  const words = "user add acc-q bob --password pw --quota 30 --allow-ip 10.0.0.0/8 --allow-ip ::1";
  const user = await ask(...words.split(" "));
  assert.deepEqual(Object.keys(user), [
    ...["id", "account", "login", "quota", "alert_below", "alert_email", "alert_sms"],
    ...["alert_sender", "alerted_at", "allow_ip", "receipts", "stops", "enabled", "created_at"],
  ]);
  assert.equal(user.quota, "30");
  assert.deepEqual(user.allow_ip, ["10.0.0.0/8", "::1"]);
  assert.equal(await credits("acc-q"), "70");

  const set = (...args) => ask("user", "set", "acc-q", "bob", ...args);
  assert.equal((await set("--quota", "50.5")).quota, "50.50");
  assert.equal(await credits("acc-q"), "49.50");
  assert.equal((await set("--quota", "10")).quota, "10");
  assert.equal(await credits("acc-q"), "90");
  assert.deepEqual((await set("--allow-ip", "any")).allow_ip, []);
  assert.equal((await set("--enabled", "no")).quota, "10");
  const alert = ["--alert-below", "5", "--alert-email", "a@b.example"];
  const much = ["user", "set", "acc-q", "bob", "--quota", "100.01", ...alert];
  await refused("quota", much, /credit it first/);
  assert.equal((await ask("user", "show", "acc-q", "bob")).alert_below, null);
  assert.equal((await set("--quota", "none")).quota, null);
  assert.equal(await credits("acc-q"), "100");
  await set("--quota", "40");
  assert.deepEqual(await ask("user", "remove", "acc-q", "bob"), { removed: "bob" });
  assert.equal(await credits("acc-q"), "100");
  assert.deepEqual((await ask("user", "list", "acc-q")).items, []);
  await balanced();

  await refused("quota", ["user", "add", "acc-q", "eve", "--password", "p", "--quota", "101"]);
  await refused("user", ["user", "show", "acc-q", "eve"], /user list/);
  await balanced();
});

test("a user that cannot be is refused by its field, and a password never comes out", async () => {
  await ask("account", "add", "acc-u");
  const add = (...args) => ["user", "add", "acc-u", "bob", "--password", "hush-hush", ...args];
  await refused("allow_ip", add("--allow-ip", "300.1.1.1"), /192\.0\.2\.0\/24/);
  await refused("allow_ip", add("--allow-ip", "10.0.0.0/33"));
  const six = ["1", "2", "3", "4", "5", "6"].flatMap((n) => ["--allow-ip", `10.0.0.${n}`]);
  await refused("allow_ip", add(...six), /5/);
  await refused("account", ["user", "add", "nobody", "bob", "--password", "p"]);
  await refused("password", ["user", "add", "acc-u", "bob", "--password", ""]);
  await ask(...add());
  await refused("login", add(), /another/);
  await refused("login", ["user", "add", "acc-u", "a b", "--password", "p"]);
  const { stdout } = await run("--json", "user", "show", "acc-u", "bob");
  assert.doesNotMatch(stdout, /hush|argon|password/);
  assert.doesNotMatch(server.errors, /hush/);
});

test("a password may come on standard input", async () => {
  await ask("account", "add", "acc-in", "--credits", "5");
  const args = ["--data", server.data, "user", "add", "acc-in", "bob", "--password", "-"];
  const stderr = await new Promise((resolve) => {
    const child = execFile(navette, args, (error, out, err) => resolve(error ? err : ""));
    child.stdin.end("from-stdin\n");
  });
  assert.equal(stderr, "");
  const query = { account: "acc-in", login: "bob", from: "Navette", to: "+33612345678" };
  const { text } = await http2sms(server, { ...query, password: "from-stdin", message: "x" });
  assert.doesNotMatch(text, /Invalid login/);
});

test("senders are what P3 allows, with their odd characters", async () => {
  await ask("account", "add", "acc-s");
  for (const name of ["Navette", "A & B, C", "+33612345678", "36184"]) {
    assert.equal((await ask("sender", "add", "acc-s", name)).name, name);
    assert.equal((await ask("sender", "show", "acc-s", name)).enabled, true);
  }
  assert.equal((await ask("sender", "set", "acc-s", "A & B, C", "--enabled", "no")).enabled, false);
  await ask("sender", "remove", "acc-s", "A & B, C");
  assert.equal((await ask("sender", "list", "acc-s")).items.length, 3);
  for (const name of ["ab", "twelve-chars", "été", "a/b", "1234567890123456"])
    await refused("name", ["sender", "add", "acc-s", name], /3 to 11/);
  await refused("name", ["sender", "add", "acc-s", "Navette"], /already/);
  await refused("sender", ["sender", "remove", "acc-s", "Nobody"]);
});

test("the first carrier gets a route for everything; its password stays inside", async () => {
  const made = await ask(
    ...["carrier", "add", "sim", "--host", "127.0.0.1", "--port", String(sim.smppPort)],
    ...["--system-id", "navette", "--password", "hush-hush", "--window", "20", "--rate", "500"],
    ...["--stop-text", "STOP 36184"],
  );
  assert.equal(made.window, 20);
  assert.equal(made.bind, "trx");
  assert.ok(!("password" in made));
  const [route] = (await ask("route", "list")).items;
  assert.deepEqual([route.prefix, route.carrier, route.account], ["", "sim", null]);

  await until("bound", async () => (await ask("carrier", "show", "sim")).status?.state === "bound");
  assert.equal((await ask("carrier", "set", "sim", "--window", "30")).rate, 500);

  await refused("host", ["carrier", "add", "c2", "--system-id", "x"]);
  await refused("system_id", ["carrier", "add", "c2", "--host", "h"]);
  await refused("port", ["carrier", "set", "sim", "--port", "70000"], /65535/);
  await refused("name", ["carrier", "add", "sim", "--host", "h", "--system-id", "x"], /another/);
  await refused("carrier", ["carrier", "show", "nobody"], /carrier list/);
  assert.equal((await rest("PATCH", "/api/v1/carriers/sim", { colour: "red" })).status, 400);

  await ask("carrier", "add", "c2", "--host", "127.0.0.1", "--system-id", "x", "--enabled", "no");
  assert.equal((await ask("route", "list")).items.length, 1);
  await ask("route", "add", "--prefix", "+262", "--carrier", "c2");
  assert.deepEqual(await ask("carrier", "remove", "c2"), { removed: "c2" });
  assert.equal((await ask("route", "list")).items.length, 1);
  assert.doesNotMatch(server.errors, /hush/);
});

test("a route says for whom, when and in what share; none lifts a condition", async () => {
  await ask("account", "add", "acc-grade", "--grade", "low_cost");
  assert.equal((await ask("account", "show", "acc-grade")).grade, "low_cost");
  assert.equal((await ask("account", "set", "acc-grade", "--grade", "premium")).grade, "premium");
  const add = ["route", "add", "--prefix", "337", "--carrier", "sim"];
  const hours = ["--days", "mon-wed,fri", "--hours", "22:00-06:00", "--timezone", "Asia/Tokyo"];
  const whom = ["--account", "acc-grade", "--sender-kind", "short", "--grade", "low_cost"];
  const share = ["--turn", "2", "--weight", "3", "--draining", "yes"];
  const route = await ask(...add, ...hours, ...whom, ...share);
  const shown = await ask("route", "show", route.id);
  assert.deepEqual(shown, route);
  const { days, timezone, sender_kind, grade, turn, weight, draining } = route;
  assert.deepEqual(
    { days, hours: route.hours, timezone, sender_kind, grade, turn, weight, draining },
    {
      ...{ days: "mon-wed,fri", hours: "22:00-06:00", timezone: "Asia/Tokyo" },
      ...{ sender_kind: "short", grade: "low_cost", turn: 2, weight: 3, draining: true },
    },
  );
  const lifted = await ask(
    ...["route", "set", route.id, "--days", "none", "--hours", "none", "--account", "none"],
    ...["--sender-kind", "none", "--grade", "none", "--draining", "no"],
  );
  for (const member of ["days", "hours", "timezone", "account", "sender_kind", "grade"])
    assert.equal(lifted[member], null, member);
  assert.deepEqual([lifted.weight, lifted.draining], [3, false]);
  await refused("prefix", add, /remove it first/);

  const set = ["route", "set", route.id];
  for (const [field, ...wrong] of [
    ["days", "--days", "monday"],
    ["hours", "--hours", "8-20"],
    ["timezone", "--hours", "08:00-20:00", "--timezone", "Mars/Olympus"],
    ["sender_kind", "--sender-kind", "tall"],
    ["sender_kind", "--sender", "Shop", "--sender-kind", "long"],
    ["grade", "--grade", "gold"],
    ["weight", "--weight", "0"],
    ["turn", "--turn", "1001"],
    ["carrier", "--carrier", "nobody"],
  ])
    await refused(field, [...set, ...wrong]);
  assert.deepEqual(await ask("route", "show", route.id), lifted);
  await ask("route", "remove", route.id);
});

test("why a route wins is told in both languages, and with codes", async () => {
  await ask("account", "add", "acc-w");
  const explain = ["route", "explain", "--account", "acc-w", "--to", "+33612345678"];
  const { carrier, chain, items } = await ask(...explain);
  assert.deepEqual([carrier, chain, items[0].verdict], ["sim", ["sim"], "wins"]);
  assert.equal(items[0].place, 1);
  const english = await run(...explain);
  assert.match(english.stdout, /^PLACE +ROUTE +PREFIX +CARRIER +WHY\n +1 +\d+ .*sim +wins\n/);
  const before = process.env.LC_ALL;
  process.env.LC_ALL = "fr_FR.UTF-8";
  const french = await run(...explain, "--from", "Shop");
  if (before === undefined) delete process.env.LC_ALL;
  else process.env.LC_ALL = before;
  assert.match(french.stdout, /^RANG .*POURQUOI\n.* sim +l'emporte\n/);
  await refused("account", ["route", "explain", "--account", "nobody", "--to", "33612345678"]);
  await refused("to", ["route", "explain", "--account", "acc-w", "--to", "12"]);
  await refused("from", [...explain, "--from", "no good sender"]);
  await refused("at", [...explain, "--at", "noon"]);
});

test("routes and rates are set, listed and removed", async () => {
  await ask("account", "add", "acc-r");
  const add = ["route", "add", "--prefix", "336", "--carrier", "sim", "--account", "acc-r"];
  const route = await ask(...add);
  assert.deepEqual([route.prefix, route.carrier, route.account], ["336", "sim", "acc-r"]);
  assert.equal((await ask("route", "show", route.id)).id, route.id);
  await refused("prefix", add, /remove it first/);
  await refused("prefix", ["route", "add", "--prefix", "thirty", "--carrier", "sim"]);
  await refused("carrier", ["route", "add", "--prefix", "33", "--carrier", "nobody"]);
  const nobodys = ["route", "add", "--prefix", "33", "--carrier", "sim", "--account", "nobody"];
  await refused("account", nobodys);
  assert.deepEqual(await ask("route", "remove", route.id), { removed: route.id });
  await refused("id", ["route", "remove", route.id]);
  await refused("id", ["route", "set", route.id, "--weight", "2"]);

  assert.deepEqual(await ask("rate", "set", "262", "1.5"), { prefix: "262", credits: "1.50" });
  await ask("rate", "set", "262", "2");
  const { items } = await ask("rate", "list");
  assert.deepEqual(
    items.find((r) => r.prefix === "262"),
    { prefix: "262", credits: "2" },
  );
  await refused("credits", ["rate", "set", "262", "-1"]);
  await refused("prefix", ["rate", "set", "abc", "1"]);
  await refused("prefix", ["rate", "remove", "default"], /set the default/);
  await ask("rate", "remove", "262");
  await refused("prefix", ["rate", "remove", "262"]);
});

async function sender(account, money, quota = []) {
  await ask("account", "add", account, "--credits", String(money));
  await ask("user", "add", account, "bob", "--password", "secret12", ...quota);
  await ask("sender", "add", account, "Navette");
}

const FIELDS =
  "id account user sender recipient text encoding parts class tag state credits created_at " +
  "due_at sent_at done_at carrier carrier_ids receipt events passage ptt ptt_meaning origin " +
  "conversation_id";

test("a message is shown with its whole passage", async () => {
  await sender("acc-m", 100);
  const long = "x".repeat(300);
  const [one] = await send("acc-m", "bob", "+33612345678", "Bonjour", { tag: "spring", class: 1 });
  const [two] = await send("acc-m", "bob", "0033612345679", long);
  const delivered = (id) =>
    until("delivered", async () => {
      const m = await ask("message", "show", id);
      return m.state === "delivered" && m;
    });
  const m = await delivered(one);
  assert.deepEqual(Object.keys(m).sort(), FIELDS.split(" ").sort());
  assert.deepEqual(
    [m.id, m.account, m.user, m.sender, m.recipient, m.text, m.encoding, m.parts, m.class, m.tag],
    [one, "acc-m", "bob", "Navette", "+33612345678", "Bonjour", "gsm7", 1, 1, "spring"],
  );
  assert.deepEqual([m.credits, m.carrier, m.receipt], ["1", "sim", "DELIVRD 000"]);
  assert.equal(m.carrier_ids.length, 1);
  assert.deepEqual(
    m.events.map((e) => e.kind),
    ["accepted", "sent", "delivered"],
  );
  const times = m.events.map((e) => e.at);
  assert.deepEqual(times, [...times].sort());
  assert.deepEqual([times[0], times[1], times[2]], [m.created_at, m.sent_at, m.done_at]);

  const hops = m.passage.map((h) => h.what);
  assert.deepEqual(hops, ["accepted", "priced", "routed", "submitted", "delivered"]);
  const [accepted, priced, routed, submitted, ended] = m.passage;
  assert.deepEqual([accepted.took_ms, accepted.fields], [null, { by: "user", name: "bob" }]);
  assert.equal(priced.detail, "1 for 1 part");
  assert.equal(routed.fields.carrier, "sim");
  assert.equal(submitted.fields.destination_addr, "+33612345678");
  assert.ok(submitted.fields.message_id && submitted.took_ms >= 0 && ended.took_ms >= 0);

  const l = await delivered(two);
  assert.deepEqual([l.parts, l.credits, l.carrier_ids.length], [2, "2", 2]);
  assert.deepEqual(l.events.map((e) => e.kind).sort(), [
    ...["accepted", "delivered", "part_delivered", "part_delivered", "part_sent", "part_sent"],
    "sent",
  ]);

  const ids = async (...args) => (await ask("message", "list", ...args)).items.map((i) => i.id);
  assert.deepEqual(await ids("--account", "acc-m"), [two, one]);
  assert.deepEqual(await ids("--account", "acc-m", "--tag", "spring"), [one]);
  assert.deepEqual(await ids("--recipient", "+33612345679"), [two]);
  assert.deepEqual(await ids("--account", "acc-m", "--state", "queued"), []);
  const first = await ask("message", "list", "--account", "acc-m", "--limit", "1");
  const shown = FIELDS.split(" ").filter((f) => !["carrier_ids", "events", "passage"].includes(f));
  assert.deepEqual(Object.keys(first.items[0]).sort(), shown.sort());
  assert.deepEqual(await ids("--account", "acc-m", "--cursor", first.next), [one]);
  assert.deepEqual(await ids("--account", "acc-m", "--sort", "at"), [one, two]);
  assert.deepEqual(await ids("--account", "acc-m", "--sort", "-parts", "--limit", "1"), [two]);
  assert.deepEqual(await ids("--account", "acc-m", "--text", "BONJ"), [one]);
  await refused("cursor", ["message", "list", "--cursor", "12"], /leave it out/);
  await refused("account", ["message", "list", "--sort", "to"], /which account/);
  await refused("state.0", ["message", "list", "--state", "lost"], /delivered/);
  await refused("to", ["message", "list", "--recipient", "12"], /\+33/);
  await refused("limit", ["message", "list", "--limit", "1001"], /1000/);
  await refused("account", ["message", "list", "--account", "nobody"]);
  await refused("id", ["message", "show", "1"]);
  await balanced();
});

// 12 digits hhmmddMMyyyy, ten days ahead.
function inTenDays() {
  const [date] = new Date(Date.now() + 10 * 86400000).toISOString().split("T");
  const [year, month, day] = date.split("-");
  return `1200${day}${month}${year}`;
}

test("a deferred message is cancelled once, and its price comes back", async () => {
  await sender("acc-c", 10);
  const [id] = await send("acc-c", "bob", "+33612345678", "later", { deferred: inTenDays() });
  assert.equal(await credits("acc-c"), "9");
  const before = await ask("message", "show", id);
  assert.deepEqual([before.state, before.sent_at, before.carrier_ids], ["scheduled", null, []]);
  const m = await ask("message", "cancel", id);
  assert.deepEqual([m.state, m.credits], ["cancelled", "0"]);
  assert.deepEqual(
    m.events.map((e) => e.kind),
    ["accepted", "cancelled"],
  );
  assert.equal(await credits("acc-c"), "10");
  await refused("state", ["message", "cancel", id], /is cancelled/);
  const again = await rest("POST", `/api/v1/messages/${id}/cancel`);
  assert.equal(again.status, 409);
  assert.equal(again.body.code, "conflict");
  assert.equal(await credits("acc-c"), "10");
  await balanced();
});

test("a refund goes to the quota that paid, or to the account once it is gone", async () => {
  await sender("acc-d", 10, ["--quota", "6"]);
  const later = () => send("acc-d", "bob", "+33612345678", "x", { deferred: inTenDays() });
  const [a] = await later();
  const [b] = await later();
  const [c] = await later();
  const quota = async () => (await ask("user", "show", "acc-d", "bob")).quota;
  assert.equal(await quota(), "3");
  await ask("message", "cancel", a);
  assert.equal(await quota(), "4");
  await balanced();
  await ask("user", "set", "acc-d", "bob", "--quota", "none");
  await ask("message", "cancel", b);
  assert.equal(await credits("acc-d"), "9");
  await balanced();
  await ask("user", "remove", "acc-d", "bob");
  const m = await ask("message", "cancel", c);
  assert.equal(m.user, null);
  assert.equal(await credits("acc-d"), "10");
  await balanced();
});

test("a message in doubt waits for a person who decides", async () => {
  await sender("acc-i", 10);
  await ask("carrier", "set", "sim", "--on-doubt", "ask", "--response-s", "1");
  const doubtful = (id) =>
    until("in doubt", async () => (await ask("message", "show", id)).state === "in_doubt");
  const [a] = await send("acc-i", "bob", "+33612349910", "never answered");
  await doubtful(a);
  await refused("state", ["message", "cancel", a], /in_doubt/);
  const m = await ask("message", "resolve", a, "give_up");
  assert.equal(m.state, "unknown");
  assert.ok(m.events.some((e) => e.kind === "resolved"));
  await refused("state", ["message", "resolve", a, "resend"], /is unknown/);

  const [b] = await send("acc-i", "bob", "+33612349910", "sent twice");
  await doubtful(b);
  await ask("message", "resolve", b, "resend");
  await doubtful(b); // it went out again, and was not answered again
  const twice = (await sim.messages("33612349910")).filter((s) => s.text === "sent twice");
  assert.equal(twice.length, 2);
  const undecided = await rest("POST", `/api/v1/messages/${b}/resolve`, {});
  assert.equal(undecided.body.field, "action");
  await ask("message", "resolve", b, "give_up");
  await ask("carrier", "set", "sim", "--on-doubt", "resend", "--response-s", "60");
  await balanced();
});

test("an incoming is listed and shown", async () => {
  await sender("acc-o", 10);
  const [id] = await send("acc-o", "bob", "+33612340077", "question");
  await until("on the phone", async () => (await sim.messages("33612340077")).length > 0);
  await sim.write("33612340077", "Navette", "réponse");
  const { items } = await until("incoming", async () => {
    const list = await ask("incoming", "list", "--account", "acc-o");
    return list.items.length > 0 && list;
  });
  const [i] = items;
  assert.deepEqual(
    Object.keys(i),
    (
      "id account carrier sender number text class received_at parts missing message_id " +
      "conversation_id standing started credits release_at released_at"
    ).split(" "),
  );
  assert.deepEqual(
    [i.account, i.carrier, i.sender, i.text, i.parts, i.message_id, i.started],
    ["acc-o", "sim", "+33612340077", "réponse", 1, id, "nothing"],
  );
  assert.deepEqual(await ask("incoming", "show", i.id), i);
  await refused("id", ["incoming", "show", "1"]);
  await refused("account", ["incoming", "list", "--account", "nobody"]);
});

test("people get tables, lines and sentences; in French where they read it", async () => {
  const said = async (...args) => (await run(...args)).stdout;
  assert.equal(
    await said("account", "add", "acc-h", "--credits", "3"),
    "Account acc-h is there, with 3 credits.\n",
  );
  const list = await said("account", "list");
  assert.match(list, /^NAME +CREDITS .*\n(.*\n)*acc-h +3 +8 +premium +Europe\/Paris/);
  assert.match(await said("account", "show", "acc-h"), /^name: acc-h$/m);
  assert.match(await said("message", "list"), /^ +ID +CREATED \(UTC\) +STATE/);
  const before = process.env.LC_ALL;
  process.env.LC_ALL = "fr_FR.UTF-8";
  try {
    assert.equal(
      await said("account", "credit", "acc-h", "--add", "1"),
      "Le compte acc-h a maintenant 4 crédits.\n",
    );
    await refused("name", ["account", "add", "acc-h"], /choisissez/);
    assert.match(await said("account", "add", "--help"), /crée un compte/);
  } finally {
    if (before === undefined) delete process.env.LC_ALL;
    else process.env.LC_ALL = before;
  }
});

test("wrong use ends with 2, help with 0, and no server with 1", async () => {
  await wrongUse([], /--help/);
  await wrongUse(["dance"], /no command "dance"/);
  await wrongUse(["account", "dance"], /no verb/);
  await wrongUse(["account", "add"], /NAME is missing\nusage: navette account add NAME/);
  await wrongUse(["message", "list", "--colour", "red"], /no option --colour/);
  await wrongUse(["message", "list", "--limit", "many"], /--limit must be a whole number/);
  for (const args of [["--help"], ["account", "--help"], ["account", "add", "--help"]]) {
    const { code, stdout, stderr } = await command(...args);
    assert.deepEqual([code, stderr], [0, ""]);
    assert.match(stdout, /navette/);
  }
  const { code, stderr } = await command("--data", "/nowhere", "account", "list");
  assert.equal(code, 1);
  assert.match(stderr, /no server answers at \/nowhere\/navette.sock: start it with `navette/);
});

test("--json prints one document, for a refusal too", async () => {
  const { code, stdout } = await run("--json", "account", "show", "nobody");
  assert.equal(code, 1);
  assert.deepEqual(JSON.parse(stdout).field, "account");
  assert.deepEqual(await ask("ledger", "check"), { items: [], next: null });
});

test("the resources need somebody who asks, and refuse what they do not know", async () => {
  assert.equal((await fetch(`${server.http}/api/v1/accounts`)).status, 401);
  assert.equal((await rest("GET", "/api/v1/nothing")).status, 404);
  assert.equal((await rest("PUT", "/api/v1/accounts", {})).status, 405);
  const odd = await rest("POST", "/api/v1/accounts", { name: "acc-x", colour: "red" });
  assert.deepEqual([odd.status, odd.body.field], [400, "colour"]);
  assert.equal((await rest("GET", "/api/v1/messages?colour=red")).body.field, "colour");
  assert.equal((await rest("POST", "/api/v1/accounts", [])).status, 400);
  assert.equal((await rest("POST", "/api/v1/accounts", {})).body.field, "name");
  const real = await rest("POST", "/api/v1/accounts", { name: "acc-x", credits: 1.5 });
  assert.equal(real.body.field, "credits");
  assert.ok(!(await ask("account", "list")).items.some((a) => a.name === "acc-x"));
});
