// SPDX-License-Identifier: Apache-2.0
// The same on any database.
// Every operation of the REST API gets what its description allows, and what it forbids; npm's ajv
// judges the answers. Examples are made from the schemas; what they must name is in `world`.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import Ajv from "ajv/dist/2020.js";
import { call, cli, furnish, startNavette, startSim, until, who } from "./navette.mjs";

let server, sim, doc, ajv;
const operations = [];
const done = new Set(); // answered with a success
const world = {}; // operationId: path parameters that are there

const at = (ref) =>
  ref
    .slice(2)
    .split("/")
    .reduce((o, k) => o[k.replaceAll("~1", "/").replaceAll("~0", "~")], doc);
const whole = (schema) =>
  schema?.$ref ? { ...whole(at(schema.$ref)), ...schema } : (schema ?? {});
const typesOf = (schema) => [whole(schema).type ?? []].flat();

const ask = (op, path, body, headers) => call(server, op.method.toUpperCase(), path, body, headers);

// ---- values that fit ----

function example(schema, name) {
  const s = whole(schema);
  if (name in common) return common[name];
  if (s.examples) return s.examples[0];
  if (s.const !== undefined) return s.const;
  if (s.enum) return s.enum[0];
  if (s.default !== undefined) return s.default;
  if (s.oneOf) return example(s.oneOf[0], name);
  if (s.allOf) return Object.assign({}, ...s.allOf.map((each) => example(each, name)));
  const types = typesOf(s);
  if (types.includes("object")) return objectOf(s, s.required ?? []);
  if (types.includes("array")) return s.minItems ? [example(s.items, name)] : [];
  if (types.includes("integer") || types.includes("number")) return s.minimum ?? 1;
  if (types.includes("boolean")) return true;
  if (types.includes("string"))
    return "example".padEnd(s.minLength ?? 0, "x").slice(0, s.maxLength);
  return null;
}

const objectOf = (s, names) =>
  Object.fromEntries(names.map((name) => [name, example(s.properties?.[name], name)]));

// Words that must be somebody's, whatever asks for them.
const common = { account: who.account, carrier: "sim", timezone: "Europe/Paris", wait: 0 };

// What one value says about another is beyond a schema.
const bodies = {
  addCarrier: { name: "second", host: "127.0.0.1", system_id: "navette", enabled: false },
  addNumbers: { numbers: "38100-38101", carrier: "sim" },
  estimateMessages: { account: who.account, to: ["+33612000001"], text: "Hello" },
  inviteMember: { email: "invited@example.org", name: "Invited", role: "agent" },
  testCarrier: { host: "127.0.0.1", port: 9, system_id: "navette" },
  sendMessages: { account: who.account, from: "Navette", to: ["+33612000001"], text: "Hello" },
};

// ---- values that do not ----

const outside = {
  string: 7,
  integer: "seven",
  number: "seven",
  boolean: "perhaps",
  array: "none",
  object: "none",
  null: 7,
};

// [what is wrong, a value, which member of it is at fault]
function* misfits(schema) {
  const s = whole(schema);
  const types = typesOf(s);
  const wrong = Object.values({ a: 7, b: true, c: "seven", d: {}, e: [] }).find(
    (value) => !types.includes(kindOf(value)),
  );
  if (types.length && wrong !== undefined) yield ["of another type", wrong];
  if (s.enum && types.includes("string")) yield ["none of its words", "no-such-word"];
  if (s.maxLength !== undefined && s.maxLength < 40000 && types.includes("string") && !s.enum)
    yield ["too long", "x".repeat(s.maxLength + 1)];
  if (s.minLength > 0) yield ["too short", ""];
  if (s.pattern && types.includes("string")) yield ["not written so", "\u0001 \u0001"];
  if (s.maximum !== undefined && types.includes("integer")) yield ["too much", s.maximum + 1];
  if (s.minimum !== undefined && types.includes("integer")) yield ["too little", s.minimum - 1];
  if (s.maxItems !== undefined && s.maxItems <= 1000)
    yield ["too many", Array(s.maxItems + 1).fill(example(s.items, ""))];
  if (s.format === "date-time") yield ["no time", "tomorrow"];
}

