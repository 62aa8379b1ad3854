"""Telling others of changed records: in the batch of a change, work is stored for whoever listens at that moment.

Who listens is asked when the change is made, not when it is told: a CRM that is connected, or an automation that is
switched on, a second later hears nothing of what was there before.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

import msgspec

from leadbridge.leads.history import EVENTS
from leadbridge.leads.types import LEAD
from leadbridge.storage.batch import Insert, WriteBatch
from leadbridge.work.enqueue import NewTask, TaskQueue
from leadbridge.work.model import Queue

TELL = "leads.tell"
"""The kind of the tasks that tell connections."""
TOLD_AT_ONCE = 400
"""Events that one task names: their ids fit in its reference."""

Listeners: TypeAlias = Callable[[str], Awaitable[tuple[str, ...]]]
"""Returns the ids of a company's connections that hear of changed leads."""


@dataclass(frozen=True, slots=True)
class Happened:
    """An event that a batch stores. ``types`` are all that it is: a change of status is an update, too."""

    id: str
    types: tuple[str, ...]
    origin: str
    hop: int = 0


class Teller(Protocol):
    """Somebody who may have to be told of what a batch stores."""

    async def tasks(self, company: str, happened: Sequence[Happened], *, asked: bool) -> list[NewTask]:
        """Return the tasks that tell of it, none where nobody listens.

        ``asked``: automations are wanted also where an event's origin is one that starts none by itself.
        """
        ...


class Told(msgspec.Struct, frozen=True):
    """What a task refers to: events of leads, and the connections that hear of them."""

    events: tuple[str, ...]
    connections: tuple[str, ...]


def feed_lane(company: str) -> str:
    """Return the lane in which a company's changes are told. It is short work, so it does not wait behind imports."""
    return f"feed:{company}"


class Connections:
    """Tells connections, which push changed leads by themselves."""

    def __init__(self, listeners: Listeners) -> None:
        self._listeners = listeners

    async def tasks(self, company: str, happened: Sequence[Happened], *, asked: bool) -> list[NewTask]:
        """Return the tasks for the connections that hear of changed leads."""
        listeners = await self._listeners(company)
        if not listeners:
            return []
        return [
            NewTask(
                company_id=company,
                lane=feed_lane(company),
                kind=TELL,
                ref=Told(tuple(one.id for one in happened[at : at + TOLD_AT_ONCE]), listeners),
                queue=Queue.LIVE,
            )
            for at in range(0, len(happened), TOLD_AT_ONCE)
        ]


class Feed:
    """Adds to the batch of a change what tells of it."""

    def __init__(self, queue: TaskQueue, *tellers: Teller) -> None:
        self._queue, self._tellers = queue, tellers

    async def announce(self, batch: WriteBatch, company: str, *, asked: bool = False) -> None:
        """Add to ``batch`` that its leads changed, where anybody listens. Call it inside ``store.attempt``."""
        happened = [_happened(one) for one in batch.operations if isinstance(one, Insert) and _of_lead(one)]
        if not happened:
            return
        tasks: list[NewTask] = []
        for teller in self._tellers:  # one after the other: reads this small cost less than what runs them side by side
            tasks += await teller.tasks(company, happened, asked=asked)
        if tasks:
            await self._queue.enqueue(batch, *tasks)


def _of_lead(operation: Insert) -> bool:
    return operation.kind.name == EVENTS.name and operation.body.get("record") == LEAD.name


def _happened(operation: Insert) -> Happened:
    types, hop = operation.body.get("types"), operation.body.get("hop")
    return Happened(
        operation.id,
        tuple(str(one) for one in types) if isinstance(types, list) else (),
        str(operation.body.get("origin")),
        hop if isinstance(hop, int) else 0,
    )
