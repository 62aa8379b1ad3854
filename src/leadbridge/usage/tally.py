"""Adding up counts. Pure: from events to the part of a delta, from parts to the sums of a quarter hour and of a day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from leadbridge.usage.model import Status, UsageEvent
from leadbridge.usage.rows import Cell, DayRow, DaySum, MonthRow, Part, QuarterRow, Timing
from leadbridge.usage.sketch import Sketch

QUARTER = 15 * 60
MAX_CELLS = 1200
"""Different cells in one row; beyond, automations are counted together as ``OTHER``, so that a row stays small."""
OTHER = "other"

Key = tuple[str, str, str, str, str]


class Tally:
    """Sums under way: cells by what they are of, sketches by type, leads made."""

    __slots__ = ("_cells", "_timings", "leads")

    def __init__(self) -> None:
        self._cells: dict[Key, list[int]] = {}
        self._timings: dict[str, Sketch] = defaultdict(Sketch)
        self.leads = 0

    def count(self, key: Key, milliseconds: int, api_calls: int, records: int) -> None:
        """Count one operation."""
        self.add_sums(key, 1, api_calls, records)
        self._timings[key[0]].add(milliseconds)

    def add(self, part: Part | QuarterRow | DayRow | MonthRow) -> None:
        """Count all that ``part`` has counted."""
        for cell in part.cells:
            key = (cell.event_type, cell.category, cell.status, cell.provider, cell.automation_id)
            self.add_sums(key, cell.events, cell.api_calls, cell.records)
        for timing in part.timings:
            self._timings[timing.event_type].merge(Sketch.from_text(timing.sketch))
        self.leads += part.leads

    def add_sums(self, key: Key, events: int, api_calls: int, records: int) -> None:
        """Add sums, which are below zero where something is taken back."""
        held = self._cells.get(key)
        if held is None and key[4] and len(self._cells) >= MAX_CELLS:
            key = (*key[:4], OTHER)
            held = self._cells.get(key)
        if held is None:
            self._cells[key] = [events, api_calls, records]
        else:
            held[0] += events
            held[1] += api_calls
            held[2] += records

    @property
    def cells(self) -> tuple[Cell, ...]:
        """The sums, in a fixed order; without those of which all was taken back."""
        return tuple(Cell(*key, *sums) for key, sums in sorted(self._cells.items()) if any(sums))

    @property
    def timings(self) -> tuple[Timing, ...]:
        """The sketches, in a fixed order."""
        return tuple(Timing(name, sketch.to_text()) for name, sketch in sorted(self._timings.items()))

    @property
    def sketches(self) -> Mapping[str, Sketch]:
        """The sketches by type."""
        return self._timings

    def part(self, quarter: int) -> Part:
        """Return the sums as what is added to ``quarter``."""
        return Part(quarter=quarter, cells=self.cells, timings=self.timings, leads=self.leads)


class DaySums:
    """The sums of days, without what they are made of."""

    __slots__ = ("_days",)

    def __init__(self, days: Iterable[DaySum] = ()) -> None:
        self._days: dict[str, list[int]] = {}
        self.add_all(days)

    def add(self, day: str, part: Part | DayRow) -> None:
        """Count all that ``part`` has counted on ``day``."""
        events = successful = api_calls = records = 0
        for cell in part.cells:
            events += cell.events
            successful += cell.events if cell.status == Status.SUCCESS else 0
            api_calls += cell.api_calls
            records += cell.records
        self._add(day, events, successful, api_calls, records, part.leads)

    def add_all(self, days: Iterable[DaySum]) -> None:
        """Count days that were summed up before."""
        for one in days:
            self._add(one.day, one.events, one.successful, one.api_calls, one.records, one.leads)

    def _add(self, day: str, *sums: int) -> None:
        held = self._days.get(day)
        self._days[day] = list(sums) if held is None else [a + b for a, b in zip(held, sums, strict=True)]

    def of(self, day: str) -> DaySum:
        """Return the sums of a day; zeros where nothing happened."""
        return DaySum(day, *self._days.get(day, (0, 0, 0, 0, 0)))

    def all(self) -> tuple[DaySum, ...]:
        """Return the days on which something happened, in their order."""
        return tuple(self.of(day) for day in sorted(self._days))


def parts_of(events: Iterable[UsageEvent]) -> tuple[Part, ...]:
    """Return what ``events`` add, by quarter hour."""
    tallies: dict[int, Tally] = defaultdict(Tally)
    for event in events:
        tallies[quarter_of(event.created_at)].count(
            key_of(event), event.metadata.duration, event.metrics.api_calls_used, event.metrics.records_processed
        )
    return tuple(tally.part(quarter) for quarter, tally in sorted(tallies.items()))


def correction(counted: UsageEvent, true: UsageEvent) -> Part:
    """Return what puts the sums right after ``counted`` was counted, where ``true`` is what it should have been.

    It belongs to the quarter hour in which the event was counted, so that no sum of any period is ever below zero.
    How long the operation took is left as it is.
    """
    tally = Tally()
    for event, sign in ((counted, -1), (true, 1)):
        tally.add_sums(key_of(event), sign, sign * event.metrics.api_calls_used, sign * event.metrics.records_processed)
    return tally.part(quarter_of(counted.created_at))


def key_of(event: UsageEvent) -> Key:
    """Return what an event is counted under."""
    return event.event_type, event.category, event.status, event.provider or "", event.automation_id or ""


def quarter_of(moment: datetime) -> int:
    """Return the quarter hour of a moment, counted from 1970."""
    return int(moment.timestamp()) // QUARTER


def start_of(quarter: int) -> datetime:
    """Return when a quarter hour begins."""
    return datetime.fromtimestamp(quarter * QUARTER, UTC)


def day_of(quarter: int, zone: ZoneInfo) -> str:
    """Return the day of ``zone`` on which a quarter hour lies. Zones are whole quarter hours away from UTC."""
    return start_of(quarter).astimezone(zone).date().isoformat()


def zone_named(name: str) -> ZoneInfo:
    """Return a time zone; UTC for a name that this machine's data do not know."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def whole_months(start: date, end: date) -> tuple[date, date]:
    """Return from which day on, and before which one, the days from ``start`` to ``end`` are whole months.

    Where no month is whole both are the day after ``end``.
    """
    after = end + timedelta(days=1)
    first = start if start.day == 1 else month_of(start)[1] + timedelta(days=1)
    last = after.replace(day=1)
    return (first, last) if first < last else (after, after)


def month_of(day: date) -> tuple[date, date]:
    """Return the first and the last day of the month of ``day``."""
    first = day.replace(day=1)
    return first, (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)
