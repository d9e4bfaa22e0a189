// SPDX-License-Identifier: Apache-2.0
// /api shows the description of the REST API, in the language of who looks.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { openPanel } from "./browser.mjs";
import { root, startNavette } from "./navette.mjs";

let server;
before(async () => {
  server = await startNavette();
});
after(() => server?.stop());

const get = async (path, language) => {
  const answer = await fetch(server.http + path, { headers: { "accept-language": language } });
  assert.equal(answer.status, 200);
  assert.equal(answer.headers.get("vary"), "Accept-Language");
  return answer.text();
};

test("the page speaks the language asked for, or else the browser's", async () => {
  for (const [path, accepts, language] of [
    ["/api", "en-GB", "en"],
    ["/api", "fr-FR,fr;q=0.9,en;q=0.8", "fr"],
    ["/api?lang=en", "fr", "en"],
    ["/api?lang=fr", "en", "fr"],
  ])
    assert.match(await get(path, accepts), new RegExp(`<html lang="${language}">`), path);
});

test("each error is there in both languages, at its own address", async () => {
  const table = readFileSync(join(root, "src/base/err.def"), "utf8");
  const codes = [...table.matchAll(/^ERR\((\w+),/gm)].map(([, name]) => name.toLowerCase());
  assert.ok(codes.length > 30);
  const meaning = (page, code) =>
    new RegExp(`<tr id="error-${code}">.*<td>([^<]+)</td></tr>`).exec(page)?.[1];
  const [english, french] = [await get("/api?lang=en", ""), await get("/api?lang=fr", "")];
  for (const code of codes.filter((c) => c !== "ok")) {
    assert.ok(meaning(english, code), code);
    assert.ok(meaning(french, code), code);
    assert.notEqual(meaning(french, code), meaning(english, code), code);
  }
  assert.equal(meaning(french, "slow_down"), "trop d’essais\u00a0: attendez un moment");
});

test("in French an operation is opened, tried and answered in French words", async (t) => {
  const page = await openPanel(t, server, { language: "fr" });
  await page.goto(`${server.http}/api#/session/getSession`);
  assert.equal(await page.getByRole("heading", { name: "Erreurs" }).count(), 1);
  await page.getByPlaceholder("Filtrer par groupe ou par chemin").waitFor();
  const opened = page.locator(".opblock.is-open");
  await opened.getByText("Aucun paramètre").waitFor();
  await opened.getByRole("button", { name: "Essayer" }).click();
  await opened.getByRole("button", { name: "Annuler" }).waitFor();
  await opened.getByRole("button", { name: "Exécuter" }).click();
  await opened.getByText("Réponse du serveur").waitFor();
  await opened.getByRole("heading", { name: "Corps de la réponse" }).waitFor();
  await opened.getByRole("button", { name: "Annuler" }).click();
  await opened.getByRole("button", { name: "Essayer" }).waitFor();
  const english = /\b(Parameters|Responses|Execute|Try it out|Cancel|Request URL|Schemas)\b/;
  assert.doesNotMatch(await page.locator("#viewer").innerText(), english);
  // What describes the operation stays as it is written.
  assert.match(await opened.innerText(), /Tells who is signed in/);

  await page.getByRole("link", { name: "English" }).click();
  await page.getByRole("heading", { name: "Errors" }).waitFor();
  await page.getByRole("heading", { name: "Schemas" }).waitFor();
});
