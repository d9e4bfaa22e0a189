// SPDX-License-Identifier: Apache-2.0
// http2sms from outside: the documented bytes, refusals, purses, and what arrives on the phone.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { after, before, test } from "node:test";
import {
  cli,
  furnish,
  http2sms,
  startNavette,
  startSim,
  startSmsc,
  until,
  who,
} from "./navette.mjs";

const PHONE = "33612345601";
const well = { ...who, from: "Navette", to: `00${PHONE}`, message: "Hello", noStop: "1" };

let sim;
let server;
let more;

before(async () => {
  sim = await startSim({ args: ["--receipt-delay-ms", "50"] });
  server = await startNavette();
  more = `. For more informations : ${server.http}/docs/http2sms`;
  await furnish(server, sim.smppPort);
  await until("a bound carrier", async () => {
    const ready = await fetch(`${server.http}/ready`);
    return (
      ready.status === 200 &&
      JSON.stringify(await cli(server, "carrier", "list")).includes('"bound"')
    );
  });
});

after(async () => {
  await server?.stop();
  await sim?.stop();
});

const credits = async () => Number((await cli(server, "account", "show", who.account)).credits);

async function expectRefusal(status, message, query, form) {
  const before = await credits();
  const answer = await http2sms(server, { ...query, contentType: "text/json" }, form);
  assert.equal(answer.status, 200);
  assert.equal(answer.text, JSON.stringify({ status, message: message + more }));
  assert.equal(await credits(), before, "nothing is debited");
}

// ---- the documented answers ----

test("success has the documented bytes in each type", async () => {
  const shapes = {
    "text/plain": (c, id) => `OK\n${c}\n${id}`,
    "text/json": (c, id) => `{"status":100,"creditLeft":"${c}","SmsIds":["${id}"]}`,
    "text/xml": (c, id) =>
      `<?xml version="1.0" encoding="UTF-8" ?><response><status>100</status>` +
      `<creditLeft>${c}</creditLeft><smsIds><smsId>${id}</smsId></smsIds></response>`,
    "text/html": (c, id) => `${htmlHead}OK<br>\n${c}<br>\n${id}<br>\n</BODY>\n</HTML>`,
  };
  shapes["application/json"] = shapes["text/json"];
  shapes["application/xml"] = shapes["text/xml"];
  for (const [contentType, shape] of Object.entries(shapes)) {
    const left = (await credits()) - 1;
    const answer = await http2sms(server, { ...well, contentType });
    const id = /\d{13,16}/.exec(answer.text)?.[0];
    assert.equal(answer.text, shape(left, id));
    assert.equal(answer.headers.get("content-type"), `${contentType}; charset=utf-8`);
    assert.equal(answer.status, 200);
  }
});

const htmlHead =
  '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" ' +
  '"http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">\n<HTML>\n<HEAD>\n' +
  '<meta http-equiv="Content-Type" content="text/html; charset=utf-8" >\n' +
  "<title>HTTP2SMS</title>\n</HEAD>\n<BODY>\n";

test("failure has the documented bytes in each type", async () => {
  const missing = { ...well };
  delete missing.message;
  const text = `Missing message${more}`;
  const json = `{"status":201,"message":"${text}"}`;
  const xml =
    `<?xml version="1.0" encoding="UTF-8" ?><response><status>201</status>` +
    `<message>${text}</message></response>`;
  const shapes = {
    "text/plain": `KO\n${text}`,
    "text/html": `${htmlHead}KO<br>${text}<br>\n</BODY>\n</HTML>`,
    "text/xml": xml,
    "application/xml": xml,
    "text/json": json,
    "application/json": json,
  };
  for (const [contentType, shape] of Object.entries(shapes)) {
    const answer = await http2sms(server, { ...missing, contentType });
    assert.equal(answer.text, shape);
    assert.equal(answer.headers.get("content-type"), `${contentType}; charset=utf-8`);
  }
});

