/** Everything the settings pages ask of the hub. */
import { useMutation, useQuery, useQueryClient, type QueryKey } from "@tanstack/react-query";
import { api, data } from "../../api/client";
import type { components } from "../../api/schema.gen";
import type { ApiKey, AuditEntry, Company, Invitation, User } from "../../api/shapes";
import { useList, type ListResult } from "../../parts/useList";

type Role = components["schemas"]["Role"];
export const ROLES: Role[] = ["super_user", "admin", "member"];

/** A change that makes what `stale` names be asked for again. */
function useSaving<Given, Got>(save: (given: Given) => Promise<Got>, ...stale: QueryKey[]) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: save,
    onSuccess: () => Promise.all(stale.map((queryKey) => client.invalidateQueries({ queryKey }))),
  });
}

export function useCompany() {
  return useQuery({ queryKey: ["company"], queryFn: () => data<Company>(api.GET("/api/v1/company")) });
}

export function useChangeCompany() {
  return useSaving((body: components["schemas"]["CompanyBody"]) => data<Company>(api.PATCH("/api/v1/company", { body })), ["company"], ["me"]);
}

export function usePassword() {
  return useSaving((body: components["schemas"]["PasswordBody"]) => data<unknown>(api.POST("/api/v1/auth/password", { body })));
}

export function useUsers(): ListResult<User> {
  return useList<User>(["users", "list"], (cursor) => api.GET("/api/v1/users", { params: { query: { cursor } } }));
}

export function useChangeUser() {
  return useSaving(
    ({ id, ...body }: { id: string; role?: Role; disabled?: boolean }) =>
      data<User>(api.PATCH("/api/v1/users/{id}", { params: { path: { id } }, body })),
    ["users"],
  );
}

export function useInvitations(): ListResult<Invitation> {
  return useList<Invitation>(["invitations"], (cursor) => api.GET("/api/v1/invitations", { params: { query: { cursor } } }));
}

export function useInvite() {
  return useSaving(
    (body: { email: string; role: Role }) => data<Invitation>(api.POST("/api/v1/invitations", { body })),
    ["invitations"],
  );
}

export function useRevokeInvitation() {
  return useSaving(
    (id: string) => data<Invitation>(api.DELETE("/api/v1/invitations/{id}", { params: { path: { id } } })),
    ["invitations"],
  );
}

export type Whose = "mine" | "all";

export function useKeys(whose: Whose): ListResult<ApiKey> {
  return useList<ApiKey>(["keys", whose], (cursor) =>
    whose === "mine" ? api.GET("/api/v1/auth/tokens") : api.GET("/api/v1/api-keys", { params: { query: { cursor } } }),
  );
}

export function useMakeKey() {
  return useSaving((name: string) => data<ApiKey>(api.POST("/api/v1/auth/tokens", { body: { name } })), ["keys"]);
}

export function useRevokeKey(whose: Whose) {
  return useSaving(
    (id: string) =>
      data<ApiKey>(
        whose === "mine"
          ? api.DELETE("/api/v1/auth/tokens/{id}", { params: { path: { id } } })
          : api.DELETE("/api/v1/api-keys/{id}", { params: { path: { id } } }),
      ),
    ["keys"],
  );
}

export function useAudit(): ListResult<AuditEntry> {
  return useList<AuditEntry>(["audit"], (cursor) => api.GET("/api/v1/audit", { params: { query: { cursor } } }));
}
