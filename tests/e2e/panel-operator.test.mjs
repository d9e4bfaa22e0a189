// SPDX-License-Identifier: Apache-2.0
// The same on any database.
// What operators and owners set in the panel, and that it holds: accounts, carriers, routes,
// numbers, the quarantine; in both languages keywords, senders with their validation, callbacks.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { looksRight, openPanel, settled, signIn, visit } from "./browser.mjs";
import { cli, furnish, http2sms, startNavette, startSim, until, who } from "./navette.mjs";
import { words } from "./panel-demo.mjs";

const password = "four words of mine";
const people = {
  en: { operator: "olga@example.org", owner: "ann@example.org", phone: "33612345678" },
  fr: { operator: "odile@example.org", owner: "anne@example.org", phone: "33612345679" },
};
const { operator, owner } = people.en;
const narrow = { width: 390, height: 844 };
let sim;
let server;
let target;

// A customer's program, which may be out of order.
async function startTarget() {
  const heard = { told: [], broken: false };
  const http = createServer((request, answer) => {
    let body = "";
    request.on("data", (piece) => (body += piece));
    request.on("end", () => {
      if (!heard.broken) heard.told.push(body);
      answer.writeHead(heard.broken ? 500 : 204).end();
    });
  });
  await new Promise((r) => http.listen(0, "127.0.0.1", r));
  http.unref();
  heard.url = `http://127.0.0.1:${http.address().port}/sms`;
  heard.close = () => http.close();
  return heard;
}

before(async () => {
  sim = await startSim();
  target = await startTarget();
  server = await startNavette({ args: ["--callback-allow", "127.0.0.1"] });
  await furnish(server, sim.smppPort);
  await cli(server, "number", "add", "38100-38109", "--carrier", "sim");
  await cli(server, "twoway", "enable", who.account);
  for (const [language, { operator, owner }] of Object.entries(people)) {
    const member = ["member", "add", "--password", password, "--language", language];
    await cli(server, ...member, operator, "--operator", "yes");
    await cli(server, ...member, owner, "--account", who.account, "--role", "owner");
  }
});
after(async () => {
  target?.close();
  await server?.stop();
  await sim?.stop();
});

async function panelOf(t, email, options) {
  const page = await openPanel(t, server, options);
  await signIn(page, email, password);
  return page;
}

const button = (page, name) => page.getByRole("button", { name, exact: true }).first();

// Opens a form with the button of this name; gives its dialog.
async function form(page, name) {
  await button(page, name).click();
  return page.getByRole("dialog");
}

async function sent(dialog, verb) {
  await dialog.getByRole("button", { name: verb, exact: true }).click();
  await dialog.waitFor({ state: "hidden" });
}

async function choose(page, dialog, label, option) {
  await dialog.getByRole("textbox", { name: label }).click();
  await page.getByRole("option", { name: option, exact: true }).click();
}

test("an account is made, gets credits, and may ask for replies", async (t) => {
  const page = await panelOf(t, operator);
  await visit(page, "/operator/accounts");
  let dialog = await form(page, "Add an account");
  await dialog.getByLabel("Name").fill("no good name");
  page.allow(/status of 400/);
  await dialog.getByRole("button", { name: "Add", exact: true }).click();
  await dialog.locator("[aria-invalid=true]").first().waitFor();
  await dialog.getByLabel("Name").fill("sms-new-1");
  await dialog.getByLabel("First credits").fill("25");
  await sent(dialog, "Add");
  await looksRight(page, "operator-accounts");
  await page.getByRole("link", { name: "sms-new-1" }).click();
  await settled(page);
  dialog = await form(page, "Credit");
  await dialog.getByLabel("Credits to add").fill("75");
  await dialog.getByLabel("Reason").fill("voucher 12");
  await sent(dialog, "Move credits");
  await page.getByText("voucher 12").waitFor();
  dialog = await form(page, "Add a country");
  await sent(dialog, "Add");
  await page.getByRole("button", { name: "Remove: FR" }).waitFor();
  await looksRight(page, "operator-account");
  const account = await cli(server, "account", "show", "sms-new-1");
  assert.equal(account.credits, "100");
});

