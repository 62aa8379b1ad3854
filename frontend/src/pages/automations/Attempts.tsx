import { Card, Group, Stack, Text, Title } from "@mantine/core";
import type { Attempt } from "../../api/automation";
import { Chip } from "../../parts/Chip";
import { Panel } from "../../parts/Page";
import { text, when } from "../../text";
import { Json } from "./Json";
import { codeWords, span } from "./state";

const t = text.automation.execution;

/** Whether a try's sentence says no more than its code and status do. */
const said = ({ code, status }: Attempt): boolean => status !== undefined && code !== "redirected";

/** Each call of the address: when, for how long, and what came back. The newest stands first. */
export function Attempts({ attempts, none }: { attempts: Attempt[]; none: string }) {
  const newestFirst = [...attempts].sort((one, other) => other.n - one.n);
  return (
    <Panel title={t.attempts}>
      {newestFirst.length === 0 ? (
        <Text c="dimmed">{none}</Text>
      ) : (
        <Stack component="ul" p={0} m={0} gap="sm">
          {newestFirst.map((one) => (
            <AttemptCard key={one.n} attempt={one} />
          ))}
        </Stack>
      )}
    </Panel>
  );
}

function AttemptCard({ attempt }: { attempt: Attempt }) {
  const worked = attempt.code === "delivered";
  return (
    <Card withBorder component="li" padding="sm" style={{ listStyle: "none" }} data-attempt={attempt.n} data-code={attempt.code}>
      <Stack gap="xs">
        <Group gap="xs">
          <Title order={3} size="h6">
            {t.attempt(attempt.n)}
          </Title>
          <Chip tone={worked ? "good" : "bad"}>{attempt.status ? t.http(attempt.status) : t.noAnswer}</Chip>
          <Text size="sm">{codeWords(attempt.code)}</Text>
          <Text size="sm" c="dimmed">
            {when(attempt.at)}, {span(attempt.milliseconds)}
          </Text>
        </Group>
        {attempt.message && !worked && !said(attempt) && <Text size="sm">{attempt.message}</Text>}
        <Folded title={t.sent} value={attempt.sentHeaders} n={attempt.n} />
        {attempt.status !== undefined && (
          <>
            <Folded title={t.received} value={attempt.headers} n={attempt.n} />
            {attempt.body ? <Folded title={t.body} value={attempt.body} n={attempt.n} open /> : <Text size="sm">{t.noBody}</Text>}
          </>
        )}
      </Stack>
    </Card>
  );
}

/** Something long that is shown when it is asked for. */
function Folded({ title, value, n, open }: { title: string; value: Record<string, string> | string; n: number; open?: boolean }) {
  const shown = typeof value === "string" ? value : Object.entries(value).map(([name, one]) => `${name}: ${one}`).join("\n");
  if (!shown) return null;
  return (
    <details open={open}>
      <summary>{title}</summary>
      <Json value={shown} label={`${title}, ${t.attempt(n)}`} />
    </details>
  );
}
