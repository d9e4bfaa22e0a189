// SPDX-License-Identifier: Apache-2.0
import { Kbd, Modal, Table } from "@mantine/core";
import { useDisclosure, useHotkeys } from "@mantine/hooks";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router-dom";

const KEYS: [key: string, what: string][] = [
  ["/", "search"],
  ["c", "compose"],
  ["g", "chat"],
  ["j", "down"],
  ["k", "up"],
  ["o", "open"],
  ["x", "pick"],
  ["?", "keys"],
];

export function KeysHelp() {
  const { t } = useTranslation();
  const [opened, { open, close }] = useDisclosure();
  const go = useNavigate();
  useHotkeys([
    ["shift+?", open],
    ["?", open], // where it is typed without Shift
    ["c", () => go("/send")],
    ["g", () => go("/chat")],
  ]);
  return (
    <Modal
      opened={opened}
      onClose={close}
      title={t("keys.title")}
      closeButtonProps={{ "aria-label": t("close") }}
    >
      <Table withRowBorders={false}>
        <Table.Tbody>
          {KEYS.map(([key, what]) => (
            <Table.Tr key={key}>
              <Table.Td w={60}>
                <Kbd>{key}</Kbd>
              </Table.Td>
              <Table.Td>{t(`keys.${what}`)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Modal>
  );
}
