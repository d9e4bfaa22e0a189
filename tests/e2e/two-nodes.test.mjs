// SPDX-License-Identifier: Apache-2.0
// Two nodes on one database, asked at the same moment to change the same row. On SQLite there is
// one node, and nothing of this can happen.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { sql, urlOf } from "./database.mjs";
import { call, cli, sleep, startNavette, tempDir, until } from "./navette.mjs";
import { Person } from "./people.mjs";

const skip = process.env.NAVETTE_TEST_POSTGRES ? false : "one node";
const password = "four words of mine";
let one, two;

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
