// SPDX-License-Identifier: Apache-2.0
// The same on any database.
// Ways into the panel, as people take them: the first run, signing in and out, an invitation; then
// what they have of their own: settings, members, keys.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { after, before, test } from "node:test";
import { looksRight, openPanel, signIn, visit } from "./browser.mjs";
import { cli, startNavette, until } from "./navette.mjs";
import { Person } from "./people.mjs";

const password = "four words of mine";
const email = "olga@example.org";
let server;
before(async () => {
  server = await startNavette();
});
after(async () => server?.stop());

test("whoever has the link of the first run becomes the operator", async (t) => {
  const [, link] = await until("the link of the first run", () =>
    /^first run: open \S+\/#(\/first-run\/\S+)$/m.exec(server.said),
  );
  const page = await openPanel(t, server, { path: link });
  await page.getByRole("heading", { name: "Welcome to Navette" }).waitFor();
  await page.getByRole("button", { name: "Create and sign in" }).click();
  await page.getByText("Fill this in.").waitFor();
  await page.getByLabel("Your name").fill("Olga");
  await page.getByLabel("E-mail address").fill(email);
  await page.getByLabel("Password", { exact: true }).fill("short");
  await page.getByRole("button", { name: "Create and sign in" }).click();
  await page.getByText("Too short: at least 10 characters.").waitFor();
  await looksRight(page, "door-first-run");
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Create and sign in" }).click();
  await page.getByText("Hello, Olga.").waitFor();
  assert.doesNotMatch(page.url(), /first-run/);
  await looksRight(page, "home-empty");
});

