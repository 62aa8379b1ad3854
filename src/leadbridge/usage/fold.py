"""Folding what batches added into quarter hours and days, in the lane of the company that owns the sums."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import msgspec
import structlog

from leadbridge.kit.clock import Clock
from leadbridge.storage.batch import Applied, Insert, Replace, WriteBatch
from leadbridge.storage.kind import to_json
from leadbridge.storage.query import Position
from leadbridge.storage.store import CHUNK, Contention, Store
from leadbridge.usage.rows import (
    DAYS,
    DELTAS,
    FOLDINGS,
    MONTHS,
    QUARTERS,
    DayRow,
    Delta,
    Folding,
    MonthRow,
    Part,
    QuarterRow,
)
from leadbridge.usage.tally import DaySums, Tally, day_of, quarter_of, start_of, zone_named

QUARTERS_KEPT = timedelta(days=100)
"""As long as a quarter hour is kept, days can be cut anew for another time zone."""
MAX_DELTAS = 300
MAX_QUARTERS = 400
MAX_DAYS = 20
MAX_BYTES = 2 * 1024 * 1024
"""Of what one fold writes; half of what a batch holds."""
MAX_READ = 512 * 1024
"""Bytes of the deltas that one fold takes, so that it holds up nobody else for long."""
DAYS_REBUILT = 10
"""Days written by one batch of a rebuild."""

ZoneOf = Callable[[str], Awaitable[str]]
"""Returns the name of a company's time zone."""

log = structlog.get_logger("leadbridge.usage")


@dataclass(frozen=True, slots=True)
class Folded:
    """What a fold did: how many deltas it took, and whether there are more."""

    deltas: int
    more: bool


