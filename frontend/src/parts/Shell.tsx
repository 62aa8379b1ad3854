import { ActionIcon, AppShell, Burger, Group, NavLink, Text, Tooltip } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconAddressBook, IconAlertCircle, IconFileImport, IconLogout, IconPlugConnected, IconSettings } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, Outlet, useRouterState } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { api, data, keepCsrf } from "../api/client";
import { text } from "../text";
import { SchemeSwitch } from "./SchemeSwitch";
import { meQuery } from "./session";

const PAGES = [
  { to: "/super-user/integrations", label: text.nav.integrations, icon: IconPlugConnected },
  { to: "/super-user/leads", label: text.nav.leads, icon: IconAddressBook },
  { to: "/super-user/imports", label: text.nav.imports, icon: IconFileImport },
  { to: "/super-user/errors", label: text.nav.errors, icon: IconAlertCircle },
  { to: "/super-user/settings", label: text.nav.settings, icon: IconSettings },
] as const;

/** What is reached by way of the integrations page belongs to it. */
const BELONGS = /^\/super-user\/(automations|executions)(\/|$)/;

const isAt = (path: string, to: string): boolean => path.startsWith(to) || (to === "/super-user/integrations" && BELONGS.test(path));

export function Shell() {
  const [open, { toggle, close }] = useDisclosure(false);
  const path = useRouterState({ select: (state) => state.location.pathname });
  const main = useRef<HTMLElement>(null);
  const before = useRef(path);
  useEffect(() => {
    if (before.current !== path) {
      before.current = path;
      close();
      main.current?.focus({ preventScroll: true }); // a reader of the screen hears that the page has changed
    }
  }, [path, close]);
  return (
    <AppShell header={{ height: 56 }} navbar={{ width: 220, breakpoint: "sm", collapsed: { mobile: !open } }} padding={{ base: "sm", sm: "lg" }}>
      <a className="skip" href="#content">
        {text.app.skip}
      </a>
      <AppShell.Header px="md">
        <Group h="100%" justify="space-between" wrap="nowrap">
          <Group gap="sm" wrap="nowrap">
            <Burger opened={open} onClick={toggle} hiddenFrom="sm" size="sm" aria-label={text.app.menu} aria-expanded={open} />
            <img src="/assets/mark.svg" width={28} height={28} alt="" />
            <Text fw={650}>{text.app.name}</Text>
          </Group>
          <Account />
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs" aria-label={text.app.menu}>
        {PAGES.map(({ to, label, icon: Icon }) => (
          <NavLink
            key={to}
            label={label}
            leftSection={<Icon size={18} />}
            active={isAt(path, to)}
            aria-current={isAt(path, to) ? "page" : undefined}
            variant="light"
            renderRoot={(props) => <Link to={to} {...props} />}
          />
        ))}
      </AppShell.Navbar>
      <AppShell.Main id="content" ref={main} tabIndex={-1} maw={1280}>
        <Outlet />
      </AppShell.Main>
    </AppShell>
  );
}

function Account() {
  const { data: me } = useQuery(meQuery);
  const client = useQueryClient();
  const signOut = async () => {
    await data(api.POST("/api/v1/auth/logout"));
    keepCsrf(null);
    client.clear();
    window.location.assign("/sign-in");
  };
  return (
    <Group gap="xs" wrap="nowrap">
      <Text size="sm" visibleFrom="sm" c="dimmed" data-testid="who">
        {me ? `${me.user.name}, ${me.company.name}` : ""}
      </Text>
      <SchemeSwitch />
      <Tooltip label={text.app.signOut}>
        <ActionIcon variant="default" size="lg" aria-label={text.app.signOut} onClick={() => void signOut()}>
          <IconLogout size={18} />
        </ActionIcon>
      </Tooltip>
    </Group>
  );
}
