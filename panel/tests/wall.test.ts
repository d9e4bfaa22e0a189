// SPDX-License-Identifier: Apache-2.0
import i18next from "i18next";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { formatWall, laterBy, nextMorning, wallNow, wallOf } from "../src/pages/send/wall";

const PARIS = "Europe/Paris";

beforeEach(() => void vi.useFakeTimers({ toFake: ["Date"] }));
afterEach(() => void vi.useRealTimers());
const now = (time: string) => vi.setSystemTime(new Date(time));

describe("the wall clock", () => {
  it("is the zone's, on both sides of a change of the clock", () => {
    expect(wallOf(new Date("2026-03-29T00:59:00Z"), PARIS)).toBe("2026-03-29T01:59");
    expect(wallOf(new Date("2026-03-29T01:00:00Z"), PARIS)).toBe("2026-03-29T03:00");
    now("2026-11-29T23:30:00Z");
    expect(wallNow(PARIS)).toBe("2026-11-30T00:30");
    expect(wallNow("America/Martinique")).toBe("2026-11-29T19:30");
  });

  it("is rounded up to five minutes for later", () => {
    now("2026-11-29T10:01:10Z");
    expect(laterBy(PARIS, 60)).toBe("2026-11-29T12:05");
    now("2026-11-29T10:05:00Z");
    expect(laterBy(PARIS, 60)).toBe("2026-11-29T12:05");
    now("2026-12-31T22:58:00Z");
    expect(laterBy(PARIS, 0)).toBe("2027-01-01T00:00");
  });
});

describe("the next morning", () => {
  it("is the day after the account's, not after London's", () => {
    now("2026-11-29T23:30:00Z"); // the 30th in Paris
    expect(nextMorning(PARIS, 1)).toBe("2026-12-01T09:00");
    expect(nextMorning("UTC", 1)).toBe("2026-11-30T09:00");
  });

  it("is at nine where the night has 23 hours, too", () => {
    now("2026-03-28T12:00:00Z");
    expect(nextMorning(PARIS, 1)).toBe("2026-03-29T09:00");
  });

  it.each([
    ["2026-11-29T12:00:00Z", "2026-11-30T09:00"], // Sunday
    ["2026-11-30T06:00:00Z", "2026-12-07T09:00"], // Monday: not today
    ["2026-12-01T12:00:00Z", "2026-12-07T09:00"], // Tuesday
    ["2026-12-05T12:00:00Z", "2026-12-07T09:00"], // Saturday
  ])("of Monday, from %s", (time, monday) => {
    now(time);
    expect(nextMorning(PARIS, "monday")).toBe(monday);
  });
});

describe("a day in words", () => {
  // Versions of the CLDR differ in the comma.
  it("is in the reader's language, whatever zone the browser is in", async () => {
    await i18next.init({ lng: "en", showSupportNotice: false });
    expect(formatWall("2026-11-29T10:00")).toMatch(/^Sunday,? 29 November 2026 at 10:00$/);
    await i18next.changeLanguage("fr");
    expect(formatWall("2026-11-29T10:00")).toBe("dimanche 29 novembre 2026 à 10:00");
  });
});
