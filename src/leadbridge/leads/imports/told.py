"""What an import keeps of a part of its file beside the records: reports, where each row fell, what was there before.
Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from leadbridge.kit.ids import IdSource
from leadbridge.leads.before import changed_fields, to_json
from leadbridge.leads.fields import flatten
from leadbridge.leads.imports.intake import shortened
from leadbridge.leads.imports.model import Counts, Import, ImportPart, Problem, RecordBefore, RowReport, Severity
from leadbridge.leads.imports.placing import Outcome, Placed, Placement, Working
from leadbridge.leads.stored import CrmRecord


def row_report(job: Import, ids: IdSource, placed: Placed) -> RowReport:
    """Return what was wrong with a row."""
    reading = placed.reading
    refused = [] if reading.refused is None else [reading.refused]
    found = [*refused, *(warning for warning in reading.warnings if warning.code not in {r.code for r in refused})]
    return RowReport(
        id=ids(),
        company_id=job.company_id,
        subjects=() if placed.record_id is None else (placed.record_id,),
        import_id=job.id,
        row=reading.record.row,
        line=reading.record.line,
        severity=Severity.REJECTED if placed.outcome is Outcome.REJECTED else Severity.WARNING,
        problems=tuple(Problem(code=finding.code, message=finding.sentence) for finding in found),
        cells=shortened(reading.record.cells),
        record_id=placed.record_id,
    )


def record_before(job: Import, ids: IdSource, working: Working, before: CrmRecord, n: int, row: int) -> RecordBefore:
    """Return the fields that part ``n`` changes of a record that was there, as they were."""
    earlier = flatten(before)
    names = changed_fields(earlier, working.fields)
    return RecordBefore(
        id=ids(),
        company_id=job.company_id,
        subjects=(before.id,),
        import_id=job.id,
        n=n,
        row=row,
        record_id=before.id,
        fields=names,
        before=to_json(earlier, names),
    )


def import_part(job: Import, ids: IdSource, placement: Placement, n: int) -> ImportPart:
    """Return on which record each row of part ``n`` fell."""
    accepted = [(placed.reading.record.row, placed.record_id) for placed in placement.placed if placed.record_id]
    return ImportPart(
        id=ids(),
        company_id=job.company_id,
        subjects=tuple(dict.fromkeys(record_id for _, record_id in accepted)),
        import_id=job.id,
        n=n,
        rows=tuple(row for row, _ in accepted),
        targets=tuple(record_id for _, record_id in accepted),
        record_ids=tuple(placement.met),
        created=tuple(id for id, working in placement.records.items() if working.before is None),
    )


def progress(job: Import, placement: Placement) -> Mapping[str, object]:
    """Return counts and reasons of an import with a part more."""
    outcomes = Counter(placed.outcome.value for placed in placement.placed)
    reasons = Counter(job.reasons)
    warned = 0
    for placed in placement.placed:
        if placed.reading.refused is not None:
            reasons[placed.reading.refused.code] += 1
        elif placed.reading.warnings:
            warned += 1
            reasons.update({warning.code for warning in placed.reading.warnings})
    added = Counts(read=len(placement.placed), warnings=warned, **outcomes)
    return {"counts": job.counts.plus(added), "reasons": dict(sorted(reasons.items()))}


def checked(job: Import, rows: int, refused: Mapping[str, int]) -> Mapping[str, object]:
    """Return counts and reasons of an import of which ``rows`` more were only read; ``refused`` counts by reason."""
    reasons = Counter(job.reasons) + Counter(refused)
    counts = job.counts.plus(Counts(read=rows, rejected=sum(refused.values())))
    return {"counts": counts, "reasons": dict(sorted(reasons.items()))}
