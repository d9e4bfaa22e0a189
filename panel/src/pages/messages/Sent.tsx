// SPDX-License-Identifier: Apache-2.0
import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link } from "react-router-dom";
import { useAccountFilter, useMay } from "@/api/session";
import { DataTable } from "@/components/DataTable";
import { EmptyState } from "@/components/EmptyState";
import { PageHeader } from "@/components/PageHeader";
import { formatPhone } from "@/components/PhoneNumber";
import { MessageDetail } from "./MessageDetail";
import { type MessageRow, useMessageColumns, useMessageFilters } from "./columns";

const LIVE = ["message."];

export default function Sent() {
  const { t } = useTranslation();
  const fixed = useAccountFilter();
  const may = useMay();
  const columns = useMessageColumns(false);
  const filters = useMessageFilters(false);
  return (
    <>
      <PageHeader title={t("messages:sent")}>
        {may("send") && (
          <Button component={Link} to="/send">
            {t("messages:write")}
          </Button>
        )}
      </PageHeader>
      <DataTable<MessageRow>
        id="sent"
        label={t("messages:sent")}
        path="/api/v1/messages"
        fixed={{ ...fixed, kind: "sent" }}
        columns={columns}
        filters={filters}
        rowKey={(row) => row.id}
        detail={(row) => <MessageDetail id={row.id} />}
        detailTitle={(row) => t("messages:to", { phone: formatPhone(row.recipient) })}
        csv="/api/v1/messages/export"
        defaultSort="-at"
        live={LIVE}
        empty={
          <EmptyState
            title={t("messages:none.sent")}
            action={
              may("send") && (
                <Button component={Link} to="/send">
                  {t("messages:write")}
                </Button>
              )
            }
          >
            {t("messages:none.sentHelp")}
          </EmptyState>
        }
      />
    </>
  );
}
