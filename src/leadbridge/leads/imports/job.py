"""One import under way: it writes the pieces of its file, each with everything that belongs to it, as one batch.

Every batch says where the import goes on and depends on where it was, so that a piece is written once whatever dies,
and whoever is second finds that it was too late.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime

from leadbridge.kit.clock import Clock
from leadbridge.kit.ids import IdSource
from leadbridge.leads.change import Author, lead_change
from leadbridge.leads.erased import ErasedPeople
from leadbridge.leads.feed import Feed
from leadbridge.leads.fields import Keys, flatten
from leadbridge.leads.imports.before import changed_fields, to_json
from leadbridge.leads.imports.gate import Gate
from leadbridge.leads.imports.intake import shortened, unpacked
from leadbridge.leads.imports.met import Met
from leadbridge.leads.imports.model import (
    FILE_PIECES,
    IMPORT_PARTS,
    IMPORTS,
    LEADS_BEFORE,
    ROW_REPORTS,
    Counts,
    FilePiece,
    Import,
    ImportPart,
    LeadBefore,
    Problem,
    RowReport,
    Severity,
    Status,
)
from leadbridge.leads.imports.placing import LookupIndex, Outcome, Placed, Placement, Working, lookup_values, place
from leadbridge.leads.imports.rows import Reading, erased_row, read_row
from leadbridge.leads.model import LEADS, Lead, State
from leadbridge.leads.rules import rules_from
from leadbridge.leads.settings import SETTINGS
from leadbridge.leads.types import LEAD
from leadbridge.storage.batch import BatchTooLarge, WriteBatch
from leadbridge.storage.query import Position
from leadbridge.storage.store import Store
from leadbridge.usage.service import UsageService

ORIGIN = "import"
SLICE = 50
"""Rows read before others get their turn on the event loop."""
PART_STEP = 1000
"""Parts of a piece are numbered within this many."""
REMEMBERED = 3
"""Earlier imports of the very same file that are asked which lead a row fell on."""


class ImportJob:
    """What is held between the batches of one import: its next piece, and the leads its rows have fallen on."""

    def __init__(
        self,
        job: Import,
        holder: str,
        *,
        store: Store,
        clock: Clock,
        ids: IdSource,
        usage: UsageService,
        gate: Gate,
        erased: ErasedPeople,
        feed: Feed | None = None,
    ) -> None:
        self.job = job
        self.holder = holder
        self._store = store
        self._clock = clock
        self._ids = ids
        self._usage = usage
        self._gate = gate
        self._erased = erased
        self._feed = feed
        self._author = Author(ORIGIN, f"{ORIGIN}:{job.id}")
        self._columns = [column.column() for column in job.columns]
        self._met: Met | None = None
        self._earlier: list[str] | None = None
        self._piece: tuple[FilePiece, list[Reading]] | None = None

    async def step(self) -> bool:
        """Write the next part of the file and tell whether there was one; raises ``ImportOvertaken``."""
        found = await self._next_piece()
        if found is None:
            return False
        readings = found[1]
        most = len(readings)
        while True:
            part = readings[self.job.offset : self.job.offset + most]
            try:
                job, met = await self._checked(part) if self.job.status is Status.CHECKING else await self._stored(part)
            except BatchTooLarge:
                if most == 1:
                    raise
                most = max(1, len(part) // 2)
                continue
            self.job = job
            if self._met is not None:
                for id in met:
                    self._met.add(id)
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
            readings.append(read_row(record, self._columns, self.job.default_country, self.job.width))
            if n % SLICE == 0:
                await self._clock.sleep(0)
        self._piece = found[0], readings
        return self._piece

    async def _checked(self, part: Sequence[Reading]) -> tuple[Import, Sequence[str]]:
        """Store which rows of a part would be rejected, and nothing else."""

        async def build() -> tuple[WriteBatch, Import]:
            batch = await self._guarded()
            placed = [
                Placed(reading, Outcome.REJECTED, None)
                for reading in await self._without_erased(part)
                if reading.refused is not None
            ]
            for one in placed:
                batch.insert(ROW_REPORTS, self._report(one))
            reasons = Counter(self.job.reasons) + Counter(_code(one) for one in placed)
            counts = self.job.counts.plus(Counts(read=len(part), rejected=len(placed)))
            later = self._onward(len(part), {"counts": counts, "reasons": dict(sorted(reasons.items()))})
            batch.replace(IMPORTS, later)
            return batch, later

        later = await self._store.attempt(build)
        return later.model_copy(update={"rev": later.rev + 1}), ()

    async def _stored(self, part: Sequence[Reading]) -> tuple[Import, Sequence[str]]:
        async def build() -> tuple[WriteBatch, tuple[Import, Placement]]:
            return await self._part_batch(part)

        later, placement = await self._store.attempt(build)
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

    async def _part_batch(self, part: Sequence[Reading]) -> tuple[WriteBatch, tuple[Import, Placement]]:
        batch = await self._guarded()
        company, now = self.job.company_id, self._clock.now()
        placement = await self._placed(part, now)
        n = self.job.piece * PART_STEP + self.job.offset
        later = self._onward(len(part), self._progress(placement))
        batch.replace(IMPORTS, later)
        if later.piece != self.job.piece and self._piece is not None:
            batch.delete(FILE_PIECES, company, self._piece[0].id)
        first_rows: dict[str, int] = {}
        for placed in placement.placed:
            if placed.lead_id is not None:
                first_rows.setdefault(placed.lead_id, placed.reading.record.row)
            if placed.reading.refused is not None or placed.reading.warnings:
                batch.insert(ROW_REPORTS, self._report(placed))
        rules = rules_from(await self._store[SETTINGS].of(company).get(f"{company}:{LEAD.name}"))
        for id, working in placement.leads.items():
            if working.touched:
                lead_change(
                    batch,
                    company=company,
                    id=id,
                    before=working.before,
                    fields=working.fields,
                    now=now,
                    author=self._author,
                    rules=rules,
                )
                if working.before is not None and not self._is_ours(working.before):
                    batch.insert(LEADS_BEFORE, self._before(id, working, working.before, n, first_rows[id]))
        batch.insert(IMPORT_PARTS, self._import_part(placement, n))
        made = sum(working.touched and working.before is None for working in placement.leads.values())
        self._usage.add_leads(batch, company, made)
        if self._feed is not None:
            await self._feed.announce(batch, company)
        return batch, (later, placement)

    async def _placed(self, readings: Sequence[Reading], now: datetime) -> Placement:
        """Place the rows; one that would bring an erased person back is refused, and its values are not kept."""
        remembered = await self._remembered()
        known = await self._known(readings, remembered)
        met = await self._met_before()
        claimed = frozenset(lead.id for lead in known if lead.id in met)
        barred = await self._barred(readings)
        rows = list(readings)
        while True:
            placement = place(
                rows, known, claimed=claimed, remembered=remembered, mode=self.job.merge, now=now, new_id=self._ids
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

    async def _barred(self, readings: Sequence[Reading]) -> frozenset[int]:
        accepted = [n for n, reading in enumerate(readings) if reading.refused is None]
        found = await self._erased.barred(self.job.company_id, [readings[n].keys for n in accepted])
        return frozenset(accepted[n] for n in found)

    async def _without_erased(self, readings: Sequence[Reading]) -> list[Reading]:
        barred = await self._barred(readings)
        return [erased_row(reading) if n in barred else reading for n, reading in enumerate(readings)]

    async def _known(self, readings: Sequence[Reading], remembered: Mapping[int, str]) -> list[Lead]:
        leads = self._store[LEADS].of(self.job.company_id)
        found: dict[str, Lead] = {}
        index: LookupIndex
        for index, values in lookup_values(readings).items():
            found.update((lead.id, lead) for lead in await leads.lookup(index, values))
            if index == "external":  # the id of a lead that was merged into another
                found.update((lead.id, lead) for lead in await leads.lookup("alias", values))
        rows = [reading.record.row for reading in readings]
        last_time = dict.fromkeys(id for row in rows if (id := remembered.get(row)) is not None)
        found |= await leads.get_many([id for id in last_time if id not in found])
        return [lead for lead in found.values() if lead.state is State.LIVE]

    async def _remembered(self) -> dict[int, str]:
        """Return the lead each row of this piece fell on when this very file came before, the newest word counting."""
        if self._earlier is None:
            found = await (
                self._store[IMPORTS]
                .of(self.job.company_id)
                .find(eq={"sha256": self.job.sha256}, order=("startedAt",), descending=True, limit=REMEMBERED + 1)
            )
            alike = [job for job in found.items if job.id != self.job.id and _read_alike(job, self.job)]
            self._earlier = [job.id for job in reversed(alike)]
        rows: dict[int, str] = {}
        low = self.job.piece * PART_STEP
        for id in self._earlier:
            async for part in parts_of(self._store, self.job.company_id, id, low, low + PART_STEP):
                rows.update(zip(part.rows, part.targets, strict=True))
        return rows

    async def _met_before(self) -> Met:
        if self._met is None:
            met = Met()
            async for part in parts_of(self._store, self.job.company_id, self.job.id):
                for id in part.lead_ids:
                    met.add(id)
            self._met = met
        return self._met

    def _is_ours(self, lead: Lead) -> bool:
        """Tell whether this very import made the lead, and nobody changed it since."""
        return lead.created_at >= self.job.started_at and all(entry.by == self._author.by for entry in lead.changed)

    def _progress(self, placement: Placement) -> dict[str, object]:
        outcomes = Counter(placed.outcome.value for placed in placement.placed)
        reasons = Counter(self.job.reasons)
        warned = 0
        for placed in placement.placed:
            if placed.reading.refused is not None:
                reasons[placed.reading.refused.code] += 1
            elif placed.reading.warnings:
                warned += 1
                reasons.update({warning.code for warning in placed.reading.warnings})
        added = Counts(read=len(placement.placed), warnings=warned, **outcomes)
        return {"counts": self.job.counts.plus(added), "reasons": dict(sorted(reasons.items()))}

    def _report(self, placed: Placed) -> RowReport:
        reading = placed.reading
        refused = [] if reading.refused is None else [reading.refused]
        found = [*refused, *(warning for warning in reading.warnings if warning.code not in {r.code for r in refused})]
        return RowReport(
            id=self._ids(),
            company_id=self.job.company_id,
            subjects=() if placed.lead_id is None else (placed.lead_id,),
            import_id=self.job.id,
            row=reading.record.row,
            line=reading.record.line,
            severity=Severity.REJECTED if placed.outcome is Outcome.REJECTED else Severity.WARNING,
            problems=tuple(Problem(code=finding.code, message=finding.sentence) for finding in found),
            cells=shortened(reading.record.cells),
            lead_id=placed.lead_id,
        )

    def _before(self, id: str, working: Working, before: Lead, n: int, row: int) -> LeadBefore:
        earlier = flatten(before)
        names = changed_fields(earlier, working.fields)
        return LeadBefore(
            id=self._ids(),
            company_id=self.job.company_id,
            subjects=(id,),
            import_id=self.job.id,
            n=n,
            row=row,
            lead_id=id,
            fields=names,
            before=to_json(earlier, names),
        )

    def _import_part(self, placement: Placement, n: int) -> ImportPart:
        accepted = [(placed.reading.record.row, placed.lead_id) for placed in placement.placed if placed.lead_id]
        return ImportPart(
            id=self._ids(),
            company_id=self.job.company_id,
            subjects=tuple(dict.fromkeys(lead_id for _, lead_id in accepted)),
            import_id=self.job.id,
            n=n,
            rows=tuple(row for row, _ in accepted),
            targets=tuple(lead_id for _, lead_id in accepted),
            lead_ids=tuple(placement.met),
            created=tuple(id for id, working in placement.leads.items() if working.before is None),
        )


class Overtaken(Exception):
    """The import is no longer where it was: somebody else went on with it, or it was told to end."""


async def parts_of(
    store: Store, company: str, id: str, low: int = 0, high: int | None = None
) -> AsyncIterator[ImportPart]:
    """Yield the parts of an import in row order."""
    after: Position | None = None
    while True:
        page = (
            await store[IMPORT_PARTS]
            .of(company)
            .find(eq={"importId": id}, order=("n",), low=low, high=high, after=after, limit=20)
        )
        for part in page.items:
            yield part
        if page.next is None:
            return
        after = page.next


def _read_alike(one: Import, other: Import) -> bool:
    """Tell whether two imports of one file cut it alike."""
    return (one.encoding, one.delimiter, one.header_row) == (other.encoding, other.delimiter, other.header_row)


def _code(placed: Placed) -> str:
    return placed.reading.refused.code if placed.reading.refused is not None else ""


def _held_before(placement: Placement, placed: Placed, keys: Keys) -> bool:
    """Tell whether the row fell on a stored lead that already is known by the row's e-mail address or external id."""
    before = placement.leads[placed.lead_id].before if placed.lead_id is not None else None
    if before is None:
        return False
    return (keys.email is not None and keys.email == before.email_key) or (
        keys.ext is not None and keys.ext == before.ext_key
    )
