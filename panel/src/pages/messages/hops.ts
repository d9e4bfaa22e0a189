// SPDX-License-Identifier: Apache-2.0
/** The server's few English words on each hop of a message, in the reader's language. */
import { useTranslation } from "react-i18next";
import { useZone } from "@/api/session";
import { formatCredits, formatTime } from "@/i18n/format";
import { serverText } from "@/i18n/server";
import type { Hop } from "./Passage";

const ACCEPTED = /^(\d+) parts?(?:, for (\S+))?$/;
const PRICED = /^([\d.]+) for (\d+) parts?$/;
const PART = /^(\d+) of (\d+) ?(.*)$/;

export function useHopDetail(): (hop: Hop) => string | null {
  const { t } = useTranslation();
  const zone = useZone();
  const parts = (count: string) => t("send:text.sms", { count: Number(count) });
  return ({ what, detail }) => {
    if (!detail) return null;
    const accepted = what === "accepted" && ACCEPTED.exec(detail);
    if (accepted) {
      const [, count, at] = accepted;
      return at
        ? t("messages:hopDetail.later", { parts: parts(count!), time: formatTime(at, zone) })
        : parts(count!);
    }
    const priced = what === "priced" && PRICED.exec(detail);
    if (priced) {
      const [, credits, count] = priced;
      const text = formatCredits(credits!);
      const price = t("credits", { count: Number(credits), text });
      return t("messages:hopDetail.priced", { price, parts: parts(count!) });
    }
    const part = what.startsWith("part_") && PART.exec(detail);
    if (part) {
      const [, place, all, rest] = part;
      return `${t("messages:hopDetail.part", { place, all })} ${rest}`.trimEnd();
    }
    return serverText(detail);
  };
}
