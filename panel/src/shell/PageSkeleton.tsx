// SPDX-License-Identifier: Apache-2.0
import { Group, Skeleton, Stack } from "@mantine/core";
import { useTranslation } from "react-i18next";

export function PageSkeleton() {
  const { t } = useTranslation();
  return (
    <Stack role="status" aria-label={t("loading")}>
      <Skeleton height={28} width={220} />
      <Group grow>
        <Skeleton height={72} />
        <Skeleton height={72} />
        <Skeleton height={72} />
      </Group>
      <Skeleton height={260} />
    </Stack>
  );
}
