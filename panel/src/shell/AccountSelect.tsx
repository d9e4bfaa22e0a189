// SPDX-License-Identifier: Apache-2.0
import { Select } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useAccounts, useMember } from "@/api/session";

const ALL = "*";

export function AccountSelect() {
  const { t } = useTranslation();
  const { account, accounts, choose } = useAccounts();
  const { operator } = useMember();
  const data = accounts.map(({ name }) => ({ value: name, label: name }));
  if (operator) data.unshift({ value: ALL, label: t("account.all") });
  if (data.length < 2) return <b>{account?.name}</b>;
  return (
    <Select
      size="xs"
      w={190}
      aria-label={t("account.switch")}
      data={data}
      value={account?.name ?? ALL}
      allowDeselect={false}
      searchable={data.length > 7}
      limit={100}
      nothingFoundMessage={t("account.noneFound")}
      onChange={(value) => value && choose(value === ALL ? null : value)}
    />
  );
}
