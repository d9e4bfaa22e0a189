// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import type { AccountOfSession } from "../src/api/types";
import { addNumbers, cleanNumber, homeOf, readNumbers } from "../src/pages/send/recipients";

const [ANN, BOB, EVA] = ["+33612345678", "+33698765432", "+33700000001"];

describe("what is pasted", () => {
  it.each([
    ["lines", `${ANN}\n${BOB}\r\n${EVA}\n`],
    ["commas and semicolons", `${ANN}, ${BOB};${EVA};`],
    ["a row of a spreadsheet", `${ANN}\t${BOB}\t${EVA}`],
    ["a column with its empty cells", `\n${ANN}\n\n${BOB}\n\t\n${EVA}\n\n`],
    ["cells in quotation marks", `"${ANN}","${BOB}","${EVA}"`],
    ["blanks between numbers", "33612345678 33698765432 33700000001"],
    ["blanks between and within", "+33 6 12 34 56 78 +33 6 98 76 54 32 +33 7 00 00 00 01"],
    ["how people write at home", "06 12 34 56 78\n06.98.76.54.32\n07-00-00-00-01"],
    ["other ways out of a country", "0033612345678, 33698765432, +33 (0)7 00 00 00 01"],
  ])("is read from %s", (_, text) => {
    expect(readNumbers(text, "FR")).toEqual([ANN, BOB, EVA]);
  });

  it("has numbers of other countries beside those at home", () => {
    expect(readNumbers("0470 12 34 56; +33612345678", "BE")).toEqual(["+32470123456", ANN]);
  });

  it("keeps what is no number as it was written, for the server to judge", () => {
    expect(readNumbers("Ann Dupont\t+33612345678\n12\n061234567", "FR")).toEqual([
      "Ann Dupont",
      ANN,
      "12",
      "061234567",
    ]);
  });

  it("is nothing where nothing is written", () => {
    expect(readNumbers(" \n;,\t\"\",''", "FR")).toEqual([]);
  });
});

describe("one number", () => {
  it("without a country at home is only read in international form", () => {
    expect(cleanNumber("0612345678", undefined)).toBe("0612345678");
    expect(cleanNumber("33612345678", undefined)).toBe(ANN);
    expect(cleanNumber("0033612345678", undefined)).toBe(ANN);
  });
});

describe("doubles", () => {
  it("are merged and counted, however they were written", () => {
    const more = readNumbers(`06 12 34 56 78, ${ANN}, ${BOB}`, "FR");
    expect(addNumbers([], more)).toEqual({ numbers: [ANN, BOB], doubles: 1 });
    expect(addNumbers([BOB], more)).toEqual({ numbers: [BOB, ANN], doubles: 2 });
  });
});

describe("the country at home", () => {
  const account = (timezone: string, two_way: string[]) =>
    ({ timezone, two_way }) as unknown as AccountOfSession;

  it("is that of the account's zone, else of its two-way", () => {
    expect(homeOf(account("Europe/Brussels", ["FR"]))).toBe("BE");
    expect(homeOf(account("America/Martinique", ["FR"]))).toBe("FR");
    expect(homeOf(account("UTC", []))).toBeUndefined();
  });
});
