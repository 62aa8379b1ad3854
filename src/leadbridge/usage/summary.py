"""Usage between two days, summed up: from the rows of the days and what is not folded yet. Never from single events."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from leadbridge.kit.clock import Clock
from leadbridge.kit.errors import InvalidInput
from leadbridge.storage.query import Position
from leadbridge.storage.store import CHUNK, Store
from leadbridge.usage.fold import ZoneOf
from leadbridge.usage.model import Status
from leadbridge.usage.rows import DAYS, DELTAS, FOLDINGS, MONTHS, Cell, DayRow, DaySum, Delta, Folding, MonthRow
from leadbridge.usage.sketch import Sketch
from leadbridge.usage.tally import DaySums, Tally, day_of, whole_months, zone_named

MAX_DAYS = 1100
"""Days in one summary."""
DEFAULT_DAYS = 30
MAX_UNFOLDED = 1000
"""Deltas that a summary reads. Where more wait to be folded it says so."""
_LOOKS = 5
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class Read:
    """What a summary is made of."""

    zone: str
    zone_since: str | None
    complete: bool
    """Whether everything that happened is in it; what is not is added within seconds."""
    total: Tally
    days: DaySums


class Summaries:
    """Reads the sums of a company's days."""

    def __init__(self, store: Store, clock: Clock, zone_of: ZoneOf) -> None:
        self._store, self._clock, self._zone_of = store, clock, zone_of

    async def today(self, company: str) -> date:
        """Return the company's day, in the zone by which its days are cut."""
        return self._clock.now().astimezone(zone_named(await self.zone(company))).date()

    async def zone(self, company: str) -> str:
        """Return the zone by which the company's days are cut."""
        folding = await self._store[FOLDINGS].of(company).get(company)
        return await self._zone_of(company) if folding is None else folding.zone

    async def read(self, company: str, start: date, end: date) -> Read:
        """Return the days from ``start`` to ``end``, both included.

        What is read is one state of the sums: where a fold ends meanwhile, it is read again.
        """
        for look in range(_LOOKS):
            before = await self._store[FOLDINGS].of(company).get(company)
            deltas, all_of_them = await self._deltas(company)
            first, last = whole_months(start, end)
            days = await self._days(company, start, first) + await self._days(company, last, end + timedelta(days=1))
            months = await self._months(company, first, last)
            after = await self._store[FOLDINGS].of(company).get(company)
            if _rev(before) == _rev(after) or look == _LOOKS - 1:
                break
        zone = await self._zone_of(company) if after is None else after.zone
        steady = _rev(before) == _rev(after) and not (after is not None and after.rebuilding)
        since = None if after is None else after.since
        return Read(zone, since, all_of_them and steady, *_added(days, months, deltas, zone, start, end))

    async def _deltas(self, company: str) -> tuple[list[Delta], bool]:
        found: list[Delta] = []
        after: Position | None = None
        while len(found) < MAX_UNFOLDED:
            page = await self._store[DELTAS].of(company).find(limit=CHUNK, after=after)
            found += page.items
            if page.next is None:
                return found, True
            after = page.next
        return found, False

    async def _months(self, company: str, start: date, end: date) -> list[MonthRow]:
        if start >= end:
            return []
        low, high = start.isoformat()[:7], end.isoformat()[:7]
        return (await self._store[MONTHS].of(company).find(order=["month"], low=low, high=high, limit=CHUNK)).items

    async def _days(self, company: str, start: date, end: date) -> list[DayRow]:
        """Return the rows from ``start`` on and before ``end``."""
        if start >= end:
            return []
        low, high = start.isoformat(), end.isoformat()
        found: list[DayRow] = []
        after: Position | None = None
        while True:
            page = await self._store[DAYS].of(company).find(order=["day"], low=low, high=high, limit=CHUNK, after=after)
            found += page.items
            if page.next is None:
                return found
            after = page.next


def asked_days(start: str | None, end: str | None, today: date) -> tuple[date, date]:
    """Return the first and the last day that are asked for; the last 30 days where nothing is said."""
    last = today if end is None else _day("endDate", end)
    first = last - timedelta(days=DEFAULT_DAYS - 1) if start is None else _day("startDate", start)
    if first > last:
        raise InvalidInput(
            f"startDate {first} is after endDate {last}.", code="invalid_period", hint="Swap them; both are included."
        )
    if (last - first).days >= MAX_DAYS:
        raise InvalidInput(
            f"{(last - first).days + 1} days were asked for; at most {MAX_DAYS} are summed up at once.",
            code="invalid_period",
            hint="Ask for one year at a time.",
        )
    return first, last


