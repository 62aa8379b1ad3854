import { Text } from "@mantine/core";
import type { ReactNode } from "react";
import type { EndpointView } from "../../api/automation";
import { Chip } from "../../parts/Chip";
import { Facts, Panel } from "../../parts/Page";
import { text, when } from "../../text";
import { codeWords, HEALTH_TONES } from "./state";

const t = text.automation.endpoint;

/** The address that events go to: how it is called, and how it has answered of late. */
export function Pace({ endpoint }: { endpoint: EndpointView | undefined }) {
  if (!endpoint) {
    return (
      <Panel title={t.title}>
        <Text fw={600}>{t.none}</Text>
        <Text size="sm" c="dimmed">
          {t.noneHint}
        </Text>
      </Panel>
    );
  }
  return (
    <Panel title={t.title}>
      <Facts facts={[...healthOf(endpoint), ...settingsOf(endpoint)]} />
    </Panel>
  );
}

function healthOf({ url, looksLikeMake, health }: EndpointView): [string, ReactNode][] {
  const facts: [string, ReactNode][] = [
    [
      t.url,
      <>
        <code>{url}</code> {looksLikeMake && <Chip tone="plain">{t.make}</Chip>}
      </>,
    ],
    [
      t.health,
      <span data-health={health.state}>
        <Chip tone={HEALTH_TONES[health.state] ?? "plain"}>{t.states[health.state] ?? health.state}</Chip>
        {health.pausedUntil && ` ${t.pausedUntil(when(health.pausedUntil))}`}
      </span>,
    ],
  ];
  if (health.waiting > 0) facts.push([t.waiting, `${health.waiting.toLocaleString(text.locale)}${health.waitingMore ? "+" : ""}`]);
  if (health.failures > 0) facts.push([t.failures, health.failingSince ? t.failingSince(health.failures, when(health.failingSince)) : String(health.failures)]);
  if (health.lastSuccessAt) facts.push([t.lastSuccess, when(health.lastSuccessAt)]);
  if (health.lastFailureAt) facts.push([t.lastFailure, health.lastCode ? t.failure(when(health.lastFailureAt), codeWords(health.lastCode)) : when(health.lastFailureAt)]);
  return facts;
}

function settingsOf(endpoint: EndpointView): [string, ReactNode][] {
  return [
    [t.pace, t.paceOf(endpoint.perSecond, endpoint.concurrency)],
    [t.ordered, endpoint.ordered ? t.orderedYes : t.orderedNo],
    [t.timeout, t.seconds(endpoint.timeoutSeconds)],
    [t.schedule, endpoint.schedule ? t.everySeconds(endpoint.schedule) : t.standard],
  ];
}
