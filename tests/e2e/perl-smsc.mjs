// SPDX-License-Identifier: Apache-2.0
// The SMSC of perl-smsc.pl (Net::SMPP) with the face of `Smsc` in smsc.mjs, as far as a story that
// both can play needs it.
import { spawn, spawnSync } from "node:child_process";
import { createInterface } from "node:readline";
import { until } from "./navette.mjs";

const program = new URL("perl-smsc.pl", import.meta.url).pathname;

export const perlIsThere = () => spawnSync("perl", ["-MNet::SMPP", "-e", "1"]).status === 0;

export class PerlSmsc {
  constructor() {
    this.binds = [];
    this.submits = [];
    this.answers = [];
    this.unbinds = 0;
    this.errors = "";
    this.next_id = 1000;
    this.next_seq = 1000;
    this.onSubmit = () => 0;
  }

  static async start() {
    const smsc = new PerlSmsc();
    smsc.child = spawn("perl", [program], { stdio: ["pipe", "pipe", "pipe"] });
    smsc.child.stderr.on("data", (d) => (smsc.errors += d));
    smsc.over = new Promise((r) => smsc.child.on("close", r));
    smsc.child.unref();
    createInterface(smsc.child.stdout).on("line", (line) => smsc.#hear(JSON.parse(line)));
    await until(`perl listens: ${smsc.errors}`, () => smsc.port);
    return smsc;
  }

  #hear(event) {
    if (event.port) this.port = event.port;
    else if (event.mode) this.binds.push({ ...event, number: event.bind, open: true });
    else if (event.unbind) this.unbinds++;
    else if (event.gone)
      for (const bind of this.binds) bind.open &&= bind.number !== event.gone;
    else if (event.submit) this.#submit({ ...event.submit, number: event.bind });
    else if (event.answer) this.answers.push({ ...event.answer, number: event.bind });
  }

  #submit(pdu) {
    pdu.text = Buffer.from(pdu.text ?? "", "hex");
    pdu.bind = this.binds.find((b) => b.number === pdu.number);
    this.submits.push(pdu);
    const status = this.onSubmit(pdu);
    if (status === 0) pdu.id = String(this.next_id++);
    this.#order({ do: "answer", bind: pdu.number, seq: pdu.seq, status, message_id: pdu.id ?? "" });
  }

  #order(order) {
    this.child.stdin.write(`${JSON.stringify(order)}\n`);
  }

  // Asks on a bind that receives (or the one given); the answer's status.
  async #ask(what, fields = {}, bind = this.receiver()) {
    const seq = this.next_seq++;
    this.#order({ do: what, bind: bind.number, seq, ...fields });
    const answer = await until(`answer to ${what}`, () =>
      this.answers.find((a) => a.seq === seq && a.number === bind.number),
    );
    return answer.status;
  }

  receiver() {
    return this.binds.find((b) => b.open && b.mode !== "tx");
  }

  async bound(n = 1) {
    await until(`${n} binds: ${this.errors}`, () => this.binds.filter((b) => b.open).length >= n);
  }

  // The bytes of a text, ASCII unless it is a buffer; the status of deliver_sm_resp.
  deliver({ source, destination, esm_class = 0, data_coding = 0, text }) {
    return this.#ask("deliver", {
      source_addr: source,
      source_addr_ton: 1,
      destination_addr: destination,
      dest_addr_ton: 3,
      esm_class,
      data_coding,
      text: Buffer.from(text).toString("hex"),
    });
  }

  enquire() {
    return this.#ask("enquire");
  }

  unbind() {
    return this.#ask("unbind");
  }

  async stop() {
    this.child.ref();
    this.child.stdin.end();
    await this.over;
  }
}
