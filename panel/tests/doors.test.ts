// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { csvOf } from "../src/pages/statistics/csv";
import { doorOfFailure } from "../src/pages/statistics/doors";

const since = "2026-11-28T23:00:00.000Z";
const at = "done_since=2026-11-28T23%3A00%3A00.000Z";
const failure = (word: string | null) =>
  doorOfFailure({ reason: "", state: "undelivered", word, count: 3 }, { since });

describe("the door of a failure", () => {
  it("asks for state and word, as the server counts them", () => {
    expect(failure("UNDELIV 012")).toBe(`/messages/sent?state=undelivered&word=UNDELIV+012&${at}`);
  });

  it("asks for the state alone where no word, or many, stand for it", () => {
    expect(failure(null)).toBe(`/messages/sent?state=undelivered&${at}`);
    expect(failure("other")).toBe(`/messages/sent?state=undelivered&${at}`);
  });
});

it("puts cells of a file in quotation marks where they need it", () => {
  expect(
    csvOf(
      ["carrier", "sent"],
      [
        ["a", 1],
        ['b,"c"', 2],
        [null, 0],
      ],
    ),
  ).toBe('carrier,sent\r\na,1\r\n"b,""c""",2\r\n,0\r\n');
});
