// SPDX-License-Identifier: Apache-2.0
import { VisuallyHidden } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { unreadText, useUnread } from "@/api/unread";
import { Count } from "@/components/Count";
import type { Room } from "@/pages/areas";
import classes from "./Shell.module.css";

/** How much waits in a room: the chat's threads that nobody has read. */
export function UnreadMark({ room }: { room: Room }) {
  const { t } = useTranslation();
  const unread = useUnread();
  if (room !== "chat" || unread === 0) return null;
  return (
    <>
      <Count className={classes.unread} aria-hidden>
        {unread > 99 ? "99+" : unread}
      </Count>
      <VisuallyHidden>
        {t("unreadThreads", { count: unread, text: unreadText(unread) })}
      </VisuallyHidden>
    </>
  );
}
