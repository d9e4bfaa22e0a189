// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";
import i18next from "i18next";
import { expect, it } from "vitest";
import said from "../src/i18n/generated/server.json";
import { learnServerTexts, serverText } from "../src/i18n/server";

learnServerTexts([
  ["write a number", "écrivez un nombre"],
  ["at most * characters: shorten it", "au plus * caractères : raccourcissez"],
  ["from * to * (in all)", "de * à * (en tout)"],
]);

it("says what the server says in French", async () => {
  await i18next.init({ lng: "fr", showSupportNotice: false });
  expect(serverText("write a number")).toBe("écrivez un nombre");
  expect(serverText("at most 160 characters: shorten it")).toBe(
    "au plus 160 caractères\u00a0: raccourcissez",
  );
  expect(serverText("from 1 to 9 (in all)")).toBe("de 1 à 9 (en tout)");
  expect(serverText("something new")).toBe("something new");
});

it("leaves English alone", async () => {
  await i18next.changeLanguage("en");
  expect(serverText("write a number")).toBe("write a number");
});

it("knows in French whatever became of a message", () => {
  const table = readFileSync(new URL("../../src/core/ptt.def", import.meta.url), "utf8");
  const meanings = [...table.matchAll(/^PTT\(\d+,\s*"(.+)"\)$/gm)].map(([, words]) => words);
  const known = new Set(said.map(([english]) => english));
  expect(meanings.length).toBeGreaterThan(10);
  expect(meanings.filter((words) => !known.has(words!))).toEqual([]);
});
