import { Button, Group, SimpleGrid, Stack, Text, Title } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { useState, type ReactNode } from "react";
import type { Lead } from "../../api/shapes";
import { Dialog } from "../../parts/Dialog";
import { ErrorNote } from "../../parts/ErrorNote";
import { Facts, Page, Panel } from "../../parts/Page";
import { useMay } from "../../parts/session";
import { Loaded } from "../../parts/States";
import { text } from "../../text";
import { Happened } from "./Happened";
import { useDelete, useLead } from "./hooks";
import { Links } from "./Links";
import { leadName } from "./names";
import { startSync, useSync } from "./sync";
import { SyncPanel } from "./SyncPanel";
import { shown } from "./values";

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
  const mayWrite = useMay("leads.write");
  const [deleting, setDeleting] = useState(false);
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
          {mayWrite && (
            <Button variant="default" c="var(--mantine-color-error)" onClick={() => setDeleting(true)}>
              {text.lead.delete}
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
          <Links id={lead._id} />
          <Happened id={lead._id} />
        </Stack>
      </SimpleGrid>
      {deleting && <DeleteDialog lead={lead} onClose={() => setDeleting(false)} />}
    </Page>
  );
}

function DeleteDialog({ lead, onClose }: { lead: Lead; onClose: () => void }) {
  const remove = useDelete();
  const navigate = useNavigate();
  const start = () =>
    remove.mutate(lead._id, { onSuccess: () => void navigate({ to: "/super-user/leads", search: { state: "deleted" } }) });
  return (
    <Dialog title={text.lead.deleteTitle(leadName(lead))} onClose={onClose}>
      <Stack>
        <Text>{text.lead.deleteHint}</Text>
        {remove.isError && <ErrorNote error={remove.error} />}
        <Group>
          <Button color="red.9" onClick={start} loading={remove.isPending}>
            {text.lead.deleteNow}
          </Button>
          <Button variant="default" onClick={onClose}>
            {text.common.cancel}
          </Button>
        </Group>
      </Stack>
    </Dialog>
  );
}

function factOf(lead: Lead, name: (typeof ORDER)[number]): [string, ReactNode][] {
  const value = name.startsWith("address.")
    ? lead.address?.[name.slice("address.".length) as keyof NonNullable<Lead["address"]>]
    : lead[name as keyof Lead];
  if (value === undefined || value === null || value === "" || (Array.isArray(value) && value.length === 0)) return [];
  return [[text.lead.labels[name] ?? name, shown(value)]];
}

