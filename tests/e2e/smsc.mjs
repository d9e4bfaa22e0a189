// SPDX-License-Identifier: Apache-2.0
// A carrier that we did not write: the SMPP server of the npm package `smpp`, which keeps all that
// it was told and answers as a test wants. And the customer who sends through it.
import assert from "node:assert/strict";
import { ask, cli, command, furnish, http2sms, smpp, until, who } from "./navette.mjs";

export const OK = 0;
export const RECEIPT = 0x04;
export const UDHI = 0x40;

const modes = { bind_transceiver: "trx", bind_transmitter: "tx", bind_receiver: "rx" };

export class Smsc {
  constructor() {
    this.binds = []; // { mode, system_id, password, at, session, open }
    this.submits = []; // every submit_sm, with `bind`, `at` and, once answered, `id`
    this.enquiries = 0;
    this.deaf = false; // does not answer enquire_link
    this.unbinds = 0;
    this.unanswered = 0;
    this.most_unanswered = 0;
    this.errors = [];
    this.sockets = new Set();
    this.next_id = 1000;
    this.bindStatus = () => OK;
    // What a submit_sm is answered: a status, or undefined for no answer (see `answer`).
    this.onSubmit = () => OK;
  }

  static async start(tls = {}, port = 0, host = "127.0.0.1") {
    const smsc = new Smsc();
    smsc.server = smpp.createServer(tls, (session) => smsc.#accept(session));
    smsc.server.on("tlsClientError", (e) => smsc.errors.push(e));
    smsc.server.on("connection", (socket) => {
      smsc.sockets.add(socket);
      socket.on("close", () => smsc.sockets.delete(socket));
    });
    await new Promise((r) => smsc.server.listen(port, host, r));
    smsc.port = smsc.server.address().port;
    return smsc;
  }

  #accept(session) {
    session.on("error", (e) => this.errors.push(e));
    for (const command of Object.keys(modes))
      session.on(command, (pdu) => this.#bind(session, pdu, modes[command]));
    session.on("enquire_link", (pdu) => {
      this.enquiries++;
      if (!this.deaf) session.send(pdu.response());
    });
    session.on("unbind", (pdu) => {
      this.unbinds++;
      session.send(pdu.response());
      session.close();
    });
    session.on("submit_sm", (pdu) => this.#submit(session, pdu));
  }

  #bind(session, pdu, mode) {
    const status = this.bindStatus(pdu, mode);
    const { system_id, password, system_type, interface_version } = pdu;
    const bind = { mode, system_id, password, system_type, interface_version, session };
    Object.assign(bind, { at: Date.now(), open: status === OK });
    this.binds.push(bind);
    session.bind = bind;
    session.on("close", () => {
      bind.open = false;
      this.unanswered = 0;
    });
    session.send(pdu.response({ command_status: status, system_id: "judge" }));
    if (status !== OK) session.close();
  }

  #submit(session, pdu) {
    pdu.at = Date.now();
    pdu.bind = session.bind;
    this.submits.push(pdu);
    this.unanswered++;
    this.most_unanswered = Math.max(this.most_unanswered, this.unanswered);
    const status = this.onSubmit(pdu);
    if (status !== undefined) this.answer(pdu, status);
  }

  // Answers a submit_sm, now or later; with the next id when it is taken.
  answer(pdu, status = OK) {
    this.unanswered--;
    if (status === OK) pdu.id ??= String(this.next_id++);
    pdu.bind.session.send(pdu.response({ command_status: status, message_id: pdu.id }));
  }

  // An open bind that may get deliver_sm.
  receiver(mode) {
    return this.binds.find((b) => b.open && (mode ? b.mode === mode : b.mode !== "tx"));
  }

  async bound(n = 1) {
    await until(`${n} binds`, () => this.binds.filter((b) => b.open).length >= n);
  }

  async submitted(n) {
    await until(`${n} submits`, () => this.submits.length >= n);
    return this.submits[n - 1];
  }

  // Sends a deliver_sm; resolves to its deliver_sm_resp.
  deliver(fields, bind = this.receiver()) {
    let pdu;
    bind.session.deliver_sm({ dest_addr_ton: 3, source_addr_ton: 1, ...fields }, (r) => (pdu = r));
    return until("deliver_sm_resp", () => {
      if (!pdu && !bind.open) throw new Error("the session ended before deliver_sm_resp");
      return pdu;
    });
  }

  // A receipt for what was submitted, in the text that the specification suggests.
  receipt(submit, stat = "DELIVRD", err = "000", bind) {
    const text =
      `id:${submit.id} sub:001 dlvrd:001 submit date:2601011200 done date:2601011201 ` +
      `stat:${stat} err:${err} text:`;
    return this.receiptText(submit, text, bind);
  }

  receiptText({ destination_addr, source_addr }, short_message, bind) {
    return this.deliver(
      {
        source_addr: destination_addr,
        destination_addr: source_addr,
        esm_class: RECEIPT,
        short_message,
      },
      bind,
    );
  }

  // An incoming message, or a part of one when `udh`, its bytes from the length on, is there.
  incoming(from, to, message, { udh, bind, ...fields } = {}) {
    return this.deliver(
      {
        source_addr: from,
        destination_addr: to,
        esm_class: udh ? UDHI : 0,
        short_message: udh ? { udh: Buffer.from(udh), message } : message,
        ...fields,
      },
      bind,
    );
  }

  // Ends all sessions without a word and stays reachable.
  cut() {
    for (const bind of this.binds) bind.open = false;
    for (const socket of this.sockets) socket.destroy();
    this.unanswered = 0;
  }

  async stop() {
    const closed = new Promise((r) => this.server.close(r));
    this.cut();
    await closed;
  }
}

// ---- the customer ----

// furnish() of navette.mjs with what these tests want besides: impatience and more senders.
export async function provision(server, port, ...carrier) {
  await furnish(server, port, { carrier: ["--reconnect-least-ms", "50", ...carrier] });
  const senders = `accounts/${who.account}/senders`;
  for (const name of ["36111", "33700000001"])
    await ask(server, senders, { method: "POST", body: { name } });
}

export const change = (server, ...settings) => cli(server, "carrier", "set", "sim", ...settings);
export const carrier = (server) => ask(server, "carriers/sim");
export const credits = async (server) =>
  Number((await ask(server, `accounts/${who.account}`)).credits);

// Sends one message, or one to each of several recipients; the id of the first.
export async function send(server, to, message, more = {}) {
  const form = { ...who, from: "Navette", noStop: "1", to, message, ...more };
  const { text } = await http2sms(server, "", form);
  const [verdict, , id] = text.split("\n");
  assert.equal(verdict, "OK", text);
  return id;
}

// Waits until the message is in this state, and returns it.
export async function state(server, id, wanted) {
  let message;
  const check = async () => {
    message = await ask(server, `messages/${id}`);
    return message.state === wanted;
  };
  await until(`${wanted} of ${id}`, check).catch((e) => {
    throw new Error(`${e.message}: ${JSON.stringify(message)}\n${server.errors}`);
  });
  return message;
}

export const kinds = (message) => message.events.map((event) => event.kind);

// The last word of each test: the ledger balances, and the server ends well and in time.
export async function finish(server) {
  const ledger = await command("--data", server.data, "ledger", "check");
  assert.deepEqual([ledger.code, ledger.stdout.trim()], [0, "0"], ledger.stderr);
  await server.stop();
}
