// SPDX-License-Identifier: Apache-2.0
import { ActionIcon, Tooltip, useComputedColorScheme, useMantineColorScheme } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { api } from "@/api/client";
import { useSession } from "@/api/session";
import { IconMoon, IconSun } from "@/components/icons";
import { setLanguage } from "@/i18n";

/** Changes the language here and, for a member, everywhere they sign in. */
export function LanguageSwitch() {
  const { t, i18n } = useTranslation();
  const { session, refresh } = useSession();
  const other = i18n.language === "fr" ? "en" : "fr";
  const word = other.toUpperCase();
  const change = async () => {
    await setLanguage(other);
    if (!session.signed_in) return;
    await api.PATCH("/api/v1/me", { body: { language: other } });
    await refresh();
  };
  return (
    <Tooltip label={t("otherLanguage")}>
      <ActionIcon onClick={change} aria-label={`${word}, ${t("otherLanguage")}`} fz="xs" fw={600}>
        <span lang={other}>{word}</span>
      </ActionIcon>
    </Tooltip>
  );
}

export function ColourSwitch() {
  const { t } = useTranslation();
  const { setColorScheme } = useMantineColorScheme();
  const scheme = useComputedColorScheme("light", { getInitialValueInEffect: false });
  const label = scheme === "dark" ? t("toLight") : t("toDark");
  return (
    <Tooltip label={label}>
      <ActionIcon
        aria-label={label}
        onClick={() => setColorScheme(scheme === "dark" ? "light" : "dark")}
      >
        {scheme === "dark" ? <IconSun size={17} /> : <IconMoon size={17} />}
      </ActionIcon>
    </Tooltip>
  );
}
