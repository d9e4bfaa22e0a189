// SPDX-License-Identifier: Apache-2.0
/** Days of a time zone, which is seldom the browser's own. */

function partsIn(zone: string | undefined, at: Date): Record<string, number> {
  const parts = new Intl.DateTimeFormat("en-GB", {
    timeZone: zone,
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
    hourCycle: "h23",
  }).formatToParts(at);
  return Object.fromEntries(parts.map(({ type, value }) => [type, Number(value)]));
}

/** How far the zone's clock is ahead of UTC at that moment. */
function offsetMs(zone: string | undefined, at: Date): number {
  const { year, month, day, hour, minute, second } = partsIn(zone, at);
  const local = Date.UTC(year!, month! - 1, day, hour, minute, second);
  return local - Math.floor(at.getTime() / 1000) * 1000;
}

/** The moment at which the zone's clocks show this. In a gap: as if the gap were not there. */
export function momentIn(
  zone: string | undefined,
  year: number,
  month: number,
  day: number,
  hour = 0,
  minute = 0,
): Date {
  const asUtc = Date.UTC(year, month - 1, day, hour, minute);
  const guess = asUtc - offsetMs(zone, new Date(asUtc));
  return new Date(asUtc - offsetMs(zone, new Date(guess)));
}

/** Midnight of `daysAgo` days before `now`, there. */
export function startOfDay(zone: string | undefined, now: Date, daysAgo = 0): Date {
  const { year, month, day } = partsIn(zone, now);
  return momentIn(zone, year!, month!, day! - daysAgo);
}

/** A Date whose local fields say what the zone’s clocks show: for pickers that know no zones. */
export function wallOf(zone: string | undefined, at: Date): Date {
  const { year, month, day, hour, minute, second } = partsIn(zone, at);
  return new Date(year!, month! - 1, day, hour, minute, second);
}

/** The moment at which the zone's clocks show what the local fields of `wall` say. */
export function momentOfWall(zone: string | undefined, wall: Date): Date {
  return momentIn(
    zone,
    wall.getFullYear(),
    wall.getMonth() + 1,
    wall.getDate(),
    wall.getHours(),
    wall.getMinutes(),
  );
}
