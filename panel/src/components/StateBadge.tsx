// SPDX-License-Identifier: Apache-2.0
import { useTranslation } from "react-i18next";
import type { Schemas } from "@/api/client";
import {
  IconAlert,
  IconBan,
  IconCheck,
  IconChecks,
  IconClock,
  IconClockOff,
  IconHelp,
  IconHourglass,
  IconSend,
  IconX,
} from "./icons";
import classes from "./StateBadge.module.css";

export type MessageState = Schemas["MessageState"];

/** A sign and a tone for each: nobody has to tell two colours apart. */
const LOOKS: Record<MessageState, [icon: typeof IconCheck, tone: string]> = {
  scheduled: [IconClock, "wait"],
  queued: [IconHourglass, "wait"],
  sending: [IconSend, "go"],
  sent: [IconCheck, "go"],
  in_doubt: [IconHelp, "warn"],
  delivered: [IconChecks, "good"],
  undelivered: [IconX, "bad"],
  expired: [IconClockOff, "bad"],
  rejected: [IconBan, "bad"],
  unknown: [IconHelp, "warn"],
  cancelled: [IconX, "wait"],
  refused: [IconAlert, "bad"],
};

export const MESSAGE_STATES = Object.keys(LOOKS) as MessageState[];

export function StateBadge({ state }: { state: MessageState }) {
  const { t } = useTranslation();
  const [Icon, tone] = LOOKS[state] ?? [IconHelp, "wait"];
  return (
    <span className={classes.badge} data-tone={tone} title={t(`stateHelp.${state}`)}>
      <Icon size={14} aria-hidden />
      {t(`state.${state}`)}
    </span>
  );
}

/** The same look for other words: `tone` is wait, go, good, warn or bad. */
export function Badge(props: { tone: string; children: string; icon?: typeof IconCheck }) {
  const { tone, children, icon: Icon } = props;
  return (
    <span className={classes.badge} data-tone={tone}>
      {Icon && <Icon size={14} aria-hidden />}
      {children}
    </span>
  );
}

export function OnOffBadge({ on }: { on: boolean }) {
  const { t } = useTranslation();
  return <Badge tone={on ? "good" : "wait"}>{t(on ? "on" : "off")}</Badge>;
}
