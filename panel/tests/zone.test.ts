// SPDX-License-Identifier: Apache-2.0
import { expect, it } from "vitest";
import { momentIn, momentOfWall, startOfDay, wallOf } from "../src/i18n/zone";

const PARIS = "Europe/Paris";

it("begins days at the zone's midnight", () => {
  const now = new Date("2026-11-29T23:30:00Z"); // half past midnight in Paris
  expect(startOfDay(PARIS, now).toISOString()).toBe("2026-11-29T23:00:00.000Z");
  expect(startOfDay("UTC", now).toISOString()).toBe("2026-11-29T00:00:00.000Z");
  expect(startOfDay(PARIS, now, 7).toISOString()).toBe("2026-11-22T23:00:00.000Z");
});

it("counts days, not hours, over a change of the clock", () => {
  const now = new Date("2026-03-30T10:00:00Z"); // the clocks of Paris moved on the 29th
  expect(startOfDay(PARIS, now, 0).toISOString()).toBe("2026-03-29T22:00:00.000Z");
  expect(startOfDay(PARIS, now, 1).toISOString()).toBe("2026-03-28T23:00:00.000Z");
});

it("finds the moment of a wall clock", () => {
  expect(momentIn(PARIS, 2026, 7, 14, 14, 5).toISOString()).toBe("2026-07-14T12:05:00.000Z");
  expect(momentIn("America/Martinique", 2026, 1, 1).toISOString()).toBe("2026-01-01T04:00:00.000Z");
});

it("lets a picker without zones show and take the zone's clock", () => {
  const wall = wallOf("America/Martinique", new Date("2026-07-14T12:05:00Z"));
  expect([wall.getDate(), wall.getHours(), wall.getMinutes()]).toEqual([14, 8, 5]);
  expect(momentOfWall("America/Martinique", wall).toISOString()).toBe("2026-07-14T12:05:00.000Z");
});
