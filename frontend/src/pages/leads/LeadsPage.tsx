import { Button, Card, Checkbox, Group, Stack, Text } from "@mantine/core";
import { IconDownload, IconFileImport } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import type { Lead } from "../../api/shapes";
import { ErrorNote } from "../../parts/ErrorNote";
import { Page } from "../../parts/Page";
import { Rows, type Column } from "../../parts/Rows";
import { useMay } from "../../parts/session";
import { Empty, Listed } from "../../parts/States";
import { text, when } from "../../text";
import { isFiltered, type LeadFilter } from "./filters";
import { exportAddress, matchingIds, useCount, useLeads, useRestore } from "./hooks";
import { LeadFilters } from "./LeadFilters";
import { leadName } from "./names";
import { startSync, useSync } from "./sync";
import { SyncPanel } from "./SyncPanel";

const MOST = 500;

export default function LeadsPage() {
  const filter = useSearch({ from: "/super-user/leads" });
  const navigate = useNavigate();
  const leads = useLeads(filter);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const mayImport = useMay("imports.run");
  const filtered = isFiltered(filter);
  const deleted = filter.state === "deleted";
  const change = (next: LeadFilter) => {
    setChosen(new Set());
    const kept = Object.fromEntries(Object.entries(next).filter(([, value]) => value)) as LeadFilter;
    void navigate({ to: "/super-user/leads", search: kept });
  };
  return (
    <Page
      title={text.leads.title}
      lead={text.leads.lead}
      actions={
        <>
          <Button variant="default" leftSection={<IconDownload size={18} />} component="a" href={exportAddress(filter)} download>
            {text.leads.export}
          </Button>
          {mayImport && <ImportButton />}
        </>
      }
    >
      <SyncPanel />
      <Card withBorder>
        <Stack>
          <LeadFilters filter={filter} onChange={change} />
          <Group justify="space-between" gap="xs">
            {!deleted && <Selection filter={filter} chosen={chosen} choose={setChosen} />}
            <Count filter={filter} />
          </Group>
          <Listed
            list={leads}
            empty={
              deleted ? (
                <Empty title={text.leads.emptyDeleted} />
              ) : filtered ? (
                <Empty title={text.leads.emptyFiltered} hint={text.leads.emptyFilteredHint} />
              ) : (
                <Empty title={text.leads.empty} hint={text.leads.emptyHint}>
                  {mayImport && <ImportButton />}
                </Empty>
              )
            }
          >
            {(items) => (deleted ? <DeletedTable items={items} /> : <LeadTable items={items} chosen={chosen} choose={setChosen} />)}
          </Listed>
        </Stack>
      </Card>
    </Page>
  );
}

/** How many leads match; past what the hub counts, that there are at least so many. */
function Count({ filter }: { filter: LeadFilter }) {
  const counted = useCount(filter);
  return (
    <Text size="sm" c="dimmed" ml="auto" data-count={counted.data?.count}>
      {counted.data ? text.leads.count(counted.data.count, counted.data.capped) : ""}
    </Text>
  );
}

function ImportButton() {
  return (
    <Button leftSection={<IconFileImport size={18} />} variant="default" renderRoot={(props) => <Link to="/super-user/imports/new" {...props} />}>
      {text.leads.import}
    </Button>
  );
}

interface Choice {
  chosen: ReadonlySet<string>;
  choose: (chosen: ReadonlySet<string>) => void;
}

