// SPDX-License-Identifier: Apache-2.0
/** A button that opens a form of plain fields; a refusal appears on the field that it names. */
import {
  Button,
  type ButtonProps,
  Group,
  Modal,
  NumberInput,
  PasswordInput,
  Select,
  Stack,
  Switch,
  TagsInput,
  Text,
  TextInput,
  Textarea,
} from "@mantine/core";
import { useForm, type UseFormReturnType } from "@mantine/form";
import { useDisclosure } from "@mantine/hooks";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { putProblem } from "@/api/forms";

type Value = string | number | boolean | string[];
export type Values = Record<string, Value>;

export interface FormField {
  /** The API's name. */
  name: string;
  label: string;
  help?: ReactNode;
  kind?: "text" | "area" | "number" | "choice" | "switch" | "secret" | "list";
  choices?: { value: string; label: string }[];
  placeholder?: string;
  required?: boolean;
  /** What an empty one means to the API: null; else it is left out. */
  nullable?: boolean;
  min?: number;
  max?: number;
  start?: Value | null;
  searchable?: boolean;
}

function startOf({ kind, start }: FormField): Value {
  if (start !== undefined && start !== null) return start;
  if (kind === "switch") return false;
  return kind === "list" ? [] : "";
}

/** Members for the API: of a new thing all that were filled in, of a change those that differ. */
export function bodyOf(fields: FormField[], values: Values, isChange: boolean) {
  const body: Record<string, Value | null> = {};
  for (const field of fields) {
    const value = values[field.name]!;
    if (isChange && JSON.stringify(value) === JSON.stringify(startOf(field))) continue;
    if (value !== "") body[field.name] = value;
    else if (field.nullable && isChange) body[field.name] = null;
  }
  return body;
}

export function FieldInput({ field, form }: { field: FormField; form: UseFormReturnType<Values> }) {
  const { name, label, help, kind = "text", choices = [], required, placeholder } = field;
  const common = { label, description: help, withAsterisk: required, placeholder };
  const bound = form.getInputProps(name);
  switch (kind) {
    case "switch":
      return (
        <Switch
          label={label}
          description={help}
          {...form.getInputProps(name, { type: "checkbox" })}
        />
      );
    case "area":
      return <Textarea {...common} autosize minRows={3} maxRows={10} {...bound} />;
    case "number":
      return <NumberInput {...common} min={field.min} max={field.max} {...bound} />;
    case "secret":
      return <PasswordInput {...common} autoComplete="new-password" {...bound} />;
    case "list":
      return <TagsInput {...common} splitChars={[",", " ", ";"]} {...bound} />;
    case "choice":
      return (
        <Select
          {...common}
          data={choices}
          searchable={field.searchable ?? choices.length > 8}
          clearable={!required}
          allowDeselect={false}
          {...bound}
          value={(bound.value as string) || null}
          onChange={(value) => form.setFieldValue(name, value ?? "")}
        />
      );
    default:
      return <TextInput {...common} autoComplete="off" {...bound} />;
  }
}

interface EditFormProps<B> {
  fields: FormField[];
  verb: string;
  isChange?: boolean;
  help?: ReactNode;
  /** Its fields are named after the members of B. */
  onSubmit: (body: B) => Promise<unknown>;
  onDone: () => void;
  onCancel?: () => void;
}

export function EditForm<B>(all: EditFormProps<B>) {
  const { fields, verb, isChange, help, onSubmit, ...props } = all;
  const { t } = useTranslation();
  const [busy, setBusy] = useState(false);
  const form = useForm<Values>({
    initialValues: Object.fromEntries(fields.map((field) => [field.name, startOf(field)])),
    validate: Object.fromEntries(
      fields
        .filter(({ required }) => required)
        .map(({ name }) => [name, (value: Value) => (value === "" ? t("needed") : null)]),
    ),
  });
  const submit = form.onSubmit(async (values) => {
    setBusy(true);
    try {
      await onSubmit(bodyOf(fields, values, isChange ?? false) as B);
      props.onDone();
    } catch (error) {
      putProblem(form, error);
    } finally {
      setBusy(false);
    }
  });
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="sm">
        {help && (
          <Text size="sm" c="var(--quiet)" component="div">
            {help}
          </Text>
        )}
        {fields.map((field) => (
          <FieldInput key={field.name} field={field} form={form} />
        ))}
        <Group justify="flex-end">
          {props.onCancel && (
            <Button variant="default" onClick={props.onCancel}>
              {t("cancel")}
            </Button>
          )}
          <Button type="submit" loading={busy}>
            {verb}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

interface EditButtonProps<B> extends ButtonProps, Omit<EditFormProps<B>, "onDone" | "onCancel"> {
  title: string;
  onDone?: () => void;
  children: ReactNode;
  "aria-label"?: string;
}

export function EditButton<B>(props: EditButtonProps<B>) {
  const { title, fields, verb, isChange, help, onSubmit, onDone, children, ...button } = props;
  const { t } = useTranslation();
  const [opened, { open, close }] = useDisclosure();
  return (
    <>
      <Button variant="default" {...button} onClick={open}>
        {children}
      </Button>
      <Modal
        opened={opened}
        onClose={close}
        title={title}
        closeButtonProps={{ "aria-label": t("close") }}
      >
        <EditForm
          {...{ fields, verb, isChange, help, onSubmit }}
          onDone={() => {
            close();
            onDone?.();
          }}
          onCancel={close}
        />
      </Modal>
    </>
  );
}
