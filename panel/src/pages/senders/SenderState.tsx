// SPDX-License-Identifier: Apache-2.0
import { useTranslation } from "react-i18next";
import type { Schemas } from "@/api/client";
import { Badge } from "@/components/StateBadge";

type State = Schemas["SenderState"];
const TONES: Record<State, string> = {
  waiting: "wait",
  enabled: "good",
  refused: "bad",
  disabled: "wait",
};

export function SenderState({ state }: { state: State }) {
  const { t } = useTranslation();
  return <Badge tone={TONES[state]}>{t(`senders:states.${state}`)}</Badge>;
}
