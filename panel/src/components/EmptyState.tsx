// SPDX-License-Identifier: Apache-2.0
import { Stack, Text } from "@mantine/core";
import type { ReactNode } from "react";

/** What a place is for while nothing is in it, and the step that changes that. */
export function EmptyState(props: { title: string; children?: ReactNode; action?: ReactNode }) {
  return (
    <Stack align="center" gap={6} py={40} px="md" ta="center">
      <Text fw={600}>{props.title}</Text>
      {props.children && (
        <Text size="sm" c="var(--quiet)" maw={460} component="div">
          {props.children}
        </Text>
      )}
      {props.action && <div style={{ marginTop: 8 }}>{props.action}</div>}
    </Stack>
  );
}
