// SPDX-License-Identifier: Apache-2.0
/** Where the account's programs are told of replies, receipts and STOPs, and how that went. */
import { Alert, Button, Group, Paper, Stack, Text, Timeline, Title } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { $api, api, must } from "@/api/client";
import type { Schemas } from "@/api/client";
import { showDone, showProblem } from "@/api/forms";
import { useAccount } from "@/api/session";
import { ConfirmButton } from "@/components/ConfirmButton";
import { CopyText } from "@/components/CopyText";
import { type Column, DataTable, type Filter } from "@/components/DataTable";
import { EditForm, type FormField } from "@/components/EditButton";
import { EmptyState } from "@/components/EmptyState";
import { PageHeader } from "@/components/PageHeader";
import { PageSkeleton } from "@/shell/PageSkeleton";
import { ExactTime, RelativeTime } from "@/components/RelativeTime";
import { Badge } from "@/components/StateBadge";

type Errand = Schemas["Errand"];

const TONES: Record<Errand["state"], string> = {
  waiting: "wait",
  in_flight: "go",
  done: "good",
  given_up: "bad",
};

const ADDRESSES = ["replies", "receipts", "stops"] as const;

function Settings({ name }: { name: string }) {
  const { t } = useTranslation();
  const path = { name };
  const setting = $api.useQuery("get", "/api/v1/accounts/{name}/callback", { params: { path } });
  const [secret, setSecret] = useState<string | null>(null);
  if (!setting.data) return <PageSkeleton />;
  const { data } = setting;
  const fields: FormField[] = [
    {
      name: "profile",
      label: t("programs:callbacks.profile"),
      help: t("programs:callbacks.profileHelp"),
      kind: "choice",
      required: true,
      start: data.profile ?? "navette",
      choices: ["navette", "ovh", "octopush"].map((value) => ({
        value,
        label: t(`programs:callbacks.profiles.${value}`),
      })),
    },
    ...ADDRESSES.map((which): FormField => ({
      name: which,
      label: t(`programs:callbacks.${which}`),
      help: t(`programs:callbacks.${which}Help`),
      placeholder: "https://example.org/sms",
      start: data[which],
      nullable: true,
    })),
  ];
  const change = async (body: object) => {
    const answer = await must(
      api.PATCH("/api/v1/accounts/{name}/callback", { params: { path }, body }),
    );
    if ("secret" in answer) setSecret(answer.secret ?? null);
    await setting.refetch();
  };
  const test = async (to: (typeof ADDRESSES)[number]) => {
    try {
      await must(
        api.POST("/api/v1/accounts/{name}/callback/test", { params: { path }, body: { to } }),
      );
      showDone(t("programs:callbacks.tested"));
    } catch (error) {
      showProblem(error);
    }
  };
  return (
    <Paper withBorder p="md" component="section">
      <Title order={2} mb="sm">
        {t("programs:callbacks.where")}
      </Title>
      <EditForm
        key={JSON.stringify(data)}
        fields={fields}
        verb={t("save")}
        isChange={data.profile !== null}
        onSubmit={change}
        onDone={() => showDone(t("saved"))}
      />
      <Title order={3} mt="lg" mb={4}>
        {t("programs:callbacks.signature")}
      </Title>
      <Text size="sm" c="var(--quiet)" mb="xs">
        {t(data.signed ? "programs:callbacks.signed" : "programs:callbacks.unsigned")}
      </Text>
      {secret && (
        <Alert color="yellow" mb="xs" title={t("programs:callbacks.secretOnce")}>
          <CopyText value={secret} label={t("programs:callbacks.secret")} />
        </Alert>
      )}
      <Group gap="xs">
        <ConfirmButton
          size="xs"
          title={t("programs:callbacks.newSecret")}
          verb={t("programs:callbacks.newSecret")}
          question={t("programs:callbacks.newSecretHelp")}
          onConfirm={() => change({ secret: "new" })}
        >
          {t("programs:callbacks.newSecret")}
        </ConfirmButton>
        {ADDRESSES.filter((which) => data[which]).map((which) => (
          <Button key={which} size="xs" variant="default" onClick={() => void test(which)}>
            {t("programs:callbacks.test", { which: t(`programs:callbacks.${which}`) })}
          </Button>
        ))}
      </Group>
    </Paper>
  );
}

