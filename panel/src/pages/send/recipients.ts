// SPDX-License-Identifier: Apache-2.0
/** Phone numbers out of whatever was pasted: lines, commas, cells of a spreadsheet. */
import { type CountryCode, parsePhoneNumberFromString } from "libphonenumber-js/min";
import type { AccountOfSession } from "@/api/types";

export const MOST_RECIPIENTS = 1000;
const LONGEST_NUMBER = 15; // digits, ITU-T E.164

const COUNTRY_OF_ZONE: Record<string, CountryCode> = {
  "Europe/Paris": "FR",
  "Europe/Brussels": "BE",
  "Europe/Luxembourg": "LU",
  "Europe/Zurich": "CH",
  "Europe/London": "GB",
  "Europe/Madrid": "ES",
  "Europe/Rome": "IT",
  "Europe/Berlin": "DE",
  "Europe/Lisbon": "PT",
  "Europe/Amsterdam": "NL",
};

/** Whose numbers may be written without the country: where the account is at home. */
export function homeOf(account: AccountOfSession): CountryCode | undefined {
  return COUNTRY_OF_ZONE[account.timezone] ?? (account.two_way[0] as CountryCode | undefined);
}

function digitsOf(text: string): number {
  return text.replace(/\D/g, "").length;
}

/** Blanks part numbers only where one number cannot have that many digits. */
function partByBlanks(cell: string): string[] {
  const pieces = cell.split(/\s+(?=\+)/);
  return pieces.flatMap((piece) =>
    digitsOf(piece) > LONGEST_NUMBER ? piece.split(/\s+/) : [piece],
  );
}

/** In E.164 where that can be told, else as written: the server says what is wrong with it. */
export function cleanNumber(written: string, home: CountryCode | undefined): string {
  const plain = written.trim().replace(/^00(?=[1-9])/, "+");
  const phone = parsePhoneNumberFromString(plain, home);
  if (phone?.isValid()) return phone.number;
  const digits = plain.replace(/[\s().-]/g, "");
  const international = /^[1-9]\d{7,14}$/.test(digits)
    ? parsePhoneNumberFromString(`+${digits}`)
    : undefined;
  return international?.isValid() ? international.number : plain;
}

export function readNumbers(text: string, home: CountryCode | undefined): string[] {
  return text
    .split(/[\n\r,;\t|]+/)
    .flatMap(partByBlanks)
    .map((each) => each.replace(/^["']+|["']+$/g, "").trim())
    .filter(Boolean)
    .map((each) => cleanNumber(each, home));
}

/** Adds what is not there yet; tells how many were. */
export function addNumbers(old: string[], more: string[]): { numbers: string[]; doubles: number } {
  const seen = new Set(old);
  const fresh = more.filter((each) => !seen.has(each) && seen.add(each));
  return { numbers: [...old, ...fresh], doubles: more.length - fresh.length };
}
