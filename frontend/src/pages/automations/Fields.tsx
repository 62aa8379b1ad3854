/** The fields of an automation that the wizard and the page's form have in common. */
import { Button, Checkbox, Collapse, SimpleGrid, Stack, Text, Textarea, TextInput } from "@mantine/core";
import { useState } from "react";
import { text } from "../../text";
import type { Draft } from "./draft";
import { useSamples } from "./hooks";
import { Json } from "./Json";

const t = text.automation.wizard;

export interface FieldsProps {
  draft: Draft;
  change: (part: Partial<Draft>) => void;
}

/** Make's address and what goes with it. `masked` is the address that stands already. */
export function AddressFields({ draft, change, masked }: FieldsProps & { masked?: string }) {
  return (
    <>
      <TextInput
        label={t.url}
        description={masked ? t.urlKept(masked) : t.urlHint}
        type="url"
        placeholder="https://hook.eu2.make.com/..."
        autoComplete="off"
        maxLength={2000}
        disabled={draft.forgetUrl}
        value={draft.url}
        onChange={(e) => change({ url: e.currentTarget.value })}
      />
      {masked && <Checkbox label={t.urlForget} checked={draft.forgetUrl} onChange={(e) => change({ forgetUrl: e.currentTarget.checked })} />}
      <TextInput
        label={t.apiKey}
        description={t.apiKeyHint}
        type="password"
        autoComplete="off"
        maxLength={500}
        disabled={draft.forgetKey}
        value={draft.apiKey}
        onChange={(e) => change({ apiKey: e.currentTarget.value })}
      />
      {masked && <Checkbox label={t.apiKeyForget} checked={draft.forgetKey} onChange={(e) => change({ forgetKey: e.currentTarget.checked })} />}
      <TextInput label={t.scenario} description={t.scenarioHint} maxLength={100} value={draft.scenario} onChange={(e) => change({ scenario: e.currentTarget.value })} />
    </>
  );
}

/** The expression that lets events through, with an event to look at. */
export function FilterField({ draft, change }: FieldsProps) {
  const [open, setOpen] = useState(false);
  return (
    <Stack gap="xs">
      <Textarea
        label={t.filter}
        description={t.filterHint}
        placeholder={t.filterExample}
        autosize
        minRows={2}
        maxRows={8}
        maxLength={2048}
        spellCheck={false}
        styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)" } }}
        value={draft.filter}
        onChange={(e) => change({ filter: e.currentTarget.value })}
      />
      <Button variant="subtle" size="compact-sm" aria-expanded={open} onClick={() => setOpen(!open)} style={{ alignSelf: "flex-start" }}>
        {t.sample}
      </Button>
      {open && <Sample type={draft.trigger} />}
    </Stack>
  );
}

function Sample({ type }: { type: string }) {
  const samples = useSamples(type);
  if (!type) return <Text size="sm">{t.sampleWait}</Text>;
  const first = samples.data?.[0];
  if (first === undefined) return samples.isError ? null : <Text size="sm">{text.common.loading}</Text>;
  return <Json value={first} label={t.sample} />;
}

/** How fast and how patiently the address is called. */
export function PaceFields({ draft, change }: FieldsProps) {
  const [open, setOpen] = useState(false);
  return (
    <Stack gap="sm">
      <Button variant="subtle" size="compact-sm" aria-expanded={open} onClick={() => setOpen(!open)} style={{ alignSelf: "flex-start" }}>
        {open ? t.fewer : t.advanced}
      </Button>
      <Collapse expanded={open} keepMounted={false}>
        <Stack gap="sm">
          <SimpleGrid cols={{ base: 1, xs: 3 }} spacing="sm">
            <NumberField label={t.perSecond} hint={t.perSecondHint} placeholder="20" value={draft.perSecond} max={1000} step="any" onChange={(perSecond) => change({ perSecond })} />
            <NumberField label={t.concurrency} hint={t.concurrencyHint} placeholder="10" value={draft.concurrency} max={100} step="1" onChange={(concurrency) => change({ concurrency })} />
            <NumberField label={t.timeout} hint={t.timeoutHint} placeholder="15" value={draft.timeout} max={15} step="any" onChange={(timeout) => change({ timeout })} />
          </SimpleGrid>
          <Checkbox label={t.ordered} description={t.orderedHint} checked={draft.ordered} onChange={(e) => change({ ordered: e.currentTarget.checked })} />
          <TextInput
            label={t.schedule}
            description={t.scheduleHint}
            inputMode="numeric"
            pattern="[0-9.,;\s]*"
            value={draft.schedule}
            onChange={(e) => change({ schedule: e.currentTarget.value })}
          />
        </Stack>
      </Collapse>
    </Stack>
  );
}

interface NumberProps {
  label: string;
  hint?: string;
  placeholder: string;
  value: string;
  max: number;
  step: string;
  onChange: (value: string) => void;
}

function NumberField({ label, hint, placeholder, value, max, step, onChange }: NumberProps) {
  return (
    <TextInput
      label={label}
      description={hint}
      inputWrapperOrder={["label", "input", "description", "error"]}
      type="number"
      min={0}
      max={max}
      step={step}
      placeholder={placeholder}
      value={value}
      onChange={(e) => onChange(e.currentTarget.value)}
    />
  );
}
