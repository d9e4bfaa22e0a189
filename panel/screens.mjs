// SPDX-License-Identifier: Apache-2.0
// node screens.mjs URL [EMAIL PASSWORD] [-- ROUTE...]: pictures of every page of the panel at URL,
// at 1440 and 390 pixels, light and dark, in build/screens/. Without a login, that of the
// demonstration. LANGUAGE=fr for the French ones. Says which pages complain on the console, ask for
// something that fails, or are wider than the screen.
import { mkdirSync, readFileSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const here = fileURLToPath(new URL(".", import.meta.url));
const out = `${here}../build/screens`;
const language = process.env.LANGUAGE === "fr" ? "fr" : "en";
const split = process.argv.indexOf("--");
const [url, email, password] = process.argv.slice(2, split < 0 ? undefined : split);
const wanted = split < 0 ? null : process.argv.slice(split + 1);
if (!url) {
  console.error("usage: node screens.mjs URL [EMAIL PASSWORD] [-- ROUTE...]");
  process.exit(2);
}

/** The paths of all area.ts; those with parameters need something to show and are left out. */
function routes() {
  const pages = `${here}src/pages`;
  return readdirSync(pages, { recursive: true })
    .filter((name) => String(name).endsWith("area.ts"))
    .flatMap((name) => [...readFileSync(`${pages}/${name}`, "utf8").matchAll(/path: "([^"]+)"/g)])
    .map(([, path]) => path.replace(/\/:\w+\?/g, "").replace(/\/\*$/, "") || "/")
    .filter((path) => !path.includes(":"))
    .sort();
}

const SIZES = [
  { width: 1440, height: 900 },
  { width: 390, height: 844 },
];
const SCHEMES = ["light", "dark"];

async function settled(page) {
  await page.waitForLoadState("domcontentloaded");
  await page
    .waitForFunction(() => !document.querySelector(".mantine-Skeleton-root"), { timeout: 8000 })
    .catch(() => console.log(`  still loading: ${page.url()}`));
  await page.waitForTimeout(350);
}

async function picture(page, name) {
  await settled(page);
  const wide = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  if (wide > 0) console.log(`  ${name}: ${wide} pixels wider than the screen`);
  await page.screenshot({ path: `${out}/${name}.png` });
}

function listen(page) {
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type()))
      console.log(`  ${page.url()}: ${message.text()}`);
  });
  page.on("pageerror", (error) => console.log(`  ${page.url()}: ${error.message}`));
}

async function signIn(context) {
  const { demo } = await (await context.request.get(`${url}/api/v1/session`)).json();
  const login = email ? { email, password } : { email: demo.email, password: demo.password };
  const answer = await context.request.post(`${url}/api/v1/session`, { data: login });
  if (!answer.ok()) throw new Error(`cannot sign in: ${await answer.text()}`);
  const session = await answer.json();
  await context.request.patch(`${url}/api/v1/me`, {
    data: { language },
    headers: { "X-CSRF-Token": session.csrf_token },
  });
  return session;
}

mkdirSync(out, { recursive: true });
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox"],
});
try {
  for (const viewport of SIZES)
    for (const scheme of SCHEMES) {
      const options = { viewport, colorScheme: scheme, locale: language };
      const tail = `${viewport.width}-${scheme}${language === "fr" ? "-fr" : ""}`;
      const doors = wanted ? [] : ["", "reset", "reset/none", "invite/none"];
      const stranger = await browser.newContext(options);
      const door = await stranger.newPage();
      listen(door);
      await door.addInitScript((chosen) => {
        localStorage.setItem("navette.language", chosen);
      }, language);
      for (const path of doors) {
        await door.goto(`${url}/#/${path}`);
        await door.reload();
        await picture(door, `door-${path.replace("/", "-") || "sign-in"}-${tail}`);
      }
      await stranger.close();
      const context = await browser.newContext(options);
      const { accounts } = await signIn(context);
      const page = await context.newPage();
      listen(page);
      await page.addInitScript((account) => {
        if (account) localStorage.setItem("navette.account", account);
      }, accounts[0]?.name);
      await page.goto(`${url}/`);
      await settled(page);
      for (const path of wanted ?? [...routes(), "/nowhere"]) {
        await page.goto(`${url}/#${path}`);
        await picture(page, `${path.slice(1).replaceAll("/", "-") || "home"}-${tail}`);
      }
      await context.close();
    }
} finally {
  await browser.close();
}
