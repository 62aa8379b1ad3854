"""Telling others of changed records: in the batch of a change, work is stored for whoever listens at that moment.

Who listens is asked when the change is made, not when it is told: a CRM that is connected a second later hears nothing
of what was there before.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeAlias

import msgspec

from leadbridge.leads.history import EVENTS
from leadbridge.leads.types import LEAD
from leadbridge.storage.batch import Insert, WriteBatch
from leadbridge.work.enqueue import NewTask, TaskQueue
from leadbridge.work.model import Queue

TELL = "leads.tell"
"""The kind of the tasks."""
TOLD_AT_ONCE = 400
"""Events that one task names: their ids fit in its reference."""

Listeners: TypeAlias = Callable[[str], Awaitable[tuple[str, ...]]]
"""Returns the ids of a company's connections that hear of changed leads."""


class Told(msgspec.Struct, frozen=True):
    """What a task refers to: events of leads, and the connections that hear of them."""

    events: tuple[str, ...]
    connections: tuple[str, ...]


def feed_lane(company: str) -> str:
    """Return the lane in which a company's changes are told. It is short work, so it does not wait behind imports."""
    return f"feed:{company}"


class Feed:
    """Adds to the batch of a change what tells of it."""

    def __init__(self, queue: TaskQueue, listeners: Listeners) -> None:
        self._queue, self._listeners = queue, listeners

    async def announce(self, batch: WriteBatch, company: str) -> None:
        """Add to ``batch`` that its leads changed, where anybody listens. Call it inside ``store.attempt``."""
        events = [one.id for one in batch.operations if isinstance(one, Insert) and _of_lead(one)]
        if not events:
            return
        listeners = await self._listeners(company)
        if not listeners:
            return
        tasks = [
            NewTask(
                company_id=company,
                lane=feed_lane(company),
                kind=TELL,
                ref=Told(tuple(events[at : at + TOLD_AT_ONCE]), listeners),
                queue=Queue.LIVE,
            )
            for at in range(0, len(events), TOLD_AT_ONCE)
        ]
        await self._queue.enqueue(batch, *tasks)


def _of_lead(operation: Insert) -> bool:
    return operation.kind.name == EVENTS.name and operation.body.get("record") == LEAD.name
