// SPDX-License-Identifier: Apache-2.0
// Two nodes on one PostgreSQL, both bound to a carrier: what one of them hears holds for the other.
// The same on any database.
import assert from "node:assert/strict";
import { test } from "node:test";
import { cli, furnish, http2sms, sleep, startNavette, startSmsc, until, who } from "./navette.mjs";
import { Postgres } from "./postgres.mjs";

const NUMBER = "36123";
const PHONE = "33612345678";
const MESSAGES = 20; // through each node
const HINT_MS = 1000; // much longer than a hint takes

test("P7_3_a_stop_that_one_node_hears_stops_what_another_has_in_memory", async () => {
  const postgres = await Postgres.start();
  const database = await postgres.createDatabase("navette");
  const held = [];
  let holding = true;
  let next = 0;
  const taken = () => ({ message_id: String(++next) });
  const smsc = await startSmsc({
    onSubmit: () => (holding ? new Promise((r) => held.push(() => r(taken()))) : taken()),
  });
  const nodes = [await startNavette({ database }), await startNavette({ database })];
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
  for (const node of nodes) await node.stop();
  await smsc.close();
  await postgres.stop();
});
