/** Everything the pages of automations ask of the api. */
import { useMutation, useQuery, useQueryClient, type QueryKey } from "@tanstack/react-query";
import type {
  Automation,
  AutomationChange,
  Created,
  EventType,
  Execution,
  ExecutionDetail,
  ExecutionFilter,
  Hook,
  NewAutomation,
  Stats,
  Template,
} from "../../api/automation";
import { api, data, idempotencyKey } from "../../api/client";
import { useMay } from "../../parts/session";
import { useList, type ListResult } from "../../parts/useList";
import { isSettled } from "./state";

const REFRESH_MS = 15_000;
const WATCH_MS = 1_000;

const path = (id: string) => ({ params: { path: { id } } });

/** Asked for again at intervals once it is there: a refusal stays to be read, with its button to try again. */
const onceThere = ({ state }: { state: { data?: unknown } }): number | false => state.data !== undefined && REFRESH_MS;

/** A change after which what `stale` names is asked for again. */
function useSaving<Given, Got>(save: (given: Given) => Promise<Got>, ...stale: QueryKey[]) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: save,
    onSuccess: () => {
      for (const queryKey of stale) void client.invalidateQueries({ queryKey });
    },
  });
}

export const useMayManage = () => useMay("automations.manage");
export const useMayUnsubscribe = () => useMay("hooks.manage");

export function useTemplates() {
  return useQuery({ queryKey: ["templates"], staleTime: 300_000, queryFn: () => data<Template[]>(api.GET("/api/v1/automation/templates")) });
}

export function useStats() {
  return useQuery({ queryKey: ["automations", "stats"], refetchInterval: onceThere, queryFn: () => data<Stats>(api.GET("/api/v1/automation/stats")) });
}

export function useAutomations(): ListResult<Automation> {
  return useList<Automation>(["automations", "list"], (cursor) => api.GET("/api/v1/automation", { params: { query: { limit: 50, cursor } } }), {
    refetchInterval: REFRESH_MS,
  });
}

export function useAutomation(id: string) {
  return useQuery({
    queryKey: ["automations", "one", id],
    refetchInterval: onceThere,
    queryFn: () => data<Automation>(api.GET("/api/v1/automation/{id}", path(id))),
  });
}

export function useEventTypes() {
  return useQuery({ queryKey: ["event-types"], staleTime: 300_000, queryFn: () => data<EventType[]>(api.GET("/api/v1/automation/events")) });
}

/** Bodies as they would be sent: the company's newest events of the type, else an example. */
export function useSamples(type: string) {
  return useQuery({
    queryKey: ["samples", type],
    enabled: type !== "",
    queryFn: () => data<unknown[]>(api.GET("/api/v1/automation/events/samples", { params: { query: { type } } })),
  });
}

export function useCreate() {
  return useSaving(
    ({ key, body }: { key: string; body: NewAutomation }) => data<Created>(api.POST("/api/v1/automation", { body, headers: { "idempotency-key": key } })),
    ["automations"],
  );
}

export function useChange(id: string) {
  return useSaving((body: AutomationChange) => data<Automation>(api.PATCH("/api/v1/automation/{id}", { ...path(id), body })), ["automations"]);
}

export function useActivate(id: string) {
  return useSaving(
    (confirm: boolean) => data<Automation>(api.POST("/api/v1/automation/{id}/activate", { ...path(id), body: { confirm } })),
    ["automations"],
  );
}

export function useDeactivate(id: string) {
  return useSaving(() => data<Automation>(api.POST("/api/v1/automation/{id}/deactivate", path(id))), ["automations"], ["executions"]);
}

export function useRemove(id: string) {
  return useSaving(() => data<unknown>(api.DELETE("/api/v1/automation/{id}", path(id))), ["automations", "list"], ["automations", "stats"], ["executions"]);
}

export function useTest(id: string) {
  return useSaving(async () => (await data<{ execution: Execution }>(api.POST("/api/v1/automation/{id}/test", { ...path(id), body: {} }))).execution, ["executions"]);
}

export function useTestHook(id: string) {
  return useSaving(async () => (await data<{ execution: Execution }>(api.POST("/api/v1/automation/hooks/{id}/test", path(id)))).execution, ["executions"]);
}

export type Testing = ReturnType<typeof useTest>;

export type Which = "inbound" | "signing";

export function useRotate(id: string) {
  return useSaving(
    (body: { which: Which; overlapHours: number }) =>
      data<{ secret: string; previousValidUntil?: string }>(api.POST("/api/v1/automation/{id}/secrets/rotate", { ...path(id), body })),
    ["automations", "one", id],
  );
}

export interface Recovery {
  since: string;
  until: string;
  status: ("failed" | "cancelled")[];
}

export function useRecover(id: string) {
  return useSaving(
    (body: Recovery & { dryRun: boolean }) => data<{ count: number; more?: boolean }>(api.POST("/api/v1/automation/{id}/recover", { ...path(id), body })),
    ["executions"],
  );
}

const ON_A_PAGE = 25;

export function useExecutions(filter: ExecutionFilter): ListResult<Execution> {
  return useList<Execution>(["executions", "list", filter], (cursor) => api.GET("/api/v1/automation/executions", { params: { query: { ...filter, limit: ON_A_PAGE, cursor } } }), {
    refetchInterval: REFRESH_MS,
  });
}

const LOOKED_AT = 100;

/** The newest execution of each automation, by its id, as far as they are among the company's newest. */
export function useNewest() {
  return useQuery({
    queryKey: ["executions", "newest"],
    refetchInterval: onceThere,
    queryFn: async () => {
      const listed = await data<Execution[]>(api.GET("/api/v1/automation/executions", { params: { query: { limit: LOOKED_AT } } }));
      const newest = new Map<string, Execution>();
      for (const one of listed) if (one.automationId && !newest.has(one.automationId)) newest.set(one.automationId, one);
      return newest;
    },
  });
}

/** How long to wait before asking again: briefly where something is about to happen, longer before a try that is far off. */
function untilNews({ nextAt, attempts }: Execution): number {
  if (attempts === 0 || nextAt === undefined) return WATCH_MS;
  return Math.min(Math.max(Date.parse(nextAt) - Date.now(), WATCH_MS), REFRESH_MS);
}

/** One execution with its attempts; asked for again until nothing more will happen by itself. */
export function useExecution(id: string) {
  return useQuery({
    queryKey: ["executions", "one", id],
    queryFn: () => data<ExecutionDetail>(api.GET("/api/v1/automation/executions/{id}", path(id))),
    refetchInterval: ({ state }) => state.data !== undefined && (isSettled(state.data) ? false : untilNews(state.data)),
  });
}

export type Again = "resend" | "replay";

export function useAgain(id: string) {
  return useSaving(
    async (how: Again) => {
      const asked =
        how === "resend" ? api.POST("/api/v1/automation/executions/{id}/resend", path(id)) : api.POST("/api/v1/automation/executions/{id}/replay", path(id));
      return (await data<{ execution: Execution }>(asked)).execution;
    },
    ["executions"],
  );
}

export function useCancel(id: string) {
  return useSaving(() => data<unknown>(api.POST("/api/v1/automation/executions/{id}/cancel", path(id))), ["executions"]);
}

export function useHooks(): ListResult<Hook> {
  return useList<Hook>(["hooks"], (cursor) => api.GET("/api/v1/automation/hooks", { params: { query: { cursor } } }));
}

export function useUnsubscribe(id: string) {
  return useSaving(() => data<unknown>(api.DELETE("/api/v1/automation/hooks/{id}", path(id))), ["hooks"]);
}

export { idempotencyKey };
