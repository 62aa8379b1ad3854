"""The import job: a file in, each of its rows on one lead, and a report of every row that could not be one.

A part of the file is one batch: its leads, its reports, the lead of each row and the counts. Hence a crash leaves whole
parts, and importing the file again meets what they made.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field

from leadbridge.kit.clock import Clock
from leadbridge.kit.ids import IdSource
from leadbridge.leads.erased import ErasedPeople, NobodyErased
from leadbridge.leads.errors import FileTooLarge, ImportNotFound
from leadbridge.leads.imports.encoding import Decoded, decode
from leadbridge.leads.imports.gate import Gate
from leadbridge.leads.imports.headers import Column, checked_mapping, map_columns
from leadbridge.leads.imports.job import ImportJob
from leadbridge.leads.imports.model import (
    IMPORT_PARTS,
    IMPORTS,
    ROW_REPORTS,
    ColumnUse,
    Import,
    ImportPart,
    RowReport,
    Severity,
)
from leadbridge.leads.imports.reader import MAX_BYTES, Sheet, read_sheet
from leadbridge.leads.imports.rows import Reading, read_row
from leadbridge.leads.matching import MergeMode
from leadbridge.storage.query import Position
from leadbridge.storage.store import Page, Store
from leadbridge.usage.service import UsageService

PART = 400
"""Rows in a batch: each is at most two of the 1,000 operations a batch takes."""
SLICE = 50
"""Rows read before others get their turn on the event loop."""
SAMPLE = 200
"""Rows looked at to tell what an unnamed column holds."""
REMEMBERED = 3
"""Earlier imports of the very same file that are asked which lead a row fell on."""
PREVIEW_ROWS = 10


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it came: its name is shown and never used as a path."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """How a file is to be read and what its rows may do to leads that are already there."""

    merge: MergeMode = MergeMode.FILL_BLANKS
    default_country: str | None = None
    """ISO alpha-2: where phone numbers without a country code are dialled."""
    encoding: str | None = None
    mapping: Mapping[str, str | None] = field(default_factory=dict)
    """Header to field where the caller decides; None keeps the column as a custom field."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A file that could be read, with the meaning of its columns."""

    decoded: Decoded
    sheet: Sheet
    columns: tuple[Column, ...]

    def preview(self, default_country: str | None) -> list[Reading]:
        """Return what the first rows say."""
        return [
            read_row(record, self.columns, default_country, self.sheet.width)
            for record in self.sheet.rows[:PREVIEW_ROWS]
        ]


def open_file(data: bytes, options: ImportOptions) -> Opened:
    """Return the readable form of a file; raises ``UnreadableFile`` or ``FileTooLarge``. Nothing is written."""
    if len(data) > MAX_BYTES:
        raise FileTooLarge(f"The file has {len(data) / 2**20:.1f} MB; at most 20 MB are taken at once.")
    decoded = decode(data, options.encoding)
    sheet = read_sheet(decoded.text)
    given = checked_mapping(options.mapping, sheet.header)
    sample = [record.cells for record in sheet.rows[:SAMPLE]]
    return Opened(decoded, sheet, map_columns(sheet.header, sample, given))


