import { Button, Checkbox, Group, SimpleGrid, Stack, Text, TextInput } from "@mantine/core";
import { useState, type FormEvent } from "react";
import type { Automation } from "../../api/automation";
import { Dialog } from "../../parts/Dialog";
import { ErrorNote } from "../../parts/ErrorNote";
import { text } from "../../text";
import { localMoment } from "./filters";
import { useRecover, type Recovery } from "./hooks";
import { tell } from "./told";

const t = text.automation.recover;
const statuses = text.automation.executions.statuses;
const DAY_MS = 86_400_000;
const RECOVERABLE = ["failed", "cancelled"] as const;

/** Sends what failed in a time range again; how many that are is counted first. */
export function RecoverDialog({ automation, onClose }: { automation: Automation; onClose: () => void }) {
  const [since, setSince] = useState(() => localMoment(new Date(Date.now() - DAY_MS)));
  const [until, setUntil] = useState(() => localMoment(new Date(Date.now() + 60_000)));
  const [status, setStatus] = useState<Recovery["status"]>(["failed"]);
  const count = useRecover(automation._id);
  const send = useRecover(automation._id);
  const edited = (set: () => void) => {
    set();
    count.reset(); // a count holds for what was counted
  };
  const asked = (): Recovery => ({ since: new Date(since).toISOString(), until: new Date(until).toISOString(), status });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    count.mutate({ ...asked(), dryRun: true });
  };
  const start = () =>
    send.mutate(
      { ...asked(), dryRun: false },
      {
        onSuccess: (sent) => {
          tell(t.done(sent.count));
          onClose();
        },
      },
    );
  const found = count.data;
  const error = count.error ?? send.error;
  return (
    <Dialog title={t.title} onClose={onClose}>
      <form onSubmit={submit}>
        <Stack>
          <Text size="sm">{t.hint}</Text>
          <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
            <TextInput label={t.since} type="datetime-local" required value={since} onChange={(e) => edited(() => setSince(e.target.value))} />
            <TextInput label={t.until} type="datetime-local" required value={until} onChange={(e) => edited(() => setUntil(e.target.value))} />
          </SimpleGrid>
          <Checkbox.Group label={t.which} value={status} onChange={(chosen) => edited(() => setStatus(RECOVERABLE.filter((one) => chosen.includes(one))))}>
            <Group mt="xs">
              {RECOVERABLE.map((one) => (
                <Checkbox key={one} value={one} label={statuses[one]} />
              ))}
            </Group>
          </Checkbox.Group>
          {found && (
            <Text role="status" fw={600} data-found={found.count}>
              {t.found(found.count, found.more ?? false)}
            </Text>
          )}
          {error && <ErrorNote error={error} />}
          <Group>
            <Button type="submit" variant={found ? "default" : "filled"} loading={count.isPending} disabled={status.length === 0}>
              {t.count}
            </Button>
            {found && found.count > 0 && (
              <Button onClick={start} loading={send.isPending}>
                {t.submit(found.count)}
              </Button>
            )}
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}
