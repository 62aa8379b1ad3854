/** What executions can be narrowed by, in the words of an address. */
import type { ExecutionFilter } from "../../api/automation";

export const EXECUTION_FILTERS = ["status", "eventType", "since", "until"] as const;

const moment = (local: string | undefined): string | undefined => {
  if (!local) return undefined;
  const date = new Date(local);
  return Number.isNaN(date.getTime()) ? local : date.toISOString();
};

/** The filter as the hub takes it: the times of an address are those of the place, to the minute. */
export const asked = (filter: ExecutionFilter): ExecutionFilter => ({ ...filter, since: moment(filter.since), until: moment(filter.until) });

/** Whether anything is narrowed beside whose executions they are. */
export const isNarrowed = (filter: ExecutionFilter): boolean => EXECUTION_FILTERS.some((name) => filter[name]) || Boolean(filter.recordId);

/** A moment as the browser's own field for it writes it. */
export function localMoment(date: Date): string {
  const shifted = new Date(date.getTime() - date.getTimezoneOffset() * 60_000);
  return shifted.toISOString().slice(0, 16);
}
