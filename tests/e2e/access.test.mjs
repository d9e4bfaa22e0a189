// SPDX-License-Identifier: Apache-2.0
// Who has several roles has each of them where he has it and nowhere else; and what somebody may no
// longer see ends at once, also what had begun.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { call, cli, furnish, startNavette, startSim, until, who } from "./navette.mjs";
import { Person, refused } from "./people.mjs";

const password = "four words of mine";
const viewed = "sms-viewed";
const chatted = who.account;
let server, sim, mix;

before(async () => {
  sim = await startSim();
  server = await startNavette();
  await furnish(server, sim.smppPort);
  await cli(server, "account", "add", viewed, "--credits", "10");
  const member = ["member", "add", "mix@example.org", "--password", password];
  await cli(server, ...member, "--account", viewed, "--role", "viewer");
  const set = ["member", "set", "mix@example.org"];
  await cli(server, ...set, "--account", chatted, "--role", "agent");
  mix = new Person(server);
  await mix.signIn("mix@example.org", password);
});
after(async () => {
  await server?.stop();
  await sim?.stop();
});

test("a viewer of one account who only chats on another sees no more of it by an id", async () => {
  const body = { account: chatted, from: "Navette", to: ["+33612345678"], text: "private" };
  const sent = await call(server, "POST", "/api/v1/messages", body);
  assert.equal(sent.status, 201, sent.bytes);
  const [{ id }] = sent.json.items;
  assert.equal((await mix.get(`/messages?account=${viewed}`)).status, 200);
  refused(await mix.get(`/messages?account=${chatted}`), 403, "forbidden", "account");
  refused(await mix.get(`/messages/${id}`), 404, "not_found", "id");
  // Who takes one back is told what became of it, though he may look at none.
  const made = await call(server, "POST", `/api/v1/accounts/${chatted}/keys`, {
    ...{ name: "sends", scopes: ["send"] },
  });
  const sends = new Person(server, { key: made.json.key });
  const later = new Date(Date.now() + 3600e3).toISOString();
  const waits = await sends.post("/messages", { ...body, at: later });
  assert.equal(waits.status, 201, waits.text);
  const cancelled = await sends.post(`/messages/${waits.body.items[0].id}/cancel`);
  assert.deepEqual([cancelled.status, cancelled.body.state], [200, "cancelled"], cancelled.text);
});
