"""The store and the work engine on a MongoDB server: ``python -m benchmarks.mongodb mongodb://...``.

Writes ``docs/benchmarks/mongodb.md``. Sizes can be set: ``LEADBRIDGE_BENCH_TASKS`` (waiting tasks, default 20,000),
``LEADBRIDGE_BENCH_SECONDS`` (length of one measurement, default 4) and ``LEADBRIDGE_BENCH_RUNS`` (default 3). Each
measurement has a database of its own, which is dropped.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import sys
from collections.abc import Awaitable, Callable
from typing import TypeVar
from urllib.parse import urlsplit, urlunsplit

from benchmarks import work
from benchmarks.report import Table, percentile, spread, write
from benchmarks.store_writes import DOCUMENTS, measure_on
from leadbridge.storage.batch import WriteBatch
from leadbridge.storage.mongo import MongoEngine
from leadbridge.storage.open import open_engine
from leadbridge.work.enqueue import NewTask
from leadbridge.work.model import KINDS

T = TypeVar("T")

WAITING = int(os.environ.get("LEADBRIDGE_BENCH_TASKS", "20000"))
SECONDS, RUNS = work.SECONDS, work.RUNS
CALLERS = (10, 50)
CHUNK = 400
"""Tasks stored in one batch."""
SAMPLES = 50


async def fill(engine: MongoEngine, tasks: int) -> None:
    """Store ``tasks`` waiting tasks of the busy company, in one lane."""
    bench = work.Bench(engine)
    await bench.store.start(KINDS)
    for start in range(0, tasks, CHUNK):
        batch = WriteBatch()
        asked = [NewTask(company_id=work.BUSY, lane="conn:0", kind="noop") for _ in range(min(CHUNK, tasks - start))]
        await bench.queue.enqueue(batch, *asked)
        await bench.store.write(batch)
    await bench.store.close()


def on_a_database(address: str, measure: Callable[[Callable[[], MongoEngine]], Awaitable[T]]) -> T:
    """Run ``measure`` with a maker of engines on a new database, and drop that."""
    parts = urlsplit(address)
    name = f"leadbridge_bench_{secrets.token_hex(4)}"
    url = urlunsplit(parts._replace(path=f"/{name}"))

    def engine() -> MongoEngine:
        made = open_engine(url)
        if not isinstance(made, MongoEngine):
            raise TypeError("the address is not one of MongoDB")
        return made

    async def run() -> T:
        try:
            return await measure(engine)
        finally:
            last = engine()
            await last.start(())
            await last.client.drop_database(name)
            await last.close()

    return asyncio.run(run())


async def _rate(engine: Callable[[], MongoEngine]) -> float:
    await fill(engine(), WAITING)
    return (await work.rate(engine(), SECONDS))[0]


async def _quiet(engine: Callable[[], MongoEngine]) -> list[float]:
    await fill(engine(), WAITING)
    return await work.quiet(engine(), SAMPLES)


def main(address: str) -> None:
    """Measure, print, and write the page."""
    writes: list[tuple[str, ...]] = []
    for callers in CALLERS:

        async def measured(engine: Callable[[], MongoEngine], callers: int = callers) -> list[float]:
            return await measure_on(engine(), callers, SECONDS)

        runs = [on_a_database(address, measured) for _ in range(RUNS)]
        rates = [len(latencies) / SECONDS for latencies in runs]
        writes.append(
            (
                str(callers),
                spread(rates),
                spread([rate * DOCUMENTS for rate in rates]),
                spread([percentile(latencies, 0.5) * 1000 for latencies in runs], " ms"),
                spread([percentile(latencies, 0.99) * 1000 for latencies in runs], " ms"),
            )
        )
    rates = [on_a_database(address, _rate) for _ in range(RUNS)]
    waits = [on_a_database(address, _quiet) for _ in range(RUNS)]
    latency = tuple(spread([percentile(wait, share) * 1000 for wait in waits], " ms") for share in (0.5, 0.99, 1.0))
    write(
        "mongodb",
        "The store and the work engine on MongoDB",
        "make conformance MONGODB_URI=...",
        [
            Table(
                "Batches of four documents",
                f"Two inserts and two conditional updates in one transaction, majority and journal; {RUNS} runs of "
                f"{SECONDS:.0f} seconds.",
                ("callers", "batches a second", "documents a second", "p50", "p99"),
                tuple(writes),
            ),
            Table(
                "Tasks a second",
                f"Claim, run a handler that does nothing, complete; one lane with {WAITING:,} waiting tasks.",
                ("tasks a second",),
                ((spread(rates),),),
            ),
            Table(
                "The wait of a quiet company",
                f"From the commit of a live task to its start, beside a lane with {WAITING:,} waiting tasks, "
                f"{SAMPLES} tasks a run.",
                ("p50", "p99", "longest"),
                (latency,),
            ),
        ],
    )


if __name__ == "__main__":
    main(sys.argv[1])
