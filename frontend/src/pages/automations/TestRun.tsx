import { Button, Group, Loader, Stack, Text, Title } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import type { ExecutionDetail } from "../../api/automation";
import { Chip } from "../../parts/Chip";
import { ErrorNote } from "../../parts/ErrorNote";
import { Facts } from "../../parts/Page";
import { Loaded } from "../../parts/States";
import { text, when } from "../../text";
import { useExecution, type Testing } from "./hooks";
import { Json } from "./Json";
import { codeWords, EXECUTION_TONES, isSettled, span } from "./state";

const t = text.automation.test;
const words = text.automation.execution;

/** Sends a test event and shows what becomes of it, as it happens. */
export function TestRun({ test, title, hint = t.hint }: { test: Testing; title?: string; hint?: string }) {
  return (
    <Stack gap="sm">
      {title && (
        <Title order={2} size="h5">
          {title}
        </Title>
      )}
      <Text size="sm" c="dimmed">
        {hint}
      </Text>
      <Group>
        <Button variant="default" onClick={() => test.mutate()} loading={test.isPending}>
          {test.isSuccess ? t.again : t.send}
        </Button>
      </Group>
      {test.isError && <ErrorNote error={test.error} />}
      {test.isSuccess && <Outcome key={test.data._id} id={test.data._id} />}
    </Stack>
  );
}

function toldOf(execution: ExecutionDetail): string {
  switch (execution.status) {
    case "waiting":
      return t.running;
    case "retrying":
      return t.retrying;
    case "succeeded":
      return t.worked;
    case "failed":
      return t.failed;
    case "cancelled":
      return t.cancelled;
  }
}

function Outcome({ id }: { id: string }) {
  const execution = useExecution(id);
  return (
    <Loaded query={execution} lines={2}>
      {(one) => <Shown execution={one} />}
    </Loaded>
  );
}

function Shown({ execution }: { execution: ExecutionDetail }) {
  const last = execution.attemptsList.at(-1);
  const facts: [string, string][] = [];
  if (execution.code && execution.code !== "delivered") facts.push([text.automation.executions.columns.result, codeWords(execution.code)]);
  if (last) facts.push([words.facts.status, `${last.status ? words.http(last.status) : words.noAnswer}, ${span(last.milliseconds)}`]);
  if (execution.nextAt && !isSettled(execution)) facts.push([words.facts.next, when(execution.nextAt)]);
  return (
    <Stack gap="xs" data-test-execution={execution._id} data-outcome={execution.status}>
      <Group gap="xs">
        {!isSettled(execution) && <Loader size="xs" aria-hidden />}
        <Chip tone={EXECUTION_TONES[execution.status] ?? "plain"}>{text.automation.executions.statuses[execution.status] ?? execution.status}</Chip>
        <Text role="status" fw={600}>
          {toldOf(execution)}
        </Text>
      </Group>
      {execution.status !== "succeeded" && (execution.message || execution.hint) && (
        <Text size="sm">
          {execution.message} {execution.hint}
        </Text>
      )}
      <Facts facts={facts} />
      {last?.body && <Json value={last.body} label={t.answer} />}
      <Link className="cell-link" to="/super-user/executions/$id" params={{ id: execution._id }}>
        {t.details}
      </Link>
    </Stack>
  );
}
