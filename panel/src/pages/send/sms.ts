// SPDX-License-Identifier: Apache-2.0
/**
 * What a text weighs as SMS (3GPP TS 23.038), for counters that cannot wait for the server or may
 * not ask it. Where the server's estimate is there, that one counts.
 */
const BASIC =
  "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡" +
  "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
const EXTENSION = "\f^{}\\[~]|€";

const ONE_PART = { gsm7: 160, ucs2: 70 } as const;
const MANY_PARTS = { gsm7: 153, ucs2: 67 } as const;

export interface Weight {
  encoding: "gsm7" | "ucs2";
  units: number;
  parts: number;
  /** Units that fit the parts it has. */
  limit: number;
}

/** Units of one character: septets, or UTF-16 units. */
export function unitsOf(character: string, encoding: string): number {
  if (encoding === "gsm7") return EXTENSION.includes(character) ? 2 : 1;
  return encoding === "ucs2" ? character.length : 1;
}

export function weigh(text: string): Weight {
  const characters = [...text];
  const encoding = characters.every((each) => BASIC.includes(each) || EXTENSION.includes(each))
    ? "gsm7"
    : "ucs2";
  const units = characters.reduce((sum, each) => sum + unitsOf(each, encoding), 0);
  if (units <= ONE_PART[encoding])
    return { encoding, units, parts: units ? 1 : 0, limit: ONE_PART[encoding] };
  // No character is cut in two: a part may end a unit early.
  let parts = 1;
  let room = MANY_PARTS[encoding];
  for (const each of characters) {
    const size = unitsOf(each, encoding);
    if (size > room) {
      parts++;
      room = MANY_PARTS[encoding];
    }
    room -= size;
  }
  return { encoding, units, parts, limit: parts * MANY_PARTS[encoding] };
}

/** Where a hairline stands in `text`: places in characters, from limits in units. */
export function placesOf(text: string, encoding: string, limits: number[]): number[] {
  const places: number[] = [];
  let units = 0;
  let at = 0;
  let next = 0;
  for (const character of text) {
    units += unitsOf(character, encoding);
    if (next < limits.length && units > limits[next]!) {
      places.push(at);
      next++;
    }
    at++;
  }
  return places;
}
