import { Button, Group, Select, TextInput } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { useEffect, useState, type FormEvent } from "react";
import { text } from "../../text";
import { FILTERS, SEARCHES_ALL, sortable, type LeadFilter } from "./hooks";

/** The filter as it stands in the address, to be changed; the hub does the filtering. */
export function LeadFilters({ filter, onChange }: { filter: LeadFilter; onChange: (filter: LeadFilter) => void }) {
  const [draft, setDraft] = useState<LeadFilter>(filter);
  const key = JSON.stringify(filter);
  useEffect(() => setDraft(JSON.parse(key) as LeadFilter), [key]);
  const apply = (event: FormEvent) => {
    event.preventDefault();
    onChange(draft);
  };
  const filtered = Boolean(filter.q ?? filter.status ?? filter.source ?? filter.tag);
  return (
    <form onSubmit={apply} role="search" aria-label={text.nav.leads}>
      <Group gap="sm" align="flex-end">
        <TextInput
          label={text.leads.search}
          placeholder={SEARCHES_ALL ? text.leads.searchAny : text.leads.searchEmail}
          leftSection={<IconSearch size={16} />}
          value={draft.q ?? ""}
          onChange={(e) => setDraft({ ...draft, q: e.currentTarget.value })}
          flex="1 1 14rem"
        />
        {FILTERS.map((name) => (
          <TextInput
            key={name}
            label={text.leads[name]}
            value={draft[name] ?? ""}
            onChange={(e) => setDraft({ ...draft, [name]: e.currentTarget.value })}
            flex="1 1 7rem"
          />
        ))}
        <Select
          label={text.leads.sort}
          data={Object.entries(text.leads.sorts).map(([value, label]) => ({ value, label }))}
          value={filter.sort ?? "-createdAt"}
          disabled={!sortable(filter)}
          allowDeselect={false}
          onChange={(sort) => onChange({ ...draft, sort: sort ?? undefined })}
          flex="1 1 11rem"
        />
        <Button type="submit" variant="default">
          {text.leads.search}
        </Button>
        {filtered && (
          <Button variant="subtle" onClick={() => onChange({ sort: filter.sort })}>
            {text.leads.clear}
          </Button>
        )}
      </Group>
    </form>
  );
}
