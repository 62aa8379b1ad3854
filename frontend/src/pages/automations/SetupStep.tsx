import { Button, Group, Select, Stack, Text, TextInput, Title } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useRef, useState, type FormEvent } from "react";
import type { Created, NewAutomation, Template } from "../../api/automation";
import { ErrorNote } from "../../parts/ErrorNote";
import { text } from "../../text";
import { RunByField, TriggerField } from "./Choices";
import { ConfigFields, settingNames } from "./ConfigFields";
import { begin, newOf, type Draft } from "./draft";
import { AddressFields, FilterField, PaceFields } from "./Fields";
import { idempotencyKey, useCreate } from "./hooks";

const t = text.automation.wizard;
const CUSTOM = "custom";

interface Props {
  templates: Template[];
  first: string | undefined;
  onCreated: (created: Created) => void;
}

/** What the automation is to do. */
export function SetupStep({ templates, first, onCreated }: Props) {
  const [chosen, setChosen] = useState(first ?? templates[0]?.id ?? CUSTOM);
  const template = templates.find((one) => one.id === chosen);
  const [draft, setDraft] = useState<Draft>(() => begin(template));
  const create = useCreate();
  const keyOf = useKeyOf();
  const change = (part: Partial<Draft>) => setDraft((before) => ({ ...before, ...part }));
  const choose = (value: string | null) => {
    const next = templates.find((one) => one.id === value);
    setChosen(next?.id ?? CUSTOM);
    setDraft((before) => ({ ...begin(next), name: before.name, url: before.url, apiKey: before.apiKey, scenario: before.scenario }));
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const body = newOf(draft, template);
    create.mutate({ key: keyOf(body), body }, { onSuccess: onCreated });
  };
  return (
    <form onSubmit={submit}>
      <Stack maw={640}>
        <Select
          label={t.begin}
          data={[...templates.map((one) => ({ value: one.id, label: one.name })), { value: CUSTOM, label: t.custom }]}
          value={template?.id ?? CUSTOM}
          allowDeselect={false}
          onChange={choose}
        />
        {template ? <About template={template} /> : <TriggerField value={draft.trigger} onChange={(trigger) => change({ trigger })} />}
        <TextInput label={t.name} description={t.nameHint} placeholder={template?.name} required={!template} maxLength={120} value={draft.name} onChange={(e) => change({ name: e.currentTarget.value })} />
        {template && template.runBy.length > 1 && <RunByField options={template.runBy} value={draft.runBy} onChange={(runBy) => change({ runBy })} />}
        {draft.runBy === "make" && <AddressFields draft={draft} change={change} />}
        {template && settingNames(template.configSchema, draft.runBy).length > 0 && (
          <>
            <Title order={2} size="h5">
              {t.config}
            </Title>
            <ConfigFields key={template.id} schema={template.configSchema} runBy={draft.runBy} values={draft.config} change={(config) => change({ config })} />
          </>
        )}
        <FilterField draft={draft} change={change} />
        {draft.runBy === "make" && <PaceFields draft={draft} change={change} />}
        {create.isError && <ErrorNote error={create.error} />}
        <Group>
          <Button type="submit" loading={create.isPending} disabled={!template && !draft.trigger}>
            {t.create}
          </Button>
          <Button variant="subtle" renderRoot={(props) => <Link to="/super-user/integrations" search={{ tab: "automation" }} {...props} />}>
            {text.common.cancel}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

/** A key for each body: the same one tried again makes no second automation, a corrected one is another. */
function useKeyOf(): (body: NewAutomation) => string {
  const last = useRef({ body: "", key: "" });
  return (body) => {
    const now = JSON.stringify(body);
    if (last.current.body !== now) last.current = { body: now, key: idempotencyKey() };
    return last.current.key;
  };
}

function About({ template }: { template: Template }) {
  return (
    <Stack gap={4}>
      <Text size="sm">{template.description}</Text>
      <Text size="sm" c="dimmed">
        {text.automation.templates.when}: {template.trigger.label}. {text.automation.templates.then}: {template.actions.map((one) => one.label).join(", ")}.
      </Text>
    </Stack>
  );
}
