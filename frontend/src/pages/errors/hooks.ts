/** Everything the error log asks of the hub. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, data } from "../../api/client";
import type { ErrorEntry, Run } from "../../api/shapes";
import { useList, type ListResult } from "../../parts/useList";
import { followRun } from "../leads/sync";

export interface ErrorFilter {
  provider?: string;
  connectionId?: string;
  code?: string;
}

export function useErrors(filter: ErrorFilter): ListResult<ErrorEntry> {
  return useList<ErrorEntry>(["errors", filter], (cursor) =>
    api.GET("/api/v1/crm-integration/error-logs", { params: { query: { ...filter, limit: 50, cursor } } }),
  );
}

/** Tries a failure again and waits for how it ends. */
export function useRetry(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async () => {
      const asked = api.POST("/api/v1/crm-integration/error-logs/{error_id}/retry", { params: { path: { error_id: id } } });
      const run = await followRun((await data<Run>(asked))._id);
      return { worked: run.status === "done" && run.counts.failed + run.counts.held === 0 };
    },
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ["errors"] });
      void client.invalidateQueries({ queryKey: ["lead"] });
    },
  });
}
