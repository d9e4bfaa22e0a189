// SPDX-License-Identifier: Apache-2.0
import { Group, List, Skeleton, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { $api, api, must } from "@/api/client";
import { problemText, showDone } from "@/api/forms";
import { ConfirmButton } from "@/components/ConfirmButton";
import { RelativeTime } from "@/components/RelativeTime";
import { Badge } from "@/components/StateBadge";
import { Section } from "./Me";

/** "Firefox · Linux" of what a browser calls itself; else its own words, shortened. */
function nameOfBrowser(agent: string): string {
  const browser = /(Edg|OPR|Firefox|Chrome|Safari)\//.exec(agent)?.[1];
  const system = /(Windows|Android|iPhone|iPad|Mac OS X|Linux)/.exec(agent)?.[1];
  const names: Record<string, string> = { Edg: "Edge", OPR: "Opera", "Mac OS X": "macOS" };
  if (!browser) return agent.slice(0, 40);
  return [browser, system]
    .map((word) => word && (names[word] ?? word))
    .filter(Boolean)
    .join(" · ");
}

export function Sessions() {
  const { t } = useTranslation();
  const list = $api.useQuery("get", "/api/v1/me/sessions");
  const end = async (id: string) => {
    await must(api.DELETE("/api/v1/me/sessions/{id}", { params: { path: { id } } }));
    showDone(t("me:sessions.ended"));
    await list.refetch();
  };
  return (
    <Section title={t("me:sessions.title")}>
      <Text size="sm" mb="sm">
        {t("me:sessions.help")}
      </Text>
      {list.isPending && <Skeleton height={60} />}
      {list.isError && <Text size="sm">{problemText(list.error)}</Text>}
      {list.data && (
        <List listStyleType="none" spacing="sm">
          {list.data.items.map((each) => (
            <List.Item
              key={each.id}
              styles={{ itemWrapper: { width: "100%" }, itemLabel: { width: "100%" } }}
            >
              <Group justify="space-between" wrap="nowrap">
                <Stack gap={0}>
                  <Text size="sm" fw={500}>
                    {nameOfBrowser(each.agent)}
                  </Text>
                  <Text size="xs" c="var(--quiet)">
                    {each.from_address} · <RelativeTime at={each.last_seen_at} />
                  </Text>
                </Stack>
                {each.current ? (
                  <Badge tone="good">{t("me:sessions.this")}</Badge>
                ) : (
                  <ConfirmButton
                    size="xs"
                    title={t("me:sessions.end")}
                    question={t("me:sessions.question", { browser: nameOfBrowser(each.agent) })}
                    verb={t("me:sessions.end")}
                    onConfirm={() => end(each.id)}
                  >
                    {t("me:sessions.end")}
                  </ConfirmButton>
                )}
              </Group>
            </List.Item>
          ))}
        </List>
      )}
    </Section>
  );
}
