import { Button, Collapse, Group, SegmentedControl, Select, SimpleGrid, TextInput, type TextInputProps } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { useEffect, useState, type FormEvent } from "react";
import { text } from "../../text";
import { isFiltered, sortable, type FilterName, type LeadFilter } from "./filters";
import { Views } from "./Views";

const t = text.leads;
const FIRST = ["status", "tag"] as const;
const MORE = ["source", "country", "ownerId", "createdFrom", "createdTo", "minValue", "minScore"] as const;
const KINDS: { [Name in FilterName]?: Partial<TextInputProps> } = {
  createdFrom: { type: "date" },
  createdTo: { type: "date" },
  minValue: { inputMode: "decimal" },
  minScore: { inputMode: "numeric" },
  country: { maxLength: 2, placeholder: "US" },
};

/** The filter as it stands in the address, to be changed; the hub does the filtering. */
export function LeadFilters({ filter, onChange }: { filter: LeadFilter; onChange: (filter: LeadFilter) => void }) {
  const [draft, setDraft] = useState<LeadFilter>(filter);
  const [open, setOpen] = useState(MORE.some((name) => filter[name]));
  const key = JSON.stringify(filter);
  useEffect(() => setDraft(JSON.parse(key) as LeadFilter), [key]);
  const deleted = filter.state === "deleted";
  const apply = (event: FormEvent) => {
    event.preventDefault();
    onChange(draft);
  };
  const field = (name: (typeof FIRST)[number] | (typeof MORE)[number]) => (
    <TextInput
      key={name}
      label={t.filters[name]}
      value={draft[name] ?? ""}
      onChange={(e) => setDraft({ ...draft, [name]: e.currentTarget.value })}
      flex="1 1 7rem"
      {...KINDS[name]}
    />
  );
  return (
    <form onSubmit={apply} role="search" aria-label={text.nav.leads}>
      <Group gap="sm" justify="space-between" mb="sm">
        <SegmentedControl
          aria-label={t.state}
          data={[
            { value: "live", label: t.live },
            { value: "deleted", label: t.deleted },
          ]}
          value={deleted ? "deleted" : "live"}
          onChange={(state) => onChange(state === "deleted" ? { state } : {})}
        />
        {!deleted && <Views filter={filter} onChange={onChange} />}
      </Group>
      <Group gap="sm" align="flex-end">
        {!deleted && (
          <>
            <TextInput
              label={t.search}
              placeholder={t.searchAny}
              leftSection={<IconSearch size={16} />}
              value={draft.q ?? ""}
              onChange={(e) => setDraft({ ...draft, q: e.currentTarget.value })}
              flex="3 1 14rem"
            />
            {FIRST.map(field)}
          </>
        )}
        <Select
          label={t.sort}
          description={sortable(filter) ? undefined : t.sortWords}
          inputWrapperOrder={["label", "input", "description", "error"]}
          data={Object.entries(t.sorts).map(([value, label]) => ({ value, label }))}
          value={filter.sort ?? "-createdAt"}
          disabled={!sortable(filter)}
          allowDeselect={false}
          onChange={(sort) => onChange({ ...draft, sort: sort ?? undefined })}
          flex={deleted ? "0 1 14rem" : "1 1 11rem"}
        />
        {!deleted && (
          <>
            <Button type="submit" variant="default">
              {t.search}
            </Button>
            <Button variant="subtle" onClick={() => setOpen(!open)} aria-expanded={open}>
              {open ? t.fewer : t.moreFilters}
            </Button>
            {isFiltered(filter) && (
              <Button variant="subtle" onClick={() => onChange({ sort: filter.sort })}>
                {t.clear}
              </Button>
            )}
          </>
        )}
      </Group>
      <Collapse expanded={open && !deleted} keepMounted={false}>
        <SimpleGrid cols={{ base: 2, sm: 4, lg: 7 }} spacing="sm" mt="sm">
          {MORE.map(field)}
        </SimpleGrid>
      </Collapse>
    </form>
  );
}
