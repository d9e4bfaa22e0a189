// SPDX-License-Identifier: Apache-2.0
// A person at the panel, with Debian's Chromium.
//
//     test("…", async (t) => {
//       const page = await openPanel(t, server, { language: "fr", width: 390 });
//       await signIn(page, "ann@example.org", "four words of mine");
//       await visit(page, "/api/keys");
//       await looksRight(page, "api-keys");        // axe, nothing cut off, a picture
//     });
//
// A page fails its test when the browser's console tells of an error or of a broken content policy.
// What a test provokes on purpose it allows: page.allow(/401/). Pictures go to build/screens.
import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after } from "node:test";
import { root } from "./navette.mjs";

const require = createRequire(import.meta.url);
const screens = join(root, "build/screens");
// Two slow cores, a build with sanitizers and a browser beside it.
const WAIT_MS = 20000;

let launched;
after(async () => (await launched)?.close());

async function browser() {
  if (!launched) {
    const { chromium } = require("playwright-core");
    launched = chromium.launch({
      executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
      args: ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"],
    });
  }
  return launched;
}

function listen(page) {
  const faults = [];
  const allowed = [];
  const fault = (text) => {
    if (!allowed.some((pattern) => pattern.test(text))) faults.push(`${page.url()}: ${text}`);
  };
  page.on("console", (message) => {
    if (message.type() === "error") fault(message.text());
  });
  page.on("pageerror", (error) => fault(error.message));
  page.allow = (pattern) => allowed.push(pattern);
  page.faults = faults;
}

// A page at the panel of `server`, of a person who has never been there. { language: "en" or "fr",
// width, height, scheme: "light" or "dark", path }
export async function openPanel(t, server, options = {}) {
  const { language = "en", width = 1440, height = 900, scheme = "light", path = "/" } = options;
  const context = await (
    await browser()
  ).newContext({
    viewport: { width, height },
    locale: language === "fr" ? "fr-FR" : "en-GB",
    colorScheme: scheme,
    reducedMotion: "reduce",
    acceptDownloads: true,
  });
  context.setDefaultTimeout(WAIT_MS);
  const page = await context.newPage();
  listen(page);
  page.tail = `${width}-${scheme}-${language}`;
  page.origin = server.http;
  t.after(async () => {
    await context.close();
    assert.deepEqual(page.faults, []);
  });
  await page.goto(`${server.http}/#${path}`);
  return page;
}

// Goes to a page of the panel by its address, and waits for its title.
export async function visit(page, path) {
  await page.evaluate((hash) => {
    window.location.hash = hash;
  }, `#${path}`);
  await settled(page);
}

// Nothing is sketched any more.
export async function settled(page) {
  await page.locator("h1").first().waitFor();
  await page.waitForFunction(() => !document.querySelector(".mantine-Skeleton-root"));
}

// By the form; its words are found in either language.
export async function signIn(page, email, password, code) {
  if (code) page.allow(/status of 401/); // how the server asks for the code
  await page.getByLabel(/^(E-mail address|Adresse e-mail)$/).fill(email);
  await page.getByLabel(/^(Password|Mot de passe)$/, { exact: true }).fill(password);
  await page.getByRole("button", { name: /^(Sign in|Se connecter)$/ }).click();
  if (code) {
    await page.getByLabel("Code").fill(code);
    await page.getByRole("button", { name: /^(Sign in|Se connecter)$/ }).click();
  }
  await page.getByRole("button", { name: /^(Me|Moi)$/ }).waitFor();
}

// axe finds nothing serious, nothing is wider than the screen; and a picture is taken as `name`.
export async function looksRight(page, name) {
  await settled(page);
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(axe());
  const found = await page.evaluate(() =>
    window.axe
      .run(document, { resultTypes: ["violations"] })
      .then(({ violations }) =>
        violations
          .filter(({ impact }) => impact === "serious" || impact === "critical")
          .map(({ id, nodes }) => [id, ...nodes.map(({ html }) => html.slice(0, 160))].join(" | ")),
      ),
  );
  if (name) await picture(page, name);
  assert.deepEqual(found, [], `axe on ${page.url()}`);
  await fits(page);
}

export async function fits(page) {
  const wide = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  assert.ok(wide <= 0, `${page.url()} is ${wide} pixels wider than the screen`);
}

export async function picture(page, name) {
  mkdirSync(screens, { recursive: true });
  await page.screenshot({ path: join(screens, `${name}-${page.tail}.png`) });
}

let axeSource;

function axe() {
  axeSource ??= readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
  return axeSource;
}
