"""The protocol of lanes as a state machine: several workers that die, stand still and come back, in any order."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
from collections.abc import Awaitable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from leadbridge.kit.clock import ManualClock, to_millis
from leadbridge.kit.document import LeanDocument
from leadbridge.kit.ids import object_ids
from leadbridge.storage.batch import OutcomeUnknown, WriteBatch
from leadbridge.storage.faults import Faults
from leadbridge.storage.kind import Kind
from leadbridge.storage.memory import MemoryEngine
from leadbridge.storage.store import Store
from leadbridge.work import decide
from leadbridge.work.enqueue import LaneForm, NewTask, TaskQueue
from leadbridge.work.errors import LaneLost
from leadbridge.work.lanes import Held, LaneStore
from leadbridge.work.model import KINDS, LANES, TASKS, LaneState, LastError, Queue, Task, TaskState
from leadbridge.work.results import Again, Bury, Delete, Outcome
from leadbridge.work.sweep import sweep

T = TypeVar("T")
LEASE = 30.0
WORKERS = 3
LANE_NAMES = ("conn:a", "conn:b", "endpoint:c")
COMPANY = {"conn:a": "a" * 24, "conn:b": "b" * 24, "endpoint:c": "a" * 24}
LONG = os.environ.get("LEADBRIDGE_LONG") == "1"


class Effect(LeanDocument, frozen=True, kw_only=True, rename="camel"):
    """What a handler stores: one document a try, which the store must accept at most once and only under the fence."""

    task: str
    fence: int


EFFECTS = Kind("effects", Effect)


@dataclass
class Worker:
    """A process: what it holds in memory is gone when it dies."""

    lanes: LaneStore
    held: Held | None = None
    page: list[Task] = field(default_factory=list)
    heads_only: set[str] = field(default_factory=set)
    outcomes: list[Outcome] = field(default_factory=list)
    more: bool = False


class Lanes(RuleBasedStateMachine):
    """Rules are steps of single workers; the model knows what was asked for and what was acknowledged."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()

    @initialize(seed=st.integers(0, 2**32), faulty=st.booleans(), dying=st.booleans())
    def begin(self, seed: int, faulty: bool, dying: bool) -> None:
        rng = random.Random(seed)
        self.faults = Faults(rng, conflict=0.03, rival=0.03, unknown=0.03) if faulty else Faults(rng)
        self.clock = ManualClock()
        self.ids = object_ids(self.clock, random.Random(seed))
        self.store = Store(MemoryEngine(faults=self.faults), self.clock, self.ids, rng)
        self.run(self.store.start((*KINDS, EFFECTS)))
        self.queue = TaskQueue(self.store, self.clock, self.ids, {"conn": LaneForm(limit=3, quantum=5)})
        self.workers = [self.new_worker() for _ in range(WORKERS)]
        self.asked: set[str] = set()
        self.settled: dict[str, str] = {}
        self.hints: dict[str, int] = {}
        self.fences: dict[str, int] = {}
        self.done_order: dict[str, list[int]] = {}
        self.sequence = 0
        self.dying = dying
        self.passed = False
        self.faulty = faulty

    def run(self, work: Awaitable[T]) -> T:
        return self.loop.run_until_complete(work)

    def new_worker(self) -> Worker:
        return Worker(LaneStore(self.store, self.clock, self.ids(), lease=LEASE))

    def now(self) -> int:
        return to_millis(self.clock.now())

    # producers

    @rule(
        lane=st.sampled_from(LANE_NAMES),
        queue=st.sampled_from(list(Queue)),
        delay=st.sampled_from([0, 0, 0, 1_000, 40_000]),
        uniq=st.sampled_from([None, None, "one", "two"]),
        ordered=st.booleans(),
        dies=st.booleans(),
    )
    def enqueue(self, lane: str, queue: Queue, delay: int, uniq: str | None, ordered: bool, dies: bool) -> None:
        self.sequence += 1
        name = None if uniq is None else f"{lane}-{uniq}"
        keyed: dict[str, Any] = {"order_key": "k", "order_seq": self.sequence} if ordered and name is None else {}
        task = NewTask(
            company_id=COMPANY[lane],
            lane=lane,
            kind="any",
            queue=queue,
            due_at=self.now() + delay,
            uniq=name,
            **keyed,
        )

        self.quietly(self.put(task, dies=dies and self.dying))

    async def put(self, task: NewTask, *, dies: bool = False) -> None:
        async def build() -> tuple[WriteBatch, str]:
            batch = WriteBatch()
            (id,) = await self.queue.enqueue(batch, task)
            if dies:
                batch.afters.clear()  # the producer died between the commit and what follows it
            return batch, id

        id = await self.store.attempt(build)
        if id in self.asked:
            self.hints[id] = self.hints.get(id, 0) + 1
        self.asked.add(id)

    # workers

    @rule(worker=st.integers(0, WORKERS - 1))
    def promote(self, worker: int) -> None:
        self.quietly(self.workers[worker].lanes.promote())

    @rule(worker=st.integers(0, WORKERS - 1), which=st.integers(0, 2))
    def take(self, worker: int, which: int) -> None:
        self.taking(self.workers[worker], which)

    def taking(self, worker: Worker, which: int = 0) -> bool:
        if worker.held is not None:
            return False
        ready = self.run(worker.lanes.ready(10))
        if not ready:
            return False
        lane = ready[which % len(ready)]

        async def begin() -> Held | None:
            look = await worker.lanes.look(lane.id, lane.quantum)
            keys = {task.order_key for task in look.tasks if task.order_key is not None}
            ordered = decide.in_order(look.tasks, await worker.lanes.sequences(lane.id, keys), self.now())
            now = self.now()
            fit = [task for task in ordered.run if decide.unfit(task, now) is None]
            dead = [task for task in ordered.run if decide.unfit(task, now) is not None]
            self.passed = self.passed or bool(ordered.out_of_order)
            alone = {task.order_key for task in fit if task.crashes} - {None}
            clean = [task for task in fit if not task.crashes and task.order_key not in alone]
            worker.page = clean or fit[:1]
            worker.outcomes = [Outcome(task, Bury(task.attempt, LastError(code="crashed", at=now))) for task in dead]
            worker.outcomes += [
                Outcome(task, Again(ordered.put_off[task.id], task.attempt))
                for task in look.tasks
                if task.id in ordered.put_off
            ]
            worker.more = look.full or ordered.left or len(worker.page) < len(fit)
            return await worker.lanes.take(lane, look, [task.id for task in worker.page])

        try:
            worker.held = self.run(begin())
        except OutcomeUnknown:
            return False
        if worker.held is None:
            worker.page, worker.outcomes = [], []
            return False
        fence = worker.held.lane.fence
        assert fence > self.fences.get(lane.id, 0), "a fence that was given out before"
        self.fences[lane.id] = fence
        return True

    @rule(worker=st.integers(0, WORKERS - 1), end=st.sampled_from(["done", "done", "retry", "dead"]))
    def try_one(self, worker: int, end: str) -> None:
        self.trying(self.workers[worker], end)

    def trying(self, worker: Worker, end: str) -> bool:
        if worker.held is None or not worker.page:
            return False
        task = worker.page.pop(0)
        worker.held.ran += 1
        effect = Effect(id=self.ids(), company_id=task.company_id, task=task.id, fence=worker.held.lane.fence)
        part = WriteBatch().insert(EFFECTS, effect)
        error = LastError(code="x", at=self.now())
        if end == "done":
            worker.outcomes.append(Outcome(task, Delete(), part))
        elif end == "dead":
            worker.outcomes.append(Outcome(task, Bury(task.attempt + 1, error), part))
        else:
            due = self.now() + 5_000
            worker.outcomes.append(Outcome(task, Again(due, task.attempt + 1, error), part))
            held_back = [one for one in worker.page if one.order_key is not None and one.order_key == task.order_key]
            worker.page = [one for one in worker.page if one not in held_back]
            worker.outcomes += [Outcome(one, Again(due, one.attempt)) for one in held_back]
        return True

    @rule(worker=st.integers(0, WORKERS - 1))
    def settle(self, worker: int) -> None:
        self.settling(self.workers[worker])

    def settling(self, worker: Worker) -> bool:
        """Store results; a worker whose fence is old must be refused."""
        if worker.held is None:
            return False
        held, outcomes = worker.held, worker.outcomes
        worker.outcomes = []
        lane = self.run(self.store[LANES].across_companies().get(held.lane.id))
        ours = lane is not None and lane.fence == held.lane.fence and lane.state == LaneState.OWNED
        before = self.effects()
        try:
            refused = self.run(worker.lanes.settle(held, outcomes, [task.id for task in worker.page]))
        except LaneLost:
            if not ours:
                assert self.effects() == before, "a result of an old fence was stored"
            self.drop(worker)
            return False
        assert ours, "results were accepted from an old fence"
        again = [outcome for outcome, _ in refused]
        worker.outcomes = [Outcome(one.task, Again(self.now() + 1_000, one.task.attempt + 1)) for one in again]
        for outcome in outcomes:
            if outcome not in again:
                self.note(outcome)
        return True

    def note(self, outcome: Outcome) -> None:
        """Compare what the store made of an acknowledged result with what was asked."""
        task = outcome.task
        stored = self.run(self.store[TASKS].of(task.company_id).get(task.id))
        hinted = self.hints.get(task.id, 0) > task.hits
        if isinstance(outcome.fate, Delete):
            assert (stored is not None) == hinted, "a hint was lost, or a task outlived its completion"
            if not hinted:
                self.settled[task.id] = "done"
            if task.order_key is not None:
                done = self.done_order.setdefault(task.lane, [])
                done.append(task.order_seq or 0)
                assert self.faulty or self.passed or done == sorted(done), "an ordered key went out of order"
        elif isinstance(outcome.fate, Bury):
            assert stored is not None
            assert (stored.state == TaskState.WAITING) == hinted, "a hint died with its task"

    @rule(worker=st.integers(0, WORKERS - 1), busy=st.booleans())
    def leave(self, worker: int, busy: bool) -> None:
        held = self.workers[worker].held
        task = None
        if busy and held is not None:
            task = NewTask(company_id=held.lane.company_id, lane=held.lane.id, kind="any", due_at=self.now())
        self.leaving(self.workers[worker], task)

    def leaving(self, worker: Worker, meanwhile: NewTask | None = None) -> bool:
        while worker.outcomes:
            if not self.settling(worker):
                return False
        if worker.held is None:
            return False
        more = worker.more or bool(worker.page)
        with contextlib.suppress(LaneLost):
            self.run(self.together(worker.lanes.leave(worker.held, more=more), meanwhile))
        self.drop(worker)
        return True

    async def together(self, leaving: Awaitable[object], task: NewTask | None) -> None:
        """Leave a lane while a producer puts something into it, in any interleaving."""
        self.faults.pauses = 4
        try:
            jobs = [leaving] if task is None else [leaving, self.put(task)]
            results = await asyncio.gather(*jobs, return_exceptions=True)
            for result in results[::-1]:
                if isinstance(result, BaseException) and not isinstance(result, OutcomeUnknown):
                    raise result
        finally:
            self.faults.pauses = 0

    @rule(worker=st.integers(0, WORKERS - 1))
    def crash(self, worker: int) -> None:
        self.workers[worker] = self.new_worker()

    @rule(worker=st.integers(0, WORKERS - 1))
    def sweep(self, worker: int) -> None:
        self.quietly(sweep(self.store, self.workers[worker].lanes))

    @precondition(lambda self: any(worker.held is not None for worker in self.workers))
    @rule(other=st.integers(0, WORKERS - 1), acts=st.booleans())
    def stand_still(self, other: int, acts: bool) -> None:
        """Every owner stands still beyond its lease while one process goes on, then the others continue."""
        self.clock.advance(LEASE + 1)
        rescuer = self.workers[other]
        self.drop(rescuer)
        self.quietly(rescuer.lanes.promote())
        if self.taking(rescuer) and acts:
            self.trying(rescuer, "done")
        for worker in self.workers:
            if worker is not rescuer:
                self.trying(worker, "done")
                self.settling(worker)

    @rule(seconds=st.sampled_from([0.5, 6.0, LEASE + 1]))
    def pass_time(self, seconds: float) -> None:
        """Time passes; the longest step is a pause beyond every lease."""
        self.clock.advance(seconds)

    def drop(self, worker: Worker) -> None:
        worker.held, worker.page, worker.outcomes, worker.more = None, [], [], False

    def quietly(self, work: Awaitable[object]) -> None:
        with contextlib.suppress(OutcomeUnknown):
            self.run(work)

    def effects(self) -> int:
        found = self.run(self.store[EFFECTS].across_companies().find(limit=10_000, max_scan=20_000))
        return len(found.items)

    # what always holds

    @precondition(lambda self: hasattr(self, "store"))
    @invariant()
    def at_most_one_owner_of_a_fence(self) -> None:
        held = [(one.held.lane.id, one.held.lane.fence) for one in self.workers if one.held is not None]
        assert len(held) == len(set(held))

    @precondition(lambda self: hasattr(self, "store"))
    @invariant()
    def no_task_is_lost(self) -> None:
        found = self.run(self.store[TASKS].across_companies().find(limit=10_000, max_scan=20_000)).items
        stored = {task.id for task in found}
        pending = {outcome.task.id for one in self.workers for outcome in one.outcomes}
        # a result whose answer was lost may be stored without our knowing
        if self.faults.unknown == 0:
            assert self.asked - set(self.settled) - pending <= stored
        names = [(task.company_id, task.uniq) for task in found if task.uniq is not None]
        assert len(names) == len(set(names)), "two tasks of one name"

    def teardown(self) -> None:
        if not hasattr(self, "store"):
            self.loop.close()
            return
        self.faults.conflict = self.faults.rival = self.faults.unknown = 0.0
        worker = self.workers[0] = self.new_worker()
        for _ in range(400):
            if self.dying or self.faulty:
                self.run(sweep(self.store, worker.lanes))  # nobody else needs it: no wake-up is lost
            self.run(worker.lanes.promote())
            while self.taking(worker):
                while self.trying(worker, "done"):
                    pass
                assert self.leaving(worker)
            waiting = [
                task
                for task in self.run(self.store[TASKS].across_companies().find(limit=10_000, max_scan=20_000)).items
                if task.state == TaskState.WAITING
            ]
            if not waiting:
                break
            self.clock.advance(6.0)
        else:
            raise AssertionError(f"tasks wait for ever: {waiting[:3]}")
        self.loop.run_until_complete(self.loop.shutdown_default_executor())
        self.loop.close()


TestLanes = Lanes.TestCase
TestLanes.settings = settings(
    max_examples=2000 if LONG else 150,
    stateful_step_count=120 if LONG else 50,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
)
TestLanes.pytestmark = [pytest.mark.timeout(3600 if LONG else 120)]  # type: ignore[attr-defined]  # pytest reads it
