// SPDX-License-Identifier: Apache-2.0
import {
  ActionIcon,
  Button,
  SegmentedControl,
  Skeleton,
  TextInput,
  Title,
  Tooltip,
} from "@mantine/core";
import { useDebouncedValue, useHotkeys } from "@mantine/hooks";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router-dom";
import { problemText } from "@/api/forms";
import { useMay } from "@/api/session";
import { Count } from "@/components/Count";
import { EmptyState } from "@/components/EmptyState";
import { formatPhone } from "@/components/PhoneNumber";
import { RelativeTime } from "@/components/RelativeTime";
import { Badge } from "@/components/StateBadge";
import { IconMessage, IconRefresh, IconSearch } from "@/components/icons";
import { SavedReplies } from "./SavedReplies";
import { useCalmList } from "./useCalmList";
import { type Thread, type Which, useThreads } from "./useThreads";
import classes from "./Chat.module.css";

const PAUSE_MS = 250;
const NEAR_END_PX = 400;

interface ThreadRowProps {
  thread: Thread;
  here: boolean;
  active: boolean;
  onPick: () => void;
}

function ThreadRow({ thread, here, active, onPick }: ThreadRowProps) {
  const { t } = useTranslation();
  const { last, unread, standing } = thread;
  const link = useRef<HTMLAnchorElement>(null);
  useEffect(() => {
    if (active) link.current?.scrollIntoView({ block: "nearest" });
  }, [active]);
  return (
    <li>
      <Link
        ref={link}
        to={{ pathname: `/chat/${encodeURIComponent(thread.phone)}`, search: location() }}
        className={classes.thread}
        aria-current={here ? "true" : undefined}
        data-active={active || undefined}
        data-unread={unread > 0 || undefined}
        data-phone={thread.phone}
        onClick={onPick}
      >
        <span className={classes.phone}>{formatPhone(thread.phone)}</span>
        <span className={classes.time}>
          {thread.last_at && <RelativeTime at={thread.last_at} />}
        </span>
        <span className={classes.last}>
          {last?.side === "out" && `${t("chat:you")} `}
          {last ? (last.text ?? t("chat:textGone")) : ""}
        </span>
        {unread > 0 && (
          <Count className={classes.unread} aria-label={t("chat:unread", { count: unread })}>
            {unread}
          </Count>
        )}
        {(standing === "late" || standing === "not_covered") && (
          <span className={classes.marks}>
            <Badge tone="warn">{t(`chat:standing.${standing}`)}</Badge>
          </span>
        )}
      </Link>
    </li>
  );
}

/** The search and the choice stay in the address from thread to thread. */
function location(): string {
  const at = window.location.hash.indexOf("?");
  return at < 0 ? "" : window.location.hash.slice(at);
}

interface ThreadListProps {
  account: string;
  phone: string | undefined;
  which: Which;
  typed: string;
  onChange: (change: { state?: Which; q?: string }) => void;
}

