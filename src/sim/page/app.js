// SPDX-License-Identifier: Apache-2.0
// The simulator's page: phones on the left, the chosen one's screen on the right. What comes from
// outside is only ever set as textContent.
"use strict";

const words = {
  en: {
    title: "carrier in a box",
    skip: "To the phones",
    to_dark: "Dark colours",
    to_light: "Light colours",
    language: "Français",
    outcomes: "Special numbers",
    phones: "Phones",
    new_phone: "New phone",
    search: "Find a number",
    welcome_title: "No phone has a message yet",
    welcome_text:
      "A simulated mobile network. Each number that is written to becomes a phone here.",
    welcome_bind: "Connect your SMPP client to",
    welcome_any:
      "Any system_id and password will do; bind as transceiver to get receipts and answers.",
    welcome_send: "Send a message to any number, for example",
    welcome_navette: "With Navette, the command line is printed by",
    welcome_read: "The phone shows up on this page. Open it, read, answer.",
    welcome_outcomes: "Some numbers fail on purpose.",
    outcomes_see: "See which.",
    pick_title: "Choose a phone",
    pick_text:
      "Its messages show here. Up and down, or j and k, move through the list, " +
      "Enter opens, / searches.",
    back: "Back to the phones",
    thread: "Messages",
    to: "To",
    send: "Send",
    write: "Write as this phone…",
    outcomes_title: "Special numbers",
    outcomes_text:
      "The last four digits of a recipient choose what the carrier does with the message.",
    outcomes_ending: "Number ends in",
    outcomes_what: "What happens",
    outcomes_other: "any other",
    close: "Close",
    born_title: "Write from a phone",
    born_text: "Any number will do. Its first message creates the phone.",
    born_number: "Number of the phone",
    born_open: "Open",
    cancel: "Cancel",
    connected: (n, names) => (n === 1 ? `1 connection: ${names}` : `${n} connections: ${names}`),
    quirks: (all) => `Quirks: ${all}`,
    nobody: "No SMPP client is connected",
    offline: "The simulator does not answer; trying again…",
    rates: (s, r, total) => `${s} messages/s · ${r} receipts/s · ${total} in all`,
    more: (n) => `${n} more phones: search for a number.`,
    none_found: "No such number here.",
    nothing: "No message yet on this phone.",
    from: (who) => `From ${who}`,
    to_whom: (who) => `To ${who}`,
    parts: (n) => `${n} parts`,
    parts_of: (got, n) => `${got} of ${n} parts`,
    flash: "flash",
    waiting: "on its way",
    taken: "taken ✓",
    count: (n) => (n === 1 ? "1 message" : `${n} messages`),
    failed: "It could not be sent.",
    fresh: (n) => `${n} unread`,
    callbacks: "Callbacks",
    callbacks_title: "Callbacks and automatic answers",
    callbacks_text: "What is sent to this address shows below, live:",
    cgi_text: "An address that answers “Thank you, …” as an automatic answer:",
    callbacks_none: "Nothing has called yet.",
    fail_next: "Answer 500 to the next",
    fail_set: "Set",
    failing: (n) => (n ? `${n} more will fail` : "none fails"),
    body_cut: "cut at 4 KB",
    later: "When",
    after: (s) =>
      s === 0
        ? "now"
        : s < 3600
          ? s < 60
            ? `in ${s} seconds`
            : `in ${s / 60} min`
          : `in ${s / 3600} h`,
    later_kept: (n) => (n === 1 ? "It will be said later." : `${n} answers will be said later.`),
  },
  fr: {
    title: "l’opérateur en boîte",
    skip: "Aller aux téléphones",
    to_dark: "Couleurs sombres",
    to_light: "Couleurs claires",
    language: "English",
    outcomes: "Numéros spéciaux",
    phones: "Téléphones",
    new_phone: "Nouveau",
    search: "Chercher un numéro",
    welcome_title: "Aucun téléphone n’a encore de message",
    welcome_text:
      "Un réseau mobile simulé. Chaque numéro à qui l’on écrit devient un téléphone ici.",
    welcome_bind: "Connectez votre client SMPP à",
    welcome_any:
      "Tout identifiant convient ; liez-vous en transceiver pour recevoir accusés et réponses.",
    welcome_send: "Envoyez un message à n’importe quel numéro, par exemple",
    welcome_navette: "Avec Navette, la ligne de commande est affichée par",
    welcome_read: "Le téléphone apparaît sur cette page. Ouvrez-le, lisez, répondez.",
    welcome_outcomes: "Certains numéros échouent exprès.",
    outcomes_see: "Voir lesquels.",
    pick_title: "Choisissez un téléphone",
    pick_text:
      "Ses messages s’affichent ici. Haut et bas, ou j et k, parcourent la liste ; " +
      "Entrée ouvre, / cherche.",
    back: "Retour aux téléphones",
    thread: "Messages",
    to: "À",
    send: "Envoyer",
    write: "Écrire depuis ce téléphone…",
    outcomes_title: "Numéros spéciaux",
    outcomes_text: "Les quatre derniers chiffres du destinataire décident du sort du message.",
    outcomes_ending: "Le numéro finit par",
    outcomes_what: "Ce qui arrive",
    outcomes_other: "tout autre",
    close: "Fermer",
    born_title: "Écrire depuis un téléphone",
    born_text: "Tout numéro convient. Son premier message crée le téléphone.",
    born_number: "Numéro du téléphone",
    born_open: "Ouvrir",
    cancel: "Annuler",
    connected: (n, names) => (n === 1 ? `1 connexion : ${names}` : `${n} connexions : ${names}`),
    quirks: (all) => `Travers : ${all}`,
    nobody: "Aucun client SMPP n’est connecté",
    offline: "Le simulateur ne répond pas ; nouvel essai…",
    rates: (s, r, total) => `${s} messages/s · ${r} accusés/s · ${total} en tout`,
    more: (n) => `${n} téléphones de plus : cherchez un numéro.`,
    none_found: "Ce numéro n’est pas ici.",
    nothing: "Aucun message encore sur ce téléphone.",
    from: (who) => `De ${who}`,
    to_whom: (who) => `À ${who}`,
    parts: (n) => `${n} parties`,
    parts_of: (got, n) => `${got} parties sur ${n}`,
    flash: "flash",
    waiting: "en route",
    taken: "pris ✓",
    count: (n) => (n === 1 ? "1 message" : `${n} messages`),
    failed: "L’envoi a échoué.",
    fresh: (n) => `${n} non lus`,
    callbacks: "Rappels HTTP",
    callbacks_title: "Rappels HTTP et réponses automatiques",
    callbacks_text: "Ce qui est envoyé à cette adresse s’affiche ci-dessous, en direct :",
    cgi_text: "Une adresse qui répond « Thank you, … », comme réponse automatique :",
    callbacks_none: "Rien n’a encore appelé.",
    fail_next: "Répondre 500 aux prochains",
    fail_set: "Appliquer",
    failing: (n) => (n ? `encore ${n} en échec` : "aucun en échec"),
    body_cut: "coupé à 4 Ko",
    later: "Quand",
    after: (s) =>
      s === 0
        ? "maintenant"
        : s < 3600
          ? s < 60
            ? `dans ${s} secondes`
            : `dans ${s / 60} min`
          : `dans ${s / 3600} h`,
    later_kept: (n) =>
      n === 1 ? "Ce sera dit plus tard." : `${n} réponses seront dites plus tard.`,
  },
};