class ImportService:
    """Imports of every company; each call names the one it is about."""

    def __init__(
        self, store: Store, clock: Clock, ids: IdSource, usage: UsageService, erased: ErasedPeople | None = None
    ) -> None:
        self._store = store
        self._clock = clock
        self._ids = ids
        self._usage = usage
        self._erased = erased or NobodyErased()
        self._gate = Gate(store, clock)

    async def open(self, data: bytes, options: ImportOptions) -> Opened:
        """Return the readable form of a file, as ``open_file`` does, while others get their turn."""
        return await asyncio.to_thread(open_file, data, options)

    async def run(self, company: str, started_by: str, upload: Upload, options: ImportOptions) -> Import:
        """Bring the file in and return the finished import.

        Raises ``UnreadableFile`` and ``FileTooLarge`` before anything is written, ``ImportRunning`` when another import
        of the company does not end. Cut off at any point, it leaves whole parts; the same file again completes them.
        """
        opened = await self.open(upload.data, options)
        job = self._begun(company, started_by, upload, options, opened)
        await self._gate.enter(company, job.id)
        try:
            return await self._run(job, opened, options)
        finally:
            await self._gate.leave(company, job.id)

    async def _run(self, job: Import, opened: Opened, options: ImportOptions) -> Import:
        run = ImportJob(
            job,
            store=self._store,
            clock=self._clock,
            ids=self._ids,
            usage=self._usage,
            gate=self._gate,
            erased=self._erased,
            remembered=await self._remembered(job.company_id, job.sha256, job.id),
        )
        try:
            await run.begin()
            for start in range(0, len(opened.sheet.rows), PART):
                await run.part(await self._read(opened, start, options))
            return await run.finish()
        except BaseException:
            await run.cut_off()
            raise

    async def get(self, company: str, id: str) -> Import:
        """Return an import; raises ``ImportNotFound``."""
        job = await self._store[IMPORTS].of(company).get(id)
        if job is None:
            raise ImportNotFound("There is no import with this id.")
        return job.seen_at(self._clock.now())

    async def page(self, company: str, *, limit: int = 50, after: Position | None = None) -> Page[Import]:
        """Return a page of imports, the newest first."""
        found = await (
            self._store[IMPORTS].of(company).find(order=("startedAt",), descending=True, limit=limit, after=after)
        )
        now = self._clock.now()
        return Page([job.seen_at(now) for job in found.items], found.next, found.scanned)

    async def reports(
        self,
        company: str,
        id: str,
        severity: Severity = Severity.REJECTED,
        *,
        limit: int = 50,
        after: Position | None = None,
    ) -> Page[RowReport]:
        """Return a page of what was wrong with rows, in row order."""
        return await (
            self._store[ROW_REPORTS]
            .of(company)
            .find(eq={"importId": id, "severity": severity}, order=("row",), limit=limit, after=after)
        )

    async def lead_ids(
        self, company: str, id: str, *, limit: int = 200, after: Position | None = None
    ) -> tuple[list[str], Position | None]:
        """Return ids of the leads this import's rows fell on, each once, in row order, and where the list goes on."""
        part, offset = _place_in_parts(after)
        ids: list[str] = []
        async for here in self._parts(company, id, part):
            skip = offset if here.n == part else 0
            for at, lead_id in enumerate(here.lead_ids[skip:], skip):
                if len(ids) == limit:
                    return ids, (here.n, at)
                ids.append(lead_id)
        return ids, None

    async def _read(self, opened: Opened, start: int, options: ImportOptions) -> list[Reading]:
        readings: list[Reading] = []
        for n, record in enumerate(opened.sheet.rows[start : start + PART]):
            readings.append(read_row(record, opened.columns, options.default_country, opened.sheet.width))
            if n % SLICE == SLICE - 1:
                await self._clock.sleep(0)
        return readings

    async def _parts(self, company: str, id: str, first: int = 0) -> AsyncIterator[ImportPart]:
        after: Position | None = None
        while True:
            page = await (
                self._store[IMPORT_PARTS]
                .of(company)
                .find(eq={"importId": id}, order=("n",), low=first, after=after, limit=20)
            )
            for part in page.items:
                yield part
            if page.next is None:
                return
            after = page.next

    async def _remembered(self, company: str, sha256: str, but: str) -> dict[int, str]:
        """Return the lead each row of this very file fell on before, the newest import's word counting most."""
        earlier = await (
            self._store[IMPORTS]
            .of(company)
            .find(eq={"sha256": sha256}, order=("startedAt",), descending=True, limit=REMEMBERED + 1)
        )
        rows: dict[int, str] = {}
        for job in reversed([job for job in earlier.items if job.id != but]):
            async for part in self._parts(company, job.id):
                rows.update(zip(part.rows, part.targets, strict=True))
        return rows

    def _begun(self, company: str, started_by: str, upload: Upload, options: ImportOptions, opened: Opened) -> Import:
        now = self._clock.now()
        return Import(
            id=self._ids(),
            company_id=company,
            name=upload.name[:200],
            sha256=hashlib.sha256(upload.data).hexdigest(),
            size=len(upload.data),
            merge=options.merge,
            default_country=options.default_country,
            encoding=opened.decoded.encoding,
            mixed_encoding=opened.decoded.mixed,
            delimiter=opened.sheet.delimiter,
            header_row=opened.sheet.header_row,
            columns=tuple(ColumnUse.of(column) for column in opened.columns),
            rows=len(opened.sheet.rows),
            started_by=started_by,
            started_at=now,
            progress_at=now,
        )


def _place_in_parts(after: Position | None) -> tuple[int, int]:
    """Return part and offset of a cursor of ours; any other starts at the beginning."""
    if after is None or len(after) != 2:
        return 0, 0
    part, offset = after
    return (part, offset) if isinstance(part, int) and isinstance(offset, int) and offset >= 0 else (0, 0)
