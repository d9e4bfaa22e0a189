// SPDX-License-Identifier: Apache-2.0
// The description of the REST API, judged by others. The same on any database.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { createConfig, lintFromString } from "@redocly/openapi-core";
import { startNavette, call } from "./navette.mjs";

let server, text;

before(async () => {
  server = await startNavette();
  text = await (await fetch(`${server.http}/api/openapi.json`)).text();
});
after(() => server.stop());

test("both doors serve the same document", async () => {
  const answer = await call(server, "GET", "/api/openapi.json");
  assert.equal(answer.status, 200);
  assert.equal(answer.bytes.toString(), text);
  assert.equal(answer.json.openapi, "3.1.0");
});

test("Redocly finds nothing wrong with it", async () => {
  // Refusals of every operation are told once, as `default`.
  const config = await createConfig({
    extends: ["recommended"],
    rules: { "operation-4xx-response": "off" },
  });
  const problems = await lintFromString({ source: text, absoluteRef: "openapi.json", config });
  const told = problems.map((p) => `${p.ruleId} ${p.location[0]?.pointer}: ${p.message}`);
  assert.deepEqual(told, []);
});
