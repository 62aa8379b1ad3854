"""Runs: pushes that outlive the request, and the process, that asked for them.

A run, its parts and their tasks are stored in one batch. The parts are tasks of the connection's lane, so that one
process at a time writes to a connection and the runs of a connection follow each other.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import msgspec

from leadbridge.integrations.model import Connection
from leadbridge.kit.clock import Clock, to_millis
from leadbridge.kit.ids import IdSource
from leadbridge.storage.batch import UNSET, WriteBatch
from leadbridge.storage.query import Position
from leadbridge.storage.store import Store
from leadbridge.sync.errors import RunEnded, RunNotFound
from leadbridge.sync.ledger import plus
from leadbridge.sync.model import API, OPEN, PARTS, RUNS, Counts, Item, Part, Provenance, Run, RunStatus, Trigger
from leadbridge.usage.calls import Cause
from leadbridge.usage.model import Category, EventType, UsageEvent
from leadbridge.usage.service import UsageService
from leadbridge.work.enqueue import NewTask, TaskQueue
from leadbridge.work.model import LANES, TASKS, LaneState, Queue, TaskState, connection_lane

PUSH = "sync.push"
"""The kind of a run's tasks."""
PART_ITEMS = 100
"""Ids in one part: about one call of a CRM's bulk interface, so that a turn is short and progress can be seen."""
MAX_ITEMS = 10_000
LOOK_SECONDS = 0.5
"""The longest pause between two looks at a run that is waited for."""
STEP_SECONDS = 0.1
"""The shortest pause between two looks at a run that is watched."""
NO_WORKER = "No worker has taken it up yet. If this stays so, start one: leadbridge worker."
PAUSED = "The connection is paused; the run goes on when it is resumed."


@dataclass(frozen=True, slots=True)
class Progress:
    """A run, its items in the order they were sent, and what keeps it from going on, if anything does."""

    run: Run
    items: tuple[Item, ...]
    hint: str | None = None


class PartRef(msgspec.Struct, frozen=True):
    """What a task of a run refers to."""

    run: str
    part: str


