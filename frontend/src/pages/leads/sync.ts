/** The push of chosen leads: a run of the hub's, followed while it goes on and while other pages are open. */
import { useSyncExternalStore } from "react";
import { api, data, idempotencyKey } from "../../api/client";
import { asApiError } from "../../api/errors";
import type { Run, SyncAnswer, SyncFailure } from "../../api/shapes";

export interface SyncState {
  /** `lost`: the hub could not be asked how far it is; the run goes on there. */
  phase: "idle" | "running" | "lost" | "ended";
  runId: string | null;
  total: number;
  succeeded: number;
  failures: SyncFailure[];
  cancelling: boolean;
  cancelled: boolean;
  /** What keeps the run from going on, in the hub's words. */
  hint: string | null;
  error: unknown;
}

const IDLE: SyncState = {
  phase: "idle", runId: null, total: 0, succeeded: 0, failures: [], cancelling: false, cancelled: false, hint: null, error: null,
};
const POLL_MS = 500;
/** A run in one of these goes on. */
const LIVE = new Set(["waiting", "running"]);

let state = IDLE;
let ended: () => void = () => undefined;
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

/** Pushes the leads; a second call while one runs does nothing. `onEnd` is called however it ends. */
export async function startSync(ids: string[], onEnd: () => void): Promise<void> {
  if (state.phase === "running" || ids.length === 0) return;
  ended = onEnd;
  set({ ...IDLE, phase: "running", total: ids.length });
  try {
    const answer = await data<SyncAnswer>(
      api.POST("/api/v1/crm-integration/sync-leads", {
        body: { leadIds: ids },
        headers: { "idempotency-key": idempotencyKey(), prefer: "respond-async" },
      }),
    );
    show({ ...answer.run, successful: answer.successful, failed: answer.failed });
  } catch (error) {
    finish({ error: asApiError(error) });
    return;
  }
  await follow();
}

/** Looks at the run again after the hub could not be reached. */
export async function follow(): Promise<void> {
  if (state.runId === null) return;
  set({ phase: "running", error: null });
  try {
    show(await followRun(state.runId, show));
    finish({});
  } catch (error) {
    set({ phase: "lost", error: asApiError(error) });
  }
}

/** Ends the run: what is being written is finished, the rest fails as cancelled. */
export async function cancelSync(): Promise<void> {
  if (state.runId === null || state.cancelling) return;
  set({ cancelling: true });
  try {
    await data<Run>(api.POST("/api/v1/runs/{run_id}/cancel", { params: { path: { run_id: state.runId } } }));
  } catch (error) {
    const told = asApiError(error);
    if (told.status !== 409) set({ cancelling: false, error: told }); // 409: it has ended meanwhile
  }
}

function finish(change: Partial<SyncState>): void {
  set({ ...change, phase: "ended" });
  ended();
}

function show(run: Run): void {
  set({
    runId: run._id,
    total: run.total ?? state.total,
    succeeded: run.successful?.length ?? state.succeeded,
    failures: run.failed ?? state.failures,
    cancelled: run.status === "cancelled",
    hint: run.hint ?? null,
  });
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