// The API's errors that a person meets while writing.
const failures = {
  en: {
    no_receiver: "Nobody can receive this: an SMPP client must bind as receiver or transceiver.",
    text_too_long: "This text is too long.",
    bad_to: "“To” must be a number or a name of at most 20 characters.",
    bad_number: "This number cannot be a phone’s.",
  },
  fr: {
    no_receiver:
      "Personne ne peut le recevoir : il faut un client SMPP en receiver ou transceiver.",
    text_too_long: "Ce texte est trop long.",
    bad_to: "« À » doit être un numéro ou un nom de 20 caractères au plus.",
    bad_number: "Ce numéro ne peut pas être celui d’un téléphone.",
  },
};

const PHONES_SHOWN = 100;
const CALLBACKS_SHOWN = 200;
const AFTER_S = [0, 10, 60, 600, 3600, 6 * 3600, 49 * 3600];
const MESSAGES_SHOWN = 200;
const LOST = new Set(["undeliverable", "expired", "deleted", "rejected"]);

const $ = (id) => document.getElementById(id);
let language = "en";
let phones = []; // as the API lists them, newest first
let total = 0;
let wanted = ""; // what is searched
let chosen = null; // a number
let messages = [];
let outcomes = [];
let stats = null;
let callbacks = []; // newest first
let callbacksTotal = 0;
let failing = 0;
let online = true;
let writing = false; // a person opened a phone to write: the cursor goes there
const fresh = new Map(); // unread by number

