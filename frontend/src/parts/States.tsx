import { Button, Skeleton, Stack, Text, ThemeIcon, VisuallyHidden } from "@mantine/core";
import { IconInbox } from "@tabler/icons-react";
import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { text } from "../text";
import { ErrorNote } from "./ErrorNote";
import type { ListResult } from "./useList";

export function Loading({ lines = 4 }: { lines?: number }) {
  return (
    <Stack gap="sm" role="status" aria-busy="true">
      <VisuallyHidden>{text.common.loading}</VisuallyHidden>
      {Array.from({ length: lines }, (_, line) => (
        <Skeleton key={line} height={line === 0 ? 28 : 18} width={line === lines - 1 ? "60%" : "100%"} />
      ))}
    </Stack>
  );
}

export function Empty({ title, hint, children, icon }: { title: string; hint?: string; children?: ReactNode; icon?: ReactNode }) {
  return (
    <Stack align="center" gap="xs" py="xl" data-state="empty">
      <ThemeIcon size={48} radius="xl" variant="default">
        {icon ?? <IconInbox size={24} />}
      </ThemeIcon>
      <Text fw={600}>{title}</Text>
      {hint && (
        <Text size="sm" c="dimmed" ta="center" maw={420}>
          {hint}
        </Text>
      )}
      {children}
    </Stack>
  );
}

/** Shows what was asked for, or that it is coming, failed or is withheld. */
export function Loaded<T>({ query, lines, children }: { query: UseQueryResult<T>; lines?: number; children: (data: T) => ReactNode }) {
  if (query.data !== undefined) return <>{children(query.data)}</>;
  if (query.isError) return <ErrorNote error={query.error} retry={() => void query.refetch()} />;
  return <Loading lines={lines} />;
}

/** The same for a list of pages, which may be empty and may have more: a page that was narrowed can be empty and not the last. */
export function Listed<T>({ list, empty, children }: { list: ListResult<T>; empty: ReactNode; children: (items: T[]) => ReactNode }) {
  if (list.items === undefined) {
    return list.error ? <ErrorNote error={list.error} retry={list.refetch} /> : <Loading lines={6} />;
  }
  if (list.items.length === 0 && !list.hasMore) return <>{empty}</>;
  return (
    <Stack gap="md">
      {list.items.length === 0 ? <Text c="dimmed">{text.common.noneSoFar}</Text> : children(list.items)}
      {list.error ? <ErrorNote error={list.error} retry={list.more} /> : null}
      {list.hasMore && (
        <Button variant="default" onClick={list.more} loading={list.loadingMore} mx="auto">
          {text.common.more}
        </Button>
      )}
    </Stack>
  );
}
