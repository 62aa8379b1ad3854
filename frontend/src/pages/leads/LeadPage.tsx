import { Anchor, Button, Card, Group, SimpleGrid, Stack, Text, Timeline, Title } from "@mantine/core";
import { IconAlertTriangle, IconPencil, IconPlus } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { Lead, TimelineEntry } from "../../api/shapes";
import { Facts, Page } from "../../parts/Page";
import { useMay } from "../../parts/session";
import { Loaded } from "../../parts/States";
import { text, when } from "../../text";
import { useLead, useLinks, useTimeline } from "./hooks";
import { leadName } from "./names";
import { startSync, useSync } from "./sync";
import { SyncPanel } from "./SyncPanel";

const ORDER = [
  "firstName", "lastName", "email", "phone", "phoneRaw", "company", "title", "website", "address.street", "address.postalCode",
  "address.city", "address.region", "address.country", "status", "source", "value", "score", "tags", "consent", "externalId",
] as const;

export default function LeadPage() {
  const { id } = useParams({ from: "/super-user/leads/$id" });
  const lead = useLead(id);
  if (lead.data) return <LeadView lead={lead.data} />;
  return (
    <Page title={text.leads.title}>
      <Loaded query={lead}>{() => null}</Loaded>
    </Page>
  );
}

function LeadView({ lead }: { lead: Lead }) {
  const client = useQueryClient();
  const sync = useSync();
  const maySync = useMay("sync.run");
  const start = () =>
    void startSync([lead._id], () => {
      void client.invalidateQueries({ queryKey: ["lead", lead._id] });
      void client.invalidateQueries({ queryKey: ["errors"] });
    });
  const custom = Object.entries(lead.custom);
  return (
    <Page
      title={leadName(lead)}
      lead={[lead.title, lead.company].filter(Boolean).join(", ")}
      actions={
        <>
          <Button variant="default" renderRoot={(props) => <Link to="/super-user/leads" {...props} />}>
            {text.lead.back}
          </Button>
          {maySync && (
            <Button onClick={start} disabled={sync.phase === "running"}>
              {text.leads.syncOne}
            </Button>
          )}
        </>
      }
    >
      <SyncPanel />
      <SimpleGrid cols={{ base: 1, md: 2 }}>
        <Panel title={text.lead.fields}>
          <Facts facts={ORDER.flatMap((name) => factOf(lead, name))} />
          {custom.length > 0 && (
            <>
              <Title order={3} size="h6">
                {text.lead.custom}
              </Title>
              <Facts facts={custom.map(([name, value]) => [name, shown(value)])} />
            </>
          )}
        </Panel>
        <Stack>
          <Links lead={lead} />
          <Happened lead={lead} />
        </Stack>
      </SimpleGrid>
    </Page>
  );
}

function Panel({ title, children }: { title: string; children: ReactNode }) {
  return (
    <Card withBorder component="section" aria-label={title}>
      <Stack gap="sm">
        <Title order={2} size="h5">
          {title}
        </Title>
        {children}
      </Stack>
    </Card>
  );
}

function Links({ lead }: { lead: Lead }) {
  const links = useLinks(lead);
  return (
    <Panel title={text.lead.links}>
      <Loaded query={links} lines={2}>
        {(found) =>
          found === null || found.length === 0 ? (
            <Text size="sm" c="dimmed">
              {found === null ? text.lead.linksUnknown : text.lead.linksNone}
            </Text>
          ) : (
            found.map((link) => (
              <Group key={`${link.provider}:${link.crmId}`} gap="xs">
                <Text size="sm" fw={600}>
                  {link.provider}
                </Text>
                <code>{link.crmId}</code>
                {link.url && (
                  <Anchor size="sm" href={link.url} target="_blank" rel="noreferrer" underline="always">
                    {text.lead.open}
                  </Anchor>
                )}
              </Group>
            ))
          )
        }
      </Loaded>
    </Panel>
  );
}

const TITLES: Record<string, string> = { created: text.lead.created, updated: text.lead.updated, failure: text.lead.failure };
const ICONS: Record<string, ReactNode> = {
  created: <IconPlus size={14} />,
  failure: <IconAlertTriangle size={14} />,
};

function Happened({ lead }: { lead: Lead }) {
  const timeline = useTimeline(lead);
  return (
    <Panel title={text.lead.timeline}>
      <Loaded query={timeline} lines={3}>
        {(entries) => (
          <Timeline bulletSize={26} lineWidth={2} active={-1}>
            {entries.map((entry: TimelineEntry, index) => (
              <Timeline.Item key={entry._id ?? index} bullet={ICONS[entry.type] ?? <IconPencil size={14} />} title={entry.title ?? TITLES[entry.type] ?? entry.type}>
                <Text size="sm" c="dimmed">
                  {when(entry.at)}
                  {entry.by ? `, ${entry.by}` : ""}
                </Text>
                {entry.message && <Text size="sm">{entry.message}</Text>}
              </Timeline.Item>
            ))}
          </Timeline>
        )}
      </Loaded>
    </Panel>
  );
}

function factOf(lead: Lead, name: (typeof ORDER)[number]): [string, ReactNode][] {
  const value = name.startsWith("address.")
    ? lead.address?.[name.slice("address.".length) as keyof NonNullable<Lead["address"]>]
    : lead[name as keyof Lead];
  if (value === undefined || value === null || value === "" || (Array.isArray(value) && value.length === 0)) return [];
  return [[text.lead.labels[name] ?? name, shown(value)]];
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return value.join(", ");
  if (typeof value !== "object" || value === null) return String(value);
  if ("given" in value) return value.given ? text.lead.consentYes : text.lead.consentNo;
  if ("amount" in value) return [value.amount, (value as { currency?: string }).currency].filter(Boolean).join(" ");
  return JSON.stringify(value);
}
