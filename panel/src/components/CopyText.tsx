// SPDX-License-Identifier: Apache-2.0
import { ActionIcon, Button, Code, CopyButton, Group, Tooltip } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { IconCheck, IconCopy } from "./icons";

/** Something to take elsewhere, such as a key or a link; `short`: only a button that says so. */
export function CopyText(props: { value: string; label?: string; short?: string }) {
  const { value, label, short } = props;
  const { t } = useTranslation();
  return (
    <CopyButton value={value}>
      {({ copied, copy }) =>
        short ? (
          <Button
            variant="default"
            onClick={copy}
            leftSection={copied ? <IconCheck size={16} /> : <IconCopy size={16} />}
          >
            {copied ? t("copied") : short}
          </Button>
        ) : (
          <Group gap={4} wrap="nowrap">
            <Code style={{ overflowWrap: "anywhere", fontSize: "0.8125rem" }}>{value}</Code>
            <Tooltip label={copied ? t("copied") : t("copy")}>
              <ActionIcon
                onClick={copy}
                aria-label={[copied ? t("copied") : t("copy"), label].filter(Boolean).join(": ")}
              >
                {copied ? <IconCheck size={16} /> : <IconCopy size={16} />}
              </ActionIcon>
            </Tooltip>
          </Group>
        )
      }
    </CopyButton>
  );
}
