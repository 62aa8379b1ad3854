"""One import under way: it writes the parts of its file, each with everything that belongs to it, as one batch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

from leadbridge.kit.clock import Clock
from leadbridge.kit.ids import IdSource
from leadbridge.leads.change import Author, lead_change
from leadbridge.leads.erased import ErasedPeople
from leadbridge.leads.fields import Keys
from leadbridge.leads.imports.gate import Gate
from leadbridge.leads.imports.model import (
    IMPORT_PARTS,
    IMPORTS,
    ROW_REPORTS,
    Counts,
    Import,
    ImportPart,
    Problem,
    RowReport,
    Severity,
    Status,
)
from leadbridge.leads.imports.placing import LookupIndex, Outcome, Placed, Placement, lookup_values, place
from leadbridge.leads.imports.reader import MAX_COLUMNS
from leadbridge.leads.imports.rows import MAX_ROW, Reading, erased_row
from leadbridge.leads.model import LEADS, Lead
from leadbridge.storage.batch import BatchTooLarge, WriteBatch
from leadbridge.storage.store import Store
from leadbridge.usage.model import Category, EventType, UsageEvent
from leadbridge.usage.service import UsageService

ORIGIN = "import"


class ImportJob:
    """Holds what the parts of one file share: the counts so far and the leads its rows have fallen on."""

    def __init__(
        self,
        job: Import,
        *,
        store: Store,
        clock: Clock,
        ids: IdSource,
        usage: UsageService,
        gate: Gate,
        erased: ErasedPeople,
        remembered: Mapping[int, str],
    ) -> None:
        self._job = job
        self._store = store
        self._clock = clock
        self._ids = ids
        self._usage = usage
        self._gate = gate
        self._erased = erased
        self._remembered = remembered
        self._author = Author(ORIGIN, f"{ORIGIN}:{job.id}")
        self._claimed: frozenset[str] = frozenset()
        self._parts = 0

    async def begin(self) -> None:
        """Store the import as running."""

        async def build() -> tuple[WriteBatch, Import]:
            return WriteBatch().insert(IMPORTS, self._job), _next(self._job, {})

        self._job = await self._store.attempt(build)

    async def part(self, readings: Sequence[Reading]) -> None:
        """Store a part of the file; one too large for a batch is stored in halves."""
        if not readings:
            return

        async def build() -> tuple[WriteBatch, tuple[Import, Placement]]:
            return await self._part_batch(readings)

        try:
            self._job, placement = await self._store.attempt(build)
        except BatchTooLarge:
            if len(readings) == 1:
                raise
            middle = len(readings) // 2
            await self.part(readings[:middle])
            await self.part(readings[middle:])
            return
        self._claimed |= set(placement.met)
        self._parts += 1

    async def finish(self) -> Import:
        """Store the import as done, with its usage event, and return it."""

        async def build() -> tuple[WriteBatch, Import]:
            now = self._clock.now()
            done = {"status": Status.DONE, "progress_at": now, "finished_at": now}
            batch = WriteBatch().replace(IMPORTS, self._job.model_copy(update=done))
            self._usage.add(batch, self._event(self._job, succeeded=True))
            await self._gate.renew(batch, self._job.company_id, self._job.id)
            return batch, _next(self._job, done)

        self._job = await self._store.attempt(build)
        return self._job

    async def cut_off(self) -> None:
        """Store that the import has ended before its file did. What it has written stays and is counted."""

        async def build() -> tuple[WriteBatch | None, None]:
            # read again: the write that was under way when this import was cut off may have landed
            job = await self._store[IMPORTS].of(self._job.company_id).get(self._job.id)
            if job is None or job.status is not Status.RUNNING:
                return None, None
            ended = {"status": Status.INTERRUPTED, "progress_at": self._clock.now()}
            batch = WriteBatch().replace(IMPORTS, job.model_copy(update=ended))
            return self._usage.add(batch, self._event(job, succeeded=False)), None

        await self._store.attempt(build)

    def _event(self, job: Import, *, succeeded: bool) -> UsageEvent:
        return self._usage.event(
            job.company_id,
            EventType.LEAD_IMPORT,
            Category.LEAD,
            succeeded=succeeded,
            milliseconds=int((self._clock.now() - job.started_at).total_seconds() * 1000),
            records=job.counts.read,
            run_id=job.id,
            response=dict(job.counts.model_dump(by_alias=True)),
        )

    async def _part_batch(self, readings: Sequence[Reading]) -> tuple[WriteBatch, tuple[Import, Placement]]:
        company, now = self._job.company_id, self._clock.now()
        placement = await self._placed(readings, await self._known(readings), now)
        batch = WriteBatch()
        progress = self._progress(placement) | {"progress_at": now}
        batch.replace(IMPORTS, self._job.model_copy(update=progress))
        await self._gate.renew(batch, company, self._job.id)
        for id, working in placement.leads.items():
            if not working.touched:
                continue
            lead_change(
                batch,
                company=company,
                id=id,
                before=working.before,
                fields=working.fields,
                now=now,
                author=self._author,
            )
        for placed in placement.placed:
            if placed.reading.refused is not None or placed.reading.warnings:
                batch.insert(ROW_REPORTS, self._report(placed))
        batch.insert(IMPORT_PARTS, self._import_part(placement))
        self._usage.add_leads(
            batch, company, sum(working.touched and working.before is None for working in placement.leads.values())
        )
        return batch, (_next(self._job, progress), placement)

    async def _placed(self, readings: Sequence[Reading], known: Sequence[Lead], now: datetime) -> Placement:
        """Place the rows; one that would bring an erased person back is refused, and its values are not kept."""
        accepted = [n for n, reading in enumerate(readings) if reading.refused is None]
        found = await self._erased.barred(self._job.company_id, [readings[n].keys for n in accepted])
        barred = frozenset(accepted[n] for n in found)
        rows = list(readings)
        while True:
            placement = place(
                rows,
                known,
                claimed=self._claimed,
                remembered=self._remembered,
                mode=self._job.merge,
                now=now,
                new_id=self._ids,
            )
            back = [
                n
                for n in barred
                if rows[n].refused is None and not _held_before(placement, placement.placed[n], rows[n].keys)
            ]
            if not back:
                return placement
            for n in back:
                rows[n] = erased_row(rows[n])

    async def _known(self, readings: Sequence[Reading]) -> list[Lead]:
        leads = self._store[LEADS].of(self._job.company_id)
        found: dict[str, Lead] = {}
        index: LookupIndex
        for index, values in lookup_values(readings).items():
            found.update((lead.id, lead) for lead in await leads.lookup(index, values))
        rows = [reading.record.row for reading in readings]
        last_time = dict.fromkeys(id for row in rows if (id := self._remembered.get(row)) is not None)
        found |= await leads.get_many([id for id in last_time if id not in found])
        return list(found.values())

    def _progress(self, placement: Placement) -> dict[str, object]:
        outcomes = Counter(placed.outcome.value for placed in placement.placed)
        reasons = Counter(self._job.reasons)
        warned = 0
        for placed in placement.placed:
            if placed.reading.refused is not None:
                reasons[placed.reading.refused.code] += 1
            elif placed.reading.warnings:
                warned += 1
                reasons.update({warning.code for warning in placed.reading.warnings})
        added = Counts(read=len(placement.placed), warnings=warned, **outcomes)
        return {"counts": self._job.counts.plus(added), "reasons": dict(sorted(reasons.items()))}

    def _report(self, placed: Placed) -> RowReport:
        reading = placed.reading
        refused = [] if reading.refused is None else [reading.refused]
        found = [*refused, *(warning for warning in reading.warnings if warning.code not in {r.code for r in refused})]
        return RowReport(
            id=self._ids(),
            company_id=self._job.company_id,
            subjects=() if placed.lead_id is None else (placed.lead_id,),
            import_id=self._job.id,
            row=reading.record.row,
            line=reading.record.line,
            severity=Severity.REJECTED if placed.outcome is Outcome.REJECTED else Severity.WARNING,
            problems=tuple(Problem(code=finding.code, message=finding.sentence) for finding in found),
            cells=_kept(reading.record.cells),
            lead_id=placed.lead_id,
        )

    def _import_part(self, placement: Placement) -> ImportPart:
        accepted = [(placed.reading.record.row, placed.lead_id) for placed in placement.placed if placed.lead_id]
        return ImportPart(
            id=self._ids(),
            company_id=self._job.company_id,
            subjects=tuple(dict.fromkeys(lead_id for _, lead_id in accepted)),
            import_id=self._job.id,
            n=self._parts,
            rows=tuple(row for row, _ in accepted),
            targets=tuple(lead_id for _, lead_id in accepted),
            lead_ids=tuple(placement.met),
        )


def _next(job: Import, update: Mapping[str, object]) -> Import:
    """Return ``job`` as it is stored once ``update`` was written."""
    return job.model_copy(update={**update, "rev": job.rev + 1})


def _held_before(placement: Placement, placed: Placed, keys: Keys) -> bool:
    """Tell whether the row fell on a stored lead that already is known by the row's e-mail address or external id."""
    before = placement.leads[placed.lead_id].before if placed.lead_id is not None else None
    if before is None:
        return False
    return (keys.email is not None and keys.email == before.email_key) or (
        keys.ext is not None and keys.ext == before.ext_key
    )


def _kept(cells: Sequence[str]) -> tuple[str, ...]:
    """Return the cells of a row, whole unless the row is longer than any that could be accepted."""
    left = MAX_ROW
    kept: list[str] = []
    for cell in cells[: MAX_COLUMNS * 2]:
        kept.append(cell[:left])
        left -= len(kept[-1])
    return tuple(kept)
