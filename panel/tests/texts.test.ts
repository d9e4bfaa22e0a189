// SPDX-License-Identifier: Apache-2.0
import { readFileSync, readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { typesetFrench } from "../src/i18n/typeset";

const folder = new URL("../src/i18n/", import.meta.url);
const PLURAL = /_(zero|one|two|few|many|other)$/;

function keysOf(file: string): Map<string, string> {
  const out = new Map<string, string>();
  const walk = (value: unknown, path: string) => {
    if (typeof value === "string") out.set(path, value);
    else for (const [key, each] of Object.entries(value as object)) walk(each, `${path}.${key}`);
  };
  walk(JSON.parse(readFileSync(new URL(file, folder), "utf8")), "");
  return out;
}

const files = readdirSync(folder).filter((name) => name.endsWith(".json"));
const areas = [...new Set(files.map((name) => name.replace(/\.\w+\.json$/, "")))];

function holes(text: string) {
  return [...text.matchAll(/\{\{(\w+)/g)].map((match) => match[1]).sort();
}

describe.each(areas)("texts of %s", (area) => {
  const english = keysOf(`${area}.en.json`);
  const french = keysOf(`${area}.fr.json`);

  it("has the same keys in both languages", () => {
    const plain = (keys: Iterable<string>) =>
      [...new Set([...keys].map((key) => key.replace(PLURAL, "")))].sort();
    expect(plain(french.keys())).toEqual(plain(english.keys()));
  });

  it("has every plural form of each language", () => {
    for (const key of english.keys())
      if (key.endsWith("_other")) {
        const stem = key.slice(0, -"_other".length);
        for (const form of ["one", "other"])
          expect(english.has(`${stem}_${form}`), stem).toBe(true);
        for (const form of ["one", "many", "other"])
          expect(french.has(`${stem}_${form}`), stem).toBe(true);
      }
  });

  it("fills the same values in", () => {
    for (const [key, text] of english) {
      const other = french.get(key);
      if (other && !PLURAL.test(key)) expect(holes(other), key).toEqual(holes(text));
    }
  });

  it("is French in its signs", () => {
    for (const [key, text] of french) {
      expect(text, key).not.toMatch(/\S[;!?](\s|$)|[^\s\d][:](\s|$)|["]|\w'\w/);
    }
  });
});

describe("French spacing", () => {
  it("puts unbreakable spaces where they belong", () => {
    expect(typesetFrench("Quel compte ?")).toBe("Quel compte\u202f?");
    expect(typesetFrench("À propos : « oui »")).toBe("À propos\u00a0: «\u00a0oui\u00a0»");
    expect(typesetFrench("12:30, https://x.fr")).toBe("12:30, https://x.fr");
  });
});
