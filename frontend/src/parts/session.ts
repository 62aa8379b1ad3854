import { queryOptions, useQuery } from "@tanstack/react-query";
import { api, data, keepCsrf } from "../api/client";
import type { Me } from "../api/shapes";

/** Who is signed in. A failure with status 401 says: nobody. */
export const meQuery = queryOptions({
  queryKey: ["me"],
  queryFn: async () => {
    const me = await data<Me>(api.GET("/api/v1/auth/me"));
    keepCsrf(me.csrfToken ?? null);
    return me;
  },
  staleTime: 60_000,
  retry: false,
});

/** Whether whoever is signed in has a right. */
export function useMay(right: string): boolean {
  const { data: me } = useQuery(meQuery);
  return me?.rights.includes(right) ?? false;
}
