import { Alert, Button, Group, Stack, Text, TextInput, Title } from "@mantine/core";
import { IconKey } from "@tabler/icons-react";
import { useState, type FormEvent } from "react";
import type { Automation } from "../../api/automation";
import { Dialog } from "../../parts/Dialog";
import { ErrorNote } from "../../parts/ErrorNote";
import { text } from "../../text";
import { RunByField, TriggerField } from "./Choices";
import { ConfigFields, settingNames } from "./ConfigFields";
import { changeOf, draftOf, type Draft } from "./draft";
import { AddressFields, FilterField, PaceFields } from "./Fields";
import { useChange, useTemplates } from "./hooks";
import { Kept } from "./SecretsStep";
import { tell } from "./told";

/** What can be changed of an automation; only what differs is sent. */
export function EditDialog({ automation, onClose }: { automation: Automation; onClose: () => void }) {
  const [draft, setDraft] = useState<Draft>(() => draftOf(automation));
  const save = useChange(automation._id);
  const templates = useTemplates();
  const template = templates.data?.find((one) => one.id === automation.templateId);
  const schema = template?.configSchema;
  const change = (part: Partial<Draft>) => setDraft((before) => ({ ...before, ...part }));
  const body = changeOf(draft, automation);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate(body, {
      onSuccess: (saved) => {
        tell(text.automation.page.saved);
        if (!saved.signingSecret) onClose();
      },
    });
  };
  if (save.data?.signingSecret) return <NewSecret secret={save.data.signingSecret} onClose={onClose} />;
  return (
    <Dialog title={`${text.automation.page.edit}: ${automation.name}`} size="lg" onClose={onClose}>
      <form onSubmit={submit}>
        <Stack>
          <TextInput label={text.automation.wizard.name} required maxLength={120} value={draft.name} onChange={(e) => change({ name: e.currentTarget.value })} />
          {automation.definition && <TriggerField value={draft.trigger} onChange={(trigger) => change({ trigger })} />}
          {template && template.runBy.length > 1 && <RunByField options={template.runBy} value={draft.runBy} onChange={(runBy) => change({ runBy })} />}
          {draft.runBy === "make" && <AddressFields draft={draft} change={change} masked={automation.endpoint?.url} />}
          {schema && settingNames(schema, draft.runBy).length > 0 && (
            <>
              <Title order={3} size="h6">
                {text.automation.wizard.config}
              </Title>
              <ConfigFields schema={schema} runBy={draft.runBy} values={draft.config} change={(config) => change({ config })} />
            </>
          )}
          <FilterField draft={draft} change={change} />
          {draft.runBy === "make" && <PaceFields draft={draft} change={change} />}
          {save.isError && <ErrorNote error={save.error} />}
          <Group>
            <Button type="submit" loading={save.isPending} disabled={Object.keys(body).length === 0}>
              {text.automation.page.save}
            </Button>
            <Button variant="default" onClick={onClose}>
              {text.common.cancel}
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}

/** The first address brings a secret that signs what is sent there: the one time that it is shown. */
function NewSecret({ secret, onClose }: { secret: string; onClose: () => void }) {
  const t = text.automation.wizard;
  return (
    <Dialog title={t.signingSecret} onClose={onClose}>
      <Stack>
        <Alert role="status" variant="default" icon={<IconKey />} title={t.onlyNow}>
          <Text size="sm">{t.onlyNowOne}</Text>
        </Alert>
        <Kept name={t.signingSecret} hint={t.signingSecretHint} value={secret} secret="signing" />
        <Group>
          <Button onClick={onClose}>{t.keptOne}</Button>
        </Group>
      </Stack>
    </Dialog>
  );
}
