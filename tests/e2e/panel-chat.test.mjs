// SPDX-License-Identifier: Apache-2.0
// The same on any database.
// The panel's chat with a simulated phone, in both languages: its reply arrives live, an
// answer goes back, STOP closes it.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { visit } from "./browser.mjs";
import { until } from "./navette.mjs";
import { ACCOUNT, Phone, looksRightEverywhere, openDemo, startDemo, words } from "./panel-demo.mjs";

let server;
before(async () => {
  server = await startDemo({ args: ["--demo-history", "30"] }); // all on a page of threads
});
after(async () => server?.stop());

const QUESTIONS = {
  en: "Are you coming on Tuesday?",
  fr: "Venez-vous mardi ?",
};

async function sendWithReplies(page, t, phone, text) {
  await visit(page, "/send");
  const recipients = page.getByRole("textbox", { name: t("send:to.label") });
  await recipients.fill(phone.number);
  await recipients.press("Enter");
  await page.getByRole("textbox", { name: t("send:text.label"), exact: true }).fill(text);
  await page.getByText(t("send:marketing.label"), { exact: true }).click();
  await page.getByText(t("send:when.leavesNow"), { exact: true }).waitFor();
  await page.getByRole("button", { name: t("send:review.now") }).click();
  await page.getByRole("button", { name: t("send:confirm.send") }).click();
  return (await phone.got(text)).from;
}

async function saveReply(page, t) {
  await page.getByRole("button", { name: t("chat:saved.title") }).click();
  await page.getByRole("button", { name: t("chat:saved.add") }).click();
  await page.getByLabel(t("chat:saved.name")).fill(`hours-${page.tail.split("-").at(-1)}`);
  await page.getByLabel(t("chat:saved.text")).fill("We are open from 9 to 17.");
  await page.getByRole("button", { name: t("save"), exact: true }).click();
  await page.getByText("/hours-").first().waitFor();
  await page.keyboard.press("Escape");
}

// The title of the page and the navigation tell how many threads nobody has read, while replies of
// the demo's other phones come in; whether there are any.
async function unreadIsTold(page, t) {
  await until("title and navigation tell what is unread", async () => {
    const count = await page.evaluate(async (path) => {
      const { threads } = await (await fetch(path)).json();
      return threads;
    }, `/api/v1/accounts/${ACCOUNT}/threads/unread`);
    const shown = /^\((\d+)\) /.exec(await page.title());
    const name = t("unreadThreads", { count, text: count });
    const marks = await page.getByRole("link", { name }).count();
    return Number(shown?.[1] ?? 0) === count && (count === 0 || marks > 0);
  });
  return (await page.title()).startsWith("(");
}

for (const language of ["en", "fr"]) {
  const t = words(language);

  test(`a phone and a person talk, and STOP ends it (${language})`, async (run) => {
    const page = await openDemo(run, server, language);
    const phone = new Phone(server, language === "fr" ? "33612347001" : "33612347002");
    const number = await sendWithReplies(page, t, phone, QUESTIONS[language]);

    // The list shows the reply without being asked again.
    await visit(page, "/chat");
    const row = page.locator(`[data-phone="${phone.number}"]`);
    await row.waitFor();
    await phone.says(number, "Yes, with pleasure");
    await row.getByLabel(t("chat:unread", { count: 1 })).waitFor();
    assert.ok(await unreadIsTold(page, t));
    await looksRightEverywhere(page, "chat-list");
    await saveReply(page, t);

    // The thread has the question, the reply, and what is said while one looks.
    await row.click();
    const said = page.getByRole("log");
    await said.getByText(QUESTIONS[language]).waitFor();
    await said.getByText("Yes, with pleasure").waitFor();
    await unreadIsTold(page, t);
    await said.getByText(t("chat:automatic")).waitFor(); // a rule of the demo answers, too
    await phone.says(number, "At what time do you open?");
    await said.getByText("At what time do you open?").waitFor();

    // A saved reply, by its name; Enter inserts, Enter sends.
    const answer = page.getByLabel(t("chat:answer"));
    await answer.pressSequentially("/hou");
    await page.getByRole("option").first().waitFor();
    await answer.press("Enter");
    assert.match(await answer.inputValue(), /^We are open from 9 to 17\.$/);
    await page
      .getByTestId("answer-counter")
      .getByText(/^25 \/ 160 · 1 SMS · GSM-7$/)
      .waitFor();
    await looksRightEverywhere(page, "chat");
    await answer.press("Enter");
    await said.getByText("We are open from 9 to 17.").waitFor();
    assert.equal((await phone.got("We are open")).from, number);

    // STOP closes the box at once, and nothing more leaves.
    await phone.says(number, "STOP");
    await page.getByTestId("closed").getByText(t("chat:closed.quarantined")).waitFor();
    await page.getByText(t("chat:contact.quarantined"), { exact: true }).waitFor();
    assert.equal(await page.getByText(t("chat:contact.until")).count(), 0, "nobody may answer");
    await looksRightEverywhere(page, "chat-closed");
    await visit(page, "/send");
    const recipients = page.getByRole("textbox", { name: t("send:to.label") });
    await recipients.fill(phone.number);
    await recipients.press("Enter");
    await page
      .getByRole("textbox", { name: t("send:text.label"), exact: true })
      .fill("Hello again");
    await page.getByText(t("send:why.quarantined")).first().waitFor();
    await page.getByRole("button", { name: t("send:review.now") }).click();
    assert.equal(await page.getByRole("dialog").count(), 0);
  });
}

test("whoever answers by keyboard goes from one unread reply to the next", async (run) => {
  const page = await openDemo(run, server, "en");
  await visit(page, "/chat");
  await page.locator("[data-unread]").nth(2).waitFor();
  await page.keyboard.press("j");
  const rows = page.locator("[data-phone]");
  const phones = await rows.evaluateAll((all) => all.map((row) => row.dataset.phone));
  for (const phone of phones.slice(0, 3)) {
    const row = page.locator(`[data-phone="${phone}"]`);
    assert.equal(await row.getAttribute("data-active"), "true", `${phone} is the next`);
    await page.keyboard.press("Enter");
    await page.locator("textarea:focus, [data-testid=closed]").waitFor();
    await page.locator(`[data-phone="${phone}"]:not([data-unread])`).waitFor();
    await page.keyboard.press("Escape");
    await page.keyboard.press("j");
  }
  const after = await rows.evaluateAll((all) => all.map((row) => row.dataset.phone));
  assert.deepEqual(after.slice(0, 4), phones.slice(0, 4));
});
