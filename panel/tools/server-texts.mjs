// SPDX-License-Identifier: Apache-2.0
// Writes src/i18n/generated/server.json: what the server says, and the same in French, from the
// command line's table (src/app/cli_french.def). Its forms with {…} are not the server's.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const out = fileURLToPath(new URL("../src/i18n/generated/", import.meta.url));
const LINE = /^SAY\("((?:[^"\\]|\\.)*)", "((?:[^"\\]|\\.)*)"\)$/gm;
const text = readFileSync(`${root}/src/app/cli_french.def`, "utf8");
const sentences = [...text.matchAll(LINE)]
  .filter(([, english]) => !/[{%]|^[A-Z …()]+$/.test(english))
  .map(([, english, french]) => [
    JSON.parse(`"${english}"`),
    JSON.parse(`"${french}"`).replaceAll("'", "’"),
  ]);
if (sentences.length < 100) throw new Error("cli_french.def is not laid out as expected");
mkdirSync(out, { recursive: true });
writeFileSync(`${out}server.json`, `${JSON.stringify(sentences)}\n`);
