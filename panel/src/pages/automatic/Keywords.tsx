// SPDX-License-Identifier: Apache-2.0
/** What words in a reply start: the first row of a carrier that matches counts. */
import { ActionIcon, Alert, Group, Select, Stack, Table, Text } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { $api, api, must } from "@/api/client";
import type { Schemas } from "@/api/client";
import { showDone, showProblem } from "@/api/forms";
import { useAccount, useMay } from "@/api/session";
import { EditButton, type FormField } from "@/components/EditButton";
import { EmptyState } from "@/components/EmptyState";
import { type ListColumn, ListTable } from "@/components/ListTable";
import { PageHeader } from "@/components/PageHeader";
import { EditRow, RemoveRow } from "@/components/RowButtons";
import { IconArrowDown, IconArrowUp } from "@/components/icons";
import { Badge } from "@/components/StateBadge";

type Rule = Schemas["Rule"];
/** As its account sees it. */
type Keyword = Pick<Rule, "keyword" | "prefix" | "short_code" | "reply" | "action">;
const TONES: Record<Rule["action"], string> = { none: "wait", quarantine: "bad", leave: "good" };

function useColumns(): ListColumn<Keyword>[] {
  const { t } = useTranslation();
  return [
    {
      key: "keyword",
      label: t("automatic:keywords.keyword"),
      value: ({ keyword }) => keyword ?? "",
      render: ({ keyword, prefix }) =>
        keyword ? (
          <Text span size="sm" fw={600}>
            {keyword}
            {prefix && "…"}
          </Text>
        ) : (
          t("automatic:keywords.any")
        ),
    },
    {
      key: "number",
      label: t("automatic:keywords.number"),
      value: ({ short_code }) => short_code ?? "",
      render: ({ short_code }) => short_code ?? t("automatic:keywords.anyNumber"),
    },
    {
      key: "reply",
      label: t("automatic:keywords.reply"),
      value: ({ reply }) => reply ?? "",
      render: ({ reply }) => reply ?? "–",
    },
    {
      key: "action",
      label: t("automatic:keywords.action"),
      value: ({ action }) => action,
      render: ({ action }) => (
        <Badge tone={TONES[action]}>{t(`automatic:keywords.actions.${action}`)}</Badge>
      ),
    },
  ];
}

function Rules({ carrier }: { carrier: string }) {
  const { t } = useTranslation();
  const path = { name: carrier };
  const list = $api.useQuery("get", "/api/v1/carriers/{name}/rules", { params: { path } });
  const rules = list.data?.items;
  const columns = useColumns();
  const done = () => {
    showDone(t("saved"));
    void list.refetch();
  };
  const fieldsOf = (rule?: Rule): FormField[] => [
    {
      name: "keyword",
      label: t("automatic:keywords.keyword"),
      help: t("automatic:keywords.keywordHelp"),
      start: rule?.keyword,
      nullable: true,
    },
    {
      name: "prefix",
      label: t("automatic:keywords.prefix"),
      kind: "switch",
      start: rule?.prefix,
    },
    {
      name: "short_code",
      label: t("automatic:keywords.number"),
      help: t("automatic:keywords.numberHelp"),
      start: rule?.short_code,
      nullable: true,
    },
    {
      name: "reply",
      label: t("automatic:keywords.reply"),
      help: t("automatic:keywords.replyHelp"),
      kind: "area",
      start: rule?.reply,
      nullable: true,
    },
    {
      name: "action",
      label: t("automatic:keywords.action"),
      kind: "choice",
      required: true,
      start: rule?.action ?? "none",
      choices: (["none", "quarantine", "leave"] as const).map((value) => ({
        value,
        label: t(`automatic:keywords.actions.${value}`),
      })),
    },
  ];
  const move = async (rule: Rule, to: number) => {
    try {
      await must(
        api.POST("/api/v1/rules/{id}/move", { params: { path: { id: rule.id } }, body: { to } }),
      );
      await list.refetch();
    } catch (error) {
      showProblem(error);
    }
  };
  const add = (
    <EditButton
      variant="filled"
      title={t("automatic:keywords.add")}
      verb={t("add")}
      fields={fieldsOf()}
      onSubmit={(body: object) =>
        must(api.POST("/api/v1/carriers/{name}/rules", { params: { path }, body }))
      }
      onDone={done}
    >
      {t("automatic:keywords.add")}
    </EditButton>
  );
  return (
    <Stack gap="sm">
      <Group justify="flex-end">{add}</Group>
      <ListTable<Rule>
        label={t("automatic:keywords.title")}
        rows={rules}
        error={list.error}
        again={() => void list.refetch()}
        rowKey={({ id }) => id}
        searchFrom={12}
        columns={[
          {
            key: "at",
            label: t("automatic:keywords.place"),
            render: (rule) => (
              <Group gap={2} wrap="nowrap">
                {rule.at}
                <ActionIcon
                  size="sm"
                  disabled={rule.at <= 1}
                  onClick={() => void move(rule, rule.at - 1)}
                  aria-label={t("automatic:keywords.up")}
                >
                  <IconArrowUp size={14} />
                </ActionIcon>
                <ActionIcon
                  size="sm"
                  disabled={rule.at >= (rules?.length ?? 0)}
                  onClick={() => void move(rule, rule.at + 1)}
                  aria-label={t("automatic:keywords.down")}
                >
                  <IconArrowDown size={14} />
                </ActionIcon>
              </Group>
            ),
          },
          ...columns,
        ]}
        rowActions={(rule) => {
          const params = { path: { id: rule.id } };
          const called = rule.keyword ?? t("automatic:keywords.any");
          return (
            <>
              <EditRow
                called={called}
                fields={fieldsOf(rule)}
                onSubmit={(body: object) => must(api.PATCH("/api/v1/rules/{id}", { params, body }))}
                onDone={done}
              />
              <RemoveRow
                called={called}
                title={t("automatic:keywords.remove")}
                question={t("automatic:keywords.removeHelp", { keyword: called })}
                onRemove={() => must(api.DELETE("/api/v1/rules/{id}", { params }))}
                onDone={done}
              />
            </>
          );
        }}
        empty={
          <EmptyState title={t("automatic:keywords.empty")} action={add}>
            {t("automatic:keywords.emptyHelp")}
          </EmptyState>
        }
      />
    </Stack>
  );
}

