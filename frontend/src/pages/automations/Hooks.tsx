import { Button, Group, Stack, Text } from "@mantine/core";
import { useState } from "react";
import type { Hook } from "../../api/automation";
import { Chip } from "../../parts/Chip";
import { Dialog } from "../../parts/Dialog";
import { ErrorNote } from "../../parts/ErrorNote";
import { Panel } from "../../parts/Page";
import { Rows } from "../../parts/Rows";
import { Listed } from "../../parts/States";
import { text, when } from "../../text";
import { Confirm } from "./Confirm";
import { useHooks, useMayUnsubscribe, useTestHook, useUnsubscribe } from "./hooks";
import { TestRun } from "./TestRun";
import { tell } from "./told";

const t = text.automation.hooks;
const addressOf = (hook: Hook): string => hook.targetUrl ?? "";

/** The subscriptions that other systems made for themselves; nothing where there are none. */
export function Hooks() {
  const hooks = useHooks();
  const may = useMayUnsubscribe();
  const [ending, setEnding] = useState<Hook | null>(null);
  const [testing, setTesting] = useState<Hook | null>(null);
  if (hooks.error && !hooks.items) return <ErrorNote error={hooks.error} retry={hooks.refetch} />;
  if (!hooks.items || hooks.items.length === 0) return null;
  return (
    <Panel title={t.title} actions={<Text size="sm">{t.count(hooks.items.length, hooks.hasMore)}</Text>}>
      <Stack gap="sm">
        <Text size="sm" c="dimmed">
          {t.lead}
        </Text>
        <Listed list={hooks} empty={null}>
          {(items) => (
            <Rows
              label={t.title}
              items={items}
              keyOf={(one) => one._id}
              columns={[
                { label: t.address, bare: true, cell: (one) => <code>{addressOf(one)}</code> },
                { label: t.events, cell: (one) => one.eventTypes.join(", ") },
                { label: t.state, cell: (one) => <State hook={one} /> },
                { label: t.since, cell: (one) => when(one.createdAt) },
                {
                  label: text.common.actions,
                  bare: true,
                  cell: (one) =>
                    may ? (
                      <Group gap="xs">
                        <Button size="xs" variant="default" onClick={() => setTesting(one)}>
                          {t.test}
                        </Button>
                        <Button size="xs" variant="default" onClick={() => setEnding(one)}>
                          {t.end}
                        </Button>
                      </Group>
                    ) : null,
                },
              ]}
            />
          )}
        </Listed>
      </Stack>
      {testing && <TestDialog hook={testing} onClose={() => setTesting(null)} />}
      {ending && <EndDialog hook={ending} onClose={() => setEnding(null)} />}
    </Panel>
  );
}

/** Whether anything is sent to it, and why not. */
function State({ hook }: { hook: Hook }) {
  return (
    <span>
      <Chip tone={hook.active ? "good" : "bad"}>{hook.active ? t.active : t.stopped}</Chip>
      {hook.reason && <Text size="sm">{`${hook.reason.message} ${hook.reason.hint}`}</Text>}
    </span>
  );
}

function TestDialog({ hook, onClose }: { hook: Hook; onClose: () => void }) {
  return (
    <Dialog title={t.testTitle} onClose={onClose}>
      <Stack>
        <code className="address">{addressOf(hook)}</code>
        <TestRun test={useTestHook(hook._id)} hint={t.testHint} />
      </Stack>
    </Dialog>
  );
}

function EndDialog({ hook, onClose }: { hook: Hook; onClose: () => void }) {
  const end = useUnsubscribe(hook._id);
  const submit = () =>
    end.mutate(undefined, {
      onSuccess: () => {
        tell(t.ended);
        onClose();
      },
    });
  return (
    <Confirm title={t.endTitle} hint={t.endHint} submit={t.end} danger busy={end.isPending} error={end.error} onSubmit={submit} onClose={onClose}>
      <code className="address">{addressOf(hook)}</code>
    </Confirm>
  );
}
