/** Everything the import pages ask of the hub. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, data, idempotencyKey } from "../../api/client";
import type { ImportJob, ImportPreview, RowReport } from "../../api/shapes";
import { useList, type ListResult } from "../../parts/useList";

export interface ImportChoice {
  file: File;
  defaultCountry: string;
  merge: string;
  /** Header to field; null keeps the column as a custom field. */
  mapping: Record<string, string | null>;
}

/** What a column can become: the fields a lead has, in the words of the API. */
export const FIELDS = [
  "firstName", "lastName", "fullName", "email", "phone", "company", "title", "website", "address.street", "address.city", "address.region",
  "address.postalCode", "address.country", "source", "status", "value", "tags", "consent", "score", "externalId",
];

function upload(choice: ImportChoice, preview: boolean): Promise<unknown> {
  const form = new FormData();
  form.append("file", choice.file, choice.file.name);
  form.append("merge", choice.merge);
  if (choice.defaultCountry) form.append("defaultCountry", choice.defaultCountry);
  if (Object.keys(choice.mapping).length) form.append("mapping", JSON.stringify(choice.mapping));
  if (preview) form.append("preview", "true");
  return api.POST("/api/v1/leads/imports", {
    body: { file: "" },
    bodySerializer: () => form,
    headers: preview ? {} : { "idempotency-key": idempotencyKey() },
  });
}

export function usePreview() {
  return useMutation({ mutationFn: (choice: ImportChoice) => data<ImportPreview>(upload(choice, true)) });
}

/** Brings the file in. Whether the hub answers at the end or at once, the import is followed by its own page. */
export function useImport() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (choice: ImportChoice) => data<ImportJob>(upload(choice, false)),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ["imports"] });
      void client.invalidateQueries({ queryKey: ["leads"] });
    },
  });
}

const LIVE = new Set(["running", "queued", "waiting"]);
export const isLive = (job: ImportJob): boolean => LIVE.has(job.status);

/** The import under way, asked for every second while a file is being brought in by a request still open. */
export function useRunningImport(enabled: boolean) {
  return useQuery({
    queryKey: ["imports", "running"],
    enabled,
    refetchInterval: 1_000,
    queryFn: async () => {
      const newest = await data<ImportJob[]>(api.GET("/api/v1/leads/imports", { params: { query: { limit: 1 } } }));
      return newest.find(isLive) ?? null;
    },
  });
}

export function useImports(): ListResult<ImportJob> {
  return useList<ImportJob>(["imports", "list"], (cursor) => api.GET("/api/v1/leads/imports", { params: { query: { limit: 50, cursor } } }), {
    refetchInterval: 10_000,
  });
}

export function useOneImport(id: string) {
  return useQuery({
    queryKey: ["imports", id],
    queryFn: () => data<ImportJob>(api.GET("/api/v1/leads/imports/{id}", { params: { path: { id } } })),
    refetchInterval: (query) => (query.state.data && isLive(query.state.data) ? 1_000 : false),
  });
}

export function useRejects(id: string): ListResult<RowReport> {
  return useList<RowReport>(["imports", id, "rejects"], (cursor) =>
    api.GET("/api/v1/leads/imports/{id}/rejects", { params: { path: { id }, query: { severity: "rejected", limit: 50, cursor } } }),
  );
}

/** Where the rejected rows (or those that lost a value) can be downloaded as a CSV file to correct and bring in again. */
export function rejectsAddress(id: string, severity: "rejected" | "warning"): string {
  return `/api/v1/leads/imports/${encodeURIComponent(id)}/rejects?format=csv&severity=${severity}`;
}
