// SPDX-License-Identifier: Apache-2.0
import { Group, Paper, Stack, Text, Title } from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";
import type { ReactNode } from "react";
import { ColourSwitch, LanguageSwitch } from "@/shell/Switches";
import classes from "./Door.module.css";

/** The frame of the pages before the panel: one form. */
export function Door(props: { title: string; help?: ReactNode; children: ReactNode }) {
  useDocumentTitle(`${props.title} · Navette`);
  return (
    <main className={classes.whole}>
      <Paper withBorder className={classes.box}>
        <Group justify="space-between" mb="lg">
          <Group gap={8}>
            <img src="./favicon.svg" alt="" width={24} height={24} />
            <Text fw={650}>Navette</Text>
          </Group>
          <Group gap={2}>
            <LanguageSwitch />
            <ColourSwitch />
          </Group>
        </Group>
        <Stack gap="md">
          <div>
            <Title order={1}>{props.title}</Title>
            {props.help && (
              <Text size="sm" c="var(--quiet)" component="div">
                {props.help}
              </Text>
            )}
          </div>
          {props.children}
        </Stack>
      </Paper>
    </main>
  );
}
