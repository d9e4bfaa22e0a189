// SPDX-License-Identifier: Apache-2.0
import { Group, Paper, Skeleton, Text, Title } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link } from "react-router-dom";
import { $api, type Schemas } from "@/api/client";
import { problemText } from "@/api/forms";
import { Badge } from "@/components/StateBadge";
import { formatNumber } from "@/i18n/format";
import { useCarrierWhy } from "@/pages/operator/CarrierState";

type Carrier = Schemas["Carrier"];

const TONES: Record<Schemas["CarrierStatus"]["state"], string> = {
  off: "wait",
  down: "bad",
  connecting: "warn",
  bound: "good",
  throttled: "warn",
  ending: "wait",
  elsewhere: "wait",
  refused: "bad",
};

const RENEW_MS = 5000;

function Line({ carrier }: { carrier: Carrier }) {
  const { t } = useTranslation();
  const { status } = carrier;
  const why = useCarrierWhy()(carrier);
  return (
    <li style={{ marginBottom: 6 }}>
      <Group gap="xs">
        <Text size="sm" fw={500}>
          <Link to={`/operator/carriers/${encodeURIComponent(carrier.name)}`}>{carrier.name}</Link>
        </Text>
        <Badge tone={status ? TONES[status.state] : "wait"}>
          {t(`home:carrier.${status?.state ?? "off"}`)}
        </Badge>
        {status && (
          <Text size="xs" c="var(--quiet)">
            {t("home:carrier.rate", {
              count: status.rate_now,
              text: formatNumber(status.rate_now),
            })}
          </Text>
        )}
      </Group>
      {why && status?.state !== "bound" && (
        <Text size="xs" c="var(--quiet)">
          {why}
        </Text>
      )}
    </li>
  );
}

export function Carriers() {
  const { t } = useTranslation();
  const list = $api.useQuery("get", "/api/v1/carriers", {}, { refetchInterval: RENEW_MS });
  return (
    <Paper withBorder p="sm" component="section">
      <Title order={2} size="h3" mb="xs">
        {t("home:carriers")}
      </Title>
      {list.isPending && <Skeleton height={22} />}
      {list.isError && <Text size="sm">{problemText(list.error)}</Text>}
      {list.data?.items.length === 0 && (
        <Text size="sm">
          {t("home:noCarrier")} <Link to="/operator/carriers">{t("home:addCarrier")}</Link>
        </Text>
      )}
      <ul style={{ margin: 0, padding: 0, listStyle: "none" }}>
        {list.data?.items.map((carrier) => (
          <Line key={carrier.id} carrier={carrier} />
        ))}
      </ul>
    </Paper>
  );
}
