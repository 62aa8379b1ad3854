"""Processes that write one SQLite file, with and without the queue of writers: rate, and how long a commit waits.

Each process writes batches of 20 documents, one after the other, each a durable commit of its own.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import random
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.report import Table, percentile, spread, write
from benchmarks.store_writes import COMPANY, EVENTS, KINDS, Event
from leadbridge.kit.clock import SystemClock
from leadbridge.kit.ids import object_ids
from leadbridge.storage.batch import Applied, WriteBatch
from leadbridge.storage.sqlite import SqliteEngine
from leadbridge.storage.sqlite.turns import Turns
from leadbridge.storage.store import Store

RUNS = 2
SECONDS = 3.0
PROCESSES = (1, 2, 4)
ROWS = 20


class NoTurns(Turns):
    """Everybody's turn at once: SQLite's own waiting decides."""

    def take(self) -> bool:
        """Return at once."""
        return True

    def give_back(self) -> None:
        """Do nothing."""


async def _write(file: Path, queued: bool, ready: Any, told: Any) -> None:
    clock = SystemClock()
    ids = object_ids(clock)
    engine = SqliteEngine(file, turns=Turns if queued else NoTurns)
    store = Store(engine, clock, ids, random.Random(1))
    await store.start(KINDS)
    ready.wait()
    waits: list[float] = []
    until = time.perf_counter() + SECONDS
    while time.perf_counter() < until:
        batch = WriteBatch()
        for _ in range(ROWS):
            id = ids()
            at = "2026-01-01T00:00:00.000Z"
            batch.insert(EVENTS, Event(id=id, company_id=COMPANY, type="lead.updated", created_at=at, lead_id=id))
        begun = time.perf_counter()
        assert isinstance(await store.write(batch), Applied)
        waits.append(time.perf_counter() - begun)
    told.put(waits)
    await store.close()


def _process(file: Path, queued: bool, ready: Any, told: Any) -> None:
    asyncio.run(_write(file, queued, ready, told))


def _measured(processes: int, queued: bool) -> list[list[float]]:
    """Return for each process the seconds that its commits took."""
    context = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory() as folder:
        ready, told = context.Barrier(processes), context.Queue()
        children = [
            context.Process(target=_process, args=(Path(folder) / "store.db", queued, ready, told))
            for _ in range(processes)
        ]
        for child in children:
            child.start()
        found = [told.get(timeout=60) for _ in children]
        for child in children:
            child.join()
    return found


def main() -> None:
    """Measure, print, and write the page."""
    rows: list[tuple[str, ...]] = []
    for processes in PROCESSES:
        for queued in (False, True):
            runs = [_measured(processes, queued) for _ in range(RUNS)]
            together = [[wait for waits in run for wait in waits] for run in runs]
            rows.append(
                (
                    f"{processes}, {'in turn' if queued else 'as SQLite waits'}",
                    spread([len(waits) / SECONDS for waits in together]),
                    spread([min(map(len, run)) / max(map(len, run)) * 100 for run in runs], " %"),
                    spread([percentile(waits, 0.5) * 1000 for waits in together], " ms"),
                    spread([percentile(waits, 0.99) * 1000 for waits in together], " ms"),
                    spread([max(waits) * 1000 for waits in together], " ms"),
                )
            )
    table = Table(
        "Commits of 20 documents",
        f"Each process writes one batch after the other; {RUNS} runs of {SECONDS:.0f} seconds on a fresh file. The "
        "share is what the slowest process got of what the fastest did.",
        ("processes", "commits a second", "share", "p50", "p99", "longest"),
        tuple(rows),
    )
    write("store_processes", "Several processes on one SQLite file", "python -m benchmarks store_processes", [table])
