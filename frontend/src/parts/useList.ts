import { useInfiniteQuery, type QueryKey } from "@tanstack/react-query";
import { enveloped } from "../api/client";

export interface ListResult<T> {
  items: T[] | undefined;
  error: unknown;
  hasMore: boolean;
  loadingMore: boolean;
  more: () => void;
  refetch: () => void;
}

/** A list of the hub's, page by page; `ask` is given the cursor of the page to ask for. */
export function useList<T>(
  key: QueryKey,
  ask: (cursor: string | undefined) => Promise<unknown>,
  options: { enabled?: boolean; refetchInterval?: number | false } = {},
): ListResult<T> {
  const query = useInfiniteQuery({
    queryKey: key,
    queryFn: ({ pageParam }) => enveloped<T[]>(ask(pageParam)),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.nextCursor ?? undefined,
    ...options,
    // a refusal stays to be read, with its button to try again
    refetchInterval: ({ state }) => state.data !== undefined && (options.refetchInterval ?? false),
  });
  return {
    items: query.data?.pages.flatMap((page) => page.data),
    error: query.error,
    hasMore: query.hasNextPage,
    loadingMore: query.isFetchingNextPage,
    more: () => void query.fetchNextPage(),
    refetch: () => void query.refetch(),
  };
}
