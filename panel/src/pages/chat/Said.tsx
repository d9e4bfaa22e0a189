// SPDX-License-Identifier: Apache-2.0
/** What was said, from the oldest down to the latest; more of the past on scrolling up. */
import { Button, Loader } from "@mantine/core";
import { Fragment, useEffect, useLayoutEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router-dom";
import { useMay, useZone } from "@/api/session";
import { Badge, MESSAGE_STATES, type MessageState, StateBadge } from "@/components/StateBadge";
import { IconArrowDown } from "@/components/icons";
import { formatDay, formatHour, formatTime } from "@/i18n/format";
import type { Line } from "./useThreads";
import classes from "./Chat.module.css";

const NEAR_PX = 80;

function Origin({ line }: { line: Line }) {
  const { t } = useTranslation();
  const may = useMay();
  if (line.side === "in") return null;
  if (line.origin === "answer") return <div className={classes.origin}>{t("chat:automatic")}</div>;
  if (line.origin === "notice") return <div className={classes.origin}>{t("chat:notice")}</div>;
  if (!line.tag) return null;
  const words = t("chat:sending", { tag: line.tag });
  return (
    <div className={classes.origin}>
      {may("view") ? (
        <Link to={`/messages/sent?tag=${encodeURIComponent(line.tag)}`}>{words}</Link>
      ) : (
        words
      )}
    </div>
  );
}

function Foot({ line }: { line: Line }) {
  const { t } = useTranslation();
  const zone = useZone();
  const may = useMay();
  const state = MESSAGE_STATES.find((each) => each === line.state) as MessageState | undefined;
  const warned = line.standing === "late" || line.standing === "not_covered";
  return (
    <div className={classes.foot}>
      <time dateTime={line.at} title={formatTime(line.at, zone, true)}>
        {formatHour(line.at, zone)}
      </time>
      {line.side === "out" && line.by?.name && <span>{line.by.name}</span>}
      {line.parts > 1 && <span>{t("send:text.sms", { count: line.parts })}</span>}
      {line.side === "out" &&
        state &&
        (may("view") ? (
          <Link to={`/messages/${line.id}`}>
            <StateBadge state={state} />
          </Link>
        ) : (
          <StateBadge state={state} />
        ))}
      {warned && <Badge tone="warn">{t(`chat:standing.${line.standing}`)}</Badge>}
      {line.side === "in" && line.state !== "received" && (
        <Badge tone="warn">{t(`chat:incoming.${line.state}`)}</Badge>
      )}
    </div>
  );
}

function LineItem({ line }: { line: Line }) {
  const { t } = useTranslation();
  return (
    <article
      className={classes.line}
      data-side={line.side}
      data-id={line.id}
      aria-label={t(line.side === "in" ? "chat:fromPhone" : "chat:fromUs")}
    >
      <Origin line={line} />
      <div className={classes.bubble} data-gone={line.text === null || undefined} lang="">
        {line.text ?? t(line.state === "held" ? "chat:textHeld" : "chat:textGone")}
      </div>
      <Foot line={line} />
    </article>
  );
}

interface SaidProps {
  /** The latest first, as the server gives them. */
  lines: Line[];
  more: boolean;
  loadingMore: boolean;
  onMore: () => void;
}

export function Said({ lines, more, loadingMore, onMore }: SaidProps) {
  const { t } = useTranslation();
  const zone = useZone();
  const box = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  const heightBefore = useRef(0);
  const [below, setBelow] = useState(0);
  const newest = lines[0]?.id;
  const oldest = lines[lines.length - 1]?.id;
  const seen = useRef(newest);

  const toEnd = () => {
    if (box.current) box.current.scrollTop = box.current.scrollHeight;
    setBelow(0);
  };
  // The end stays in sight for whom it is in sight; nothing moves for whom reads above.
  useLayoutEffect(() => {
    const count = lines.findIndex((each) => each.id === seen.current);
    const ours = lines[0]?.side === "out";
    if (atEnd.current || ours) toEnd();
    else if (count > 0) setBelow((n) => n + count);
    seen.current = newest;
    // Only when a line has come.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [newest]);
  // What is put above pushes nothing down.
  useLayoutEffect(() => {
    const el = box.current;
    if (el && heightBefore.current > 0 && !atEnd.current)
      el.scrollTop += el.scrollHeight - heightBefore.current;
    heightBefore.current = 0;
  }, [oldest]);
  // Pictures of states change heights; so does the keyboard of a phone.
  useEffect(() => {
    const el = box.current;
    if (!el) return undefined;
    const watch = new ResizeObserver(() => atEnd.current && toEnd());
    watch.observe(el);
    return () => watch.disconnect();
  }, []);

  const onScroll = () => {
    const el = box.current!;
    atEnd.current = el.scrollHeight - el.scrollTop - el.clientHeight < NEAR_PX;
    if (atEnd.current && below > 0) setBelow(0);
    if (el.scrollTop < NEAR_PX && more && !loadingMore) {
      heightBefore.current = el.scrollHeight;
      onMore();
    }
  };

  let day = "";
  return (
    <>
      <div
        ref={box}
        className={classes.scroll}
        onScroll={onScroll}
        role="log"
        aria-label={t("chat:said")}
        // Keys scroll it.
        // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={0}
      >
        <div className={classes.said}>
          {loadingMore && <Loader size="xs" style={{ alignSelf: "center" }} />}
          {more && !loadingMore && (
            <Button
              size="compact-xs"
              variant="subtle"
              style={{ alignSelf: "center" }}
              onClick={() => {
                heightBefore.current = box.current?.scrollHeight ?? 0;
                onMore();
              }}
            >
              {t("chat:earlier")}
            </Button>
          )}
          {[...lines].reverse().map((line) => {
            const ofLine = formatDay(line.at, zone);
            const begins = ofLine !== day;
            day = ofLine;
            return (
              <Fragment key={line.side + line.id}>
                {begins && <div className={classes.day}>{ofLine}</div>}
                <LineItem line={line} />
              </Fragment>
            );
          })}
        </div>
      </div>
      {below > 0 && (
        <div style={{ position: "relative" }}>
          <Button
            className={classes.fresh}
            style={{ bottom: 8 }}
            size="compact-sm"
            radius="xl"
            leftSection={<IconArrowDown size={13} aria-hidden />}
            onClick={toEnd}
          >
            {t("chat:fresh", { count: below })}
          </Button>
        </div>
      )}
    </>
  );
}
