// SPDX-License-Identifier: Apache-2.0
import { Button } from "@mantine/core";
import { modals } from "@mantine/modals";
import { useTranslation } from "react-i18next";
import { Link } from "react-router-dom";
import { showProblem } from "@/api/forms";
import { useAccountFilter, useMay } from "@/api/session";
import { DataTable } from "@/components/DataTable";
import { EmptyState } from "@/components/EmptyState";
import { PageHeader } from "@/components/PageHeader";
import { formatPhone } from "@/components/PhoneNumber";
import { useCancel } from "./CancelMessage";
import { MessageDetail } from "./MessageDetail";
import { type MessageRow, useMessageColumns, useMessageFilters } from "./columns";

const LIVE = ["message.scheduled", "message.cancelled"];

export default function Scheduled() {
  const { t } = useTranslation();
  const fixed = useAccountFilter();
  const may = useMay();
  const columns = useMessageColumns(true);
  const filters = useMessageFilters(true);
  const cancel = useCancel();
  const ask = (rows: MessageRow[]) =>
    new Promise<void>((resolve) =>
      modals.openConfirmModal({
        title: t("messages:cancelMany", { count: rows.length }),
        children: t("messages:cancelQuestion"),
        labels: { confirm: t("messages:cancelVerb"), cancel: t("cancel") },
        confirmProps: { color: "red.8" },
        onClose: resolve,
        onConfirm: () => void cancel(rows).catch(showProblem).finally(resolve),
      }),
    );
  return (
    <>
      <PageHeader title={t("messages:scheduled")} help={t("messages:scheduledHelp")} />
      <DataTable<MessageRow>
        id="scheduled"
        label={t("messages:scheduled")}
        path="/api/v1/messages"
        fixed={{ ...fixed, kind: "scheduled" }}
        columns={columns}
        filters={filters}
        rowKey={(row) => row.id}
        detail={(row, close) => <MessageDetail id={row.id} onCancelled={close} />}
        detailTitle={(row) => t("messages:to", { phone: formatPhone(row.recipient) })}
        bulk={
          may("send") ? [{ label: t("messages:cancelPicked"), color: "red", run: ask }] : undefined
        }
        csv="/api/v1/messages/export"
        defaultSort="-at"
        live={LIVE}
        empty={
          <EmptyState
            title={t("messages:none.scheduled")}
            action={
              may("send") && (
                <Button component={Link} to="/send">
                  {t("messages:write")}
                </Button>
              )
            }
          >
            {t("messages:none.scheduledHelp")}
          </EmptyState>
        }
      />
    </>
  );
}
