"""Summing up usage on SQLite: a summary over many events against one over few, and the folding that makes it so.

``LEADBRIDGE_BENCH_EVENTS`` sets the larger number of events (default 10,000,000), ``LEADBRIDGE_BENCH_RUNS`` how often
each summary is asked for (default 50).
"""

from __future__ import annotations

import asyncio
import os
import random
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from benchmarks.report import Table, percentile, spread, write
from leadbridge.kit.clock import SystemClock
from leadbridge.kit.ids import object_ids
from leadbridge.storage.batch import Applied, WriteBatch
from leadbridge.storage.sqlite import SqliteEngine
from leadbridge.storage.store import Store
from leadbridge.usage.fold import Folder
from leadbridge.usage.model import KINDS, EventType
from leadbridge.usage.rows import DELTAS, Delta
from leadbridge.usage.summary import Summaries, summary_view
from leadbridge.usage.tally import QUARTER, Key, Tally, quarter_of
from leadbridge.web.envelope import to_json

LARGE = int(os.environ.get("LEADBRIDGE_BENCH_EVENTS", "10000000"))
SMALL = 10_000
RUNS = int(os.environ.get("LEADBRIDGE_BENCH_RUNS", "50"))
COMPANY = "c" * 24
DAYS = 365
DELTAS_WRITTEN = 10_000
LAST = date(2026, 11, 21)
LIMIT_MS = 100


def keys() -> list[Key]:
    """Return what the operations are of: 24 combinations, as many as the smaller number of events has on every day.

    A summary adds up combinations of type, status, CRM and automation, whatever the number of events in them: with
    fewer combinations in one of the two databases, that difference would be measured.
    """
    found: list[Key] = []
    for provider in ("zoho", "salesforce", "hubspot", "dynamics"):
        found += [(EventType.CRM_SYNC.value, "crm", status, provider, "") for status in ("success", "failed")]
        found += [(EventType.TOKEN_REFRESH.value, "auth", "success", provider, "")]
        found += [(EventType.CRM_WEBHOOK_RECEIVED.value, "crm", "success", provider, "")]
    found += [(EventType.LEAD_IMPORT.value, "lead", "success", "", "")]
    found += [(EventType.WORKFLOW_EXECUTED.value, "automation", "success", "", f"{n:024x}") for n in range(6)]
    found += [(EventType.WORKFLOW_EXECUTED.value, "automation", "failed", "", f"{0:024x}")]
    return found


