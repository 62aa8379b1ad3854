import { Button, Card, Group, Progress, SimpleGrid, Stack, Text, Title } from "@mantine/core";
import { Link, useParams } from "@tanstack/react-router";
import type { ImportCounts, ImportJob } from "../../api/shapes";
import { Facts, Page } from "../../parts/Page";
import { Rows } from "../../parts/Rows";
import { Listed, Loaded } from "../../parts/States";
import { text, when } from "../../text";
import { isLive, rejectsAddress, useOneImport, useRejects } from "./hooks";
import { ImportStatus } from "./ImportsPage";

const COUNTS: (keyof ImportCounts)[] = ["read", "created", "updated", "unchanged", "merged", "rejected", "warnings"];

export default function ImportPage() {
  const { id } = useParams({ from: "/super-user/imports/$id" });
  const job = useOneImport(id);
  if (job.data) return <ImportView job={job.data} />;
  return (
    <Page title={text.imports.title}>
      <Loaded query={job}>{() => null}</Loaded>
    </Page>
  );
}

/** How far an import is. */
export function ImportProgress({ job }: { job: ImportJob }) {
  return (
    <Stack gap="xs">
      <Text role="status">{text.imports.progress(job.counts.read, job.rows)}</Text>
      <Progress value={job.rows ? (job.counts.read / job.rows) * 100 : 0} aria-label={text.imports.progressLabel} size="lg" animated />
    </Stack>
  );
}

function ImportView({ job }: { job: ImportJob }) {
  const reasons = Object.entries(job.reasons).sort((a, b) => b[1] - a[1]);
  return (
    <Page
      title={job.name}
      lead={when(job.startedAt)}
      actions={
        <>
          <Button variant="default" renderRoot={(props) => <Link to="/super-user/imports" {...props} />}>
            {text.imports.back}
          </Button>
          <Button renderRoot={(props) => <Link to="/super-user/leads" {...props} />}>{text.imports.seeLeads}</Button>
        </>
      }
    >
      <Group>
        <ImportStatus job={job} />
      </Group>
      {isLive(job) && <ImportProgress job={job} />}
      <SimpleGrid cols={{ base: 2, sm: 4 }} spacing="sm">
        {COUNTS.map((name) => (
          <Card withBorder key={name} padding="sm" data-count={name}>
            <Text size="sm" c="dimmed">
              {text.imports.counts[name]}
            </Text>
            <Text size="xl" fw={650}>
              {job.counts[name].toLocaleString(text.locale)}
            </Text>
          </Card>
        ))}
      </SimpleGrid>
      {reasons.length > 0 && (
        <Card withBorder>
          <Title order={2} size="h5" mb="xs">
            {text.imports.reasons}
          </Title>
          <Facts facts={reasons.map(([code, count]) => [code, count.toLocaleString(text.locale)])} />
        </Card>
      )}
      <Rejected job={job} />
    </Page>
  );
}

function Rejected({ job }: { job: ImportJob }) {
  const rejects = useRejects(job._id);
  return (
    <Card withBorder>
      <Group justify="space-between" mb="sm">
        <Title order={2} size="h5">
          {text.imports.rejects}
        </Title>
        <Group gap="xs">
          {job.counts.warnings > 0 && (
            <Button variant="default" size="xs" component="a" href={rejectsAddress(job._id, "warning")} download>
              {text.imports.downloadWarnings}
            </Button>
          )}
          {job.counts.rejected > 0 && (
            <Button variant="default" size="xs" component="a" href={rejectsAddress(job._id, "rejected")} download>
              {text.imports.download}
            </Button>
          )}
        </Group>
      </Group>
      <Listed list={rejects} empty={<Text c="dimmed">{text.imports.noRejects}</Text>}>
        {(items) => (
          <Rows
            label={text.imports.rejects}
            items={items}
            keyOf={(report) => String(report.row)}
            columns={[
              { label: text.imports.wizard.row, cell: (report) => report.row },
              {
                label: text.imports.problem,
                cell: (report) => (
                  <span>
                    {report.message} <code>{report.code}</code>
                  </span>
                ),
              },
              {
                label: text.imports.values,
                cell: (report) => (
                  <span className="wrap">
                    {report.cells
                      .filter((cell) => cell.value)
                      .slice(0, 4)
                      .map((cell) => `${cell.header}: ${cell.value}`)
                      .join(", ")}
                  </span>
                ),
              },
            ]}
          />
        )}
      </Listed>
    </Card>
  );
}
