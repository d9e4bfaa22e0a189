// SPDX-License-Identifier: Apache-2.0
/** Figures of a page as a file: RFC 4180, as the server writes its lists. */
type Cell = string | number | null;

function cellOf(value: Cell): string {
  const text = String(value ?? "");
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

export function csvOf(head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  return [head, ...rows].map((row) => `${row.map(cellOf).join()}\r\n`).join("");
}

export function csvLink(head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  return `data:text/csv;charset=utf-8,${encodeURIComponent(csvOf(head, rows))}`;
}
