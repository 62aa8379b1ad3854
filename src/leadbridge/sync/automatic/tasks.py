"""The two tasks of the automatic push: note which leads changed, and turn what has gathered into runs.

A change and the first task are one batch; the second task makes a run in the batch that takes the leads from those that
wait. So a lead is in exactly one of these places whatever dies, and in a run it is pushed as it then is.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from leadbridge.integrations.errors import NoSuchConnection, NotConnected
from leadbridge.integrations.health import ConnectionStatus
from leadbridge.integrations.model import Connection
from leadbridge.integrations.service import ConnectionService
from leadbridge.kit.clock import Clock, to_millis
from leadbridge.leads.change import Author
from leadbridge.leads.feed import TELL, Told
from leadbridge.leads.history import EVENTS, RecordEvent
from leadbridge.leads.model import LEADS, State
from leadbridge.storage.batch import Applied, WriteBatch
from leadbridge.storage.store import Store
from leadbridge.sync.automatic.model import WAITING_PUSHES, WaitingPush, waiting_id
from leadbridge.sync.model import Item, Trigger
from leadbridge.sync.runs import Runs
from leadbridge.usage.errors import QuotaExceeded
from leadbridge.usage.quotas import Quota, QuotaService
from leadbridge.work.enqueue import NewTask, TaskQueue
from leadbridge.work.handlers import Done, Handler, Reschedule, Result, TaskContext
from leadbridge.work.model import Queue, connection_lane

GATHER = "sync.gather"
"""The kind of the task that makes runs of what waits."""
GATHERED = 300
"""Leads in one automatic run."""
NOTED_AT_ONCE = 200
"""Leads noted in one batch."""
PAUSE_MILLISECONDS = 1000
"""After a pause was seen, the lane is given back, and becomes paused."""
UNUSABLE_MILLISECONDS = 60_000
"""Until it is looked again whether a connection that must be connected again has been."""
OVER_QUOTA_MILLISECONDS = 300_000
CRM_ORIGIN = "crm"


class ConnectionRef(msgspec.Struct, frozen=True):
    """What a gathering task refers to."""

    connection: str


def crm_author(connection_id: str, hop: int = 0) -> Author:
    """Return whose change it is that was taken over from a CRM: it is not pushed back to the same connection."""
    return Author(CRM_ORIGIN, f"{CRM_ORIGIN}:{connection_id}", hop)


def concerned(events: Sequence[RecordEvent], connection_id: str) -> list[str]:
    """Return the leads, each once, that a connection is to be told of after ``events``."""
    own = crm_author(connection_id)
    heard = (
        event.record_id
        for event in events
        if event.types[0] != "lead.deleted" and (event.origin, event.by) != (own.origin, own.by)
    )
    return list(dict.fromkeys(heard))


class AutomaticPush:
    """Handles both tasks. ``delay`` is how long a change waits for others, in seconds."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        queue: TaskQueue,
        connections: ConnectionService,
        runs: Runs,
        quotas: QuotaService,
        *,
        delay: float,
    ) -> None:
        self._store, self._clock, self._queue = store, clock, queue
        self._connections, self._runs, self._quotas = connections, runs, quotas
        self._delay = round(delay * 1000)

    def handlers(self) -> tuple[Handler, Handler]:
        """Return the handlers to register with a worker."""
        return (
            Handler(TELL, self.note, ref=Told, timeout=60.0),
            Handler(GATHER, self.gather, ref=ConnectionRef, timeout=60.0),
        )

    async def note(self, context: TaskContext) -> Result:
        """Let the leads of some events wait for each connection that heard of them. Doing it twice does no harm."""
        told: Told = context.ref
        found = await self._store[EVENTS].of(context.company_id).get_many(told.events)
        for id in told.connections:
            connection = await self._listening(context.company_id, id)
            if connection is not None:
                leads = concerned(list(found.values()), id)
                for at in range(0, len(leads), NOTED_AT_ONCE):
                    await self._let_wait(connection, leads[at : at + NOTED_AT_ONCE])
        return Done()

    async def _let_wait(self, connection: Connection, leads: Sequence[str]) -> None:
        company, now = connection.company_id, self._clock.now()
        ids = {waiting_id(connection.id, lead): lead for lead in leads}

        async def build() -> tuple[WriteBatch, None]:
            batch = WriteBatch()
            # one that waits already is pushed as it will be then: later than this change
            known = await self._store[WAITING_PUSHES].of(company).get_many(list(ids))
            for id, lead in ids.items():
                if id not in known:
                    waiting = WaitingPush(
                        id=id,
                        company_id=company,
                        subjects=(lead,),
                        connection_id=connection.id,
                        lead_id=lead,
                        since=now,
                    )
                    batch.insert(WAITING_PUSHES, waiting)
            task = NewTask(
                company_id=company,
                lane=connection_lane(connection.id),
                kind=GATHER,
                ref=ConnectionRef(connection.id),
                queue=Queue.BULK,
                due_at=to_millis(now) + self._delay,
                uniq=f"{GATHER}:{connection.id}",
            )
            await self._queue.enqueue(batch, task)
            return batch, None

        await self._store.attempt(build)

    async def gather(self, context: TaskContext) -> Result:
        """Make a run of leads that wait; with more of them, go on behind the parts of that run."""
        company, id = context.company_id, context.ref.connection
        connection = await self._listening(company, id)
        waiting = (
            await self._store[WAITING_PUSHES]
            .of(company)
            .find(eq={"connectionId": id}, order=["since"], limit=GATHERED + 1)
        ).items
        more, waiting = len(waiting) > GATHERED, waiting[:GATHERED]
        if not waiting:
            return Done()
        batch = WriteBatch()
        for one in waiting:
            batch.delete(WAITING_PUSHES, company, one.id, rev=one.rev)
        if connection is not None:
            pause = await self._pause(connection)
            if pause:
                return Reschedule(to_millis(self._clock.now()) + pause)
            leads = await self._store[LEADS].of(company).get_many([one.lead_id for one in waiting])
            items = [
                Item(sent=one.lead_id, lead=one.lead_id)
                for one in waiting
                if one.lead_id in leads and leads[one.lead_id].state is State.LIVE
            ]
            if items:
                await self._runs.add(
                    batch, connection, items, queue=Queue.BULK, patient=True, trigger=Trigger.AUTOMATIC
                )
        applied = isinstance(await context.store(batch), Applied)
        # where something changed meanwhile (a lead was erased), it is looked at again
        return Reschedule(to_millis(self._clock.now())) if more or not applied else Done()

    async def _pause(self, connection: Connection) -> int:
        """Return for how many milliseconds nothing is pushed to a connection; what waits goes on waiting."""
        try:
            await self._connections.usable(connection.company_id, connection_id=connection.id)
            await self._quotas.check(connection.company_id, Quota.VENDOR_CALLS)
        except NotConnected as error:
            paused = error.details.get("status") == ConnectionStatus.PAUSED
            return PAUSE_MILLISECONDS if paused else UNUSABLE_MILLISECONDS
        except NoSuchConnection:
            return UNUSABLE_MILLISECONDS
        except QuotaExceeded:
            return OVER_QUOTA_MILLISECONDS
        return 0

    async def _listening(self, company: str, id: str) -> Connection | None:
        """Return the connection if leads are pushed to it by themselves at this moment."""
        try:
            connection = await self._connections.connections.one(company, id)
        except NoSuchConnection:
            return None
        return connection if self._connections.hears(connection) else None
