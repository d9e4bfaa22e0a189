// SPDX-License-Identifier: Apache-2.0
// Nobody sees or changes what is another account's. Every operation of /api/openapi.json is asked
// by nobody, by somebody whose session has ended, by each role of one account and by a key of each
// scope, with the names and ids of another account: no answer has any of them in it, none succeeds,
// and that account is afterwards what it was. On their own account the same people are let in
// exactly where x-needs says so.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { call, cli, furnish, http2sms, sleep, startNavette, startSim, until } from "./navette.mjs";
import { Person } from "./people.mjs";

const password = "four words of mine";
const own = "sms-alpha";
const other = "sms-zebra";
const phone = "33612345699"; // only the other account writes to it
const ROLES = {
  viewer: ["view"],
  agent: ["chat"],
  sender: ["view", "chat", "send"],
  owner: ["view", "chat", "send", "own"],
};
const SCOPES = { read: ["view"], chat: ["chat"], send: ["send"], manage: ["own"] };

let server, sim, doc;
const operations = [];
const people = []; // {name, person, rights}
const ids = []; // of the other account's things
const names = {}; // what stands for {login}, {sender} …

// ---- what the description says ----

const at = (ref) =>
  ref
    .slice(2)
    .split("/")
    .reduce((o, k) => o[k.replaceAll("~1", "/")], doc);
const whole = (schema) =>
  schema?.$ref ? { ...whole(at(schema.$ref)), ...schema } : (schema ?? {});

function example(schema, name) {
  const s = whole(schema);
  if (name in common) return common[name];
  if (s.examples) return s.examples[0];
  if (s.const !== undefined) return s.const;
  if (s.enum) return s.enum[0];
  if (s.default !== undefined) return s.default;
  if (s.oneOf) return example(s.oneOf[0], name);
  const types = [s.type ?? []].flat();
  if (types.includes("object"))
    return Object.fromEntries((s.required ?? []).map((n) => [n, example(s.properties[n], n)]));
  if (types.includes("array")) return s.minItems ? [example(s.items, name)] : [];
  if (types.includes("integer")) return s.minimum ?? 1;
  if (types.includes("boolean")) return true;
  return "example".padEnd(s.minLength ?? 0, "x").slice(0, s.maxLength);
}

// What a request says of the other account, wherever it may say so.
const common = {
  account: other,
  from: "Zebra",
  sender: "Zebra",
  carrier: "sim",
  to: [`+${phone}`],
  number: `+${phone}`,
  phone: `+${phone}`,
  timezone: "Europe/Paris",
  wait: 0,
};

const needs = (op) => op["x-needs"].split("|");
const changes = (op) => op.method !== "GET";

// All paths that an operation has for the other account's things: with its own name and, where one
// is named, with ours before them.
function* pathsOf(op, who) {
  const inPath = op.parameters.filter((p) => p.in === "path").map((p) => p.name);
  const accounts = op.path.startsWith("/api/v1/accounts/{") ? [other, own] : ["sim"];
  for (const account of accounts) {
    const shut = account === other || !who.rights; // one id does for all
    const choices = !inPath.includes("id") ? [undefined] : shut ? ids.slice(0, 1) : ids;
    for (const id of choices) {
      if (account === own && inPath.length === 1) continue;
      const values = { ...names, name: account, id };
      yield op.path.replace(/\{(\w+)\}/g, (_, n) => encodeURIComponent(values[n] ?? "example"));
    }
  }
}

// ---- the world ----

async function made(path, body) {
  const answer = await call(server, "POST", `/api/v1${path}`, body);
  assert.ok(answer.status < 300, `${path}: ${answer.bytes}`);
  return answer.json;
}

async function addPerson(name, account, role) {
  const email = `${name}@example.org`;
  await cli(server, "member", "add", email, "--password", password);
  await cli(server, "member", "set", email, "--account", account, "--role", role);
  const person = new Person(server, { from: `127.0.${people.length + 1}.1` });
  await person.signIn(email, password);
  return person;
}

