// SPDX-License-Identifier: Apache-2.0
/** The bar above a table: filters, which columns, CSV. */
import {
  ActionIcon,
  Button,
  Checkbox,
  Collapse,
  Group,
  Menu,
  MultiSelect,
  Select,
  Stack,
  TextInput,
  Tooltip,
} from "@mantine/core";
import { DateTimePicker } from "@mantine/dates";
import { useDebouncedCallback, useDisclosure, useMediaQuery } from "@mantine/hooks";
import { type ReactNode, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { useZone } from "@/api/session";
import { momentOfWall, wallOf } from "@/i18n/zone";
import type { Column, Filter } from "./DataTable";
import { IconColumns, IconDownload, IconSearch } from "./icons";

interface TableBarProps<T> {
  columns: Column<T>[];
  shown: string[];
  onShown: (keys: string[]) => void;
  filters: Filter[];
  values: Record<string, string>;
  onFilter: (changes: Record<string, string | null>) => void;
  /** Given where no header can be clicked. */
  sort?: string;
  csv?: string;
  actions?: ReactNode;
}

interface FieldProps {
  filter: Filter;
  value: string | undefined;
  onChange: (value: string | null) => void;
}

function TextFilter({ filter, value, onChange }: FieldProps) {
  const [typed, setTyped] = useState(value ?? "");
  useEffect(() => setTyped(value ?? ""), [value]);
  const later = useDebouncedCallback(onChange, 300);
  return (
    <TextInput
      size="xs"
      w={160}
      placeholder={filter.label}
      aria-label={filter.label}
      leftSection={<IconSearch size={13} aria-hidden />}
      value={typed}
      onChange={(event) => {
        setTyped(event.currentTarget.value);
        later(event.currentTarget.value.trim() || null);
      }}
    />
  );
}

function FilterField(props: FieldProps) {
  const { filter, value, onChange } = props;
  const zone = useZone();
  const common = {
    size: "xs",
    placeholder: filter.label,
    "aria-label": filter.label,
    clearable: true,
  } as const;
  switch (filter.kind) {
    case "text":
      return <TextFilter {...props} />;
    case "choice":
      return (
        <Select
          {...common}
          w={160}
          data={filter.choices ?? []}
          value={value ?? null}
          onChange={onChange}
        />
      );
    case "choices":
      return (
        <MultiSelect
          {...common}
          placeholder={value ? undefined : filter.label}
          miw={160}
          maw={320}
          data={filter.choices ?? []}
          value={value ? value.split(",") : []}
          onChange={(values) => onChange(values.join(",") || null)}
        />
      );
    default:
      return (
        <DateTimePicker
          {...common}
          w={160}
          valueFormat="DD/MM/YYYY HH:mm"
          value={value ? wallOf(zone, new Date(value)) : null}
          onChange={(wall) => onChange(wall ? momentOfWall(zone, wall).toISOString() : null)}
        />
      );
  }
}

function SortChoice<T>({ columns, sort, onFilter }: TableBarProps<T>) {
  const { t } = useTranslation();
  const data = columns.flatMap(({ sort: word, label }) =>
    word
      ? [
          { value: `-${word}`, label: `${label} ↓` },
          { value: word, label: `${label} ↑` },
        ]
      : [],
  );
  if (data.length === 0) return null;
  return (
    <Select
      size="xs"
      aria-label={t("table.sort")}
      placeholder={t("table.sort")}
      data={data}
      value={sort ?? null}
      onChange={(value) => onFilter({ sort: value })}
    />
  );
}

export function TableBar<T>(props: TableBarProps<T>) {
  const { columns, shown, onShown, filters, values, onFilter, csv, actions } = props;
  const { t } = useTranslation();
  const small = useMediaQuery("(max-width: 48em)", undefined, { getInitialValueInEffect: false });
  const [open, { toggle }] = useDisclosure(Object.keys(values).length > 0);
  const offered = filters.filter(({ name, rare }) => !rare || values[name]);
  const fields = offered.map((filter) => (
    <FilterField
      key={filter.name}
      filter={filter}
      value={values[filter.name]}
      onChange={(value) => onFilter({ [filter.name]: value })}
    />
  ));
  const tools = (
    <Group gap={4} ml="auto" wrap="nowrap">
      {actions}
      <Menu closeOnItemClick={false} position="bottom-end">
        <Menu.Target>
          <Tooltip label={t("table.columns")}>
            <ActionIcon aria-label={t("table.columns")}>
              <IconColumns size={17} />
            </ActionIcon>
          </Tooltip>
        </Menu.Target>
        <Menu.Dropdown>
          <Stack gap={6} p="xs">
            {columns.map(({ key, label }) => (
              <Checkbox
                key={key}
                size="xs"
                label={label}
                checked={shown.includes(key)}
                disabled={shown.length === 1 && shown[0] === key}
                onChange={(event) =>
                  onShown(
                    event.currentTarget.checked
                      ? [...shown, key]
                      : shown.filter((each) => each !== key),
                  )
                }
              />
            ))}
          </Stack>
        </Menu.Dropdown>
      </Menu>
      {csv && (
        <Tooltip label={t("table.csv")}>
          <ActionIcon component="a" href={csv} download aria-label={t("table.csv")}>
            <IconDownload size={17} />
          </ActionIcon>
        </Tooltip>
      )}
    </Group>
  );
  if (!small)
    return (
      <Group gap="xs" mb="xs" align="flex-start">
        {fields}
        {tools}
      </Group>
    );
  return (
    <Stack gap="xs" mb="xs">
      <Group gap="xs" wrap="nowrap">
        {filters.length > 0 && (
          <Button size="compact-sm" variant="default" onClick={toggle} aria-expanded={open}>
            {t("table.filters", { count: Object.keys(values).length })}
          </Button>
        )}
        <SortChoice {...props} />
        {tools}
      </Group>
      <Collapse in={open}>
        <Stack gap="xs">{fields}</Stack>
      </Collapse>
    </Stack>
  );
}
