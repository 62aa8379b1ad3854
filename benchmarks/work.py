"""The work engine on SQLite: tasks a second, the wait of a quiet company, several processes on one file.

Sizes can be set: ``LEADBRIDGE_BENCH_TASKS`` (waiting tasks, default 1,000,000), ``LEADBRIDGE_BENCH_SECONDS`` (length of
one measurement, default 4) and ``LEADBRIDGE_BENCH_RUNS`` (default 3).
"""

from __future__ import annotations

import asyncio
import os
import random
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path

import orjson
from prometheus_client import CollectorRegistry

from benchmarks.report import Table, percentile, spread, write
from leadbridge.kit.clock import SystemClock, to_millis
from leadbridge.kit.ids import object_ids
from leadbridge.storage.batch import WriteBatch, WriteResult
from leadbridge.storage.engine import Engine
from leadbridge.storage.sqlite import SqliteEngine
from leadbridge.storage.store import Store
from leadbridge.work.enqueue import LaneForm, NewTask, TaskQueue
from leadbridge.work.handlers import Done, Handler, Handlers, Result, TaskContext
from leadbridge.work.metrics import WorkMetrics
from leadbridge.work.model import KINDS, Queue
from leadbridge.work.schedules import Schedules
from leadbridge.work.worker import Worker, WorkerForm

WAITING = int(os.environ.get("LEADBRIDGE_BENCH_TASKS", "1000000"))
SECONDS = float(os.environ.get("LEADBRIDGE_BENCH_SECONDS", "4"))
RUNS = int(os.environ.get("LEADBRIDGE_BENCH_RUNS", "3"))
BUSY, QUIET = "a" * 24, "b" * 24
FORMS = {"conn": LaneForm(limit=10, quantum=100)}


class TimedStore(Store):
    """A store that notes how long each batch took."""

    def __init__(self, engine: Engine) -> None:
        clock = SystemClock()
        self.clock, self.ids, self.latencies = clock, object_ids(clock), list[float]()
        super().__init__(engine, clock, self.ids, random.Random())

    async def write(self, batch: WriteBatch) -> WriteResult:
        begun = time.perf_counter()
        try:
            return await super().write(batch)
        finally:
            self.latencies.append(time.perf_counter() - begun)


class Bench:
    """A worker whose tasks do nothing."""

    def __init__(self, engine: Engine) -> None:
        self.store = TimedStore(engine)
        self.queue = TaskQueue(self.store, self.store.clock, self.store.ids, FORMS)
        self.ran = 0
        self.last = 0.0
        self.quiet: dict[str, float] = {}
        schedules = Schedules(self.store, self.store.clock, self.store.ids, self.queue)
        handlers = Handlers(Handler("noop", self._noop))
        metrics = WorkMetrics(CollectorRegistry())
        self.worker = Worker(
            self.store, self.store.clock, self.store.ids, random.Random(), handlers, metrics, schedules, WorkerForm()
        )

    async def _noop(self, context: TaskContext) -> Result:
        self.ran += 1
        self.last = time.perf_counter()
        if context.company_id == QUIET:
            self.quiet[context.task.id] = time.perf_counter()
        return Done()


def fill(file: Path, lanes: int, tasks: int) -> None:
    """Put ``tasks`` waiting tasks of the busy company into ``lanes`` lanes, past the engine: it would take minutes."""
    now = to_millis(SystemClock().now())
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        for table, rows in (("tasks", _tasks(lanes, tasks, now)), ("lanes", _lanes(lanes, now))):
            statement = f'INSERT INTO "{table}" (id, company, rev, doc) VALUES (?, ?, 1, ?)'  # noqa: S608
            connection.executemany(statement, rows)
        connection.commit()


def _row(id: str, fields: Mapping[str, object]) -> tuple[str, str, str]:
    return id, BUSY, orjson.dumps({"_id": id, "companyId": BUSY, "rev": 1, "v": 1} | dict(fields)).decode()


def _tasks(lanes: int, tasks: int, now: int) -> Iterator[tuple[str, str, str]]:
    common = {"q": 1, "kind": "noop", "state": "waiting", "attempt": 0, "crashes": 0, "hits": 0, "subjects": []}
    for number in range(tasks):
        due = now - tasks + number
        own = {"lane": f"conn:{number % lanes}", "ref": "{}", "dueAt": due, "firstDueAt": due}
        yield _row(f"{number:024x}", common | own)


def _lanes(lanes: int, now: int) -> Iterator[tuple[str, str, str]]:
    form = FORMS["conn"]
    common = {"state": "delayed", "fence": 0, "at": now, "vt": 0, "limit": form.limit, "quantum": form.quantum}
    for number in range(lanes):
        yield _row(f"conn:{number}", common | {"turn": [], "seen": 0, "subjects": []})


async def prepare(file: Path, lanes: int, tasks: int) -> None:
    """Make the file with its waiting tasks."""
    bench = Bench(SqliteEngine(file))
    await bench.store.start(KINDS)
    await bench.store.close()
    await asyncio.to_thread(fill, file, lanes, tasks)


