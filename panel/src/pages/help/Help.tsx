// SPDX-License-Identifier: Apache-2.0
import { Anchor, List, Paper, SimpleGrid, Text, Title } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link } from "react-router-dom";
import { useSession } from "@/api/session";
import { PageHeader } from "@/components/PageHeader";

const FIRST_STEPS = ["number", "send", "answer", "automatic", "program"] as const;
const PLACES: Record<(typeof FIRST_STEPS)[number], string> = {
  number: "/senders",
  send: "/send",
  answer: "/chat",
  automatic: "/automatic/reply",
  program: "/api/keys",
};
const WORDS = ["part", "sender", "reply", "credit", "quarantine", "receipt"] as const;

export default function Help() {
  const { t, i18n } = useTranslation();
  const { session } = useSession();
  return (
    <>
      <PageHeader title={t("help:title")} help={t("help:help")} />
      <SimpleGrid cols={{ base: 1, md: 2 }}>
        <Paper withBorder p="md" component="section">
          <Title order={2} mb="xs">
            {t("help:steps.title")}
          </Title>
          <List type="ordered" size="sm" spacing={6}>
            {FIRST_STEPS.map((step) => (
              <List.Item key={step}>
                <Anchor component={Link} to={PLACES[step]} size="sm">
                  {t(`help:steps.${step}`)}
                </Anchor>
                <Text size="sm" c="var(--quiet)">
                  {t(`help:steps.${step}Help`)}
                </Text>
              </List.Item>
            ))}
          </List>
        </Paper>
        <Paper withBorder p="md" component="section">
          <Title order={2} mb="xs">
            {t("help:words.title")}
          </Title>
          <dl style={{ margin: 0 }}>
            {WORDS.map((word) => (
              <div key={word} style={{ marginBottom: 8 }}>
                <Text component="dt" size="sm" fw={600}>
                  {t(`help:words.${word}`)}
                </Text>
                <Text component="dd" size="sm" c="var(--quiet)" m={0}>
                  {t(`help:words.${word}Help`)}
                </Text>
              </div>
            ))}
          </dl>
        </Paper>
        <Paper withBorder p="md" component="section">
          <Title order={2} mb="xs">
            {t("help:docs.title")}
          </Title>
          <List size="sm" spacing={4}>
            <List.Item>
              <Anchor size="sm" href={`/docs/http2sms?lang=${i18n.language}`}>
                {t("help:docs.http2sms")}
              </Anchor>
            </List.Item>
            <List.Item>
              <Anchor size="sm" href={`/api?lang=${i18n.language}`}>
                {t("help:docs.rest")}
              </Anchor>
            </List.Item>
            <List.Item>
              <Anchor size="sm" href="/api/openapi.json">
                {t("help:docs.openapi")}
              </Anchor>
            </List.Item>
            {session.demo && (
              <List.Item>
                <Anchor size="sm" href={session.demo.phones_url}>
                  {t("me.phones")}
                </Anchor>
              </List.Item>
            )}
          </List>
        </Paper>
        <Paper withBorder p="md" component="section">
          <Title order={2} mb="xs">
            {t("help:keys.title")}
          </Title>
          <Text size="sm">{t("help:keys.help")}</Text>
          <Text size="sm" c="var(--quiet)" mt="md">
            {t("help:version", { version: session.version })}
          </Text>
        </Paper>
      </SimpleGrid>
    </>
  );
}
