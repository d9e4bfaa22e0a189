// SPDX-License-Identifier: Apache-2.0
/** A name asked for by hand, with what proves that it is the account's. */
import {
  Button,
  FileInput,
  Group,
  Modal,
  Progress,
  Stack,
  Text,
  TextInput,
  Textarea,
} from "@mantine/core";
import { useForm } from "@mantine/form";
import { useDisclosure } from "@mantine/hooks";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, must } from "@/api/client";
import { putProblem } from "@/api/forms";
import { useMay } from "@/api/session";
import { DOCUMENT_MOST, DOCUMENT_TYPES, sendDocument } from "./documents";

const FILES_MOST = 5;

interface FormValues {
  name: string;
  description: string;
  reason: string;
  files: File[];
}

function useAdding(name: string, onDone: () => void) {
  const { t } = useTranslation();
  const may = useMay();
  const [progress, setProgress] = useState<number | null>(null);
  const form = useForm<FormValues>({
    initialValues: { name: "", description: "", reason: "", files: [] },
    validate: {
      name: (value) => (value.trim() ? null : t("needed")),
      description: (value) => (value.trim() || may("operate") ? null : t("needed")),
      reason: (value) => (value.trim() || may("operate") ? null : t("needed")),
      files: (files) => {
        if (files.length > FILES_MOST) return t("senders:tooMany", { most: FILES_MOST });
        return files.some(({ size }) => size > DOCUMENT_MOST) ? t("senders:tooLarge") : null;
      },
    },
  });
  const submit = form.onSubmit(async ({ files, ...said }) => {
    try {
      const sender = await must(
        api.POST("/api/v1/accounts/{name}/senders", {
          params: { path: { name } },
          body: {
            name: said.name.trim(),
            description: said.description.trim() || null,
            reason: said.reason.trim() || null,
          },
        }),
      );
      for (const [at, file] of files.entries())
        await sendDocument(name, sender.name, file, (share) =>
          setProgress((100 * (at + share)) / files.length),
        );
      form.reset();
      onDone();
    } catch (error) {
      putProblem(form, error);
    } finally {
      setProgress(null);
    }
  });
  return { form, submit, progress };
}

export function AddSender({ name, onAdded }: { name: string; onAdded: () => void }) {
  const { t } = useTranslation();
  const [opened, { open, close }] = useDisclosure();
  const { form, submit, progress } = useAdding(name, () => {
    close();
    onAdded();
  });
  return (
    <>
      <Button onClick={open}>{t("senders:add")}</Button>
      <Modal
        opened={opened}
        onClose={close}
        title={t("senders:add")}
        closeButtonProps={{ "aria-label": t("close") }}
      >
        <form onSubmit={submit} noValidate>
          <Stack gap="sm">
            <Text size="sm" c="var(--quiet)">
              {t("senders:addHelp")}
            </Text>
            <TextInput
              label={t("senders:name")}
              description={t("senders:nameHelp")}
              maxLength={16}
              withAsterisk
              {...form.getInputProps("name")}
            />
            <TextInput
              label={t("senders:description")}
              description={t("senders:descriptionHelp")}
              maxLength={40}
              {...form.getInputProps("description")}
            />
            <Textarea
              label={t("senders:reason")}
              description={t("senders:reasonHelp")}
              maxLength={250}
              autosize
              minRows={2}
              {...form.getInputProps("reason")}
            />
            <FileInput
              label={t("senders:documents")}
              description={t("senders:documentsHelp")}
              accept={DOCUMENT_TYPES}
              multiple
              clearable
              {...form.getInputProps("files")}
            />
            {progress !== null && (
              <Progress value={progress} aria-label={t("senders:sending")} transitionDuration={0} />
            )}
            <Group justify="flex-end">
              <Button variant="default" onClick={close}>
                {t("cancel")}
              </Button>
              <Button type="submit" loading={form.submitting}>
                {t("senders:ask")}
              </Button>
            </Group>
          </Stack>
        </form>
      </Modal>
    </>
  );
}
