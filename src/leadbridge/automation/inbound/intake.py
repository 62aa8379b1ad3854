"""Storing calls: those of one company that come at the same time in one batch, each before it is answered.

A batch depends on what its calls were let in by: that the automation and its address, with the secrets that proved
them, are stored as they were read. So what let them in may be remembered, however often it changes.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from leadbridge.automation.delivery.starting import Start, Starts
from leadbridge.automation.inbound.model import ADDRESSES, CALLS, InboundCall
from leadbridge.automation.model import AUTOMATIONS
from leadbridge.kit.clock import Clock
from leadbridge.kit.errors import Unavailable
from leadbridge.storage.batch import Applied, Duplicate, OutcomeUnknown, WriteBatch
from leadbridge.storage.store import Store
from leadbridge.usage.brief import Counted
from leadbridge.usage.service import UsageService

MOST = 64
"""Calls in one batch."""
AT_ONCE = 3
"""Batches of one company under way: while one is written the next is made."""
MOST_BYTES = 1024 * 1024
TRIES = 10
PAUSE = 0.02


class Fate(StrEnum):
    """What became of a call."""

    STORED = "stored"
    REPEATED = "repeated"
    """A call with the same key was stored before."""
    STALE = "stale"
    """What it was let in by has changed; nothing was stored."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a call, and the execution that it, or the one before it, started."""

    fate: Fate
    execution_id: str


@dataclass(slots=True)
class Entry:
    """A call that waits to be stored."""

    start: Start
    automation_id: str
    revs: tuple[int, int]
    """Of the address and the automation, as they were read."""
    usage_id: str
    usage: Counted
    call: InboundCall | None
    """The ledger's entry, for a call with a key of its own."""
    outcome: asyncio.Future[Outcome] = field(default_factory=lambda: asyncio.get_running_loop().create_future())


@dataclass(slots=True)
class _Queue:
    """The calls of a company that wait, and how many tasks are storing them."""

    entries: deque[Entry] = field(default_factory=deque)
    writers: int = 0


class Intake:
    """Stores calls."""

    def __init__(self, store: Store, clock: Clock, starts: Starts, usage: UsageService) -> None:
        self._store, self._clock, self._starts, self._usage = store, clock, starts, usage
        self._waiting: dict[str, _Queue] = {}
        self._running: set[asyncio.Task[None]] = set()

    async def add(self, entry: Entry) -> Outcome:
        """Store a call and return what became of it, once that is durable; raises ``Unavailable``."""
        company = entry.start.company_id
        queue = self._waiting.setdefault(company, _Queue())
        queue.entries.append(entry)
        if queue.writers == 0 or (queue.writers < AT_ONCE and len(queue.entries) >= MOST):
            queue.writers += 1
            task = asyncio.get_running_loop().create_task(self._empty(company, queue))
            self._running.add(task)
            task.add_done_callback(self._running.discard)
        return await entry.outcome

    async def _empty(self, company: str, queue: _Queue) -> None:
        """Store what waits for a company, group by group, until nothing does."""
        try:
            while queue.entries:
                group = _next(queue.entries)
                try:
                    [error] = await asyncio.gather(self._write(company, group), return_exceptions=True)
                    if error is not None:
                        _refuse(group, error)  # told to each of them; the ones behind may fare better
                finally:
                    _refuse(group, _ending())  # where this task was cancelled
        finally:
            queue.writers -= 1
            if not queue.writers:
                del self._waiting[company]
                _refuse(queue.entries, _ending())

    async def _write(self, company: str, group: list[Entry]) -> None:
        for _ in range(TRIES):
            group = [entry for entry in group if not entry.outcome.done()]
            if not group:
                return
            try:
                result = await self._store.write(await self._batch(company, group))
            except OutcomeUnknown:
                raise Unavailable(
                    "The database did not tell whether the call was stored.",
                    code="store_outcome_unknown",
                    hint="Send the call again, with the same webhook-id or X-Idempotency-Key where it had one.",
                ) from None
            if isinstance(result, Applied):
                for entry in group:
                    _settle(entry, Fate.STORED, entry.start.id)
            elif isinstance(result, Duplicate) and result.kind == CALLS.name:
                await self._repeated(company, group)
            elif result.kind in (AUTOMATIONS.name, ADDRESSES.name):
                for entry in group:
                    if entry.automation_id == result.id:
                        _settle(entry, Fate.STALE, entry.start.id)
            else:
                await self._clock.sleep(PAUSE)
        raise Unavailable("The call could not be stored just now; send it again.")

    async def _batch(self, company: str, group: Sequence[Entry]) -> WriteBatch:
        batch, required = WriteBatch(), set[str]()
        for entry in group:
            if entry.automation_id not in required:
                required.add(entry.automation_id)
                address, automation = entry.revs
                batch.require(ADDRESSES, company, entry.automation_id, rev=address)
                batch.require(AUTOMATIONS, company, entry.automation_id, rev=automation)
            if entry.call is not None:
                batch.insert(CALLS, entry.call)
        await self._starts.add(batch, [entry.start for entry in group])
        for entry in group:
            self._usage.insert_counted(batch, company, entry.usage_id, entry.usage)
        return self._usage.add_sums(batch, company, [entry.usage for entry in group])

    async def _repeated(self, company: str, group: Sequence[Entry]) -> None:
        """Settle all calls of a group whose key was stored before: one would stop the batch as often as there are."""
        calls = {entry.call.id: entry for entry in group if entry.call is not None}
        for id, before in (await self._store[CALLS].of(company).get_many(list(calls))).items():
            _settle(calls[id], Fate.REPEATED, before.execution_id)


def _next(waiting: deque[Entry]) -> list[Entry]:
    """Return the calls of the next batch: with those of one automation that were let in alike, each key once."""
    group: list[Entry] = []
    revs: dict[str, tuple[int, int]] = {}
    calls: set[str] = set()
    size = 0
    while waiting and len(group) < MOST:
        entry = waiting[0]
        size += len(entry.start.body)
        same_call = entry.call is not None and entry.call.id in calls
        if group and (size > MOST_BYTES or same_call or revs.get(entry.automation_id, entry.revs) != entry.revs):
            break
        revs[entry.automation_id] = entry.revs
        if entry.call is not None:
            calls.add(entry.call.id)
        group.append(waiting.popleft())
    return group


def _ending() -> Unavailable:
    return Unavailable("The hub is ending; send the call again.")


def _settle(entry: Entry, fate: Fate, execution_id: str) -> None:
    if not entry.outcome.done():
        entry.outcome.set_result(Outcome(fate, execution_id))


def _refuse(group: Sequence[Entry] | deque[Entry], error: BaseException) -> None:
    for entry in group:
        if not entry.outcome.done():
            entry.outcome.set_exception(error)