const t = (key, ...args) => {
  const word = words[language][key];
  return typeof word === "function" ? word(...args) : word;
};

function element(tag, className, text) {
  const e = document.createElement(tag);
  if (className) e.className = className;
  if (text !== undefined) e.textContent = text;
  return e;
}

async function getJson(path) {
  const response = await fetch(path, { cache: "no-store" });
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return response.json();
}

// ---- Language ----

function chooseLanguage(name) {
  language = name;
  document.documentElement.lang = name;
  document.title = `Navette – ${t("title")}`;
  for (const e of document.querySelectorAll("[data-t]")) e.textContent = t(e.dataset.t);
  for (const e of document.querySelectorAll("[data-label]"))
    e.setAttribute("aria-label", t(e.dataset.label));
  $("search").placeholder = t("search");
  $("search").setAttribute("aria-label", t("search"));
  $("text").placeholder = t("write");
  $("text").setAttribute("aria-label", t("write"));
  $("language").textContent = name === "fr" ? "EN" : "FR";
  $("language").title = t("language");
  $("language").setAttribute("aria-label", t("language"));
  $("language").lang = name === "fr" ? "en" : "fr";
  showScheme();
  const after = $("after").value || "0";
  $("after").replaceChildren(
    ...AFTER_S.map((s) => Object.assign(element("option", "", t("after", s)), { value: s })),
  );
  $("after").value = after;
  showAll();
}

// A browser may refuse to keep a choice; then it lasts as long as the page.
function recall(name) {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}

function keep(name, value) {
  try {
    localStorage.setItem(name, value);
  } catch {
    // As above.
  }
}

function startLanguage() {
  const kept = recall("language");
  const own = (navigator.languages?.[0] ?? navigator.language ?? "en").toLowerCase();
  chooseLanguage(kept in words ? kept : own.startsWith("fr") ? "fr" : "en");
}

// ---- Colours: the system's, until a person chooses ----

const prefersDark = matchMedia("(prefers-color-scheme: dark)");
let scheme = recall("scheme");

function showScheme() {
  const dark = scheme ? scheme === "dark" : prefersDark.matches;
  document.documentElement.dataset.scheme = dark ? "dark" : "light";
  const label = t(dark ? "to_light" : "to_dark");
  $("scheme").title = label;
  $("scheme").setAttribute("aria-label", label);
}

function changeScheme() {
  scheme = document.documentElement.dataset.scheme === "dark" ? "light" : "dark";
  keep("scheme", scheme);
  showScheme();
}

function shortTime(iso) {
  const at = new Date(iso);
  const today = at.toDateString() === new Date().toDateString();
  const style = today ? { second: "2-digit" } : { day: "numeric", month: "short" };
  return new Intl.DateTimeFormat(language, {
    ...style,
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  }).format(at);
}

