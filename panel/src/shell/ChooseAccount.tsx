// SPDX-License-Identifier: Apache-2.0
import { Button, Stack } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useAccounts } from "@/api/session";
import { EmptyState } from "@/components/EmptyState";
import { AccountSelect } from "./AccountSelect";
import { Link } from "react-router-dom";

/** A page of one account, and an operator who looks at all. */
export function ChooseAccount() {
  const { t } = useTranslation();
  const { accounts } = useAccounts();
  if (accounts.length === 0)
    return (
      <EmptyState
        title={t("account.none")}
        action={
          <Button component={Link} to="/operator/accounts">
            {t("account.toList")}
          </Button>
        }
      >
        {t("account.noneHelp")}
      </EmptyState>
    );
  return (
    <EmptyState title={t("account.choose")} action={<AccountSelect />}>
      <Stack>{t("account.chooseHelp")}</Stack>
    </EmptyState>
  );
}
