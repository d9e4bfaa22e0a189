// SPDX-License-Identifier: Apache-2.0
/** Which carrier takes which message, and a question that explains a choice. */
import { Alert, Button, Group, Paper, Select, Stack, Text, TextInput, Title } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { $api, api, must } from "@/api/client";
import type { Schemas } from "@/api/client";
import { putProblem, showDone } from "@/api/forms";
import { useAccounts } from "@/api/session";
import { EditButton, type FormField } from "@/components/EditButton";
import { EmptyState } from "@/components/EmptyState";
import { ListTable, type ListColumn } from "@/components/ListTable";
import { PageHeader } from "@/components/PageHeader";
import { EditRow, RemoveRow } from "@/components/RowButtons";
import { Badge, OnOffBadge } from "@/components/StateBadge";

type Route = Schemas["Route"];
type Explained = Omit<Schemas["RouteExplained"], "next">;

function useColumns(): ListColumn<Route>[] {
  const { t } = useTranslation();
  const any = t("operator:routes.any");
  return [
    {
      key: "prefix",
      label: t("operator:routes.prefix"),
      value: ({ prefix }) => prefix,
      render: ({ prefix }) => (prefix ? `+${prefix}` : t("operator:routes.all")),
    },
    {
      key: "carrier",
      label: t("operator:routes.carrier"),
      value: ({ carrier }) => carrier ?? "",
      render: ({ carrier }) => carrier ?? "–",
    },
    {
      key: "only",
      label: t("operator:routes.only"),
      render: (route) =>
        [
          route.account,
          route.sender,
          route.sender_kind && t(`operator:routes.kinds.${route.sender_kind}`),
          route.grade && t(`operator:accounts.grades.${route.grade}`),
          route.days,
          route.hours && `${route.hours} ${route.timezone ?? ""}`,
        ]
          .filter(Boolean)
          .join(" · ") || any,
    },
    {
      key: "turn",
      label: t("operator:routes.turn"),
      align: "right",
      value: ({ turn }) => turn,
      render: ({ turn }) => turn,
    },
    {
      key: "weight",
      label: t("operator:routes.weight"),
      align: "right",
      value: ({ weight }) => weight,
      render: ({ weight }) => weight,
    },
    {
      key: "draining",
      label: t("operator:state"),
      value: ({ draining }) => Number(draining),
      render: ({ draining }) =>
        draining ? <Badge tone="warn">{t("operator:routes.drained")}</Badge> : <OnOffBadge on />,
    },
  ];
}

function useFields(): (route?: Route) => FormField[] {
  const { t } = useTranslation();
  const { accounts } = useAccounts();
  const carriers = $api.useQuery("get", "/api/v1/carriers", {});
  const names = (all: { name: string }[]) => all.map(({ name }) => ({ value: name, label: name }));
  return (route) => [
    {
      name: "prefix",
      label: t("operator:routes.prefix"),
      help: t("operator:routes.prefixHelp"),
      placeholder: "33",
      start: route?.prefix,
    },
    {
      name: "carrier",
      label: t("operator:routes.carrier"),
      kind: "choice",
      choices: names(carriers.data?.items ?? []),
      required: true,
      start: route?.carrier ?? carriers.data?.items[0]?.name,
    },
    {
      name: "account",
      label: t("operator:routes.account"),
      kind: "choice",
      choices: names(accounts),
      start: route?.account,
      nullable: true,
    },
    {
      name: "sender_kind",
      label: t("operator:routes.senderKind"),
      kind: "choice",
      choices: (["alphanumeric", "short", "long"] as const).map((value) => ({
        value,
        label: t(`operator:routes.kinds.${value}`),
      })),
      start: route?.sender_kind,
      nullable: true,
    },
    {
      name: "sender",
      label: t("operator:routes.sender"),
      start: route?.sender,
      nullable: true,
    },
    {
      name: "grade",
      label: t("operator:accounts.grade"),
      kind: "choice",
      choices: (["premium", "low_cost"] as const).map((value) => ({
        value,
        label: t(`operator:accounts.grades.${value}`),
      })),
      start: route?.grade,
      nullable: true,
    },
    {
      name: "days",
      label: t("operator:routes.days"),
      help: t("operator:routes.daysHelp"),
      start: route?.days,
      nullable: true,
    },
    {
      name: "hours",
      label: t("operator:routes.hours"),
      help: t("operator:routes.hoursHelp"),
      start: route?.hours,
      nullable: true,
    },
    {
      name: "timezone",
      label: t("operator:accounts.zone"),
      start: route?.timezone,
      nullable: true,
    },
    {
      name: "turn",
      label: t("operator:routes.turn"),
      help: t("operator:routes.turnHelp"),
      kind: "number",
      min: 0,
      start: route?.turn ?? 0,
    },
    {
      name: "weight",
      label: t("operator:routes.weight"),
      help: t("operator:routes.weightHelp"),
      kind: "number",
      min: 1,
      start: route?.weight ?? 1,
    },
    {
      name: "draining",
      label: t("operator:routes.drain"),
      help: t("operator:routes.drainHelp"),
      kind: "switch",
      start: route?.draining,
    },
  ];
}

