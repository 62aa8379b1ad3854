/** How automations, addresses and executions stand: the one place where their states become words and colours. */
import type { AutomationStatus, Execution, ExecutionStatus, HealthState } from "../../api/automation";
import type { Tone } from "../../parts/Chip";
import { text } from "../../text";

export const AUTOMATION_TONES: Record<AutomationStatus, Tone> = { active: "good", inactive: "plain", paused: "wait", disabled: "bad" };

export const HEALTH_TONES: Record<HealthState, Tone> = { healthy: "good", failing: "wait", paused: "wait", disabled: "bad", unused: "plain" };

export const EXECUTION_TONES: Record<ExecutionStatus, Tone> = {
  waiting: "plain",
  retrying: "wait",
  succeeded: "good",
  failed: "bad",
  cancelled: "plain",
};

export const EXECUTION_STATUSES = Object.keys(EXECUTION_TONES) as ExecutionStatus[];

/** Whether nothing more will happen to it by itself. */
export const isSettled = (execution: Execution): boolean => execution.status !== "waiting" && execution.status !== "retrying";

/** What a code means, in words; one that is not known here is told by the sentence that came with it. */
export const codeWords = (code: string | undefined, message?: string): string => (code === undefined ? "" : (text.automation.codes[code] ?? message ?? code));

/** A span of time, short. */
export function span(milliseconds: number | undefined): string {
  if (milliseconds === undefined) return "";
  if (milliseconds < 1_000) return `${Math.round(milliseconds)} ms`;
  const seconds = milliseconds / 1_000;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  if (seconds < 3_600) return `${Math.round(seconds / 60)} min`;
  return `${(seconds / 3_600).toFixed(1)} h`;
}

/** A share of a hundred, without the noughts that say nothing. */
export const percent = (share: string): string => Number(share).toLocaleString(text.locale, { maximumFractionDigits: 2 });
