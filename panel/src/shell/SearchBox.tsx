// SPDX-License-Identifier: Apache-2.0
/** Finds a thread by its number, messages by a word, and pages by their name. */
import { Combobox, Kbd, TextInput, useCombobox } from "@mantine/core";
import { useHotkeys } from "@mantine/hooks";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router-dom";
import { useAccounts, useMay } from "@/api/session";
import { IconSearch } from "@/components/icons";
import { pages } from "@/pages/areas";
import { linkOf } from "./Rooms";

interface Found {
  to: string;
  label: string;
}

function plain(text: string): string {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}

function useFound(typed: string): Found[] {
  const { t } = useTranslation();
  const may = useMay();
  const { account } = useAccounts();
  const words = typed.trim();
  if (!words) return [];
  const found: Found[] = [];
  const wanted = plain(words);
  const named = pages
    .filter(({ room, needs }) => room && (needs.length === 0 || may(...needs)))
    .map((page) => ({ to: linkOf(page), name: t(page.label) }))
    .filter(({ name }) => plain(name).includes(wanted))
    .map(({ to, name }) => ({ to, label: t("search.page", { page: name }), name: plain(name) }));
  found.push(...named.filter(({ name }) => name.startsWith(wanted)));
  const digits = words.replace(/[\s().-]/g, "");
  if (/^\+?\d{4,}$/.test(digits)) {
    if (account) found.push({ to: `/chat?q=${digits}`, label: t("search.thread", { words }) });
    found.push({ to: `/messages/sent?to=${digits}`, label: t("search.to", { words }) });
  } else {
    const query = encodeURIComponent(words);
    found.push({ to: `/messages/sent?text=${query}`, label: t("search.sent", { words }) });
    found.push({ to: `/messages/received?text=${query}`, label: t("search.received", { words }) });
  }
  found.push(...named.filter(({ name }) => !name.startsWith(wanted)));
  return found.slice(0, 8);
}

export function SearchBox({ wide }: { wide?: boolean }) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState("");
  const input = useRef<HTMLInputElement>(null);
  const box = useCombobox({ onDropdownClose: () => box.resetSelectedOption() });
  const go = useNavigate();
  const found = useFound(typed);
  useHotkeys([["/", () => input.current?.focus()]]);
  return (
    <Combobox
      store={box}
      onOptionSubmit={(to) => {
        setTyped("");
        box.closeDropdown();
        input.current?.blur();
        go(to);
      }}
    >
      <Combobox.Target>
        <TextInput
          ref={input}
          size="xs"
          w={wide ? "100%" : 230}
          aria-label={t("search.label")}
          placeholder={t("search.placeholder")}
          leftSection={<IconSearch size={14} aria-hidden />}
          rightSection={wide || typed ? null : <Kbd size="xs">/</Kbd>}
          value={typed}
          onChange={(event) => {
            setTyped(event.currentTarget.value);
            box.openDropdown();
            box.selectFirstOption();
          }}
          onFocus={() => box.openDropdown()}
          onBlur={() => box.closeDropdown()}
          onKeyDown={(event) => event.key === "Escape" && input.current?.blur()}
        />
      </Combobox.Target>
      <Combobox.Dropdown hidden={found.length === 0}>
        <Combobox.Options>
          {found.map(({ to, label }) => (
            <Combobox.Option key={to} value={to}>
              {label}
            </Combobox.Option>
          ))}
        </Combobox.Options>
      </Combobox.Dropdown>
    </Combobox>
  );
}
