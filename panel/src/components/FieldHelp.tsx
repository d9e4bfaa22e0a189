// SPDX-License-Identifier: Apache-2.0
import { ActionIcon, Group, Popover, Text } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { IconHelp } from "./icons";

/** A label with more to read behind a question mark, for fields where a line is not enough. */
export function FieldHelp({ label, children }: { label: string; children: ReactNode }) {
  const { t } = useTranslation();
  return (
    <Group gap={2} component="span" display="inline-flex">
      {label}
      <Popover width={300} withArrow shadow="sm" trapFocus={false}>
        <Popover.Target>
          <ActionIcon size="xs" aria-label={t("helpOn", { label })}>
            <IconHelp size={14} />
          </ActionIcon>
        </Popover.Target>
        <Popover.Dropdown>
          <Text size="sm" component="div">
            {children}
          </Text>
        </Popover.Dropdown>
      </Popover>
    </Group>
  );
}
