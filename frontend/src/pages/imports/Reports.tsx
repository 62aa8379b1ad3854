import { Button, SegmentedControl, Text } from "@mantine/core";
import { useState } from "react";
import type { ImportJob } from "../../api/shapes";
import { Panel } from "../../parts/Page";
import { Rows } from "../../parts/Rows";
import { Listed } from "../../parts/States";
import { text } from "../../text";
import { reportsAddress, useReports, type Severity } from "./hooks";

const t = text.imports;
const SHOWN_CELLS = 4;

/** The rows that were rejected, lost a value, or were left by an undo, to look at and to download. */
export function Reports({ job }: { job: ImportJob }) {
  const [severity, setSeverity] = useState<Severity>("rejected");
  const reports = useReports(job, severity);
  const kinds: [Severity, number][] = [["rejected", job.counts.rejected], ["warning", job.counts.warnings]];
  if (job.undone?.kept) kinds.push(["kept", job.undone.kept]);
  return (
    <Panel
      title={t.rows}
      actions={
        (reports.items?.length ?? 0) > 0 && (
          <Button variant="default" size="xs" component="a" href={reportsAddress(job._id, severity)} download>
            {t.download[severity]}
          </Button>
        )
      }
    >
      <SegmentedControl
        aria-label={t.rows}
        data={kinds.map(([value, count]) => ({ value, label: t.severities[value](count) }))}
        value={severity}
        onChange={(value) => setSeverity(value as Severity)}
      />
      <Listed list={reports} empty={<Text c="dimmed">{t.noReports}</Text>}>
        {(items) => (
          <Rows
            label={t.rows}
            items={items}
            keyOf={(report) => String(report.row)}
            columns={[
              { label: t.wizard.row, cell: (report) => report.row },
              {
                label: t.problem,
                cell: (report) => (
                  <span>
                    {report.problems.map((problem) => (
                      <span key={problem.code}>
                        {problem.message} <code>{problem.code}</code>{" "}
                      </span>
                    ))}
                  </span>
                ),
              },
              {
                label: t.values,
                cell: (report) => (
                  <span className="wrap">
                    {report.cells
                      .filter((cell) => cell.value)
                      .slice(0, SHOWN_CELLS)
                      .map((cell) => `${cell.header}: ${cell.value}`)
                      .join(", ")}
                  </span>
                ),
              },
            ]}
          />
        )}
      </Listed>
    </Panel>
  );
}