const shortCount = (n) => new Intl.NumberFormat(language).format(n);

// ---- What is shown ----

function showLink() {
  const link = $("link");
  const binds = stats?.binds ?? [];
  link.className = "link" + (!online ? " down" : binds.length ? " up" : "");
  if (!online) {
    link.textContent = t("offline");
  } else if (!binds.length) {
    link.textContent = stats ? t("nobody") : "";
  } else {
    const names = [...new Set(binds.map((b) => b.system_id || "–"))];
    link.textContent = t(
      "connected",
      binds.length,
      names.slice(0, 3).join(", ") + (names.length > 3 ? "…" : ""),
    );
  }
  $("rates").textContent = stats
    ? t(
        "rates",
        shortCount(stats.submits_per_second),
        shortCount(stats.receipts_per_second),
        shortCount(stats.taken),
      )
    : "";
  const quirks = Object.entries(stats?.quirks ?? {});
  $("quirks").hidden = !quirks.length;
  $("quirks").textContent = t("quirks", quirks.map((q) => q.join(" ")).join(" · "));
  if (stats) {
    const here = stats.smpp_host === "0.0.0.0" || stats.smpp_host === "[::]";
    $("smpp-address").textContent =
      `${here ? location.hostname : stats.smpp_host}:${stats.smpp_port}`;
  }
}

function phoneRow(phone) {
  const button = element("button");
  button.type = "button";
  button.dataset.number = phone.number;
  button.setAttribute("aria-current", String(phone.number === chosen));
  button.append(
    element("span", "number", phone.number),
    element("time", "when", shortTime(phone.last.at)),
    element("span", "said", phone.last.text),
  );
  const unread = fresh.get(phone.number);
  if (unread) {
    const mark = element("span", "fresh", String(unread));
    mark.title = t("fresh", unread);
    button.append(mark);
  }
  const item = element("li");
  item.append(button);
  return item;
}

function showList() {
  const list = $("list");
  const focused = list.contains(document.activeElement)
    ? document.activeElement.dataset.number
    : null;
  list.replaceChildren(...phones.map(phoneRow));
  if (focused) list.querySelector(`[data-number="${CSS.escape(focused)}"]`)?.focus();
  $("phones-count").textContent = total ? shortCount(total) : "";
  const hidden = total - phones.length;
  const note =
    wanted && !phones.length
      ? t("none_found")
      : !wanted && hidden > 0
        ? t("more", shortCount(hidden))
        : "";
  $("list-note").textContent = note;
  $("list-note").hidden = !note;
}

function facts(message) {
  const line = element("p", "facts", shortTime(message.at));
  const add = (text, className) => line.append(" · ", element("span", className ?? "", text));
  if (message.parts_received < message.parts)
    add(t("parts_of", message.parts_received, message.parts), "badge");
  else if (message.parts > 1) add(t("parts", message.parts));
  if (message.encoding === "ucs2") add("Unicode");
  if (message.flash) add(t("flash"), "badge");
  if (message.direction === "from_phone") add(t(message.state));
  return line;
}

function fate(message) {
  const outcome =
    message.outcome !== "delivered" && outcomes.find((o) => o.name === message.outcome);
  if (!outcome) return [];
  const line = element("p", "facts");
  line.append(element("span", "badge", outcome[language]));
  return [line];
}

function bubble(message, before) {
  const mine = message.direction === "from_phone";
  const item = element(
    "li",
    [mine ? "mine" : "", LOST.has(message.outcome) ? "lost" : "", message.fresh ? "new" : ""]
      .join(" ")
      .trim(),
  );
  const peer = mine ? message.to : message.from;
  const same =
    before && before.direction === message.direction && (mine ? before.to : before.from) === peer;
  if (!same) item.append(element("p", "who", mine ? t("to_whom", peer) : t("from", peer)));
  item.append(element("p", "bubble", message.text), facts(message), ...fate(message));
  return item;
}

