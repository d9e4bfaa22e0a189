// SPDX-License-Identifier: Apache-2.0
/**
 * All pages. A folder of pages says in its area.ts which there are; nothing else has to be told.
 */
import type { ComponentType } from "react";
import type { Right } from "@/api/types";

export const ROOMS = [
  "home",
  "send",
  "chat",
  "messages",
  "contacts",
  "automatic",
  "senders",
  "api",
  "statistics",
  "operator",
] as const;
export type Room = (typeof ROOMS)[number];

export interface Page {
  /** "/messages/sent", with parameters as react-router writes them. */
  path: string;
  /** Where the navigation shows it; null: nowhere. */
  room: Room | null;
  /** Key of its name: "messages:sent". */
  label: string;
  /** Any one of these rights; none: everybody who is signed in. */
  needs: Right[];
  /** Within the room. */
  order: number;
  /** It shows one account: an operator who looks at all is asked to choose. */
  oneAccount?: boolean;
  load: () => Promise<{ default: ComponentType }>;
}

const areas = import.meta.glob<Page[]>("./*/area.ts", { eager: true, import: "default" });

export const pages: Page[] = Object.values(areas)
  .flat()
  .sort((a, b) => a.order - b.order);

export function pagesOfRoom(room: Room, may: (...rights: Right[]) => boolean): Page[] {
  return pages.filter(
    (page) => page.room === room && (page.needs.length === 0 || may(...page.needs)),
  );
}