function Answer({ told }: { told: Explained }) {
  const { t } = useTranslation();
  return (
    <Stack gap="xs" mt="sm">
      <Alert
        color={told.carrier ? undefined : "red"}
        variant="light"
        title={
          told.carrier
            ? t("operator:explain.goes", { carrier: told.carrier })
            : t("operator:explain.none")
        }
      />
      <ListTable
        label={t("operator:explain.title")}
        rows={told.items}
        rowKey={({ id }) => id}
        searchFrom={20}
        empty={<Text size="sm">{t("operator:routes.empty")}</Text>}
        columns={[
          {
            key: "place",
            label: t("operator:explain.place"),
            value: ({ place }) => place ?? 99,
            render: ({ place }) => place ?? "–",
          },
          {
            key: "prefix",
            label: t("operator:routes.prefix"),
            render: ({ prefix }) => (prefix ? `+${prefix}` : t("operator:routes.all")),
          },
          {
            key: "carrier",
            label: t("operator:routes.carrier"),
            render: ({ carrier }) => carrier ?? "–",
          },
          {
            key: "verdict",
            label: t("operator:explain.verdict"),
            render: ({ verdict }) => (
              <Badge tone={verdict === "wins" ? "good" : "wait"}>
                {t(`operator:explain.verdicts.${verdict}`)}
              </Badge>
            ),
          },
        ]}
      />
    </Stack>
  );
}

function Explain() {
  const { t } = useTranslation();
  const { accounts, account } = useAccounts();
  const [told, setTold] = useState<Explained | null>(null);
  const form = useForm({
    initialValues: { account: account?.name ?? accounts[0]?.name ?? "", to: "", from: "" },
  });
  const submit = form.onSubmit(async ({ account: of, to, from }) => {
    try {
      const query = { account: of, to, ...(from && { from }) };
      setTold(await must(api.GET("/api/v1/routes/explain", { params: { query } })));
    } catch (error) {
      setTold(null);
      putProblem(form, error);
    }
  });
  return (
    <Paper withBorder p="md" component="section">
      <Title order={2} mb={4}>
        {t("operator:explain.title")}
      </Title>
      <Text size="sm" c="var(--quiet)" mb="sm">
        {t("operator:explain.help")}
      </Text>
      <form onSubmit={submit} noValidate>
        <Group align="flex-start" gap="sm">
          <Select
            label={t("operator:explain.account")}
            data={accounts.map(({ name }) => name)}
            searchable
            allowDeselect={false}
            {...form.getInputProps("account")}
          />
          <TextInput
            label={t("operator:explain.to")}
            placeholder="+33612345678"
            {...form.getInputProps("to")}
          />
          <TextInput label={t("operator:explain.from")} {...form.getInputProps("from")} />
          <Button type="submit" mt={24} loading={form.submitting}>
            {t("operator:explain.ask")}
          </Button>
        </Group>
      </form>
      {told && <Answer told={told} />}
    </Paper>
  );
}

export default function Routes() {
  const { t } = useTranslation();
  const list = $api.useQuery("get", "/api/v1/routes", {});
  const columns = useColumns();
  const fieldsOf = useFields();
  const done = () => {
    showDone(t("saved"));
    void list.refetch();
  };
  const add = (
    <EditButton
      variant="filled"
      title={t("operator:routes.add")}
      verb={t("add")}
      fields={fieldsOf()}
      onSubmit={(body: { prefix?: string; carrier: string }) =>
        must(api.POST("/api/v1/routes", { body: { ...body, prefix: body.prefix ?? "" } }))
      }
      onDone={done}
    >
      {t("operator:routes.add")}
    </EditButton>
  );
  return (
    <>
      <PageHeader title={t("operator:routes.title")} help={t("operator:routes.help")}>
        {add}
      </PageHeader>
      <Stack gap="lg">
        <ListTable<Route>
          label={t("operator:routes.title")}
          rows={list.data?.items}
          error={list.error}
          again={() => void list.refetch()}
          rowKey={({ id }) => id}
          columns={columns}
          rowActions={(route) => {
            const params = { path: { id: route.id } };
            const numbers = route.prefix ? `+${route.prefix}` : t("operator:routes.all");
            const called = `${numbers} → ${route.carrier}`;
            return (
              <>
                <EditRow
                  called={called}
                  fields={fieldsOf(route)}
                  onSubmit={(body: object) =>
                    must(api.PATCH("/api/v1/routes/{id}", { params, body }))
                  }
                  onDone={done}
                />
                <RemoveRow
                  called={called}
                  title={t("operator:routes.remove")}
                  question={t("operator:routes.removeHelp", { route: called })}
                  onRemove={() => must(api.DELETE("/api/v1/routes/{id}", { params }))}
                  onDone={done}
                />
              </>
            );
          }}
          empty={
            <EmptyState title={t("operator:routes.empty")} action={add}>
              {t("operator:routes.emptyHelp")}
            </EmptyState>
          }
        />
        <Explain />
      </Stack>
    </>
  );
}
