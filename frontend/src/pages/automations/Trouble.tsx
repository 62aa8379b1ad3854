import { Alert, Button, Group, Stack, Text } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { Automation, ExecutionStatus, Health } from "../../api/automation";
import { text, when } from "../../text";
import { codeWords } from "./state";

const t = text.automation.trouble;

interface Told {
  title: string;
  causes: string[];
  since?: string;
  /** Where what went wrong is found among the executions. */
  look: ExecutionStatus;
  /** Whether nothing goes on before somebody does something. */
  stopped: boolean;
}

/** What is wrong with an automation that was meant to run; null where nothing is. */
function troubleOf({ name, status, reason, endpoint }: Automation): Told | null {
  if (status === "paused" || status === "disabled") {
    const causes = reason ? [`${reason.message} ${reason.hint}`] : [];
    return { title: t[status](name), causes, since: reason?.at, look: status === "paused" ? "retrying" : "failed", stopped: true };
  }
  return status === "active" && endpoint ? ofAddress(name, endpoint.health) : null;
}

/** What an active automation's address says of itself: it fails, or nothing is sent to it for a while. */
function ofAddress(name: string, health: Health): Told | null {
  const { state, lastCode, lastStatus, failures, failingSince, pausedUntil, waiting, waitingMore } = health;
  if (state !== "failing" && state !== "paused") return null;
  const what = [codeWords(lastCode), lastStatus ? text.automation.execution.http(lastStatus) : ""].filter(Boolean).join(", ");
  const causes = [what && t.because(what, failures)];
  if (pausedUntil) causes.push(t.until(when(pausedUntil)));
  if (waiting > 0) causes.push(t.waiting(waiting, waitingMore));
  return { title: state === "failing" ? t.failing(name) : t.held(name), causes, since: failingSince, look: waiting > 0 ? "retrying" : "failed", stopped: false };
}

/** Why an automation does not do what it was meant to, and the ways to what helps; nothing where all is well. */
export function Trouble({ automation, children }: { automation: Automation; children?: ReactNode }) {
  const told = troubleOf(automation);
  if (!told) return null;
  return (
    <Alert
      role={told.stopped ? "alert" : "status"}
      variant="default"
      icon={<IconAlertTriangle color="var(--mantine-color-error)" />}
      title={told.title}
      data-trouble={automation._id}
    >
      <Stack gap="xs" align="flex-start">
        <Text size="sm">
          {told.causes.filter(Boolean).join(" ")}{" "}
          {told.since && (
            <Text span c="dimmed" inherit>
              {t.since(when(told.since))}
            </Text>
          )}
        </Text>
        <Group gap="xs">
          {children}
          <Button size="xs" variant="default" renderRoot={(props) => <Ways automation={automation} look={told.look} {...props} />}>
            {t.look}
          </Button>
        </Group>
      </Stack>
    </Alert>
  );
}

function Ways({ automation, look, ...props }: { automation: Automation; look: ExecutionStatus }) {
  return (
    <Link
      {...props}
      to="/super-user/automations/$id"
      params={{ id: automation._id }}
      search={{ status: look }}
      hash="executions"
      aria-label={`${t.look}: ${automation.name}`}
    />
  );
}
