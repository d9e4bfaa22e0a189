// SPDX-License-Identifier: Apache-2.0
import { Anchor, Select, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link } from "react-router-dom";
import { formatPhone } from "@/components/PhoneNumber";
import { type SenderChoices, WITH_REPLIES } from "./draft";

interface Choice {
  value: string;
  label: string;
  disabled?: boolean;
  /** A line under the label: what it means, or why it cannot be chosen. */
  line?: string;
}

const NONE = "*none";

function useGroups(choices: SenderChoices | undefined): { group: string; items: Choice[] }[] {
  const { t } = useTranslation();
  if (!choices) return [];
  const { reply } = choices;
  const groups: { group: string; items: Choice[] }[] = [
    {
      group: t("send:from.replies"),
      items: [
        {
          value: WITH_REPLIES,
          label: t("send:from.reply"),
          disabled: !reply.available,
          line: reply.why
            ? t(`send:from.noReply.${reply.why}`)
            : t("send:from.replyHelp", { countries: reply.countries.join(", ") }),
        },
      ],
    },
  ];
  if (choices.virtual.length > 0)
    groups.push({
      group: t("send:from.virtual"),
      items: choices.virtual.map(({ number, country, enabled }) => ({
        value: number,
        label: formatPhone(number.length > 6 ? `+${number.replace(/^\+/, "")}` : number),
        disabled: !enabled,
        line: enabled ? country : t("send:from.state.disabled"),
      })),
    });
  groups.push({
    group: t("send:from.names"),
    items:
      choices.names.length > 0
        ? choices.names.map(({ name, state }) => ({
            value: name,
            label: name,
            disabled: state !== "enabled",
            line: state === "enabled" ? undefined : t(`send:from.state.${state}`),
          }))
        : [{ value: NONE, label: t("send:from.noName"), disabled: true }],
  });
  return groups;
}

/** The first that can be chosen; null: nothing can. */
export function firstSender(choices: SenderChoices): string | null {
  if (choices.reply.available) return WITH_REPLIES;
  return (
    choices.virtual.find((each) => each.enabled)?.number ??
    choices.names.find((each) => each.state === "enabled")?.name ??
    null
  );
}

export function mayChoose(choices: SenderChoices, sender: string | null): boolean {
  if (sender === WITH_REPLIES) return choices.reply.available;
  return (
    choices.virtual.some((each) => each.enabled && each.number === sender) ||
    choices.names.some((each) => each.state === "enabled" && each.name === sender)
  );
}

interface SenderSelectProps {
  choices: SenderChoices | undefined;
  value: string | null;
  onChange: (sender: string) => void;
  error?: string;
}

export function SenderSelect({ choices, value, onChange, error }: SenderSelectProps) {
  const { t } = useTranslation();
  const groups = useGroups(choices);
  const lines = new Map(
    groups.flatMap(({ items }) => items.map((each) => [each.value, each.line])),
  );
  const nothing = choices && firstSender(choices) === null;
  const names = choices?.names.some((each) => each.name === value);
  return (
    <Select
      label={t("send:from.label")}
      data={groups}
      value={value}
      onChange={(chosen) => chosen && onChange(chosen)}
      allowDeselect={false}
      placeholder={choices ? t("send:from.placeholder") : t("loading")}
      disabled={!choices}
      error={error}
      maxDropdownHeight={360}
      comboboxProps={{ transitionProps: { duration: 100 } }}
      inputWrapperOrder={["label", "input", "error", "description"]}
      description={
        nothing ? (
          <>
            {t("send:from.nothing")}{" "}
            <Anchor component={Link} to="/senders" size="xs">
              {t("send:from.toSenders")}
            </Anchor>
          </>
        ) : value === WITH_REPLIES ? (
          t("send:from.repliesHelp")
        ) : names ? (
          t("send:from.namesHelp")
        ) : undefined
      }
      renderOption={({ option }) => {
        const line = lines.get(option.value);
        return (
          <Stack gap={0}>
            <span>{option.label}</span>
            {line && (
              <Text size="xs" c="var(--quiet)">
                {line}
              </Text>
            )}
          </Stack>
        );
      }}
    />
  );
}
