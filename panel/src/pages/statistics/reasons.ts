// SPDX-License-Identifier: Apache-2.0
import { useTranslation } from "react-i18next";

/**
 * "undelivered: 27" in the reader's words: the state, and the carrier's own word, which nobody
 * should translate, in brackets.
 */
export function useReasonText(): (reason: string) => string {
  const { t, i18n } = useTranslation();
  return (reason) => {
    const [state = "", ...rest] = reason.split(/[:\s]+/);
    if (!i18n.exists(`common:state.${state}`)) return reason;
    const word = rest.join(" ");
    return word ? `${t(`state.${state}`)} (${word})` : t(`state.${state}`);
  };
}