function kindOf(value) {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  return Number.isInteger(value) ? "integer" : typeof value;
}

// ---- requests ----

const inPath = (op) => op.parameters.filter((p) => p.in === "path");
const inQuery = (op) => op.parameters.filter((p) => p.in === "query");
const wanted = (op) => inQuery(op).filter((p) => p.required);

function pathOf(op, query = {}) {
  const path = op.path.replace(/\{(\w+)\}/g, (_, name) => {
    const p = inPath(op).find((each) => each.name === name);
    return encodeURIComponent(world[op.operationId]?.[name] ?? example(p.schema, ""));
  });
  const text = new URLSearchParams(query).toString();
  return text ? `${path}?${text}` : path;
}

const queryOf = (parameters) =>
  Object.fromEntries(parameters.map((p) => [p.name, String(example(p.schema, p.name))]));

const bodyOf = (op) => op.requestBody?.content["application/json"]?.schema;
const isStream = (op) =>
  Object.values(op.responses).some(
    (r) =>
      r.content && !Object.keys(r.content).some((type) => /^application\/(.*\+)?json$/.test(type)),
  );

const told = (op, what, answer) =>
  `${op.operationId}, ${what}: ${answer.status} ${answer.bytes.toString().slice(0, 400)}`;

// The answer is one that is described, and looks so.
function judge(op, answer, what) {
  const says = told(op, what, answer);
  const described = op.responses[answer.status] ?? op.responses.default;
  assert.ok(described, says);
  assert.ok(op.responses[answer.status] || answer.status >= 400, says);
  const content = (described.$ref ? at(described.$ref) : described).content;
  if (answer.status < 300) done.add(op.operationId);
  if (!content) {
    assert.equal(answer.bytes.length, 0, says);
    return;
  }
  const type = answer.headers["content-type"].split(";")[0];
  assert.ok(content[type], `${says}: is ${type}`);
  if (!answer.json) return;
  const validate = validatorOf(content[type].schema);
  assert.ok(validate(answer.json), `${says}\n${JSON.stringify(validate.errors?.slice(0, 3))}`);
  if (answer.status >= 400) assert.equal(answer.json.status, answer.status);
}

const validators = new Map();
function validatorOf(schema) {
  const key = JSON.stringify(schema);
  if (!validators.has(key)) validators.set(key, ajv.compile(absolute(schema)));
  return validators.get(key);
}
const absolute = (schema) => JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"openapi#/'));

// A refusal that names the field.
function refused(op, answer, what, field, statuses = [400]) {
  const says = told(op, what, answer);
  assert.ok(statuses.includes(answer.status), says);
  judge(op, answer, what);
  if (field !== undefined) assert.equal(answer.json.field?.split(".")[0], field, says);
  assert.ok(answer.json.detail, says);
}

// ---- the world ----

before(async () => {
  sim = await startSim();
  server = await startNavette();
  await furnish(server, sim.smppPort);
  doc = (await call(server, "GET", "/api/openapi.json")).json;
  ajv = new Ajv({ strict: false, allErrors: false, validateFormats: true, logger: false });
  ajv.addFormat("date-time", /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/);
  ajv.addFormat("date", /^\d{4}-\d\d-\d\d$/);
  ajv.addSchema(doc, "openapi");
  for (const [path, item] of Object.entries(doc.paths))
    for (const method of ["get", "post", "put", "patch", "delete"])
      if (item[method]) {
        const parameters = [...(item.parameters ?? []), ...(item[method].parameters ?? [])].map(
          (p) => (p.$ref ? at(p.$ref) : p),
        );
        operations.push({ ...item[method], path, method, parameters });
      }
  await populate();
});
after(async () => {
  await server.stop();
  await sim.stop();
});

async function made(path, body) {
  const answer = await call(server, "POST", `/api/v1${path}`, body);
  assert.equal(answer.status, 201, answer.bytes.toString());
  return answer.json;
}

