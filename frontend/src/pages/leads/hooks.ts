/** Everything the lead pages ask of the hub. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, data, enveloped } from "../../api/client";
import type { CrmLink, ErrorEntry, Lead, SavedView, TimelineEntry } from "../../api/shapes";
import { useMay } from "../../parts/session";
import { useList, type ListResult } from "../../parts/useList";
import { FILTERS, sortable, type LeadFilter } from "./filters";

export function queryOf(filter: LeadFilter): Record<string, string> {
  const query: Record<string, string> = {};
  for (const name of FILTERS) {
    const value = filter[name]?.trim();
    if (value) query[name] = value;
  }
  if (filter.sort && sortable(filter)) query.sort = filter.sort;
  return query;
}

/** Parameters that the document does not list by name (it says so in words) need a cast. */
type Query = NonNullable<Parameters<typeof api.GET<"/api/v1/leads", { params: { query: object } }>>[1]>["params"]["query"];

const page = (filter: LeadFilter, limit: number, cursor?: string) =>
  api.GET("/api/v1/leads", { params: { query: { ...queryOf(filter), limit, ...(cursor ? { cursor } : {}) } as Query } });

export function useLeads(filter: LeadFilter): ListResult<Lead> {
  return useList<Lead>(["leads", "list", filter], (cursor) => page(filter, 50, cursor));
}

export interface Counted {
  count: number;
  /** There are at least so many. */
  capped: boolean;
}

export function useCount(filter: LeadFilter) {
  const query = queryOf(filter);
  return useQuery({
    queryKey: ["leads", "count", query],
    queryFn: () => data<Counted>(api.GET("/api/v1/leads/count", { params: { query: query as Query } })),
  });
}

/** Where the list as it stands is downloaded as a CSV file for spreadsheets. */
export const exportAddress = (filter: LeadFilter): string =>
  `/api/v1/leads/export?${new URLSearchParams({ ...queryOf(filter), format: "csv" }).toString()}`;

/** The ids of the leads that match, at most `limit`; `found` hears how many there are so far. */
export async function matchingIds(filter: LeadFilter, limit: number, found: (count: number) => void): Promise<string[]> {
  const ids: string[] = [];
  let cursor: string | undefined;
  do {
    const answer = await enveloped<Lead[]>(page(filter, 200, cursor));
    ids.push(...answer.data.map((lead) => lead._id));
    found(ids.length);
    cursor = answer.nextCursor ?? undefined;
  } while (cursor !== undefined && ids.length < limit);
  return ids.slice(0, limit);
}

export function useViews() {
  return useQuery({ queryKey: ["leads", "views"], queryFn: () => data<SavedView[]>(api.GET("/api/v1/leads/views")) });
}

export function useSaveView() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ name, shared, filter }: { name: string; shared: boolean; filter: LeadFilter }) => {
      const { sort, view: _, ...filters } = queryOf(filter);
      return data<SavedView>(api.POST("/api/v1/leads/views", { body: { name, shared, filters, ...(sort ? { sort } : {}) } }));
    },
    onSuccess: () => client.invalidateQueries({ queryKey: ["leads", "views"] }),
  });
}

export function useDeleteView() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => data<unknown>(api.DELETE("/api/v1/leads/views/{view_id}", { params: { path: { view_id: id } } })),
    onSuccess: () => client.invalidateQueries({ queryKey: ["leads", "views"] }),
  });
}

export function useLead(id: string) {
  return useQuery({
    queryKey: ["lead", id],
    queryFn: () => data<Lead>(api.GET("/api/v1/leads/{id}", { params: { path: { id } } })),
  });
}

function useLeadChange(change: (id: string) => Promise<unknown>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => data<Lead>(change(id)),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ["leads"] });
      void client.invalidateQueries({ queryKey: ["lead"], refetchType: "none" });
    },
  });
}

/** Puts a lead away; it can be brought back. */
export const useDelete = () => useLeadChange((id) => api.DELETE("/api/v1/leads/{id}", { params: { path: { id } } }));
export const useRestore = () => useLeadChange((id) => api.POST("/api/v1/leads/{id}/restore", { params: { path: { id } } }));

/** The lead's records in CRMs, as the last push left them. */
export function useLinks(id: string) {
  return useQuery({
    queryKey: ["lead", id, "links"],
    queryFn: () => data<CrmLink[]>(api.GET("/api/v1/leads/{id}/links", { params: { path: { id } } })),
  });
}

export function useTimeline(id: string): ListResult<TimelineEntry> {
  return useList<TimelineEntry>(["lead", id, "timeline"], (cursor) =>
    api.GET("/api/v1/leads/{id}/timeline", { params: { path: { id }, query: { limit: 25, cursor } } }),
  );
}

const LOOKED_AT = 200;

/** What the error log's newest entries say about the lead. */
export function useFailures(id: string) {
  const may = useMay("errors.read");
  return useQuery({
    queryKey: ["lead", id, "failures"],
    enabled: may,
    queryFn: async () => {
      const asked = api.GET("/api/v1/crm-integration/error-logs", { params: { query: { limit: LOOKED_AT } } });
      return (await data<ErrorEntry[]>(asked)).filter((entry) => entry.leadId === id);
    },
  });
}
