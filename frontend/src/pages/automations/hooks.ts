/** Everything the pages of automations ask of the hub. */
import { useMutation, useQuery, useQueryClient, type QueryKey } from "@tanstack/react-query";
import {
  automations as hub,
  type Automation,
  type AutomationChange,
  type Created,
  type EventType,
  type Execution,
  type ExecutionDetail,
  type ExecutionFilter,
  type Hook,
  type NewAutomation,
  type Stats,
  type Template,
} from "../../api/automation";
import { api, data, idempotencyKey } from "../../api/client";
import { useMay } from "../../parts/session";
import { useList, type ListResult } from "../../parts/useList";
import { isSettled } from "./state";

const ROOT = "/api/v1/automation";
const ONE = `${ROOT}/{id}`;
const REFRESH_MS = 15_000;
const WATCH_MS = 1_000;

const path = (id: string) => ({ params: { path: { id } } });

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

export function useTemplates() {
  return useQuery({ queryKey: ["templates"], staleTime: 300_000, queryFn: () => data<Template[]>(hub.GET(`${ROOT}/templates`)) });
}

export function useStats() {
  return useQuery({ queryKey: ["automations", "stats"], refetchInterval: REFRESH_MS, queryFn: () => data<Stats>(hub.GET(`${ROOT}/stats`)) });
}

export function useAutomations(): ListResult<Automation> {
  return useList<Automation>(["automations", "list"], (cursor) => hub.GET(ROOT, { params: { query: { limit: 50, cursor } } }), {
    refetchInterval: REFRESH_MS,
  });
}

export function useAutomation(id: string) {
  return useQuery({
    queryKey: ["automations", "one", id],
    refetchInterval: REFRESH_MS,
    queryFn: () => data<Automation>(hub.GET(ONE, path(id))),
  });
}

export interface Sum {
  executions: number;
  successful: number;
}

/** What each automation did in the last thirty days, by its id. */
export function useSums() {
  const may = useMay("usage.read");
  return useQuery({
    queryKey: ["automations", "sums"],
    enabled: may,
    refetchInterval: REFRESH_MS,
    queryFn: async () => {
      const summary = await data<{ byAutomation: { automationId: string; events: number; successful: number }[] }>(
        api.GET("/api/v1/automation/usage/summary"),
      );
      return new Map(summary.byAutomation.map((one): [string, Sum] => [one.automationId, { executions: one.events, successful: one.successful }]));
    },
  });
}

export function useEventTypes() {
  return useQuery({ queryKey: ["event-types"], staleTime: 300_000, queryFn: () => data<EventType[]>(hub.GET(`${ROOT}/events`)) });
}

/** Bodies as they would be sent: the company's newest events of the type, else an example. */
export function useSamples(type: string) {
  return useQuery({
    queryKey: ["samples", type],
    enabled: type !== "",
    queryFn: () => data<unknown[]>(hub.GET(`${ROOT}/events/samples`, { params: { query: { type } } })),
  });
}

export function useCreate() {
  return useSaving(
    ({ key, body }: { key: string; body: NewAutomation }) => data<Created>(hub.POST(ROOT, { body, headers: { "idempotency-key": key } })),
    ["automations"],
  );
}

export function useChange(id: string) {
  return useSaving((body: AutomationChange) => data<Automation>(hub.PATCH(ONE, { ...path(id), body })), ["automations"]);
}

export function useActivate(id: string) {
  return useSaving(
    (confirm: boolean) => data<Automation>(hub.POST(`${ONE}/activate`, { ...path(id), body: confirm ? { confirm } : {} })),
    ["automations"],
  );
}

export function useDeactivate(id: string) {
  return useSaving(() => data<Automation>(hub.POST(`${ONE}/deactivate`, path(id))), ["automations"], ["executions"]);
}

export function useRemove(id: string) {
  return useSaving(() => data<unknown>(hub.DELETE(ONE, path(id))), ["automations", "list"], ["automations", "stats"], ["executions"]);
}

export function useTest(id: string) {
  return useSaving(async () => (await data<{ execution: Execution }>(hub.POST(`${ONE}/test`, { ...path(id), body: {} }))).execution, ["executions"]);
}

export type Which = "inbound" | "signing";

export function useRotate(id: string) {
  return useSaving(
    (body: { which: Which; overlapHours: number }) =>
      data<{ secret: string; previousValidUntil?: string }>(hub.POST(`${ONE}/secrets/rotate`, { ...path(id), body })),
    ["automations", "one", id],
  );
}

export interface Recovery {
  since: string;
  until: string;
  status: string[];
}

export function useRecover(id: string) {
  return useSaving(
    (body: Recovery & { dryRun: boolean }) => data<{ count: number; more?: boolean }>(hub.POST(`${ONE}/recover`, { ...path(id), body })),
    ["executions"],
  );
}

export function useExecutions(filter: ExecutionFilter, limit = 25): ListResult<Execution> {
  return useList<Execution>(["executions", filter, limit], (cursor) => hub.GET(`${ROOT}/executions`, { params: { query: { ...filter, limit, cursor } } }), {
    refetchInterval: REFRESH_MS,
  });
}

/** One execution with its attempts; asked for again until nothing more will happen by itself. */
export function useExecution(id: string) {
  return useQuery({
    queryKey: ["executions", "one", id],
    queryFn: () => data<ExecutionDetail>(hub.GET(`${ROOT}/executions/{id}`, path(id))),
    refetchInterval: ({ state }) => (state.data && isSettled(state.data) ? false : WATCH_MS),
  });
}

export type Again = "resend" | "replay";

export function useAgain(id: string) {
  return useSaving(
    async (how: Again) => (await data<{ execution: Execution }>(hub.POST(`${ROOT}/executions/{id}/${how}`, path(id)))).execution,
    ["executions"],
  );
}

export function useCancel(id: string) {
  return useSaving(() => data<unknown>(hub.POST(`${ROOT}/executions/{id}/cancel`, path(id))), ["executions"]);
}

export function useHooks(): ListResult<Hook> {
  return useList<Hook>(["hooks"], (cursor) => hub.GET(`${ROOT}/hooks`, { params: { query: { cursor } } }));
}

export function useUnsubscribe(id: string) {
  return useSaving(() => data<unknown>(hub.DELETE(`${ROOT}/hooks/{id}`, path(id))), ["hooks"]);
}

export { idempotencyKey };
