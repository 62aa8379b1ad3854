"""Documents of an import: the import itself, what was wrong with which row, and which lead each row fell on."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from pydantic import Field

from leadbridge.kit.document import Document, Id, Record, Shape, Time
from leadbridge.leads.imports.headers import Column
from leadbridge.leads.matching import MergeMode
from leadbridge.storage.kind import Index, Kind

STALE = timedelta(seconds=60)
"""A running import that has not moved for this long was cut off: its process ended."""


class Status(StrEnum):
    RUNNING = "running"
    DONE = "done"
    INTERRUPTED = "interrupted"


class Severity(StrEnum):
    """``rejected``: the row became no lead. ``warning``: it did, without some value."""

    REJECTED = "rejected"
    WARNING = "warning"


class Counts(Shape):
    """Rows by what became of them: read = created + updated + unchanged + merged + rejected.

    A row is merged when it fell on a lead that an earlier row of the same file had made or met. ``warnings`` counts
    accepted rows that lost a value.
    """

    read: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    merged: int = 0
    rejected: int = 0
    warnings: int = 0

    def plus(self, other: Counts) -> Counts:
        """Return the sums."""
        return Counts(**{name: getattr(self, name) + getattr(other, name) for name in Counts.model_fields})


class ColumnUse(Shape):
    """What a column of the file was taken for; without ``field`` its values are custom fields."""

    header: str
    field: str | None = None
    how: str

    @classmethod
    def of(cls, column: Column) -> ColumnUse:
        """Return the stored form of a column."""
        return cls(header=column.header, field=column.field, how=column.how)


class Import(Record):
    """One file brought in, or being brought in."""

    name: str
    sha256: str
    size: int
    status: Status = Status.RUNNING
    merge: MergeMode
    default_country: str | None = None
    encoding: str
    mixed_encoding: bool = False
    delimiter: str
    header_row: int
    columns: tuple[ColumnUse, ...]
    rows: int
    """Rows in the file; ``counts.read`` gets there."""
    counts: Counts = Counts()
    reasons: dict[str, int] = Field(default_factory=dict)
    """Code to how many rows were rejected, or lost a value, for it."""
    started_by: str
    started_at: Time
    progress_at: Time
    finished_at: Time | None = None

    def seen_at(self, now: datetime) -> Import:
        """Return the import as it is to be shown: one whose process has ended is no longer running."""
        if self.status is Status.RUNNING and now - self.progress_at > STALE:
            return self.model_copy(update={"status": Status.INTERRUPTED})
        return self


class Problem(Shape):
    code: str
    message: str


class RowReport(Record):
    """A row that was rejected, or accepted without some value: why, and the cells as they were in the file."""

    import_id: Id
    row: int
    """As a spreadsheet counts, the header row included."""
    line: int
    severity: Severity
    problems: tuple[Problem, ...]
    cells: tuple[str, ...]
    lead_id: Id | None = None


class ImportPart(Record):
    """Which lead each accepted row of one part of the file fell on."""

    import_id: Id
    n: int
    rows: tuple[int, ...]
    targets: tuple[Id, ...]
    """The lead of each of ``rows``."""
    lead_ids: tuple[Id, ...]
    """Leads first met in this part, in row order: each lead of an import is listed once, in one part."""


class ImportGate(Document):
    """Lets one import of a company run at a time: two at once could make the same person twice."""

    holder: Id
    until: Time


IMPORTS: Kind[Import] = Kind(
    "imports",
    Import,
    (
        Index("started", ("companyId", "startedAt")),
        Index("content", ("companyId", "sha256", "startedAt")),
    ),
)
ROW_REPORTS: Kind[RowReport] = Kind(
    "import_rejects",
    RowReport,
    (
        Index("severity", ("companyId", "importId", "severity", "row")),
        Index("subjects", ("companyId", "subjects"), multi=True),
    ),
)
IMPORT_PARTS: Kind[ImportPart] = Kind(
    "import_leads",
    ImportPart,
    (
        Index("part", ("companyId", "importId", "n")),
        Index("subjects", ("companyId", "subjects"), multi=True),
    ),
)
IMPORT_GATES: Kind[ImportGate] = Kind("import_gates", ImportGate)

KINDS = (IMPORTS, ROW_REPORTS, IMPORT_PARTS, IMPORT_GATES)

_HIDDEN = {"company_id", "rev", "v", "subjects"}


def import_view(job: Import) -> dict[str, Any]:
    """Return an import as the API shows it."""
    return job.model_dump(mode="json", by_alias=True, exclude=_HIDDEN, exclude_none=True)


def report_view(report: RowReport, columns: tuple[ColumnUse, ...]) -> dict[str, Any]:
    """Return a row's report as the API shows it: its first problem, all of them, the cells under their headers."""
    problems = [problem.model_dump() for problem in report.problems]
    return {
        "row": report.row,
        "line": report.line,
        "severity": report.severity.value,
        **problems[0],
        "problems": problems,
        "leadId": report.lead_id,
        "cells": [
            {"header": columns[n].header if n < len(columns) else f"Extra {n - len(columns) + 1}", "value": cell}
            for n, cell in enumerate(report.cells)
        ],
    }
