"""The task that does one part of a run: push its leads, tell their outcomes, end the run with its last part."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from weakref import WeakValueDictionary

import msgspec

from leadbridge.crm.errors import CallFailed, Fault
from leadbridge.integrations.errors import NoSuchConnection, NotConnected
from leadbridge.integrations.health import ConnectionStatus
from leadbridge.integrations.model import Connection
from leadbridge.integrations.service import ConnectionService
from leadbridge.integrations.session import ConnectionSession, Errand
from leadbridge.kit.clock import Clock, to_millis
from leadbridge.kit.errors import VendorFailed
from leadbridge.kit.ids import IdSource
from leadbridge.leads.model import LEADS, Lead
from leadbridge.leads.occurrences import Nobody, Publisher
from leadbridge.storage.batch import UNSET, Applied, WriteBatch
from leadbridge.storage.store import Contention, Store
from leadbridge.sync import faults
from leadbridge.sync.ledger import Ledger, explained, fault_of
from leadbridge.sync.model import OPEN, PARTS, RUNS, FaultNote, Part, Run
from leadbridge.sync.push import Pusher, Settled
from leadbridge.sync.runs import PUSH, PartRef, Runs
from leadbridge.sync.telling import news_of
from leadbridge.usage.service import Failure, UsageService
from leadbridge.work.decide import RetryPolicy
from leadbridge.work.handlers import Done, Handler, Reschedule, Result, Retry, TaskContext
from leadbridge.work.lanes import LEASE_SECONDS
from leadbridge.work.model import Queue

OPERATION = "sync_leads"
PATIENCE = RetryPolicy(attempts=8, base=5.0, cap=900.0)
"""How often a part is tried: a patient run over a CRM that is away, any run after a fault of ours."""
TIMEOUT = 900.0
"""Seconds for one part: a CRM that says "slow down" is waited for within it."""
CALL_SHARE = 2 / 3
"""A call to the CRM takes at most this share of the lease, so that a prolonged lease covers it."""
PAUSE_MILLISECONDS = 1000
"""After a pause was seen, the lane is given back, and becomes paused."""


class PushTasks:
    """Does parts of runs. ``lease`` is the lease of this process's worker, in seconds."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        ids: IdSource,
        connections: ConnectionService,
        usage: UsageService,
        runs: Runs,
        *,
        lease: float = LEASE_SECONDS,
        publisher: Publisher | None = None,
    ) -> None:
        self._store, self._clock, self._ids = store, clock, ids
        self._connections, self._usage, self._runs = connections, usage, runs
        self._call_seconds = lease * CALL_SHARE
        self._publisher = publisher or Nobody()
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    def handler(self) -> Handler:
        """Return the handler to register with a worker."""
        return Handler(PUSH, self.run, ref=PartRef, timeout=TIMEOUT, retry=PATIENCE)

    async def run(self, context: TaskContext) -> Result:
        """Do one part of a run; what an earlier try settled is left as it is."""
        # one part at a time: live work overtakes between two parts, and no record is written from two sides
        lock = self._locks.setdefault(context.task.lane, asyncio.Lock())
        async with lock:
            run = await self._store[RUNS].of(context.company_id).get(context.ref.run)
            part = await self._store[PARTS].of(context.company_id).get(context.ref.part)
            if run is None or part is None or run.status not in OPEN:
                return Done()
            ledger = Ledger(run, part)
            waits = await self._settle(context, ledger)
            if waits is not None:
                return waits
            if ledger.nameless:  # erased while they waited
                batch = WriteBatch()
                ledger.add(batch, {})
                await self._write(context, ledger, batch)
            await self._finish(context, ledger)
            return Done(answered=True)

    async def _settle(self, context: TaskContext, ledger: Ledger) -> Result | None:
        """Bring every open lead of the part to its outcome, or return what is waited for."""
        run = ledger.run
        if not ledger.open:
            return None
        if run.cancelled:
            await self._fail(context, ledger, ledger.open, faults.CANCELLED)
            return None
        if run.stopped is not None:
            await self._fail(context, ledger, ledger.open, fault_of(msgspec.convert(run.stopped, FaultNote)))
            return None
        try:
            connection = await self._connections.usable(run.company_id, connection_id=run.connection_id)
        except (NotConnected, NoSuchConnection) as error:
            if error.details.get("status") == ConnectionStatus.PAUSED:
                return Reschedule(to_millis(self._clock.now()) + PAUSE_MILLISECONDS)
            await self._stop(context, ledger, explained(error, "The connection changed after the run had begun."))
            return None
        found = await self._store[LEADS].of(run.company_id).get_many(ledger.open)
        await self._fail(context, ledger, [id for id in ledger.open if id not in found], faults.UNKNOWN_LEAD)
        return await self._push(context, ledger, connection, [found[id] for id in ledger.open])

    async def _push(
        self, context: TaskContext, ledger: Ledger, connection: Connection, leads: Sequence[Lead]
    ) -> Result | None:
        provider, _ = self._connections.provider(connection.provider)
        urgent = context.task.q == Queue.LIVE
        session = self._connections.session(connection, Errand(urgent, context.hold, self._call_seconds))
        calls = _Calls(session)

        def note(batch: WriteBatch, settled: Mapping[str, Settled]) -> None:
            ledger.add(batch, settled, calls=calls.new())

        async def write(batch: WriteBatch) -> None:
            await self._write(context, ledger, batch)

        pusher = Pusher(
            self._store,
            self._clock,
            self._ids,
            write,
            note,
            company_id=connection.company_id,
            connection_id=connection.id,
            provider=provider,
            session=session,
            own_key=connection.own_key is not None and connection.own_key.ready,
        )
        try:
            for start in range(0, len(leads), provider.write_batch):
                await pusher.push(leads[start : start + provider.write_batch])
        except VendorFailed as error:
            fault = _fault(error)
            await self._connections.note_fault(connection, fault)
            if ledger.run.patient and fault.retryable and context.attempt < PATIENCE.attempts:
                return Retry(fault.code, fault.message, after=fault.retry_after, trips=True)
            # the others would fare no better just now, and are told the same
            await self._stop(context, ledger, fault, calls.new())
        finally:
            await self._log(context, ledger.run, session)
        return None

    async def _log(self, context: TaskContext, run: Run, session: ConnectionSession) -> None:
        """Put the calls into the request log, also when the part is tried again."""
        batch = self._usage.add_calls(WriteBatch(), self._runs.cause(run), session.notes)
        if len(batch):
            await _write(context, batch)

    async def _fail(self, context: TaskContext, ledger: Ledger, leads: Sequence[str], fault: Fault) -> None:
        if leads:
            batch = WriteBatch()
            ledger.add(batch, {id: Settled("failed", fault=fault) for id in leads})
            await self._write(context, ledger, batch)

    async def _stop(self, context: TaskContext, ledger: Ledger, fault: Fault, calls: int = 0) -> None:
        batch = WriteBatch()
        ledger.stop(batch, fault, calls=calls)
        await self._write(context, ledger, batch)

    async def _write(self, context: TaskContext, ledger: Ledger, batch: WriteBatch) -> None:
        """Store ``batch`` with the news of the outcomes in it."""
        if news := news_of(ledger.run, ledger.news()):
            await self._publisher.publish(batch, context.company_id, news)
        await _write(context, batch)

    async def _finish(self, context: TaskContext, ledger: Ledger) -> None:
        """Add to the task's completion what failed, for the error log, and with the last part the run's end."""
        await self._usage.add_failures(context.batch, context.company_id, _failures(ledger.run, ledger.part))
        run = ledger.run
        if run.counts.read < run.total:
            return
        ended = self._runs.ended(run)
        values = {"status": ended.status.value, "endedAt": ended.ended_at}
        where = {"counts.read": run.total, "endedAt": UNSET}
        context.batch.patch(RUNS, run.company_id, run.id, values=values, where=where)
        self._usage.add(context.batch, self._runs.event(ended))


