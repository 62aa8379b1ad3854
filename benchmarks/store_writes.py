"""Durable writes a second of the SQLite engine, beside one commit a batch and beside bare ``executemany``.

A batch is what a change of a lead with an event and a task costs: two inserts, two conditional updates, four kinds
with eight indexes in all besides the ids. Every commit waits for the disk (``synchronous=FULL``).
"""

from __future__ import annotations

import asyncio
import random
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TypeVar

import orjson

from benchmarks.report import Table, percentile, spread, write
from leadbridge.kit.clock import SystemClock
from leadbridge.kit.document import LeanDocument
from leadbridge.kit.ids import object_ids
from leadbridge.kit.values import Value
from leadbridge.storage.batch import Applied, Expect, Insert, Operation, Patch, WriteBatch
from leadbridge.storage.engine import Engine
from leadbridge.storage.kind import Index, Kind
from leadbridge.storage.sqlite import SqliteEngine
from leadbridge.storage.sqlite.connection import open_store
from leadbridge.storage.store import Store

T = TypeVar("T")

COMPANY = "5f0000000000000000000001"
RUNS = 3
SECONDS = 4.0
CALLERS = (50, 200)
DOCUMENTS = 4


class Lead(LeanDocument, frozen=True, kw_only=True, rename="camel"):
    name: str
    email_key: str
    created_at: str
    note: str


class Event(LeanDocument, frozen=True, kw_only=True, rename="camel"):
    type: str
    created_at: str
    lead_id: str


class Task(LeanDocument, frozen=True, kw_only=True, rename="camel"):
    lane: str
    at: int
    job: str


class Lane(LeanDocument, frozen=True, kw_only=True, rename="camel"):
    state: str
    at: int
    vt: int


LEADS = Kind(
    "leads",
    Lead,
    (Index("email", ("companyId", "emailKey"), unique=True), Index("created", ("companyId", "createdAt"))),
)
EVENTS = Kind("events", Event, (Index("created", ("companyId", "createdAt")),))
TASKS = Kind("tasks", Task, (Index("lane", ("lane", "at")),), tenant=False)
LANES = Kind("lanes", Lane, (Index("ready", ("state", "vt")), Index("due", ("state", "at"))), tenant=False)
KINDS = (LEADS, EVENTS, TASKS, LANES)
NOTE = "The last call was friendly; wants an offer for twelve seats before the end of the quarter. " * 3


class Workload:
    """Callers who each change their own lead and lane, so that no batch conflicts."""

    def __init__(self, store: Store, engine: Engine, ids: Callable[[], str], *, typed: bool) -> None:
        self.store = store
        self.engine = engine
        self.ids = ids
        self.typed = typed
        self.latencies: list[float] = []

    async def caller(self, number: int, until: float, gate: asyncio.Semaphore) -> None:
        lead, lane, rev = self.ids(), f"lane:{number}", 1
        first = WriteBatch().insert(
            LEADS,
            Lead(
                id=lead, company_id=COMPANY, name=f"Lead {number}", email_key=f"lead{number}@example.com",
                created_at="2026-01-01T00:00:00.000Z", note=NOTE,
            ),
        ).insert(LANES, Lane(id=lane, company_id=COMPANY, state="owned", at=0, vt=0))  # fmt: skip
        assert isinstance(await self.store.write(first), Applied)
        while time.perf_counter() < until:
            async with gate:
                begun = time.perf_counter()
                if self.typed:
                    result = await self.store.write(self.batch(number, lead, lane, rev))
                else:
                    result = await self.engine.write(self.ids(), self.bare_batch(number, lead, lane, rev), ())
                self.latencies.append(time.perf_counter() - begun)
            assert isinstance(result, Applied), result
            rev += 1

    def batch(self, number: int, lead: str, lane: str, rev: int) -> WriteBatch:
        at = f"2026-01-01T00:00:{rev % 60:02}.{number % 1000:03}Z"
        event = Event(id=self.ids(), company_id=COMPANY, type="lead.updated", created_at=at, lead_id=lead)
        task = Task(id=self.ids(), company_id=COMPANY, lane=lane, at=rev, job="deliver")
        return (
            WriteBatch()
            .patch(LEADS, COMPANY, lead, values={"name": f"Lead {number}.{rev}"}, rev=rev)
            .patch(LANES, None, lane, values={"at": rev, "vt": rev * 7}, where={"state": "owned", "rev": rev})
            .insert(EVENTS, event)
            .insert(TASKS, task)
        )

    def bare_batch(self, number: int, lead: str, lane: str, rev: int) -> list[Operation]:
        """Return the operations of ``batch`` as the engine gets them, without the typed port's own work."""
        at = f"2026-01-01T00:00:{rev % 60:02}.{number % 1000:03}Z"
        new: dict[str, Value] = {"companyId": COMPANY, "rev": 1, "v": 1}
        event, task = self.ids(), self.ids()
        return [
            Patch(LEADS, lead, COMPANY, {"name": f"Lead {number}.{rev}"}, (), Expect(rev)),
            Patch(LANES, lane, None, {"at": rev, "vt": rev * 7}, (), Expect(None, {"state": "owned", "rev": rev})),
            Insert(EVENTS, event, {"_id": event, "type": "lead.updated", "createdAt": at, "leadId": lead, **new}),
            Insert(TASKS, task, {"_id": task, "lane": lane, "at": rev, "job": "deliver", **new}),
        ]