// Two accounts that have everything; the other one's has its mark on all that can bear one.
async function populate() {
  await furnish(server, sim.smppPort);
  for (const [account, word] of [
    [own, "alpha"],
    [other, "zebra"],
  ]) {
    const base = `/accounts/${account}`;
    await cli(server, "account", "add", account, "--credits", "100");
    await cli(server, "user", "add", account, `${word}-user`, "--password", "secret12");
    await cli(server, "sender", "add", account, word === "zebra" ? "Zebra" : "Alpha");
    await cli(server, "twoway", "enable", account, "--country", "FR");
    const text = `thanks from ${word}`;
    await cli(server, "reply", "set", account, "--action", "text", "--text", text);
    await cli(server, "callback", "set", account, "--replies", `http://127.0.0.1:9/${word}`);
    await made(`${base}/notifications`, { email: `${word}-told@example.org`, language: "en" });
    await made(`${base}/keys`, { name: `${word}-key`, scopes: ["read"] });
    await made(`${base}/members`, { email: `${word}-invited@example.org`, role: "viewer" });
    await made(`${base}/saved-replies`, { name: `${word}-reply`, text });
    const number = word === "zebra" ? "+33612345698" : "+33612345688";
    await made("/quarantine", { number, account, reason: `${word} was asked by letter` });
  }
  await cli(server, "number", "add", "38000-38019", "--carrier", "sim");
  const message = "zebra, an answer please";
  const query = { account: other, login: "zebra-user", password: "secret12", to: phone, message };
  const { text } = await http2sms(server, {
    ...query,
    ...{ senderForResponse: 1, noStop: 1, tag: "zebra-tag" },
  });
  assert.match(text, /^OK/);
  const [shown] = await until("the message on the phone", async () => {
    const items = await sim.messages(phone);
    return items.length && items;
  });
  await sim.write(phone, shown.from, "zebra answers");
  await until("the answer", async () => {
    const { items } = await cli(server, "incoming", "list", "--account", other);
    return items.length;
  });
  await until("what it started", async () => {
    const { items } = await cli(server, "message", "list", "--account", other);
    return items.length === 2 && items.every((m) => m.state === "delivered");
  });
}

const lists = [
  ...["users", "senders", "keys", "members", "notifications", "callback", "reply", "movements"],
  ...["threads", "saved-replies", `threads/+${phone}`],
];
const trying = ["callback/attempts"]; // goes on by itself: only its ids are asked with
const flat = ["messages", "incoming", "conversations", "quarantine", "audit"];

// All of the other account, but for what time alone changes.
async function whatIsThere() {
  const out = {};
  const paths = ["", ...lists.map((l) => `/${l}`)].map((l) => `/accounts/${other}${l}`);
  for (const path of [...paths, ...flat.map((l) => `/${l}?account=${other}&limit=1000`)]) {
    const answer = await call(server, "GET", `/api/v1${path}`);
    assert.equal(answer.status, 200, `${path}: ${answer.bytes}`);
    const text = answer.bytes.toString().replaceAll(/"(last_\w+_at|seen_at)":"[^"]*"/g, '"$1":""');
    out[path] = JSON.parse(text);
  }
  return out;
}

function* idsIn(json) {
  if (Array.isArray(json)) for (const each of json) yield* idsIn(each);
  else if (json && typeof json === "object")
    for (const [name, value] of Object.entries(json))
      if (/^id$|_id$/.test(name) && typeof value === "string" && value.length > 8) yield value;
      else yield* idsIn(value);
}

