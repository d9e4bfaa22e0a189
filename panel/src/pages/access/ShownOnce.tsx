// SPDX-License-Identifier: Apache-2.0
import { Alert, Button, Group, Modal, Stack } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { CopyText } from "@/components/CopyText";

interface ShownOnceProps {
  title: string;
  help: string;
  value: string | null;
  onClose: () => void;
  children?: ReactNode;
}

/** A secret that the server does not show again: no click beside it closes it. */
export function ShownOnce({ title, help, value, onClose, children }: ShownOnceProps) {
  const { t } = useTranslation();
  return (
    <Modal
      opened={value !== null}
      onClose={onClose}
      title={title}
      closeOnClickOutside={false}
      closeButtonProps={{ "aria-label": t("close") }}
    >
      <Stack>
        <Alert variant="light" p="sm">
          {help}
        </Alert>
        {value && <CopyText value={value} />}
        {children}
        <Group justify="flex-end">
          <Button onClick={onClose}>{t("access:kept")}</Button>
        </Group>
      </Stack>
    </Modal>
  );
}
