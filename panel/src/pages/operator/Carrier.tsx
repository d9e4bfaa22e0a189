// SPDX-License-Identifier: Apache-2.0
/** One carrier: how it is doing now, its whole profile with help on every field, test and trace. */
import { Alert, Button, Paper, SimpleGrid, Stack, Tabs, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useNavigate, useParams } from "react-router-dom";
import { $api, api, must } from "@/api/client";
import type { Schemas } from "@/api/client";
import { showDone, showProblem } from "@/api/forms";
import { ConfirmButton } from "@/components/ConfirmButton";
import { PageHeader } from "@/components/PageHeader";
import { RelativeTime } from "@/components/RelativeTime";
import { formatNumber } from "@/i18n/format";
import { PageSkeleton } from "@/shell/PageSkeleton";
import { CarrierProfile } from "./CarrierProfile";
import { CarrierProbe, CarrierTrace } from "./CarrierStreams";
import { CarrierState, useCarrierWhy } from "./CarrierState";

type Carrier = Schemas["Carrier"];
const LOOK_MS = 1500;

function Figure({ label, children }: { label: string; children: React.ReactNode }) {
  return (
    <div>
      <Text size="xs" c="var(--quiet)">
        {label}
      </Text>
      <Text size="sm" fw={600} component="div">
        {children}
      </Text>
    </div>
  );
}

function Strip({ carrier }: { carrier: Carrier }) {
  const { t } = useTranslation();
  const { status } = carrier;
  const why = useCarrierWhy()(carrier);
  return (
    <Paper withBorder p="sm" component="section" aria-label={t("operator:carriers.now")}>
      <SimpleGrid cols={{ base: 2, sm: 4, lg: 8 }} spacing="sm">
        <Figure label={t("operator:state")}>
          <CarrierState carrier={carrier} />
        </Figure>
        {status && (
          <>
            <Figure label={t("operator:carriers.since")}>
              <RelativeTime at={status.since} />
            </Figure>
            <Figure label={t("operator:carriers.binds")}>
              {status.binds} / {status.binds_wanted}
            </Figure>
            <Figure label={t("operator:carriers.window")}>
              {status.window_used} / {status.window_size}
            </Figure>
            <Figure label={t("operator:carriers.rateNow")}>
              {formatNumber(status.rate_now)}
              {status.rate_limit !== null && ` / ${formatNumber(status.rate_limit)}`}
            </Figure>
            <Figure label={t("operator:carriers.waiting")}>
              {status.waiting == null
                ? "–"
                : `${formatNumber(status.waiting)}${status.waiting_more ? "+" : ""}`}
            </Figure>
            <Figure label={t("operator:carriers.oldest")}>
              <RelativeTime at={status.oldest_waiting_at ?? status.oldest_due_at} />
            </Figure>
            <Figure label={t("operator:carriers.response")}>
              {status.response_p50_ms === null
                ? "–"
                : [status.response_p50_ms, status.response_p99_ms ?? 0]
                    .map((ms) => `${formatNumber(ms)} ms`)
                    .join(" / ")}
            </Figure>
          </>
        )}
      </SimpleGrid>
      {why && (
        <Text size="sm" mt="sm">
          {t("operator:carriers.whyNot")} {why}
        </Text>
      )}
      {status?.error && (
        <Alert color="yellow" variant="light" mt="sm" p="xs">
          {status.error} · <RelativeTime at={status.error_at} />
        </Alert>
      )}
    </Paper>
  );
}

export default function CarrierPage() {
  const { t } = useTranslation();
  const { name = "" } = useParams();
  const navigate = useNavigate();
  const params = { path: { name } };
  const carrier = $api.useQuery(
    "get",
    "/api/v1/carriers/{name}",
    { params },
    { refetchInterval: LOOK_MS },
  );
  if (carrier.error && !carrier.data) throw carrier.error;
  if (!carrier.data) return <PageSkeleton />;
  const { enabled } = carrier.data;
  const turn = async () => {
    try {
      await must(
        api.PATCH("/api/v1/carriers/{name}", { params, body: { enabled: !enabled } as never }),
      );
      showDone(t("saved"));
      await carrier.refetch();
    } catch (error) {
      showProblem(error);
    }
  };
  return (
    <>
      <PageHeader title={name}>
        <Button variant={enabled ? "default" : "filled"} onClick={() => void turn()}>
          {t(enabled ? "operator:carriers.turnOff" : "operator:carriers.turnOn")}
        </Button>
        <ConfirmButton
          danger
          title={t("operator:carriers.remove")}
          verb={t("remove")}
          question={t("operator:carriers.removeHelp", { name })}
          onConfirm={async () => {
            await must(api.DELETE("/api/v1/carriers/{name}", { params }));
            navigate("/operator/carriers");
          }}
        >
          {t("remove")}
        </ConfirmButton>
      </PageHeader>
      <Stack gap="md">
        <Strip carrier={carrier.data} />
        <Tabs defaultValue="profile" keepMounted={false}>
          <Tabs.List mb="md">
            <Tabs.Tab value="profile">{t("operator:carriers.profile")}</Tabs.Tab>
            <Tabs.Tab value="probe">{t("operator:probe.title")}</Tabs.Tab>
            <Tabs.Tab value="trace">{t("operator:trace.title")}</Tabs.Tab>
          </Tabs.List>
          <Tabs.Panel value="profile">
            <CarrierProfile key={name} carrier={carrier.data} />
          </Tabs.Panel>
          <Tabs.Panel value="probe">
            <CarrierProbe name={name} />
          </Tabs.Panel>
          <Tabs.Panel value="trace">
            <CarrierTrace name={name} />
          </Tabs.Panel>
        </Tabs>
      </Stack>
    </>
  );
}
