// SPDX-License-Identifier: Apache-2.0
// Logins of programs in the panel: who is told that few credits are left.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { looksRight, openPanel, signIn, visit } from "./browser.mjs";
import { cli, startNavette } from "./navette.mjs";

const email = "ann@example.org";
const password = "four words of mine";
let server;
before(async () => {
  server = await startNavette();
  await cli(server, "account", "add", "sms-a", "--credits", "10");
  await cli(server, "sender", "add", "sms-a", "Boutique");
  const owner = ["--account", "sms-a", "--role", "owner"];
  await cli(server, "member", "add", email, "--password", password, ...owner);
});
after(() => server?.stop());

test("P10.1 an owner says who is told, and a refusal stands at its field", async (t) => {
  const page = await openPanel(t, server);
  await signIn(page, email, password);
  await visit(page, "/api/users");
  await page.getByRole("button", { name: "Add a login" }).first().click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("textbox", { name: "Login" }).fill("till");
  await dialog.getByLabel("Password").first().fill("secret12");
  await dialog.getByLabel("Tell somebody below").fill("12.50");
  page.allow(/400/);
  await dialog.getByRole("button", { name: "Add", exact: true }).click();
  await dialog.getByText("say who is told").waitFor();
  await dialog.getByLabel("Phone for that").fill("+33612345678");
  await dialog.getByRole("textbox", { name: "Sender of that SMS" }).click();
  await page.getByRole("option", { name: "Boutique" }).click();
  await looksRight(page, "api-users-alert");
  await dialog.getByRole("button", { name: "Add", exact: true }).click();
  await page.getByRole("cell", { name: "12.50" }).waitFor();
  const user = await cli(server, "user", "show", "sms-a", "till");
  assert.deepEqual(
    [user.alert_below, user.alert_sms, user.alert_sender, user.alert_email],
    ["12.50", "+33612345678", "Boutique", null],
  );
});
