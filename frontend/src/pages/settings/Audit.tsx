import { Card, Text, Title } from "@mantine/core";
import { Rows } from "../../parts/Rows";
import { Empty, Listed } from "../../parts/States";
import { text, when } from "../../text";
import { useUserName } from "../integrations/hooks";
import { useAudit } from "./hooks";

const t = text.settings.audit;

export function Audit() {
  const entries = useAudit();
  return (
    <Card withBorder>
      <Title order={2} size="h5">
        {t.title}
      </Title>
      <Text size="sm" c="dimmed" mb="sm">
        {t.lead}
      </Text>
      <Listed list={entries} empty={<Empty title={t.empty} />}>
        {(items) => (
          <Rows
            label={t.title}
            items={items}
            keyOf={(entry) => entry._id ?? `${entry.at}${entry.target}`}
            columns={[
              { label: t.when, cell: (entry) => when(entry.at) },
              { label: t.who, cell: (entry) => (entry.userId ? <Who id={entry.userId} /> : "") },
              { label: t.action, cell: (entry) => <code>{entry.action}</code> },
              { label: t.target, cell: (entry) => <code>{entry.target}</code> },
              { label: t.via, cell: (entry) => entry.via ?? "" },
            ]}
          />
        )}
      </Listed>
    </Card>
  );
}

function Who({ id }: { id: string }) {
  const name = useUserName(id);
  return name === null ? <code>{id}</code> : <span>{name}</span>;
}
