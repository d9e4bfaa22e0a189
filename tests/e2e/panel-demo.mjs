// SPDX-License-Identifier: Apache-2.0
// What tests of the panel share: a server with demo data, its simulated phones, the panel's words.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fits, looksRight, openPanel, picture, signIn } from "./browser.mjs";
import { root, startNavette, until } from "./navette.mjs";

export const ACCOUNT = "sms-demo-1";
const FREE = "127.0.0.1:0";

export async function startDemo({ args = [], ...where } = {}) {
  const server = await startNavette({
    args: ["--demo", "--demo-smpp", FREE, "--demo-http", FREE, ...args],
    ...where,
  });
  server.demo = (await (await fetch(`${server.http}/api/v1/session`)).json()).demo;
  return server;
}

// ---- words ----

// t("send:text.sms", { count: 2 }), as the panel reads it, without its unbreakable blanks.
export function words(language) {
  const areas = new Map();
  const area = (name) => {
    const path = join(root, `panel/src/i18n/${name}.${language}.json`);
    if (!areas.has(name)) areas.set(name, JSON.parse(readFileSync(path, "utf8")));
    return areas.get(name);
  };
  const rules = new Intl.PluralRules(language);
  return (key, values = {}) => {
    const [name, path] = key.includes(":") ? key.split(":") : ["common", key];
    const find = (end) => `${path}${end}`.split(".").reduce((at, step) => at?.[step], area(name));
    const text = find("count" in values ? `_${rules.select(values.count)}` : "");
    assert.equal(typeof text, "string", `${key} in ${language}`);
    return text.replace(/\{\{(\w+)\}\}/g, (_, hole) => String(values[hole]));
  };
}

// ---- phones ----

export class Phone {
  constructor(server, digits) {
    this.digits = digits;
    this.url = `${server.demo.phones_url}api/phones/${digits}/messages`;
  }

  get number() {
    return `+${this.digits}`;
  }

  async messages() {
    const answer = await fetch(this.url);
    return answer.ok ? (await answer.json()).items : [];
  }

  // The first message to it whose text has these words.
  got(text) {
    return until(`${this.digits} gets "${text}"`, async () =>
      (await this.messages()).find((m) => m.direction === "to_phone" && m.text.includes(text)),
    );
  }

  async says(to, text) {
    const body = JSON.stringify({ to, text });
    const answer = await fetch(this.url, { method: "POST", body });
    assert.ok(answer.ok, `${answer.status} ${await answer.text()}`);
  }
}

// ---- pages ----

// The demo's member, at the demo's account, in this language.
export async function openDemo(t, server, language, options = {}) {
  const page = await openPanel(t, server, { language, ...options });
  await page.evaluate((name) => localStorage.setItem("navette.account", name), ACCOUNT);
  await signIn(page, server.demo.email, server.demo.password);
  // The panel turns to the language that the member had last: not before that is another chosen.
  const { member } = await page.evaluate(async () => (await fetch("/api/v1/session")).json());
  await page.locator(`html[lang=${member.language}]`).waitFor();
  const other = page.getByRole("button", {
    name: words("en")("otherLanguage"),
  });
  if (language === "fr" && (await other.count()) > 0) await other.click();
  const back = page.getByRole("button", { name: words("fr")("otherLanguage") });
  if (language === "en" && (await back.count()) > 0) await back.click();
  await page.locator(`html[lang=${language}]`).waitFor();
  return page;
}

const LOOKS = [
  [390, 844, "light"],
  [390, 844, "dark"],
  [1440, 900, "dark"],
  [1440, 900, "light"],
];

const languageOf = (page) => page.tail.split("-").at(-1);

// Does this at each of these looks.
async function look(page, looks, at) {
  const { tail } = page;
  const language = languageOf(page);
  for (const [width, height, scheme] of looks) {
    await page.setViewportSize({ width, height });
    await page.emulateMedia({ colorScheme: scheme });
    page.tail = `${width}-${scheme}-${language}`;
    await page.waitForFunction(
      (wanted) =>
        document.documentElement.dataset.mantineColorScheme === wanted &&
        document.getAnimations().every(({ playState }) => playState !== "running"),
      scheme,
    );
    await at(width, scheme);
  }
  await page.setViewportSize({ width: 1440, height: 900 });
  page.tail = tail;
}

// As a picture of both sizes and both schemes, each without a serious finding; in French, where
// only words are other ones, both sizes once.
export function looksRightEverywhere(page, name) {
  const looks = languageOf(page) === "fr" ? LOOKS.slice(1, 3) : LOOKS;
  return look(page, looks, () => looksRight(page, name));
}

// The same for many pages: all pictures, and judged once at each size and once in each scheme.
export function passesEverywhere(page, name) {
  return look(page, LOOKS, async (width, scheme) => {
    if ((width === 390) === (scheme === "dark")) return looksRight(page, name);
    await picture(page, name);
    await fits(page);
  });
}
