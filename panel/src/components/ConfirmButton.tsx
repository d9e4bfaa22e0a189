// SPDX-License-Identifier: Apache-2.0
import { Button, type ButtonProps, Group, Modal, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { showProblem } from "@/api/forms";

interface ConfirmButtonProps extends ButtonProps {
  /** The question, which names what is lost. */
  question: ReactNode;
  title: string;
  /** The verb of the deed: "Remove", not "OK". */
  verb: string;
  danger?: boolean;
  /** The dialog stays open when this throws, and the problem is shown. */
  onConfirm: () => Promise<unknown> | void;
  children: ReactNode;
  "aria-label"?: string;
}

export function ConfirmButton(props: ConfirmButtonProps) {
  const { question, title, verb, danger, onConfirm, children, ...button } = props;
  const { t } = useTranslation();
  const [opened, { open, close }] = useDisclosure();
  const [busy, setBusy] = useState(false);
  const confirm = async () => {
    setBusy(true);
    try {
      await onConfirm();
      close();
    } catch (error) {
      showProblem(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      <Button variant="default" {...button} onClick={open}>
        {children}
      </Button>
      <Modal
        opened={opened}
        onClose={close}
        title={title}
        centered
        closeButtonProps={{ "aria-label": t("close") }}
      >
        <Stack>
          <Text size="sm" component="div">
            {question}
          </Text>
          <Group justify="flex-end">
            <Button variant="default" onClick={close} data-autofocus>
              {t("cancel")}
            </Button>
            <Button color={danger ? "red.8" : undefined} loading={busy} onClick={confirm}>
              {verb}
            </Button>
          </Group>
        </Stack>
      </Modal>
    </>
  );
}