def deltas(events: int, ids: Iterator[str]) -> Iterator[Delta]:
    """Yield ``events`` operations, spread evenly over a year, in 10,000 deltas: one a flush of a busy lane."""
    rng = random.Random(events)
    each = events // DELTAS_WRITTEN
    kinds = keys()
    durations = [int(rng.lognormvariate(5.5, 1.2)) for _ in range(4096)]
    first = quarter_of(datetime.combine(LAST - timedelta(days=DAYS - 1), datetime.min.time(), UTC))
    quarters = DAYS * 24 * 3600 // QUARTER
    for number in range(DELTAS_WRITTEN):
        tally = Tally()
        for place, duration in enumerate(rng.choices(durations, k=each), number * each):
            tally.count(kinds[place % len(kinds)], duration, 1, 3)  # in turn: every day has every combination
        part = tally.part(first + number * quarters // DELTAS_WRITTEN)
        yield Delta(id=next(ids), company_id=COMPANY, parts=(part,))


@dataclass(frozen=True, slots=True)
class Filled:
    """A database with the sums of so many events. Times in milliseconds."""

    events: int
    store: Store
    file: Path
    generated: float
    folds: list[float]
    month: list[float] = field(default_factory=list)
    year: list[float] = field(default_factory=list)

    @property
    def size(self) -> int:
        """Bytes on the disk."""
        return sum(file.stat().st_size for file in self.file.parent.glob(f"{self.file.name}*"))


async def zone(_: str) -> str:
    """Return the zone of every company."""
    return "Europe/Berlin"


async def filled(file: Path, events: int) -> Filled:
    """Generate ``events`` events of one company, write what they add, and fold it."""
    clock = SystemClock()
    ids = object_ids(clock)
    store = Store(SqliteEngine(file), clock, ids, random.Random(1))
    await store.start(KINDS)
    begun = time.perf_counter()
    await _write(store, events, iter(ids, None))
    generated = (time.perf_counter() - begun) * 1000
    folder, folds, more = Folder(store, clock, zone), list[float](), True
    while more:
        begun = time.perf_counter()
        batch = WriteBatch()
        more = (await folder.fold(COMPANY, batch)).more
        refused = not isinstance(await store.write(batch), Applied)
        if refused:
            raise RuntimeError("a fold met another writer")
        folds.append((time.perf_counter() - begun) * 1000)
    return Filled(events, store, file, generated, folds)


async def measure(folder: Path) -> tuple[Filled, Filled]:
    """Fill a small and a large database and ask both in turn, so that both meet the same machine."""
    small, large = await filled(folder / "small.db", SMALL), await filled(folder / "large.db", LARGE)
    for _ in range(RUNS):
        for one in (small, large):
            summaries = Summaries(one.store, SystemClock(), zone)
            one.month.append(await _asked(summaries, LAST - timedelta(days=29), None))
            one.year.append(await _asked(summaries, LAST - timedelta(days=DAYS), one.events))
    for one in (small, large):
        await one.store.close()
    return small, large


async def _write(store: Store, events: int, ids: Iterator[str]) -> None:
    batch = WriteBatch()
    for delta in deltas(events, ids):
        batch.insert(DELTAS, delta)
        if len(batch) == 20:
            await store.write(batch)
            batch = WriteBatch()
    if len(batch):
        await store.write(batch)


async def _asked(summaries: Summaries, start: date, expected: int | None) -> float:
    begun = time.perf_counter()
    end = LAST + timedelta(days=1)  # the last hours of the year, by the company's zone, are the next day's
    view = summary_view(await summaries.read(COMPANY, start, end), start, end)
    to_json(view)
    spent = (time.perf_counter() - begun) * 1000
    if expected is not None and view["totals"]["events"] != expected:
        raise AssertionError(f"{view['totals']['events']} of {expected} events are in the summary")
    return spent


def main() -> None:
    """Measure, write the page, and fail where a summary takes longer than is promised."""
    with tempfile.TemporaryDirectory() as folder:
        small, large = asyncio.run(measure(Path(folder)))
        sizes = {one.events: one.size for one in (small, large)}
    asked = (("30 days", small.month, large.month), ("a year", small.year, large.year))
    rows = [
        (name, f"{one.events:,}", spread(times, " ms"), f"{percentile(times, 0.99):.1f} ms")
        for name, few, many in asked
        for one, times in ((small, few), (large, many))
    ]
    ratios = [percentile(many, 0.5) / percentile(few, 0.5) for _, few, many in asked]
    tables = [
        Table(
            "The summary",
            f"All of `GET /api/v1/automation/usage/summary` but HTTP itself: reading, adding up, writing the JSON. "
            f"{RUNS} times each, of one company with 4 CRMs and 6 automations. Counts are checked against what was "
            f"generated. Both are asked in turn, and both have the same {len(keys())} combinations of type, status, "
            f"CRM and automation on every day: their number counts, not that of events. The larger takes "
            f"{ratios[0]:.2f} times as long over 30 days and {ratios[1]:.2f} times over a year; what is left of a "
            f"difference are the sketches of durations, which span more bins the rarer the durations they have seen, "
            f"up to a fixed number.",
            ("asked for", "events in the year", "time", "p99"),
            tuple(rows),
        ),
        Table(
            "What it was made from",
            f"Operations were generated one by one, with a type, a status and a duration each, counted by the "
            f"same code that counts in the hub, and written as {DELTAS_WRITTEN:,} deltas spread over {DAYS} days; "
            f"then folded as the company's lane does, durably. The documents of single events, which a "
            f"summary never reads, were not written.",
            ("events", "events in a delta", "generating and writing", "folds", "time of a fold", "file"),
            tuple(
                (
                    f"{one.events:,}",
                    f"{one.events // DELTAS_WRITTEN:,}",
                    f"{one.generated / 1000:,.0f} s",
                    f"{len(one.folds):,}",
                    spread(one.folds, " ms"),
                    f"{sizes[one.events] / 1e6:,.0f} MB",
                )
                for one in (small, large)
            ),
        ),
    ]
    write("usage_summary", "Usage summaries on SQLite", "python -m benchmarks usage_summary", tables)
    slowest = max(percentile(times, 0.5) for times in (large.month, large.year))
    if slowest > LIMIT_MS:
        raise SystemExit(f"a summary over {LARGE:,} events took {slowest:.0f} ms; promised are {LIMIT_MS}")
