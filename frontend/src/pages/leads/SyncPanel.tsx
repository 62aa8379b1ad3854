import { Alert, Button, Group, Paper, Progress, Stack, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { Chip } from "../../parts/Chip";
import { ErrorNote } from "../../parts/ErrorNote";
import { text } from "../../text";
import { cancelSync, dismissSync, follow, useSync, type SyncState } from "./sync";

/** How the push of chosen leads goes: progress, what succeeded, and each reason that leads failed for. */
export function SyncPanel() {
  const sync = useSync();
  if (sync.phase === "idle") return null;
  const failed = sync.failures.length;
  const done = sync.succeeded + failed;
  const running = sync.phase === "running";
  const heading = running ? text.sync.running(done, sync.total) : sync.cancelled ? text.sync.cancelled : text.sync.done(done);
  return (
    <Paper withBorder p="md" data-sync={sync.phase} data-done={done} data-run={sync.runId ?? ""}>
      <Stack gap="sm">
        <Group justify="space-between">
          <Text fw={600} role="status">
            {sync.phase === "lost" ? text.sync.lost : heading}
          </Text>
          <Group gap="xs">
            <Chip tone="good">{text.sync.succeeded(sync.succeeded)}</Chip>
            {failed > 0 && <Chip tone="bad">{text.sync.failed(failed)}</Chip>}
          </Group>
        </Group>
        <Progress value={sync.total ? (done / sync.total) * 100 : 0} aria-label={text.sync.progress} animated={running} size="lg" />
        {running && sync.hint && <Text size="sm">{sync.hint}</Text>}
        {byReason(sync.failures).map(({ code, count, error, hint }) => (
          <Alert key={code} variant="default" title={`${text.sync.leads(count)}: ${error}`}>
            <Stack gap={4}>
              <Text size="sm">{hint}</Text>
              <Text size="sm">
                <code>{code}</code>
              </Text>
            </Stack>
          </Alert>
        ))}
        {sync.error !== null && <ErrorNote error={sync.error} retry={sync.phase === "lost" ? () => void follow() : undefined} />}
        <Buttons sync={sync} />
      </Stack>
    </Paper>
  );
}

function Buttons({ sync }: { sync: SyncState }) {
  return (
    <Group gap="xs">
      {sync.phase === "running" ? (
        <Button variant="default" size="xs" onClick={() => void cancelSync()} disabled={sync.cancelling || sync.runId === null}>
          {sync.cancelling ? text.sync.cancelling : text.sync.cancel}
        </Button>
      ) : (
        <Button variant="default" size="xs" onClick={dismissSync}>
          {text.sync.dismiss}
        </Button>
      )}
      {sync.failures.length > 0 && (
        <Button size="xs" variant="default" renderRoot={(props) => <Link to="/super-user/errors" {...props} />}>
          {text.sync.errorLog}
        </Button>
      )}
    </Group>
  );
}

function byReason(failures: { code: string; error: string; hint: string }[]) {
  const reasons = new Map<string, { code: string; count: number; error: string; hint: string }>();
  for (const { code, error, hint } of failures) {
    const known = reasons.get(code);
    if (known) known.count += 1;
    else reasons.set(code, { code, count: 1, error, hint });
  }
  return [...reasons.values()].sort((a, b) => b.count - a.count);
}
