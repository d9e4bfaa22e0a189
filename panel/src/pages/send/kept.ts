// SPDX-License-Identifier: Apache-2.0
/** The answer to a sending, for as long as the tab lives: only it knows who was left out. */
import type { Sent } from "./draft";

interface Kept {
  at: string;
  sent: Sent;
}

function keyOf(account: string, tag: string) {
  return `navette.sent.${account}.${tag}`;
}

export function keepSent(account: string, tag: string, sent: Sent): string {
  const at = new Date().toISOString();
  sessionStorage.setItem(keyOf(account, tag), JSON.stringify({ at, sent } satisfies Kept));
  return at;
}

export function keptSent(account: string, tag: string): Kept | null {
  const text = sessionStorage.getItem(keyOf(account, tag));
  return text === null ? null : (JSON.parse(text) as Kept);
}
