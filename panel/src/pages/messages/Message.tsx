// SPDX-License-Identifier: Apache-2.0
import { Box } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useParams } from "react-router-dom";
import { PageHeader } from "@/components/PageHeader";
import { MessageDetail } from "./MessageDetail";

/** A message at an address of its own: where a state elsewhere leads. */
export default function Message() {
  const { t } = useTranslation();
  const { id = "" } = useParams();
  return (
    <>
      <PageHeader title={t("messages:message")} />
      <Box maw={620}>
        <MessageDetail id={id} />
      </Box>
    </>
  );
}
