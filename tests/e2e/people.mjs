// SPDX-License-Identifier: Apache-2.0
// A person at a browser, and a program with a key, as the REST API sees them.
//
//     const ann = new Person(server);
//     await ann.signIn("ann@example.org", "four words of mine");
//     const { status, body } = await ann.get("/me");
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { request } from "node:http";

export class Person {
  // `from`: the address of this machine that the person comes from, 127.0.0.2 and so on.
  constructor(server, { key, from } = {}) {
    this.url = new URL(server.http);
    this.key = key;
    this.from = from;
    this.cookies = {};
  }

  // {status, headers, body}; body is parsed when it is JSON.
  async ask(method, path, body, headers = {}) {
    const answer = await this.raw(method, `/api/v1${path}`, body, headers);
    for (const set of answer.headers["set-cookie"] ?? []) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(set);
      if (value) this.cookies[name] = value;
      else delete this.cookies[name];
    }
    if (answer.body?.csrf_token) this.csrf = answer.body.csrf_token;
    return answer;
  }

  raw(method, path, body, more = {}) {
    const cookies = Object.entries(this.cookies).map(([name, value]) => `${name}=${value}`);
    const text = body === undefined ? undefined : JSON.stringify(body);
    const headers = {
      ...(text === undefined
        ? {}
        : { "content-type": "application/json", "content-length": Buffer.byteLength(text) }),
      ...(cookies.length ? { cookie: cookies.join("; ") } : {}),
      ...(this.csrf && method !== "GET" ? { "x-csrf-token": this.csrf } : {}),
      ...(this.key ? { authorization: `Bearer ${this.key}` } : {}),
      ...more,
    };
    return new Promise((resolve, reject) => {
      const r = request(
        {
          host: this.url.hostname,
          port: this.url.port,
          localAddress: this.from,
          method,
          path,
          headers,
          agent: false,
        },
        (response) => {
          let said = "";
          response.setEncoding("utf8");
          response.on("data", (d) => (said += d));
          response.on("end", () => {
            const json = /json/.test(response.headers["content-type"] ?? "");
            const { statusCode: status, headers } = response;
            resolve({ status, headers, text: said, body: json ? JSON.parse(said) : said });
          });
        },
      );
      r.on("error", reject);
      r.end(text);
    });
  }

  get = (path) => this.ask("GET", path);
  post = (path, body = {}) => this.ask("POST", path, body);
  patch = (path, body) => this.ask("PATCH", path, body);
  put = (path, body) => this.ask("PUT", path, body);
  delete = (path, body) => this.ask("DELETE", path, body);

  async signIn(email, password, code) {
    const answer = await this.post("/session", { email, password, code: code ?? null });
    assert.equal(answer.status, 200, answer.text);
    return answer.body;
  }
}

// The refusal: status, code, and the field at fault.
export function refused(answer, status, code, field) {
  assert.equal(answer.status, status, answer.text);
  assert.match(answer.headers["content-type"], /^application\/problem\+json/);
  assert.equal(answer.body.code, code, answer.text);
  if (field !== undefined) assert.equal(answer.body.field, field, answer.text);
}

// The code of a TOTP secret (RFC 6238), by another hand than ours.
export function codeOf(secret, at = Date.now()) {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const bits = [...secret].map((c) => alphabet.indexOf(c).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from(bits.match(/.{8}/g).map((b) => parseInt(b, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigInt64BE(BigInt(Math.floor(at / 30000)));
  const mac = createHmac("sha1", key).update(counter).digest();
  const value = mac.readUInt32BE(mac[19] & 15) & 0x7fffffff;
  return String(value % 1000000).padStart(6, "0");
}
