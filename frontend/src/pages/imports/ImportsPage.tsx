import { Button, Card } from "@mantine/core";
import { IconFileImport } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import type { ImportJob } from "../../api/shapes";
import { Chip, type Tone } from "../../parts/Chip";
import { Page } from "../../parts/Page";
import { Rows } from "../../parts/Rows";
import { useMay } from "../../parts/session";
import { Empty, Listed } from "../../parts/States";
import { text, when } from "../../text";
import { useImports } from "./hooks";

const TONES: Record<string, Tone> = {
  receiving: "wait", queued: "wait", checking: "wait", running: "wait", undoing: "wait", paused: "bad", done: "good", failed: "bad",
};

export function ImportStatus({ job }: { job: ImportJob }) {
  return <Chip tone={TONES[job.status] ?? "plain"}>{text.imports.status[job.status] ?? job.status}</Chip>;
}

export default function ImportsPage() {
  const imports = useImports();
  const mayRun = useMay("imports.run");
  const button = mayRun && (
    <Button leftSection={<IconFileImport size={18} />} renderRoot={(props) => <Link to="/super-user/imports/new" {...props} />}>
      {text.imports.new}
    </Button>
  );
  const number = (count: number) => count.toLocaleString(text.locale);
  return (
    <Page title={text.imports.title} lead={text.imports.lead} actions={button}>
      <Card withBorder>
        <Listed list={imports} empty={<Empty title={text.imports.empty} hint={text.imports.emptyHint} />}>
          {(items) => (
            <Rows
              label={text.imports.title}
              items={items}
              keyOf={(job) => job._id}
              columns={[
                {
                  label: text.imports.columns.file,
                  bare: true,
                  cell: (job) => (
                    <Link className="cell-link wrap" to="/super-user/imports/$id" params={{ id: job._id }}>
                      {job.name}
                    </Link>
                  ),
                },
                { label: text.imports.columns.status, cell: (job) => <ImportStatus job={job} /> },
                { label: text.imports.columns.rows, cell: (job) => number(job.rows) },
                { label: text.imports.counts.created ?? "", cell: (job) => number(job.counts.created) },
                { label: text.imports.counts.rejected ?? "", cell: (job) => number(job.counts.rejected) },
                { label: text.imports.columns.started, cell: (job) => when(job.startedAt) },
              ]}
            />
          )}
        </Listed>
      </Card>
    </Page>
  );
}
