// SPDX-License-Identifier: Apache-2.0
/** One account: its settings, where it may ask for replies, every movement of its credits. */
import { Button, Group, Paper, Pill, SimpleGrid, Stack, Text, Title } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useNavigate, useParams } from "react-router-dom";
import { $api, api, must } from "@/api/client";
import type { Schemas } from "@/api/client";
import { showDone, showProblem } from "@/api/forms";
import { useAccounts, useSession } from "@/api/session";
import { ConfirmButton } from "@/components/ConfirmButton";
import { Credits } from "@/components/Credits";
import { type Column, DataTable } from "@/components/DataTable";
import { EditButton } from "@/components/EditButton";
import { EmptyState } from "@/components/EmptyState";
import { PageHeader } from "@/components/PageHeader";
import { ExactTime } from "@/components/RelativeTime";
import { PageSkeleton } from "@/shell/PageSkeleton";
import { accountFields, creditFields } from "./accountFields";

type Movement = Schemas["Movement"];

function TwoWay({ name }: { name: string }) {
  const { t } = useTranslation();
  const path = { name };
  const list = $api.useQuery("get", "/api/v1/accounts/{name}/two-way", { params: { path } });
  const off = async (country: string) => {
    try {
      await must(
        api.DELETE("/api/v1/accounts/{name}/two-way", { params: { path, query: { country } } }),
      );
      await list.refetch();
    } catch (error) {
      showProblem(error);
    }
  };
  const countries = list.data?.items ?? [];
  return (
    <Paper withBorder p="md" component="section">
      <Group justify="space-between" mb="xs">
        <Title order={2}>{t("operator:twoWay.title")}</Title>
        <EditButton
          size="xs"
          title={t("operator:twoWay.add")}
          verb={t("add")}
          fields={[
            {
              name: "country",
              label: t("operator:twoWay.country"),
              help: t("operator:twoWay.countryHelp"),
              required: true,
              start: "FR",
            },
          ]}
          onSubmit={(body: { country: string }) =>
            must(api.POST("/api/v1/accounts/{name}/two-way", { params: { path }, body }))
          }
          onDone={() => void list.refetch()}
        >
          {t("operator:twoWay.add")}
        </EditButton>
      </Group>
      <Text size="sm" c="var(--quiet)" mb="xs">
        {t(countries.length > 0 ? "operator:twoWay.help" : "operator:twoWay.none")}
      </Text>
      <Group gap={6}>
        {countries.map(({ country }) => (
          <Pill
            key={country}
            withRemoveButton
            onRemove={() => void off(country)}
            removeButtonProps={{
              "aria-label": t("removeWhat", { what: country }),
              "aria-hidden": false,
              tabIndex: 0,
            }}
          >
            {country}
          </Pill>
        ))}
      </Group>
    </Paper>
  );
}

export default function AccountPage() {
  const { t } = useTranslation();
  const { name = "" } = useParams();
  const navigate = useNavigate();
  const { choose } = useAccounts();
  const { refresh } = useSession();
  const queries = useQueryClient();
  const params = { path: { name } };
  const account = $api.useQuery("get", "/api/v1/accounts/{name}", { params });
  if (account.error) throw account.error;
  if (!account.data) return <PageSkeleton />;
  const movements = `/api/v1/accounts/${encodeURIComponent(name)}/movements`;
  const done = () => {
    showDone(t("saved"));
    void account.refetch();
    void queries.invalidateQueries({ queryKey: ["list", movements] });
    void refresh();
  };
  const columns: Column<Movement>[] = [
    {
      key: "at",
      label: t("operator:ledger.at"),
      render: ({ at }) => <ExactTime at={at} seconds />,
    },
    {
      key: "kind",
      label: t("operator:ledger.kind"),
      render: ({ kind }) => t(`operator:ledger.kinds.${kind}`),
    },
    { key: "user", label: t("operator:ledger.user"), render: ({ user }) => user ?? "–" },
    {
      key: "credits",
      label: t("operator:ledger.credits"),
      align: "right",
      render: ({ credits }) => <Credits value={credits} bare />,
    },
    {
      key: "balance",
      label: t("operator:ledger.balance"),
      align: "right",
      render: ({ balance }) => <Credits value={balance} bare />,
    },
    {
      key: "messages",
      label: t("operator:ledger.messages"),
      align: "right",
      render: ({ messages }) => messages || "–",
    },
    { key: "reason", label: t("operator:ledger.reason"), render: ({ reason }) => reason ?? "–" },
  ];
  return (
    <>
      <PageHeader title={name} help={<Credits value={account.data.credits} />}>
        <Button
          variant="default"
          onClick={() => {
            choose(name);
            navigate("/");
          }}
        >
          {t("operator:accounts.look")}
        </Button>
        <EditButton
          title={name}
          verb={t("save")}
          isChange
          fields={accountFields(t, account.data)}
          onSubmit={(body: Schemas["AccountChange"]) =>
            must(api.PATCH("/api/v1/accounts/{name}", { params, body }))
          }
          onDone={done}
        >
          {t("edit")}
        </EditButton>
        <EditButton
          variant="filled"
          title={t("operator:accounts.credit", { name })}
          verb={t("operator:accounts.creditVerb")}
          fields={creditFields(t)}
          onSubmit={(body: { credits: string }) =>
            must(api.POST("/api/v1/accounts/{name}/credit", { params, body }))
          }
          onDone={done}
        >
          {t("operator:accounts.creditShort")}
        </EditButton>
        <ConfirmButton
          danger
          title={t("operator:accounts.remove")}
          verb={t("remove")}
          question={t("operator:accounts.removeHelp", { name })}
          onConfirm={async () => {
            await must(api.DELETE("/api/v1/accounts/{name}", { params }));
            void refresh();
            navigate("/operator/accounts");
          }}
        >
          {t("remove")}
        </ConfirmButton>
      </PageHeader>
      <Stack gap="lg">
        <SimpleGrid cols={{ base: 1, md: 2 }}>
          <TwoWay key={name} name={name} />
        </SimpleGrid>
        <section>
          <Title order={2} mb="sm">
            {t("operator:ledger.title")}
          </Title>
          <DataTable<Movement>
            id="movements"
            label={t("operator:ledger.title")}
            path={movements}
            columns={columns}
            rowKey={({ id }) => id}
            empty={<EmptyState title={t("operator:ledger.empty")} />}
          />
        </section>
      </Stack>
    </>
  );
}
