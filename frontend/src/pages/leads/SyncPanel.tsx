import { Alert, Button, Group, Paper, Progress, Stack, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { Chip } from "../../parts/Chip";
import { ErrorNote } from "../../parts/ErrorNote";
import { text } from "../../text";
import { dismissSync, stopSync, useSync } from "./sync";

/** How the push of chosen leads goes: progress, what succeeded, and each reason that leads failed for. */
export function SyncPanel() {
  const sync = useSync();
  if (sync.phase === "idle") return null;
  const done = sync.succeeded + sync.failed;
  const percent = sync.total ? (done / sync.total) * 100 : 0;
  const running = sync.phase === "running";
  return (
    <Paper withBorder p="md" data-sync={sync.phase} data-done={done}>
      <Stack gap="sm">
        <Group justify="space-between">
          <Text fw={600} role="status">
            {running ? text.sync.running(done, sync.total) : text.sync.done(done)}
          </Text>
          <Group gap="xs">
            <Chip tone="good">{text.sync.succeeded(sync.succeeded)}</Chip>
            {sync.failed > 0 && <Chip tone="bad">{text.sync.failed(sync.failed)}</Chip>}
          </Group>
        </Group>
        <Progress value={percent} aria-label={text.sync.progress} animated={running} size="lg" />
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
        {sync.error !== null && (
          <>
            <Text size="sm">{text.sync.interrupted}</Text>
            <ErrorNote error={sync.error} />
          </>
        )}
        {!running && sync.stopping && done < sync.total && <Text size="sm">{text.sync.stopped(sync.total - done)}</Text>}
        <Group gap="xs">
          {running ? (
            <Button variant="default" size="xs" onClick={stopSync} disabled={sync.stopping}>
              {text.sync.stop}
            </Button>
          ) : (
            <Button variant="default" size="xs" onClick={dismissSync}>
              {text.sync.dismiss}
            </Button>
          )}
          {sync.failed > 0 && (
            <Button size="xs" variant="default" renderRoot={(props) => <Link to="/super-user/errors" {...props} />}>
              {text.sync.errorLog}
            </Button>
          )}
        </Group>
      </Stack>
    </Paper>
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
