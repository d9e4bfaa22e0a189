// SPDX-License-Identifier: Apache-2.0
import { useDocumentTitle } from "@mantine/hooks";
import { unreadText, useUnread } from "@/api/unread";

/** The title of the browser's tab: in front what is unread, for who looks at another tab. */
export function usePageTitle(title: string) {
  const unread = useUnread();
  useDocumentTitle(`${unread > 0 ? `(${unreadText(unread)}) ` : ""}${title} · Navette`);
}