function showThread() {
  const thread = $("thread");
  const low = thread.scrollHeight - thread.scrollTop - thread.clientHeight < 60;
  const rows = messages.map((m, i) => bubble(m, messages[i - 1]));
  thread.replaceChildren(...(rows.length ? rows : [element("li", "nothing", t("nothing"))]));
  for (const m of messages) m.fresh = false;
  if (low) thread.scrollTop = thread.scrollHeight;
  const senders = [
    ...new Set(messages.map((m) => (m.direction === "to_phone" ? m.from : m.to))),
  ].filter(Boolean);
  $("senders").replaceChildren(
    ...senders.map((s) => Object.assign(element("option"), { value: s })),
  );
  if (!$("to").value && messages.length) {
    const last = messages[messages.length - 1];
    $("to").value = last.direction === "to_phone" ? last.from : last.to;
  }
  $("phone-number").textContent = chosen ?? "";
  $("phone-sub").textContent = t("count", messages.length);
}

function showOutcomes() {
  $("outcomes-rows").replaceChildren(
    ...outcomes.map((o) => {
      const row = element("tr");
      const ending = element("td");
      ending.append(
        o.ending ? element("code", "", `…${o.ending}`) : element("em", "", t("outcomes_other")),
      );
      row.append(ending, element("td", "", o[language]));
      return row;
    }),
  );
}

function callbackRow(call) {
  const item = element("li");
  const line = element("p", "facts", `${shortTime(call.at)} · `);
  line.append(
    element("code", "", `${call.method} ${call.path}`),
    element("span", call.status < 300 ? "" : "badge", ` ${call.status}`),
  );
  item.append(line);
  const table = element("table");
  const add = (name, value) => {
    const row = element("tr");
    const head = element("th", "", name);
    head.scope = "row";
    row.append(head, element("td", "", value));
    table.append(row);
  };
  for (const [name, value] of call.query) add(name, value);
  for (const [name, value] of Object.entries(call.headers)) add(`${name}:`, value);
  if (table.rows.length) item.append(table);
  if (call.body) item.append(element("pre", "", call.body));
  if (call.body_cut) item.append(element("p", "facts", t("body_cut")));
  if (call.path.startsWith("/cgi")) item.append(element("p", "bubble", call.answer));
  return item;
}

function showCallbacks() {
  $("callbacks-count").textContent = callbacksTotal ? shortCount(callbacksTotal) : "";
  $("callback-address").textContent = `${location.origin}/callback`;
  $("cgi-address").textContent = `${location.origin}/cgi`;
  $("fail-note").textContent = t("failing", failing);
  if (!$("callbacks").open) return;
  $("callbacks-list").replaceChildren(
    ...(callbacks.length
      ? callbacks.map(callbackRow)
      : [element("li", "nothing", t("callbacks_none"))]),
  );
}

function showScreens() {
  const empty = !chosen && total === 0 && !wanted;
  $("welcome").hidden = !empty;
  $("pick").hidden = Boolean(chosen) || empty;
  $("phone").hidden = !chosen;
  $("main").classList.toggle("reading", Boolean(chosen));
  $("main").classList.toggle("empty", empty);
}

function placeCursor() {
  if (chosen && writing) $($("to").value ? "text" : "to").focus();
  writing = false;
}

function showAll() {
  showLink();
  showList();
  showScreens();
  showOutcomes();
  showCallbacks();
  if (chosen) showThread();
}

// Many things may change at once: what is shown is drawn once a frame.
const drawn = new Set();
function draw(show) {
  if (!drawn.size) {
    requestAnimationFrame(() => {
      const all = [...drawn];
      drawn.clear();
      for (const f of all) f();
    });
  }
  drawn.add(show);
}

// ---- What is read ----

async function readPhones() {
  const asked = wanted;
  const path =
    `/api/phones?limit=${PHONES_SHOWN}` + (asked ? `&number=${encodeURIComponent(asked)}` : "");
  const list = await getJson(path);
  if (asked !== wanted) return;
  phones = list.items;
  total = list.total;
  draw(showList);
  draw(showScreens);
}

