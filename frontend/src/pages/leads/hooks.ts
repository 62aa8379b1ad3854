/** Everything the lead pages ask of the hub. */
import { useQuery } from "@tanstack/react-query";
import { api, data, enveloped, has, takes, untyped } from "../../api/client";
import type { CrmLink, ErrorEntry, Lead, TimelineEntry } from "../../api/shapes";
import { useMay } from "../../parts/session";
import { useList, type ListResult } from "../../parts/useList";

export interface LeadFilter {
  q?: string;
  status?: string;
  source?: string;
  tag?: string;
  sort?: string;
}

const LIST = "GET /api/v1/leads";
/** What the hub calls its search over several fields; without one, a whole e-mail address is looked up. */
const SEARCH = ["q", "search"].find((name) => takes(LIST, name));
export const SEARCHES_ALL = SEARCH !== undefined;
export const FILTERS = (["status", "source", "tag"] as const).filter((name) => takes(LIST, name));
/** With an e-mail address looked up, today's hub orders by id. */
export const sortable = (filter: LeadFilter): boolean => SEARCHES_ALL || !filter.q;

type Query = NonNullable<Parameters<typeof api.GET<"/api/v1/leads", { params: { query: object } }>>[1]>["params"]["query"];

function queryOf(filter: LeadFilter): Record<string, string> {
  const query: Record<string, string> = {};
  for (const name of FILTERS) if (filter[name]) query[name] = filter[name];
  if (filter.q) query[SEARCH ?? "email"] = filter.q.trim();
  if (filter.sort && sortable(filter)) query.sort = filter.sort;
  return query;
}

const page = (filter: LeadFilter, limit: number, cursor?: string) =>
  api.GET("/api/v1/leads", { params: { query: { ...queryOf(filter), limit, ...(cursor ? { cursor } : {}) } as Query } });

export function useLeads(filter: LeadFilter): ListResult<Lead> {
  return useList<Lead>(["leads", filter], (cursor) => page(filter, 50, cursor));
}

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

export function useLead(id: string) {
  return useQuery({
    queryKey: ["lead", id],
    queryFn: () => data<Lead>(api.GET("/api/v1/leads/{id}", { params: { path: { id } } })),
  });
}

const LINKS = "/api/v1/leads/{id}/links";

/** The lead's records in CRMs: from the lead, from their own address, or null where this hub does not tell. */
export function useLinks(lead: Lead | undefined) {
  return useQuery({
    queryKey: ["lead", lead?._id, "links", lead?.updatedAt],
    enabled: lead !== undefined,
    queryFn: async (): Promise<CrmLink[] | null> => {
      if (lead?.links) return lead.links;
      if (lead && has(`GET ${LINKS}`)) return (await untyped<CrmLink[]>("GET", LINKS.replace("{id}", lead._id))).data;
      return null;
    },
  });
}

const TIMELINE = "/api/v1/leads/{id}/timeline";

/** What happened to the lead, newest first: as the hub tells it, else from what it tells anyway. */
export function useTimeline(lead: Lead | undefined) {
  const mayErrors = useMay("errors.read");
  return useQuery({
    queryKey: ["lead", lead?._id, "timeline", lead?.updatedAt],
    enabled: lead !== undefined,
    queryFn: async (): Promise<TimelineEntry[]> => {
      if (!lead) return [];
      if (has(`GET ${TIMELINE}`)) return (await untyped<TimelineEntry[]>("GET", TIMELINE.replace("{id}", lead._id))).data;
      const entries: TimelineEntry[] = [{ at: lead.createdAt, type: "created" }];
      if (lead.updatedAt !== lead.createdAt) entries.push({ at: lead.updatedAt, type: "updated" });
      if (mayErrors) entries.push(...(await failuresOf(lead._id)));
      return entries.sort((a, b) => b.at.localeCompare(a.at));
    },
  });
}

async function failuresOf(id: string): Promise<TimelineEntry[]> {
  const asked = api.GET("/api/v1/crm-integration/error-logs", { params: { query: { limit: 200 } } });
  return (await data<ErrorEntry[]>(asked))
    .filter((entry) => entry.leadId === id)
    .map((entry) => ({ _id: entry._id, at: entry.occurredAt, type: "failure", message: `${entry.message.replace(/[.\s]+$/, "")}. ${entry.hint}` }));
}
