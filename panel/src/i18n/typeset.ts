// SPDX-License-Identifier: Apache-2.0
const NARROW = "\u202f";
const WIDE = "\u00a0";

/**
 * French spacing, so that texts can be written with plain spaces: narrow before ; ! ?, wide before
 * the colon and inside guillemets.
 */
export function typesetFrench(text: string): string {
  return text
    .replace(/ ([;!?])/g, `${NARROW}$1`)
    .replace(/ (:)(?=\s|$)/g, `${WIDE}$1`)
    .replace(/« /g, `«${WIDE}`)
    .replace(/ »/g, `${WIDE}»`)
    .replace(/(\d) (?=%|€|h\b)/g, `$1${WIDE}`);
}

export function typeset(
  value: unknown,
  _key: unknown,
  options: { lng?: string },
  translator: { language?: string },
) {
  const language = options.lng ?? translator.language;
  return language === "fr" && typeof value === "string" ? typesetFrench(value) : value;
}
