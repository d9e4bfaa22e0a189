// SPDX-License-Identifier: Apache-2.0
// dist/api: the page that shows openapi.json (Swagger UI), and what each error means.
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const here = dirname(new URL(import.meta.url).pathname);
const to = join(here, "../dist/api");
const viewer = dirname(createRequire(import.meta.url).resolve("swagger-ui-dist/package.json"));

// ERR(NAME, http, smpp, kind, text)
const errors = [
  ...readFileSync(join(here, "../../src/base/err.def"), "utf8").matchAll(
    /^ERR\((\w+),\s*(\d+),[^"]*"(.*)"\)$/gm,
  ),
].map(([, name, status, text]) => ({ code: name.toLowerCase(), status, text }));

const rows = errors
  .filter(({ code }) => code !== "ok")
  .map(
    ({ code, status, text }) =>
      `<tr id="error-${code}"><td><code>${code}</code></td><td>${status}</td><td>${text}</td></tr>`,
  );

mkdirSync(to, { recursive: true });
for (const name of ["swagger-ui-bundle.js", "swagger-ui.css"])
  copyFileSync(join(viewer, name), join(to, name));
for (const name of ["start.js", "page.css"])
  copyFileSync(join(here, "viewer", name), join(to, name));
const page = readFileSync(join(here, "viewer/index.html"), "utf8");
writeFileSync(
  join(to, "index.html"),
  page.replace("<!-- errors -->", () => rows.join("\n        ")),
);
