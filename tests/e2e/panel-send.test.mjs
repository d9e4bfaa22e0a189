// SPDX-License-Identifier: Apache-2.0
// The same on any database.
// The Send page and the messages of the panel, in both languages: a sending from the composer to
// its delivery, a scheduled one taken back, the list downloaded.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { looksRight, settled, visit } from "./browser.mjs";
import { until } from "./navette.mjs";
import { ACCOUNT, Phone, looksRightEverywhere, openDemo, startDemo, words } from "./panel-demo.mjs";

let server;
let next = 33612346000;
const newPhone = () => new Phone(server, String(++next));

before(async () => {
  server = await startDemo();
});
after(async () => server?.stop());

async function compose(page, t, { to, text }) {
  await visit(page, "/send");
  const recipients = page.getByRole("textbox", { name: t("send:to.label") });
  await recipients.fill(to);
  await recipients.press("Enter");
  await page.getByRole("textbox", { name: t("send:text.label"), exact: true }).fill(text);
  await page.getByText(t("send:marketing.label"), { exact: true }).click();
}

const bill = (page) => page.getByTestId("bill");
const counter = (page) => page.getByTestId("counter");

// How many rows the list has that this link of the panel opens.
async function countOf(page, href) {
  const [, path, query] = /#\/messages\/(\w+)\?(.*)$/.exec(href);
  const list = { sent: "messages", received: "incoming" }[path];
  return page.evaluate(async (url) => {
    const { items, next } = await (await fetch(url)).json();
    return next ? Infinity : items.length;
  }, `/api/v1/${list}?account=${ACCOUNT}&${query}&limit=500`);
}

