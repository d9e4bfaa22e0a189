// SPDX-License-Identifier: Apache-2.0
/** What stands around every page: the bar above, the rooms at the side or below, the keys. */
import { ActionIcon, AppShell, Drawer, Group, Text } from "@mantine/core";
import { useDisclosure, useMediaQuery } from "@mantine/hooks";
import { type ReactNode, useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { Link, useLocation } from "react-router-dom";
import { useAccounts } from "@/api/session";
import { Credits } from "@/components/Credits";
import { IconMenu } from "@/components/icons";
import { AccountSelect } from "./AccountSelect";
import { Away } from "./Away";
import { BottomBar } from "./BottomBar";
import { KeysHelp } from "./KeysHelp";
import { MeMenu } from "./MeMenu";
import { Rooms } from "./Rooms";
import { SearchBox } from "./SearchBox";
import { ColourSwitch, LanguageSwitch } from "./Switches";
import classes from "./Shell.module.css";

function Logo() {
  return (
    <Link to="/" className={classes.logo}>
      <img src="./favicon.svg" alt="" width={22} height={22} />
      <span>Navette</span>
    </Link>
  );
}

/** After a change of page the keyboard begins at its top, and a screen reader says its name. */
function useFocusOnMain() {
  const main = useRef<HTMLElement>(null);
  const first = useRef(true);
  const { pathname } = useLocation();
  useEffect(() => {
    if (!first.current) main.current?.focus({ preventScroll: true });
    first.current = false;
    window.scrollTo(0, 0);
  }, [pathname]);
  return main;
}

export function Shell({ children }: { children: ReactNode }) {
  const { t } = useTranslation();
  const { account } = useAccounts();
  const { pathname } = useLocation();
  const [drawer, { open, close }] = useDisclosure();
  const small = useMediaQuery("(max-width: 48em)", undefined, { getInitialValueInEffect: false });
  const main = useFocusOnMain();
  useEffect(close, [pathname, close]);
  return (
    <AppShell
      header={{ height: 48 }}
      navbar={{ width: 208, breakpoint: "sm", collapsed: { mobile: true } }}
      footer={{ height: 56, collapsed: !small }}
      padding={{ base: "sm", sm: "lg" }}
    >
      <a
        href="#main"
        className="skip"
        onClick={(event) => {
          event.preventDefault(); // the hash is the router's
          main.current?.focus();
        }}
      >
        {t("skip")}
      </a>
      <AppShell.Header className={classes.header}>
        {small ? (
          <ActionIcon onClick={open} aria-label={t("menu")} size="lg">
            <IconMenu size={20} />
          </ActionIcon>
        ) : (
          <Logo />
        )}
        <AccountSelect />
        {account && (
          <Text size="sm" className={classes.credits}>
            <Credits value={account.credits} />
          </Text>
        )}
        <Group gap={6} ml="auto" wrap="nowrap">
          {!small && <SearchBox />}
          {!small && <LanguageSwitch />}
          {!small && <ColourSwitch />}
          <MeMenu />
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs" aria-label={t("rooms")}>
        <Rooms />
      </AppShell.Navbar>
      <Away />
      <AppShell.Main ref={main} tabIndex={-1} id="main" className={classes.main}>
        {children}
      </AppShell.Main>
      {small && (
        <AppShell.Footer>
          <BottomBar onMore={open} />
        </AppShell.Footer>
      )}
      <Drawer
        opened={drawer}
        onClose={close}
        position="left"
        size={290}
        title="Navette"
        closeButtonProps={{ "aria-label": t("close") }}
      >
        <SearchBox wide />
        <nav aria-label={t("rooms")} style={{ marginBlock: 12 }}>
          <Rooms />
        </nav>
        <Group>
          <LanguageSwitch />
          <ColourSwitch />
        </Group>
      </Drawer>
      <KeysHelp />
    </AppShell>
  );
}
