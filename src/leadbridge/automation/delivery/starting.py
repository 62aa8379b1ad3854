"""Starting executions: in one batch the execution and the task that runs it, and never a second one for an event."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from leadbridge.automation.delivery.model import EXECUTIONS, Execution, automation_lane, endpoint_lane, trial_lane
from leadbridge.kit.clock import Clock, to_millis
from leadbridge.storage.batch import WriteBatch
from leadbridge.work.enqueue import LaneForm, NewTask, TaskQueue
from leadbridge.work.model import Queue

DELIVER = "automation.deliver"
"""The kind of the tasks that call an endpoint."""
RUN = "automation.run"
"""The kind of the tasks that do an automation's steps here."""
PATIENCE = timedelta(days=3)
"""How long an execution is tried."""


class ExecutionRef(msgspec.Struct, frozen=True):
    """What both tasks refer to. Their own id is the execution's as well."""

    execution: str


class Start(msgspec.Struct, frozen=True, kw_only=True):
    """An execution to be started. ``body`` is the JSON that is sent, or that the steps are given."""

    id: str
    company_id: str
    automation_id: str | None = None
    hook_id: str | None = None
    endpoint_id: str | None = None
    event_id: str
    event_type: str
    record_id: str | None = None
    origin: str
    hop: int
    body: str
    order_seq: int | None = None
    """The event's place among those of its record; given where the endpoint keeps their order."""
    test: bool = False
    replay_of: str | None = None
    form: LaneForm | None = None
    """How the endpoint is called (``lanes.lane_form``): its lane is made so by its first execution."""
    bulk: bool = False
    """Whether it waits behind what is live: a replay, a recovery."""
    due_at: datetime | None = None


def execution_id(event_id: str, owner_id: str) -> str:
    """Return the id of an event's execution for an automation or a subscription: the same, however often it is made.

    It begins with the event's second and with what its count is about, so that what is started one after the other is
    stored side by side: ids in no order touch a page of every index each, and take a third more time to store. The
    other 56 bits tell events and owners apart.
    """
    rest = hashlib.blake2b(f"{event_id}:{owner_id}".encode(), digest_size=7).hexdigest()
    return f"{event_id[2:8]}{event_id[18:22]}{rest}"


class Starts:
    """Adds executions to batches."""

    def __init__(self, clock: Clock, queue: TaskQueue) -> None:
        self._clock, self._queue = clock, queue

    async def add(self, batch: WriteBatch, starts: Sequence[Start]) -> None:
        """Add ``starts`` to ``batch``, each with its task. A batch with one that exists already is refused.

        So who may be doing it for the second time (a task) looks first which of the ids exist. At most 300 in a batch.
        """
        now = self._clock.now()
        tasks: list[NewTask] = []
        for start in starts:
            subjects = (start.record_id,) if start.record_id is not None else ()
            batch.insert(
                EXECUTIONS,
                Execution(
                    id=start.id,
                    company_id=start.company_id,
                    subjects=subjects,
                    automation_id=start.automation_id,
                    hook_id=start.hook_id,
                    endpoint_id=start.endpoint_id,
                    event_id=start.event_id,
                    event_type=start.event_type,
                    record_id=start.record_id,
                    origin=start.origin,
                    hop=start.hop,
                    body=start.body,
                    created_at=now,
                    next_at=start.due_at or now,
                    expires_at=now + PATIENCE,
                    test=True if start.test else None,
                    replay_of=start.replay_of,
                ),
            )
            tasks.append(self._task(start))
        await self._queue.enqueue(batch, *tasks)

    def _task(self, start: Start) -> NewTask:
        if start.endpoint_id is not None:
            lane = (trial_lane if start.test else endpoint_lane)(start.endpoint_id)
            kind = DELIVER
        elif start.automation_id is not None:
            lane, kind = automation_lane(start.automation_id), RUN
        else:
            raise ValueError("an execution has an endpoint, or an automation whose steps are run here")
        ordered = start.order_seq is not None and start.record_id is not None
        return NewTask(
            id=start.id,
            company_id=start.company_id,
            lane=lane,
            form=None if start.test else start.form,
            kind=kind,
            ref=ExecutionRef(start.id),
            queue=Queue.BULK if start.bulk else Queue.LIVE,
            due_at=None if start.due_at is None else to_millis(start.due_at),
            order_key=start.record_id if ordered else None,
            order_seq=start.order_seq if ordered else None,
            subjects=(start.record_id,) if start.record_id is not None else (),
        )


def task_again(execution: Execution, form: LaneForm | None, queue: Queue) -> NewTask:
    """Return the task that sends an execution again, or runs it again, out of the order of its record's events."""
    if execution.endpoint_id is not None:
        lane, kind = (trial_lane if execution.test else endpoint_lane)(execution.endpoint_id), DELIVER
    elif execution.automation_id is not None:
        lane, kind, form = automation_lane(execution.automation_id), RUN, None
    else:
        raise ValueError("an execution has an endpoint, or an automation whose steps are run here")
    return NewTask(
        id=execution.id,
        company_id=execution.company_id,
        lane=lane,
        form=None if execution.test else form,
        kind=kind,
        ref=ExecutionRef(execution.id),
        queue=queue,
        subjects=execution.subjects,
    )
