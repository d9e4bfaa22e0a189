// SPDX-License-Identifier: Apache-2.0
// Two nodes on one database: asked at the same moment to change the same row, and both bound to a
// carrier, where what one of them hears holds for the other. On SQLite there is one node, and
// nothing of this can happen.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { sql, urlOf } from "./database.mjs";
import {
  call,
  cli,
  furnish,
  http2sms,
  sleep,
  startNavette,
  startSmsc,
  tempDir,
  until,
  who,
} from "./navette.mjs";
import { Person } from "./people.mjs";

const skip = process.env.NAVETTE_TEST_POSTGRES ? false : "one node";
const password = "four words of mine";
let one, two;

const NUMBER = "36123";
const PHONE = "33612345678";
const MESSAGES = 20; // through each node
const HINT_MS = 1000; // much longer than a hint takes

before(async () => {
  if (skip) return;
  const data = tempDir();
  const database = urlOf(data);
  one = await startNavette({ data, database });
  two = await startNavette({ data: tempDir(), database });
  await cli(one, "account", "add", "sms-a", "--credits", "10");
  const add = ["member", "add", "ann@example.org", "--password", password, "--operator", "yes"];
  await cli(one, ...add);
  await cli(one, "member", "add", "bob@example.org", "--password", password, "--operator", "yes");
});
after(async () => {
  await one?.stop();
  await two?.stop();
});

// Whoever wants to write these rows waits until all of `asks` wait; then each goes on.
async function together(rows, ...asks) {
  const held = sql(one, `BEGIN; SELECT 1 FROM ${rows} FOR UPDATE; SELECT pg_sleep(2); COMMIT`);
  await until("the rows are held", async () => {
    const [[n]] = await sql(
      one,
      "SELECT COUNT(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND " +
        "datname = current_database()",
    );
    return n === "1";
  });
  const answers = [];
  for (const ask of asks) {
    answers.push(ask());
    await sleep(400);
  }
  await held;
  return Promise.all(answers);
}

test("who is no operator any more does not become one again by a new name", { skip }, async () => {
  const bob = new Person(two);
  await bob.signIn("bob@example.org", password);
  const [named, demoted] = await together(
    "member WHERE email = 'bob@example.org'",
    () => call(one, "PATCH", "/api/v1/members/bob@example.org", { operator: false }),
    () => bob.patch("/me", { name: "Robert" }),
  );
  assert.deepEqual([named.status, demoted.status], [200, 200]);
  const { json } = await call(one, "GET", "/api/v1/members/bob@example.org");
  assert.deepEqual([json.name, json.operator], ["Robert", false]);
});

test(
  "an account that is switched off stays so while its owner writes his name",
  { skip },
  async () => {
    const path = "/api/v1/accounts/sms-a";
    const [off, named] = await together(
      "account WHERE name = 'sms-a'",
      () => call(one, "PATCH", path, { enabled: false }),
      () => call(two, "PATCH", path, { company: "Alpha" }),
    );
    assert.deepEqual([off.status, named.status], [200, 200]);
    const { json } = await call(one, "GET", path);
    assert.deepEqual([json.enabled, json.company], [false, "Alpha"]);
  },
);

test("P7_3_a_stop_that_one_node_hears_stops_what_another_has_in_memory", { skip }, async () => {
  const held = [];
  let holding = true;
  let next = 0;
  const taken = () => ({ message_id: String(++next) });
  const smsc = await startSmsc({
    onSubmit: () => (holding ? new Promise((r) => held.push(() => r(taken()))) : taken()),
  });
  const nodes = [one, two];
  const options = ["--nodes", "2"];
  await furnish(nodes[0], smsc.port, { carrier: options });
  await cli(nodes[0], "number", "add", NUMBER, "--carrier", "sim");
  await cli(nodes[0], "twoway", "enable", who.account);
  await until("both nodes are bound", () => smsc.sessions.size === 2);
  const send = (node, to, message) =>
    http2sms(node, { ...who, senderForResponse: "1", noStop: "1", to, message });
  for (const node of nodes)
    for (let i = 0; i < MESSAGES; i++)
      assert.match((await send(node, PHONE, `Message ${i}`)).text, /^OK/);
  await until("each node has one on the wire, and the others wait behind it", async () => {
    const shown = nodes.map((node) => cli(node, "carrier", "show", "sim"));
    const active = (await Promise.all(shown)).map(({ status }) => status.active);
    return held.length === 2 && active.every((n) => n === MESSAGES);
  });

  await smsc.deliver({ source_addr: PHONE, destination_addr: NUMBER, short_message: "STOP" });
  const left = smsc.submits.length;
  await sleep(HINT_MS);
  holding = false;
  for (const answer of held) answer();
  const states = await until("the end of all", async () => {
    const list = ["--account", who.account, "--limit", String(3 * MESSAGES)];
    const { items } = await cli(nodes[1], "message", "list", ...list);
    const ended = items.every((m) => ["sent", "refused"].includes(m.state));
    return items.length === 2 * MESSAGES && ended && items.map((m) => m.state);
  });
  assert.equal(smsc.submits.length, left, "nothing left behind the STOP");
  assert.equal(states.filter((s) => s === "refused").length, 2 * MESSAGES - left);
  for (const node of nodes) assert.match((await send(node, PHONE, "Once more")).text, /quarantine/);
  await smsc.close();
});
