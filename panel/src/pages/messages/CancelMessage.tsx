// SPDX-License-Identifier: Apache-2.0
import { Button, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router-dom";
import { api, must } from "@/api/client";
import { ConfirmButton } from "@/components/ConfirmButton";
import { formatPhone } from "@/components/PhoneNumber";
import { ExactTime } from "@/components/RelativeTime";

interface Cancellable {
  id: string;
  recipient: string;
  text: string | null;
  due_at: string | null;
}

/** Takes messages back, and offers to write them again: what is as near to an undo as can be. */
export function useCancel() {
  const { t } = useTranslation();
  const go = useNavigate();
  const queries = useQueryClient();
  return useCallback(
    async (rows: Cancellable[]) => {
      const done: Cancellable[] = [];
      try {
        for (const row of rows) {
          await must(
            api.POST("/api/v1/messages/{id}/cancel", { params: { path: { id: row.id } } }),
          );
          done.push(row);
        }
      } finally {
        await queries.invalidateQueries({ queryKey: ["list", "/api/v1/messages"] });
        if (done.length > 0) told(done);
      }
      function told(cancelled: Cancellable[]) {
        const text = cancelled[0]!.text;
        const same = text !== null && cancelled.every((row) => row.text === text);
        const id = notifications.show({
          title: t("messages:cancelled", { count: cancelled.length }),
          autoClose: 15_000,
          closeButtonProps: { "aria-label": t("close") },
          message: same ? (
            <Button
              size="compact-xs"
              variant="default"
              mt={4}
              onClick={() => {
                notifications.hide(id);
                const to = cancelled.map((row) => row.recipient).join(",");
                go(`/send?to=${encodeURIComponent(to)}&text=${encodeURIComponent(text)}`);
              }}
            >
              {t("messages:writeAgain")}
            </Button>
          ) : (
            t("messages:creditsBack")
          ),
        });
      }
    },
    [t, go, queries],
  );
}

export function CancelMessage({ message, onDone }: { message: Cancellable; onDone: () => void }) {
  const { t } = useTranslation();
  const cancel = useCancel();
  return (
    <ConfirmButton
      size="compact-sm"
      danger
      title={t("messages:cancelTitle")}
      question={
        <>
          <Text size="sm" mb={6}>
            {t("messages:cancelWhich", { phone: formatPhone(message.recipient) })}{" "}
            <ExactTime at={message.due_at} />
          </Text>
          {t("messages:cancelQuestion")}
        </>
      }
      verb={t("messages:cancelVerb")}
      onConfirm={async () => {
        await cancel([message]);
        onDone();
      }}
    >
      {t("messages:cancel")}
    </ConfirmButton>
  );
}
