/** What a list can be narrowed by, as it stands in the address. */
export const FILTERS = [
  "q", "status", "tag", "source", "country", "ownerId", "createdFrom", "createdTo", "minValue", "minScore", "state", "view",
] as const;
export type FilterName = (typeof FILTERS)[number];
export type LeadFilter = { [Name in FilterName | "sort"]?: string };

export const isFiltered = (filter: LeadFilter): boolean => FILTERS.some((name) => filter[name]);
/** Words found come in their own order. */
export const sortable = (filter: LeadFilter): boolean => !filter.q;
