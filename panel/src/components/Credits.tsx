// SPDX-License-Identifier: Apache-2.0
import { useTranslation } from "react-i18next";
import { formatCredits } from "@/i18n/format";

/** "1 240 credits"; bare: the figure alone. */
export function Credits({ value, bare }: { value: string; bare?: boolean }) {
  const { t } = useTranslation();
  const text = formatCredits(value);
  return (
    <span style={{ whiteSpace: "nowrap", fontVariantNumeric: "tabular-nums" }}>
      {bare ? text : t("credits", { count: Number(value), text })}
    </span>
  );
}
