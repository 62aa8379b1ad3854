import { Group, Text } from "@mantine/core";
import type { UsageEvent } from "../../api/shapes";
import { text, when } from "../../text";
import { useLastSyncs } from "./hooks";

const t = text.integrations;
const HEIGHT = 28;
const STEP = 8;

/** When the connection was last synced, what became of it, and how large the last runs were. */
export function LastSyncs({ connectionId }: { connectionId: string }) {
  const { data: runs } = useLastSyncs(connectionId);
  const last = runs?.[0];
  if (!runs || !last) return null;
  const counts = last.metadata.responseData;
  const told = (["created", "updated", "unchanged", "excluded", "held", "failed"] as const).flatMap((name) =>
    counts[name] ? [t.syncCounts[name](counts[name])] : [],
  );
  return (
    <Group gap="md" justify="space-between" data-last-sync={last.status}>
      <Text size="sm">
        {t.lastSync}: {when(last.createdAt)}
        {told.length > 0 ? `: ${told.join(", ")}` : ""}
      </Text>
      {runs.length > 1 && <Bars runs={[...runs].reverse()} />}
    </Group>
  );
}

/** One bar for each run, the newest on the right; a run with failures has the other colour. */
function Bars({ runs }: { runs: UsageEvent[] }) {
  const most = Math.max(1, ...runs.map((run) => run.metrics.recordsProcessed));
  return (
    <svg width={runs.length * STEP} height={HEIGHT} role="img" aria-label={t.lastRuns(runs.length, runs.filter((run) => run.status === "failed").length)}>
      {runs.map((run, n) => {
        const height = Math.max(3, (run.metrics.recordsProcessed / most) * HEIGHT);
        const fill = run.status === "failed" ? "var(--mantine-color-error)" : "var(--mantine-primary-color-filled)";
        return <rect key={run._id} x={n * STEP} y={HEIGHT - height} width={STEP - 2} height={height} rx={1} fill={fill} />;
      })}
    </svg>
  );
}
