import { Alert, Button, Group, SimpleGrid, Stack, Text } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { useState, type ReactNode } from "react";
import type { ExecutionDetail } from "../../api/automation";
import { Chip } from "../../parts/Chip";
import { Copy } from "../../parts/Copy";
import { Facts, Page, Panel } from "../../parts/Page";
import { Loaded } from "../../parts/States";
import { text, when } from "../../text";
import { Attempts } from "./Attempts";
import { Confirm } from "./Confirm";
import { ExecutionChip, RecordLink, Whose } from "./Executions";
import { useAgain, useCancel, useExecution, useMayManage, type Again } from "./hooks";
import { Json } from "./Json";
import { codeWords, isSettled, span } from "./state";
import { tell } from "./told";

const t = text.automation.execution;

export default function ExecutionPage() {
  const { id } = useParams({ from: "/super-user/executions/$id" });
  const execution = useExecution(id);
  if (execution.data) return <ExecutionView key={id} execution={execution.data} />;
  return (
    <Page title={t.title}>
      <Loaded query={execution}>{() => null}</Loaded>
    </Page>
  );
}

type Open = Again | "cancel";

function ExecutionView({ execution }: { execution: ExecutionDetail }) {
  const may = useMayManage();
  const [open, setOpen] = useState<Open | null>(null);
  const close = () => setOpen(null);
  const here = execution.runId !== undefined;
  return (
    <Page
      title={`${t.title}: ${execution.eventType}`}
      lead={when(execution.createdAt)}
      actions={
        <>
          <Button variant="default" renderRoot={(props) => <Link to="/super-user/executions" {...props} />}>
            {t.back}
          </Button>
          {may && !isSettled(execution) && (
            <Button variant="default" onClick={() => setOpen("cancel")}>
              {t.cancel}
            </Button>
          )}
          {may && (
            <>
              <Button variant="default" onClick={() => setOpen("replay")}>
                {t.replay}
              </Button>
              <Button onClick={() => setOpen("resend")}>{t.resend}</Button>
            </>
          )}
        </>
      }
    >
      <Outcome execution={execution} />
      <SimpleGrid cols={{ base: 1, md: 2 }}>
        <Stack>
          <Attempts attempts={execution.attemptsList} none={here ? t.here : t.noAttempts} />
          <Report execution={execution} />
        </Stack>
        <Stack>
          <Panel title={t.details}>
            <Facts facts={factsOf(execution)} />
          </Panel>
          <Panel title={t.payload}>
            <Json value={execution.payload} label={t.payload} />
          </Panel>
        </Stack>
      </SimpleGrid>
      {(open === "resend" || open === "replay") && <AgainDialog execution={execution} how={open} onClose={close} />}
      {open === "cancel" && <CancelDialog execution={execution} onClose={close} />}
    </Page>
  );
}

/** How it stands; where it did not work, why, what helps and when it is tried again. */
function Outcome({ execution }: { execution: ExecutionDetail }) {
  const { status, code, message, hint, nextAt } = execution;
  const troubled = status !== "succeeded" && Boolean(message || hint);
  const known = code === undefined || code in text.automation.codes;
  return (
    <>
      <Group gap="sm">
        <ExecutionChip execution={execution} />
        {execution.test && <Chip tone="plain">{text.automation.executions.test}</Chip>}
        {!troubled && <Text fw={600}>{codeWords(code, message)}</Text>}
      </Group>
      {troubled && (
        <Alert role="alert" variant="default" icon={<IconAlertTriangle color="var(--mantine-color-error)" />} title={known ? codeWords(code) || message : t.didNotWork}>
          <Stack gap={4}>
            <Text size="sm">{[code ? message : "", hint].filter(Boolean).join(" ")}</Text>
            {nextAt && !isSettled(execution) && (
              <Text size="sm" fw={600}>
                {t.next(when(nextAt))}
              </Text>
            )}
          </Stack>
        </Alert>
      )}
    </>
  );
}

function factsOf(execution: ExecutionDetail): [string, ReactNode][] {
  const facts: [string, ReactNode][] = [
    [text.automation.executions.columns.automation, <Whose execution={execution} />],
    [t.facts.event, execution.eventType],
  ];
  if (execution.recordId) facts.push([t.facts.record, <RecordLink execution={execution} />]);
  if (execution.lastStatus) facts.push([t.facts.status, t.http(execution.lastStatus)]);
  facts.push([t.facts.attempts, execution.attempts.toLocaleString(text.locale)], [t.facts.created, when(execution.createdAt)]);
  if (execution.settledAt) facts.push([t.facts.settled, when(execution.settledAt)]);
  if (execution.durationMs !== undefined) facts.push([t.facts.duration, span(execution.durationMs)]);
  if (execution.replayOf) {
    facts.push([
      t.facts.replayOf,
      <Link className="cell-link" to="/super-user/executions/$id" params={{ id: execution.replayOf }}>
        {execution.replayOf}
      </Link>,
    ]);
  }
  facts.push([t.facts.origin, execution.origin], [t.facts.hop, execution.hop.toLocaleString(text.locale)]);
  facts.push([t.facts.id, <Id value={execution._id} label={t.facts.id} />], [t.facts.eventId, <Id value={execution.eventId} label={t.facts.eventId} />]);
  return facts;
}

function Id({ value, label }: { value: string; label: string }) {
  return (
    <Group gap={4} wrap="nowrap">
      <code>{value}</code>
      <Copy value={value} label={text.automation.wizard.copy(label)} />
    </Group>
  );
}

/** What a call-back told of it. */
function Report({ execution: { report } }: { execution: ExecutionDetail }) {
  if (!report) return null;
  return (
    <Panel title={t.report}>
      <Text fw={600}>{report.ok ? t.reportOk : t.reportFailed}</Text>
      <Text size="sm" c="dimmed">
        {when(report.at)}
      </Text>
      {report.message && <Text size="sm">{report.message}</Text>}
      {report.result !== undefined && report.result !== null && <Json value={report.result} label={t.report} />}
    </Panel>
  );
}

function AgainDialog({ execution, how, onClose }: { execution: ExecutionDetail; how: Again; onClose: () => void }) {
  const again = useAgain(execution._id);
  const navigate = useNavigate();
  const submit = () =>
    again.mutate(how, {
      onSuccess: (made) => {
        tell(how === "resend" ? t.resent : t.replayed);
        onClose();
        if (made._id !== execution._id) void navigate({ to: "/super-user/executions/$id", params: { id: made._id } });
      },
    });
  const words = how === "resend" ? { title: t.resendTitle, hint: t.resendHint, submit: t.resend } : { title: t.replayTitle, hint: t.replayHint, submit: t.replay };
  return <Confirm {...words} busy={again.isPending} error={again.error} onSubmit={submit} onClose={onClose} />;
}

function CancelDialog({ execution, onClose }: { execution: ExecutionDetail; onClose: () => void }) {
  const cancel = useCancel(execution._id);
  const submit = () =>
    cancel.mutate(undefined, {
      onSuccess: () => {
        tell(t.cancelled);
        onClose();
      },
    });
  return (
    <Confirm title={t.cancelTitle} hint={t.cancelHint} submit={t.cancelNow} cancel={t.keep} danger busy={cancel.isPending} error={cancel.error} onSubmit={submit} onClose={onClose} />
  );
}