test("what does not fit is told, what fits lets in, and out again", async (t) => {
  const page = await openPanel(t, server, { language: "fr", width: 390, height: 844 });
  page.allow(/status of 401/);
  await page.getByLabel("Adresse e-mail").fill(email);
  await page.getByLabel("Mot de passe", { exact: true }).fill("not hers");
  await page.getByRole("button", { name: "Se connecter" }).click();
  await page.getByRole("alert").getByText("ne vont pas ensemble").waitFor();
  await looksRight(page, "door-sign-in");
  await signIn(page, email, password);
  await page.getByText("Hello, Olga.").waitFor(); // in her language, not in the browser's
  await page.getByRole("button", { name: "Me", exact: true }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await page.getByRole("heading", { name: "Sign in" }).waitFor();
  await page.reload();
  await page.getByRole("heading", { name: "Sign in" }).waitFor();
});

test("an owner invites, and who is invited comes in with that role only", async (t) => {
  await cli(server, "account", "add", "sms-a", "--credits", "10");
  const page = await openPanel(t, server);
  await signIn(page, email, password);
  await page.reload(); // the account is new
  await visit(page, "/api/members");
  await page.getByText("Which account?").waitFor();
  await page.getByRole("main").getByRole("textbox", { name: "Account" }).click();
  await page.getByRole("option", { name: "sms-a" }).click();
  await page.getByText("Nobody signs in for this account yet.").waitFor();
  await looksRight(page, "api-members-empty");
  await page.getByRole("button", { name: "Invite somebody" }).first().click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("E-mail address").fill("ann@example.org");
  await dialog.getByLabel("Name (optional)").fill("Ann");
  await dialog.getByRole("radio", { name: "Looks" }).check();
  await dialog.getByRole("button", { name: "Make the invitation" }).click();
  const url = await dialog.locator("code").filter({ hasText: "/#/invite/" }).textContent();
  await dialog.getByRole("button", { name: "I have kept it" }).click();
  await page.getByText("ann@example.org").waitFor();
  await looksRight(page, "api-members");

  const ann = await openPanel(t, server, { path: new URL(url).hash.slice(1) });
  await ann.getByText("To the account sms-a.").waitFor();
  await looksRight(ann, "door-invite");
  await ann.getByLabel("Password", { exact: true }).fill(password);
  await ann.getByRole("button", { name: "Accept the invitation" }).click();
  await ann.getByText("Hello, Ann.").waitFor();
  await ann.getByRole("navigation", { name: "Rooms" }).getByText("Statistics").waitFor();
  assert.equal(await ann.getByRole("link", { name: "API", exact: true }).count(), 0);
  await visit(ann, "/api/members");
  await ann.getByText("Your role does not reach this page.").waitFor();
});

test("settings of one's own: name, language, password, sessions", async (t) => {
  const page = await openPanel(t, server, { width: 390, height: 844, scheme: "dark" });
  await signIn(page, email, password);
  const elsewhere = new Person(server);
  await elsewhere.signIn(email, password);
  await visit(page, "/me");
  await looksRight(page, "me");
  await page.getByLabel("Your name").fill("Olga M.");
  await page.getByRole("textbox", { name: "Language" }).click();
  await page.getByRole("option", { name: "Français" }).click();
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByRole("heading", { name: "Mes réglages" }).waitFor();
  page.allow(/status of 40[0-9]/);
  await page.getByLabel("Mot de passe actuel").fill("not it at all");
  await page.getByLabel("Nouveau mot de passe").fill("five words of mine now");
  await page.getByRole("button", { name: "Le changer" }).click();
  await page.getByText("Ce n’est pas votre mot de passe actuel").waitFor();
  await page.getByLabel("Mot de passe actuel").fill(password);
  await page.getByRole("button", { name: "Le changer" }).click();
  await page.getByText("Votre mot de passe est changé.").waitFor();
  assert.equal((await elsewhere.get("/session")).body.signed_in, false);
});

// RFC 6238 over the key as the page shows it; the next step's code where this one was used already.
function totp(secret, step) {
  const bits = [...secret.replace(/[\s=]/g, "")]
    .map((c) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(c).toString(2).padStart(5, "0"))
    .join("");
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const digest = createHmac("sha1", key).update(counter).digest();
  const at = digest[19] & 15;
  return String((digest.readUInt32BE(at) & 0x7fffffff) % 1e6).padStart(6, "0");
}

test("a second step is set up, asked for, and kept in a recovery code", async (t) => {
  const page = await openPanel(t, server);
  await signIn(page, "ann@example.org", password);
  await visit(page, "/me");
  await page.getByRole("button", { name: "Turn on" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("img", { name: "QR code for the authenticator app" }).waitFor();
  await looksRight(page, "me-totp");
  const secret = await dialog.locator("code").first().textContent();
  const step = Math.floor(Date.now() / 30000);
  await dialog.getByRole("textbox", { name: "Code" }).fill(totp(secret, step));
  await dialog.getByRole("button", { name: "Turn on" }).click();
  await page.getByRole("dialog", { name: "Keep these codes" }).waitFor();
  const codes = await page.getByRole("dialog").locator("code").allTextContents();
  assert.ok(codes.length >= 8, codes.join(" "));
  await page.getByRole("button", { name: "I have kept them" }).click();

  const french = await openPanel(t, server, { language: "fr", width: 390, height: 844 });
  french.allow(/status of 401/);
  await french.getByLabel("Adresse e-mail").fill("ann@example.org");
  await french.getByLabel("Mot de passe", { exact: true }).fill(password);
  await french.getByRole("button", { name: "Se connecter" }).click();
  await french.getByRole("textbox", { name: "Code" }).fill("000000");
  await french.getByRole("button", { name: "Se connecter" }).click();
  await french.getByRole("alert").getByText("Ce code ne convient pas.").waitFor();
  await looksRight(french, "door-code");
  await french.getByRole("textbox", { name: "Code" }).fill(totp(secret, step + 1));
  await french.getByRole("button", { name: "Se connecter" }).click();
  await french.getByText("Hello, Ann.").waitFor();

  const lost = await openPanel(t, server);
  await signIn(lost, "ann@example.org", password, codes[0]);
  await lost.getByText("Hello, Ann.").waitFor();
});

test("a key is shown once, and lets a program in", async (t) => {
  const page = await openPanel(t, server, { language: "fr" });
  await signIn(page, email, "five words of mine now");
  await visit(page, "/api/keys");
  await page.getByRole("main").getByRole("textbox", { name: "Compte" }).click();
  await page.getByRole("option", { name: "sms-a" }).click();
  await page.getByText("Pas encore de clé.").waitFor();
  await page.getByRole("button", { name: "Ajouter une clé" }).first().click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Nom", { exact: true }).fill("rendez-vous");
  await dialog.getByRole("checkbox", { name: "lire" }).check();
  await looksRight(page, "api-keys-add");
  await dialog.getByRole("button", { name: "Créer la clé" }).click();
  const key = await dialog.locator("code").first().textContent();
  await dialog.getByRole("button", { name: "Je l’ai gardé" }).click();
  await page.getByText("rendez-vous").waitFor();
  await looksRight(page, "api-keys");
  const program = new Person(server, { key });
  assert.equal((await program.get("/messages?account=sms-a")).status, 200);
  await page.getByRole("button", { name: "Supprimer" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Supprimer" }).click();
  await page.getByText("La clé « rendez-vous » est supprimée.").waitFor();
  assert.equal((await program.get("/messages?account=sms-a")).status, 401);
});

test("an address that leads nowhere says so, and shows the way", async (t) => {
  const page = await openPanel(t, server, { path: "/nowhere" });
  await signIn(page, email, "five words of mine now");
  await page.getByRole("heading", { name: "Page introuvable" }).waitFor();
  await page.keyboard.press("?");
  await page.getByRole("dialog", { name: "Raccourcis clavier" }).waitFor();
  await page.keyboard.press("Escape");
  await page.keyboard.press("/");
  await page.keyboard.type("stat");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Statistiques" }).waitFor();
});
