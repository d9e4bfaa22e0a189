// SPDX-License-Identifier: Apache-2.0
/** In whose name the account sends, and the account's own data that names may come from. */
import { Anchor, Button, Group, Paper, Stack, Text, Title } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { $api, api, must } from "@/api/client";
import type { Schemas } from "@/api/client";
import { showDone, showProblem } from "@/api/forms";
import { useAccount, useMay } from "@/api/session";
import { ConfirmButton } from "@/components/ConfirmButton";
import { EditButton, type FormField } from "@/components/EditButton";
import { EmptyState } from "@/components/EmptyState";
import { ListTable } from "@/components/ListTable";
import { PageHeader } from "@/components/PageHeader";
import { RelativeTime } from "@/components/RelativeTime";
import { AddSender } from "./AddSender";
import { documentPath } from "./documents";
import { SenderState } from "./SenderState";

type Sender = Schemas["Sender"];

function Documents({ sender }: { sender: Sender }) {
  return (
    <Group gap={8}>
      {sender.documents.map((document) => (
        <Anchor
          key={document.id}
          size="xs"
          href={documentPath(sender.account, sender.name, document.id)}
          download={document.name}
        >
          {document.name}
        </Anchor>
      ))}
    </Group>
  );
}

function Suggestions({ name, onAdded }: { name: string; onAdded: () => void }) {
  const { t } = useTranslation();
  const path = { name };
  const list = $api.useQuery("get", "/api/v1/accounts/{name}/sender-suggestions", {
    params: { path },
  });
  const add = async (suggestion: { name: string; origin: "personal" | "domain" }) => {
    try {
      await must(
        api.POST("/api/v1/accounts/{name}/senders", { params: { path }, body: suggestion }),
      );
      await list.refetch();
      onAdded();
    } catch (error) {
      showProblem(error);
    }
  };
  const items = list.data?.items ?? [];
  return (
    <Paper withBorder p="md" component="section">
      <Title order={2} mb={4}>
        {t("senders:suggestions.title")}
      </Title>
      <Text size="sm" c="var(--quiet)" mb="sm">
        {t(items.length > 0 ? "senders:suggestions.help" : "senders:suggestions.none")}
      </Text>
      <Group gap="xs">
        {items.map((suggestion) => (
          <Button
            key={`${suggestion.origin} ${suggestion.name}`}
            size="xs"
            variant="default"
            onClick={() => void add(suggestion)}
          >
            {t("senders:suggestions.add", { name: suggestion.name })}
          </Button>
        ))}
      </Group>
    </Paper>
  );
}

function Profile({ name, onSaved }: { name: string; onSaved: () => void }) {
  const { t } = useTranslation();
  const params = { path: { name } };
  const account = $api.useQuery("get", "/api/v1/accounts/{name}", { params });
  if (!account.data) return null;
  const { data } = account;
  const texts = ["company", "first_name", "last_name", "email", "phone"] as const;
  const fields: FormField[] = [
    ...texts.map((each) => ({
      name: each,
      label: t(`senders:profile.${each}`),
      start: data[each],
      nullable: true,
    })),
    {
      name: "domains",
      label: t("senders:profile.domains"),
      help: t("senders:profile.domainsHelp"),
      kind: "list",
      start: data.domains,
    },
  ];
  const said = [
    data.company,
    [data.first_name, data.last_name].filter(Boolean).join(" "),
    data.domains.join(", "),
    data.email,
    data.phone,
  ].filter(Boolean);
  return (
    <Paper withBorder p="md" component="section">
      <Group justify="space-between" mb={4}>
        <Title order={2}>{t("senders:profile.title")}</Title>
        <EditButton
          size="xs"
          title={t("senders:profile.title")}
          verb={t("save")}
          isChange
          fields={fields}
          onSubmit={(body: Schemas["AccountChange"]) =>
            must(api.PATCH("/api/v1/accounts/{name}", { params, body }))
          }
          onDone={() => {
            showDone(t("saved"));
            void account.refetch();
            onSaved();
          }}
        >
          {t("edit")}
        </EditButton>
      </Group>
      <Text size="sm" c="var(--quiet)">
        {said.join(" · ") || t("senders:profile.empty")}
      </Text>
    </Paper>
  );
}

