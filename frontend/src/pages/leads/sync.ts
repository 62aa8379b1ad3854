/** The push of chosen leads: in blocks, so that its progress is seen; it goes on while other pages are open. */
import { useSyncExternalStore } from "react";
import { api, data, enveloped, idempotencyKey } from "../../api/client";
import { asApiError } from "../../api/errors";
import type { Run, SyncAnswer, SyncFailure } from "../../api/shapes";

export interface SyncState {
  phase: "idle" | "running" | "ended";
  total: number;
  succeeded: number;
  failures: SyncFailure[];
  /** Failed ones that an unfinished run has counted and not yet named. */
  failed: number;
  stopping: boolean;
  error: unknown;
}

const IDLE: SyncState = { phase: "idle", total: 0, succeeded: 0, failures: [], failed: 0, stopping: false, error: null };
const BLOCK = 50;
const POLL_MS = 1_000;
/** What ends a run, in whatever word the hub has for it. */
const LIVE = new Set(["running", "queued", "waiting", "pending"]);

let state = IDLE;
const listeners = new Set<() => void>();

function set(change: Partial<SyncState>): void {
  state = { ...state, ...change };
  for (const listener of listeners) listener();
}

export function useSync(): SyncState {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => state,
  );
}

export const dismissSync = (): void => set(IDLE);
export const stopSync = (): void => set({ stopping: true });

/** Pushes the leads; a second call while one runs does nothing. `onEnd` is called however it ends. */
export async function startSync(ids: string[], onEnd: () => void): Promise<void> {
  if (state.phase === "running" || ids.length === 0) return;
  set({ ...IDLE, phase: "running", total: ids.length });
  try {
    for (let at = 0; at < ids.length && !state.stopping; at += BLOCK) await pushBlock(ids.slice(at, at + BLOCK));
  } catch (error) {
    set({ error: asApiError(error) });
  }
  set({ phase: "ended" });
  onEnd();
}

async function pushBlock(leadIds: string[]): Promise<void> {
  const before = { succeeded: state.succeeded, failures: state.failures, failed: state.failed };
  const show = (answer: Pick<SyncAnswer, "successful" | "failed">): void =>
    set({
      succeeded: before.succeeded + answer.successful.length,
      failures: [...before.failures, ...answer.failed],
      failed: before.failed + answer.failed.length,
    });
  const answer = await enveloped<SyncAnswer>(
    api.POST("/api/v1/crm-integration/sync-leads", {
      body: { leadIds },
      headers: { "idempotency-key": idempotencyKey() },
    }),
  );
  show(answer.data);
  if (answer.status !== 202 || !answer.data.run) return;
  const run = await followRun(answer.data.run._id, (now) => showRun(now, before, show));
  showRun(run, before, show);
}

function showRun(
  run: Run,
  before: { succeeded: number; failed: number },
  show: (answer: Pick<SyncAnswer, "successful" | "failed">) => void,
): void {
  if (run.successful && run.failed) {
    show({ successful: run.successful, failed: run.failed });
  } else if (run.counts) {
    const { created = 0, updated = 0, unchanged = 0, failed = 0 } = run.counts;
    set({ succeeded: before.succeeded + created + updated + unchanged, failed: before.failed + failed });
  }
}

/** Asks for a run again and again until it has ended; returns how it ended. */
export async function followRun(id: string, seen: (run: Run) => void = () => undefined): Promise<Run> {
  for (;;) {
    const run = await data<Run>(api.GET("/api/v1/runs/{run_id}", { params: { path: { run_id: id } } }));
    seen(run);
    if (!LIVE.has(run.status)) return run;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
