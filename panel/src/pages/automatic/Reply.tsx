// SPDX-License-Identifier: Apache-2.0
/** What a reply starts by itself: an answer, a program, and notices to people. */
import {
  Button,
  Group,
  Paper,
  Radio,
  Stack,
  Text,
  TextInput,
  Textarea,
  Title,
} from "@mantine/core";
import { NumberInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useTranslation } from "react-i18next";
import { $api, api, must } from "@/api/client";
import type { Schemas } from "@/api/client";
import { putProblem, showDone } from "@/api/forms";
import { useAccount, useMay } from "@/api/session";
import { EditButton, type FormField } from "@/components/EditButton";
import { EmptyState } from "@/components/EmptyState";
import { ListTable } from "@/components/ListTable";
import { PageHeader } from "@/components/PageHeader";
import { RemoveRow } from "@/components/RowButtons";
import { PageSkeleton } from "@/shell/PageSkeleton";

type Reply = Schemas["Reply"];
type Notification = Schemas["Notification"];

const ACTIONS = ["none", "text", "cgi"] as const;

function ReplyForm({ reply, name }: { reply: Reply; name: string }) {
  const { t } = useTranslation();
  const may = useMay();
  const fixed = !may("own");
  const form = useForm({
    initialValues: {
      action: reply.action,
      text: reply.text,
      url: reply.url,
      an_hour: reply.an_hour,
    },
  });
  const { action } = form.values;
  const submit = form.onSubmit(async (values) => {
    try {
      const answer = await must(
        api.PATCH("/api/v1/accounts/{name}/reply", {
          params: { path: { name } },
          body: {
            action: values.action,
            an_hour: values.an_hour,
            ...(values.action === "text" && { text: values.text }),
            ...(values.action === "cgi" && { url: values.url }),
          },
        }),
      );
      form.resetDirty(values);
      showDone(
        values.action === "text" && answer.parts > 1
          ? t("automatic:reply.savedParts", { count: answer.parts })
          : t("saved"),
      );
    } catch (error) {
      putProblem(form, error);
    }
  });
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="sm">
        <Radio.Group label={t("automatic:reply.action")} {...form.getInputProps("action")}>
          <Stack gap={8} mt={6}>
            {ACTIONS.map((each) => (
              <Radio
                key={each}
                value={each}
                disabled={fixed}
                label={t(`automatic:reply.actions.${each}`)}
                description={t(`automatic:reply.actionsHelp.${each}`)}
              />
            ))}
          </Stack>
        </Radio.Group>
        {action === "text" && (
          <Textarea
            label={t("automatic:reply.text")}
            description={t("automatic:reply.textHelp")}
            autosize
            minRows={3}
            readOnly={fixed}
            {...form.getInputProps("text")}
          />
        )}
        {action === "cgi" && (
          <TextInput
            label={t("automatic:reply.url")}
            description={t("automatic:reply.urlHelp")}
            placeholder="https://example.org/answer"
            readOnly={fixed}
            {...form.getInputProps("url")}
          />
        )}
        {action !== "none" && (
          <NumberInput
            label={t("automatic:reply.anHour")}
            description={t("automatic:reply.anHourHelp")}
            min={0}
            max={100}
            maw={380}
            readOnly={fixed}
            {...form.getInputProps("an_hour")}
          />
        )}
        {!fixed && (
          <Group>
            <Button type="submit" loading={form.submitting} disabled={!form.isDirty()}>
              {t("save")}
            </Button>
          </Group>
        )}
      </Stack>
    </form>
  );
}

