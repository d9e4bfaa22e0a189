// SPDX-License-Identifier: Apache-2.0
import { ActionIcon, Code, CopyButton, Group, Tooltip } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { IconCheck, IconCopy } from "./icons";

/** Something to take elsewhere, such as a key or a link. */
export function CopyText({ value, label }: { value: string; label?: string }) {
  const { t } = useTranslation();
  return (
    <Group gap={4} wrap="nowrap">
      <Code style={{ overflowWrap: "anywhere", fontSize: "0.8125rem" }} aria-label={label}>
        {value}
      </Code>
      <CopyButton value={value}>
        {({ copied, copy }) => (
          <Tooltip label={copied ? t("copied") : t("copy")}>
            <ActionIcon onClick={copy} aria-label={copied ? t("copied") : t("copy")}>
              {copied ? <IconCheck size={16} /> : <IconCopy size={16} />}
            </ActionIcon>
          </Tooltip>
        )}
      </CopyButton>
    </Group>
  );
}
