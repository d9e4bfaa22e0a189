// SPDX-License-Identifier: Apache-2.0
/** Texts to answer with: written once, inserted with "/name". */
import {
  Button,
  Group,
  Modal,
  Paper,
  Skeleton,
  Stack,
  Text,
  TextInput,
  Textarea,
} from "@mantine/core";
import { useForm } from "@mantine/form";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { $api, api, must } from "@/api/client";
import { problemText, putProblem, showDone } from "@/api/forms";
import { useMay } from "@/api/session";
import { ConfirmButton } from "@/components/ConfirmButton";
import { EmptyState } from "@/components/EmptyState";
import { weigh } from "@/pages/send/sms";
import type { SavedReply } from "./AnswerBox";

const PATH = "/api/v1/accounts/{name}/saved-replies";
const NAME_MOST = 40;
const TEXT_MOST = 1000;

interface FormProps {
  account: string;
  reply: SavedReply | null;
  onDone: () => void;
}

function ReplyForm({ account, reply, onDone }: FormProps) {
  const { t } = useTranslation();
  const form = useForm({
    initialValues: { name: reply?.name ?? "", text: reply?.text ?? "" },
    validate: {
      name: (value) => (/^[^\s/]+$/.test(value) ? null : t("chat:saved.nameWrong")),
      text: (value) => (value.trim() ? null : t("chat:saved.textMissing")),
    },
  });
  const save = form.onSubmit(async (body) => {
    try {
      if (reply)
        await must(
          api.PATCH(`${PATH}/{id}`, { params: { path: { name: account, id: reply.id } }, body }),
        );
      else await must(api.POST(PATH, { params: { path: { name: account } }, body }));
      showDone(t("saved"));
      onDone();
    } catch (error) {
      putProblem(form, error);
    }
  });
  const weight = weigh(form.values.text);
  const sms = t("send:text.sms", { count: weight.parts });
  return (
    <form onSubmit={save} noValidate>
      <Stack>
        <TextInput
          label={t("chat:saved.name")}
          description={t("chat:saved.nameHelp")}
          leftSection="/"
          maxLength={NAME_MOST}
          data-autofocus
          {...form.getInputProps("name")}
        />
        <Textarea
          label={t("chat:saved.text")}
          description={`${weight.units} / ${weight.limit} · ${sms}`}
          inputWrapperOrder={["label", "input", "description", "error"]}
          autosize
          minRows={3}
          maxRows={8}
          maxLength={TEXT_MOST}
          {...form.getInputProps("text")}
        />
        <Group justify="flex-end">
          <Button variant="default" onClick={onDone}>
            {t("cancel")}
          </Button>
          <Button type="submit" loading={form.submitting}>
            {t("save")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

export function SavedReplies({ account, onClose }: { account: string; onClose: () => void }) {
  const { t } = useTranslation();
  const may = useMay();
  const [edited, setEdited] = useState<SavedReply | "new" | null>(null);
  const list = $api.useQuery("get", PATH, { params: { path: { name: account } } });
  const done = () => {
    setEdited(null);
    void list.refetch();
  };
  const remove = async (reply: SavedReply) => {
    await must(api.DELETE(`${PATH}/{id}`, { params: { path: { name: account, id: reply.id } } }));
    await list.refetch();
  };
  const mayChange = may("chat", "own");
  return (
    <Modal
      opened
      onClose={onClose}
      title={t("chat:saved.title")}
      size="lg"
      closeButtonProps={{ "aria-label": t("close") }}
    >
      {edited !== null ? (
        <ReplyForm account={account} reply={edited === "new" ? null : edited} onDone={done} />
      ) : (
        <Stack gap="xs">
          <Text size="sm" c="var(--quiet)">
            {t("chat:saved.help")}
          </Text>
          {list.isPending && <Skeleton height={80} aria-label={t("loading")} />}
          {list.error && <Text size="sm">{problemText(list.error)}</Text>}
          {list.data?.items.length === 0 && (
            <EmptyState title={t("chat:saved.none")}>{t("chat:saved.noneHelp")}</EmptyState>
          )}
          {list.data?.items.map((reply) => (
            <Paper key={reply.id} withBorder p="xs">
              <Group justify="space-between" wrap="nowrap" align="flex-start">
                <div style={{ minWidth: 0 }}>
                  <Text size="sm" fw={600}>
                    /{reply.name}
                  </Text>
                  <Text size="sm" c="var(--quiet)" lineClamp={2}>
                    {reply.text}
                  </Text>
                </div>
                {mayChange && (
                  <Group gap={6} wrap="nowrap">
                    <Button
                      size="compact-sm"
                      variant="default"
                      onClick={() => setEdited(reply)}
                      aria-label={t("chat:saved.edit", { name: reply.name })}
                    >
                      {t("chat:saved.change")}
                    </Button>
                    <ConfirmButton
                      size="compact-sm"
                      title={t("chat:saved.removeTitle", { name: reply.name })}
                      question={t("chat:saved.removeQuestion")}
                      verb={t("remove")}
                      danger
                      aria-label={t("chat:saved.removeTitle", { name: reply.name })}
                      onConfirm={() => remove(reply)}
                    >
                      {t("remove")}
                    </ConfirmButton>
                  </Group>
                )}
              </Group>
            </Paper>
          ))}
          {mayChange && (
            <Group justify="flex-end">
              <Button onClick={() => setEdited("new")}>{t("chat:saved.add")}</Button>
            </Group>
          )}
        </Stack>
      )}
    </Modal>
  );
}
