// SPDX-License-Identifier: Apache-2.0
/** What is being written. It stays in the tab: whoever leaves the page finds it again. */
import { useCallback, useState } from "react";
import type { Schemas } from "@/api/client";

export type Sending = Schemas["Sending"];
export type Estimate = Schemas["Estimate"];
export type Sent = Schemas["Sent"];
export type SenderChoices = Schemas["SenderChoices"];
export type MessageClass = "standard" | "flash" | "sim";

/** Chosen in the place of a sender: from a number that can be answered to. */
export const WITH_REPLIES = "*replies";

export interface Draft {
  /** WITH_REPLIES, or a sender; null: not chosen yet. */
  sender: string | null;
  to: string[];
  text: string;
  later: boolean;
  /** "2026-11-29T10:00", by the account's clock. */
  at: string;
  class: MessageClass;
  marketing: boolean;
  tag: string;
}

const EMPTY: Draft = {
  sender: null,
  to: [],
  text: "",
  later: false,
  at: "",
  class: "standard",
  marketing: true,
  tag: "",
};

function keyOf(account: string) {
  return `navette.draft.${account}`;
}

/** The habits of before: what is the same in most sendings of an account. */
function habitsOf(account: string): Partial<Draft> {
  return JSON.parse(localStorage.getItem(`${keyOf(account)}.habits`) ?? "{}") as Partial<Draft>;
}

export function keepHabits(account: string, { sender, marketing }: Draft) {
  localStorage.setItem(`${keyOf(account)}.habits`, JSON.stringify({ sender, marketing }));
}

export function useDraft(account: string, given: Partial<Draft>) {
  const [draft, setDraft] = useState<Draft>(() => {
    const kept = JSON.parse(sessionStorage.getItem(keyOf(account)) ?? "{}") as Partial<Draft>;
    return { ...EMPTY, ...habitsOf(account), ...kept, ...given };
  });
  const change = useCallback(
    (part: Partial<Draft>) =>
      setDraft((old) => {
        const next = { ...old, ...part };
        sessionStorage.setItem(keyOf(account), JSON.stringify(next));
        return next;
      }),
    [account],
  );
  return [draft, change] as const;
}

/** Once it is sent: the text and the recipients are gone, the habits stay. */
export function dropDraft(account: string) {
  sessionStorage.removeItem(keyOf(account));
}

export function bodyOf(account: string, draft: Draft): Sending {
  const replies = draft.sender === WITH_REPLIES;
  return {
    account,
    from: replies ? null : draft.sender,
    with_replies: replies,
    to: draft.to,
    text: draft.text,
    class: draft.class,
    encoding: "auto",
    marketing: draft.marketing,
    at: draft.later && draft.at ? draft.at : null,
    tag: draft.tag.trim() || null,
  } as Sending;
}
