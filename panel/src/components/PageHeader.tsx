// SPDX-License-Identifier: Apache-2.0
import { Group, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";
import { usePageTitle } from "./usePageTitle";

/** The one h1 of a page, what the page is for, and its main action. */
export function PageHeader(props: { title: string; help?: ReactNode; children?: ReactNode }) {
  usePageTitle(props.title);
  return (
    <Group justify="space-between" align="flex-start" mb="md" gap="sm">
      <div style={{ minWidth: 0 }}>
        <Title order={1}>{props.title}</Title>
        {props.help && (
          <Text size="sm" c="var(--quiet)" maw={680}>
            {props.help}
          </Text>
        )}
      </div>
      {props.children && <Group gap="xs">{props.children}</Group>}
    </Group>
  );
}
