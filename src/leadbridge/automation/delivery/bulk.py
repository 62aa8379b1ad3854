"""Many executions at once: sending again what failed in a span of time, cancelling what waits. Done by tasks."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec

from leadbridge.automation.delivery.lanes import lane_form
from leadbridge.automation.delivery.model import (
    ENDPOINTS,
    EXECUTIONS,
    OPEN,
    SETTLED,
    EndpointState,
    Execution,
    ExecutionState,
)
from leadbridge.automation.delivery.service import DeliveryService
from leadbridge.automation.delivery.starting import task_again
from leadbridge.kit.clock import Clock, from_millis, to_millis
from leadbridge.kit.errors import InvalidInput
from leadbridge.storage.batch import WriteBatch
from leadbridge.storage.query import Position
from leadbridge.storage.store import Page, Store
from leadbridge.work.enqueue import NewTask, TaskQueue
from leadbridge.work.handlers import Done, Handler, Reschedule, Result, TaskContext
from leadbridge.work.model import TASKS, Queue

RECOVER, CANCEL = "automation.recover", "automation.cancel_waiting"
MAX_COUNT = 10_000
"""Executions are counted so far."""
PAGE = 100
TURN_SECONDS = 10.0
"""A task goes on in another try after this time, so that others have their turn."""
RECOVERABLE = frozenset({ExecutionState.FAILED, ExecutionState.CANCELLED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovery:
    """Which executions are sent again: made from ``since`` on and before ``until``, and ended in one of ``states``."""

    since: datetime
    until: datetime
    states: Sequence[ExecutionState] = (ExecutionState.FAILED,)


@dataclass(frozen=True, slots=True)
class Count:
    """How many there are; ``more``: at least so many."""

    count: int
    more: bool


class RecoverRef(msgspec.Struct, frozen=True):
    """What a recovery is about. Times in milliseconds since 1970; ``before``: what ended later is left alone."""

    automation: str
    since: int
    until: int
    states: tuple[str, ...]
    before: int


class CancelRef(msgspec.Struct, frozen=True):
    """Whose waiting executions are cancelled: those of an automation that were made before ``before``."""

    code: str
    before: int
    automation: str


class BulkDelivery:
    """Recovers and cancels executions by the hundred."""

    def __init__(self, store: Store, clock: Clock, queue: TaskQueue, delivery: DeliveryService) -> None:
        self._store, self._clock, self._queue, self._delivery = store, clock, queue, delivery

    def handlers(self) -> Sequence[Handler]:
        """Return the handlers of both tasks."""
        return (
            Handler(RECOVER, self._recover, ref=RecoverRef, timeout=120.0),
            Handler(CANCEL, self._cancel, ref=CancelRef, timeout=120.0),
        )

    async def recoverable(self, company_id: str, automation_id: str, asked: Recovery) -> Count:
        """Return how many executions a recovery would send again; raises ``InvalidInput``."""
        _check(asked)
        count, more = 0, False
        for state in asked.states:
            page = await (
                self._store[EXECUTIONS]
                .of(company_id)
                .find(
                    eq={"automationId": automation_id, "state": state},
                    order=["createdAt"],
                    low=asked.since,
                    high=asked.until,
                    limit=MAX_COUNT,
                    max_scan=MAX_COUNT + 1,
                    count_only=True,
                )
            )
            count, more = count + page.found, more or page.next is not None
        return Count(count, more)

    async def recover(self, company_id: str, automation_id: str, asked: Recovery) -> Count:
        """Send executions again, each under its own id, behind what is live; return how many. Raises ``InvalidInput``.

        A task does it: the answer does not wait for it. What fails meanwhile is not sent once more.
        """
        count = await self.recoverable(company_id, automation_id, asked)

        async def build() -> tuple[WriteBatch, None]:
            batch = WriteBatch()
            ref = RecoverRef(
                automation=automation_id,
                since=to_millis(asked.since),
                until=to_millis(asked.until),
                states=tuple(asked.states),
                before=to_millis(self._clock.now()),
            )
            await self._queue.enqueue(batch, _task(company_id, automation_id, RECOVER, ref))
            return batch, None

        await self._store.attempt(build)
        return count

    async def cancel_waiting(
        self, batch: WriteBatch, company_id: str, automation_id: str, *, code: str = "deactivated"
    ) -> None:
        """Add to ``batch`` that what waits for an automation is cancelled with ``code``."""
        ref = CancelRef(code, to_millis(self._clock.now()), automation_id)
        await self._queue.enqueue(batch, _task(company_id, automation_id, CANCEL, ref))

    async def _recover(self, context: TaskContext) -> Result:
        ref: RecoverRef = context.ref
        before = from_millis(ref.before)

        async def again(ids: Sequence[str]) -> tuple[WriteBatch | None, None]:
            executions = await self._store[EXECUTIONS].of(context.company_id).get_many(ids)
            tasks = await self._store[TASKS].of(context.company_id).get_many(ids)
            ended = [one for one in executions.values() if one.state in ref.states and one.id not in tasks]
            return await self._again(context.company_id, ended), None

        for state in ref.states:

            async def read(after: Position | None, state: str = state) -> Page[Execution]:
                stored = self._store[EXECUTIONS].of(context.company_id)
                return await stored.find(
                    eq={"automationId": ref.automation, "state": state},
                    order=["createdAt"],
                    low=from_millis(ref.since),
                    high=from_millis(ref.until),
                    limit=PAGE,
                    after=after,
                )

            if not await self._walk(read, _ended_before(before), again):
                return Reschedule(to_millis(self._clock.now()))
        return Done()

    async def _again(self, company: str, executions: Sequence[Execution]) -> WriteBatch | None:
        wanted = {one.endpoint_id for one in executions if one.endpoint_id is not None}
        endpoints = await self._store[ENDPOINTS].of(company).get_many(sorted(wanted))
        batch, tasks = WriteBatch(), list[NewTask]()
        for execution in executions:
            endpoint = None if execution.endpoint_id is None else endpoints.get(execution.endpoint_id)
            if execution.endpoint_id is not None and (endpoint is None or endpoint.state is EndpointState.DISABLED):
                continue
            self._delivery.add_again(batch, execution)
            tasks.append(task_again(execution, None if endpoint is None else lane_form(endpoint), Queue.BULK))
        if not tasks:
            return None
        await self._queue.enqueue(batch, *tasks)
        return batch

    async def _cancel(self, context: TaskContext) -> Result:
        ref: CancelRef = context.ref

        async def cancelled(ids: Sequence[str]) -> tuple[WriteBatch | None, None]:
            executions = await self._store[EXECUTIONS].of(context.company_id).get_many(ids)
            batch = WriteBatch()
            for execution in executions.values():
                if execution.state not in SETTLED:
                    self._delivery.add_cancel(batch, execution, ref.code)
            return batch, None

        for state in OPEN:

            async def read(after: Position | None, state: str = state) -> Page[Execution]:
                stored = self._store[EXECUTIONS].of(context.company_id)
                own = {"automationId": ref.automation, "state": state}
                high = from_millis(ref.before)
                return await stored.find(eq=own, order=["createdAt"], high=high, limit=PAGE, after=after)

            if not await self._walk(read, lambda _: True, cancelled):
                return Reschedule(to_millis(self._clock.now()))
        return Done()

    async def _walk(
        self,
        read: Callable[[Position | None], Awaitable[Page[Execution]]],
        wanted: Callable[[Execution], bool],
        change: Callable[[Sequence[str]], Awaitable[tuple[WriteBatch | None, None]]],
    ) -> bool:
        """Change executions page by page; return whether all were walked. What was changed leaves the index."""
        begun = self._clock.monotonic()
        after: Position | None = None
        while True:
            page = await read(after)
            ids = [one.id for one in page.items if wanted(one)]
            if ids:
                await self._store.attempt(lambda ids=ids: change(ids))  # type: ignore[misc]
            if page.next is None:
                return True
            if self._clock.monotonic() - begun >= TURN_SECONDS:
                return False
            after = page.next


def _ended_before(moment: datetime) -> Callable[[Execution], bool]:
    return lambda execution: execution.settled_at is None or execution.settled_at < moment


def _task(company_id: str, whose: str, kind: str, ref: object) -> NewTask:
    return NewTask(company_id=company_id, lane=f"recover:{whose}", kind=kind, ref=ref, queue=Queue.LIVE)


def _check(asked: Recovery) -> None:
    if asked.since >= asked.until:
        raise InvalidInput("The end of the time span is not after its beginning.", hint="Give 'until' after 'since'.")
    if not asked.states or not RECOVERABLE.issuperset(asked.states):
        raise InvalidInput(
            "Only executions that failed or were cancelled can be sent again.", hint="Name 'failed' or 'cancelled'."
        )
