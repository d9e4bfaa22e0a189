// SPDX-License-Identifier: Apache-2.0
// The same on any database.
// Every page of the panel has its pictures, of both sizes and in both schemes, and nothing serious
// is found on it. The pages are those that panel/src/pages tell of.
import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { openPanel, visit } from "./browser.mjs";
import { ask, root } from "./navette.mjs";
import {
  ACCOUNT,
  looksRightEverywhere,
  openDemo,
  passesEverywhere,
  startDemo,
} from "./panel-demo.mjs";

const pages = join(root, "panel/src/pages");
let server;
before(async () => {
  server = await startDemo();
});
after(async () => server?.stop());

const paths = readdirSync(pages)
  .map((name) => join(pages, name, "area.ts"))
  .filter((area) => existsSync(area))
  .flatMap((area) => [...readFileSync(area, "utf8").matchAll(/path: "([^"]+)"/g)])
  .map(([, path]) => path);

// Where a page with a hole in its path is seen.
const examples = {
  "/chat/:phone?": () => "/chat",
  "/messages/:id": async () => {
    const { items } = await ask(server, `messages?account=${ACCOUNT}&limit=1`);
    return `/messages/${items[0].id}`;
  },
  "/send/:tag": () => "/send/parcel",
  "/operator/accounts/:name": () => `/operator/accounts/${ACCOUNT}`,
  "/operator/carriers/:name": () => "/operator/carriers/simulator",
};

async function placeOf(path) {
  if (!path.includes(":")) return path;
  assert.ok(path in examples, `where is ${path} seen? tell it in the examples of this test`);
  return examples[path]();
}

test("who is not signed in sees the door at both sizes, in light and dark", async (run) => {
  await looksRightEverywhere(await openPanel(run, server), "page-sign-in");
});

test("every page looks right at both sizes, in light and dark", async (run) => {
  assert.ok(paths.length > 20, paths.join(" "));
  const page = await openDemo(run, server, "en");
  for (const path of paths) {
    await visit(page, await placeOf(path));
    const name = path.replace(/[/:?]+/g, "-").replace(/-$/, "");
    await passesEverywhere(page, `page${name || "-home"}`);
  }
});
