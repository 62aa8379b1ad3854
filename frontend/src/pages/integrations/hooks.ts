/** Everything the integrations page asks of the hub. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, data, enveloped } from "../../api/client";
import type { Connection, ConnectionTest, Disconnected, ErrorEntry, Provider, UsageEvent, User } from "../../api/shapes";
import { useMay } from "../../parts/session";
import type { Place } from "./places";

export function useProviders() {
  return useQuery({
    queryKey: ["providers"],
    queryFn: () => data<Provider[]>(api.GET("/api/v1/crm-integration/providers")),
  });
}

/** All connections, asked for again at intervals: faster while `watching` for a new one. */
export function useConnections(watching = false) {
  return useQuery({
    queryKey: ["connections"],
    queryFn: () => data<Connection[]>(api.GET("/api/v1/crm-integration/connections")),
    refetchInterval: watching ? 2_000 : 15_000,
  });
}

const SHOWN_ERRORS = 50;

/** How many entries the error log has of a connection; `more` where there are further ones. */
export function useErrorCount(connectionId: string) {
  const may = useMay("errors.read");
  return useQuery({
    queryKey: ["errors", "count", connectionId],
    enabled: may,
    queryFn: async () => {
      const page = await enveloped<ErrorEntry[]>(
        api.GET("/api/v1/crm-integration/error-logs", { params: { query: { connectionId, limit: SHOWN_ERRORS } } }),
      );
      return { count: page.data.length, more: Boolean(page.nextCursor) };
    },
  });
}

const SHOWN_RUNS = 20;

/** The connection's last pushes, the newest first. */
export function useLastSyncs(connectionId: string) {
  const may = useMay("usage.read");
  return useQuery({
    queryKey: ["syncs", connectionId],
    enabled: may,
    queryFn: () =>
      data<UsageEvent[]>(
        api.GET("/api/v1/automation/usage/events", { params: { query: { eventType: "crm_sync", connectionId, limit: SHOWN_RUNS } } }),
      ),
  });
}

/** The name of a user, where whoever is signed in may see users. */
export function useUserName(id: string): string | null {
  const may = useMay("users.read");
  const { data: users } = useQuery({
    queryKey: ["users", "names"],
    enabled: may,
    staleTime: 300_000,
    queryFn: () => data<User[]>(api.GET("/api/v1/users", { params: { query: { limit: 200 } } })),
  });
  return users?.find((user) => user._id === id)?.name ?? null;
}

export interface Begin {
  provider: Provider;
  connectionId?: string;
}

/** The address on which a connect in a pop-up ends: beside the redirect address, on the hub's public origin. */
export function resultAddress(provider: Provider): string {
  return new URL("/super-user/integrations/result", provider.redirectUri).href;
}

export function useBegin() {
  return useMutation({
    mutationFn: ({ provider, connectionId, place }: Begin & { place: Place }) =>
      data<{ authUrl: string }>(
        api.POST("/api/v1/crm-integration/oauth/init", {
          body: { provider: provider.id, returnUrl: resultAddress(provider), connectionId: connectionId ?? null, ...place },
        }),
      ),
  });
}

export function useComplete() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (handle: string) => data<Connection>(api.POST("/api/v1/crm-integration/oauth/complete", { body: { handle } })),
    onSuccess: () => client.invalidateQueries({ queryKey: ["connections"] }),
  });
}

export function useTest(connectionId: string) {
  return useMutation({
    mutationFn: () => data<ConnectionTest>(api.POST("/api/v1/crm-integration/test-connection", { body: { connectionId } })),
  });
}

export function useChange(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: { primary?: boolean; paused?: boolean; automaticPush?: boolean }) =>
      data<Connection>(api.PATCH("/api/v1/crm-integration/connections/{id}", { params: { path: { id } }, body })),
    onSuccess: (changed) => {
      // the answer is shown at once, the rest (another one may have been the primary) a moment later
      client.setQueryData<Connection[]>(["connections"], (all) => all?.map((one) => (one._id === id ? changed : one)));
      void client.invalidateQueries({ queryKey: ["connections"] });
    },
  });
}

export function useDisconnect(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => data<Disconnected>(api.DELETE("/api/v1/crm-integration/connections/{id}", { params: { path: { id } } })),
    onSuccess: () => client.invalidateQueries({ queryKey: ["connections"] }),
  });
}
