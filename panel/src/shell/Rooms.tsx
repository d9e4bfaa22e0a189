// SPDX-License-Identifier: Apache-2.0
import { useTranslation } from "react-i18next";
import { Link, useLocation } from "react-router-dom";
import { useMay } from "@/api/session";
import {
  IconChart,
  IconHome,
  IconId,
  IconKey,
  IconMessage,
  IconMessages,
  IconRobot,
  IconSend,
  IconServer,
  IconUsers,
} from "@/components/icons";
import { type Page, ROOMS, type Room, pagesOfRoom } from "@/pages/areas";
import { UnreadMark } from "./UnreadMark";
import classes from "./Shell.module.css";

export const roomIcons: Record<Room, typeof IconHome> = {
  home: IconHome,
  send: IconSend,
  chat: IconMessages,
  messages: IconMessage,
  contacts: IconUsers,
  automatic: IconRobot,
  senders: IconId,
  api: IconKey,
  statistics: IconChart,
  operator: IconServer,
};

/** Where a link to a page leads: its path without parameters that may be absent. */
export function linkOf(page: Page): string {
  return page.path.replace(/\/:\w+\?/g, "").replace(/\/\*$/, "") || "/";
}

export function isInside(link: string, pathname: string): boolean {
  return pathname === link || (link !== "/" && pathname.startsWith(`${link}/`));
}

function RoomLinks({ room, pages }: { room: Room; pages: Page[] }) {
  const { t } = useTranslation();
  const { pathname } = useLocation();
  const Icon = roomIcons[room];
  const inside = pages.some((page) => isInside(linkOf(page), pathname));
  const alone = pages.length === 1;
  return (
    <li>
      <Link
        to={linkOf(pages[0]!)}
        className={classes.link}
        aria-current={alone && inside ? "page" : undefined}
        data-inside={inside || undefined}
      >
        <Icon size={17} aria-hidden />
        {t(`room.${room}`)} <UnreadMark room={room} />
      </Link>
      {!alone && inside && <PageLinks pages={pages} />}
    </li>
  );
}

function PageLinks({ pages }: { pages: Page[] }) {
  const { t } = useTranslation();
  const { pathname } = useLocation();
  return (
    <ul>
      {pages.map((page) => (
        <li key={page.path}>
          <Link
            to={linkOf(page)}
            className={classes.sub}
            aria-current={isInside(linkOf(page), pathname) ? "page" : undefined}
          >
            {t(page.label)}
          </Link>
        </li>
      ))}
    </ul>
  );
}

export function Rooms() {
  const { t } = useTranslation();
  const may = useMay();
  const rooms = ROOMS.map((room) => ({ room, pages: pagesOfRoom(room, may) })).filter(
    ({ pages }) => pages.length > 0,
  );
  const operator = rooms.find(({ room }) => room === "operator");
  return (
    <>
      <ul className={classes.rooms}>
        {rooms
          .filter(({ room }) => room !== "operator")
          .map((each) => (
            <RoomLinks key={each.room} {...each} />
          ))}
      </ul>
      {operator && (
        <>
          <p className={classes.title}>{t("room.operator")}</p>
          <div className={classes.rooms}>
            <OperatorLinks pages={operator.pages} />
          </div>
        </>
      )}
    </>
  );
}

function OperatorLinks({ pages }: { pages: Page[] }) {
  const { t } = useTranslation();
  const { pathname } = useLocation();
  return (
    <ul style={{ padding: 0 }}>
      {pages.map((page) => (
        <li key={page.path}>
          <Link
            to={linkOf(page)}
            className={classes.sub}
            aria-current={isInside(linkOf(page), pathname) ? "page" : undefined}
          >
            {t(page.label)}
          </Link>
        </li>
      ))}
    </ul>
  );
}