test("curl sends with the documented URL, and with a form", async () => {
  const curl = (...args) =>
    new Promise((resolve, reject) =>
      execFile("curl", ["-sS", "--max-time", "20", ...args], (error, out) =>
        error ? reject(error) : resolve(out),
      ),
    );
  const path = `${server.http}/cgi-bin/sms/http2sms.cgi`;
  const pairs = Object.entries(well).map(([name, value]) => `${name}=${value}`);
  assert.match(await curl(`${path}?&${pairs.join("&")}`), /^OK\n\d+\n\d+$/);
  const form = pairs.flatMap((pair) => ["--data-urlencode", pair]);
  assert.match(await curl(...form, path), /^OK\n\d+\n\d+$/);
});

// ---- what arrives ----

test("the message reaches the phone and its receipt comes back", async () => {
  const to = "33612345602";
  const text = "Line one\rline two, 10 € & <b>é</b>";
  const answer = await http2sms(server, "", { ...well, to, message: text, tag: "order 7" });
  const id = answer.text.split("\n")[2];
  const [shown] = await until("the message", async () => {
    const messages = await sim.messages(to);
    return messages.length && messages;
  });
  assert.equal(shown.text, text.replace("\r", "\n"));
  const message = await until("delivered", async () => {
    const m = await cli(server, "message", "show", id);
    return m.state === "delivered" && m;
  });
  assert.equal(message.recipient.replace("+", ""), to);
  assert.equal(message.tag, "order 7");
  assert.equal(message.encoding, "gsm7");
});

test("each recipient has an id, and what is not valid is told beside the body", async () => {
  const left = (await credits()) - 2;
  const to = "0033612345603,+33612345604;12,33612345603";
  const answer = await http2sms(server, { ...well, to });
  assert.match(answer.text, new RegExp(`^OK\n${left}\n\\d+\n\\d+$`));
  assert.equal(answer.headers.get("x-navette-invalid-recipients"), "1");
  assert.equal(answer.headers.get("x-navette-invalid-list"), "12");
  assert.equal(answer.headers.get("x-navette-doubled-recipients"), "1");
});

test("an SMSC that we did not write gets the class, the coding and the parts", async () => {
  const smsc = await startSmsc();
  const where = ["--host", "127.0.0.1", "--port", String(smsc.port), "--system-id", "navette"];
  await cli(server, "carrier", "add", "swiss", ...where);
  await cli(server, "route", "add", "--prefix", "41", "--carrier", "swiss");
  const message = "é".repeat(100) + "α";
  const query = { ...well, to: "0041791234567", message, class: "0" };
  assert.match((await http2sms(server, query)).text, /^OK\n/);
  await until("two parts", () => smsc.submits.length === 2);
  for (const pdu of smsc.submits) {
    assert.equal(pdu.destination_addr, "41791234567");
    assert.equal(pdu.source_addr, "Navette");
    assert.equal(pdu.data_coding, 0x18);
    assert.equal(pdu.esm_class & 0x40, 0x40);
  }
  assert.equal(smsc.submits.map((pdu) => pdu.short_message.message).join(""), message);
  await cli(server, "carrier", "set", "swiss", "--enabled", "no");
  await until("the carrier to leave", () => smsc.sessions.size === 0);
  await smsc.close();
});

test("a deferred message answers 101, waits, and can be taken back", async () => {
  const at = new Date(Date.now() + 86400000);
  const paris = new Intl.DateTimeFormat("fr-FR", {
    timeZone: "Europe/Paris",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
  });
  const part = Object.fromEntries(paris.formatToParts(at).map((p) => [p.type, p.value]));
  const deferred = `${part.hour}${part.minute}${part.day}${part.month}${part.year}`;
  const answer = await http2sms(server, { ...well, deferred, contentType: "text/json" });
  const { status, SmsIds } = JSON.parse(answer.text);
  assert.equal(status, 101);
  const message = await cli(server, "message", "show", SmsIds[0]);
  assert.equal(message.state, "scheduled");
  assert.equal(Math.floor(Date.parse(message.due_at) / 60000), Math.floor(at / 60000));
  await cli(server, "message", "cancel", SmsIds[0]);
  assert.equal((await cli(server, "message", "show", SmsIds[0])).state, "cancelled");
});

