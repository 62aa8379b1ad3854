import { Button, Card, Group, Stack, Text, Title } from "@mantine/core";
import { useState } from "react";
import type { Connection, Provider } from "../../api/shapes";
import { Chip } from "../../parts/Chip";
import { useMay } from "../../parts/session";
import { text } from "../../text";
import { ConnectionCard } from "./ConnectionCard";
import type { Begin } from "./hooks";
import { Mark } from "./Mark";
import { RedirectAddress, SetupHelp } from "./SetupHelp";
import { providerState } from "./state";

/** Dialogues that belong to the page: what they tell must outlive the card that they were opened on. */
export interface Dialogs {
  connect: (begin: Begin) => void;
  disconnect: (connection: Connection, name: string) => void;
}

/** One CRM: its connections, or how to get one. */
export function ProviderCard({ provider, connections, dialogs }: { provider: Provider; connections: Connection[]; dialogs: Dialogs }) {
  const [help, setHelp] = useState(false);
  const manage = useMay("connections.manage");
  const living = connections.filter((one) => one.status !== "disconnected");
  const ended = connections.length - living.length;
  const state = providerState(provider);
  const connect = (connectionId?: string) => dialogs.connect({ provider, connectionId });
  return (
    <Card withBorder padding="lg" component="section" aria-label={provider.name} data-provider={provider.id}>
      <Stack gap="md">
        <Group justify="space-between" wrap="nowrap" align="flex-start">
          <Group gap="sm" wrap="nowrap">
            <Mark provider={provider.id} />
            <div>
              <Title order={2} size="h4">
                {provider.name}
              </Title>
              <Text size="sm" c="dimmed">
                {text.integrations.features[provider.id]}
              </Text>
            </div>
          </Group>
          {living.length === 0 && <Chip tone={state.tone}>{text.integrations.chips[state.word]}</Chip>}
        </Group>
        {living.map((connection) => (
          <ConnectionCard
            key={connection._id}
            provider={provider}
            connection={connection}
            reconnect={() => connect(connection._id)}
            disconnect={() => dialogs.disconnect(connection, provider.name)}
          />
        ))}
        {state.action === "none" && <Text size="sm">{text.integrations.notAvailable}</Text>}
        {state.action === "setup" && (
          <div>
            <Text size="sm">
              {text.integrations.missingTitle}: <code>{provider.missing.join(", ")}</code>
            </Text>
            <Text size="sm" mt={6}>
              {text.setup.redirect}
            </Text>
            <RedirectAddress provider={provider} />
          </div>
        )}
        <Group gap="xs">
          {manage && state.action === "connect" && (
            <Button variant={living.length ? "default" : "filled"} onClick={() => connect()}>
              {living.length ? text.integrations.connectAnother : text.integrations.connect}
            </Button>
          )}
          {state.action === "setup" && <Button onClick={() => setHelp(true)}>{text.integrations.finishSetup}</Button>}
          {state.action !== "setup" && (
            <Button variant="subtle" onClick={() => setHelp(true)}>
              {text.setup.button}
            </Button>
          )}
          {ended > 0 && (
            <Text size="sm" c="dimmed">
              {text.integrations.ended(ended)}
            </Text>
          )}
        </Group>
      </Stack>
      {help && <SetupHelp provider={provider} onClose={() => setHelp(false)} />}
    </Card>
  );
}
