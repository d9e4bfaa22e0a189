// SPDX-License-Identifier: Apache-2.0
import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link } from "react-router-dom";
import { EmptyState } from "@/components/EmptyState";
import { PageHeader } from "@/components/PageHeader";

function Words({ which }: { which: "notFound" | "notAllowed" }) {
  const { t } = useTranslation();
  return (
    <>
      <PageHeader title={t(`${which}.title`)} />
      <EmptyState
        title={t(`${which}.what`)}
        action={
          <Button component={Link} to="/">
            {t("notFound.home")}
          </Button>
        }
      >
        {t(`${which}.cure`)}
      </EmptyState>
    </>
  );
}

export function NotFound() {
  return <Words which="notFound" />;
}

export function NotAllowed() {
  return <Words which="notAllowed" />;
}