function Attempts({ errand }: { errand: Errand }) {
  const { t } = useTranslation();
  return (
    <Stack>
      <Text size="sm" style={{ overflowWrap: "anywhere" }}>
        {errand.target}
      </Text>
      {errand.next_at && (
        <Text size="sm">
          {t("programs:callbacks.next")} <ExactTime at={errand.next_at} seconds />
        </Text>
      )}
      {errand.attempts.length === 0 ? (
        <Text size="sm" c="var(--quiet)">
          {t("programs:callbacks.noAttempt")}
        </Text>
      ) : (
        <Timeline bulletSize={14} lineWidth={2} active={errand.attempts.length}>
          {errand.attempts.map((attempt) => (
            <Timeline.Item
              key={attempt.at}
              color={attempt.failed ? "red.8" : undefined}
              title={
                attempt.error ?? t("programs:callbacks.answered", { status: attempt.status ?? "–" })
              }
            >
              <Text size="xs" c="var(--quiet)">
                <ExactTime at={attempt.at} seconds /> · {attempt.took_ms} ms ·{" "}
                {t("programs:callbacks.events", { count: attempt.events })}
              </Text>
            </Timeline.Item>
          ))}
        </Timeline>
      )}
    </Stack>
  );
}

export default function Callbacks() {
  const { t } = useTranslation();
  const { name } = useAccount();
  const queries = useQueryClient();
  const path = { name };
  const replay = async (body: { id?: string; since?: string }) => {
    await must(api.POST("/api/v1/accounts/{name}/callback/replay", { params: { path }, body }));
    showDone(t("programs:callbacks.replayed"));
    await queries.invalidateQueries({ queryKey: ["list"] });
  };
  const filters: Filter[] = [
    {
      name: "failed",
      label: t("programs:callbacks.which"),
      kind: "choice",
      choices: [{ value: "yes", label: t("programs:callbacks.onlyFailed") }],
    },
  ];
  const columns: Column<Errand>[] = [
    {
      key: "at",
      label: t("programs:callbacks.at"),
      render: ({ created_at }) => <RelativeTime at={created_at} />,
    },
    {
      key: "kind",
      label: t("programs:callbacks.kind"),
      render: ({ kind }) => t(`programs:callbacks.kinds.${kind}`),
    },
    {
      key: "target",
      label: t("programs:callbacks.target"),
      render: ({ target }) => (
        <Text size="sm" truncate maw={320} title={target}>
          {target}
        </Text>
      ),
    },
    {
      key: "state",
      label: t("programs:callbacks.state"),
      render: ({ state }) => (
        <Badge tone={TONES[state]}>{t(`programs:callbacks.states.${state}`)}</Badge>
      ),
    },
    {
      key: "failures",
      label: t("programs:callbacks.failures"),
      align: "right",
      render: ({ failures }) => failures,
    },
    {
      key: "error",
      label: t("programs:callbacks.error"),
      render: ({ error, status }) => error ?? status ?? "–",
    },
  ];
  return (
    <>
      <PageHeader title={t("programs:callbacks.title")} help={t("programs:callbacks.help")} />
      <Stack gap="lg">
        <Settings key={name} name={name} />
        <section>
          <Title order={2} mb="sm">
            {t("programs:callbacks.attempts")}
          </Title>
          <DataTable<Errand>
            id="errands"
            label={t("programs:callbacks.attempts")}
            path={`/api/v1/accounts/${encodeURIComponent(name)}/callback/attempts`}
            columns={columns}
            filters={filters}
            rowKey={({ id }) => id}
            detailTitle={({ kind }) => t(`programs:callbacks.kinds.${kind}`)}
            detail={(errand, close) => (
              <Stack>
                <Attempts errand={errand} />
                <Button
                  variant="default"
                  onClick={() => replay({ id: errand.id }).then(close, showProblem)}
                >
                  {t("programs:callbacks.replay")}
                </Button>
              </Stack>
            )}
            actions={
              <ConfirmButton
                size="xs"
                title={t("programs:callbacks.replayAll")}
                verb={t("programs:callbacks.replay")}
                question={t("programs:callbacks.replayAllHelp")}
                onConfirm={() => replay({ since: new Date(Date.now() - 86_400_000).toISOString() })}
              >
                {t("programs:callbacks.replayAll")}
              </ConfirmButton>
            }
            empty={
              <EmptyState title={t("programs:callbacks.empty")}>
                {t("programs:callbacks.emptyHelp")}
              </EmptyState>
            }
          />
        </section>
      </Stack>
    </>
  );
}
