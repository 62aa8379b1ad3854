"""Whole workers under virtual time: wake-ups in every interleaving, shares, fairness, faults of the store."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from typing import Any

import pytest
from prometheus_client import CollectorRegistry

from leadbridge.kit.clock import ManualClock, to_millis
from leadbridge.kit.ids import object_ids
from leadbridge.storage.batch import OutcomeUnknown, WriteBatch
from leadbridge.storage.faults import Faults
from leadbridge.storage.memory import MemoryEngine
from leadbridge.storage.store import Contention, Store
from leadbridge.work.enqueue import LaneForm, NewTask, TaskQueue
from leadbridge.work.handlers import Done, Handler, Handlers, Result, TaskContext
from leadbridge.work.lanes import LaneStore
from leadbridge.work.metrics import WorkMetrics
from leadbridge.work.model import KINDS, LANES, SHARES, TASKS, LaneState, Queue
from leadbridge.work.schedules import Schedules
from leadbridge.work.worker import Worker, WorkerForm
from tests.simulation.virtual_time import VirtualClock

A, B, C = "a" * 24, "b" * 24, "c" * 24


class Plant:
    """A store in memory, a virtual clock, and any number of workers."""

    def __init__(self, clock: Any, faults: Faults | None = None, **forms: LaneForm) -> None:
        self.clock = clock
        self.rng = random.Random(9)
        self.ids = object_ids(clock, random.Random(8))
        self.store = Store(MemoryEngine(faults=faults), clock, self.ids, self.rng)
        self.queue = TaskQueue(self.store, clock, self.ids, forms)
        self.handlers = Handlers()

    def worker(self, form: WorkerForm) -> Worker:
        schedules = Schedules(self.store, self.clock, self.ids, self.queue)
        metrics = WorkMetrics(CollectorRegistry())
        return Worker(self.store, self.clock, self.ids, self.rng, self.handlers, metrics, schedules, form)

    async def put(self, *tasks: NewTask) -> list[str]:
        async def build() -> tuple[WriteBatch, list[str]]:
            batch = WriteBatch()
            return batch, await self.queue.enqueue(batch, *tasks)

        return await self.store.attempt(build)


@pytest.mark.parametrize("delayed", [False, True])
async def test_no_wakeup_is_lost_however_leaving_and_enqueueing_meet(delayed: bool) -> None:
    met = Counter[str]()
    for seed in range(300):
        faults = Faults(random.Random(seed))
        plant = Plant(ManualClock(), faults)
        await plant.store.start(KINDS)
        lanes = LaneStore(plant.store, plant.clock, "w")
        now = to_millis(plant.clock.now())
        later = [NewTask(company_id=A, lane="conn:1", kind="any", due_at=now + 60_000)] if delayed else []
        await plant.put(NewTask(company_id=A, lane="conn:1", kind="any", due_at=now), *later)
        await lanes.promote()
        (lane,) = await lanes.ready(1)
        look = await lanes.look(lane.id, 10)
        held = await lanes.take(lane, look, [])
        assert held is not None
        await plant.store.write(WriteBatch().delete(TASKS, A, look.tasks[0].id))
        faults.pauses = 6
        await asyncio.gather(lanes.leave(held), plant.put(NewTask(company_id=A, lane="conn:1", kind="any")))
        faults.pauses = 0
        await lanes.promote()
        after = await plant.store[LANES].of(A).get("conn:1")
        assert after is not None
        assert after.state == LaneState.READY, f"seed {seed}: the lane sleeps while a task waits"
        met[str(after.rev)] += 1
    assert len(met) > 1, "every interleaving ended alike: nothing met"


async def saturate(
    weights: dict[str, int], lanes: dict[str, int], slots: int, seconds: float, warm_up: float = 0
) -> Counter[str]:
    """Let companies with more work than can be done share workers; return how many tasks of each were run."""
    clock = VirtualClock()
    plant = Plant(clock, conn=LaneForm(limit=2, quantum=10))
    ran: Counter[str] = Counter()

    async def handle(context: TaskContext) -> Result:
        ran[context.company_id] += 1
        await clock.sleep(0.02)
        return Done()

    plant.handlers.add(Handler("any", handle))
    await plant.store.start(KINDS)
    for company, weight in weights.items():
        await plant.store.write(
            WriteBatch().after(SHARES, company, company, create={"vt": 0, "weight": weight}, add={"vt": 0})
        )
    for company, count in lanes.items():
        for number in range(count):
            tasks = [NewTask(company_id=company, lane=f"conn:{company[0]}{number}", kind="any")] * (1200 // count)
            for start in range(0, len(tasks), 300):
                await plant.put(*tasks[start : start + 300])
    worker = plant.worker(WorkerForm(slots=slots))
    worker.start()
    await clock.run(warm_up)
    ran.clear()
    await clock.run(seconds)
    counted = ran.copy()
    stopping = asyncio.create_task(worker.stop(1.0))
    await clock.run(seconds + 5)
    await stopping
    return counted


@pytest.mark.parametrize(("lanes_a", "lanes_b"), [(1, 1), (12, 12), (12, 2)])
async def test_two_saturating_companies_get_equal_shares(lanes_a: int, lanes_b: int) -> None:
    ran = await saturate({A: 1, B: 1}, {A: lanes_a, B: lanes_b}, slots=2 if lanes_a > 1 else 1, seconds=12)
    assert ran[A] + ran[B] > 300
    assert max(ran.values()) < 1200, "one of them was not saturated"
    assert abs(ran[A] - ran[B]) <= 0.1 * (ran[A] + ran[B]) / 2, ran


async def test_a_weight_is_a_share() -> None:
    # the first turn of a lane is charged before anybody knows how much is in it, so that it is left out here
    ran = await saturate({A: 3, B: 1}, {A: 6, B: 6}, slots=1, seconds=20, warm_up=5)
    assert ran[A] == pytest.approx(3 * ran[B], rel=0.15)


async def test_a_company_that_was_quiet_has_not_saved_up_its_share() -> None:
    clock = VirtualClock()
    plant = Plant(clock, conn=LaneForm(limit=1, quantum=10))
    order: list[str] = []

    async def handle(context: TaskContext) -> Result:
        order.append(context.company_id)
        await clock.sleep(0.01)
        return Done()

    plant.handlers.add(Handler("any", handle))
    await plant.store.start(KINDS)
    worker = plant.worker(WorkerForm(slots=1))
    await plant.put(*[NewTask(company_id=A, lane="conn:a", kind="any")] * 500)
    worker.start()
    await clock.run(20)
    assert len(order) == 500  # nothing waits any more
    order.clear()
    await plant.put(*[NewTask(company_id=one, lane=f"conn:{one[0]}", kind="any") for one in [A, B] * 300])
    await clock.run(40)
    first = Counter(order[:200])
    assert first[A] == pytest.approx(first[B], rel=0.15), "the busy one was made to wait for the quiet one"
    stopping = asyncio.create_task(worker.stop(1.0))
    await clock.run(45)
    await stopping


async def test_a_quiet_company_is_next_beside_a_thousand_ready_lanes_of_another() -> None:
    clock = VirtualClock()
    plant = Plant(clock, conn=LaneForm(limit=1, quantum=10))
    begun: dict[str, float] = {}

    async def handle(context: TaskContext) -> Result:
        begun.setdefault(context.company_id, clock.monotonic())
        await clock.sleep(0.05)
        return Done()

    plant.handlers.add(Handler("any", handle))
    await plant.store.start(KINDS)
    for start in range(0, 1000, 100):
        await plant.put(
            *[NewTask(company_id=A, lane=f"conn:a{number}", kind="any") for number in range(start, start + 100)] * 3
        )
    worker = plant.worker(WorkerForm(slots=4))
    worker.start()
    await clock.run(3)
    at = clock.monotonic()
    await plant.put(NewTask(company_id=B, lane="conn:b", kind="any", queue=Queue.LIVE))
    await clock.run(6)
    assert begun[B] - at < 0.2
    stopping = asyncio.create_task(worker.stop(1.0))
    await clock.run(12)
    await stopping


@pytest.mark.parametrize("seed", range(6))
async def test_workers_on_a_faulty_store_run_everything(seed: int) -> None:
    faults = Faults(random.Random(seed), conflict=0.05, rival=0.05, unknown=0.05, lost_afters=0.05, pauses=2)
    clock = VirtualClock()
    plant = Plant(clock, faults, conn=LaneForm(limit=3, quantum=10))
    done: Counter[str] = Counter()

    async def handle(context: TaskContext) -> Result:
        done[context.task.id] += 1
        await clock.sleep(0.01)
        return Done()

    plant.handlers.add(Handler("any", handle))
    await plant.store.start(KINDS)
    workers = [plant.worker(WorkerForm(slots=2)) for _ in range(3)]
    asked: set[str] = set()

    async def produce() -> None:
        for number in range(60):
            task = NewTask(company_id=(A, B, C)[number % 3], lane=f"conn:{number % 3}", kind="any")
            try:
                asked.update(await plant.put(task))
            except (OutcomeUnknown, Contention):
                continue  # it may be stored or not; nobody was promised anything
            await clock.sleep(0.1)

    for worker in workers:
        worker.start()
    producing = asyncio.create_task(produce())
    await clock.run(400)
    await producing
    left = (await plant.store[TASKS].across_companies().find(limit=1000)).items
    assert asked <= set(done)
    assert [task.state for task in left] == []
    stopping = asyncio.gather(*(worker.stop(1.0) for worker in workers))
    await clock.run(500)
    await stopping