before(async () => {
  sim = await startSim({ args: ["--receipt-delay-ms", "20"] });
  server = await startNavette();
  doc = (await call(server, "GET", "/api/openapi.json")).json;
  for (const [path, item] of Object.entries(doc.paths))
    for (const method of ["get", "post", "put", "patch", "delete"])
      if (item[method]) {
        const parameters = [...(item.parameters ?? []), ...(item[method].parameters ?? [])];
        operations.push({
          ...item[method],
          path,
          method: method.toUpperCase(),
          parameters: parameters.map((p) => (p.$ref ? at(p.$ref) : p)),
        });
      }
  await populate();
  const zoe = await addPerson("zebra-owner", other, "owner");
  const there = [await whatIsThere()];
  for (const list of trying)
    there.push((await call(server, "GET", `/api/v1/accounts/${other}/${list}`)).json);
  ids.push(...new Set(idsIn(there)));
  ids.push(...idsIn((await zoe.get("/me/sessions")).body));
  Object.assign(names, {
    ...{ login: "zebra-user", sender: "Zebra", number: `+${phone}`, phone: `+${phone}` },
    ...{ token: "x".repeat(43), country: "FR", prefix: "33" },
  });

  people.push({ name: "nobody", person: new Person(server), rights: null });
  const ended = await addPerson("alpha-ended", own, "owner");
  const { cookies, csrf } = ended;
  await ended.delete("/session");
  Object.assign(ended, { cookies, csrf });
  people.push({ name: "an ended session", person: ended, rights: null });
  for (const [role, rights] of Object.entries(ROLES)) {
    const person = await addPerson(`alpha-${role}`, own, role);
    people.push({ name: role, person, rights, member: true });
  }
  for (const [scope, rights] of Object.entries(SCOPES)) {
    const { key } = await made(`/accounts/${own}/keys`, { name: scope, scopes: [scope] });
    people.push({ name: `a key to ${scope}`, person: new Person(server, { key }), rights });
  }
});
after(async () => {
  await server?.stop();
  await sim?.stop();
});

// ---- asking ----

// A limit of how often somebody may ask is none of what is tested here.
async function ask(person, op, path, body) {
  for (;;) {
    const answer = await person.raw(op.method, path, body);
    if (answer.status !== 429 || needs(op).includes("anyone")) return answer;
    await sleep(1000 * Number(answer.headers["retry-after"] ?? 1));
  }
}

const bodyOf = (op) => {
  const schema = whole(op.requestBody?.content["application/json"]?.schema);
  if (!op.requestBody) return undefined;
  const body = example(schema, "");
  for (const name of Object.keys(common)) if (schema.properties?.[name]) body[name] = common[name];
  return body;
};

function leaks(answer, path) {
  const said = `${JSON.stringify(answer.headers)} ${answer.text}`.toLowerCase();
  const asked = path.includes(phone) ? [] : [phone];
  return ["zebra", ...asked, ...ids].find((mark) => said.includes(mark));
}

// Of a phone that the other account knows they hear what they hear of one that nobody knows.
async function differs(person, op, path, answer) {
  const unknown = "33612345600";
  if (changes(op) || !path.includes(phone)) return null;
  const { text } = await ask(person, op, path.replaceAll(phone, unknown));
  return text.replaceAll(unknown, phone) === answer.text ? null : text;
}

// A member's own affairs, where nobody else's id is named, would only end the asker's session.
const isOwnAffair = (op, who) =>
  who.member && changes(op) && needs(op).includes("member") && !op.path.includes("{id}");

