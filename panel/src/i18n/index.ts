// SPDX-License-Identifier: Apache-2.0
/**
 * Texts of the panel: one file an area and language, <area>.en.json and <area>.fr.json. A text is
 * asked for as t("area:key"). Only the language in use is loaded.
 */
import dayjs from "dayjs";
import i18next from "i18next";
import { initReactI18next } from "react-i18next";
import type { Language } from "@/api/types";
import { learnServerTexts } from "./server";
import { typeset } from "./typeset";

const KEPT = "navette.language";

async function textsOf(language: Language) {
  if (language === "fr") {
    const [texts] = await Promise.all([import("./fr"), import("dayjs/locale/fr")]);
    learnServerTexts(texts.serverSentences);
    return texts.default;
  }
  return (await import("./en")).default;
}

async function load(language: Language) {
  if (i18next.hasResourceBundle(language, "common")) return;
  for (const [path, texts] of Object.entries(await textsOf(language))) {
    const area = /([\w-]+)\.\w+\.json$/.exec(path)?.[1] ?? path;
    i18next.addResourceBundle(language, area, texts);
  }
}

function preferred(): Language {
  const kept = localStorage.getItem(KEPT);
  if (kept === "en" || kept === "fr") return kept;
  return navigator.language.startsWith("fr") ? "fr" : "en";
}

export async function startTexts() {
  const language = preferred();
  await i18next
    .use({ type: "postProcessor", name: "typeset", process: typeset })
    .use(initReactI18next)
    .init({
      lng: language,
      fallbackLng: false,
      defaultNS: "common",
      resources: {},
      showSupportNotice: false,
      postProcess: ["typeset"],
      interpolation: { escapeValue: false },
      react: { useSuspense: false },
    });
  await setLanguage(language);
}

export async function setLanguage(language: Language) {
  await load(language);
  await i18next.changeLanguage(language);
  localStorage.setItem(KEPT, language);
  document.documentElement.lang = language;
  dayjs.locale(language);
}

export function currentLanguage(): Language {
  return i18next.language === "fr" ? "fr" : "en";
}