function Notices({ name }: { name: string }) {
  const { t, i18n } = useTranslation();
  const path = { name };
  const list = $api.useQuery("get", "/api/v1/accounts/{name}/notifications", { params: { path } });
  const senders = $api.useQuery("get", "/api/v1/accounts/{name}/senders", { params: { path } });
  const done = () => {
    showDone(t("saved"));
    void list.refetch();
  };
  const add = (body: object) =>
    must(api.POST("/api/v1/accounts/{name}/notifications", { params: { path }, body }));
  const byMail: FormField[] = [
    { name: "email", label: t("automatic:notices.email"), required: true },
    {
      name: "from",
      label: t("automatic:notices.from"),
      help: t("automatic:notices.fromHelp"),
    },
    {
      name: "language",
      label: t("automatic:notices.language"),
      kind: "choice",
      required: true,
      start: i18n.language,
      choices: [
        { value: "en", label: "English" },
        { value: "fr", label: "Français" },
      ],
    },
  ];
  const bySms: FormField[] = [
    { name: "sms", label: t("automatic:notices.sms"), placeholder: "+33612345678", required: true },
    {
      name: "sender",
      label: t("automatic:notices.sender"),
      help: t("automatic:notices.senderHelp"),
      kind: "choice",
      required: true,
      choices: (senders.data?.items ?? [])
        .filter(({ enabled }) => enabled)
        .map((sender) => ({ value: sender.name, label: sender.name })),
    },
  ];
  const buttons = (
    <Group gap="xs">
      <EditButton
        size="xs"
        title={t("automatic:notices.addMail")}
        verb={t("add")}
        fields={byMail}
        onSubmit={add}
        onDone={done}
      >
        {t("automatic:notices.addMail")}
      </EditButton>
      <EditButton
        size="xs"
        title={t("automatic:notices.addSms")}
        verb={t("add")}
        fields={bySms}
        onSubmit={add}
        onDone={done}
      >
        {t("automatic:notices.addSms")}
      </EditButton>
    </Group>
  );
  return (
    <Paper withBorder p="md" component="section">
      <Group justify="space-between" mb="sm">
        <Title order={2}>{t("automatic:notices.title")}</Title>
        {buttons}
      </Group>
      <ListTable<Notification>
        label={t("automatic:notices.title")}
        rows={list.data?.items}
        error={list.error}
        again={() => void list.refetch()}
        rowKey={({ id }) => id}
        columns={[
          {
            key: "kind",
            label: t("automatic:notices.kind"),
            value: ({ kind }) => kind,
            render: ({ kind }) => t(`automatic:notices.kinds.${kind}`),
          },
          {
            key: "target",
            label: t("automatic:notices.target"),
            value: ({ target }) => target,
            render: ({ target }) => target,
          },
          {
            key: "sender",
            label: t("automatic:notices.from"),
            value: ({ sender }) => sender,
            render: ({ sender }) => sender || "–",
          },
        ]}
        rowActions={({ id, target }) => (
          <RemoveRow
            called={target}
            title={t("automatic:notices.remove")}
            question={t("automatic:notices.removeHelp", { target })}
            onRemove={() =>
              must(
                api.DELETE("/api/v1/accounts/{name}/notifications/{id}", {
                  params: { path: { name, id } },
                }),
              )
            }
            onDone={done}
          />
        )}
        empty={
          <EmptyState title={t("automatic:notices.empty")}>
            {t("automatic:notices.emptyHelp")}
          </EmptyState>
        }
      />
    </Paper>
  );
}

export default function ReplyPage() {
  const { t } = useTranslation();
  const { name } = useAccount();
  const may = useMay();
  const reply = $api.useQuery("get", "/api/v1/accounts/{name}/reply", {
    params: { path: { name } },
  });
  if (reply.error) throw reply.error;
  return (
    <>
      <PageHeader title={t("automatic:reply.title")} help={t("automatic:reply.help")} />
      <Stack gap="lg" maw={860}>
        <Paper withBorder p="md" component="section">
          <Title order={2} mb="sm">
            {t("automatic:reply.answer")}
          </Title>
          {reply.data ? <ReplyForm key={name} reply={reply.data} name={name} /> : <PageSkeleton />}
        </Paper>
        {may("own") && <Notices name={name} />}
        {!may("own") && (
          <Text size="sm" c="var(--quiet)">
            {t("automatic:reply.readOnly")}
          </Text>
        )}
      </Stack>
    </>
  );
}
