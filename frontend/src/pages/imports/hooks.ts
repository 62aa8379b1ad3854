/** Everything the import pages ask of the hub. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, data } from "../../api/client";
import type { ImportJob, ImportPreview, RowReport } from "../../api/shapes";
import { useList, type ListResult } from "../../parts/useList";

/** Where the hub reads a file wrongly: what it is told instead. Blank: as recognised. */
export interface Reading {
  encoding: string;
  delimiter: string;
  headerRow: string;
}
export const AS_RECOGNISED: Reading = { encoding: "", delimiter: "", headerRow: "" };

export interface ImportChoice {
  file: File;
  defaultCountry: string;
  merge: string;
  allOrNothing: boolean;
  /** Header to field; null keeps the column as a custom field. */
  mapping: Record<string, string | null>;
  reading: Reading;
}

/** What a column can become: the fields a lead has, in the words of the API. */
export const FIELDS = [
  "firstName", "lastName", "fullName", "email", "phone", "company", "title", "website", "address.street", "address.city", "address.region",
  "address.postalCode", "address.country", "source", "status", "value", "tags", "consent", "score", "externalId",
];

function formOf(choice: ImportChoice): FormData {
  const form = new FormData();
  form.append("file", choice.file, choice.file.name);
  form.append("merge", choice.merge);
  if (choice.allOrNothing) form.append("allOrNothing", "true");
  if (choice.defaultCountry) form.append("defaultCountry", choice.defaultCountry);
  if (Object.keys(choice.mapping).length) form.append("mapping", JSON.stringify(choice.mapping));
  for (const [name, value] of Object.entries(choice.reading)) if (value) form.append(name, value as string);
  return form;
}

export function usePreview() {
  return useMutation({
    mutationFn: (choice: ImportChoice) =>
      data<ImportPreview>(api.POST("/api/v1/leads/imports/preview", { body: { file: "" }, bodySerializer: () => formOf(choice) })),
  });
}

/** Hands the file over. The answer comes when it is taken in; the import is followed by its own page. No idempotency key: it
 * would make the hub hold the whole file in memory, and the same file twice changes nothing. */
export function useImport() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (choice: ImportChoice) =>
      data<ImportJob>(api.POST("/api/v1/leads/imports", { params: { query: { wait: 0 } }, body: { file: "" }, bodySerializer: () => formOf(choice) })),
    onSuccess: () => client.invalidateQueries({ queryKey: ["imports", "list"] }),
  });
}

/** Ends an import under way, goes on with a paused one, or undoes one that has ended. */
export function useEnd(id: string, how: "cancel" | "resume" | "undo") {
  const client = useQueryClient();
  const params = { path: { id } };
  return useMutation({
    mutationFn: () =>
      data<ImportJob>(
        how === "cancel"
          ? api.POST("/api/v1/leads/imports/{id}/cancel", { params })
          : how === "resume"
            ? api.POST("/api/v1/leads/imports/{id}/resume", { params })
            : api.POST("/api/v1/leads/imports/{id}/undo", { params: { ...params, query: { wait: 0 } } }),
      ),
    onSuccess: (job) => {
      client.setQueryData(["imports", id], job);
      void client.invalidateQueries({ queryKey: ["imports"] });
    },
  });
}

const LIVE = new Set(["receiving", "queued", "checking", "running", "undoing"]);
/** Whether an import goes on. */
export const isLive = (job: ImportJob): boolean => LIVE.has(job.status);

/** Milliseconds until an import is asked for again, or false where it has ended. A paused one goes on by itself some time. */
const pauseBeforeNextLook = (job: ImportJob): number | false => (isLive(job) ? 1_000 : job.status === "paused" && 10_000);

export function useImports(): ListResult<ImportJob> {
  return useList<ImportJob>(["imports", "list"], (cursor) => api.GET("/api/v1/leads/imports", { params: { query: { limit: 50, cursor } } }), {
    refetchInterval: 10_000,
  });
}

export function useOneImport(id: string) {
  return useQuery({
    queryKey: ["imports", id],
    queryFn: () => data<ImportJob>(api.GET("/api/v1/leads/imports/{id}", { params: { path: { id } } })),
    refetchInterval: ({ state }) => (state.data ? pauseBeforeNextLook(state.data) : false),
  });
}

export type Severity = "rejected" | "warning" | "kept";

/** The rows with a report of one kind; asked for again when there may be others. */
export function useReports(job: ImportJob, severity: Severity): ListResult<RowReport> {
  const id = job._id;
  return useList<RowReport>(["imports", id, "reports", severity, job.status, job.counts.rejected, job.counts.warnings], (cursor) =>
    api.GET("/api/v1/leads/imports/{id}/rejects", { params: { path: { id }, query: { severity, limit: 50, cursor } } }),
  );
}

/** Where those rows are downloaded as a CSV file to correct and bring in again. */
export function reportsAddress(id: string, severity: Severity): string {
  return `/api/v1/leads/imports/${encodeURIComponent(id)}/rejects?format=csv&severity=${severity}`;
}