async def rate(engine: Engine, seconds: float) -> tuple[float, list[float]]:
    """Work for ``seconds``, or until nothing waits; return tasks a second and the latencies of the batches."""
    bench = Bench(engine)
    await bench.store.start(KINDS)
    begun, before = time.perf_counter(), 0
    bench.worker.start()
    while time.perf_counter() - begun < seconds and (bench.ran == 0 or bench.ran > before):
        before = bench.ran
        await asyncio.sleep(0.05)
    ran, taken = bench.ran, bench.last - begun
    await bench.worker.stop()
    await bench.store.close()
    return ran / taken, bench.store.latencies


async def quiet(engine: Engine, samples: int) -> list[float]:
    """Return the seconds from storing a quiet company's task to its start, beside a lane that never ends."""
    bench = Bench(engine)
    await bench.store.start(KINDS)
    bench.worker.start()
    await asyncio.sleep(1)
    asked: dict[str, float] = {}
    for _ in range(samples):
        batch = WriteBatch()
        task = NewTask(company_id=QUIET, lane="conn:quiet", kind="noop", queue=Queue.LIVE)
        (id,) = await bench.queue.enqueue(batch, task)
        await bench.store.write(batch)
        asked[id] = time.perf_counter()
        await asyncio.sleep(random.uniform(0.1, 0.2))
    await asyncio.sleep(1)
    await bench.worker.stop()
    await bench.store.close()
    return [max(0.0, bench.quiet[id] - at) for id, at in asked.items()]


def processes(file: Path, count: int) -> tuple[float, list[float]]:
    """Run ``count`` worker processes on one file; return the tasks a second of all, and their batches' latencies."""
    command = [sys.executable, "-m", "benchmarks.work", str(file), str(SECONDS)]
    children = [subprocess.Popen(command, stdout=subprocess.PIPE) for _ in range(count)]
    answers = [orjson.loads(child.communicate()[0]) for child in children]
    return sum(answer["rate"] for answer in answers), [one for answer in answers for one in answer["latencies"]]


def main() -> None:
    """Measure, print, and write the page."""
    throughput, rates = list[tuple[str, ...]](), dict[str, list[float]]()
    cases = [("1,000 waiting, one lane", 1, 1000), (f"{WAITING:,} waiting, one lane", 1, WAITING)]
    cases.append(("5,000 lanes, 40 waiting in each", 5000, 200_000))
    waits: list[list[float]] = []
    for name, lanes, tasks in cases:
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "hub.db"
            found: list[float] = []
            for number in range(RUNS):
                if number == 0 or tasks <= 1000:
                    file = Path(folder) / f"hub{number}.db"
                    asyncio.run(prepare(file, lanes, tasks))
                found.append(asyncio.run(rate(SqliteEngine(file), SECONDS))[0])
            rates[name] = found
            throughput.append((name, spread(found)))
            if tasks == WAITING:
                waits = [asyncio.run(quiet(SqliteEngine(file), 100)) for _ in range(RUNS)]
    small, large = (sorted(rates[name])[len(rates[name]) // 2] for name, _, _ in cases[:2])
    throughput.append(("ratio of the first to the second", f"{small / large:.2f}"))
    shared: list[tuple[str, ...]] = []
    for count in (1, 2, 4):
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "hub.db"
            asyncio.run(prepare(file, 16, 200_000))
            runs = [processes(file, count) for _ in range(RUNS)]
        shared.append(
            (
                str(count),
                spread([run[0] for run in runs]),
                spread([percentile(run[1], 0.99) * 1000 for run in runs], " ms"),
                spread([max(run[1]) * 1000 for run in runs], " ms"),
            )
        )
    latency = tuple(spread([percentile(wait, share) * 1000 for wait in waits], " ms") for share in (0.5, 0.99, 1.0))
    write(
        "work",
        "The work engine on SQLite",
        "python -m benchmarks work",
        [
            Table(
                "Tasks a second",
                "Claim, run a handler that does nothing, complete, in one process that also holds the store; durable "
                f"commits. {RUNS} runs of at most {SECONDS:.0f} seconds. Lanes run 10 tasks at once and 100 a turn.",
                ("case", "tasks a second"),
                tuple(throughput),
            ),
            Table(
                "The wait of a quiet company",
                f"From the commit of a live task to its start, 100 tasks a run, in the process that meanwhile works on "
                f"a lane of another company with up to {WAITING:,} waiting tasks.",
                ("p50", "p99", "longest"),
                (latency,),
            ),
            Table(
                "Worker processes on one file",
                "The same tasks in 16 lanes, worked on by several processes; latency is that of one batch of changes, "
                "the wait for the other processes included.",
                ("processes", "tasks a second, all together", "batch p99", "batch longest"),
                tuple(shared),
            ),
        ],
    )


if __name__ == "__main__":
    answer, latencies = asyncio.run(rate(SqliteEngine(Path(sys.argv[1])), float(sys.argv[2])))
    sys.stdout.buffer.write(orjson.dumps({"rate": answer, "latencies": latencies}))
