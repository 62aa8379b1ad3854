import { Button, Card, Group, Stack, Tabs, Text } from "@mantine/core";
import { IconPlugConnected } from "@tabler/icons-react";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import type { ComponentType } from "react";
import { Page } from "../../parts/Page";
import { text } from "../../text";
import { Audit } from "./Audit";
import { CompanyTab } from "./CompanyTab";
import { Keys } from "./Keys";
import { Members } from "./Members";

const TABS: Record<keyof typeof text.settings.tabs, ComponentType> = { company: CompanyTab, members: Members, keys: Keys, audit: Audit };

export default function SettingsPage() {
  const { tab } = useSearch({ from: "/super-user/settings" });
  const navigate = useNavigate();
  const names = Object.keys(TABS) as (keyof typeof TABS)[];
  const current = names.find((name) => name === tab) ?? "company";
  const Shown = TABS[current];
  return (
    <Page title={text.settings.title}>
      <Card withBorder>
        <Group justify="space-between">
          <Stack gap={0}>
            <Text fw={600}>{text.integrations.title}</Text>
            <Text size="sm" c="dimmed">
              {text.settings.manageHint}
            </Text>
          </Stack>
          <Button leftSection={<IconPlugConnected size={18} />} renderRoot={(props) => <Link to="/super-user/integrations" {...props} />}>
            {text.settings.manage}
          </Button>
        </Group>
      </Card>
      <Tabs value={current} keepMounted={false} onChange={(value) => void navigate({ to: "/super-user/settings", search: { tab: value ?? undefined } })}>
        <Tabs.List mb="md">
          {names.map((name) => (
            <Tabs.Tab key={name} value={name}>
              {text.settings.tabs[name]}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value={current}>
          <Shown />
        </Tabs.Panel>
      </Tabs>
    </Page>
  );
}
