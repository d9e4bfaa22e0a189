// SPDX-License-Identifier: Apache-2.0
/** Signs in at the carrier with what the form says, and saves nothing. */
import { Alert, Button, Text } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, must } from "@/api/client";
import type { Schemas } from "@/api/client";
import { showProblem } from "@/api/forms";

type Tested = Schemas["CarrierTested"];

export function CarrierTest(props: { name: string; changes: Record<string, unknown> }) {
  const { name, changes } = props;
  const { t } = useTranslation();
  const [busy, setBusy] = useState(false);
  const [told, setTold] = useState<Tested | null>(null);
  const test = async () => {
    setBusy(true);
    setTold(null);
    try {
      const body = { name, ...changes } as Schemas["CarrierTest"];
      setTold(await must(api.POST("/api/v1/carriers/test", { body })));
    } catch (error) {
      showProblem(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      <Button variant="default" loading={busy} onClick={() => void test()}>
        {t("operator:test.button")}
      </Button>
      <div role="status" style={{ flex: 1 }}>
        {told && (
          <Alert
            p="xs"
            color={told.ok ? undefined : "red"}
            variant="light"
            title={t(told.ok ? "operator:test.good" : "operator:test.bad")}
            withCloseButton
            closeButtonLabel={t("close")}
            onClose={() => setTold(null)}
          >
            {told.binds.map(({ mode, ok, took_ms, peer, error, status }) => (
              <Text key={mode} size="sm">
                {mode} · {peer ?? "–"} ·{" "}
                {ok ? `${took_ms} ms` : [error, status].filter(Boolean).join(" ")}
              </Text>
            ))}
          </Alert>
        )}
      </div>
    </>
  );
}
