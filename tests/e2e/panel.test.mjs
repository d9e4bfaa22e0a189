// SPDX-License-Identifier: Apache-2.0
// The same on any database.
// How the panel is served: the policy, what a browser may keep, what it gets compressed.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startNavette } from "./navette.mjs";
import { Person } from "./people.mjs";

let server;
let stranger;
before(async () => {
  server = await startNavette();
  stranger = new Person(server);
});
after(async () => server?.stop());

const get = (path, headers) => stranger.raw("GET", path, undefined, headers);

async function bytesOf(path, encoding) {
  const answer = await fetch(`${server.http}${path}`, {
    headers: { "accept-encoding": encoding },
    keepalive: false,
  });
  return { headers: answer.headers, bytes: Buffer.from(await answer.arrayBuffer()) };
}

test("the page comes with a policy that lets in nothing from elsewhere", async () => {
  const { status, headers, text } = await get("/");
  assert.equal(status, 200);
  assert.equal(headers["content-type"], "text/html; charset=utf-8");
  assert.equal(headers["x-content-type-options"], "nosniff");
  assert.equal(headers["referrer-policy"], "same-origin");
  assert.equal(headers["cache-control"], "no-store");
  const policy = headers["content-security-policy"];
  assert.match(policy, /^default-src 'none'; script-src 'self'; style-src 'self' 'nonce-[^']+';/);
  assert.match(policy, /base-uri 'none'; frame-ancestors 'none'; form-action 'self'$/);
  assert.doesNotMatch(policy, /unsafe|\*|https?:/);
  const nonce = /'nonce-([^']{24})'/.exec(policy)[1];
  assert.ok(text.includes(`nonce="${nonce}"`));
  assert.doesNotMatch(text, /NAVETTE_CSP_NONCE|https?:\/\//);
  assert.doesNotMatch(text, /<script(?![^>]* src=)/);
  const again = (await get("/")).headers["content-security-policy"];
  assert.notEqual(again, policy);
});

test("what has its content in its name is kept for ever, the rest is asked for again", async () => {
  const { text } = await get("/");
  const names = [...text.matchAll(/"\.\/(assets\/[^"]+)"/g)].map((match) => match[1]);
  assert.ok(names.length >= 2);
  for (const name of names) {
    const { status, headers } = await get(`/${name}`);
    assert.equal(status, 200);
    assert.equal(headers["cache-control"], "public, max-age=31536000, immutable");
    const same = await get(`/${name}`, { "if-none-match": `"other", W/${headers.etag}` });
    assert.deepEqual([same.status, same.text], [304, ""]);
    const other = await get(`/${name}`, { "if-none-match": '"other"' });
    assert.equal(other.status, 200);
  }
  assert.equal((await get("/favicon.svg")).headers["cache-control"], "no-cache");
});

test("text is compressed for those who take it, and is the same", async () => {
  const { text } = await get("/");
  const name = /"\.\/(assets\/index[^"]+\.js)"/.exec(text)[1];
  const plain = await get(`/${name}`);
  const small = await get(`/${name}`, { "accept-encoding": "gzip, br" });
  assert.equal(plain.headers["content-encoding"], undefined);
  assert.equal(small.headers["content-encoding"], "gzip");
  assert.equal(small.headers.vary, "Accept-Encoding");
  assert.ok(Number(small.headers["content-length"]) < Number(plain.headers["content-length"]) / 2);
  const unpacked = await bytesOf(`/${name}`, "gzip");
  assert.equal(unpacked.bytes.toString(), plain.text);
});

test("there is nothing else", async () => {
  for (const path of ["/assets/", "/assets/none-12345678.js", "/index.htm", "/..%2findex.html"])
    assert.equal((await get(path)).status, 404, path);
  assert.equal((await get("/index.html")).status, 200);
  assert.equal((await stranger.raw("HEAD", "/")).status, 200);
  assert.equal((await stranger.raw("POST", "/", {})).status, 404);
  assert.match((await get("/docs?lang=fr")).text, /http2sms/);
});