class _Calls:
    """How many calls a session made since one last asked."""

    def __init__(self, session: ConnectionSession) -> None:
        self._session, self._told = session, 0

    def new(self) -> int:
        """Return the calls since the last time."""
        told, self._told = self._told, self._session.calls
        return self._told - told


async def _write(context: TaskContext, batch: WriteBatch) -> None:
    result = await context.store(batch)
    if not isinstance(result, Applied):
        raise Contention(f"The results could not be stored: {result.kind} was changed by somebody else.")


def _fault(error: VendorFailed) -> Fault:
    if isinstance(error, CallFailed):
        return error.fault
    return explained(error, "The CRM could not be reached, or its answer did not arrive.")


def _failures(run: Run, part: Part) -> list[Failure]:
    return [
        Failure(
            operation=OPERATION,
            code=item.fault.code,
            message=item.fault.message,
            cause=item.fault.cause,
            hint=item.fault.hint,
            retryable=item.fault.retryable,
            provider=run.provider,
            connection_id=run.connection_id,
            vendor_code=item.fault.vendor_code,
            lead_id=item.lead,
            request_id=run.request_id,
            correlation_id=item.fault.correlation_id,
        )
        for item in part.items
        if item.fault is not None and item.lead is not None and item.fault.code != faults.CANCELLED.code
    ]
