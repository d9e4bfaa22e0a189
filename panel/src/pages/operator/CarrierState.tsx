// SPDX-License-Identifier: Apache-2.0
import { useTranslation } from "react-i18next";
import type { Schemas } from "@/api/client";
import { Badge } from "@/components/StateBadge";
import { serverText } from "@/i18n/server";

type Carrier = Schemas["Carrier"];
type State = Schemas["CarrierStatus"]["state"];

const TONES: Record<State, string> = {
  off: "wait",
  down: "bad",
  connecting: "go",
  bound: "good",
  throttled: "warn",
  ending: "wait",
  elsewhere: "good",
  refused: "bad",
};

/** What keeps it from sending more, in a sentence; of one that is off, how it is put on again. */
export function useCarrierWhy(): (carrier: Pick<Carrier, "enabled" | "status">) => string | null {
  const { t } = useTranslation();
  return ({ enabled, status }) => {
    if (!enabled) return t("operator:carriers.whyOff");
    return status?.why ? serverText(status.why) : null;
  };
}

export function CarrierState({ carrier }: { carrier: Pick<Carrier, "enabled" | "status"> }) {
  const { t } = useTranslation();
  const state: State = carrier.enabled ? (carrier.status?.state ?? "down") : "off";
  return <Badge tone={TONES[state]}>{t(`operator:carriers.states.${state}`)}</Badge>;
}
