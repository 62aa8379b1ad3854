import { Button, Checkbox, Group, Select, Stack, TextInput } from "@mantine/core";
import { useState, type FormEvent } from "react";
import { useQuery } from "@tanstack/react-query";
import { Dialog } from "../../parts/Dialog";
import { ErrorNote } from "../../parts/ErrorNote";
import { meQuery } from "../../parts/session";
import { text } from "../../text";
import { isFiltered, type LeadFilter } from "./filters";
import { useDeleteView, useSaveView, useViews } from "./hooks";

const t = text.leads.views;

/** Filters and sort under a name: chosen, saved, and one's own deleted. */
export function Views({ filter, onChange }: { filter: LeadFilter; onChange: (filter: LeadFilter) => void }) {
  const views = useViews();
  const { data: me } = useQuery(meQuery);
  const remove = useDeleteView();
  const [saving, setSaving] = useState(false);
  const chosen = views.data?.find((view) => view._id === filter.view);
  const mine = chosen !== undefined && chosen.ownerId === me?.user._id;
  const savable = !filter.view && (isFiltered(filter) || Boolean(filter.sort));
  if (!views.data?.length && !savable) return null;
  return (
    <Group gap="xs">
      {(views.data?.length ?? 0) > 0 && (
        <Select
          aria-label={t.choose}
          placeholder={t.choose}
          clearable
          data={(views.data ?? []).map((view) => ({ value: view._id, label: view.shared ? t.shared(view.name) : view.name }))}
          value={filter.view ?? null}
          onChange={(view) => onChange(view ? { view } : {})}
        />
      )}
      {savable && (
        <Button variant="default" onClick={() => setSaving(true)}>
          {t.save}
        </Button>
      )}
      {mine && (
        <Button variant="subtle" loading={remove.isPending} onClick={() => remove.mutate(chosen._id, { onSuccess: () => onChange({}) })}>
          {t.remove}
        </Button>
      )}
      {remove.isError && <ErrorNote error={remove.error} />}
      {saving && (
        <SaveView
          filter={filter}
          onClose={(view) => {
            setSaving(false);
            if (view) onChange({ view });
          }}
        />
      )}
    </Group>
  );
}

function SaveView({ filter, onClose }: { filter: LeadFilter; onClose: (view?: string) => void }) {
  const [name, setName] = useState("");
  const [shared, setShared] = useState(false);
  const save = useSaveView();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    event.stopPropagation();
    save.mutate({ name, shared, filter }, { onSuccess: (view) => onClose(view._id) });
  };
  return (
    <Dialog title={t.save} onClose={() => onClose()}>
      <form onSubmit={submit}>
        <Stack>
          <TextInput label={t.name} required maxLength={200} value={name} onChange={(e) => setName(e.currentTarget.value)} data-autofocus />
          <Checkbox label={t.share} checked={shared} onChange={(e) => setShared(e.currentTarget.checked)} />
          {save.isError && <ErrorNote error={save.error} />}
          <Group>
            <Button type="submit" loading={save.isPending}>
              {t.submit}
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}
