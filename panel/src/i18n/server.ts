// SPDX-License-Identifier: Apache-2.0
import i18next from "i18next";
import { typesetFrench } from "./typeset";

interface Pattern {
  fits: RegExp;
  french: string;
}

const sentences = new Map<string, string>();
const patterns: Pattern[] = [];

function patternOf(english: string): RegExp {
  const escaped = english.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replaceAll("*", "(.*?)");
  return new RegExp(`^${escaped}$`, "s");
}

/** Pairs of English and French; a * in both stands for what differs each time. */
export function learnServerTexts(pairs: [english: string, french: string][]) {
  for (const [english, french] of pairs)
    if (english.includes("*")) patterns.push({ fits: patternOf(english), french });
    else sentences.set(english, french);
}

function frenchOf(english: string): string {
  const whole = sentences.get(english);
  if (whole !== undefined) return whole;
  for (const { fits, french } of patterns) {
    const words = fits.exec(english)?.slice(1);
    if (words) return french.replace(/\*/g, () => words.shift() ?? "");
  }
  return english;
}

/** A sentence that the server says in English, in the reader's language where that is known. */
export function serverText(english: string): string {
  return i18next.language === "fr" ? typesetFrench(frenchOf(english)) : english;
}
