// SPDX-License-Identifier: Apache-2.0
import type { TFunction } from "i18next";
import type { Schemas } from "@/api/client";
import type { FormField } from "@/components/EditButton";

type Account = Schemas["Account"];

const zones = () => Intl.supportedValuesOf("timeZone").map((value) => ({ value, label: value }));

export function accountFields(t: TFunction, account?: Account): FormField[] {
  const fields: FormField[] = [
    {
      name: "timezone",
      label: t("operator:accounts.zone"),
      help: t("operator:accounts.zoneHelp"),
      kind: "choice",
      choices: zones(),
      required: true,
      start: account?.timezone ?? "Europe/Paris",
    },
    {
      name: "grade",
      label: t("operator:accounts.grade"),
      help: t("operator:accounts.gradeHelp"),
      kind: "choice",
      required: true,
      start: account?.grade ?? "premium",
      choices: (["premium", "low_cost"] as const).map((value) => ({
        value,
        label: t(`operator:accounts.grades.${value}`),
      })),
    },
    {
      name: "max_parts",
      label: t("operator:accounts.parts"),
      help: t("operator:accounts.partsHelp"),
      kind: "number",
      min: 1,
      max: 255,
      start: account?.max_parts ?? 8,
    },
    {
      name: "keep_days",
      label: t("operator:accounts.keep"),
      help: t("operator:accounts.keepHelp"),
      kind: "number",
      min: 0,
      max: 3650,
      start: account?.keep_days ?? 0,
    },
    {
      name: "enabled",
      label: t("operator:accounts.enabled"),
      kind: "switch",
      start: account?.enabled ?? true,
    },
  ];
  if (account) return fields;
  return [
    {
      name: "name",
      label: t("operator:accounts.name"),
      help: t("operator:accounts.nameHelp"),
      required: true,
    },
    { name: "credits", label: t("operator:accounts.first"), start: "0" },
    ...fields,
  ];
}

export function creditFields(t: TFunction): FormField[] {
  return [
    {
      name: "credits",
      label: t("operator:accounts.add"),
      help: t("operator:accounts.addHelp"),
      required: true,
    },
    {
      name: "reason",
      label: t("operator:accounts.reason"),
      help: t("operator:accounts.reasonHelp"),
    },
  ];
}
