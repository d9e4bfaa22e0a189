// SPDX-License-Identifier: Apache-2.0
/** Phones that must not be written to, and why. */
import { Stack, Text, Timeline } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { $api, api, must } from "@/api/client";
import type { Schemas } from "@/api/client";
import { showDone } from "@/api/forms";
import { useAccountFilter, useMay } from "@/api/session";
import { type Column, DataTable, type Filter } from "@/components/DataTable";
import { EditButton, type FormField } from "@/components/EditButton";
import { EmptyState } from "@/components/EmptyState";
import { PageHeader } from "@/components/PageHeader";
import { PhoneNumber } from "@/components/PhoneNumber";
import { ExactTime, RelativeTime } from "@/components/RelativeTime";
import { Badge } from "@/components/StateBadge";
import { serverText } from "@/i18n/server";

type Entry = Schemas["Quarantine"];

const STATUSES = ["blacklisted", "quarantined", "erroneous"] as const;
const TONES: Record<string, string> = {
  blacklisted: "bad",
  quarantined: "bad",
  erroneous: "warn",
  valid: "good",
};

function Evidence({ entry }: { entry: Entry }) {
  const { t } = useTranslation();
  const phone = $api.useQuery("get", "/api/v1/quarantine/{number}", {
    params: { path: { number: entry.number } },
  });
  const events = phone.data?.events ?? [];
  return (
    <Timeline bulletSize={14} lineWidth={2} active={events.length}>
      {events.map((event) => (
        <Timeline.Item
          key={event.id}
          title={t(`automatic:quarantine.status.${event.status}`)}
          color={event.status === "valid" ? undefined : "red.8"}
        >
          <Text size="xs" c="var(--quiet)">
            <ExactTime at={event.at} seconds /> ·{" "}
            {t(`automatic:quarantine.who.${event.who}`, { defaultValue: event.who })}
            {event.account && ` · ${event.account}`}
            {event.short_code && ` · ${event.short_code}`}
          </Text>
          <Text size="sm">{serverText(event.reason)}</Text>
          {event.text && (
            <Text size="sm" fs="italic">
              “{event.text}”
            </Text>
          )}
        </Timeline.Item>
      ))}
    </Timeline>
  );
}

export default function Quarantine() {
  const { t } = useTranslation();
  const may = useMay();
  const filter = useAccountFilter();
  const queries = useQueryClient();
  const done = () => {
    showDone(t("saved"));
    void queries.invalidateQueries({ queryKey: ["list", "/api/v1/quarantine"] });
  };
  const reason: FormField = {
    name: "reason",
    label: t("automatic:quarantine.reason"),
    help: t("automatic:quarantine.reasonHelp"),
    required: true,
  };
  const add = may("own") && (
    <EditButton
      variant="filled"
      title={t("automatic:quarantine.add")}
      verb={t("automatic:quarantine.add")}
      help={t(filter.account ? "automatic:quarantine.addHelp" : "automatic:quarantine.addAllHelp", {
        account: filter.account,
      })}
      fields={[
        {
          name: "number",
          label: t("automatic:quarantine.number"),
          placeholder: "+33612345678",
          required: true,
        },
        reason,
      ]}
      onSubmit={(body: { number: string; reason: string }) =>
        must(api.POST("/api/v1/quarantine", { body: { ...body, ...filter } }))
      }
      onDone={done}
    >
      {t("automatic:quarantine.add")}
    </EditButton>
  );
  const columns: Column<Entry>[] = [
    {
      key: "number",
      label: t("automatic:quarantine.number"),
      render: ({ number }) => <PhoneNumber value={number} />,
    },
    {
      key: "status",
      label: t("automatic:quarantine.state"),
      render: ({ status }) => (
        <Badge tone={TONES[status] ?? "wait"}>{t(`automatic:quarantine.status.${status}`)}</Badge>
      ),
    },
    {
      key: "account",
      label: t("automatic:quarantine.account"),
      render: ({ account }) => account ?? t("automatic:quarantine.allAccounts"),
    },
    {
      key: "reason",
      label: t("automatic:quarantine.reason"),
      render: ({ reason: why }) => serverText(why),
    },
    {
      key: "errors",
      label: t("automatic:quarantine.errors"),
      align: "right",
      optional: true,
      render: ({ errors }) => errors,
    },
    {
      key: "since",
      label: t("automatic:quarantine.since"),
      render: ({ since }) => <RelativeTime at={since} />,
    },
  ];
  const filters: Filter[] = [
    { name: "number", label: t("automatic:quarantine.number"), kind: "text" },
    {
      name: "status",
      label: t("automatic:quarantine.state"),
      kind: "choice",
      choices: STATUSES.map((value) => ({
        value,
        label: t(`automatic:quarantine.status.${value}`),
      })),
    },
    {
      name: "cause",
      label: t("automatic:quarantine.cause"),
      kind: "choice",
      choices: (["reply", "failure", "person"] as const).map((value) => ({
        value,
        label: t(`automatic:quarantine.causes.${value}`),
      })),
    },
    { name: "since", label: t("automatic:quarantine.since"), kind: "since" },
    { name: "until", label: t("automatic:quarantine.until"), kind: "until", rare: true },
  ];
  return (
    <>
      <PageHeader title={t("automatic:quarantine.title")} help={t("automatic:quarantine.help")}>
        {add}
      </PageHeader>
      <DataTable<Entry>
        id="quarantine"
        label={t("automatic:quarantine.title")}
        path="/api/v1/quarantine"
        fixed={filter}
        columns={columns}
        filters={filters}
        rowKey={({ id }) => id}
        csv="/api/v1/quarantine/export"
        live={["stop."]}
        detailTitle={({ number }) => <PhoneNumber value={number} />}
        detail={(entry, close) => (
          <Stack>
            <Evidence entry={entry} />
            {may("own") && (entry.account !== null || may("operate")) && (
              <EditButton
                title={t("automatic:quarantine.release")}
                verb={t("automatic:quarantine.release")}
                help={t("automatic:quarantine.releaseHelp")}
                fields={[reason]}
                onSubmit={(body: { reason: string }) =>
                  must(
                    api.POST("/api/v1/quarantine/{number}/remove", {
                      params: { path: { number: entry.number } },
                      body: {
                        ...body,
                        account: entry.account,
                        short_code: entry.short_code,
                      },
                    }),
                  )
                }
                onDone={() => {
                  close();
                  done();
                }}
              >
                {t("automatic:quarantine.release")}
              </EditButton>
            )}
          </Stack>
        )}
        empty={
          <EmptyState title={t("automatic:quarantine.empty")}>
            {t("automatic:quarantine.emptyHelp")}
          </EmptyState>
        }
      />
    </>
  );
}
