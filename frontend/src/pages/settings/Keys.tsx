import { Alert, Button, Card, Group, SegmentedControl, Stack, Text, TextInput, Title } from "@mantine/core";
import { useState, type FormEvent } from "react";
import type { ApiKey } from "../../api/shapes";
import { Chip } from "../../parts/Chip";
import { Copy } from "../../parts/Copy";
import { Dialog } from "../../parts/Dialog";
import { ErrorNote } from "../../parts/ErrorNote";
import { Rows } from "../../parts/Rows";
import { useMay } from "../../parts/session";
import { Empty, Listed } from "../../parts/States";
import { text, when } from "../../text";
import { useKeys, useMakeKey, useRevokeKey, type Whose } from "./hooks";

const t = text.settings.keys;

type State = "active" | "revoked" | "expired";

function stateOf(key: ApiKey): State {
  if (key.revokedAt) return "revoked";
  return key.expiresAt && Date.parse(key.expiresAt) <= Date.now() ? "expired" : "active";
}

export function Keys() {
  const [whose, setWhose] = useState<Whose>("mine");
  const all = useMay("keys.manage");
  const own = useMay("account.own");
  const keys = useKeys(whose);
  const revoke = useRevokeKey(whose);
  const [making, setMaking] = useState(false);
  return (
    <Card withBorder>
      <Stack>
        <Group justify="space-between">
          <div>
            <Title order={2} size="h5">
              {t.title}
            </Title>
            <Text size="sm" c="dimmed">
              {t.lead}
            </Text>
          </div>
          {own && <Button onClick={() => setMaking(true)}>{t.make}</Button>}
        </Group>
        {all && (
          <SegmentedControl
            aria-label={t.whose}
            value={whose}
            onChange={(value) => setWhose(value === "all" ? "all" : "mine")}
            data={[
              { value: "mine", label: t.mine },
              { value: "all", label: t.all },
            ]}
            style={{ alignSelf: "flex-start" }}
          />
        )}
        {revoke.isError && <ErrorNote error={revoke.error} />}
        <Listed list={keys} empty={<Empty title={t.empty} hint={t.emptyHint} />}>
          {(items) => (
            <Rows
              label={t.title}
              items={items}
              keyOf={(key) => key._id}
              columns={[
                { label: t.name, bare: true, cell: (key) => <strong>{key.name}</strong> },
                { label: t.prefix, cell: (key) => <code>{key.prefix}</code> },
                { label: t.created, cell: (key) => when(key.createdAt) },
                { label: t.used, cell: (key) => when(key.lastUsedAt) },
                { label: t.state, cell: (key) => <Chip tone={stateOf(key) === "active" ? "good" : "plain"}>{t[stateOf(key)]}</Chip> },
                {
                  label: text.common.actions,
                  bare: true,
                  cell: (key) =>
                    stateOf(key) === "active" ? (
                      <Button size="xs" variant="default" onClick={() => revoke.mutate(key._id)}>
                        {t.revoke}
                      </Button>
                    ) : null,
                },
              ]}
            />
          )}
        </Listed>
      </Stack>
      {making && <MakeDialog onClose={() => setMaking(false)} />}
    </Card>
  );
}

function MakeDialog({ onClose }: { onClose: () => void }) {
  const make = useMakeKey();
  const [name, setName] = useState("");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    make.mutate(name);
  };
  const token = make.data?.token;
  return (
    <Dialog onClose={onClose} title={t.makeTitle}>
      {token ? (
        <Alert variant="default" role="status" title={t.made}>
          <Group gap="xs" wrap="nowrap">
            <code className="address">{token}</code>
            <Copy value={token} />
          </Group>
        </Alert>
      ) : (
        <form onSubmit={submit}>
          <Stack>
            <TextInput label={t.name} required maxLength={100} value={name} onChange={(e) => setName(e.currentTarget.value)} />
            {make.isError && <ErrorNote error={make.error} />}
            <Button type="submit" loading={make.isPending}>
              {t.make}
            </Button>
          </Stack>
        </form>
      )}
    </Dialog>
  );
}
