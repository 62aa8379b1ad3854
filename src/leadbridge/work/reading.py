"""What can be seen of lanes without changing any: who is ready, what is due there, what comes before what."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from dataclasses import dataclass

from leadbridge.kit.clock import Clock, to_millis
from leadbridge.storage.query import Eq
from leadbridge.storage.store import Store
from leadbridge.work.model import LANES, SIGNALS, TASKS, Lane, LaneState, Queue, Task, TaskState

SEQUENCE = 20
"""Tasks of one order key that are looked at in a turn."""


@dataclass(frozen=True, slots=True)
class Look:
    """What a lane has to do now. ``seen`` is the lane's signal as it was before the tasks were read."""

    tasks: list[Task]
    seen: int
    full: bool
    """More may be due than was read."""


class LaneReader:
    """Reads lanes and their tasks, of all companies."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock

    def now(self) -> int:
        """Return the time of day in milliseconds."""
        return to_millis(self._clock.now())

    async def next_due(self) -> int | None:
        """Return when the next delayed lane is due, in milliseconds since 1970; None where none is delayed."""
        lanes = self._store[LANES].across_companies()
        found = await lanes.find(eq={"state": LaneState.DELAYED}, order=["at"], limit=1)
        return found.items[0].at if found.items else None

    async def ready(self, limit: int) -> list[Lane]:
        """Return the lanes that are next, by virtual time."""
        found = (
            await self._store[LANES].across_companies().find(eq={"state": LaneState.READY}, order=["vt"], limit=limit)
        )
        return found.items

    async def look(self, lane: str, limit: int, queues: Collection[Queue] = tuple(Queue)) -> Look:
        """Return at most ``limit`` due tasks of ``lane``, live ones first."""
        signal = await self._store[SIGNALS].across_companies().get(lane)
        high = self.now() + 1
        tasks: list[Task] = []
        for queue in sorted(queues):
            found = await self._waiting(lane, queue, limit - len(tasks), high)
            tasks += found
            if len(tasks) >= limit:
                break
        return Look(tasks, 0 if signal is None else signal.n, len(tasks) >= limit)

    async def _waiting(self, lane: str, queue: Queue, limit: int, high: int | None = None) -> list[Task]:
        eq = {"lane": lane, "state": TaskState.WAITING, "q": int(queue)}
        found = await self._store[TASKS].across_companies().find(eq=eq, order=["dueAt"], high=high, limit=limit)
        return found.items

    async def waiting(self, lane: str, most: int) -> tuple[int, bool]:
        """Return how many tasks of ``lane`` wait, tried before or not, and whether there are more than ``most``."""
        tasks = self._store[TASKS].across_companies()
        count, more = 0, False
        for queue in Queue:
            eq = {"lane": lane, "state": TaskState.WAITING, "q": int(queue)}
            page = await tasks.find(eq=eq, order=["dueAt"], limit=most, max_scan=most + 1, count_only=True)
            count, more = count + page.found, more or page.next is not None
        return min(count, most), more or count > most

    async def first_due(self, lane: str) -> int | None:
        """Return when the earliest waiting task of ``lane`` is due."""
        found = await asyncio.gather(*(self._waiting(lane, queue, 1) for queue in Queue))
        return min((task.due_at for tasks in found for task in tasks), default=None)

    async def sequences(self, lane: str, keys: Collection[str]) -> dict[str, list[Task]]:
        """Return for each order key its first waiting tasks by sequence."""
        tasks = self._store[TASKS].across_companies()
        found: dict[str, list[Task]] = {}
        for key in keys:
            page = await tasks.find(
                eq={"lane": lane, "orderKey": key},
                order=["orderSeq"],
                residual=Eq("state", TaskState.WAITING),
                limit=SEQUENCE,
                max_scan=10_000,
            )
            found[key] = page.items
        return found
