// SPDX-License-Identifier: Apache-2.0
// SMPP as bytes: a peer that knows no more than the header of a PDU, so that a test can say what no
// library would. As a client (`rawEsme`) or as a server (`startRawSmsc`).
import { once } from "node:events";
import { connect, createServer } from "node:net";
import { until } from "./navette.mjs";

export const command = {
  bind_receiver: 0x01,
  bind_transmitter: 0x02,
  query_sm: 0x03,
  submit_sm: 0x04,
  deliver_sm: 0x05,
  unbind: 0x06,
  bind_transceiver: 0x09,
  enquire_link: 0x15,
  data_sm: 0x103,
  generic_nack: 0x80000000,
};
export const RESPONSE = 0x80000000;
export const answerTo = (id) => (id | RESPONSE) >>> 0;

// Hexadecimal with blanks wherever they help to read.
export const bytesOf = (hex) => Buffer.from(hex.replace(/\s+/g, ""), "hex");

// A PDU with its true length in front.
export function pduOf(id, status, sequence, body = Buffer.alloc(0)) {
  const header = Buffer.alloc(16);
  header.writeUInt32BE(16 + body.length, 0);
  header.writeUInt32BE(id, 4);
  header.writeUInt32BE(status, 8);
  header.writeUInt32BE(sequence, 12);
  return Buffer.concat([header, body]);
}

export const tlvOf = (tag, value) => {
  const head = Buffer.alloc(4);
  head.writeUInt16BE(tag, 0);
  head.writeUInt16BE(value.length, 2);
  return Buffer.concat([head, Buffer.from(value)]);
};

// The body of a submit_sm, deliver_sm: every field may be set, none is checked.
export function messageOf({
  source = "36111",
  destination = "33612345678",
  esm_class = 0,
  registered_delivery = 0,
  data_coding = 0,
  text = Buffer.alloc(0),
  sm_length = text.length,
  tlvs = [],
} = {}) {
  return Buffer.concat([
    Buffer.from([0, 1, 1]),
    Buffer.from(`${source}\0`, "latin1"),
    Buffer.from([1, 1]),
    Buffer.from(`${destination}\0`, "latin1"),
    Buffer.from([esm_class, 0, 0, 0, 0, registered_delivery, 0, data_coding, 0, sm_length]),
    Buffer.from(text),
    ...tlvs,
  ]);
}

export const bindOf = (system_id = "tester", password = "secret") =>
  Buffer.from(`${system_id}\0${password}\0\0\x34\0\0\0`, "latin1");

// The fields of a message that came, as bytes where they are bytes.
export function readMessage(pdu) {
  let at = 16;
  const word = () => {
    const end = pdu.bytes.indexOf(0, at);
    const s = pdu.bytes.toString("latin1", at, end);
    at = end + 1;
    return s;
  };
  const m = { service_type: word() };
  at += 2;
  m.source = word();
  at += 2;
  m.destination = word();
  m.esm_class = pdu.bytes[at];
  at += 3;
  m.schedule = word();
  m.validity = word();
  m.registered_delivery = pdu.bytes[at];
  m.data_coding = pdu.bytes[at + 2];
  const n = pdu.bytes[at + 4];
  m.text = pdu.bytes.subarray(at + 5, at + 5 + n);
  m.tlvs = new Map();
  for (at += 5 + n; at + 4 <= pdu.bytes.length; ) {
    const length = pdu.bytes.readUInt16BE(at + 2);
    m.tlvs.set(pdu.bytes.readUInt16BE(at), pdu.bytes.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  return m;
}

// One connection. `pdus` is all that came, cut by command_length; `onPdu` sees each as it comes.
export class Wire {
  constructor(socket, onPdu = () => {}) {
    this.socket = socket;
    this.pdus = [];
    this.closed = false;
    this.kept = Buffer.alloc(0);
    socket.setNoDelay(true);
    socket.on("error", () => {});
    socket.on("close", () => (this.closed = true));
    socket.on("data", (data) => {
      if (this.deaf) return; // what comes is read and forgotten
      this.kept = Buffer.concat([this.kept, data]);
      while (this.kept.length >= 16 && this.kept.readUInt32BE(0) <= this.kept.length) {
        const bytes = this.kept.subarray(0, this.kept.readUInt32BE(0));
        this.kept = this.kept.subarray(bytes.length);
        const pdu = {
          bytes,
          command: bytes.readUInt32BE(4),
          status: bytes.readUInt32BE(8),
          sequence: bytes.readUInt32BE(12),
        };
        this.pdus.push(pdu);
        onPdu(pdu, this);
      }
    });
  }

  write(bytes) {
    this.socket.write(typeof bytes === "string" ? bytesOf(bytes) : bytes);
  }

  answer(pdu, status = 0, body = Buffer.alloc(0)) {
    this.write(pduOf(answerTo(pdu.command), status, pdu.sequence, body));
  }

  // The next PDU with this command (and sequence), taken off the list.
  async next(id, sequence) {
    let at;
    const wanted = (p) => p.command === id && (sequence === undefined || p.sequence === sequence);
    await until(`PDU 0x${id.toString(16)}`, () => {
      at = this.pdus.findIndex(wanted);
      return at >= 0;
    });
    return this.pdus.splice(at, 1)[0];
  }

  async ask(id, sequence, body) {
    this.write(pduOf(id, 0, sequence, body));
    return this.next(answerTo(id), sequence);
  }

  // Is somebody there who answers?
  async alive(sequence = 0x7777) {
    return (await this.ask(command.enquire_link, sequence)).status === 0;
  }

  end() {
    this.socket.destroy();
  }
}

let esmes = 0;

// Each has a system_id of its own, so that none gets what another left.
export async function rawEsme(port, { bind = false } = {}) {
  const socket = connect(port, "127.0.0.1");
  const wire = new Wire(socket);
  await once(socket, "connect");
  if (bind) {
    const { status } = await wire.ask(command.bind_transceiver, 1, bindOf(`raw${++esmes}`));
    if (status !== 0) throw new Error(`bind: ${status}`);
  }
  return wire;
}

// {port, wires, close()}: `onPdu(pdu, wire)` answers; binds and enquire_link are answered unless
// `polite` is false.
export async function startRawSmsc({ onPdu = () => {}, polite = true, onConnect = () => {} } = {}) {
  const smsc = { wires: [] };
  const server = createServer((socket) => {
    socket.unref();
    const wire = new Wire(socket, (pdu) => {
      if (polite && [1, 2, 9].includes(pdu.command)) {
        wire.mode = pdu.command;
        wire.answer(pdu, 0, Buffer.from("raw\0"));
      } else if (polite && [command.enquire_link, command.unbind].includes(pdu.command)) {
        wire.answer(pdu);
      } else {
        onPdu(pdu, wire);
      }
    });
    smsc.wires.push(wire);
    onConnect(wire);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  server.unref();
  smsc.port = server.address().port;
  smsc.close = () => {
    for (const wire of smsc.wires) wire.end();
    return new Promise((r) => server.close(r));
  };
  return smsc;
}
