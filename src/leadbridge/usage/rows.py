"""Documents of the counts: what each batch adds, and the sums by quarter hour and by day that it is folded into."""

from __future__ import annotations

from datetime import datetime

import msgspec

from leadbridge.kit.document import LeanDocument
from leadbridge.storage.kind import Index, Kind


class Cell(msgspec.Struct, frozen=True, array_like=True):
    """Sums of the operations that agree in the first five. An empty text: none."""

    event_type: str
    category: str
    status: str
    provider: str
    automation_id: str
    events: int
    api_calls: int
    records: int


class Timing(msgspec.Struct, frozen=True, array_like=True):
    """How long the operations of one type took: the stored form of a ``Sketch``."""

    event_type: str
    sketch: str


class Part(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What is added to one quarter hour."""

    quarter: int
    """Quarter hours since 1970."""
    cells: tuple[Cell, ...] = ()
    timings: tuple[Timing, ...] = ()
    leads: int = 0
    """Leads made; no operation of its own."""


class Delta(LeanDocument, frozen=True, kw_only=True):
    """What one batch adds to the counts; deleted when it is folded. Nobody waits for anybody to write one."""

    parts: tuple[Part, ...]


class QuarterRow(LeanDocument, frozen=True, kw_only=True):
    """The sums of a quarter hour. ``_id`` is ``<company>:<quarter>``."""

    at: datetime
    quarter: int
    cells: tuple[Cell, ...]
    timings: tuple[Timing, ...]
    leads: int


class DayRow(LeanDocument, frozen=True, kw_only=True):
    """The sums of a day of the company's time zone. ``_id`` is ``<company>:<day>``, ``day`` is ``2026-11-22``."""

    day: str
    cells: tuple[Cell, ...]
    timings: tuple[Timing, ...]
    leads: int


class DaySum(msgspec.Struct, frozen=True, array_like=True):
    """What a month's row tells of one of its days."""

    day: str
    events: int
    successful: int
    api_calls: int
    records: int
    leads: int


class MonthRow(LeanDocument, frozen=True, kw_only=True):
    """The sums of a month of the company's time zone: what makes a summary over years as quick as one over weeks.

    ``_id`` is ``<company>:<month>``, ``month`` is ``2026-11``.
    """

    month: str
    cells: tuple[Cell, ...]
    timings: tuple[Timing, ...]
    leads: int
    days: tuple[DaySum, ...]


class Folding(LeanDocument, frozen=True, kw_only=True):
    """How far a company's counts are folded. ``_id`` is the company's; every fold raises ``rev``."""

    zone: str
    since: str | None = None
    """The first day that is cut by ``zone``; earlier ones were cut by the zone before. Absent: all days."""
    first: int | None = None
    """The earliest quarter hour that was ever counted."""
    rebuilding: bool = False


DELTAS = Kind("usage_deltas", Delta)
QUARTERS = Kind("usage_quarters", QuarterRow, (Index("at", ("companyId", "at")),))
DAYS = Kind("usage_days", DayRow, (Index("day", ("companyId", "day")),))
MONTHS = Kind("usage_months", MonthRow, (Index("month", ("companyId", "month")),))
FOLDINGS = Kind("usage_foldings", Folding)
KINDS = (DELTAS, QUARTERS, DAYS, MONTHS, FOLDINGS)
