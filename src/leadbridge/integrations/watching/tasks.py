"""The task that orders a connection's webhooks, in the connection's lane, and goes on by itself when they are due."""

from __future__ import annotations

import random
from datetime import timedelta

import structlog

from leadbridge.crm.capabilities import Watching
from leadbridge.crm.errors import CallFailed
from leadbridge.crm.provider import Provider, Session
from leadbridge.integrations.health import Stage
from leadbridge.integrations.model import CONNECTIONS, Connection
from leadbridge.integrations.service import ConnectionService
from leadbridge.integrations.session import Errand
from leadbridge.integrations.watching.model import ORDERS, OrderState, Problem, WebhookOrder
from leadbridge.integrations.watching.service import WATCH, Ordered, WatchRef, due
from leadbridge.kit.clock import Clock, to_millis
from leadbridge.kit.errors import LeadbridgeError
from leadbridge.kit.retry import backoff
from leadbridge.security.redact import redact_text
from leadbridge.storage.batch import Applied, WriteBatch
from leadbridge.storage.store import Store
from leadbridge.usage.calls import Cause
from leadbridge.usage.service import Failure, UsageService
from leadbridge.work.decide import RETRY_AFTER_MAX
from leadbridge.work.errors import LaneLost
from leadbridge.work.handlers import Done, Handler, Reschedule, Result, TaskContext
from leadbridge.work.lanes import LEASE_SECONDS

OPERATION = "order_webhooks"
TIMEOUT = 300.0
CALL_SHARE = 2 / 3
"""A call to the CRM takes at most this share of the lease, so that a prolonged lease covers it."""
FIRST_PAUSE, LONGEST_PAUSE = 60.0, 3600.0
"""Seconds between tries: a doubling bound, of which at least half is waited."""
PAUSE_MILLISECONDS = 1000
"""After a pause was seen, the lane is given back, and becomes paused."""

log = structlog.get_logger("leadbridge.integrations")


class WatchTasks:
    """Orders and renews. ``lease`` is the lease of this process's worker, in seconds."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        rng: random.Random,
        connections: ConnectionService,
        usage: UsageService,
        *,
        lease: float = LEASE_SECONDS,
    ) -> None:
        self._store, self._clock, self._rng = store, clock, rng
        self._connections, self._usage = connections, usage
        self._watches = connections.watches
        self._call_seconds = lease * CALL_SHARE

    def handler(self) -> Handler:
        """Return the handler to register with a worker."""
        return Handler(WATCH, self.run, ref=WatchRef, timeout=TIMEOUT)

    async def run(self, context: TaskContext) -> Result:
        """Order what is due. A failure is told at the connection and in the error log, and tried again for as long as
        the connection lives; it is nothing that the lane's other work waits for."""
        connection = await self._store[CONNECTIONS].of(context.company_id).get(context.ref.connection)
        if connection is None or connection.stage is not Stage.CONNECTED:
            return Done()
        if connection.paused:
            return Reschedule(to_millis(self._clock.now()) + PAUSE_MILLISECONDS)
        try:
            provider, _ = self._connections.registered(connection)
        except LeadbridgeError:  # the operator took the app away; with it back, the upkeep orders again
            return Done()
        if not self._watches.wanted(provider, connection):
            return Done()
        order = await self._watches.keep(connection)
        if not due(order, self._watches.public, self._clock.now()):
            return Reschedule(to_millis(order.next_at))
        session = self._connections.session(connection, Errand(False, context.hold, self._call_seconds))
        try:
            ordered = await self._watches.opened(order)
            after = await self._ordered(provider, session, order, ordered)
        except LaneLost:
            raise
        except LeadbridgeError as error:
            after = await self._failed(context, connection, order, error)
        batch = WriteBatch().replace(ORDERS, after)
        cause = Cause(context.company_id, context.task.id, connection.provider, connection.id)
        self._usage.add_calls(batch, cause, session.notes)
        if not isinstance(await context.store(batch), Applied):  # ended, or asked for again, at this moment
            return Reschedule(to_millis(self._clock.now()))
        return Reschedule(to_millis(after.next_at))

    async def _ordered(
        self, provider: Provider, session: Session, order: WebhookOrder, ordered: Ordered
    ) -> WebhookOrder:
        assert isinstance(provider, Watching)  # noqa: S101  # asked by the caller
        until = await provider.watch(session, ordered.address, ordered.secret)
        if order.public is not None and order.public != self._watches.public:  # the hub has moved
            await self._watches.end_at(order, order.public, provider, session)
        now = self._clock.now()
        log.info("webhooks_ordered", provider=order.provider, connection=order.id, until=until.isoformat())
        return order.model_copy(
            update={
                "state": OrderState.ORDERED,
                "public": self._watches.public,
                "ordered_at": now,
                "next_at": max(until, now + timedelta(seconds=FIRST_PAUSE)),
                "failures": 0,
                "problem": None,
            }
        )

    async def _failed(
        self, context: TaskContext, connection: Connection, order: WebhookOrder, error: LeadbridgeError
    ) -> WebhookOrder:
        fault = error.fault if isinstance(error, CallFailed) else None
        problem = Problem(
            code=error.code,
            message=redact_text(error.message),
            cause=redact_text(fault.cause if fault else "The CRM could not be asked to report changes."),
            hint=error.hint or "Nothing needs to be done: it is tried again.",
        )
        failure = Failure(
            operation=OPERATION,
            code=problem.code,
            message=problem.message,
            cause=problem.cause,
            hint=problem.hint,
            retryable=False,  # it is tried again by itself
            provider=connection.provider,
            connection_id=connection.id,
            vendor_code=fault.vendor_code if fault else None,
            correlation_id=fault.correlation_id if fault else None,
        )
        await self._usage.record_failures(context.company_id, [failure])
        bound = min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** min(order.failures, 10))
        pause = bound / 2 + backoff(1, base=bound / 2, cap=bound / 2, rng=self._rng)
        if fault is not None and fault.retry_after is not None:
            pause = max(pause, min(fault.retry_after, RETRY_AFTER_MAX))
        log.warning("webhooks_not_ordered", provider=order.provider, connection=order.id, code=problem.code)
        return order.model_copy(
            update={
                "state": OrderState.FAILING,
                "next_at": self._clock.now() + timedelta(seconds=pause),
                "failures": order.failures + 1,
                "problem": problem,
            }
        )
