// SPDX-License-Identifier: Apache-2.0
/** Keys with which programs use the REST API. */
import { Button, Checkbox, Code, Modal, Stack, Text, TextInput } from "@mantine/core";
import { isNotEmpty, useForm } from "@mantine/form";
import { useDisclosure } from "@mantine/hooks";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { $api, api, must } from "@/api/client";
import { putProblem, showDone } from "@/api/forms";
import type { Key, Scope } from "@/api/types";
import { useAccount } from "@/api/session";
import { ConfirmButton } from "@/components/ConfirmButton";
import { EmptyState } from "@/components/EmptyState";
import { type ListColumn, ListTable } from "@/components/ListTable";
import { PageHeader } from "@/components/PageHeader";
import { RelativeTime } from "@/components/RelativeTime";
import { ShownOnce } from "./ShownOnce";

const SCOPES: Scope[] = ["read", "chat", "send", "manage"];

interface NewKeyProps {
  account: string;
  opened: boolean;
  onClose: () => void;
  onMade: (key: string) => void;
}

function NewKey({ account, opened, onClose, onMade }: NewKeyProps) {
  const { t } = useTranslation();
  const form = useForm({
    initialValues: { name: "", scopes: ["send"] as string[] },
    validate: {
      name: isNotEmpty(t("doors:needed")),
      scopes: (value) => (value.length > 0 ? null : t("access:keys.scopesNone")),
    },
  });
  const submit = form.onSubmit(async ({ name, scopes }) => {
    try {
      const made = await must(
        api.POST("/api/v1/accounts/{name}/keys", {
          params: { path: { name: account } },
          body: { name, scopes: scopes as Scope[] },
        }),
      );
      form.reset();
      onMade(made.key ?? "");
    } catch (error) {
      putProblem(form, error);
    }
  });
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t("access:keys.add")}
      closeButtonProps={{ "aria-label": t("close") }}
    >
      <form onSubmit={submit} noValidate>
        <Stack>
          <TextInput
            label={t("access:keys.name")}
            description={t("access:keys.nameHelp")}
            data-autofocus
            {...form.getInputProps("name")}
          />
          <Checkbox.Group label={t("access:keys.scopes")} {...form.getInputProps("scopes")}>
            <Stack gap="xs" mt="xs">
              {SCOPES.map((scope) => (
                <Checkbox
                  key={scope}
                  value={scope}
                  label={t(`access:scope.${scope}`)}
                  description={t(`access:scopeHelp.${scope}`)}
                />
              ))}
            </Stack>
          </Checkbox.Group>
          <Button type="submit" loading={form.submitting}>
            {t("access:keys.button")}
          </Button>
        </Stack>
      </form>
    </Modal>
  );
}

export default function Keys() {
  const { t } = useTranslation();
  const { name } = useAccount();
  const list = $api.useQuery("get", "/api/v1/accounts/{name}/keys", { params: { path: { name } } });
  const [opened, { open, close }] = useDisclosure();
  const [made, setMade] = useState<string | null>(null);

  const remove = async (key: Key) => {
    await must(
      api.DELETE("/api/v1/accounts/{name}/keys/{id}", { params: { path: { name, id: key.id } } }),
    );
    showDone(t("access:keys.removed", { name: key.name }));
    await list.refetch();
  };
  const columns: ListColumn<Key>[] = [
    {
      key: "name",
      label: t("access:keys.name"),
      value: (key) => key.name,
      render: (key) => key.name,
    },
    {
      key: "scopes",
      label: t("access:keys.scopes"),
      render: (key) => key.scopes.map((scope) => t(`access:scope.${scope}`)).join(", "),
    },
    {
      key: "prefix",
      label: t("access:keys.prefix"),
      render: (key) => <Code>{key.prefix}…</Code>,
    },
    {
      key: "created",
      label: t("access:keys.created"),
      value: (key) => key.created_at,
      render: (key) => <RelativeTime at={key.created_at} />,
    },
    {
      key: "used",
      label: t("access:keys.used"),
      value: (key) => key.last_used_at ?? "",
      render: (key) =>
        key.last_used_at ? <RelativeTime at={key.last_used_at} /> : t("access:keys.never"),
    },
  ];
  return (
    <>
      <PageHeader title={t("access:keys.title")} help={t("access:keys.help")}>
        <Button onClick={open}>{t("access:keys.add")}</Button>
      </PageHeader>
      <ListTable
        label={t("access:keys.title")}
        rows={list.data?.items}
        error={list.error}
        again={() => void list.refetch()}
        columns={columns}
        rowKey={(key) => key.id}
        rowActions={(key) => (
          <ConfirmButton
            size="compact-xs"
            danger
            title={t("access:keys.remove")}
            question={t("access:keys.question", { name: key.name })}
            verb={t("access:keys.remove")}
            onConfirm={() => remove(key)}
          >
            {t("access:keys.remove")}
          </ConfirmButton>
        )}
        empty={
          <EmptyState
            title={t("access:keys.none")}
            action={<Button onClick={open}>{t("access:keys.add")}</Button>}
          >
            {t("access:keys.noneHelp")}
          </EmptyState>
        }
      />
      <NewKey
        account={name}
        opened={opened}
        onClose={close}
        onMade={(key) => {
          close();
          setMade(key);
          void list.refetch();
        }}
      />
      <ShownOnce
        title={t("access:keys.made")}
        help={t("access:keys.madeHelp")}
        value={made}
        onClose={() => setMade(null)}
      >
        <Text size="sm">{t("access:keys.example")}</Text>
        <Code block>{`curl -H 'Authorization: Bearer ${made ?? ""}' \\
  ${window.location.origin}/api/v1/messages`}</Code>
      </ShownOnce>
    </>
  );
}
