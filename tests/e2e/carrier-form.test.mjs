// SPDX-License-Identifier: Apache-2.0
// What a form of a carrier asks for: its fields, and a bind before anything is saved.
// The same on any database.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { call, freePort, furnish, smpp, startNavette, startSim } from "./navette.mjs";

let server, sim, strict;
const logins = [];

// An SMSC that knows one password.
async function startStrict() {
  const smsc = smpp.createServer((session) => {
    session.on("error", () => {});
    session.on("unbind", (pdu) => session.send(pdu.response()));
    for (const bind of ["bind_transceiver", "bind_transmitter", "bind_receiver"])
      session.on(bind, (pdu) => {
        logins.push([bind, pdu.password]);
        const good = pdu.password === "secret";
        session.send(pdu.response({ command_status: good ? 0 : smpp.ESME_RINVPASWD }));
      });
  });
  await new Promise((r) => smsc.listen(0, "127.0.0.1", r));
  smsc.unref();
  return smsc;
}

before(async () => {
  sim = await startSim();
  strict = await startStrict();
  server = await startNavette();
  await furnish(server, sim.smppPort);
});
after(async () => {
  strict.close();
  await server.stop();
  await sim.stop();
});

const tried = async (body) => {
  const answer = await call(server, "POST", "/api/v1/carriers/test", body);
  assert.equal(answer.status, 200, answer.bytes.toString());
  return answer.json;
};
const at = (port) => ({ host: "127.0.0.1", port, system_id: "navette" });

test("every setting is told, and the description takes it", async () => {
  const { items } = (await call(server, "GET", "/api/v1/carriers/fields")).json;
  const { components } = (await call(server, "GET", "/api/openapi.json")).json;
  const told = components.schemas.CarrierChange.properties;
  assert.deepEqual(
    items.map((f) => f.name).sort(),
    Object.keys(told)
      .filter((name) => name !== "enabled")
      .sort(),
  );
  for (const f of items) {
    assert.ok(f.help.en && f.help.fr && f.help.en !== f.help.fr, f.name);
    assert.deepEqual(f.choices ?? undefined, told[f.name].enum, f.name);
    assert.deepEqual(f.maximum ?? undefined, told[f.name].maximum, f.name);
  }
});

test("a bind that holds, and one that is refused, over one session or two", async () => {
  const good = await tried({ ...at(strict.address().port), password: "secret", bind: "tx+rx" });
  assert.equal(good.ok, true);
  assert.deepEqual(
    good.binds.map((b) => [b.mode, b.ok, b.error]),
    [
      ["tx", true, null],
      ["rx", true, null],
    ],
  );
  const bad = await tried({ ...at(strict.address().port), password: "wrong" });
  assert.equal(bad.ok, false);
  assert.deepEqual([bad.binds[0].mode, bad.binds[0].status], ["trx", "ESME_RINVPASWD"]);
});

test("nobody there is told at once", async () => {
  const { ok, binds } = await tried(at(await freePort()));
  assert.equal(ok, false);
  assert.ok(binds[0].error);
  assert.equal(binds[0].status, null);
});

test("what is not said is the saved carrier's, its password too; nothing is saved", async () => {
  const before = (await call(server, "GET", "/api/v1/carriers/sim")).json;
  const answer = await tried({ name: "sim", port: strict.address().port });
  assert.equal(answer.ok, true, JSON.stringify(answer));
  assert.deepEqual(logins.at(-1), ["bind_transceiver", "secret"]);
  const now = (await call(server, "GET", "/api/v1/carriers/sim")).json;
  assert.equal(now.port, before.port);
  const { items } = (await call(server, "GET", "/api/v1/carriers")).json;
  assert.equal(items.length, 1);
});

test("what cannot be tried is refused by its name", async () => {
  const ask = (body) => call(server, "POST", "/api/v1/carriers/test", body);
  assert.equal((await ask({ system_id: "x" })).json.field, "host");
  assert.equal((await ask({ host: "127.0.0.1" })).json.field, "system_id");
  assert.equal((await ask({ name: "nobody" })).json.field, "name");
  assert.equal((await ask({ ...at(1), window: 0 })).json.field, "window");
});