test("a carrier is added with its form, completed, and switched on", async (t) => {
  const page = await panelOf(t, operator);
  await visit(page, "/operator/carriers");
  const dialog = await form(page, "Add a carrier");
  await dialog.getByLabel("Name").fill("box");
  await dialog.getByLabel("Server").fill(`127.0.0.1:${sim.smppPort}`);
  await dialog.getByLabel("Login (system_id)").fill("second");
  await dialog.getByLabel("Password").fill("secret");
  await sent(dialog, "Add");
  await page.getByRole("link", { name: "box" }).click();
  const search = page.getByRole("textbox", { name: "Search the settings" });
  await search.fill("outbind_listen");
  await page.getByLabel("outbind_listen").fill("nowhere");
  page.allow(/status of 400/);
  await button(page, "Save 1 change").click();
  await page.locator("[aria-invalid=true]").waitFor();
  await button(page, "Undo").click();
  await search.fill("window");
  await page
    .getByLabel(/^window/)
    .first()
    .fill("7");
  await button(page, "Save 1 change").click();
  await button(page, "Test").click();
  await page.getByRole("status").getByText("It works").waitFor();
  await button(page, "Switch on").click();
  await page.getByRole("region", { name: "Now" }).getByText("Connected").waitFor();
  await page.getByText("0 / 7").waitFor();
  await search.fill("");
  await looksRight(page, "operator-carrier");
  await visit(page, "/operator/carriers");
  await looksRight(page, "operator-carriers");
  assert.equal((await cli(server, "carrier", "show", "box")).window, 7);
});

test("a route is added, and the router says which wins", async (t) => {
  const page = await panelOf(t, operator, { ...narrow, scheme: "dark" });
  await visit(page, "/operator/routes");
  const dialog = await form(page, "Add a route");
  await dialog.getByLabel("Prefix").fill("32");
  await choose(page, dialog, "Carrier", "box");
  await sent(dialog, "Add");
  await page.getByText("+32").waitFor();
  await page.getByLabel("Recipient").fill("+32470123456");
  await page.getByLabel("Recipient").press("Enter");
  await page.getByText("It goes by box.").waitFor();
  await looksRight(page, "operator-routes");
  for (const name of ["numbers", "rates", "members", "validation", "audit"]) {
    await visit(page, `/operator/${name}`);
    await looksRight(page, `operator-${name}`);
  }
});

const HOURS = {
  en: { word: "HOURS", answer: "Open from 9 to 18." },
  fr: { word: "HEURES", answer: "Ouvert de 9 h à 18 h." },
};
const SHOP = { en: "Shop", fr: "Boutique" };

