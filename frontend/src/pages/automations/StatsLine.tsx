import { Card, SimpleGrid, Text } from "@mantine/core";
import { ErrorNote } from "../../parts/ErrorNote";
import { text } from "../../text";
import { useStats } from "./hooks";
import { percent } from "./state";

const t = text.automation;

/** The company's automations in four figures. */
export function StatsLine() {
  const stats = useStats();
  if (stats.isError) return <ErrorNote error={stats.error} retry={() => void stats.refetch()} />;
  if (!stats.data || stats.data.total + stats.data.totalExecutions === 0) return null;
  const { total, active, totalExecutions, successRate } = stats.data;
  const figures = {
    total: total.toLocaleString(text.locale),
    active: active.toLocaleString(text.locale),
    totalExecutions: totalExecutions.toLocaleString(text.locale),
    successRate: `${percent(successRate)} %`,
  };
  return (
    <SimpleGrid component="section" cols={{ base: 2, sm: 4 }} spacing="sm" aria-label={t.statsLabel}>
      {(Object.keys(figures) as (keyof typeof figures)[]).map((name) => (
        <Card withBorder key={name} padding="sm" data-stat={name}>
          <Text size="sm" c="dimmed">
            {t.stats[name]}
          </Text>
          <Text size="xl" fw={650}>
            {figures[name]}
          </Text>
        </Card>
      ))}
    </SimpleGrid>
  );
}