// ---- refusals ----

test("refusals come in the documented order and cost nothing", async () => {
  await expectRefusal(201, "Missing account", {});
  await expectRefusal(201, "Missing from", { ...well, from: "" });
  await expectRefusal(202, "Invalid login or password", { ...well, password: "wrong" });
  await expectRefusal(202, "Invalid login or password", { ...well, login: "nobody" });
  await expectRefusal(202, "Invalid login or password", { ...well, account: "sms-none-1" });
  await expectRefusal(202, "Invalid from", { ...well, from: "Other", to: "1" });
  await expectRefusal(202, "Invalid to", { ...well, to: "1", tag: "x".repeat(21) });
  await expectRefusal(202, "Invalid tag: is too long", { ...well, tag: "x".repeat(21) });
  await expectRefusal(202, "Invalid deferred time", { ...well, deferred: "125025112017" });
  await expectRefusal(202, "Invalid class", { ...well, class: "4", smsCoding: "3" });
  await expectRefusal(202, "Invalid smsCoding", { ...well, smsCoding: "3" });
  await expectRefusal(202, 'Invalid message: "α" is not in the 7-bit alphabet', {
    ...well,
    message: "aα",
    smsCoding: "1",
  });
  await expectRefusal(
    202,
    "Invalid from: two-way is not switched on for this account: an operator does it with " +
      "`navette twoway enable ACCOUNT`",
    { ...well, from: "", senderForResponse: "1" },
  );
  const odd = await http2sms(server, { ...well, contentType: "image/png" });
  assert.equal(odd.text, `KO\nInvalid contentType${more}`);
  const broken = new URLSearchParams(well) + "%ff";
  const answer = await http2sms(server, broken.replace(/message=Hello/, "message=%ff"));
  assert.equal(answer.text, `KO\nInvalid message: not valid UTF-8 at byte 1${more}`);
});

test("a user may send only from the networks it is given", async () => {
  await cli(
    server,
    "user",
    "add",
    who.account,
    "away",
    "--password",
    "secret12",
    "--allow-ip",
    "192.0.2.0/24",
  );
  const query = { ...well, login: "away" };
  await expectRefusal(401, "IP address not allowed: 127.0.0.1", query);
  await cli(server, "user", "set", who.account, "away", "--allow-ip", "127.0.0.0/8");
  assert.match((await http2sms(server, query)).text, /^OK\n/);
});

test("a quota is shown, spent and then the end", async () => {
  await cli(
    server,
    "user",
    "add",
    who.account,
    "small",
    "--password",
    "secret12",
    "--quota",
    "1.50",
  );
  const query = { ...well, login: "small" };
  assert.match((await http2sms(server, query)).text, /^OK\n0\.50\n\d+$/);
  await expectRefusal(202, "Quota exceeded", query);
});

test("a request that the credits do not cover is refused as a whole", async () => {
  const to = Array.from({ length: 1000 }, (_, i) => 33612000000 + i).join();
  const left = await credits();
  assert.ok(left < 1000);
  await expectRefusal(202, "Not enough credits", "", { ...well, to, contentType: "text/json" });
});

test("a user's new password counts at once, and a user switched off is unknown", async () => {
  await cli(server, "user", "add", who.account, "moving", "--password", "secret12");
  const query = { ...well, login: "moving" };
  assert.match((await http2sms(server, query)).text, /^OK\n/);
  await cli(server, "user", "set", who.account, "moving", "--password", "another34");
  await expectRefusal(202, "Invalid login or password", query);
  query.password = "another34";
  assert.match((await http2sms(server, query)).text, /^OK\n/);
  await cli(server, "user", "set", who.account, "moving", "--enabled", "no");
  await expectRefusal(202, "Invalid login or password", query);
});

