"""Delivering: the task that calls an endpoint for one execution, and stores what came of it."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog

from leadbridge.automation.delivery.answers import Answer, Follows
from leadbridge.automation.delivery.desks import Desk, Desks
from leadbridge.automation.delivery.endpoints import Endpoints
from leadbridge.automation.delivery.giving_up import GivingUp
from leadbridge.automation.delivery.health import Verdict
from leadbridge.automation.delivery.model import (
    ATTEMPTS,
    EXECUTIONS,
    HEALTH,
    SETTLED,
    Execution,
    ExecutionState,
    counted_as,
    endpoint_lane,
)
from leadbridge.automation.delivery.owners import EndpointOwners
from leadbridge.automation.delivery.recording import Standing, attempt_of, fields_after, standing
from leadbridge.automation.delivery.sender import MAX_SECONDS, Sender, Sent
from leadbridge.automation.delivery.starting import DELIVER, ExecutionRef
from leadbridge.kit.clock import Clock, to_millis
from leadbridge.kit.ids import IdSource
from leadbridge.security.transport import Transport
from leadbridge.storage.batch import WriteBatch
from leadbridge.storage.store import Store
from leadbridge.usage.brief import Counted
from leadbridge.usage.model import Category, Status
from leadbridge.usage.service import UsageService
from leadbridge.work.decide import BreakerPolicy
from leadbridge.work.handlers import Done, Handler, Result, Retry, TaskContext
from leadbridge.work.model import Task

log = structlog.get_logger("leadbridge.delivery")

BREAKER = BreakerPolicy(fails=5, pause=10.0, longest=600.0)
"""After five failures in a row of the endpoint as a whole nothing is sent for 10 seconds, doubling up to 10 minutes."""
LEASE_SHARE = 0.6
"""Of a lane's lease: the longest that one call may take."""


@dataclass(frozen=True, slots=True)
class Note:
    """What an attempt leaves beside its own documents. ``sent`` is absent where nothing was sent."""

    execution_id: str
    sent: Sent | None
    failed: int
    endpoint_id: str
    schedule: tuple[float, ...] | None
    disabled: bool
    counted: Counted | None