test("another account's things are neither shown nor changed", async () => {
  assert.ok(operations.length > 60, "the description was read");
  assert.ok(ids.length > 15, `the other account has things: ${ids.length}`);
  const before = await whatIsThere();
  const wrong = [];
  let asked = 0;
  // At once, because each has an allowance of requests of his own.
  await Promise.all(
    people.map(async (who) => {
      for (const op of operations) {
        if (isOwnAffair(op, who)) continue;
        const asks = op.parameters
          .filter((p) => p.in === "query" && (p.required || p.name === "wait"))
          .map((p) => [p.name, String(example(p.schema, p.name))]);
        for (const path of pathsOf(op, who))
          for (const more of scopesOf(op)) {
            const all = new URLSearchParams([...asks, ...more]).toString();
            const answer = await ask(who.person, op, all ? `${path}?${all}` : path, bodyOf(op));
            const asking = `${who.name}: ${op.method} ${path}?${all}`;
            const told = `${asking}: ${answer.status} ${answer.text}`;
            asked++;
            const leak = leaks(answer, path);
            const otherwise = leak ? null : await differs(who.person, op, path, answer);
            if (otherwise) wrong.push(`tells of a phone: ${told} ${otherwise}`.slice(0, 900));
            else if (leak) wrong.push(`shows ${leak}: ${told.slice(0, 600)}`);
            else if (!expected(who, op, path, more).includes(answer.status))
              wrong.push(told.slice(0, 600));
          }
      }
    }),
  );
  assert.equal(wrong.slice(0, 10).join("\n"), "", `${wrong.length} of ${asked}`);
  assert.deepEqual(await whatIsThere(), before);
});

// Without a word of the account, and with it wherever a list can be asked of one.
function* scopesOf(op) {
  yield [];
  if (op.parameters.some((p) => p.in === "query" && p.name === "account" && !p.required))
    yield [["account", other]];
}

function expected(who, op, path, more) {
  const needed = needs(op);
  const any = Array.from({ length: 500 }, (_, i) => i + 100);
  if (needed.includes("anyone")) return any;
  if (!who.rights) return [401];
  if (path.startsWith(`/api/v1/accounts/${other}`)) return [404];
  const lets = needed.some((n) => who.rights.includes(n));
  if (needed.includes("member") && !lets) return who.member ? [200, 404] : [403];
  if (!lets) return [403];
  if (more.length) return [403, 404];
  if (!changes(op) && path.includes(phone)) return [200, 404]; // compared with another one's
  // What is said wrongly is told; what is right is only ever the asker's own.
  if (op.path.includes("{") && !/hours|rates/.test(op.path)) return [400, 403, 404, 409, 415];
  return changes(op) ? [400, 403, 404, 409, 415, 422] : [200, 400];
}

test("on their own account people get in where x-needs says so, and nowhere else", async () => {
  const wrong = [];
  for (const who of people)
    for (const op of operations) {
      const needed = needs(op);
      if (!op.path.startsWith("/api/v1/accounts/{")) continue;
      const lets = who.rights && needed.some((n) => who.rights.includes(n));
      if (lets && changes(op)) continue;
      const values = { name: own, login: "alpha-user", sender: "Alpha", phone: "+33612345688" };
      const path = op.path.replace(/\{(\w+)\}/g, (_, n) => values[n] ?? "1");
      const answer = await ask(who.person, op, path, bodyOf(op));
      const good = !who.rights
        ? answer.status === 401
        : lets
          ? ![401, 403].includes(answer.status)
          : answer.status === 403;
      const told = `${who.name}: ${op.method} ${path}: ${answer.status} ${answer.text}`;
      if (!good) wrong.push(told.slice(0, 400));
    }
  assert.equal(wrong.slice(0, 10).join("\n"), "", `${wrong.length} wrong`);
});

test("an operator who names no account that there is hears so, whatever he asks", async () => {
  const all = operations.filter((op) => op.path.startsWith("/api/v1/accounts/{"));
  assert.ok(all.length > 30, "there are operations of accounts");
  for (const op of all) {
    const path = op.path.replace(/\{(\w+)\}/g, (_, n) => (n === "name" ? "sms-nowhere" : "1"));
    const { status, json } = await call(server, op.method, path, bodyOf(op));
    const told = [status, json.field, json.detail];
    const sentence = "there is no account of this name: `navette account list` shows them";
    assert.deepEqual(told, [404, "account", sentence], `${op.method} ${path}`);
  }
});
