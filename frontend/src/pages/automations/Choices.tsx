import { Radio, Select, Stack } from "@mantine/core";
import type { RunBy } from "../../api/automation";
import { ErrorNote } from "../../parts/ErrorNote";
import { text } from "../../text";
import { useEventTypes } from "./hooks";

const t = text.automation.wizard;

/** The event that starts a workflow of one's own. */
export function TriggerField({ value, onChange }: { value: string; onChange: (type: string) => void }) {
  const types = useEventTypes();
  const starting = (types.data ?? []).filter((one) => one.starts);
  const chosen = starting.find((one) => one.type === value);
  if (types.isError) return <ErrorNote error={types.error} retry={() => void types.refetch()} />;
  return (
    <Select
      label={t.trigger}
      description={chosen?.description ?? t.triggerHint}
      required
      searchable
      data={starting.map((one) => one.type)}
      value={value || null}
      onChange={(type) => onChange(type ?? "")}
    />
  );
}

/** Who does the work, where a template leaves it open. */
export function RunByField({ options, value, onChange }: { options: RunBy[]; value: RunBy; onChange: (runBy: RunBy) => void }) {
  return (
    <Radio.Group label={t.runBy} value={value} onChange={(chosen) => onChange(chosen === "native" ? "native" : "make")}>
      <Stack gap="xs" mt="xs">
        {options.map((one) => (
          <Radio key={one} value={one} label={text.automation.runBy[one]} description={t.runByHints[one]} />
        ))}
      </Stack>
    </Radio.Group>
  );
}
