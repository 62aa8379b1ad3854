"""From what happened to the task that tells of it: the work is put into the batch of the cause, if anybody listens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import msgspec

from leadbridge.automation.events.audience import Audience
from leadbridge.automation.events.rules import may_start_any
from leadbridge.kit.clock import Clock
from leadbridge.kit.ids import IdSource
from leadbridge.leads.feed import Happened
from leadbridge.leads.history import EVENTS, event_id
from leadbridge.leads.occurrences import OCCURRENCES, News, Occurrence
from leadbridge.leads.stored import LEADS
from leadbridge.storage.batch import WriteBatch
from leadbridge.storage.store import Store
from leadbridge.work.enqueue import NewTask, TaskQueue
from leadbridge.work.model import Queue

FAN_OUT = "automation.fan_out"
"""The kind of the tasks that find out what an event starts."""
EVENTS_AT_ONCE = 300
"""Events that one task names: their ids fit in its reference."""
CHANGE, OCCURRENCE, SUBMISSION = "c", "o", "s"
"""What kind of document an event is, in a task's reference."""


class FanOutRef(msgspec.Struct, frozen=True):
    """What a task refers to: events, each a letter for its kind, a colon and its id."""

    events: tuple[str, ...]
    asked: bool = False


def fan_lane(company: str) -> str:
    """Return the lane in which a company's events find those who listen."""
    return f"fan:{company}"


class Telling:
    """Tells automations and subscriptions: a teller of the feed, and the publisher of what is no change of a record."""

    def __init__(self, store: Store, clock: Clock, ids: IdSource, queue: TaskQueue, audience: Audience) -> None:
        self._store, self._clock, self._ids, self._queue, self._audience = store, clock, ids, queue, audience

    async def tasks(self, company: str, happened: Sequence[Happened], *, asked: bool) -> list[NewTask]:
        """Return the tasks that tell of changes of records, none where nobody listens."""
        return await self._tasks(company, happened, CHANGE, asked=asked)

    async def publish(self, batch: WriteBatch, company: str, news: Sequence[News]) -> None:
        """Add to ``batch`` those of ``news`` that somebody listens to, and the task that tells of them."""
        wanted = await self._wanted(company, {one.type for one in news})
        heard = await self._followed(company, [one for one in news if one.type in wanted])
        now, happened = self._clock.now(), list[Happened]()
        for one in heard:
            if not may_start_any(origin=one.origin, hop=one.hop, asked=False):
                continue
            occurrence = Occurrence(
                id=self._ids(),
                company_id=company,
                subjects=(one.record_id,) if one.record_id is not None else (),
                type=one.type,
                at=now,
                origin=one.origin,
                hop=one.hop,
                record_id=one.record_id,
                data=dict(one.data),
            )
            batch.insert(OCCURRENCES, occurrence)
            happened.append(Happened(occurrence.id, (one.type,), one.origin, one.hop))
        if happened:
            await self._queue.enqueue(batch, *_cut(company, happened, OCCURRENCE, asked=False))

    async def _followed(self, company: str, news: Sequence[News]) -> list[News]:
        """Return ``news`` with the origin and the hops of what each follows from."""
        leads = (
            await self._store[LEADS]
            .of(company)
            .get_many(list({one.record_id for one in news if one.follows and one.record_id is not None}))
        )
        causes = {lead.id: event_id(lead.id, lead.seq) for lead in leads.values()}
        events = await self._store[EVENTS].of(company).get_many(list(causes.values()))
        found = []
        for one in news:
            cause = events.get(causes.get(one.record_id or "", "")) if one.follows else None
            found.append(one if cause is None else replace(one, origin=cause.origin, hop=cause.hop))
        return found

    async def submitted(self, batch: WriteBatch, company: str, submission: Happened) -> None:
        """Add to ``batch`` the task that tells of a form's submission, where somebody listens."""
        if tasks := await self._tasks(company, [submission], SUBMISSION, asked=False):
            await self._queue.enqueue(batch, *tasks)

    async def _tasks(self, company: str, happened: Sequence[Happened], kind: str, *, asked: bool) -> list[NewTask]:
        loud = [one for one in happened if may_start_any(origin=one.origin, hop=one.hop, asked=asked)]
        if not loud:
            return []
        wanted = await self._wanted(company, {type for one in loud for type in one.types})
        return _cut(company, [one for one in loud if wanted & set(one.types)], kind, asked=asked)

    async def _wanted(self, company: str, types: set[str]) -> set[str]:
        """Return those of ``types`` that somebody listens to."""
        listeners = await self._audience.of(company, types)
        return {one.trigger.type for one in listeners.automations} | {
            type for one in listeners.hooks for type in one.listens
        } & types


def _cut(company: str, happened: Sequence[Happened], kind: str, *, asked: bool) -> list[NewTask]:
    return [
        NewTask(
            company_id=company,
            lane=fan_lane(company),
            kind=FAN_OUT,
            ref=FanOutRef(tuple(f"{kind}:{one.id}" for one in happened[at : at + EVENTS_AT_ONCE]), asked),
            queue=Queue.BULK if asked else Queue.LIVE,
        )
        for at in range(0, len(happened), EVENTS_AT_ONCE)
    ]
