"""A worker on a store, with handlers that a test writes in place."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from prometheus_client import CollectorRegistry

from leadbridge.kit.clock import SystemClock, to_millis
from leadbridge.kit.document import LeanDocument
from leadbridge.kit.ids import object_ids
from leadbridge.storage.batch import WriteBatch
from leadbridge.storage.engine import Engine
from leadbridge.storage.kind import Kind
from leadbridge.storage.store import Store
from leadbridge.work.around import Pace
from leadbridge.work.enqueue import LaneForm, NewTask, TaskQueue
from leadbridge.work.handlers import Handler, Handlers
from leadbridge.work.metrics import WorkMetrics
from leadbridge.work.model import KINDS, TASKS, Task
from leadbridge.work.schedules import Schedules
from leadbridge.work.service import WorkService
from leadbridge.work.worker import Worker, WorkerForm

ACME, OTHER = "a" * 24, "b" * 24
FORMS = {
    "conn": LaneForm(limit=4, quantum=20),
    "single": LaneForm(limit=1, quantum=100),
    "slow": LaneForm(limit=1, quantum=100, per_second=5.0, burst=2.0),
}


class Effect(LeanDocument, frozen=True, kw_only=True, rename="camel"):
    """What a try stored together with its task's completion."""

    task: str


EFFECTS = Kind("effects", Effect)
ALL_KINDS = (*KINDS, EFFECTS)


class Shop:
    """A store, a queue and one worker, in this process."""

    def __init__(self, engine: Engine, form: WorkerForm | None = None, clock: Any = None) -> None:
        self.clock = clock or SystemClock()
        self.ids = object_ids(self.clock)
        self.rng = random.Random(5)
        self.store = Store(engine, self.clock, self.ids, self.rng)
        self.queue = TaskQueue(self.store, self.clock, self.ids, FORMS)
        self.schedules = Schedules(self.store, self.clock, self.ids, self.queue)
        self.service = WorkService(self.store, self.clock)
        self.handlers = Handlers()
        self.form = form or WorkerForm(slots=4, lease=2.0, poll=0.02, sweep=0.5, schedules=0.05, pace=Pace())
        self.worker = self.another()

    def another(self) -> Worker:
        """Return one more worker on the same store and handlers."""
        metrics = WorkMetrics(CollectorRegistry())
        return Worker(self.store, self.clock, self.ids, self.rng, self.handlers, metrics, self.schedules, self.form)

    def handle(self, kind: str, run: Callable[[Any], Awaitable[Any]], **more: Any) -> None:
        """Register a handler."""
        self.handlers.add(Handler(kind, run, **more))

    async def put(self, kind: str, *, lane: str = "conn:1", company: str = ACME, **more: Any) -> str:
        """Store a task and return its id."""
        return (await self.put_all([NewTask(company_id=company, lane=lane, kind=kind, **more)]))[0]

    async def put_all(self, tasks: Sequence[NewTask]) -> list[str]:
        """Store tasks in one batch."""

        async def build() -> tuple[WriteBatch, list[str]]:
            batch = WriteBatch()
            return batch, await self.queue.enqueue(batch, *tasks)

        return await self.store.attempt(build)

    def now(self) -> int:
        """Return the time in milliseconds."""
        return to_millis(self.clock.now())

    async def tasks(self) -> list[Task]:
        """Return every stored task."""
        return (await self.store[TASKS].across_companies().find(limit=100_000, max_scan=200_000)).items


async def until(condition: Callable[[], Awaitable[bool]], seconds: float = 15.0) -> None:
    """Wait until ``condition`` holds; fail after ``seconds``."""
    deadline = time.monotonic() + seconds
    while not await condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        await asyncio.sleep(0.02)