/** What can be done with the chosen leads, and the way to choose every one that matches. */
function Selection({ filter, chosen, choose }: Choice & { filter: LeadFilter }) {
  const client = useQueryClient();
  const sync = useSync();
  const maySync = useMay("sync.run");
  const [found, setFound] = useState(0);
  const all = useMutation({
    mutationFn: () => matchingIds(filter, MOST, setFound),
    onSuccess: (ids) => choose(new Set(ids)),
  });
  if (!maySync) return null;
  const start = () => {
    void startSync([...chosen], () => {
      void client.invalidateQueries({ queryKey: ["errors"] });
      void client.invalidateQueries({ queryKey: ["lead"] });
    });
    choose(new Set());
  };
  return (
    <Stack gap="xs">
      <Group gap="xs">
        <Button onClick={start} disabled={chosen.size === 0 || sync.phase === "running"}>
          {text.leads.sync}
        </Button>
        <Button variant="default" onClick={() => all.mutate()} loading={all.isPending}>
          {text.leads.selectMatching}
        </Button>
        {chosen.size > 0 && (
          <Button variant="subtle" onClick={() => choose(new Set())}>
            {text.leads.clearSelection}
          </Button>
        )}
        <Text size="sm" role="status" data-selected={chosen.size}>
          {all.isPending ? text.leads.selecting(found) : text.leads.selected(chosen.size)}
          {chosen.size === MOST ? `. ${text.leads.selectMax(MOST)}` : ""}
        </Text>
      </Group>
      {all.isError && <ErrorNote error={all.error} retry={() => all.mutate()} />}
    </Stack>
  );
}

const PLAIN: Column<Lead>[] = [
  { label: text.leads.columns.email, cell: (lead) => <span className="wrap">{lead.email ?? ""}</span> },
  { label: text.leads.columns.company, cell: (lead) => lead.company ?? "" },
];

/** Leads that were put away, each with the way back. */
function DeletedTable({ items }: { items: Lead[] }) {
  const restore = useRestore();
  const may = useMay("leads.write");
  return (
    <Stack>
      {restore.isError && <ErrorNote error={restore.error} />}
      <Rows
        label={text.leads.deleted}
        items={items}
        keyOf={(lead) => lead._id}
        columns={[
          { label: text.leads.columns.name, bare: true, cell: (lead) => <strong>{leadName(lead)}</strong> },
          ...PLAIN,
          { label: text.leads.columns.changed, cell: (lead) => when(lead.updatedAt) },
          {
            label: text.common.actions,
            cell: (lead) =>
              may && (
                <Button
                  size="xs"
                  variant="default"
                  aria-label={text.leads.restoreOne(leadName(lead))}
                  loading={restore.isPending && restore.variables === lead._id}
                  onClick={() => restore.mutate(lead._id)}
                >
                  {text.leads.restore}
                </Button>
              ),
          },
        ]}
      />
    </Stack>
  );
}

function LeadTable({ items, chosen, choose }: Choice & { items: Lead[] }) {
  const toggle = (id: string) => {
    const next = new Set(chosen);
    if (!next.delete(id) && next.size < MOST) next.add(id);
    choose(next);
  };
  const shown = items.slice(0, MOST).map((lead) => lead._id);
  const every = shown.length > 0 && shown.every((id) => chosen.has(id));
  return (
    <Rows
      label={text.leads.title}
      items={items}
      keyOf={(lead) => lead._id}
      columns={[
        {
          label: text.common.actions,
          bare: true,
          head: <Checkbox aria-label={text.leads.selectAll} checked={every} indeterminate={!every && chosen.size > 0} onChange={() => choose(new Set(every ? [] : shown))} />,
          cell: (lead) => <Checkbox aria-label={text.leads.selectOne(leadName(lead))} checked={chosen.has(lead._id)} onChange={() => toggle(lead._id)} />,
        },
        {
          label: text.leads.columns.name,
          bare: true,
          cell: (lead) => (
            <Link className="cell-link" to="/super-user/leads/$id" params={{ id: lead._id }}>
              {leadName(lead)}
            </Link>
          ),
        },
        ...PLAIN,
        { label: text.leads.columns.status, cell: (lead) => lead.status ?? "" },
        { label: text.leads.columns.source, cell: (lead) => lead.source ?? "" },
        { label: text.leads.columns.created, cell: (lead) => when(lead.createdAt) },
      ]}
    />
  );
}
