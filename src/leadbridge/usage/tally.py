"""Adding up counts. Pure: from events to the part of a delta, from parts to the sums of a quarter hour and of a day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from leadbridge.usage.model import UsageEvent
from leadbridge.usage.rows import Cell, DayRow, Part, QuarterRow, Timing
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
        self._sum(key, 1, api_calls, records)
        self._timings[key[0]].add(milliseconds)

    def add(self, part: Part | QuarterRow | DayRow) -> None:
        """Count all that ``part`` has counted."""
        for cell in part.cells:
            key = (cell.event_type, cell.category, cell.status, cell.provider, cell.automation_id)
            self._sum(key, cell.events, cell.api_calls, cell.records)
        for timing in part.timings:
            self._timings[timing.event_type].merge(Sketch.from_text(timing.sketch))
        self.leads += part.leads

    def merge(self, other: Tally) -> None:
        """Count all that ``other`` has counted."""
        for key, sums in other._cells.items():
            self._sum(key, *sums)
        for name, sketch in other._timings.items():
            self._timings[name].merge(sketch)
        self.leads += other.leads

    def _sum(self, key: Key, events: int, api_calls: int, records: int) -> None:
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
        """The sums, in a fixed order."""
        return tuple(Cell(*key, *sums) for key, sums in sorted(self._cells.items()))

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


def parts_of(events: Iterable[UsageEvent]) -> tuple[Part, ...]:
    """Return what ``events`` add, by quarter hour."""
    tallies: dict[int, Tally] = defaultdict(Tally)
    for event in events:
        tallies[quarter_of(event.created_at)].count(
            key_of(event), event.metadata.duration, event.metrics.api_calls_used, event.metrics.records_processed
        )
    return tuple(tally.part(quarter) for quarter, tally in sorted(tallies.items()))


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


def month_of(day: date) -> tuple[date, date]:
    """Return the first and the last day of the month of ``day``."""
    first = day.replace(day=1)
    return first, (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)
