import { ActionIcon, Anchor, Button, Group, Menu, Paper, Stack, Text } from "@mantine/core";
import { IconDots } from "@tabler/icons-react";
import { Link, useNavigate } from "@tanstack/react-router";
import { useState, type ReactNode } from "react";
import type { Connection, Provider } from "../../api/shapes";
import { Chip } from "../../parts/Chip";
import { Facts } from "../../parts/Page";
import { useMay } from "../../parts/session";
import { text, when } from "../../text";
import { AutomaticPush } from "./AutomaticPush";
import { useChange, useErrorCount, useUserName } from "./hooks";
import { LastSyncs } from "./LastSyncs";
import { connectionState } from "./state";
import { TestDialog } from "./TestDialog";
import { toldOfChange } from "./told";

interface Props {
  provider: Provider;
  connection: Connection;
  reconnect: () => void;
  disconnect: () => void;
}

/** One connection: whose account, how it stands and why, what it did, and what can be done. */
export function ConnectionCard({ provider, connection, reconnect, disconnect }: Props) {
  const [testing, setTesting] = useState(false);
  const navigate = useNavigate();
  const errors = useErrorCount(connection._id);
  const change = useChange(connection._id);
  const may = { manage: useMay("connections.manage"), test: useMay("connections.test") };
  const state = connectionState(connection, errors.data?.count ?? 0);
  const account = connection.accountInfo;
  const toErrors = () => void navigate({ to: "/super-user/errors", search: { connectionId: connection._id } });
  const save = (body: { primary?: boolean; paused?: boolean }) => change.mutate(body, toldOfChange);
  return (
    <Paper withBorder p="md" data-connection={connection._id} data-status={connection.status}>
      <Stack gap="sm">
        <Group justify="space-between" align="flex-start" wrap="nowrap">
          <Stack gap={6}>
            <Text fw={600} className="wrap">
              {account.accountUrl ? (
                <Anchor href={account.accountUrl} target="_blank" rel="noreferrer" inherit underline="always">
                  {account.accountName}
                </Anchor>
              ) : (
                account.accountName
              )}
            </Text>
            <Group gap={6}>
              <Chip tone={state.tone}>{text.integrations.chips[state.word]}</Chip>
              {connection.primary && <Chip tone="plain">{text.integrations.primary}</Chip>}
              {account.environment && account.environment !== "production" && <Chip tone={account.environment.includes("sandbox") ? "wait" : "plain"}>{account.environment}</Chip>}
            </Group>
          </Stack>
          <Menu position="bottom-end" withinPortal={false} withInitialFocusPlaceholder={false}>
            <Menu.Target>
              <ActionIcon variant="default" size="lg" aria-label={text.integrations.moreActions(account.accountName)}>
                <IconDots size={18} />
              </ActionIcon>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Item disabled={!may.test} onClick={() => setTesting(true)}>
                {text.integrations.test}
              </Menu.Item>
              <Menu.Item onClick={toErrors}>{text.integrations.viewLog}</Menu.Item>
              {may.manage && (
                <>
                  {!connection.primary && <Menu.Item onClick={() => save({ primary: true })}>{text.integrations.makePrimary}</Menu.Item>}
                  {connection.status !== "paused" && <Menu.Item onClick={() => save({ paused: true })}>{text.integrations.pause}</Menu.Item>}
                  <Menu.Item onClick={reconnect}>{text.integrations.reconnect}</Menu.Item>
                  <Menu.Divider />
                  <Menu.Item c="var(--mantine-color-error)" onClick={disconnect}>
                    {text.integrations.disconnect}
                  </Menu.Item>
                </>
              )}
            </Menu.Dropdown>
          </Menu>
        </Group>
        {connection.statusReason && (
          <Text size="sm">
            {connection.statusReason.message} {connection.statusReason.hint}
            {connection.statusReason.until ? ` (${when(connection.statusReason.until)})` : ""}
          </Text>
        )}
        {connection.warnings.map((warning) => (
          <Text size="sm" key={warning.code} data-warning={warning.code}>
            <Chip tone="wait">{text.integrations.warning}</Chip> {warning.message} {warning.hint}
          </Text>
        ))}
        <Details connection={connection} errors={errors.data} />
        <LastSyncs connectionId={connection._id} />
        {connection.status !== "pending" && <AutomaticPush connection={connection} may={may.manage} />}
        <Group gap="xs">
          {may.manage && state.action === "reconnect" && <Button onClick={reconnect}>{text.integrations.reconnect}</Button>}
          {may.manage && state.action === "resume" && (
            <Button onClick={() => save({ paused: false })} loading={change.isPending}>
              {text.integrations.resume}
            </Button>
          )}
          {state.action === "errors" && errors.data && (
            <Button onClick={toErrors}>{text.integrations.fixErrors(errors.data.count, errors.data.more)}</Button>
          )}
          {may.test && (
            <Button variant="default" onClick={() => setTesting(true)}>
              {text.integrations.test}
            </Button>
          )}
        </Group>
      </Stack>
      {testing && <TestDialog connection={connection} name={provider.name} onClose={() => setTesting(false)} />}
    </Paper>
  );
}

function Details({ connection, errors }: { connection: Connection; errors?: { count: number; more: boolean } }) {
  const who = useUserName(connection.createdBy);
  const { accountInfo: account, tokens } = connection;
  const facts: [string, ReactNode][] = [[text.integrations.accountId, account.accountId]];
  if (account.accountEmail) facts.push([text.integrations.account, account.accountEmail]);
  const moment = when(connection.connectedAt ?? connection.createdAt);
  facts.push([text.integrations.connectedByLabel, who ? text.integrations.connectedBy(who, moment) : moment]);
  const access = tokens.hasAccessToken ? text.integrations.accessOk(when(tokens.tokenExpiry)) : text.integrations.accessGone;
  facts.push([text.integrations.access, access]);
  if (errors) {
    const count = errors.count === 0 ? text.integrations.noErrors : `${errors.count}${errors.more ? "+" : ""}`;
    facts.push([
      text.integrations.openErrors,
      errors.count === 0 ? (
        count
      ) : (
        <Link className="cell-link" to="/super-user/errors" search={{ connectionId: connection._id }}>
          {count}
        </Link>
      ),
    ]);
  }
  return <Facts facts={facts} />;
}
