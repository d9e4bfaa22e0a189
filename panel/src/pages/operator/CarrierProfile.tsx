// SPDX-License-Identifier: Apache-2.0
/** The whole profile of a carrier, section by section, as the server describes its fields. */
import {
  Accordion,
  Button,
  Group,
  NumberInput,
  PasswordInput,
  Select,
  SimpleGrid,
  Stack,
  Switch,
  Text,
  TextInput,
} from "@mantine/core";
import { type UseFormReturnType, useForm } from "@mantine/form";
import { useQueryClient } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { $api, api, must } from "@/api/client";
import type { Schemas } from "@/api/client";
import { putProblem, showDone } from "@/api/forms";
import { problemOf } from "@/api/problem";
import { currentLanguage } from "@/i18n";
import { IconSearch } from "@/components/icons";
import { PageSkeleton } from "@/shell/PageSkeleton";
import { CarrierTest } from "./CarrierTest";

type Field = Schemas["CarrierField"];
type Value = string | number | boolean;
type Values = Record<string, Value>;

function Input({ field, form }: { field: Field; form: UseFormReturnType<Values> }) {
  const { name, unit, kind } = field;
  const common = {
    label: (
      <>
        <code>{name}</code>
        {unit && ` (${unit})`}
      </>
    ),
    description: field.help[currentLanguage()],
  };
  const bound = form.getInputProps(name);
  switch (kind) {
    case "flag":
      return <Switch {...common} {...form.getInputProps(name, { type: "checkbox" })} />;
    case "number":
      return (
        <NumberInput
          {...common}
          min={field.minimum ?? undefined}
          max={field.maximum ?? undefined}
          {...bound}
        />
      );
    case "choice":
      return <Select {...common} data={field.choices ?? []} allowDeselect={false} {...bound} />;
    case "secret":
      return <PasswordInput {...common} autoComplete="new-password" {...bound} />;
    default:
      return <TextInput {...common} autoComplete="off" {...bound} />;
  }
}

interface Section {
  key: string;
  title: string;
  fields: Field[];
}

function sectionsOf(fields: Field[], words: string): Section[] {
  const wanted = words.trim().toLowerCase();
  const out: Section[] = [];
  for (const field of fields) {
    const help = field.help[currentLanguage()];
    if (wanted && !`${field.name} ${help}`.toLowerCase().includes(wanted)) continue;
    let section = out.find(({ key }) => key === field.section);
    if (!section) {
      section = {
        key: field.section,
        title: field.section_title[currentLanguage()],
        fields: [],
      };
      out.push(section);
    }
    section.fields.push(field);
  }
  return out;
}

/** What the form has and the server has not: only that is sent. */
function changesOf(fields: Field[], values: Values, start: Values) {
  const out: Values = {};
  for (const { name } of fields) if (values[name] !== start[name]) out[name] = values[name]!;
  return out;
}

interface FormProps {
  name: string;
  fields: Field[];
  start: Values;
}

function ProfileForm({ name, fields, start }: FormProps) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [words, setWords] = useState("");
  const [open, setOpen] = useState<string[]>([fields[0]?.section ?? "", "login"]);
  const form = useForm<Values>({ initialValues: start });
  const sections = sectionsOf(fields, words);
  const changes = changesOf(fields, form.values, start);
  const count = Object.keys(changes).length;
  const submit = form.onSubmit(async () => {
    try {
      const params = { path: { name } };
      await must(api.PATCH("/api/v1/carriers/{name}", { params, body: changes as never }));
      showDone(t("saved"));
      await queries.invalidateQueries({ queryKey: ["get", "/api/v1/carriers/{name}"] });
    } catch (error) {
      const at = fields.find((field) => field.name === problemOf(error).field);
      if (at) setOpen((before) => [...new Set([...before, at.section])]);
      putProblem(form, error);
    }
  });
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="sm" maw={1000}>
        <TextInput
          size="xs"
          maw={320}
          placeholder={t("operator:carriers.search")}
          aria-label={t("operator:carriers.search")}
          leftSection={<IconSearch size={13} aria-hidden />}
          value={words}
          onChange={(event) => setWords(event.currentTarget.value)}
        />
        {sections.length === 0 && <Text size="sm">{t("table.nothingFound")}</Text>}
        <Accordion
          multiple
          variant="separated"
          value={words ? sections.map(({ key }) => key) : open}
          onChange={setOpen}
        >
          {sections.map(({ key, title, fields: ofSection }) => (
            <Accordion.Item key={key} value={key}>
              <Accordion.Control>
                {title}
                <Text span size="xs" c="var(--quiet)" ml={8}>
                  {ofSection.filter(({ name: each }) => each in changes).length > 0 &&
                    t("operator:carriers.changed")}
                </Text>
              </Accordion.Control>
              <Accordion.Panel>
                <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="md">
                  {ofSection.map((field) => (
                    <Input key={field.name} field={field} form={form} />
                  ))}
                </SimpleGrid>
              </Accordion.Panel>
            </Accordion.Item>
          ))}
        </Accordion>
        <Group
          style={{ position: "sticky", bottom: 0, background: "var(--mantine-color-body)" }}
          py="xs"
        >
          <Button type="submit" disabled={count === 0} loading={form.submitting}>
            {count === 0 ? t("save") : t("operator:carriers.save", { count })}
          </Button>
          {count > 0 && (
            <Button variant="default" onClick={() => form.reset()}>
              {t("operator:carriers.undo")}
            </Button>
          )}
          <CarrierTest name={name} changes={changes} />
        </Group>
      </Stack>
    </form>
  );
}

export function CarrierProfile({ carrier }: { carrier: Schemas["Carrier"] }) {
  const described = $api.useQuery("get", "/api/v1/carriers/fields", {});
  const fields = described.data?.items;
  // Live figures come every second and change nothing here; what was saved comes as a new start.
  const shown = carrier as unknown as Record<string, Value | null | undefined>;
  const kept = JSON.stringify(fields?.map(({ name }) => shown[name] ?? null));
  const start = useMemo(() => {
    const values = JSON.parse(kept ?? "[]") as (Value | null)[];
    return Object.fromEntries(
      (fields ?? []).map((field, at) => [field.name, values[at] ?? field.default ?? ""]),
    ) as Values;
  }, [fields, kept]);
  if (described.error) throw described.error;
  if (!fields) return <PageSkeleton />;
  return <ProfileForm key={kept} name={carrier.name} fields={fields} start={start} />;
}
