// SPDX-License-Identifier: Apache-2.0
import { Input, SegmentedControl, Stack, Switch, Text, TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Draft, MessageClass } from "./draft";

const CLASSES = ["standard", "flash", "sim"] as const;
const TAG_MOST = 20;

interface OptionsProps {
  draft: Draft;
  onChange: (part: Partial<Draft>) => void;
  error?: string;
}

/** How it is shown, whether it is advertising, and a word to find it by. */
export function Options({ draft, onChange, error }: OptionsProps) {
  const { t } = useTranslation();
  return (
    <Stack gap={18}>
      <Switch
        label={t("send:marketing.label")}
        description={t(draft.marketing ? "send:marketing.on" : "send:marketing.off")}
        checked={draft.marketing}
        onChange={(event) => onChange({ marketing: event.currentTarget.checked })}
      />
      <Input.Wrapper label={t("send:class.label")} labelElement="div">
        <div>
          <SegmentedControl
            size="sm"
            aria-label={t("send:class.label")}
            value={draft.class}
            onChange={(value) => onChange({ class: value as MessageClass })}
            data={CLASSES.map((value) => ({ value, label: t(`send:class.${value}`) }))}
          />
        </div>
        <Text size="xs" c="var(--quiet)" mt={4}>
          {t(`send:class.${draft.class}Help`)}
        </Text>
      </Input.Wrapper>
      <TextInput
        label={t("send:tag.label")}
        description={t("send:tag.help")}
        maw={280}
        maxLength={TAG_MOST}
        value={draft.tag}
        onChange={(event) => onChange({ tag: event.currentTarget.value })}
        error={error}
      />
    </Stack>
  );
}
