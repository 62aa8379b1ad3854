import { Alert, Button, Group, Stack, Text, Title } from "@mantine/core";
import { IconKey } from "@tabler/icons-react";
import type { Created, RunBy, Steps } from "../../api/automation";
import { Copy } from "../../parts/Copy";
import { text } from "../../text";

const t = text.automation.wizard;

/** The addresses and secrets of a new automation: the one time that they are shown. */
export function SecretsStep({ created, onKept }: { created: Created; onKept: () => void }) {
  const shown = created.webhookSecret !== undefined;
  return (
    <Stack maw={720}>
      <Alert role="status" variant="default" icon={<IconKey />} title={shown ? t.onlyNow : t.already}>
        <Text size="sm">{shown ? t.onlyNowHint : t.alreadyHint}</Text>
      </Alert>
      <Kept name={t.webhookUrl} value={created.webhookUrl} />
      {created.webhookSecret && <Kept name={t.webhookSecret} value={created.webhookSecret} secret="inbound" />}
      {created.signingSecret && <Kept name={t.signingSecret} hint={t.signingSecretHint} value={created.signingSecret} secret="signing" />}
      <SetupSteps steps={created.setupInstructions} runBy={created.automation.runBy} />
      <Group>
        <Button onClick={onKept}>{shown ? t.kept : text.common.next}</Button>
      </Group>
    </Stack>
  );
}

/** Something to be copied, with its name. */
export function Kept({ name, hint, value, secret }: { name: string; hint?: string; value: string; secret?: string }) {
  return (
    <Stack gap={4}>
      <Text size="sm" fw={600}>
        {name}
      </Text>
      {hint && (
        <Text size="sm" c="dimmed">
          {hint}
        </Text>
      )}
      <Group gap="xs" wrap="nowrap">
        <code className="address" data-secret={secret}>
          {value}
        </code>
        <Copy value={value} label={t.copy(name)} />
      </Group>
    </Stack>
  );
}

/** The steps that are left, in their order. */
export function SetupSteps({ steps, runBy, titled = true }: { steps: Steps; runBy: RunBy; titled?: boolean }) {
  const ordered = Object.keys(steps).sort((one, other) => one.localeCompare(other, "en", { numeric: true }));
  return (
    <Stack gap="xs">
      {titled && (
        <Title order={2} size="h5">
          {runBy === "make" ? t.stepsTitle : t.stepsTitleNative}
        </Title>
      )}
      <ol className="steps">
        {ordered.map((name) => (
          <li key={name}>{steps[name]}</li>
        ))}
      </ol>
    </Stack>
  );
}