function useRows(name: string) {
  const { t } = useTranslation();
  const may = useMay();
  const path = { name };
  const list = $api.useQuery("get", "/api/v1/accounts/{name}/senders", { params: { path } });
  const done = () => {
    showDone(t("saved"));
    void list.refetch();
  };
  const set = async (sender: Sender, enabled: boolean) => {
    try {
      await must(
        api.PATCH("/api/v1/accounts/{name}/senders/{sender}", {
          params: { path: { name, sender: sender.name } },
          body: { enabled },
        }),
      );
      done();
    } catch (error) {
      showProblem(error);
    }
  };
  const rowActions = (sender: Sender) => (
    <>
      {(sender.state === "enabled" || sender.state === "disabled") && (
        <Button
          size="compact-xs"
          variant="default"
          onClick={() => void set(sender, sender.state === "disabled")}
        >
          {t(sender.state === "enabled" ? "senders:disable" : "senders:enable")}
        </Button>
      )}
      <ConfirmButton
        size="compact-xs"
        danger
        title={t("senders:remove")}
        verb={t("remove")}
        question={t("senders:removeHelp", { name: sender.name })}
        onConfirm={async () => {
          await must(
            api.DELETE("/api/v1/accounts/{name}/senders/{sender}", {
              params: { path: { name, sender: sender.name } },
            }),
          );
          done();
        }}
        aria-label={t("removeWhat", { what: sender.name })}
      >
        {t("remove")}
      </ConfirmButton>
    </>
  );
  return { list, done, rowActions: may("own") ? rowActions : undefined };
}

export default function Senders() {
  const { t } = useTranslation();
  const may = useMay();
  const { name } = useAccount();
  const { list, done, rowActions } = useRows(name);
  const add = may("own") && <AddSender name={name} onAdded={done} />;
  return (
    <>
      <PageHeader title={t("senders:title")} help={t("senders:help")}>
        {add}
      </PageHeader>
      <Stack gap="lg">
        <ListTable<Sender>
          label={t("senders:title")}
          rows={list.data?.items}
          error={list.error}
          again={() => void list.refetch()}
          rowKey={({ id }) => id}
          columns={[
            {
              key: "name",
              label: t("senders:name"),
              value: ({ name: of }) => of,
              render: ({ name: of }) => (
                <Text span size="sm" fw={600}>
                  {of}
                </Text>
              ),
            },
            {
              key: "state",
              label: t("senders:state"),
              value: ({ state }) => state,
              render: ({ state }) => <SenderState state={state} />,
            },
            {
              key: "why",
              label: t("senders:why"),
              render: ({ state, comment }) =>
                state === "waiting" ? t("senders:waitingHelp") : (comment ?? "–"),
            },
            {
              key: "description",
              label: t("senders:description"),
              value: ({ description }) => description ?? "",
              render: ({ description }) => description ?? "–",
            },
            {
              key: "documents",
              label: t("senders:documents"),
              render: (sender) =>
                sender.documents.length > 0 && may("own") ? (
                  <Documents sender={sender} />
                ) : (
                  sender.documents.length || "–"
                ),
            },
            {
              key: "created",
              label: t("senders:created"),
              value: ({ created_at }) => created_at,
              render: ({ created_at }) => <RelativeTime at={created_at} />,
            },
          ]}
          rowActions={rowActions}
          empty={
            <EmptyState title={t("senders:empty")} action={add}>
              {t("senders:emptyHelp")}
            </EmptyState>
          }
        />
        {may("own") && <Suggestions key={name} name={name} onAdded={done} />}
        {may("own") && <Profile key={`profile ${name}`} name={name} onSaved={done} />}
      </Stack>
    </>
  );
}
