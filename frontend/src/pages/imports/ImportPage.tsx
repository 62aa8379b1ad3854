import { Alert, Button, Card, Group, Progress, SimpleGrid, Stack, Text, Title } from "@mantine/core";
import { Link, useParams } from "@tanstack/react-router";
import { useState } from "react";
import type { ImportCounts, ImportJob } from "../../api/shapes";
import { Dialog } from "../../parts/Dialog";
import { ErrorNote } from "../../parts/ErrorNote";
import { Facts, Page } from "../../parts/Page";
import { useMay } from "../../parts/session";
import { Loaded } from "../../parts/States";
import { text, when } from "../../text";
import { isLive, useEnd, useOneImport } from "./hooks";
import { ImportStatus } from "./ImportsPage";
import { Reports } from "./Reports";

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
function ImportProgress({ job }: { job: ImportJob }) {
  return (
    <Stack gap="xs">
      <Text role="status">{text.imports.progress(job.counts.read, job.rows)}</Text>
      <Progress value={job.rows ? (job.counts.read / job.rows) * 100 : 0} aria-label={text.imports.progressLabel} size="lg" animated />
    </Stack>
  );
}

function ImportView({ job }: { job: ImportJob }) {
  const mayRun = useMay("imports.run");
  const cancel = useEnd(job._id, "cancel");
  const resume = useEnd(job._id, "resume");
  const paused = job.status === "paused";
  const [undoing, setUndoing] = useState(false);
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
          {mayRun && paused && (
            <Button variant="default" onClick={() => resume.mutate()} loading={resume.isPending}>
              {text.imports.resume}
            </Button>
          )}
          {mayRun && (paused || (isLive(job) && job.status !== "undoing")) && (
            <Button variant="default" onClick={() => cancel.mutate()} loading={cancel.isPending} disabled={cancel.isSuccess}>
              {cancel.isSuccess ? text.imports.cancelling : text.imports.cancel}
            </Button>
          )}
          {mayRun && (paused || job.status === "done" || job.status === "cancelled") && (
            <Button variant="default" onClick={() => setUndoing(true)}>
              {text.imports.undo}
            </Button>
          )}
          <Button renderRoot={(props) => <Link to="/super-user/leads" {...props} />}>{text.imports.seeLeads}</Button>
        </>
      }
    >
      <Group data-import={job.status}>
        <ImportStatus job={job} />
        {job.undone && <Text size="sm">{text.imports.undone(job.undone)}</Text>}
      </Group>
      {cancel.isError && <ErrorNote error={cancel.error} />}
      {resume.isError && <ErrorNote error={resume.error} />}
      {job.error && (
        <Alert variant="default" title={job.error.message}>
          {job.error.hint && <Text size="sm">{job.error.hint}</Text>}
          <code>{job.error.code}</code>
        </Alert>
      )}
      {(isLive(job) || paused) && <ImportProgress job={job} />}
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
      <Reports job={job} />
      {undoing && <UndoDialog job={job} onClose={() => setUndoing(false)} />}
    </Page>
  );
}

function UndoDialog({ job, onClose }: { job: ImportJob; onClose: () => void }) {
  const undo = useEnd(job._id, "undo");
  return (
    <Dialog title={text.imports.undoTitle} onClose={onClose}>
      <Stack>
        <Text>{text.imports.undoHint}</Text>
        {undo.isError && <ErrorNote error={undo.error} />}
        <Group>
          <Button color="red.9" loading={undo.isPending} onClick={() => undo.mutate(undefined, { onSuccess: onClose })}>
            {text.imports.undoNow}
          </Button>
          <Button variant="default" onClick={onClose}>
            {text.common.cancel}
          </Button>
        </Group>
      </Stack>
    </Dialog>
  );
}
