import { Group, Text } from "@mantine/core";
import { IconRobot } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import type { Automation, Execution } from "../../api/automation";
import { Chip, type Tone } from "../../parts/Chip";
import { Panel } from "../../parts/Page";
import { Rows } from "../../parts/Rows";
import { Empty, Listed } from "../../parts/States";
import { text, when } from "../../text";
import { useAutomations, useNewest } from "./hooks";
import { AUTOMATION_TONES, codeWords, EXECUTION_TONES, HEALTH_TONES, percent } from "./state";
import { Trouble } from "./Trouble";

const t = text.automation;

/** The company's automations, those in trouble first told of by themselves. */
export function OwnAutomations() {
  const list = useAutomations();
  const newest = useNewest();
  return (
    <>
      {list.items?.map((one) => <Trouble key={one._id} automation={one} />)}
      <Panel title={t.own}>
        <Listed list={list} empty={<Empty title={t.empty} hint={t.emptyHint} icon={<IconRobot size={24} />} />}>
          {(items) => (
            <Rows
              label={t.own}
              items={items}
              keyOf={(one) => one._id}
              columns={[
                { label: t.columns.name, bare: true, cell: (one) => <Name automation={one} /> },
                { label: t.columns.status, cell: (one) => <StatusChip automation={one} /> },
                { label: t.columns.trigger, cell: (one) => one.trigger.label },
                { label: t.columns.last, cell: (one) => <LastResult automation={one} newest={newest.data} /> },
                { label: t.columns.executions, cell: executionsOf },
              ]}
            />
          )}
        </Listed>
      </Panel>
    </>
  );
}

function Name({ automation }: { automation: Automation }) {
  return (
    <Link className="cell-link wrap" to="/super-user/automations/$id" params={{ id: automation._id }} data-automation={automation._id}>
      {automation.name}
    </Link>
  );
}

export function StatusChip({ automation }: { automation: Automation }) {
  return (
    <span data-status={automation.status}>
      <Chip tone={AUTOMATION_TONES[automation.status] ?? "plain"}>{t.statuses[automation.status] ?? automation.status}</Chip>
    </span>
  );
}

interface Last {
  tone: Tone;
  word: string;
  detail: string;
  /** The execution that tells more. */
  execution?: string;
}

/** How the newest execution went; where it is not among the newest of the company, how the address last answered. */
function lastOf(automation: Automation, newest: Execution | undefined): Last | null {
  if (newest) {
    const { _id: execution, status, code, message, createdAt } = newest;
    const troubled = code !== undefined && (status === "failed" || status === "retrying");
    return { execution, tone: EXECUTION_TONES[status] ?? "plain", word: t.executions.statuses[status] ?? status, detail: troubled ? codeWords(code, message) : when(createdAt) };
  }
  const { lastSuccessAt = "", lastFailureAt = "", lastCode } = automation.endpoint?.health ?? {};
  if (lastFailureAt > lastSuccessAt) return { tone: "bad", word: t.executions.statuses.failed, detail: codeWords(lastCode) };
  return lastSuccessAt ? { tone: "good", word: t.executions.statuses.succeeded, detail: when(lastSuccessAt) } : null;
}

function LastResult({ automation, newest }: { automation: Automation; newest: Map<string, Execution> | undefined }) {
  if (newest === undefined) return null;
  const last = lastOf(automation, newest.get(automation._id));
  const health = automation.endpoint?.health.state;
  const tellsMore = health !== undefined && health !== "unused" && health !== "healthy" && health !== automation.status;
  const never = automation.stats?.totalExecutions === 0;
  return (
    <Group gap={6} justify="inherit">
      {last && <Chip tone={last.tone}>{last.word}</Chip>}
      <Text size="sm" c="dimmed">
        {last ? <Detail last={last} /> : never && t.neverRan}
      </Text>
      {tellsMore && <Chip tone={HEALTH_TONES[health]}>{t.endpoint.states[health]}</Chip>}
    </Group>
  );
}

function Detail({ last: { detail, execution } }: { last: Last }) {
  if (!execution) return <>{detail}</>;
  return (
    <Link className="cell-link" to="/super-user/executions/$id" params={{ id: execution }}>
      {detail}
    </Link>
  );
}

/** How many executions have ended, and how many of them well. */
export function executionsOf({ stats }: Automation): string {
  return stats ? t.executed(stats.totalExecutions, percent(stats.successRate)) : "";
}
