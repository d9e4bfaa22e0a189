// SPDX-License-Identifier: Apache-2.0
// Where the rows of a server are, and a direct look at them: SQLite in its data directory, or with
// NAVETTE_TEST_POSTGRES a database of its own on that server (tests/postgres). A test may also give
// a server, or several, a database by its URL.
import { execFile, execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { promisify } from "node:util";

const postgres = new URL("../postgres", import.meta.url).pathname;
const host = process.env.NAVETTE_TEST_POSTGRES;
const runToEnd = promisify(execFile);
const made = new Map(); // a data directory to its database's name

function dropAll() {
  const words = [...made.values()].map((name) => `DROP DATABASE ${name} WITH (FORCE)`);
  execFileSync(postgres, ["sql", host, ...words], { stdio: "ignore" });
}

// The same directory has the same database for as long as the tests run. Undefined on SQLite.
export function urlOf(data) {
  if (!host) return undefined;
  if (!made.has(data)) {
    const name = `e2e_${createHash("sha256").update(data).digest("hex").slice(0, 16)}`;
    execFileSync(postgres, ["sql", host, `CREATE DATABASE ${name}`]);
    if (made.size === 0) process.on("exit", dropAll);
    made.set(data, name);
  }
  return host.replace("/postgres?", `/${made.get(data)}?`);
}

// What makes `navette serve` run on this directory and its rows.
export function serveArgs(data, database = urlOf(data), http = "127.0.0.1:0") {
  const place = database ? ["--database", database] : [];
  return ["serve", "--data", data, "--http", http, ...place];
}

// The rows of a question that both engines understand, each an array of strings. The server runs:
// on SQLite the last one out would do its checkpoint.
export async function sql({ data, database }, text) {
  const [program, words] = database
    ? [postgres, ["sql", database, text]]
    : ["sqlite3", ["-cmd", ".timeout 5000", "-separator", "|", join(data, "navette.db"), text]];
  const { stdout } = await runToEnd(program, words, { maxBuffer: 1 << 28, timeout: 60000 });
  return stdout
    .split("\n")
    .filter((line) => line)
    .map((line) => line.split("|"));
}
