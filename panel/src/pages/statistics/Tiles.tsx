// SPDX-License-Identifier: Apache-2.0
/** Figures, each a door to the list that it counts. */
import { Skeleton, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link } from "react-router-dom";
import type { Counts } from "@/api/types";
import { formatCredits, formatNumber, formatPercent } from "@/i18n/format";
import { doors } from "./doors";
import classes from "./Tiles.module.css";

function Tile(props: { label: string; value: string; note?: string; to: string }) {
  const { label, value, note, to } = props;
  return (
    <li>
      <Link to={to} className={classes.tile}>
        <span className={classes.label}>{label}</span>
        <span className={classes.value}>{value}</span>
        <Text component="span" size="xs" c="var(--quiet)">
          {note ?? "\u00a0"}
        </Text>
      </Link>
    </li>
  );
}

export function Tiles({ totals, since }: { totals: Counts | undefined; since: string }) {
  const { t } = useTranslation();
  if (!totals)
    return (
      <div className={classes.tiles}>
        {Array.from({ length: 5 }, (_, at) => (
          <Skeleton key={at} height={86} />
        ))}
      </div>
    );
  const ended = totals.delivered + totals.failed;
  const share = (part: number, of: number) => (of > 0 ? formatPercent(part / of) : undefined);
  const replies = totals.replies + totals.late_replies;
  return (
    <ul className={classes.tiles}>
      <Tile
        label={t("statistics:tile.accepted")}
        value={formatNumber(totals.accepted)}
        note={t("statistics:tile.credits", { credits: formatCredits(totals.credits) })}
        to={doors.accepted({ since })}
      />
      <Tile
        label={t("statistics:tile.delivered")}
        value={formatNumber(totals.delivered)}
        note={ended > 0 ? t("statistics:tile.rate", { rate: share(totals.delivered, ended) }) : ""}
        to={doors.delivered({ since })}
      />
      <Tile
        label={t("statistics:tile.failed")}
        value={formatNumber(totals.failed)}
        note={share(totals.failed, ended)}
        to={doors.failed({ since })}
      />
      <Tile
        label={t("statistics:tile.replies")}
        value={formatNumber(replies)}
        note={
          totals.late_replies > 0
            ? t("statistics:tile.late", { count: totals.late_replies })
            : undefined
        }
        to={doors.all_replies({ since })}
      />
      <Tile
        label={t("statistics:tile.stops")}
        value={formatNumber(totals.stops)}
        note={share(totals.stops, totals.delivered)}
        to={doors.stops({ since })}
      />
    </ul>
  );
}
