// SPDX-License-Identifier: Apache-2.0
// dist/api: the page that shows openapi.json (Swagger UI), and what each error means; in English
// and, but for the description itself, in French.
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const here = dirname(new URL(import.meta.url).pathname);
const to = join(here, "../dist/api");
const viewer = dirname(createRequire(import.meta.url).resolve("swagger-ui-dist/package.json"));
const read = (path) => readFileSync(join(here, path), "utf8");

// Made by server-texts.mjs.
const french = new Map(JSON.parse(read("../src/i18n/generated/server.json")));
const words = {
  en: {
    ...{ lang: "en", other: "fr", otherName: "Français" },
    ...{ title: "Navette: REST API", guide: "Guide", errors: "Errors" },
    help: "Whoever is signed in to the panel can try each operation here, with their own rights.",
    errorsHelp: "An error’s code is for programs; its sentence tells a person what to do.",
    ...{ code: "Code", status: "Status", meaning: "Meaning" },
  },
  fr: {
    ...{ lang: "fr", other: "en", otherName: "English" },
    ...{ title: "Navette : API REST", guide: "Guide", errors: "Erreurs" },
    help:
      "Qui est connecté au panneau peut essayer ici chaque opération, avec ses propres droits. " +
      "Les opérations sont décrites en anglais.",
    errorsHelp:
      "Le code d’une erreur est pour les programmes ; sa phrase dit à une personne que faire.",
    ...{ code: "Code", status: "Statut", meaning: "Sens" },
  },
};

// ERR(NAME, http, smpp, kind, text)
const errors = [...read("../../src/base/err.def").matchAll(/^ERR\((\w+),\s*(\d+),[^"]*"(.*)"\)$/gm)]
  .map(([, name, status, text]) => ({ code: name.toLowerCase(), status, text }))
  .filter(({ code }) => code !== "ok");

function meaning(text, language) {
  if (language === "en") return text;
  if (!french.has(text)) throw new Error(`cli_french.def has no French for: ${text}`);
  return french.get(text);
}

const typeset = (text, language) =>
  language === "fr" ? text.replace(/ ([:;!?»])/g, "\u00a0$1").replace(/« /g, "«\u00a0") : text;

function page(language) {
  const rows = errors.map(
    ({ code, status, text }) =>
      `<tr id="error-${code}"><td><code>${code}</code></td><td>${status}</td>` +
      `<td>${typeset(meaning(text, language), language)}</td></tr>`,
  );
  return read("viewer/index.html")
    .replace(/\{\{(\w+)\}\}/g, (_, name) => typeset(words[language][name], language))
    .replace("<!-- errors -->", () => rows.join("\n            "));
}

mkdirSync(to, { recursive: true });
for (const name of ["swagger-ui-bundle.js", "swagger-ui.css"])
  copyFileSync(join(viewer, name), join(to, name));
for (const name of ["start.js", "french.js", "page.css"])
  copyFileSync(join(here, "viewer", name), join(to, name));
for (const [language, name] of [
  ["en", "index.html"],
  ["fr", "index.fr.html"],
])
  writeFileSync(join(to, name), page(language));
