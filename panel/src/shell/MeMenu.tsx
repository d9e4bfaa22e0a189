// SPDX-License-Identifier: Apache-2.0
import { ActionIcon, Menu, Text } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "react-router-dom";
import { api, must } from "@/api/client";
import { showProblem } from "@/api/forms";
import { useMember, useSession } from "@/api/session";
import { IconHelp, IconLogout, IconPhone, IconSettings, IconUser } from "@/components/icons";

export function MeMenu() {
  const { t } = useTranslation();
  const member = useMember();
  const { session, refresh } = useSession();
  const queries = useQueryClient();
  const signOut = async () => {
    try {
      await must(api.DELETE("/api/v1/session"));
      await refresh();
      queries.removeQueries({ predicate: ({ queryKey }) => queryKey[1] !== "/api/v1/session" });
    } catch (error) {
      showProblem(error);
    }
  };
  return (
    <Menu position="bottom-end" width={220}>
      <Menu.Target>
        <ActionIcon size="lg" aria-label={t("me.menu")}>
          <IconUser size={18} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          <Text size="sm" fw={600} c="var(--mantine-color-text)">
            {member.name}
          </Text>
          <Text size="xs">{member.email}</Text>
        </Menu.Label>
        <Menu.Item component={Link} to="/me" leftSection={<IconSettings size={16} />}>
          {t("me.settings")}
        </Menu.Item>
        <Menu.Item component={Link} to="/help" leftSection={<IconHelp size={16} />}>
          {t("me.help")}
        </Menu.Item>
        {session.demo && (
          <Menu.Item
            component="a"
            href={session.demo.phones_url}
            target="_blank"
            rel="noopener"
            leftSection={<IconPhone size={16} />}
          >
            {t("me.phones")}
          </Menu.Item>
        )}
        <Menu.Divider />
        <Menu.Item onClick={signOut} leftSection={<IconLogout size={16} />}>
          {t("me.signOut")}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