async function readThread() {
  const number = chosen;
  if (!number) return;
  const list = await getJson(
    `/api/phones/${encodeURIComponent(number)}/messages?limit=${MESSAGES_SHOWN}`,
  );
  if (number !== chosen) return;
  messages = list.items;
  draw(showThread);
}

async function readCallbacks() {
  const list = await getJson(`/api/callbacks?limit=${CALLBACKS_SHOWN}`);
  callbacks = list.items;
  callbacksTotal = list.total;
  failing = list.failing;
  draw(showCallbacks);
}

async function readAll() {
  try {
    if (!outcomes.length) {
      outcomes = (await getJson("/api/outcomes")).items;
      draw(showOutcomes);
      draw(showThread);
    }
    await Promise.all([readPhones(), readThread(), readCallbacks()]);
  } catch {
    // The stream tells when the simulator is back, and all is read again.
  }
}

function choose(number) {
  if (number === chosen) return;
  chosen = number;
  messages = [];
  fresh.delete(number);
  $("to").value = "";
  $("text").value = "";
  $("write-note").hidden = true;
  $("thread").replaceChildren();
  draw(showList);
  draw(showScreens);
  if (number)
    readThread()
      .catch(() => {})
      .finally(() => draw(placeCursor));
}

// ---- Live ----

function onMessage(message) {
  const known = phones.find((p) => p.number === message.number);
  if (message.number === chosen) {
    const at = messages.findIndex((m) => m.id === message.id);
    if (at >= 0) {
      messages[at] = message;
    } else {
      messages.push({ ...message, fresh: true });
      messages.splice(0, messages.length - MESSAGES_SHOWN);
    }
    draw(showThread);
  } else if (message.direction === "to_phone" && message.parts_received === message.parts) {
    fresh.set(message.number, (fresh.get(message.number) ?? 0) + 1);
  }
  if (wanted && !message.number.includes(wanted.replace(/^\+/, ""))) return;
  if (known) phones.splice(phones.indexOf(known), 1);
  else total = Math.max(total + 1, phones.length + 1);
  const count = known ? known.messages : 0;
  phones.unshift({ number: message.number, messages: count + 1, last: message });
  phones.splice(PHONES_SHOWN);
  draw(showList);
  draw(showScreens);
}

function onCallback(call) {
  callbacks.unshift(call);
  callbacks.splice(CALLBACKS_SHOWN);
  callbacksTotal = Number(call.id);
  if (call.status === 500) failing = Math.max(0, failing - 1);
  draw(showCallbacks);
}

function listen() {
  const events = new EventSource("/api/events");
  events.addEventListener("open", () => {
    online = true;
    readAll();
  });
  events.addEventListener("error", () => {
    online = false;
    draw(showLink);
  });
  events.addEventListener("message", (e) => onMessage(JSON.parse(e.data)));
  events.addEventListener("callback", (e) => onCallback(JSON.parse(e.data)));
  events.addEventListener("refresh", readAll);
  events.addEventListener("stats", (e) => {
    online = true;
    stats = JSON.parse(e.data);
    if (!wanted) total = stats.phones;
    draw(showLink);
  });
}

// ---- What a person does ----

async function send(event) {
  event.preventDefault();
  const text = $("text").value;
  const to = $("to").value.trim();
  const after_s = Number($("after").value);
  if (!text || !to || $("send").disabled) return;
  $("send").disabled = true;
  $("write-note").hidden = true;
  try {
    const response = await fetch(`/api/phones/${encodeURIComponent(chosen)}/messages`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(after_s ? { to, text, after_s } : { to, text }),
    });
    if (response.ok) {
      $("text").value = "";
      $("after").value = "0";
      if (response.status === 202) tell(t("later_kept", (await response.json()).later), true);
      await readThread();
    } else {
      const { error } = await response.json();
      tell(failures[language][error.code] ?? error.message);
    }
  } catch {
    tell(t("failed"));
  }
  $("send").disabled = false;
  $("text").focus();
}