def _day(name: str, text: str) -> date:
    try:
        if not _DAY.match(text):
            raise ValueError
        return date.fromisoformat(text)
    except ValueError:
        raise InvalidInput(
            f"{name} is not a day.", code="invalid_date", hint="Write it as in 2026-11-22 (year, month, day)."
        ) from None


def _rev(folding: Folding | None) -> int:
    return 0 if folding is None else folding.rev


def _added(
    days: Sequence[DayRow], months: Sequence[MonthRow], deltas: Sequence[Delta], zone: str, start: date, end: date
) -> tuple[Tally, DaySums]:
    total, sums = Tally(), DaySums()
    for month in months:
        total.add(month)
        sums.add_all(month.days)
    for row in days:
        total.add(row)
        sums.add(row.day, row)
    here, low, high = zone_named(zone), start.isoformat(), end.isoformat()
    for delta in deltas:
        for part in delta.parts:
            if low <= (day := day_of(part.quarter, here)) <= high:
                total.add(part)
                sums.add(day, part)
    return total, sums


@dataclass(slots=True)
class _Sum:
    events: int = 0
    successful: int = 0
    failed: int = 0
    api_calls: int = 0
    records: int = 0

    def add(self, cell: Cell) -> None:
        self.events += cell.events
        if cell.status == Status.SUCCESS:
            self.successful += cell.events
        else:
            self.failed += cell.events
        self.api_calls += cell.api_calls
        self.records += cell.records

    def view(self) -> dict[str, int]:
        return {
            "events": self.events,
            "successful": self.successful,
            "failed": self.failed,
            "apiCallsUsed": self.api_calls,
            "recordsProcessed": self.records,
        }


def summary_view(read: Read, start: date, end: date) -> dict[str, Any]:
    """Return a summary as the API shows it."""
    total = read.total
    cells = total.cells
    totals = _summed(cells, lambda cell: "all").get("all", _Sum())
    return {
        "startDate": start.isoformat(),
        "endDate": end.isoformat(),
        "timeZone": read.zone,
        "timeZoneSince": read.zone_since,
        "complete": read.complete,
        "totals": totals.view() | {"leadsCreated": total.leads, "successRate": _share(totals)},
        "byDay": [_day_view(read.days.of(day)) for day in _days(start, end)],
        "byType": _listed("eventType", cells, lambda cell: cell.event_type),
        "byCategory": _listed("category", cells, lambda cell: cell.category),
        "byStatus": _listed("status", cells, lambda cell: cell.status),
        "byProvider": _listed("provider", cells, lambda cell: cell.provider),
        "byAutomation": _listed("automationId", cells, lambda cell: cell.automation_id),
        "durations": _durations(total.sketches),
    }


def _days(start: date, end: date) -> Iterable[str]:
    return ((start + timedelta(days=n)).isoformat() for n in range((end - start).days + 1))


def _day_view(day: DaySum) -> dict[str, Any]:
    total = _Sum(day.events, day.successful, day.events - day.successful, day.api_calls, day.records)
    return {"date": day.day} | total.view() | {"leadsCreated": day.leads}


def _summed(cells: Iterable[Cell], name: Callable[[Cell], str]) -> dict[str, _Sum]:
    sums: dict[str, _Sum] = defaultdict(_Sum)
    for cell in cells:
        if name(cell):
            sums[name(cell)].add(cell)
    return sums


def _listed(key: str, cells: Sequence[Cell], name: Callable[[Cell], str]) -> list[dict[str, Any]]:
    """Return the sums of what has a name, the largest first."""
    sums = sorted(_summed(cells, name).items(), key=lambda item: (-item[1].events, item[0]))
    return [{key: named} | total.view() for named, total in sums]


def _share(total: _Sum) -> str:
    return f"{100 * total.successful / total.events:.2f}" if total.events else "0.00"


def _durations(sketches: Mapping[str, Sketch]) -> dict[str, Any]:
    everything = Sketch()
    for sketch in sketches.values():
        everything.merge(sketch)
    by_type = [
        {"eventType": name, "p50": sketch.quantile(0.5), "p99": sketch.quantile(0.99)}
        for name, sketch in sorted(sketches.items())
    ]
    return {
        "unit": "ms",
        "p50": everything.quantile(0.5),
        "p99": everything.quantile(0.99),
        "byType": by_type,
    }