async def measure(
    folder: Path, callers: int, seconds: float, *, at_once: int | None = None, typed: bool = True
) -> list[float]:
    """Return the seconds each batch took, with ``callers`` at work and ``at_once`` of them let into the store."""
    engine = SqliteEngine(folder / "store.db")
    return await measure_on(engine, callers, seconds, at_once=at_once, typed=typed)


async def measure_on(
    engine: Engine, callers: int, seconds: float, *, at_once: int | None = None, typed: bool = True
) -> list[float]:
    """As ``measure``, on any engine that was not started yet."""
    clock = SystemClock()
    ids = object_ids(clock)
    store = Store(engine, clock, ids, random.Random(1))
    await store.start(KINDS)
    try:
        load = Workload(store, engine, ids, typed=typed)
        gate = asyncio.Semaphore(at_once or callers)
        until = time.perf_counter() + seconds
        await asyncio.gather(*(load.caller(number, until, gate) for number in range(callers)))
    finally:
        await store.close()
    return load.latencies


def bare(folder: Path, seconds: float) -> float:
    """Return documents a second of ``executemany`` into the same tables and indexes, 1,000 a commit."""
    ids = object_ids(SystemClock())
    connection = open_store(folder / "bare.db", KINDS)
    rows, number, begun = 0, 0, time.perf_counter()
    try:
        while time.perf_counter() - begun < seconds:
            connection.execute("BEGIN IMMEDIATE")
            for kind in KINDS:
                batch = [_row(kind, ids(), number + at) for at in range(250)]
                connection.executemany(
                    f'INSERT INTO "{kind.name}" (id, company, rev, doc) VALUES (?, ?, 1, ?)',  # noqa: S608
                    batch,
                )
                rows += len(batch)
            connection.execute("COMMIT")
            number += 250
    finally:
        connection.close()
    return rows / (time.perf_counter() - begun)


def _row(kind: Kind[Lead] | Kind[Event] | Kind[Task] | Kind[Lane], id: str, number: int) -> tuple[str, str, str]:
    at = f"2026-01-01T00:{number // 60 % 60:02}:{number % 60:02}.000Z"
    common: dict[str, object] = {"_id": id, "companyId": COMPANY, "rev": 1, "v": 1}
    own: dict[str, dict[str, object]] = {
        "leads": {"name": f"Lead {number}", "emailKey": f"lead{number}@example.com", "createdAt": at, "note": NOTE},
        "events": {"type": "lead.updated", "createdAt": at, "leadId": id},
        "tasks": {"lane": f"lane:{number % 200}", "at": number, "job": "deliver"},
        "lanes": {"state": "owned", "at": number, "vt": number * 7},
    }
    return id, COMPANY, orjson.dumps(common | own[kind.name]).decode()


def main() -> None:
    """Measure, print, and write the page."""
    rows: list[tuple[str, ...]] = []
    cases: list[tuple[str, int, int | None, bool]] = [
        *((f"grouped, {callers} callers", callers, None, True) for callers in CALLERS),
        *((f"grouped, {callers} callers, without the typed port", callers, None, False) for callers in CALLERS),
        ("one commit a batch, 50 callers in turn", 50, 1, True),
    ]
    for name, callers, at_once, typed in cases:
        work = partial(_measured, callers=callers, at_once=at_once, typed=typed)
        runs = [_in_folder(work) for _ in range(RUNS)]
        rates = [len(latencies) / SECONDS for latencies in runs]
        rows.append(
            (
                name,
                spread(rates),
                spread([rate * DOCUMENTS for rate in rates]),
                spread([percentile(latencies, 0.5) * 1000 for latencies in runs], " ms"),
                spread([percentile(latencies, 0.99) * 1000 for latencies in runs], " ms"),
            )
        )
    plain = [_in_folder(lambda path: bare(path, SECONDS)) for _ in range(RUNS)]
    rows.append(("bare executemany, 1,000 inserts a commit", "-", spread(plain), "-", "-"))
    table = Table(
        "Batches of four documents",
        "Two inserts and two conditional updates in four kinds with eight indexes in all, `synchronous=FULL`, WAL, "
        f"`secure_delete` on; {RUNS} runs of {SECONDS:.0f} seconds each on a fresh file. Callers, typed port "
        "(documents made, cleaned and checked) and engine share one process; the time of a batch includes making it.",
        ("case", "batches a second", "documents a second", "p50", "p99"),
        tuple(rows),
    )
    write("store_writes", "Durable writes of the SQLite engine", "python -m benchmarks store_writes", [table])


def _measured(folder: Path, *, callers: int, at_once: int | None, typed: bool) -> list[float]:
    return asyncio.run(measure(folder, callers, SECONDS, at_once=at_once, typed=typed))


def _in_folder(work: Callable[[Path], T]) -> T:
    with tempfile.TemporaryDirectory() as folder:
        return work(Path(folder))
