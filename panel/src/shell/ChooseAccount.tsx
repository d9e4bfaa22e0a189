// SPDX-License-Identifier: Apache-2.0
import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link } from "react-router-dom";
import { useAccounts } from "@/api/session";
import { EmptyState } from "@/components/EmptyState";
import { PageHeader } from "@/components/PageHeader";
import { AccountSelect } from "./AccountSelect";

/** A page of one account, and an operator who looks at all. */
export function ChooseAccount({ title }: { title: string }) {
  const { t } = useTranslation();
  const { accounts } = useAccounts();
  return (
    <>
      <PageHeader title={title} />
      {accounts.length === 0 ? (
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
      ) : (
        <EmptyState title={t("account.choose")} action={<AccountSelect />}>
          {t("account.chooseHelp")}
        </EmptyState>
      )}
    </>
  );
}