async function populate() {
  const account = `/accounts/${who.account}`;
  await cli(server, "twoway", "enable", who.account, "--country", "FR");
  await cli(server, "number", "add", "38000-38003", "--carrier", "sim");
  const rule = await made("/carriers/sim/rules", { keyword: "hello", reply: "Hello!" });
  await call(server, "PATCH", `/api/v1${account}/callback`, { replies: "http://127.0.0.1:9/" });
  const notification = await made(`${account}/notifications`, { email: "a@example.org" });
  await made("/quarantine", { number: "+33612000009", reason: "asked by letter" });
  const route = (await call(server, "GET", "/api/v1/routes")).json.items[0];
  const text = "An answer, please";
  const sending = { account: who.account, with_replies: true, marketing: false };
  const sent = await made("/messages", { ...sending, to: ["+33612000001"], text });
  const message = sent.items[0].id;
  const at = new Date(Date.now() + 3600e3).toISOString();
  const later = await made("/messages", { ...bodies.sendMessages, marketing: false, at });
  const [shown] = await until("the message on the phone", async () => {
    const items = await sim.messages("33612000001");
    return items.length && items;
  });
  await cli(server, "number", "add", "38009", "--carrier", "sim");
  await sim.write("33612000001", shown.from, "Here it is");
  const incoming = await until("the answer", async () => {
    const { items } = (await call(server, "GET", "/api/v1/incoming")).json;
    return items[0];
  });
  const ids = {
    Message: message,
    Incoming: incoming.id,
    Conversation: incoming.conversation_id,
    Rule: rule.id,
    Route: route.id,
    Notification: notification.id,
  };
  for (const op of operations) {
    const names = { login: who.login, sender: "Navette", prefix: "44", country: "FR" };
    names.name = op.path.startsWith("/api/v1/carriers/") ? "sim" : who.account;
    names.number = op.path.includes("/numbers/") ? "38003" : "+33612000009";
    names.phone = "+33612000001";
    if (op.operationId === "removeNumber") names.number = "38009"; // in no conversation
    const kind = Object.keys(ids).find((k) => new RegExp(`${k}s?$`).test(op.operationId));
    if (kind) names.id = ids[kind];
    if (op.operationId === "cancelMessage") names.id = later.items[0].id;
    world[op.operationId] = names;
  }
}

// ---- what is asked ----

const order = ["post", "get", "put", "patch", "delete"];
// What was made is asked for.
function learn(path, { status, json }) {
  for (const op of operations) {
    const names = world[op.operationId];
    if (status !== 201 || !json.id || !op.path.startsWith(`${path}/{id}`)) continue;
    if (names.id === undefined || names.learnt) Object.assign(names, { id: json.id, learnt: true });
  }
}

// What hangs on something is removed before it.
const sorted = () =>
  [...operations].sort(
    (a, b) =>
      order.indexOf(a.method) - order.indexOf(b.method) ||
      (a.method === "delete" ? b.path.localeCompare(a.path) : 0),
  );

// All that is wrong, not only the first.
async function each(list, check) {
  const wrong = [];
  for (const op of list)
    try {
      await check(op);
    } catch (e) {
      wrong.push(e.message);
    }
  assert.equal(wrong.join("\n\n"), "");
}

// What another one changed meanwhile, or what only a person can do.
// An account that has moved; a carrier that has messages; streams; no message is in doubt; files.
const NEVER_DONE = [
  ...["removeAccount", "removeCarrier", "probeCarrier", "traceCarrier", "streamEvents"],
  ...["resolveMessage", "addSenderDocument", "getSenderDocument", "growSenderDocument"],
  "removeSenderDocument",
];
const STATES = [401, 402, 403, 404, 409, 422];

test("every answer has a shape that leaves nothing open", () => {
  const open = [];
  const look = (schema, where) => {
    if (!schema || schema.$ref) return;
    if (schema.properties && schema.additionalProperties === undefined) open.push(where);
    for (const [name, each] of Object.entries(schema.properties ?? {}))
      look(each, `${where}.${name}`);
    if (schema.items) look(schema.items, `${where}[]`);
    for (const each of [...(schema.oneOf ?? []), ...(schema.allOf ?? [])]) look(each, where);
  };
  for (const [name, schema] of Object.entries(doc.components.schemas)) look(schema, name);
  for (const op of operations)
    for (const [status, r] of Object.entries(op.responses))
      for (const content of Object.values(r.content ?? {}))
        look(content.schema, `${op.operationId} ${status}`);
  assert.deepEqual(open, []);
});

