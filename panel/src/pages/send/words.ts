// SPDX-License-Identifier: Apache-2.0
/** randomUUID is absent where the panel is served without TLS. */
function randomText(bytes: number): string {
  const values = crypto.getRandomValues(new Uint8Array(bytes));
  return [...values].map((value) => value.toString(16).padStart(2, "0")).join("");
}

export function newKey(): string {
  return `panel-${randomText(16)}`;
}

/** A sending is found again by its tag, so that each has one. */
export function newTag(): string {
  return `${Date.now().toString(36)}-${randomText(3)}`;
}
