import { Button, Collapse, Group, Select, TextInput } from "@mantine/core";
import { useState } from "react";
import { text } from "../../text";
import type { Reading } from "./hooks";

const t = text.imports.wizard;
const ENCODINGS = ["utf-8", "utf-16", "windows-1250", "windows-1252", "iso-8859-2", "iso-8859-15"];

interface Props {
  reading: Reading;
  csv: boolean;
  onChange: (reading: Reading) => void;
  onRead: () => void;
  busy: boolean;
}

/** Encoding, delimiter and header row, for a file that is recognised wrongly. */
export function ReadAs({ reading, csv, onChange, onRead, busy }: Props) {
  const [open, setOpen] = useState(Object.values(reading).some(Boolean));
  return (
    <div>
      <Button variant="subtle" size="xs" onClick={() => setOpen(!open)} aria-expanded={open}>
        {t.readAs}
      </Button>
      <Collapse expanded={open} keepMounted={false}>
        <Group align="flex-end" gap="sm" mt="xs">
          {csv && (
            <>
              <Select label={t.encoding} placeholder={t.recognised} clearable data={ENCODINGS} value={reading.encoding || null} onChange={(value) => onChange({ ...reading, encoding: value ?? "" })} />
              <Select
                label={t.delimiter}
                placeholder={t.recognised}
                clearable
                data={Object.entries(t.delimiters).map(([value, label]) => ({ value, label }))}
                value={reading.delimiter || null}
                onChange={(value) => onChange({ ...reading, delimiter: value ?? "" })}
              />
            </>
          )}
          <TextInput
            label={t.headerRow}
            placeholder={t.headerRowHint}
            inputMode="numeric"
            value={reading.headerRow}
            onChange={(event) => onChange({ ...reading, headerRow: event.currentTarget.value })}
          />
          <Button variant="default" onClick={onRead} loading={busy}>
            {t.readAgain}
          </Button>
        </Group>
      </Collapse>
    </div>
  );
}