function OfCarriers() {
  const { t } = useTranslation();
  const carriers = $api.useQuery("get", "/api/v1/carriers", {});
  const names = carriers.data?.items.map(({ name }) => name) ?? [];
  const [chosen, setChosen] = useState<string | null>(null);
  const carrier = chosen ?? names[0];
  return (
    <Stack>
      {names.length > 1 && (
        <Select
          label={t("automatic:keywords.carrier")}
          data={names}
          value={carrier}
          onChange={setChosen}
          allowDeselect={false}
          maw={300}
        />
      )}
      {carrier && <Rules key={carrier} carrier={carrier} />}
      {carriers.data && names.length === 0 && (
        <EmptyState title={t("automatic:keywords.noCarrier")}>
          {t("automatic:keywords.noCarrierHelp")}
        </EmptyState>
      )}
    </Stack>
  );
}

function BuiltIn({ words }: { words: { keyword: string; action: "quarantine" | "leave" }[] }) {
  const { t } = useTranslation();
  return (
    <Table withTableBorder fz="sm" maw={640} aria-label={t("automatic:keywords.stop")}>
      <Table.Tbody>
        {(["quarantine", "leave"] as const).map((action) => (
          <Table.Tr key={action}>
            <Table.Th scope="row" w={190}>
              <Badge tone={TONES[action]}>{t(`automatic:keywords.actions.${action}`)}</Badge>
            </Table.Th>
            <Table.Td>
              {words
                .filter((each) => each.action === action)
                .map(({ keyword }) => keyword)
                .join(", ")}
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

/** Rows belong to carriers, which an operator keeps: an owner reads those that concern him. */
function OfAccount() {
  const { t } = useTranslation();
  const { name } = useAccount();
  const list = $api.useQuery("get", "/api/v1/accounts/{name}/keywords", {
    params: { path: { name } },
  });
  const rows = list.data?.items.map((row, at) => ({ ...row, at }));
  return (
    <>
      {list.data && <BuiltIn words={list.data.built_in} />}
      <Text size="sm" c="var(--quiet)">
        {t("automatic:keywords.operatorsHelp")}
      </Text>
      <ListTable
        label={t("automatic:keywords.title")}
        rows={rows}
        error={list.error}
        again={() => void list.refetch()}
        rowKey={({ at }) => String(at)}
        searchFrom={12}
        columns={useColumns()}
        empty={
          <EmptyState title={t("automatic:keywords.noneYours")}>
            {t("automatic:keywords.noneYoursHelp")}
          </EmptyState>
        }
      />
    </>
  );
}

export default function Keywords() {
  const { t } = useTranslation();
  const may = useMay();
  return (
    <>
      <PageHeader title={t("automatic:keywords.title")} help={t("automatic:keywords.help")} />
      <Stack maw={1100}>
        <Alert variant="light" title={t("automatic:keywords.stop")}>
          {t("automatic:keywords.stopHelp")}
        </Alert>
        {may("operate") ? <OfCarriers /> : <OfAccount />}
      </Stack>
    </>
  );
}
