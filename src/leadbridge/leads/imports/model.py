"""Documents of an import: the import itself, what was wrong with which row, and which record each row fell on."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from pydantic import Field

from leadbridge.kit.document import Document, Id, JsonObject, Record, Shape, Time
from leadbridge.leads.imports.headers import Column
from leadbridge.leads.matching import MergeMode
from leadbridge.storage.kind import Index, Kind


class Status(StrEnum):
    RECEIVING = "receiving"
    """The file is being taken in; nothing else has happened."""
    QUEUED = "queued"
    CHECKING = "checking"
    """All or nothing: every row is read before the first one is stored."""
    RUNNING = "running"
    UNDOING = "undoing"
    PAUSED = "paused"
    """A limit is used up: ``error`` says which. Rows that are not in yet wait until it goes on, or is ended."""
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"
    UNDONE = "undone"


ENDED = frozenset({Status.DONE, Status.CANCELLED, Status.FAILED, Status.UNDONE})


class Severity(StrEnum):
    """``rejected``: the row became no record. ``warning``: it did, without some value. ``kept``: an undo left it."""

    REJECTED = "rejected"
    WARNING = "warning"
    KEPT = "kept"


class Counts(Shape):
    """Rows by what became of them: read = created + updated + unchanged + merged + rejected.

    A row is merged when it fell on a record that an earlier row of the same file had made or met. ``warnings`` counts
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
    confidence: float = 1.0

    @classmethod
    def of(cls, column: Column) -> ColumnUse:
        """Return the stored form of a column."""
        return cls(header=column.header, field=column.field, how=column.how, confidence=column.sure)

    def column(self) -> Column:
        """Return the column that was stored."""
        return Column(self.header, self.field, self.how, self.confidence)


class Problem(Shape):
    code: str
    message: str
    hint: str | None = None
    """What to do about it."""


class Undone(Shape):
    """What an undo did: records removed, records whose fields were put back, records left as they are."""

    removed: int = 0
    restored: int = 0
    kept: int = 0

    def plus(self, other: Undone) -> Undone:
        """Return the sums."""
        return Undone(
            removed=self.removed + other.removed,
            restored=self.restored + other.restored,
            kept=self.kept + other.kept,
        )


class Import(Record):
    """One file brought in, or being brought in."""

    record: str = "lead"
    """What its rows become: ``lead``, ``contact``, ``account`` or ``deal``."""
    name: str
    sha256: str
    size: int
    format: str = "csv"
    status: Status = Status.QUEUED
    merge: MergeMode
    all_or_nothing: bool = False
    trigger_automations: bool = False
    """Whether its leads start automations."""
    default_country: str | None = None
    encoding: str
    mixed_encoding: bool = False
    delimiter: str
    header_row: int
    width: int
    columns: tuple[ColumnUse, ...]
    rows: int
    """Rows in the file; ``counts.read`` gets there."""
    piece: int = 0
    offset: int = 0
    """Where the import goes on: the piece of the file and the row in it."""
    cancelling: bool = False
    then: Status | None = None
    """What an import that is being undone becomes."""
    undo_from: int = 0
    undone: Undone | None = None
    error: Problem | None = None
    counts: Counts = Counts()
    reasons: dict[str, int] = Field(default_factory=dict)
    """Code to how many rows were rejected, or lost a value, for it."""
    started_by: str
    started_at: Time
    progress_at: Time
    finished_at: Time | None = None

    @property
    def ended(self) -> bool:
        """Whether nothing more happens by itself."""
        return self.status in ENDED

    @property
    def resting(self) -> bool:
        """Whether nothing happens just now: it has ended, or is paused."""
        return self.ended or self.status is Status.PAUSED


class FilePiece(Record):
    """Some rows of a file that is being imported: read, and deleted in the batch that brings them in."""

    import_id: Id
    n: int
    rows: str
    """Row number, line and cells of each row as JSON, compressed (zlib), as base64."""


class RowReport(Record):
    """A row that was rejected, or accepted without some value: why, and the cells as they were in the file."""

    import_id: Id
    row: int
    """As a spreadsheet counts, the header row included."""
    line: int
    severity: Severity
    problems: tuple[Problem, ...]
    cells: tuple[str, ...]
    record_id: Id | None = None


class ImportPart(Record):
    """Which record each accepted row of one part of the file fell on."""

    import_id: Id
    n: int
    """The piece of the file times 1,000, plus the first row in it."""
    rows: tuple[int, ...]
    targets: tuple[Id, ...]
    """The record of each of ``rows``."""
    record_ids: tuple[Id, ...]
    """Records first met in this part, in row order: each record of an import is listed once, in one part."""
    created: tuple[Id, ...] = ()
    """Those of ``leadIds`` that this part made."""


class RecordBefore(Record):
    """The fields of a record that was already there which an import changed, as they were before."""

    import_id: Id
    n: int
    row: int
    record_id: Id
    fields: tuple[str, ...]
    """Every field that was changed."""
    before: JsonObject
    """Those of them that were set, with their values."""


class ImportGate(Document):
    """Who may write records for an import of the company: two at once could make the same person twice."""

    holder: Id


IMPORTS: Kind[Import] = Kind(
    "imports",
    Import,
    (
        Index("started", ("companyId", "startedAt")),
        Index("record", ("companyId", "record", "startedAt")),
        Index("content", ("companyId", "sha256", "startedAt")),
        Index("status", ("status", "progressAt")),
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
    "import_records",
    ImportPart,
    (
        Index("part", ("companyId", "importId", "n")),
        Index("subjects", ("companyId", "subjects"), multi=True),
    ),
)
FILE_PIECES: Kind[FilePiece] = Kind("import_pieces", FilePiece, (Index("piece", ("companyId", "importId", "n")),))
RECORDS_BEFORE: Kind[RecordBefore] = Kind(
    "import_before",
    RecordBefore,
    (
        Index("part", ("companyId", "importId", "n")),
        Index("subjects", ("companyId", "subjects"), multi=True),
    ),
)
IMPORT_GATES: Kind[ImportGate] = Kind("import_gates", ImportGate)

KINDS = (IMPORTS, ROW_REPORTS, IMPORT_PARTS, FILE_PIECES, RECORDS_BEFORE, IMPORT_GATES)

_HIDDEN = {"company_id", "rev", "v", "subjects", "width", "piece", "offset", "cancelling", "then", "undo_from"}


def import_view(job: Import) -> dict[str, Any]:
    """Return an import as the API shows it."""
    return job.model_dump(mode="json", by_alias=True, exclude=_HIDDEN, exclude_none=True)


def report_view(report: RowReport, columns: tuple[ColumnUse, ...], record: str = "lead") -> dict[str, Any]:
    """Return a row's report as the API shows it: its first problem, all of them, the cells under their headers.

    ``record`` is what the rows of the file become.
    """
    problems = [problem.model_dump(exclude_none=True) for problem in report.problems]
    return {
        "row": report.row,
        "line": report.line,
        "severity": report.severity.value,
        **problems[0],
        "problems": problems,
        "recordId": report.record_id,
        **({"leadId": report.record_id} if record == "lead" else {}),
        "cells": [
            {"header": columns[n].header if n < len(columns) else f"Extra {n - len(columns) + 1}", "value": cell}
            for n, cell in enumerate(report.cells)
        ],
    }
