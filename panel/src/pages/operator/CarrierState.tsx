// SPDX-License-Identifier: Apache-2.0
import { useTranslation } from "react-i18next";
import type { Schemas } from "@/api/client";
import { Badge } from "@/components/StateBadge";

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

export function CarrierState({ carrier }: { carrier: Pick<Carrier, "enabled" | "status"> }) {
  const { t } = useTranslation();
  const state: State = carrier.enabled ? (carrier.status?.state ?? "down") : "off";
  return <Badge tone={TONES[state]}>{t(`operator:carriers.states.${state}`)}</Badge>;
}