for (const language of ["en", "fr"]) {
  const t = words(language);

  test(`a sending goes out and is followed to its end (${language})`, async (run) => {
    const page = await openDemo(run, server, language);
    const [one, two] = [newPhone(), newPhone()];
    await compose(page, t, {
      to: `${one.number}; ${two.number}\t${two.number}, 123`,
      text: "Votre commande est prête, à bientôt",
    });

    // What costs is marked, and replaced on demand.
    await page.getByText(t("send:to.doubles", { count: 1 })).waitFor();
    await page.getByText(t("send:to.leftOut", { count: 1 }), { exact: true }).waitFor();
    await counter(page)
      .getByText(/^35 \/ 70 · 1 SMS · Unicode$/)
      .waitFor();
    await page.locator('mark[data-kind="forcing"]').first().waitFor();
    await looksRightEverywhere(page, "send");
    await page.getByRole("button", { name: t("send:text.replaceAll") }).click();
    await counter(page)
      .getByText(/^35 \/ 160 · 1 SMS · GSM-7$/)
      .waitFor();

    await bill(page).getByText(t("send:when.leavesNow"), { exact: true }).waitFor();
    await page.getByRole("button", { name: t("send:review.now") }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText(t("send:confirm.title", { count: 2 })).waitFor();
    await dialog.getByText(t("send:confirm.leftOut", { count: 1 })).waitFor();
    await looksRightEverywhere(page, "send-confirm");
    await dialog.getByRole("button", { name: t("send:confirm.send") }).click();

    // The same page becomes the sending, and tells of its end by itself.
    await page.getByRole("heading", { name: t("send:sending.titleDone") }).waitFor();
    await page.locator('[data-heap="delivered"] b').getByText("2", { exact: true }).waitFor();
    await looksRightEverywhere(page, "sending");
    assert.equal((await one.got("commande")).text, "Votre commande est prete, à bientot");
    await two.got("commande");

    // Its address is all that it takes to find it again.
    await page.reload();
    await page.locator('[data-heap="delivered"] b').getByText("2", { exact: true }).waitFor();
  });

  test(`what is missing is said at once, and why one failed (${language})`, async (run) => {
    const page = await openDemo(run, server, language);
    await visit(page, "/send");
    await page.getByRole("button", { name: t("send:review.now") }).click();
    await page.getByText(t("send:missing.text")).waitFor();
    await page.getByText(t("send:missing.to")).waitFor();

    await compose(page, t, { to: "+33612019902", text: "Un colis vous attend" });
    await page.getByRole("button", { name: t("send:review.now") }).click();
    await page
      .getByRole("dialog")
      .getByRole("button", { name: t("send:confirm.send") })
      .click();
    const why = {
      en: "expired before it reached the phone",
      fr: "expiré avant d’atteindre le téléphone",
    }[language];
    await page.getByText(why).waitFor();
    await page.locator('tbody a[href^="#/messages/"]').first().click();
    await page.getByText(why).waitFor();
    const price = t("credits", { count: 1, text: "1" });
    const sms = t("send:text.sms", { count: 1 });
    await page.getByText(t("messages:hopDetail.priced", { price, parts: sms })).waitFor();
    await looksRight(page, "message");
  });

  test(`a scheduled message is taken back (${language})`, async (run) => {
    const page = await openDemo(run, server, language);
    const phone = newPhone();
    await compose(page, t, { to: phone.number, text: "Rappel de demain" });
    await page.getByText(t("send:when.later"), { exact: true }).click();
    await page.getByRole("button", { name: t("send:when.tomorrow") }).click();
    await bill(page).getByText("Europe/Paris").waitFor();
    await page.getByRole("button", { name: t("send:review.later") }).click();
    await page.getByRole("button", { name: t("send:confirm.schedule"), exact: true }).click();
    await page.getByRole("heading", { name: t("send:sending.titleLater") }).waitFor();

    await visit(page, "/messages/scheduled");
    await page.getByText("Rappel de demain").first().waitFor();
    await looksRightEverywhere(page, "messages-scheduled");
    await page.getByText("Rappel de demain").first().click();
    await page.getByRole("button", { name: t("messages:cancel") }).click();
    await page.getByRole("button", { name: t("messages:cancelVerb") }).click();
    await page.getByText(t("messages:cancelled", { count: 1 })).waitFor();
    await page.locator("tbody").getByText("Rappel de demain").waitFor({ state: "detached" });
    assert.deepEqual(await phone.messages(), []);

    await visit(page, "/messages/sent?state=cancelled");
    await page.getByText("Rappel de demain").first().waitFor();
  });

  test(`the sent messages are listed and downloaded (${language})`, async (run) => {
    const page = await openDemo(run, server, language);
    await visit(page, "/messages/sent?text=commande");
    const rows = page.locator("tbody tr[data-index]");
    await rows.first().waitFor();
    await settled(page);
    const shown = await rows.count();
    await looksRightEverywhere(page, "messages-sent");

    const download = page.waitForEvent("download");
    await page.getByRole("link", { name: t("table.csv") }).click();
    const csv = await readFile(await (await download).path(), "utf8");
    const [head, ...lines] = csv.trimEnd().split("\r\n");
    assert.match(head, /^\W?id,/);
    assert.equal(lines.length, shown);

    // A row opens the way of its message.
    await rows.first().locator("button").first().click();
    const drawer = page.getByRole("dialog");
    await drawer.getByRole("heading", { name: t("messages:passage") }).waitFor();
    await drawer.getByText(t("messages:hop.accepted"), { exact: true }).first().waitFor();
    const fields = drawer.getByText(t("messages:fields"), { exact: true });
    await fields.first().click();
    await drawer.getByText(t("messages:value.by.member"), { exact: true }).waitFor();
    await fields.last().click();
    await drawer.getByText("destination_addr").waitFor();
    await drawer.getByText(t("messages:bytesNotKept")).waitFor();
    await looksRightEverywhere(page, "messages-passage");
  });

  test(`a figure opens the list that it counts (${language})`, async (run) => {
    const page = await openDemo(run, server, language);
    await visit(page, "/statistics?period=30");
    await page.getByRole("heading", { name: t("statistics:carriers") }).waitFor();
    await looksRightEverywhere(page, "statistics");

    const doors = [
      page.getByRole("link", { name: new RegExp(`^${t("statistics:tile.failed")}`) }),
      page.getByRole("link", { name: new RegExp(`^${t("statistics:tile.replies")}`) }),
      page
        .locator("section", { hasText: t("statistics:failures") })
        .getByRole("link")
        .first(),
    ];
    for (const door of doors) {
      const href = await door.getAttribute("href");
      await until(`what ${href} counts`, async () => {
        const shown = Number(/^\d+$/m.exec(await door.innerText())[0]);
        return shown > 0 && shown === (await countOf(page, href));
      });
      await door.click();
      await settled(page);
      assert.ok(page.url().endsWith(href), page.url());
      await page.goBack();
      await settled(page);
    }
    await page.getByRole("link", { name: /^STOP/ }).click();
    await page.waitForURL(/quarantine\?cause=reply&since=/);
    await page.locator("tbody tr[data-index]").first().waitFor();
  });
}

test("a page stays while the server is away, and goes on by itself", async (run) => {
  const t = words("en");
  const page = await openDemo(run, server, "en");
  page.allow(/ERR_|status of 503|Failed to fetch/);
  await visit(page, "/messages/sent");
  const rows = page.locator("tbody tr[data-index]");
  await rows.first().waitFor();
  await server.stop();
  await page.getByText(t("away")).waitFor();
  await rows.first().waitFor();
  await page.evaluate(() => (window.location.hash = "#/statistics"));
  await page.getByText(t("broken.title")).waitFor();
  const { data, http } = server;
  server = await startDemo({ data, http: new URL(http).host });
  await page.getByText(t("away")).waitFor({ state: "detached" });
  await page.getByRole("heading", { name: t("statistics:title") }).waitFor();
});
