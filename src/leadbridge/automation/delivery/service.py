"""What people and programs do about executions: read them, send one again, cancel, and see how an endpoint is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from leadbridge.automation.delivery.errors import AlreadySettled, ExecutionNotFound, NotDeliverable
from leadbridge.automation.delivery.lanes import lane_form
from leadbridge.automation.delivery.model import (
    ATTEMPTS,
    ENDPOINTS,
    EXECUTIONS,
    HEALTH,
    OPEN,
    SETTLED,
    Attempt,
    Endpoint,
    EndpointState,
    Execution,
    ExecutionState,
    endpoint_lane,
)
from leadbridge.automation.delivery.starting import PATIENCE, Start, Starts, task_again
from leadbridge.automation.model import AUTOMATIONS, AutomationStatus, RunBy
from leadbridge.kit.clock import Clock, from_millis, to_millis
from leadbridge.kit.ids import IdSource
from leadbridge.storage.batch import WriteBatch
from leadbridge.storage.query import Position, all_that_are_set
from leadbridge.storage.store import Page, Store
from leadbridge.work.enqueue import LaneForm, TaskQueue, wake
from leadbridge.work.model import LANES, TASKS, Lane, LaneState, Queue, TaskState
from leadbridge.work.pausing import afresh
from leadbridge.work.reading import LaneReader

MAX_ATTEMPTS = 100
MAX_OPEN = 10_000
MAX_WAITING = 1000
"""Waiting executions are counted so far."""


@dataclass(frozen=True, slots=True)
class ExecutionFilter:
    """Which executions are asked for; all that is set must hold. ``since`` is included, ``until`` is not."""

    automation_id: str | None = None
    hook_id: str | None = None
    state: str | None = None
    event_type: str | None = None
    record_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class HealthView:
    """How an endpoint is: ``healthy``, ``failing``, ``paused`` (its breaker is open), ``disabled`` or ``unused``."""

    state: str
    failures: int
    failing_since: datetime | None
    last_success_at: datetime | None
    last_failure_at: datetime | None
    last_code: str | None
    last_status: int | None
    waiting: int
    waiting_more: bool
    """Whether more wait than were counted."""
    paused_until: datetime | None
    """Until when its breaker, or its own wish, lets nothing be sent."""


class DeliveryService:
    """Executions of a company, whatever brought them about."""

    def __init__(self, store: Store, clock: Clock, ids: IdSource, queue: TaskQueue, starts: Starts) -> None:
        self._store, self._clock, self._ids, self._queue, self._starts = store, clock, ids, queue, starts

    # reading

    async def execution(self, company_id: str, id: str) -> Execution:
        """Return one execution; raises ``ExecutionNotFound``."""
        found = await self._store[EXECUTIONS].of(company_id).get(id)
        if found is None:
            raise ExecutionNotFound("There is no execution with this id.")
        return found

    async def executions(
        self, company_id: str, asked: ExecutionFilter, *, limit: int, after: Position | None = None
    ) -> Page[Execution]:
        """Return a page of executions, newest first."""
        stored = self._store[EXECUTIONS].of(company_id)
        whose, state = asked.automation_id, asked.state
        others = all_that_are_set({"hookId": asked.hook_id, "eventType": asked.event_type, "recordId": asked.record_id})
        if whose is not None and state is not None:
            return await stored.find(
                eq={"automationId": whose, "state": state},
                order=["createdAt"],
                low=asked.since,
                high=asked.until,
                residual=others,
                descending=True,
                limit=limit,
                after=after,
            )
        if whose is not None:
            return await stored.find(
                eq={"automationId": whose},
                order=["createdAt"],
                low=asked.since,
                high=asked.until,
                residual=others,
                descending=True,
                limit=limit,
                after=after,
            )
        if state is not None:
            return await stored.find(
                eq={"state": state},
                order=["createdAt"],
                low=asked.since,
                high=asked.until,
                residual=others,
                descending=True,
                limit=limit,
                after=after,
            )
        return await stored.find(
            order=["createdAt"],
            low=asked.since,
            high=asked.until,
            residual=others,
            descending=True,
            limit=limit,
            after=after,
        )

    async def attempts(self, company_id: str, execution_id: str) -> list[Attempt]:
        """Return the attempts of an execution, oldest first, at most 100."""
        found = self._store[ATTEMPTS].of(company_id)
        return (await found.find(eq={"executionId": execution_id}, order=["n"], limit=MAX_ATTEMPTS)).items

    async def health(self, company_id: str, endpoint_id: str) -> HealthView | None:
        """Return how an endpoint is, or None where there is none."""
        endpoint = await self._store[ENDPOINTS].of(company_id).get(endpoint_id)
        if endpoint is None:
            return None
        known = await self._store[HEALTH].of(company_id).get(endpoint_id)
        lane = await self._store[LANES].of(company_id).get(endpoint_lane(endpoint_id))
        waiting, more = await LaneReader(self._store, self._clock).waiting(endpoint_lane(endpoint_id), MAX_WAITING)
        until = _held_until(lane, to_millis(self._clock.now()))
        failing = known is not None and known.failures > 0 and not _forgotten(endpoint, known.last_failure_at)
        used = known is not None and (known.last_success_at or known.last_failure_at) is not None
        state = "unused"
        if endpoint.state is EndpointState.DISABLED:
            state = "disabled"
        elif until is not None or (lane is not None and lane.stop):
            state = "paused"
        elif used:
            state = "failing" if failing else "healthy"
        return HealthView(
            state=state,
            failures=known.failures if known is not None and failing else 0,
            failing_since=known.failing_since if known is not None and failing else None,
            last_success_at=known.last_success_at if known else None,
            last_failure_at=known.last_failure_at if known else None,
            last_code=known.last_code if known else None,
            last_status=(known.last_status or None) if known else None,
            waiting=waiting,
            waiting_more=more,
            paused_until=until,
        )

    async def under_way(self, company_id: str, limit: int) -> int:
        """Return how many executions of a company have not ended, counted up to about ``limit``."""
        found = 0
        for open_state in OPEN:
            page = await (
                self._store[EXECUTIONS]
                .of(company_id)
                .find(
                    eq={"state": open_state},
                    order=["createdAt"],
                    limit=min(limit, MAX_OPEN),
                    max_scan=MAX_OPEN + 1,
                    count_only=True,
                )
            )
            found += page.found
        return found

    # acting

    async def resend(self, company_id: str, id: str) -> Execution:
        """Send an execution again, now, under the same id; return it as it is then.

        One that waits for its next try is tried now. Raises ``ExecutionNotFound``, ``NotDeliverable``.
        """

        async def build() -> tuple[WriteBatch, Execution]:
            execution, batch = await self.execution(company_id, id), WriteBatch()
            endpoint = await self._deliverable(execution)
            await self._add_resend(batch, execution, endpoint)
            return batch, execution

        await self._store.attempt(build)
        return await self.execution(company_id, id)

    async def _add_resend(self, batch: WriteBatch, execution: Execution, endpoint: Endpoint | None) -> None:
        now, company = self._clock.now(), execution.company_id
        form = None if endpoint is None else lane_form(endpoint)
        self.add_again(batch, execution)
        task = await self._store[TASKS].of(company).get(execution.id)
        if task is None:
            await self._queue.enqueue(batch, task_again(execution, form, Queue.LIVE))
            return
        due = to_millis(now)
        # "hits" too: a try that is under way right now must not take this wish with it when it ends
        again: dict[str, object] = {"dueAt": due, "state": TaskState.WAITING, "crashes": 0, "hits": task.hits + 1}
        batch.patch(TASKS, company, task.id, values=again, where={"hits": task.hits, "state": task.state})
        wake(batch, company, task.lane, due, form or LaneForm())

    def add_again(self, batch: WriteBatch, execution: Execution) -> None:
        """Add to ``batch`` that ``execution`` is open again; its task is the caller's business."""
        now = self._clock.now()
        values: dict[str, object] = {"nextAt": now, "expiresAt": now + PATIENCE, "settledAt": None}
        if execution.state in SETTLED:
            values["state"] = ExecutionState.RETRYING if execution.attempts else ExecutionState.WAITING
            if execution.run_id is not None:
                values["runId"] = None  # another push, not another look at the one that is over
        batch.patch(EXECUTIONS, execution.company_id, execution.id, values=values, rev=execution.rev)

    async def replay(self, company_id: str, id: str) -> Execution:
        """Start a new execution with the body of an earlier one, under an id of its own; return it.

        Raises ``ExecutionNotFound``, ``NotDeliverable``.
        """

        async def build() -> tuple[WriteBatch, str]:
            before, batch, new = await self.execution(company_id, id), WriteBatch(), self._ids()
            endpoint = await self._deliverable(before)
            start = Start(
                id=new,
                company_id=company_id,
                automation_id=before.automation_id,
                hook_id=before.hook_id,
                endpoint_id=before.endpoint_id,
                event_id=before.event_id,
                event_type=before.event_type,
                record_id=before.record_id,
                origin=before.origin,
                hop=before.hop,
                body=before.body.replace(before.id, new),
                test=before.test is True,
                replay_of=before.id,
                form=None if endpoint is None else lane_form(endpoint),
            )
            await self._starts.add(batch, [start])
            return batch, new

        return await self.execution(company_id, await self._store.attempt(build))

    async def cancel(self, company_id: str, id: str) -> Execution:
        """Cancel an execution that waits; raises ``ExecutionNotFound``, ``AlreadySettled``.

        A call that is under way at that moment is not called back; if it arrives, the execution counts as delivered.
        """

        async def build() -> tuple[WriteBatch, None]:
            execution = await self.execution(company_id, id)
            if execution.state in SETTLED:
                was = "was " if execution.state == ExecutionState.CANCELLED else ""
                raise AlreadySettled(f"The execution is over already: it {was}{execution.state}.")
            batch = WriteBatch()
            self.add_cancel(batch, execution, "cancelled")
            return batch, None

        await self._store.attempt(build)
        return await self.execution(company_id, id)

    def add_cancel(self, batch: WriteBatch, execution: Execution, code: str) -> None:
        """Add to ``batch`` that an execution is cancelled and its task gone."""
        values = {"state": ExecutionState.CANCELLED, "code": code, "settledAt": self._clock.now(), "nextAt": None}
        batch.patch(EXECUTIONS, execution.company_id, execution.id, values=values, rev=execution.rev)
        batch.delete(TASKS, execution.company_id, execution.id)

    async def revive(self, batch: WriteBatch, company_id: str, endpoint_id: str) -> None:
        """Add to ``batch`` that an endpoint is tried again as if it had never failed; inside ``store.attempt``.

        What its lane kept while it was paused goes out. An endpoint that is not there is left so.
        """
        endpoint = await self._store[ENDPOINTS].of(company_id).get(endpoint_id)
        if endpoint is None:
            return
        now = self._clock.now()
        values = {"state": EndpointState.ACTIVE, "code": None, "renewedAt": now, "updatedAt": now}
        batch.patch(ENDPOINTS, company_id, endpoint_id, values=values, rev=endpoint.rev)
        await afresh(self._store, self._clock, batch, company_id, endpoint_lane(endpoint_id))

    async def _deliverable(self, execution: Execution) -> Endpoint | None:
        """Return the endpoint that an execution can be sent to again; None where it is run here."""
        company = execution.company_id
        await self._active(execution)
        if execution.endpoint_id is None:
            return None
        endpoint = await self._store[ENDPOINTS].of(company).get(execution.endpoint_id)
        if endpoint is None:
            raise NotDeliverable("The endpoint of this execution was deleted.", hint="Send the event to another one.")
        if endpoint.state is EndpointState.DISABLED:
            raise NotDeliverable(
                "The endpoint of this execution is disabled.",
                hint="Enter a right address and activate the automation, then resend.",
            )
        lane = await self._store[LANES].of(company).get(endpoint_lane(endpoint.id))
        if lane is not None and lane.stop and not execution.test:
            raise NotDeliverable(
                "The endpoint of this execution is paused, because it kept failing.",
                hint="Test it, and activate the automation once it is well again: what waits goes out then.",
            )
        return endpoint

    async def _active(self, execution: Execution) -> None:
        """Raise ``NotDeliverable`` where an execution would be cancelled as soon as it is looked at."""
        if execution.automation_id is None:
            return
        automation = await self._store[AUTOMATIONS].of(execution.company_id).get(execution.automation_id)
        if automation is None:
            raise NotDeliverable(
                "The automation of this execution was deleted.", hint="Let the event start another automation."
            )
        if automation.status is AutomationStatus.INACTIVE and not execution.test:
            raise NotDeliverable(
                "The automation of this execution is not active.", hint="Activate it, then send the execution again."
            )
        if execution.endpoint_id is None and automation.run_by is not RunBy.NATIVE:
            raise NotDeliverable(
                "This execution was run here, and the automation hands its work to an address since.",
                hint="Let the event start the automation again, or test it.",
            )


def _held_until(lane: Lane | None, now: int) -> datetime | None:
    if lane is None:
        return None
    if lane.breaker is not None and lane.breaker.state == "open" and lane.breaker.until > now:
        return from_millis(lane.breaker.until)
    if lane.state == LaneState.DELAYED and lane.held and lane.rate is not None and lane.rate.at > now:
        return from_millis(lane.rate.at)
    return None


def _forgotten(endpoint: Endpoint, failed_at: datetime | None) -> bool:
    return endpoint.renewed_at is not None and failed_at is not None and failed_at <= endpoint.renewed_at