async function setFailures(event) {
  event.preventDefault();
  const response = await fetch("/api/callbacks/fail", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ count: Number($("fail-count").value) }),
  }).catch(() => null);
  if (response?.ok) failing = (await response.json()).failing;
  draw(showCallbacks);
}

function tell(text, kept = false) {
  $("write-note").classList.toggle("kept", kept);
  $("write-note").textContent = text;
  $("write-note").hidden = false;
}

function moveInList(event) {
  const rows = [...$("list").querySelectorAll("button")];
  const at = rows.indexOf(document.activeElement);
  const to = {
    ...{ ArrowDown: at + 1, ArrowUp: at - 1, j: at + 1, k: at - 1 },
    ...{ Home: 0, End: rows.length - 1 },
  }[event.key];
  if (to === undefined || !rows.length) return;
  event.preventDefault();
  if (to < 0) $("search").focus();
  else rows[Math.min(to, rows.length - 1)].focus();
}

const hashNumber = () => decodeURIComponent(location.hash.slice(1)) || null;

function goTo(number) {
  location.hash = number ? encodeURIComponent(number) : "";
}

function listenToPerson() {
  let searching;
  $("search").addEventListener("input", () => {
    wanted = $("search").value.trim();
    clearTimeout(searching);
    searching = setTimeout(() => readPhones().catch(() => {}), 120);
  });
  $("list").addEventListener("click", (e) => {
    const button = e.target.closest("button");
    if (!button) return;
    writing = matchMedia("(min-width: 761px)").matches;
    if (button.dataset.number === chosen) draw(placeCursor);
    goTo(button.dataset.number);
  });
  $("list").addEventListener("keydown", moveInList);
  $("search").addEventListener("keydown", (e) => e.key === "ArrowDown" && moveInList(e));
  $("back").addEventListener("click", () => goTo(null));
  $("write").addEventListener("submit", send);
  $("text").addEventListener("keydown", (e) => {
    if (e.key === "Enter" && !e.shiftKey && !e.isComposing) {
      e.preventDefault();
      $("write").requestSubmit();
    }
  });
  $("language").addEventListener("click", () => {
    const other = language === "fr" ? "en" : "fr";
    keep("language", other);
    chooseLanguage(other);
  });
  $("scheme").addEventListener("click", changeScheme);
  prefersDark.addEventListener("change", showScheme);
  $("skip").addEventListener("click", (e) => {
    e.preventDefault();
    ($("list").querySelector("button") ?? $("search")).focus();
  });
  for (const id of ["open-outcomes", "open-outcomes-2"])
    $(id).addEventListener("click", () => $("outcomes").showModal());
  $("open-callbacks").addEventListener("click", () => {
    $("callbacks").showModal();
    showCallbacks();
  });
  $("fail").addEventListener("submit", setFailures);
  $("new-phone").addEventListener("click", () => $("born").showModal());
  $("born-cancel").addEventListener("click", () => $("born").close());
  $("born-form").addEventListener("submit", () => {
    writing = true;
    goTo($("born-number").value.replace(/^\+/, ""));
    $("born-number").value = "";
  });
  window.addEventListener("hashchange", () => choose(hashNumber()));
  document.addEventListener("keydown", (e) => {
    if (document.querySelector("dialog[open]")) return;
    const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement?.tagName ?? "");
    if (e.key === "/" && !typing) {
      e.preventDefault();
      $("search").focus();
    } else if ((e.key === "j" || e.key === "k") && !typing && !e.defaultPrevented) {
      moveInList(e);
    } else if (e.key === "Escape" && chosen) {
      goTo(null);
    }
  });
}

startLanguage();
listenToPerson();
chosen = hashNumber();
showAll();
readAll();
listen();
