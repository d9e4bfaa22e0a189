// SPDX-License-Identifier: Apache-2.0
import { useCallback } from "react";
import { useTranslation } from "react-i18next";

/** The reason in the reader's language where we have one for the code, else the server's words. */
export function useWhy() {
  const { t, i18n } = useTranslation();
  return useCallback(
    (code: string, detail: string) =>
      i18n.exists(`send:why.${code}`) ? t(`send:why.${code}`) : detail,
    [t, i18n],
  );
}