test("what is forbidden in a body is refused by its name", async () => {
  await each(operations, async (op) => {
    const schema = bodyOf(op);
    if (!schema) return;
    const path = pathOf(op, queryOf(wanted(op)));
    const s = whole(schema);
    const good = objectOf(s, s.required ?? []);
    for (const name of s.required ?? []) {
      const { [name]: _, ...rest } = good;
      refused(op, await ask(op, path, rest), `without ${name}`, name);
    }
    refused(op, await ask(op, path, { ...good, no_such_member: 1 }), "unknown", "no_such_member");
    for (const [name, member] of Object.entries(s.properties ?? {}))
      for (const [what, value] of misfits(member))
        refused(op, await ask(op, path, { ...good, [name]: value }), `${name} ${what}`, name);
    for (const text of ["[]", "7", "{", "\xff"])
      refused(op, await ask(op, path, Buffer.from(text)), `body ${text}`);
    const form = { "content-type": "application/x-www-form-urlencoded" };
    refused(op, await ask(op, path, Buffer.from("a=b"), form), "a form", undefined, [415]);
  });
});

test("what is forbidden in a query is refused by its name", async () => {
  await each(operations, async (op) => {
    const good = queryOf(wanted(op));
    const unknown = await ask(op, pathOf(op, { ...good, no_such: "1" }), bodyOf(op) && {});
    refused(op, unknown, "unknown", "no_such");
    for (const p of inQuery(op)) {
      if (p.required) {
        const { [p.name]: _, ...rest } = good;
        refused(op, await ask(op, pathOf(op, rest)), `without ${p.name}`, p.name);
      }
      const types = typesOf(p.schema);
      for (const [what, value] of misfits(p.schema)) {
        if (typeof value === "object" || (types.includes("string") && typeof value !== "string"))
          continue;
        const path = pathOf(op, { ...good, [p.name]: String(value) });
        refused(op, await ask(op, path, bodyOf(op) && {}), `${p.name} ${what}`, p.name);
      }
    }
  });
});

test("what is allowed is done, and answered as described", async () => {
  await each(sorted(), async (op) => {
    if (isStream(op)) return;
    const s = whole(bodyOf(op));
    const some = bodyOf(op) && { ...objectOf(s, s.required ?? []), ...bodies[op.operationId] };
    const few = await ask(op, pathOf(op, queryOf(wanted(op))), some);
    learn(op.path, few);
    judge(op, few, "with what it wants");
    if (op.method === "get" && op.path.includes("{id}") && world[op.operationId].id)
      assert.equal(few.status, 200, `${op.operationId}: ${few.bytes}`);
    assert.ok(
      few.status < 300 || STATES.includes(few.status) || few.json.code === "missing",
      `${op.operationId}: ${few.status} ${few.bytes}`,
    );
    for (const p of inQuery(op)) {
      const one = { ...queryOf(wanted(op)), [p.name]: String(example(p.schema, p.name)) };
      judge(op, await ask(op, pathOf(op, one), some), `with ${p.name}`);
    }
    if (op.method === "delete") return;
    for (const name of Object.keys(s.properties ?? {})) {
      const body = { ...some, [name]: example(s.properties[name], name) };
      const answer = await ask(op, pathOf(op, queryOf(wanted(op))), body);
      judge(op, answer, `with ${name}`);
      learn(op.path, answer);
    }
  });
});

test("all but a few were done, not only asked for", () => {
  const rights = operations.filter((op) => !/member|anyone/.test(op["x-needs"]));
  const never = rights.map((op) => op.operationId).filter((id) => !done.has(id));
  assert.deepEqual(never.sort(), NEVER_DONE.sort());
});
