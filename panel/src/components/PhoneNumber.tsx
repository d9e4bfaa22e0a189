// SPDX-License-Identifier: Apache-2.0
import { parsePhoneNumberFromString } from "libphonenumber-js/min";
import { Link } from "react-router-dom";

/** "+33 6 12 34 56 78"; what is no number (a name, a short number) as it is. */
export function formatPhone(value: string): string {
  return parsePhoneNumberFromString(value)?.formatInternational() ?? value;
}

/** `thread`: a link to the conversation with this phone. */
export function PhoneNumber({ value, thread }: { value: string; thread?: boolean }) {
  const text = (
    <span style={{ whiteSpace: "nowrap", fontVariantNumeric: "tabular-nums" }}>
      {formatPhone(value)}
    </span>
  );
  return thread ? <Link to={`/chat/${encodeURIComponent(value)}`}>{text}</Link> : text;
}
