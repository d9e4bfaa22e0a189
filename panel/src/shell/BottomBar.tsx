// SPDX-License-Identifier: Apache-2.0
import { useTranslation } from "react-i18next";
import { Link, useLocation } from "react-router-dom";
import { useMay } from "@/api/session";
import { IconMenu } from "@/components/icons";
import { pagesOfRoom } from "@/pages/areas";
import { isInside, linkOf, roomIcons } from "./Rooms";
import { UnreadMark } from "./UnreadMark";
import classes from "./Shell.module.css";

const MAIN_ROOMS = ["home", "send", "chat", "messages"] as const;

/** The four rooms that matter most on a small screen, and the rest behind the menu. */
export function BottomBar({ onMore }: { onMore: () => void }) {
  const { t } = useTranslation();
  const { pathname } = useLocation();
  const may = useMay();
  return (
    <nav className={classes.bottom} aria-label={t("mainRooms")}>
      {MAIN_ROOMS.map((room) => {
        const pages = pagesOfRoom(room, may);
        if (!pages[0]) return null;
        const Icon = roomIcons[room];
        const here = pages.some((page) => isInside(linkOf(page), pathname));
        return (
          <Link
            key={room}
            to={linkOf(pages[0])}
            className={classes.tab}
            aria-current={here ? "page" : undefined}
          >
            <Icon size={20} aria-hidden />
            {t(`room.${room}`)} <UnreadMark room={room} />
          </Link>
        );
      })}
      <button type="button" className={classes.tab} onClick={onMore}>
        <IconMenu size={20} aria-hidden />
        {t("more")}
      </button>
    </nav>
  );
}
