// SPDX-License-Identifier: Apache-2.0
import { Anchor, Group, Stack } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { $api, api, must } from "@/api/client";
import type { Schemas } from "@/api/client";
import { showDone } from "@/api/forms";
import { EditButton } from "@/components/EditButton";
import { EmptyState } from "@/components/EmptyState";
import { ListTable } from "@/components/ListTable";
import { PageHeader } from "@/components/PageHeader";
import { RelativeTime } from "@/components/RelativeTime";
import { documentPath } from "../senders/documents";

type Sender = Schemas["Sender"];

export default function Validation() {
  const { t } = useTranslation();
  const list = $api.useQuery("get", "/api/v1/senders", {
    params: { query: { state: "waiting" } },
  });
  const decide = async (
    sender: Sender,
    body: { decision: "enabled" | "refused"; comment?: string },
  ) => {
    await must(
      api.POST("/api/v1/accounts/{name}/senders/{sender}/decision", {
        params: { path: { name: sender.account, sender: sender.name } },
        body,
      }),
    );
  };
  const done = () => {
    showDone(t("saved"));
    void list.refetch();
  };
  const comment = {
    name: "comment",
    label: t("operator:validation.comment"),
    help: t("operator:validation.commentHelp"),
    kind: "area" as const,
  };
  return (
    <>
      <PageHeader title={t("operator:validation.title")} help={t("operator:validation.help")} />
      <ListTable<Sender>
        label={t("operator:validation.title")}
        rows={list.data?.items}
        error={list.error}
        again={() => void list.refetch()}
        rowKey={({ id }) => id}
        columns={[
          {
            key: "name",
            label: t("operator:validation.sender"),
            value: ({ name }) => name,
            render: ({ name }) => <b>{name}</b>,
          },
          {
            key: "account",
            label: t("operator:validation.account"),
            value: ({ account }) => account,
            render: ({ account }) => account,
          },
          {
            key: "description",
            label: t("operator:validation.description"),
            render: ({ description }) => description ?? "–",
          },
          {
            key: "reason",
            label: t("operator:validation.reason"),
            render: ({ reason }) => reason ?? "–",
          },
          {
            key: "documents",
            label: t("operator:validation.documents"),
            render: (sender) =>
              sender.documents.length === 0 ? (
                t("operator:validation.noDocuments")
              ) : (
                <Stack gap={2}>
                  {sender.documents.map(({ id, name }) => (
                    <Anchor
                      key={id}
                      size="sm"
                      href={documentPath(sender.account, sender.name, id)}
                      download={name}
                    >
                      {name}
                    </Anchor>
                  ))}
                </Stack>
              ),
          },
          {
            key: "asked",
            label: t("operator:validation.asked"),
            value: ({ created_at }) => created_at,
            render: ({ created_at }) => <RelativeTime at={created_at} />,
          },
        ]}
        rowActions={(sender) => (
          <Group gap={4} wrap="nowrap">
            <EditButton
              size="compact-xs"
              variant="filled"
              title={sender.name}
              verb={t("operator:validation.accept")}
              help={t("operator:validation.acceptHelp", { sender: sender.name })}
              fields={[comment]}
              onSubmit={(body: { comment?: string }) =>
                decide(sender, { decision: "enabled", ...body })
              }
              onDone={done}
              aria-label={`${t("operator:validation.accept")}: ${sender.name}`}
            >
              {t("operator:validation.accept")}
            </EditButton>
            <EditButton
              size="compact-xs"
              title={sender.name}
              verb={t("operator:validation.refuse")}
              fields={[{ ...comment, required: true }]}
              onSubmit={(body: { comment?: string }) =>
                decide(sender, { decision: "refused", ...body })
              }
              onDone={done}
              aria-label={`${t("operator:validation.refuse")}: ${sender.name}`}
            >
              {t("operator:validation.refuse")}
            </EditButton>
          </Group>
        )}
        empty={
          <EmptyState title={t("operator:validation.empty")}>
            {t("operator:validation.emptyHelp")}
          </EmptyState>
        }
      />
    </>
  );
}
