import { Button, Card, Group, Select, Stack, Text, TextInput, Title } from "@mantine/core";
import { IconMoodSmile } from "@tabler/icons-react";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useState, type FormEvent, type ReactNode } from "react";
import type { ErrorEntry } from "../../api/shapes";
import { Chip } from "../../parts/Chip";
import { ErrorNote, Reference } from "../../parts/ErrorNote";
import { Facts, Page } from "../../parts/Page";
import { useMay } from "../../parts/session";
import { Empty, Listed } from "../../parts/States";
import { text, when } from "../../text";
import { useConnections, useProviders } from "../integrations/hooks";
import { useErrors, useRetry, type ErrorFilter } from "./hooks";

export default function ErrorsPage() {
  const filter = useSearch({ from: "/super-user/errors" });
  const errors = useErrors(filter);
  const filtered = Boolean(filter.code ?? filter.connectionId ?? filter.provider);
  return (
    <Page title={text.errors.title} lead={text.errors.lead}>
      <Filters filter={filter} />
      <Listed
        list={errors}
        empty={
          <Card withBorder>
            <Empty title={filtered ? text.errors.emptyFiltered : text.errors.empty} hint={filtered ? undefined : text.errors.emptyHint} icon={<IconMoodSmile size={24} />} />
          </Card>
        }
      >
        {(items) => (
          <Stack component="ul" p={0} m={0} gap="sm">
            {items.map((entry) => (
              <ErrorCard key={entry._id} entry={entry} />
            ))}
          </Stack>
        )}
      </Listed>
    </Page>
  );
}

function Filters({ filter }: { filter: ErrorFilter }) {
  const navigate = useNavigate();
  const providers = useProviders();
  const connections = useConnections();
  const [code, setCode] = useState(filter.code ?? "");
  const change = (next: ErrorFilter) => {
    const kept = Object.fromEntries(Object.entries(next).filter(([, value]) => value)) as ErrorFilter;
    void navigate({ to: "/super-user/errors", search: kept });
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    change({ ...filter, code: code.trim() });
  };
  return (
    <form onSubmit={submit} role="search" aria-label={text.errors.title}>
      <Group align="flex-end" gap="sm">
        <Select
          label={text.common.provider}
          placeholder={text.common.all}
          clearable
          flex="1 1 12rem"
          data={(providers.data ?? []).map((one) => ({ value: one.id, label: one.name }))}
          value={filter.provider ?? null}
          onChange={(provider) => change({ ...filter, provider: provider ?? undefined })}
        />
        <Select
          label={text.integrations.account}
          placeholder={text.common.all}
          clearable
          flex="1 1 12rem"
          data={(connections.data ?? []).map((one) => ({ value: one._id, label: `${one.accountInfo.accountName} (${one.provider})` }))}
          value={filter.connectionId ?? null}
          onChange={(connectionId) => change({ ...filter, connectionId: connectionId ?? undefined })}
        />
        <TextInput flex="1 1 10rem" label={text.errors.code} value={code} onChange={(e) => setCode(e.currentTarget.value)} />
        <Button type="submit" variant="default">
          {text.leads.search}
        </Button>
      </Group>
    </form>
  );
}

function ErrorCard({ entry }: { entry: ErrorEntry }) {
  const retry = useRetry(entry._id);
  const maySync = useMay("sync.run");
  const facts: [string, ReactNode][] = [
    [text.errors.cause, entry.cause],
    [text.errors.hint, entry.hint],
    [text.errors.operation, entry.operation],
  ];
  if (entry.vendorCode) facts.push([text.errors.vendor, <code>{entry.vendorCode}</code>]);
  if (entry.correlationId) facts.push([text.errors.correlation, <code>{entry.correlationId}</code>]);
  return (
    <Card withBorder component="li" style={{ listStyle: "none" }} data-error={entry.code}>
      <Stack gap="sm">
        <Group justify="space-between" align="flex-start">
          <Stack gap={4} flex="1 1 16rem">
            <Title order={2} size="h5" className="wrap">
              {entry.message}
            </Title>
            <Group gap="xs">
              <Chip tone="bad">{entry.code}</Chip>
              {entry.provider && <Chip tone="plain">{entry.provider}</Chip>}
              <Text size="sm" c="dimmed">
                {when(entry.occurredAt)}
                {entry.count > 1 ? `, ${text.errors.times(entry.count)}, ${text.errors.since(when(entry.firstAt))}` : ""}
              </Text>
            </Group>
          </Stack>
          {maySync && entry.retryable && (
            <Button onClick={() => retry.mutate()} loading={retry.isPending}>
              {text.errors.retry}
            </Button>
          )}
        </Group>
        <Facts facts={facts} />
        <Group gap="md">
          {entry.leadId && (
            <Link className="cell-link" to="/super-user/leads/$id" params={{ id: entry.leadId }}>
              {text.errors.lead_link}
            </Link>
          )}
          {entry.requestId && <Reference id={entry.requestId} />}
          {!entry.retryable && (
            <Text size="sm" c="dimmed">
              {text.errors.notRetryable}
            </Text>
          )}
        </Group>
        {retry.isSuccess && (
          <Text role="status" fw={600} data-retried={retry.data.worked}>
            {retry.data.worked ? text.errors.retried : text.errors.retriedFailed}
          </Text>
        )}
        {retry.isError && <ErrorNote error={retry.error} />}
      </Stack>
    </Card>
  );
}