test("a ref gives the same bytes again and sends nothing", async () => {
  const query = { ...well, ref: "order-1" };
  const first = await http2sms(server, query);
  assert.match(first.text, /^OK\n/);
  await http2sms(server, well);
  const left = await credits();
  for (let i = 0; i < 3; i++) assert.equal((await http2sms(server, query)).text, first.text);
  assert.equal(await credits(), left);
});

// ---- bad days ----

// A small generator of its own, so that a failure can be repeated.
function random(seed) {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

test("garbage gets a documented refusal and costs nothing", async () => {
  const pick = random(20261121);
  const names = [
    ...Object.keys(well),
    "deferred",
    "class",
    "smsCoding",
    "tag",
    "contentType",
    "senderForResponse",
    "ref",
    "smsAccount",
    "",
    "x",
  ];
  const bytes = [
    "%00",
    "%ff",
    "%",
    "%2",
    "%zz",
    "&",
    "=",
    "+",
    "%0d",
    "é",
    "<",
    '"',
    "\\",
    "'",
    ";",
    ",",
    "1",
    "sms-test-1",
    "text/xml",
    "%F0%9F%98%80",
    "%C0%80",
    "a".repeat(300),
  ];
  const before = await credits();
  const ask = async () => {
    let query = "";
    for (let i = pick(14); i >= 0; i--) {
      query += `&${names[pick(names.length)]}=`;
      for (let k = pick(4); k > 0; k--) query += bytes[pick(bytes.length)];
    }
    // Half of them with the right to send, and never a valid recipient.
    if (pick(2)) query = `${query}&${new URLSearchParams(who)}`;
    const answer = await http2sms(server, pick(2) ? query : "", pick(2) ? query : undefined);
    assert.equal(answer.status, 200, query);
    assert.match(answer.text, /^KO\n(Missing|Invalid) |>20[12]<|"status":20[12],/, query);
  };
  for (let i = 0; i < 40; i++) await Promise.all(Array.from({ length: 10 }, ask));
  assert.equal(await credits(), before);
});

test("what is too large or no request of ours has its HTTP status", async () => {
  const path = `${server.http}/cgi-bin/sms/http2sms.cgi`;
  assert.equal((await fetch(path, { method: "PUT", body: "x" })).status, 405);
  assert.equal((await fetch(path, { method: "DELETE" })).status, 405);
  assert.equal((await fetch(path, { method: "POST", body: "x".repeat(70000) })).status, 413);
  assert.equal((await fetch(`${path}?${"a=1&".repeat(100)}`)).status, 414);
  assert.equal((await fetch(`${server.http}/api/v1/accounts`)).status, 401);
  assert.equal((await fetch(`${server.http}/api/v2`)).status, 404);
});

test("who watches sees health, readiness and figures; who asks, a guide", async () => {
  assert.equal(await (await fetch(`${server.http}/health`)).text(), "ok\n");
  assert.equal((await fetch(`${server.http}/ready`)).status, 200);
  const metrics = await (await fetch(`${server.http}/metrics`)).text();
  for (const name of ["navette_messages_accepted_total", 'navette_queue_messages{carrier="sim"}'])
    assert.ok(metrics.includes(`\n${name} `), name);
  assert.match(metrics, /\nnavette_messages_final_total{state="delivered"} [1-9]/);
  assert.match(metrics, /\nnavette_messages_final_total{state="cancelled"} 1\n/);
  for (const name of metrics.match(/(?<=# TYPE )\S+/g))
    assert.equal(metrics.split(`# TYPE ${name} `).length, 2, `${name} is described once`);
  const page = `${server.http}/docs/http2sms`;
  const french = { headers: { "accept-language": "fr-FR,fr;q=0.9,en;q=0.5" } };
  assert.match(await (await fetch(page, french)).text(), /envoyer un SMS/);
  assert.match(await (await fetch(`${page}?lang=en`)).text(), /send an SMS/);
});

test("in the end every account balances, and no password stands in the log", async () => {
  const check = await cli(server, "ledger", "check");
  assert.deepEqual(check.items ?? check, []);
  assert.ok(!/secret12|another34/.test(server.errors + server.said));
});