class Runs:
    """The runs of all companies. ``nudge`` tells a worker of this process, if there is one, that work came in."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        ids: IdSource,
        queue: TaskQueue,
        usage: UsageService,
        nudge: Callable[[], None] = lambda: None,
    ) -> None:
        self._store, self._clock, self._ids, self._queue, self._usage = store, clock, ids, queue, usage
        self._nudge = nudge

    async def begin(
        self,
        connection: Connection,
        items: Sequence[Item],
        *,
        queue: Queue = Queue.LIVE,
        patient: bool = False,
        request_id: str | None = None,
        cause: Provenance = API,
    ) -> Run:
        """Store a run that pushes ``items`` (at most 10,000) over ``connection``, and return it; see ``add``."""

        async def build() -> tuple[WriteBatch, Run]:
            batch = WriteBatch()
            made = await self.add(
                batch, connection, items, queue=queue, patient=patient, request_id=request_id, cause=cause
            )
            return batch, made

        run = await self._store.attempt(build)
        self._nudge()
        return run

    async def add(
        self,
        batch: WriteBatch,
        connection: Connection,
        items: Sequence[Item],
        *,
        queue: Queue = Queue.LIVE,
        patient: bool = False,
        request_id: str | None = None,
        trigger: Trigger = Trigger.REQUEST,
        cause: Provenance = API,
    ) -> Run:
        """Add such a run to ``batch``, the batch of its cause, and return it. Call it inside ``store.attempt``.

        An item that has its outcome already (an id that names no lead) is only counted. ``patient`` runs wait for a
        CRM that cannot be used just now; of others every lead fails at once with the reason.
        """
        if len(items) > MAX_ITEMS:
            raise ValueError(f"a run has at most {MAX_ITEMS} items; {len(items)} were given")
        now = self._clock.now()
        run = Run(
            id=self._ids(),
            company_id=connection.company_id,
            kind="push",
            connection_id=connection.id,
            provider=connection.provider,
            trigger=trigger,
            status=RunStatus.WAITING,
            total=len(items),
            counts=plus(Counts(), [item for item in items if item.action is not None]),
            patient=patient,
            request_id=request_id,
            origin=cause.origin,
            hop=cause.hop,
            started_at=now,
        )
        parts = self._cut(run, items)
        open_parts = [part for part in parts if any(item.action is None for item in part.items)]
        tasks = [
            NewTask(
                company_id=run.company_id,
                lane=connection_lane(connection.id),
                kind=PUSH,
                ref=PartRef(run.id, part.id),
                queue=queue,
                trace=request_id,
            )
            for part in open_parts
        ]
        ids = dict(zip((part.id for part in open_parts), await self._queue.enqueue(batch, *tasks), strict=True))
        for part in parts:
            batch.insert(PARTS, msgspec.structs.replace(part, task_id=ids.get(part.id)))
        if run.counts.read == run.total:
            run = self.ended(run)
            self._usage.add(batch, self.event(run))
        batch.insert(RUNS, run)
        return run

    def _cut(self, run: Run, items: Sequence[Item]) -> list[Part]:
        return [
            Part(
                id=self._ids(),
                company_id=run.company_id,
                run_id=run.id,
                number=number,
                items=tuple(chunk),
                created_at=run.started_at,
                subjects=tuple(dict.fromkeys(item.lead for item in chunk if item.lead is not None)),
            )
            for number, start in enumerate(range(0, len(items), PART_ITEMS))
            for chunk in [items[start : start + PART_ITEMS]]
        ]

    def ended(self, run: Run) -> Run:
        """Return ``run`` as it is once every item has its outcome."""
        status = RunStatus.CANCELLED if run.cancelled else RunStatus.DONE
        return run.model_copy(update={"status": status, "ended_at": self._clock.now()})

    def cause(self, run: Run) -> Cause:
        """Return what a run's calls are linked to: its usage event, which is stored at its end."""
        return Cause(run.company_id, run.id, run.provider, run.connection_id)

    def event(self, run: Run) -> UsageEvent:
        """Return the usage event of a run. It has the run's id, so that calls can be linked to it before its end."""
        ended = run.ended_at or self._clock.now()
        return self._usage.event(
            run.company_id,
            EventType.CRM_SYNC,
            Category.CRM,
            succeeded=run.counts.failed + run.counts.held == 0,
            milliseconds=to_millis(ended) - to_millis(run.started_at),
            api_calls=run.vendor_calls,
            records=run.counts.read,
            provider=run.provider,
            connection_id=run.connection_id,
            run_id=run.id,
            request={"leads": run.total} | ({} if run.trigger is Trigger.REQUEST else {"trigger": run.trigger.value}),
            response=run.counts.model_dump(by_alias=True),
            id=run.id,
        )

    async def get(self, company_id: str, run_id: str) -> Run:
        """Return a run; raises ``RunNotFound``."""
        run = await self._store[RUNS].of(company_id).get(run_id)
        if run is None:
            raise RunNotFound("There is no such run.")
        return run

    async def wait(self, run: Run, seconds: float) -> Run:
        """Return the run once it has ended, or as it is after ``seconds``."""
        deadline = self._clock.monotonic() + seconds
        seen: int | None = None
        while run.status in OPEN and (left := deadline - self._clock.monotonic()) > 0:
            # the mark is taken before the look: a commit in between is not missed
            seen = await self._store.engine.wait_for_change(0 if seen is None else min(left, LOOK_SECONDS), seen)
            run = await self.get(run.company_id, run.id)
        return run

    async def changed(self, run: Run, seconds: float) -> Run:
        """Return the run once it is further than ``run``, or as it is after ``seconds``; raises ``RunNotFound``."""
        deadline = self._clock.monotonic() + seconds
        here, seen = await self.get(run.company_id, run.id), None
        while here.rev == run.rev and (left := deadline - self._clock.monotonic()) > 0:
            seen = await self._store.engine.wait_for_change(0 if seen is None else min(left, LOOK_SECONDS), seen)
            await self._clock.sleep(STEP_SECONDS)  # whatever others commit, each watcher reads ten times a second
            here = await self.get(run.company_id, run.id)
        return here

    async def progress(self, run: Run) -> Progress:
        """Return a run with its items so far, and what keeps it from going on."""
        parts = await self._parts(run)
        items = tuple(item for part in parts for item in part.items)
        return Progress(run, items, await self._hint(run, parts) if run.status in OPEN else None)

    async def cancel(self, company_id: str, run_id: str) -> Run:
        """Let a run do nothing more; what is being written ends as it would have. Raises ``RunNotFound``, ``RunEnded``.

        What has no outcome yet fails as ``run_cancelled``, as soon as a worker comes to it.
        """

        async def build() -> tuple[WriteBatch | None, Run]:
            run = await self.get(company_id, run_id)
            if run.status not in OPEN:
                raise RunEnded(f"The run is {run.status} already.")
            if run.cancelled:
                return None, run
            batch = WriteBatch().patch(
                RUNS, company_id, run.id, values={"cancelled": True}, where={"endedAt": UNSET, "status": run.status}
            )
            return batch, run.model_copy(update={"cancelled": True})

        run = await self._store.attempt(build)
        self._nudge()
        return run

    async def _parts(self, run: Run) -> list[Part]:
        parts: list[Part] = []
        after: Position | None = None
        while True:
            page = (
                await self._store[PARTS]
                .of(run.company_id)
                .find(eq={"runId": run.id}, order=["number"], limit=50, after=after)
            )
            parts += page.items
            if page.next is None:
                return parts
            after = page.next

    async def _hint(self, run: Run, parts: Sequence[Part]) -> str | None:
        ids = [part.task_id for part in parts if part.task_id and any(item.action is None for item in part.items)]
        tasks = await self._store[TASKS].of(run.company_id).get_many(ids)
        if dead := [task for task in tasks.values() if task.state == TaskState.DEAD]:
            return f"{len(dead)} of its parts were given up; GET /api/v1/work/dead says why and can try them again."
        lane = await self._store[LANES].of(run.company_id).get(connection_lane(run.connection_id))
        if lane is not None and lane.stop:
            return PAUSED
        owned = lane is not None and lane.state == LaneState.OWNED and lane.at > to_millis(self._clock.now())
        return NO_WORKER if run.status == RunStatus.WAITING and not owned else None
