import { Button, Group, Select, Stack, Text, TextInput } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useEffect, useState, type FormEvent } from "react";
import type { Execution, ExecutionFilter } from "../../api/automation";
import { Chip } from "../../parts/Chip";
import { Rows, type Column } from "../../parts/Rows";
import { Empty, Listed } from "../../parts/States";
import { text, when } from "../../text";
import { asked, isNarrowed } from "./filters";
import { useEventTypes, useExecutions } from "./hooks";
import { codeWords, EXECUTION_STATUSES, EXECUTION_TONES, isSettled, span } from "./state";

const t = text.automation.executions;

interface Props {
  filter: ExecutionFilter;
  onChange: (filter: ExecutionFilter) => void;
  /** Whether they are those of one automation, which need not be named then. */
  of: "automation" | "company";
}

/** What became of each event, newest first; the hub filters. */
export function Executions({ filter, onChange, of }: Props) {
  const list = useExecutions(asked(filter));
  return (
    <Stack gap="md">
      <Filters filter={filter} onChange={onChange} of={of} />
      {filter.recordId && (
        <Text size="sm">
          {t.aboutOne} <code>{filter.recordId}</code>
        </Text>
      )}
      <Listed list={list} empty={<Empty title={isNarrowed(filter) ? t.emptyFiltered : t.empty} hint={isNarrowed(filter) ? undefined : t.emptyHint} />}>
        {(items) => <Rows label={t.title} items={items} keyOf={(one) => one._id} columns={columns(of)} />}
      </Listed>
    </Stack>
  );
}

function columns(of: Props["of"]): Column<Execution>[] {
  const all: Column<Execution>[] = [
    {
      label: t.columns.event,
      bare: true,
      cell: (one) => (
        <Group gap={6}>
          <Link className="cell-link" to="/super-user/executions/$id" params={{ id: one._id }} data-execution={one._id}>
            {one.eventType}
          </Link>
          {one.test && <Chip tone="plain">{t.test}</Chip>}
        </Group>
      ),
    },
    { label: t.columns.status, cell: (one) => <ExecutionChip execution={one} /> },
    { label: t.columns.result, cell: (one) => <Result execution={one} /> },
  ];
  if (of === "company") all.push({ label: t.columns.automation, cell: (one) => <Whose execution={one} /> });
  all.push(
    { label: t.columns.record, cell: (one) => <RecordLink execution={one} /> },
    { label: t.columns.attempts, cell: (one) => one.attempts.toLocaleString(text.locale) },
    { label: t.columns.at, cell: (one) => <span className="whole">{when(one.createdAt)}</span> },
    { label: t.columns.duration, cell: (one) => (one.durationMs === undefined ? null : <span className="nowrap">{span(one.durationMs)}</span>) },
  );
  return all;
}

export function ExecutionChip({ execution }: { execution: Execution }) {
  return (
    <span data-execution-status={execution.status}>
      <Chip tone={EXECUTION_TONES[execution.status] ?? "plain"}>{t.statuses[execution.status] ?? execution.status}</Chip>
    </span>
  );
}

function Result({ execution }: { execution: Execution }) {
  const said = [codeWords(execution.code, execution.message), execution.lastStatus ? text.automation.execution.http(execution.lastStatus) : ""].filter(Boolean).join(", ");
  const next = !isSettled(execution) && execution.attempts > 0 && execution.nextAt ? t.next(when(execution.nextAt)) : "";
  if (!said && !next) return null;
  return (
    <span>
      {said}
      {next && (
        <Text span size="sm" c="dimmed">
          {said && "; "}
          {next}
        </Text>
      )}
    </span>
  );
}

/** The automation or the subscription that an execution is for. */
export function Whose({ execution }: { execution: Execution }) {
  const { automationId, automationName } = execution;
  if (!automationId) return <>{execution.hookId ? t.hook : ""}</>;
  if (!automationName) return <>{t.deleted}</>;
  return (
    <Link className="cell-link" to="/super-user/automations/$id" params={{ id: automationId }}>
      {automationName}
    </Link>
  );
}

/** The lead that the event was about. */
export function RecordLink({ execution }: { execution: Execution }) {
  const { recordId, eventType } = execution;
  if (!recordId) return null;
  if (!eventType.startsWith("lead.")) return <code>{recordId}</code>;
  return (
    <Link className="cell-link nowrap" to="/super-user/leads/$id" params={{ id: recordId }}>
      {t.leadLink}
    </Link>
  );
}

type Words = Pick<ExecutionFilter, "since" | "until">;

function Filters({ filter, onChange, of }: Props) {
  const types = useEventTypes();
  const [draft, setDraft] = useState<Words>({ since: filter.since, until: filter.until });
  useEffect(() => setDraft({ since: filter.since, until: filter.until }), [filter.since, filter.until]);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onChange({ ...filter, since: draft.since || undefined, until: draft.until || undefined });
  };
  return (
    <form onSubmit={submit} role="search" aria-label={t.filters}>
      <Group align="flex-end" gap="sm">
        <Select
          label={t.status}
          placeholder={text.common.all}
          clearable
          flex="1 1 9rem"
          data={EXECUTION_STATUSES.map((value) => ({ value, label: t.statuses[value] }))}
          value={filter.status ?? null}
          onChange={(status) => onChange({ ...filter, status: status ?? undefined })}
        />
        <Select
          label={t.event}
          placeholder={text.common.all}
          clearable
          flex="1 1 11rem"
          data={(types.data ?? []).map((one) => one.type)}
          value={filter.eventType ?? null}
          onChange={(eventType) => onChange({ ...filter, eventType: eventType ?? undefined })}
        />
        <TextInput label={t.since} type="datetime-local" flex="1 1 11rem" value={draft.since ?? ""} onChange={(e) => setDraft({ ...draft, since: e.target.value })} />
        <TextInput label={t.until} type="datetime-local" flex="1 1 11rem" value={draft.until ?? ""} onChange={(e) => setDraft({ ...draft, until: e.target.value })} />
        <Button type="submit" variant="default">
          {t.apply}
        </Button>
        {isNarrowed(filter) && (
          <Button variant="subtle" onClick={() => onChange(of === "automation" ? { automationId: filter.automationId } : {})}>
            {t.clear}
          </Button>
        )}
      </Group>
    </form>
  );
}
