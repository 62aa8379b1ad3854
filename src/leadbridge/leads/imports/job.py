"""One import under way: it writes the pieces of its file, each with everything that belongs to it, as one batch.

Every batch says where the import goes on and depends on where it was, so that a piece is written once whatever dies,
and whoever is second finds that it was too late.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

from leadbridge.kit.clock import Clock
from leadbridge.kit.ids import IdSource
from leadbridge.leads.change import Author, record_change
from leadbridge.leads.erased import ErasedPeople, NobodyErased
from leadbridge.leads.feed import Feed
from leadbridge.leads.fields import Keys
from leadbridge.leads.imports import told
from leadbridge.leads.imports.gate import Gate
from leadbridge.leads.imports.intake import unpacked
from leadbridge.leads.imports.looking import PART_STEP, Looking
from leadbridge.leads.imports.model import (
    FILE_PIECES,
    IMPORT_PARTS,
    IMPORTS,
    RECORDS_BEFORE,
    ROW_REPORTS,
    FilePiece,
    Import,
    Status,
)
from leadbridge.leads.imports.placing import Outcome, Placed, Placement, place
from leadbridge.leads.imports.rows import Reading, erased_row, read_row
from leadbridge.leads.rules import rules_from
from leadbridge.leads.settings import SETTINGS
from leadbridge.leads.stored import CrmRecord
from leadbridge.leads.types import LEAD, TYPES
from leadbridge.storage.batch import BatchTooLarge, WriteBatch
from leadbridge.storage.store import Store
from leadbridge.usage.errors import QuotaExceeded
from leadbridge.usage.quotas import LeadMeter

ORIGIN = "import"
SLICE = 50
"""Rows read before others get their turn on the event loop."""


class ImportJob:
    """What is held between the batches of one import: its next piece, and the records its rows have fallen on."""

    def __init__(
        self,
        job: Import,
        holder: str,
        *,
        store: Store,
        clock: Clock,
        ids: IdSource,
        gate: Gate,
        erased: ErasedPeople,
        meter: LeadMeter,
        feed: Feed | None = None,
    ) -> None:
        self.job = job
        self.holder = holder
        self.type = TYPES[job.record]
        self._store = store
        self._clock = clock
        self._ids = ids
        self._gate = gate
        self._meter = meter if self.type is LEAD else None
        self._looking = Looking(store, erased if self.type.person else NobodyErased(), self.type)
        self._feed = feed if self.type is LEAD else None
        self._author = Author(ORIGIN, f"{ORIGIN}:{job.id}")
        self._columns = [column.column() for column in job.columns]
        self._piece: tuple[FilePiece, list[Reading]] | None = None

    async def step(self) -> bool:
        """Write the next part of the file and tell whether there was one.

        Raises ``ImportOvertaken``, and ``QuotaExceeded`` where not even one more row may become a lead.
        """
        found = await self._next_piece()
        if found is None:
            return False
        readings = found[1]
        most = len(readings)
        while True:
            part = readings[self.job.offset : self.job.offset + most]
            try:
                job, met = await self._checked(part) if self.job.status is Status.CHECKING else await self._stored(part)
            except (BatchTooLarge, QuotaExceeded):
                if len(part) == 1:
                    raise
                most = max(1, len(part) // 2)
                continue
            self.job = job
            self._looking.meet(met)
            return True

    async def _next_piece(self) -> tuple[FilePiece, list[Reading]] | None:
        if self._piece is not None and self._piece[0].n == self.job.piece:
            return self._piece
        found = (
            await self._store[FILE_PIECES]
            .of(self.job.company_id)
            .find(eq={"importId": self.job.id}, order=("n",), low=self.job.piece, limit=1)
        ).items
        if not found:
            return None
        readings: list[Reading] = []
        for n, record in enumerate(unpacked(found[0].rows), 1):
            readings.append(read_row(record, self._columns, self.job.default_country, self.job.width, self.type))
            if n % SLICE == 0:
                await self._clock.sleep(0)
        self._piece = found[0], readings
        return self._piece

    async def _checked(self, part: Sequence[Reading]) -> tuple[Import, Sequence[str]]:
        """Store which rows of a part would be rejected, and nothing else."""

        async def build() -> tuple[WriteBatch, Import]:
            batch = await self._guarded()
            refused: Counter[str] = Counter()
            for reading in await self._looking.without_erased(self.job, part):
                if reading.refused is not None:
                    refused[reading.refused.code] += 1
                    placed = Placed(reading, Outcome.REJECTED, None)
                    batch.insert(ROW_REPORTS, told.row_report(self.job, self._ids, placed))
            later = self._onward(len(part), told.checked(self.job, len(part), refused))
            batch.replace(IMPORTS, later)
            return batch, later

        later = await self._store.attempt(build)
        return later.model_copy(update={"rev": later.rev + 1}), ()

    async def _stored(self, part: Sequence[Reading]) -> tuple[Import, Sequence[str]]:
        async def build() -> tuple[WriteBatch, tuple[Import, Placement, int]]:
            return await self._part_batch(part)

        later, placement, made = await self._store.attempt(build)
        if self._meter is not None:
            self._meter.made(self.job.company_id, made)
        return later.model_copy(update={"rev": later.rev + 1}), placement.met

    async def _guarded(self) -> WriteBatch:
        batch = WriteBatch()
        await self._gate.guard(batch, self.job.company_id, self.holder)
        await self._refresh()
        return batch

    async def _refresh(self) -> None:
        """Take in that somebody asked for the end of the import since it was read."""
        job = await self._store[IMPORTS].of(self.job.company_id).get(self.job.id)
        if job is None or (job.piece, job.offset, job.status) != (self.job.piece, self.job.offset, self.job.status):
            raise Overtaken
        self.job = job

    def _onward(self, rows: int, update: Mapping[str, object]) -> Import:
        """Return the import as it is behind ``rows`` more rows of the piece."""
        readings = self._piece[1] if self._piece is not None else []
        whole = self.job.offset + rows >= len(readings)
        place = (self.job.piece + 1, 0) if whole else (self.job.piece, self.job.offset + rows)
        moved = {"piece": place[0], "offset": place[1], "progress_at": self._clock.now()}
        return self.job.model_copy(update={**update, **moved})

    async def _part_batch(self, part: Sequence[Reading]) -> tuple[WriteBatch, tuple[Import, Placement, int]]:
        batch = await self._guarded()
        job, company, now = self.job, self.job.company_id, self._clock.now()
        placement = await self._placed(part, now)
        made = sum(working.touched and working.before is None for working in placement.records.values())
        if made and self._meter is not None:
            await self._meter.check(company, made)
            self._meter.add(batch, company, made)
        n = job.piece * PART_STEP + job.offset
        later = self._onward(len(part), told.progress(job, placement))
        batch.replace(IMPORTS, later)
        if later.piece != job.piece and self._piece is not None:
            batch.delete(FILE_PIECES, company, self._piece[0].id)
        first_rows: dict[str, int] = {}
        for placed in placement.placed:
            if placed.record_id is not None:
                first_rows.setdefault(placed.record_id, placed.reading.record.row)
            if placed.reading.refused is not None or placed.reading.warnings:
                batch.insert(ROW_REPORTS, told.row_report(job, self._ids, placed))
        rules = rules_from(await self._store[SETTINGS].of(company).get(f"{company}:{self.type.name}"))
        for id, working in placement.records.items():
            if working.touched:
                record_change(
                    batch, self.type, company=company, id=id, before=working.before, fields=working.fields, now=now,
                    author=self._author, rules=rules,
                )  # fmt: skip
                if working.before is not None and not self._is_ours(working.before):
                    before = told.record_before(job, self._ids, working, working.before, n, first_rows[id])
                    batch.insert(RECORDS_BEFORE, before)
        batch.insert(IMPORT_PARTS, told.import_part(job, self._ids, placement, n))
        if self._feed is not None:
            await self._feed.announce(batch, company, asked=job.trigger_automations)
        return batch, (later, placement, made)

    async def _placed(self, readings: Sequence[Reading], now: datetime) -> Placement:
        """Place the rows; one that would bring an erased person back is refused, and its values are not kept."""
        rows = await self._looking.referring(self.job, readings)
        remembered = await self._looking.remembered(self.job)
        known = await self._looking.known(self.job, rows, remembered)
        met = await self._looking.met(self.job)
        claimed = frozenset(one.id for one in known if one.id in met)
        barred = await self._looking.barred(self.job, rows)
        while True:
            placement = place(
                rows, known, claimed=claimed, remembered=remembered, mode=self.job.merge, now=now, new_id=self._ids,
                beside=self.type.beside,
            )  # fmt: skip
            back = [
                n
                for n in barred
                if rows[n].refused is None and not _held_before(placement, placement.placed[n], rows[n].keys)
            ]
            if not back:
                return placement
            for n in back:
                rows[n] = erased_row(rows[n])

    def _is_ours(self, record: CrmRecord) -> bool:
        """Tell whether this very import made the record, and nobody changed it since."""
        return record.created_at >= self.job.started_at and all(entry.by == self._author.by for entry in record.changed)


class Overtaken(Exception):
    """The import is no longer where it was: somebody else went on with it, or it was told to end."""


def _held_before(placement: Placement, placed: Placed, keys: Keys) -> bool:
    """Tell whether the row fell on a stored record that already is known by the row's e-mail address or external id."""
    before = placement.records[placed.record_id].before if placed.record_id is not None else None
    if before is None:
        return False
    return (keys.email is not None and keys.email == before.email_key) or (
        keys.ext is not None and keys.ext == before.ext_key
    )