class Folder:
    """Folds deltas. The lane of the company sees to it that one does so at a time; ``rev`` of ``Folding`` proves it."""

    def __init__(self, store: Store, clock: Clock, zone_of: ZoneOf) -> None:
        self._store, self._clock, self._zone_of = store, clock, zone_of

    async def waiting(self, after: str | None) -> tuple[list[str], str | None]:
        """Return companies with something to fold, and after which to go on (None: that was all)."""
        found: list[str] = []
        low = after
        while len(found) < CHUNK:
            page = await self._store[DELTAS].across_companies().find(order=["companyId"], low=low, limit=1)
            if not page.items:
                return found, None
            found.append(page.items[0].company_id)
            low = page.items[0].company_id + "\x01"  # behind the company's own id, before every other
        return found, low

    async def fold(self, company: str, batch: WriteBatch) -> Folded:
        """Add to ``batch`` the fold of the oldest deltas of a company, and first follow a change of its time zone."""
        folding = await self._folding(company)
        deltas = (await self._store[DELTAS].of(company).find(limit=MAX_DELTAS + 1)).items
        if not deltas:
            return Folded(0, more=False)
        zone = zone_named(folding.zone)
        taken = _first_of(deltas, zone)
        while True:
            part = await self._part(company, folding, taken, zone)
            if len(taken) == 1 or _bytes(part) <= MAX_BYTES:
                break
            taken = taken[: len(taken) // 2]
        batch.operations.extend(part.operations)
        batch.touched |= part.touched
        return Folded(len(taken), more=len(taken) < len(deltas))

    async def _part(self, company: str, folding: Folding, taken: list[Delta], zone: ZoneInfo) -> WriteBatch:
        """Return the fold of ``taken`` as a batch."""
        batch = WriteBatch()
        by_quarter: dict[int, Tally] = defaultdict(Tally)
        by_day: dict[str, Tally] = defaultdict(Tally)
        by_month: dict[str, _Month] = defaultdict(_Month)
        for delta in taken:
            for part in delta.parts:
                day = day_of(part.quarter, zone)
                by_quarter[part.quarter].add(part)
                by_day[day].add(part)
                by_month[day[:7]].add(day, part)
            batch.delete(DELTAS, company, delta.id, rev=delta.rev)
        await self._add_quarters(company, batch, by_quarter)
        await self._add_days(company, batch, by_day)
        await self._add_months(company, batch, by_month)
        first = min(by_quarter, default=None)
        if first is not None and (folding.first is None or first < folding.first):
            folding = _with(folding, first=first)
        _put(batch, folding)
        return batch

    async def _folding(self, company: str) -> Folding:
        """Return how far the company is, with the days cut by its present time zone."""
        zone = await self._zone_of(company)
        folding = await self._store[FOLDINGS].of(company).get(company)
        if folding is None:
            return Folding(id=company, company_id=company, zone=zone)
        if folding.zone == zone and not folding.rebuilding:
            return folding
        return await self._rebuild(folding, zone)

    async def _add_quarters(self, company: str, batch: WriteBatch, tallies: Mapping[int, Tally]) -> None:
        held = await self._store[QUARTERS].of(company).get_many([f"{company}:{quarter}" for quarter in tallies])
        for quarter, tally in tallies.items():
            before = held.get(f"{company}:{quarter}")
            if before is not None:
                tally.add(before)
            row = QuarterRow(
                id=f"{company}:{quarter}",
                company_id=company,
                rev=0 if before is None else before.rev,
                at=start_of(quarter),
                quarter=quarter,
                cells=tally.cells,
                timings=tally.timings,
                leads=tally.leads,
            )
            batch.insert(QUARTERS, row) if before is None else batch.replace(QUARTERS, row)

    async def _add_days(self, company: str, batch: WriteBatch, tallies: Mapping[str, Tally]) -> None:
        held = await self._store[DAYS].of(company).get_many([f"{company}:{day}" for day in tallies])
        for day, tally in tallies.items():
            before = held.get(f"{company}:{day}")
            if before is not None:
                tally.add(before)
            row = _day_row(company, day, tally, 0 if before is None else before.rev)
            batch.insert(DAYS, row) if before is None else batch.replace(DAYS, row)

    async def _add_months(self, company: str, batch: WriteBatch, months: Mapping[str, _Month]) -> None:
        held = await self._store[MONTHS].of(company).get_many([f"{company}:{month}" for month in months])
        for name, month in months.items():
            before = held.get(f"{company}:{name}")
            if before is not None:
                month.tally.add(before)
                month.days.add_all(before.days)
            _put_month(batch, company, name, month, before)

    async def _rebuild(self, folding: Folding, zone_name: str) -> Folding:
        """Cut the days anew for another zone, as far back as there are quarter hours; return the state after it.

        Repeating one that was cut off is safe: every day is written as the whole sum of its quarter hours, and no delta
        is folded meanwhile.
        """
        company, zone = folding.company_id, zone_named(zone_name)
        folding = await self._store_state(_with(folding, rebuilding=True))
        tallies, since = await self._days_of_quarters(folding, zone)
        old = await self._days_from(company, since)
        days = sorted(set(tallies) | set(old))
        for start in range(0, len(days), DAYS_REBUILT):
            batch = WriteBatch()
            for day in days[start : start + DAYS_REBUILT]:
                before = old.get(day)
                if day not in tallies:
                    batch.delete(DAYS, company, f"{company}:{day}", rev=old[day].rev)
                    continue
                row = _day_row(company, day, tallies[day], 0 if before is None else before.rev)
                batch.insert(DAYS, row) if before is None else batch.replace(DAYS, row)
            if not isinstance(await self._store.write(batch), Applied):
                raise Contention("The days of the usage were changed while they were cut anew.")
        await self._rebuild_months(company, since)
        log.info("usage_days_rebuilt", company=company, zone=zone_name, days=len(days), since=since)
        whole = folding.first is None or since <= day_of(folding.first, zone)
        return await self._store_state(_with(folding, zone=zone_name, since=None if whole else since, rebuilding=False))

    async def _rebuild_months(self, company: str, since: str) -> None:
        """Sum up the months anew from the one of ``since`` on."""
        months: dict[str, _Month] = defaultdict(_Month)
        for day, row in (await self._days_from(company, f"{since[:7]}-01")).items():
            months[day[:7]].add(day, row)
        old = (await self._store[MONTHS].of(company).find(order=["month"], low=since[:7], limit=CHUNK)).items
        held = {row.month: row for row in old}
        batch = WriteBatch()
        for name in sorted(set(months) | set(held)):
            if name in months:
                _put_month(batch, company, name, months[name], held.get(name))
            else:
                batch.delete(MONTHS, company, f"{company}:{name}", rev=held[name].rev)
        if not isinstance(await self._store.write(batch), Applied):
            raise Contention("The months of the usage were changed while they were summed up anew.")

    async def _days_of_quarters(self, folding: Folding, zone: ZoneInfo) -> tuple[dict[str, Tally], str]:
        """Return the days that all quarter hours are there of, and the first such day."""
        oldest = quarter_of(self._clock.now() - QUARTERS_KEPT + timedelta(days=1))
        if folding.first is None or folding.first >= oldest:
            since = min(day_of(folding.first or oldest, here) for here in (zone, zone_named(folding.zone)))
        else:
            since = (date.fromisoformat(day_of(oldest, zone)) + timedelta(days=1)).isoformat()
        tallies: dict[str, Tally] = defaultdict(Tally)
        after: Position | None = None
        while True:
            page = await self._store[QUARTERS].of(folding.company_id).find(order=["at"], limit=CHUNK, after=after)
            for row in page.items:
                if (day := day_of(row.quarter, zone)) >= since:
                    tallies[day].add(row)
            if page.next is None:
                return tallies, since
            after = page.next

    async def _days_from(self, company: str, since: str) -> dict[str, DayRow]:
        held: dict[str, DayRow] = {}
        after: Position | None = None
        while True:
            page = await self._store[DAYS].of(company).find(order=["day"], low=since, limit=CHUNK, after=after)
            held |= {row.day: row for row in page.items}
            if page.next is None:
                return held
            after = page.next

    async def _store_state(self, folding: Folding) -> Folding:
        batch = WriteBatch()
        _put(batch, folding)
        if not isinstance(await self._store.write(batch), Applied):
            raise Contention("Another process folds the usage of this company.")
        return _with(folding, rev=folding.rev + 1)


class _Month:
    """The sums of a month under way."""

    __slots__ = ("days", "tally")

    def __init__(self) -> None:
        self.tally = Tally()
        self.days = DaySums()

    def add(self, day: str, part: Part | DayRow) -> None:
        self.tally.add(part)
        self.days.add(day, part)


def _put_month(batch: WriteBatch, company: str, name: str, month: _Month, before: MonthRow | None) -> None:
    row = MonthRow(
        id=f"{company}:{name}",
        company_id=company,
        rev=0 if before is None else before.rev,
        month=name,
        cells=month.tally.cells,
        timings=month.tally.timings,
        leads=month.tally.leads,
        days=month.days.all(),
    )
    batch.insert(MONTHS, row) if before is None else batch.replace(MONTHS, row)


def _bytes(batch: WriteBatch) -> int:
    return sum(len(to_json(one.body, one.kind.name)) for one in batch.operations if isinstance(one, Insert | Replace))


def _first_of(deltas: list[Delta], zone: ZoneInfo) -> list[Delta]:
    """Return the first deltas that one batch can take; always at least one."""
    quarters: set[int] = set()
    days: set[str] = set()
    size = 0
    for place, delta in enumerate(deltas[:MAX_DELTAS]):
        size += len(msgspec.json.encode(delta.parts))
        quarters |= {part.quarter for part in delta.parts}
        days |= {day_of(part.quarter, zone) for part in delta.parts}
        if place and (len(quarters) > MAX_QUARTERS or len(days) > MAX_DAYS or size > MAX_READ):
            return deltas[:place]
    return deltas[:MAX_DELTAS]


def _day_row(company: str, day: str, tally: Tally, rev: int) -> DayRow:
    return DayRow(
        id=f"{company}:{day}",
        company_id=company,
        rev=rev,
        day=day,
        cells=tally.cells,
        timings=tally.timings,
        leads=tally.leads,
    )


def _put(batch: WriteBatch, folding: Folding) -> None:
    if folding.rev:
        batch.replace(FOLDINGS, folding)
    else:
        batch.insert(FOLDINGS, folding)


def _with(folding: Folding, **changes: object) -> Folding:
    return msgspec.structs.replace(folding, **changes)