export function ThreadList({ account, phone, which, typed, onChange }: ThreadListProps) {
  const { t } = useTranslation();
  const go = useNavigate();
  const may = useMay();
  const [managing, setManaging] = useState(false);
  const [q] = useDebouncedValue(typed, PAUSE_MS);
  const list = useThreads(account, which, q);
  const [over, setOver] = useState(false);
  const [down, setDown] = useState(false);
  // Where the keys are: whoever walks down with them is not to lose the place by reading.
  const [active, setActive] = useState<string | null>(null);
  const held = over || down || active !== null;
  const { rows, fresh, show } = useCalmList(list.threads, held, `${account} ${which} ${q}`);
  const box = useRef<HTMLDivElement>(null);

  useEffect(() => setActive(null), [account, which, q]);
  const walk = (step: number) => {
    if (!rows || rows.length === 0) return;
    const at = rows.findIndex((each) => each.phone === (active ?? phone));
    setActive(rows[Math.max(0, Math.min(rows.length - 1, at + step))]!.phone);
  };
  useHotkeys([
    ["j", () => walk(1)],
    ["k", () => walk(-1)],
    [
      "Enter",
      (event) => {
        if ((event.target as HTMLElement).closest("button, a, input, textarea, [role=dialog]"))
          return;
        if (active) go({ pathname: `/chat/${encodeURIComponent(active)}`, search: location() });
      },
      { preventDefault: false },
    ],
  ]);
  const onScroll = () => {
    const { scrollTop, scrollHeight, clientHeight } = box.current!;
    setDown(scrollTop > 8);
    const near = scrollHeight - scrollTop - clientHeight < NEAR_END_PX;
    if (near && list.hasNextPage && !list.isFetchingNextPage) void list.fetchNextPage();
  };
  // A page of a search may be empty while there is more to look through.
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = list;
  useEffect(() => {
    if (rows && rows.length < 12 && hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [rows, hasNextPage, isFetchingNextPage, fetchNextPage]);

  return (
    <section className={classes.pane} aria-label={t("chat:threads")}>
      <div className={classes.head}>
        <div className={classes.titleLine}>
          <Title order={1} size="h2">
            {t("chat:title")}
          </Title>
          <Tooltip label={t("chat:saved.title")}>
            <ActionIcon
              size="lg"
              onClick={() => setManaging(true)}
              aria-label={t("chat:saved.title")}
            >
              <IconMessage size={18} />
            </ActionIcon>
          </Tooltip>
        </div>
        <TextInput
          size="sm"
          type="search"
          aria-label={t("chat:search")}
          placeholder={t("chat:search")}
          leftSection={<IconSearch size={14} aria-hidden />}
          value={typed}
          onChange={(event) => onChange({ q: event.currentTarget.value })}
        />
        <SegmentedControl
          size="xs"
          fullWidth
          aria-label={t("chat:which.label")}
          value={which}
          onChange={(value) => onChange({ state: value as Which })}
          data={(["all", "unread", "open"] as const).map((value) => ({
            value,
            label: t(`chat:which.${value}`),
          }))}
        />
      </div>
      {fresh > 0 && (
        <Button
          className={classes.fresh}
          style={{ top: 146 }}
          size="compact-sm"
          radius="xl"
          leftSection={<IconRefresh size={13} aria-hidden />}
          onClick={() => {
            setActive(null);
            show();
            box.current?.scrollTo({ top: 0 });
          }}
        >
          <span role="status">{t("chat:fresh", { count: fresh })}</span>
        </Button>
      )}
      <div
        ref={box}
        className={classes.scroll}
        onScroll={onScroll}
        onPointerEnter={() => setOver(true)}
        onPointerLeave={() => setOver(false)}
      >
        {!rows && !list.error && (
          <div style={{ padding: 14 }} role="status" aria-label={t("loading")}>
            {Array.from({ length: 6 }, (_, at) => (
              <Skeleton key={at} height={40} mb={12} />
            ))}
          </div>
        )}
        {list.error && (
          <EmptyState title={t("problem.title")}>{problemText(list.error)}</EmptyState>
        )}
        {rows?.length === 0 && !hasNextPage && (
          <Nothing which={which} searched={q !== ""} maySend={may("send")} />
        )}
        <ul className={classes.threads}>
          {rows?.map((thread) => (
            <ThreadRow
              key={thread.phone}
              thread={thread}
              here={thread.phone === phone}
              active={thread.phone === active}
              onPick={() => setActive(null)}
            />
          ))}
        </ul>
      </div>
      {managing && <SavedReplies account={account} onClose={() => setManaging(false)} />}
    </section>
  );
}

function Nothing(props: { which: Which; searched: boolean; maySend: boolean }) {
  const { t } = useTranslation();
  if (props.searched)
    return <EmptyState title={t("chat:none.found")}>{t("chat:none.foundHelp")}</EmptyState>;
  if (props.which !== "all") return <EmptyState title={t(`chat:none.${props.which}`)} />;
  return (
    <EmptyState
      title={t("chat:none.all")}
      action={
        props.maySend && (
          <Button component={Link} to="/send">
            {t("chat:none.send")}
          </Button>
        )
      }
    >
      {t("chat:none.allHelp")}
    </EmptyState>
  );
}