class DeliveryTasks:
    """Runs the tasks of kind ``DELIVER``. ``lease`` is the lanes', in seconds."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        ids: IdSource,
        rng: random.Random,
        transport: Transport,
        endpoints: Endpoints,
        owners: EndpointOwners,
        usage: UsageService,
        *,
        lease: float,
    ) -> None:
        self._store, self._clock, self._ids, self._rng = store, clock, ids, rng
        self._owners, self._usage = owners, usage
        self._giving_up = GivingUp(store, clock, usage)
        self._desks = Desks(store, endpoints, owners)
        self._sender = Sender(transport, clock)
        self._longest = min(MAX_SECONDS, lease * LEASE_SHARE)

    def handler(self) -> Handler:
        """Return the handler of deliveries."""
        return Handler(
            DELIVER,
            self.run,
            ref=ExecutionRef,
            breaker=BREAKER,
            prepare=self._desks.executions,
            summary=self._summary,
            amend=self._amend,
            given_up=self._giving_up.end,
        )

    async def run(self, context: TaskContext) -> Result:
        """Deliver one execution once."""
        execution = await self._desks.execution(context)
        if execution is None or execution.state in SETTLED or execution.endpoint_id is None:
            return Done()
        desk = await self._desks.desk(context, execution.endpoint_id)
        now = self._clock.now()
        if (code := _withheld(desk, execution)) is not None:
            return await self._end(context, execution, Standing(ExecutionState.CANCELLED, code), now)
        if execution.expires_at is not None and execution.expires_at <= now:
            return await self._end(context, execution, Standing(ExecutionState.FAILED, "expired"), now)
        if desk.endpoint is None or desk.ring is None:
            code = desk.stopped or "secret_unreadable"
            return await self._end(context, execution, Standing(ExecutionState.FAILED, code), now)
        seconds = min(desk.endpoint.timeout_seconds, self._longest)
        await context.hold(seconds)
        sent = await self._sender.send(desk, execution, seconds, out_of_order=context.out_of_order)
        disabled = await self._learn(desk, execution, sent.answer)
        note = Note(
            execution.id, sent, context.attempt, desk.endpoint.id, desk.endpoint.schedule, disabled, counted=None
        )
        after, note = await self._record(context.batch, execution, note)
        context.notes.append(note)
        return _result(sent.answer, after)

    async def _learn(self, desk: Desk, execution: Execution, answer: Answer) -> bool:
        """Take an answer into the endpoint's health; return whether the endpoint is disabled because of it."""
        endpoint = desk.endpoint
        if execution.test or endpoint is None:
            return False
        verdict = desk.health.learn(answer, self._clock.now())
        if verdict is Verdict.DISABLE and desk.silenced is None:
            await self._owners.disable(endpoint.company_id, endpoint.id, answer)
            desk.silenced = "endpoint_disabled"
            log.info("endpoint_disabled", endpoint=endpoint.id, code=answer.code)
        elif verdict is Verdict.PAUSE and desk.health.failing_since is not None:
            await self._owners.pause(endpoint.company_id, endpoint.id, answer, desk.health.failing_since)
            log.info("endpoint_failing", endpoint=endpoint.id, failures=desk.health.failures)
        return verdict is Verdict.DISABLE

    async def _end(self, context: TaskContext, execution: Execution, after: Standing, now: datetime) -> Result:
        """Settle an execution for which nothing is sent."""
        note = Note(execution.id, None, 0, execution.endpoint_id or "", None, disabled=False, counted=None)
        _, note = await self._record(context.batch, execution, note, after)
        context.notes.append(note)
        return Done()

    async def _record(
        self, batch: WriteBatch, execution: Execution, note: Note, after: Standing | None = None
    ) -> tuple[Standing, Note]:
        """Add to ``batch`` what is stored of an attempt, or of an end without one."""
        now, sent = self._clock.now(), note.sent
        if after is None:
            if sent is None:
                raise RuntimeError("an end without an attempt says where the execution is")
            after = standing(execution, sent, note.failed, note.schedule, now, self._rng, disabled=note.disabled)
        fields, removed = fields_after(execution, sent, after, now)
        counted: Counted | None = None
        if after.settled and after.state is not ExecutionState.CANCELLED and not execution.test:
            succeeded = after.state is ExecutionState.SUCCEEDED
            if execution.counted:  # it was sent again after it had ended: still one execution
                await self._usage.correct(batch, execution.company_id, execution.id, succeeded=succeeded)
            else:
                counted = _counted(execution, sent, succeeded, now)
                self._usage.insert_counted(batch, execution.company_id, execution.id, counted)
                fields["counted"] = True
        batch.patch_stored(
            EXECUTIONS, execution.company_id, execution.id, values=fields, unset=removed, rev=execution.rev
        )
        if sent is not None:
            batch.insert_stored(ATTEMPTS, attempt_of(self._ids(), execution, note.endpoint_id, sent, after))
        return after, Note(
            note.execution_id, sent, note.failed, note.endpoint_id, note.schedule, note.disabled, counted
        )

    def _summary(self, company_id: str, lane: str, notes: Sequence[Note]) -> WriteBatch:
        """Return what several attempts of an endpoint leave together: sums of usage, and the endpoint's health."""
        batch = WriteBatch()
        if counted := [note.counted for note in notes if note.counted is not None]:
            self._usage.add_sums(batch, company_id, counted)
        desk = self._desks.known(lane)
        sent = any(note.sent is not None for note in notes)
        if desk is not None and desk.endpoint is not None and sent and lane == endpoint_lane(desk.endpoint.id):
            fields = desk.health.to_write(self._clock.now())
            if fields is not None:
                batch.after(HEALTH, company_id, desk.endpoint.id, values=fields, create={"v": 1, "subjects": []})
        return batch

    async def _amend(self, task: Task, notes: Sequence[Note]) -> tuple[Result, WriteBatch, Sequence[Note]]:
        """Record an attempt whose execution was changed meanwhile: reported on, cancelled, or erased."""
        note, batch = notes[0], WriteBatch()
        sent = note.sent
        execution = await self._store[EXECUTIONS].of(task.company_id).get(note.execution_id)
        if execution is None or sent is None:
            return Done(), batch, ()
        after, note = await self._record(batch, execution, note)
        return _result(sent.answer, after), batch, [note]


def _counted(execution: Execution, sent: Sent | None, succeeded: bool, now: datetime) -> Counted:
    """Return an execution that ended as it is counted: from its first try to its end, its attempts as calls."""
    begun = execution.first_tried_at or (sent.at if sent is not None else now)
    return Counted(
        counted_as(execution),
        Category.AUTOMATION,
        Status.SUCCESS if succeeded else Status.FAILED,
        max(0, to_millis(now) - to_millis(begun)),
        execution.attempts + (0 if sent is None else 1),
        now,
        execution.automation_id,
        execution.run_id,
    )


def _withheld(desk: Desk, execution: Execution) -> str | None:
    """Return the code with which an execution is cancelled instead of being sent, or None."""
    if desk.endpoint is None:
        return "endpoint_gone"
    return None if execution.test else desk.silenced


def _result(answer: Answer, after: Standing) -> Result:
    """Return what an attempt means for the task, and for the endpoint's lane."""
    trips = answer.kind.trips
    well = not trips and answer.status is not None
    if after.next_at is None:
        good = answer.kind.follows is Follows.DELIVERED
        return Done(answered=good or well, trips=trips)
    slows = (answer.retry_after or 0.0) if answer.kind.slows else None
    return Retry(answer.code, answer.message, trips=trips, answered=well, due=to_millis(after.next_at), slows=slows)
