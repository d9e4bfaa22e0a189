// SPDX-License-Identifier: Apache-2.0
/** TOTP: a code from a telephone beside the password. */
import {
  Alert,
  Button,
  Code,
  Group,
  Modal,
  SimpleGrid,
  Stack,
  Text,
  TextInput,
} from "@mantine/core";
import { useForm } from "@mantine/form";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { encode } from "uqr";
import { api, must } from "@/api/client";
import { putProblem, showDone, showProblem } from "@/api/forms";
import { useMember, useSession } from "@/api/session";
import { CopyText } from "@/components/CopyText";
import { IconShield } from "@/components/icons";
import { Badge } from "@/components/StateBadge";
import { Section } from "./Me";

/** Always dark on light: not every camera reads the reverse. */
function QrCode({ text, label }: { text: string; label: string }) {
  const { data, size } = encode(text, { border: 2 });
  const path = data
    .flatMap((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : "")))
    .join("");
  return (
    <svg
      viewBox={`0 0 ${size} ${size}`}
      width={196}
      height={196}
      role="img"
      aria-label={label}
      shapeRendering="crispEdges"
    >
      <rect width={size} height={size} fill="#fff" />
      <path d={path} fill="#000" />
    </svg>
  );
}

function CodeForm({ verb, onCode }: { verb: string; onCode: (code: string) => Promise<void> }) {
  const { t } = useTranslation();
  const form = useForm({
    initialValues: { code: "" },
    validate: { code: (value) => (value.trim() ? null : t("doors:needed")) },
  });
  const submit = form.onSubmit(async ({ code }) => {
    try {
      await onCode(code.replace(/\s/g, ""));
    } catch (error) {
      putProblem(form, error);
    }
  });
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="sm">
        <TextInput
          label={t("doors:code")}
          description={t("me:totp.codeHelp")}
          autoComplete="one-time-code"
          inputMode="numeric"
          data-autofocus
          {...form.getInputProps("code")}
        />
        <Button type="submit" loading={form.submitting} style={{ alignSelf: "start" }}>
          {verb}
        </Button>
      </Stack>
    </form>
  );
}

function Recovery({ codes, onClose }: { codes: string[]; onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Stack>
      <Alert variant="light" p="sm">
        {t("me:totp.recoveryHelp")}
      </Alert>
      <SimpleGrid cols={2} spacing="xs">
        {codes.map((code) => (
          <Code key={code} ta="center" fz="sm">
            {code}
          </Code>
        ))}
      </SimpleGrid>
      <Group justify="space-between">
        <CopyText value={codes.join(" ")} short={t("me:totp.copyAll")} />
        <Button onClick={onClose}>{t("me:totp.kept")}</Button>
      </Group>
    </Stack>
  );
}

export function TwoSteps() {
  const { t } = useTranslation();
  const { totp } = useMember();
  const { refresh } = useSession();
  const [secret, setSecret] = useState<{ secret: string; uri: string } | null>(null);
  const [codes, setCodes] = useState<string[] | null>(null);
  const [ending, setEnding] = useState(false);

  const begin = async () => {
    try {
      setSecret(await must(api.POST("/api/v1/me/totp")));
    } catch (error) {
      showProblem(error);
    }
  };
  const turnOn = async (code: string) => {
    const { recovery_codes } = await must(api.PUT("/api/v1/me/totp", { body: { code } }));
    setCodes(recovery_codes);
    await refresh();
  };
  const turnOff = async (code: string) => {
    await must(api.DELETE("/api/v1/me/totp", { body: { code } }));
    setEnding(false);
    showDone(t("me:totp.ended"));
    await refresh();
  };
  const close = () => {
    setSecret(null);
    setCodes(null);
  };

  return (
    <Section title={t("me:totp.title")}>
      <Stack gap="sm" align="start">
        <Badge tone={totp ? "good" : "wait"} icon={IconShield}>
          {t(totp ? "me:totp.on" : "me:totp.off")}
        </Badge>
        <Text size="sm">{t("me:totp.help")}</Text>
        {totp ? (
          <Button variant="default" onClick={() => setEnding(true)}>
            {t("me:totp.turnOff")}
          </Button>
        ) : (
          <Button onClick={begin}>{t("me:totp.turnOn")}</Button>
        )}
      </Stack>
      <Modal
        opened={secret !== null}
        onClose={close}
        title={t(codes ? "me:totp.recovery" : "me:totp.title")}
        closeOnClickOutside={false}
        closeButtonProps={{ "aria-label": t("close") }}
      >
        {codes && <Recovery codes={codes} onClose={close} />}
        {secret && !codes && (
          <Stack>
            <Text size="sm">{t("me:totp.scan")}</Text>
            <Group justify="center">
              <QrCode text={secret.uri} label={t("me:totp.qr")} />
            </Group>
            <div>
              <Text size="sm">{t("me:totp.byHand")}</Text>
              <CopyText value={secret.secret} />
            </div>
            <CodeForm verb={t("me:totp.turnOn")} onCode={turnOn} />
          </Stack>
        )}
      </Modal>
      <Modal
        opened={ending}
        onClose={() => setEnding(false)}
        title={t("me:totp.turnOff")}
        closeButtonProps={{ "aria-label": t("close") }}
      >
        <CodeForm verb={t("me:totp.turnOff")} onCode={turnOff} />
      </Modal>
    </Section>
  );
}
