// SPDX-License-Identifier: Apache-2.0
export const PASSWORD_LEAST = 10;

/** The key of what is wrong with a new password, or null. */
export function passwordFault(password: string): string | null {
  return [...password].length < PASSWORD_LEAST ? "doors:passwordShort" : null;
}
