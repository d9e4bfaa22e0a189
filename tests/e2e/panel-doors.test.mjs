// SPDX-License-Identifier: Apache-2.0
// The same on any database.
// Ways into the panel, as people take them: the first run and the second step in both languages,
// signing in and out, an invitation; then what they have of their own: settings, members, keys.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { looksRight, openPanel, signIn, visit } from "./browser.mjs";
import { cli, startNavette, until } from "./navette.mjs";
import { looksRightEverywhere, words } from "./panel-demo.mjs";
import { Person, codeOf } from "./people.mjs";

const password = "four words of mine";
const email = "olga@example.org";
let server;
before(async () => {
  server = await startNavette();
});
after(async () => server?.stop());

// The operator's own way in; the one of the English server is met again below.
async function firstRun(run, server, language) {
  const t = words(language);
  const create = { name: t("doors:firstRun.button") };
  const [, link] = await until("the link of the first run", () =>
    /^first run: open \S+\/#(\/first-run\/\S+)$/m.exec(server.said),
  );
  const page = await openPanel(run, server, { path: link, language });
  await page.getByRole("heading", { name: t("doors:firstRun.title") }).waitFor();
  await page.getByRole("button", create).click();
  await page.getByText(t("doors:needed")).waitFor();
  await page.getByLabel(t("doors:name")).fill("Olga");
  await page.getByLabel(t("doors:email")).fill(email);
  await page.getByLabel(t("doors:password"), { exact: true }).fill("short");
  await page.getByRole("button", create).click();
  await page.getByText(t("doors:passwordShort", { least: 10 })).waitFor();
  await looksRightEverywhere(page, "door-first-run");
  await page.getByLabel(t("doors:password"), { exact: true }).fill(password);
  await page.getByRole("button", create).click();
  await page.getByText(t("home:hello", { name: "Olga" })).waitFor();
  assert.doesNotMatch(page.url(), /first-run/);
  await looksRight(page, "home-empty");
}

test("whoever has the link of the first run becomes the operator (en)", (run) =>
  firstRun(run, server, "en"));

test("whoever has the link of the first run becomes the operator (fr)", async (run) => {
  const fresh = await startNavette();
  await firstRun(run, fresh, "fr");
  run.after(() => fresh.stop()); // when nobody looks at it any more
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
  await looksRightEverywhere(ann, "door-invite");
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

for (const language of ["en", "fr"]) {
  const t = words(language);
  const bea = `bea-${language}@example.org`;
  const hello = t("home:hello", { name: "Bea" });
  const code = { name: t("doors:code") };
  const go = { name: t("doors:signIn.button") };

  test(`a second step is set up and asked for (${language})`, async (run) => {
    await cli(
      server,
      ...["member", "add", bea, "--password", password, "--name", "Bea", "--language", language],
      ...["--account", "sms-a", "--role", "viewer"],
    );
    const page = await openPanel(run, server, { language });
    await signIn(page, bea, password);
    await visit(page, "/me");
    await page.getByRole("button", { name: t("me:totp.turnOn") }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("img", { name: t("me:totp.qr") }).waitFor();
    await looksRight(page, "me-totp");
    const secret = (await dialog.locator("code").first().textContent()).replace(/[\s=]/g, "");
    const at = Date.now();
    await dialog.getByRole("textbox", code).fill(codeOf(secret, at));
    await dialog.getByRole("button", { name: t("me:totp.turnOn") }).click();
    const kept = page.getByRole("dialog", { name: t("me:totp.recovery") });
    await kept.waitFor();
    const codes = await kept.locator("code").allTextContents();
    assert.ok(codes.length >= 8, codes.join(" "));
    await page.getByRole("button", { name: t("me:totp.kept") }).click();

    // Elsewhere: with a wrong code, then with the next one, for this one was used.
    const phone = await openPanel(run, server, { language, width: 390, height: 844 });
    phone.allow(/status of 401/);
    await phone.getByLabel(t("doors:email")).fill(bea);
    await phone.getByLabel(t("doors:password"), { exact: true }).fill(password);
    await phone.getByRole("button", go).click();
    await phone.getByRole("textbox", code).fill("000000");
    await phone.getByRole("button", go).click();
    await phone.getByRole("alert").getByText(t("doors:signIn.wrongCode")).waitFor();
    await looksRightEverywhere(phone, "door-code");
    await phone.getByRole("textbox", code).fill(codeOf(secret, at + 30000));
    await phone.getByRole("button", go).click();
    await phone.getByText(hello).waitFor();

    const lost = await openPanel(run, server, { language });
    await signIn(lost, bea, password, codes[0]);
    await lost.getByText(hello).waitFor();
  });
}

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
