// SPDX-License-Identifier: Apache-2.0
// Writes src/api/openapi.d.ts: the REST API as types, from the files that the server is built with.
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import openapiTS, { astToString } from "openapi-typescript";

const src = fileURLToPath(new URL("../../src", import.meta.url));
const out = fileURLToPath(new URL("../src/api/openapi.d.ts", import.meta.url));
const files = readdirSync(`${src}/api/openapi`)
  .filter((name) => name.endsWith(".json"))
  .sort()
  .map((name) => `${src}/api/openapi/${name}`);
const joined = execFileSync("python3", [`${src}/api/openapi/join`, src, ...files], {
  encoding: "utf8",
  maxBuffer: 1 << 26,
});
const text =
  "// SPDX-License-Identifier: Apache-2.0\n" +
  astToString(await openapiTS(JSON.parse(joined), { defaultNonNullable: false }));
if (!existsSync(out) || readFileSync(out, "utf8") !== text) writeFileSync(out, text);
