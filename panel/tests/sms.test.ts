// SPDX-License-Identifier: Apache-2.0
// 3GPP TS 23.038 (the alphabet, its extension table, UCS-2) and TS 23.040 (what a part leaves
// beside its header: 153 septets, 67 UTF-16 units).
import { describe, expect, it } from "vitest";
import { placesOf, unitsOf, weigh } from "../src/pages/send/sms";

const a = (n: number) => "a".repeat(n);
const circumflex = (n: number) => "ê".repeat(n);

describe("the 7-bit alphabet", () => {
  it("has all 127 characters of the default table, each one septet", () => {
    const table =
      "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?" +
      "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
    expect([...table]).toHaveLength(127); // the 128th is the escape
    expect(weigh(table)).toEqual({ encoding: "gsm7", units: 127, parts: 1, limit: 160 });
  });

  it("counts the extension characters twice", () => {
    for (const character of "\f^{}\\[~]|€") {
      expect(unitsOf(character, "gsm7"), character).toBe(2);
      expect(weigh(character)).toMatchObject({ encoding: "gsm7", units: 2, parts: 1 });
    }
  });

  it("lacks what is only like it", () => {
    for (const character of "çÈêëôûœ’«»–`\t\u00a0")
      expect(weigh(character).encoding, character).toBe("ucs2");
  });
});

describe("parts", () => {
  it.each([
    ["", "gsm7", 0, 0, 160],
    [a(160), "gsm7", 160, 1, 160],
    [a(161), "gsm7", 161, 2, 306],
    [a(306), "gsm7", 306, 2, 306],
    [a(307), "gsm7", 307, 3, 459],
    [`${a(158)}€`, "gsm7", 160, 1, 160],
    [`${a(159)}€`, "gsm7", 161, 2, 306],
    [circumflex(70), "ucs2", 70, 1, 70],
    [circumflex(71), "ucs2", 71, 2, 134],
    [circumflex(134), "ucs2", 134, 2, 134],
    [circumflex(135), "ucs2", 135, 3, 201],
  ])("of %j", (text, encoding, units, parts, limit) => {
    expect(weigh(text)).toEqual({ encoding, units, parts, limit });
  });

  it("puts a € whole into the next part where one septet is left", () => {
    expect(weigh(`${a(151)}€${a(153)}`)).toMatchObject({ units: 306, parts: 2 });
    expect(weigh(`${a(152)}€${a(152)}`)).toMatchObject({ units: 306, parts: 3 });
  });

  it("puts an emoji whole into the next part where one unit is left", () => {
    expect(weigh(`${a(65)}😀${a(67)}`)).toMatchObject({ encoding: "ucs2", units: 134, parts: 2 });
    expect(weigh(`${a(66)}😀${a(66)}`)).toMatchObject({ encoding: "ucs2", units: 134, parts: 3 });
  });

  it("is counted in UTF-16 once one character forces it", () => {
    expect(weigh(`${a(69)}ê`)).toEqual({ encoding: "ucs2", units: 70, parts: 1, limit: 70 });
    expect(weigh(`${a(68)}€ê`)).toEqual({ encoding: "ucs2", units: 70, parts: 1, limit: 70 });
  });
});

describe("hairlines", () => {
  it("stand before the first character that a limit has no room for", () => {
    expect(placesOf(a(161), "gsm7", [153])).toEqual([153]);
    expect(placesOf(`${a(152)}€${a(10)}`, "gsm7", [152])).toEqual([152]);
    expect(placesOf(`${a(66)}😀${a(10)}`, "ucs2", [66])).toEqual([66]);
    expect(placesOf(a(400), "gsm7", [153, 306])).toEqual([153, 306]);
  });

  it("do not stand behind the end", () => {
    expect(placesOf(a(153), "gsm7", [153])).toEqual([]);
  });
});