for (const language of ["en", "fr"]) {
  const t = words(language);
  const { operator, owner, phone } = people[language];

  test(`a keyword that was added answers the phone that sends it (${language})`, async (run) => {
    const { word, answer } = HOURS[language];
    const page = await panelOf(run, operator, { ...narrow, language });
    await visit(page, "/automatic/keywords");
    await choose(page, page.getByRole("main"), t("automatic:keywords.carrier"), "sim");
    const dialog = await form(page, t("automatic:keywords.add"));
    await dialog.getByLabel(t("automatic:keywords.keyword")).fill(word);
    await dialog.getByLabel(t("automatic:keywords.reply")).fill(answer);
    await sent(dialog, t("add"));
    await page.getByText(word).waitFor();
    await looksRight(page, "automatic-keywords");

    const asks = { ...who, senderForResponse: "1", to: phone, message: "?", noStop: "1" };
    assert.match((await http2sms(server, asks)).text, /^OK/);
    const [question] = await until("the question", async () => {
      const shown = await sim.messages(phone);
      return shown.length > 0 && shown;
    });
    await sim.write(phone, question.from, word.toLowerCase());
    await until("the answer", async () =>
      (await sim.messages(phone)).some(({ text }) => text === answer),
    );
  });

  test(`a sender asked for with a document is let pass (${language})`, async (run) => {
    const name = SHOP[language];
    const page = await panelOf(run, owner, { language });
    await visit(page, "/senders");
    const dialog = await form(page, t("senders:add"));
    await dialog.getByRole("textbox", { name: t("senders:name"), exact: true }).fill(name);
    await dialog.getByLabel(t("senders:description")).fill("Offers");
    await dialog.getByLabel(t("senders:reason")).fill("Our shop's name.");
    const pdf = Buffer.concat([Buffer.from("%PDF-1.4\n"), Buffer.alloc(150_000, 32)]);
    const file = `proof-${language}.pdf`;
    await page
      .locator("input[type=file]")
      .setInputFiles({ name: file, mimeType: "application/pdf", buffer: pdf });
    await sent(dialog, t("senders:ask"));
    await page.getByText(t("senders:states.waiting")).waitFor();
    await page.getByRole("link", { name: file }).waitFor();
    await looksRight(page, "senders");

    const other = await panelOf(run, operator, { language });
    await visit(other, "/operator/validation");
    const download = other.waitForEvent("download");
    await other.getByRole("link", { name: file }).click();
    assert.equal((await download).suggestedFilename(), file);
    const accept = t("operator:validation.accept");
    await sent(await form(other, `${accept}: ${name}`), accept);
    await other.getByText(t("operator:validation.empty")).waitFor();

    await page.reload();
    await settled(page);
    const row = new RegExp(`${name}.*${t("senders:states.enabled")}`);
    await page.getByRole("row", { name: row }).waitFor();
    const asks = { ...who, from: name, to: phone, message: "x" };
    assert.match((await http2sms(server, asks)).text, /^OK/);
  });

  test(`a callback that failed is shown, and told again (${language})`, async (run) => {
    target.broken = true;
    target.told = [];
    const page = await panelOf(run, owner, { language });
    await visit(page, "/api/callbacks");
    await page.getByLabel(t("programs:callbacks.receipts")).fill(`${target.url}/${language}`);
    await button(page, t("save")).click();
    await page.getByText(t("saved")).first().waitFor();
    const asks = { ...who, from: "Navette", to: phone, message: "hello", noStop: "1" };
    assert.match((await http2sms(server, asks)).text, /^OK/);
    const failure = page.getByRole("row", {
      name: new RegExp(`${t("programs:callbacks.kinds.receipt")}.*500`),
    });
    await until("a failure is shown", async () => {
      await page.reload();
      await settled(page);
      return failure.count();
    });
    await looksRight(page, "api-callbacks");
    target.broken = false;
    await failure.first().click();
    const drawer = page.getByRole("dialog");
    await looksRight(page, "api-callback");
    await drawer.getByRole("button", { name: t("programs:callbacks.replay") }).click();
    await until("the target is told", () => target.told.length > 0);
    assert.match(target.told[0], /"delivered"/);
  });
}

test("a phone put into quarantine is refused, and free again once let out", async (t) => {
  const closed = "33612000009";
  const page = await panelOf(t, owner, narrow);
  await visit(page, "/automatic/quarantine");
  const dialog = await form(page, "Add a phone");
  await dialog.getByLabel("Number").fill(`+${closed}`);
  await dialog.getByLabel("Reason").fill("asked on the phone");
  await sent(dialog, "Add a phone");
  await page.getByText("Wants no messages").first().waitFor();
  await looksRight(page, "automatic-quarantine");
  const asks = {
    ...who,
    from: "Navette",
    to: closed,
    message: "hello",
    noStop: "1",
  };
  assert.match((await http2sms(server, asks)).text, /quarantine/);
  await page.getByRole("button", { name: "+33 6 12 00 00 09" }).click();
  const drawer = page.getByRole("dialog");
  await drawer.getByText("asked on the phone").waitFor();
  await drawer.getByRole("button", { name: "Let it out" }).click();
  const release = page.getByRole("dialog").last();
  await release.getByLabel("Reason").fill("changed her mind");
  await release.getByRole("button", { name: "Let it out" }).click();
  await page.getByText("Nobody is in quarantine.").waitFor();
  assert.match((await http2sms(server, asks)).text, /^OK/);
  await visit(page, "/automatic/keywords");
  await page.getByText("HEURES").waitFor(); // an operator's row, to read
  await page.getByText("STOP SMS").waitFor();
  assert.equal(await page.getByRole("button", { name: "Add a row" }).count(), 0);
  for (const path of ["/automatic/keywords", "/automatic/reply", "/api/users"]) {
    await visit(page, path);
    await looksRight(page, path.slice(1).replace("/", "-"));
  }
});
