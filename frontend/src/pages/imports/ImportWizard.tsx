import { Button, Card, Checkbox, FileInput, Group, Loader, Select, Stack, Stepper, Text, TextInput } from "@mantine/core";
import { IconFileTypeCsv } from "@tabler/icons-react";
import { Link, useNavigate } from "@tanstack/react-router";
import { useState, type FormEvent } from "react";
import type { ImportPreview } from "../../api/shapes";
import { ErrorNote } from "../../parts/ErrorNote";
import { Page } from "../../parts/Page";
import { text } from "../../text";
import { AS_RECOGNISED, useImport, usePreview, type ImportChoice } from "./hooks";
import { PreviewStep } from "./PreviewStep";
import { ReadAs } from "./ReadAs";

const t = text.imports.wizard;

/** Three steps: the file, what it would become, and the import itself. */
export default function ImportWizard() {
  const navigate = useNavigate();
  const [file, setFile] = useState<File | null>(null);
  const [country, setCountry] = useState("US");
  const [merge, setMerge] = useState("fill_blanks");
  const [mapping, setMapping] = useState<Record<string, string | null>>({});
  const [shown, setShown] = useState<ImportPreview | null>(null);
  const preview = usePreview();
  const run = useImport();
  const [allOrNothing, setAllOrNothing] = useState(false);
  const [reading, setReading] = useState(AS_RECOGNISED);
  const step = run.isPending ? 2 : shown ? 1 : 0;
  const choice = (changed: Record<string, string | null> = mapping): ImportChoice | null =>
    file && { file, defaultCountry: country.trim(), merge, allOrNothing, mapping: changed, reading };

  const ask = (event?: FormEvent, changed?: Record<string, string | null>) => {
    event?.preventDefault();
    const asked = choice(changed);
    if (asked) preview.mutate(asked, { onSuccess: setShown });
  };
  const map = (header: string, field: string | null) => {
    const changed = { ...mapping, [header]: field };
    setMapping(changed);
    ask(undefined, changed);
  };
  const start = () => {
    const asked = choice();
    if (asked) run.mutate(asked, { onSuccess: (job) => void navigate({ to: "/super-user/imports/$id", params: { id: job._id } }) });
  };
  return (
    <Page title={t.title}>
      <Card withBorder>
        <Stepper active={step} size="xs" mb="lg" wrap={false} aria-label={t.title} allowNextStepsSelect={false}>
          <Stepper.Step label={t.steps.file} />
          <Stepper.Step label={t.steps.preview} />
          <Stepper.Step label={t.steps.import} />
        </Stepper>
        {step === 0 && (
          <form onSubmit={ask}>
            <Stack maw={520}>
              <FileInput
                label={t.drop}
                placeholder={t.choose}
                accept=".csv,.tsv,.txt,.xlsx,text/csv"
                leftSection={<IconFileTypeCsv size={18} />}
                value={file}
                onChange={(chosen) => {
                  setFile(chosen);
                  setMapping({});
                  setReading(AS_RECOGNISED);
                }}
                required
              />
              <TextInput label={t.country} description={t.countryHint} value={country} maxLength={60} onChange={(e) => setCountry(e.currentTarget.value)} />
              <Select
                label={t.merge}
                data={Object.entries(t.merges).map(([value, label]) => ({ value, label }))}
                value={merge}
                allowDeselect={false}
                onChange={(value) => setMerge(value ?? "fill_blanks")}
              />
              <Checkbox label={t.allOrNothing} checked={allOrNothing} onChange={(e) => setAllOrNothing(e.currentTarget.checked)} />
              {preview.isError && <ErrorNote error={preview.error} />}
              <Group>
                <Button type="submit" loading={preview.isPending} disabled={!file}>
                  {t.preview}
                </Button>
                <Button variant="subtle" renderRoot={(props) => <Link to="/super-user/imports" {...props} />}>
                  {text.common.cancel}
                </Button>
              </Group>
            </Stack>
          </form>
        )}
        {step === 1 && shown && (
          <Stack>
            <ReadAs reading={reading} csv={shown.format === "csv"} onChange={setReading} onRead={() => ask()} busy={preview.isPending} />
            <PreviewStep preview={shown} mapping={mapping} onMap={map} />
            {preview.isError && <ErrorNote error={preview.error} />}
            {run.isError && <ErrorNote error={run.error} />}
            <Group>
              <Button variant="default" onClick={() => setShown(null)}>
                {text.common.back}
              </Button>
              <Button onClick={start} disabled={preview.isPending}>
                {t.start(shown.rows)}
              </Button>
            </Group>
          </Stack>
        )}
        {step === 2 && (
          <Stack>
            <Group gap="sm">
              <Loader size="sm" aria-hidden />
              <Text fw={600} role="status">
                {t.handing}
              </Text>
            </Group>
          </Stack>
        )}
      </Card>
    </Page>
  );
}
