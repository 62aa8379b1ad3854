"""What keeps a worker honest: its clock, lanes that a person stopped, results under the lane's fence, chores."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import pytest

from leadbridge.kit.clock import SystemClock
from leadbridge.storage.batch import Applied, WriteBatch
from leadbridge.work import pausing
from leadbridge.work.chores import Chores, Duty
from leadbridge.work.errors import LaneLost
from leadbridge.work.handlers import Done, Result, TaskContext
from leadbridge.work.lanes import LaneStore
from leadbridge.work.model import LANES, Lane, LaneState
from leadbridge.work.results import Again, Delete, Outcome
from tests.contract.work.shop import ACME, EFFECTS, Effect, Shop


class OffClock(SystemClock):
    """A clock that is some seconds off."""

    seconds = 0.0

    def now(self) -> datetime:
        return super().now() + timedelta(seconds=self.seconds)


async def test_a_worker_whose_clock_is_off_begins_nothing_until_it_is_right_again(
    shop: Shop,
) -> None:
    if await shop.store.engine.time() is None:
        assert await shop.worker.compare_clocks() == 0.0
        return  # the only clock there is
    clock = OffClock()
    other = Shop(shop.store.engine, clock=clock)
    ran: list[str] = []

    async def handle(context: TaskContext) -> Result:
        ran.append(context.task.id)
        return Done()

    other.handle("any", handle)
    await other.put("any")
    clock.seconds = 9.0
    assert abs(await other.worker.compare_clocks() - -9.0) < 2
    assert await other.worker.round() == 0
    clock.seconds = 0.0
    await other.worker.compare_clocks()
    await other.worker.drain()
    assert len(ran) == 1


async def test_a_stopped_lane_keeps_its_tasks_and_goes_on_when_it_is_resumed(shop: Shop) -> None:
    ran: list[str] = []

    async def handle(context: TaskContext) -> Result:
        ran.append(context.task.id)
        return Done()

    async def stop() -> tuple[WriteBatch, None]:
        batch = WriteBatch()
        await pausing.pause(shop.store, batch, ACME, "conn:1")
        return batch, None

    async def go_on() -> tuple[WriteBatch, None]:
        batch = WriteBatch()
        await pausing.resume(shop.store, shop.clock, batch, ACME, "conn:1")
        return batch, None

    shop.handle("any", handle)
    await shop.store.attempt(stop)
    await shop.put("any")
    await shop.worker.drain()
    lane = await shop.store[LANES].of(ACME).get("conn:1")
    assert lane is not None
    assert lane.state == LaneState.PAUSED
    assert ran == []
    await shop.store.attempt(go_on)
    await shop.worker.drain()
    assert len(ran) == 1


async def test_what_is_stored_before_a_task_is_done_needs_the_lane(shop: Shop) -> None:
    lanes = LaneStore(shop.store, shop.clock, "slow", lease=0.05)
    await shop.put("any")
    await lanes.promote()
    (lane,) = await lanes.ready(1)
    held = await lanes.take(lane, await lanes.look(lane.id, 10), [])
    assert held is not None
    first = Effect(id=shop.ids(), company_id=ACME, task="a")
    assert isinstance(await lanes.store(held, WriteBatch().insert(EFFECTS, first)), Applied)
    await asyncio.sleep(0.1)
    await lanes.promote()  # another process finds that the lease has ended
    late = Effect(id=shop.ids(), company_id=ACME, task="b")
    with pytest.raises(LaneLost):
        await lanes.store(held, WriteBatch().insert(EFFECTS, late))
    assert [one.task for one in (await shop.store[EFFECTS].of(ACME).find(limit=5)).items] == ["a"]


async def test_a_lane_is_written_with_results_only_where_it_has_to_be(shop: Shop) -> None:
    lanes = LaneStore(shop.store, shop.clock, "busy")
    for _ in range(3):
        await shop.put("any")
    await lanes.promote()
    (lane,) = await lanes.ready(1)
    look = await lanes.look(lane.id, 10)
    first, second, third = look.tasks
    held = await lanes.take(lane, look, [task.id for task in look.tasks])
    assert held is not None

    async def stored() -> Lane:
        found = await shop.store[LANES].of(ACME).get(lane.id)
        assert found is not None
        return found

    taken = await stored()
    assert not await lanes.settle(held, [Outcome(first, Delete())], [second.id, third.id])
    assert await stored() == taken
    later = Again(shop.now() + 60_000, 1)
    assert not await lanes.settle(held, [Outcome(second, later)], [third.id])
    assert (await stored()).turn == (third.id,)  # one that waits again is no longer named as running
    assert not await lanes.settle(held, [], [third.id])
    assert (await stored()).rev == taken.rev + 2
    assert {task.id for task in await shop.tasks()} == {second.id, third.id}


async def test_a_chore_is_done_once_in_its_interval_whoever_comes(shop: Shop) -> None:
    done: list[int] = []

    def another(number: int) -> Chores:
        async def run() -> None:
            done.append(number)
            if len(done) == 2:
                raise RuntimeError("a fault of ours")

        return Chores(shop.store, shop.clock, {"tidy": Duty(run, 0.5)})

    chores = [another(number) for number in range(3)]
    assert sum(len(ran) for ran in await asyncio.gather(*(one.run_due() for one in chores))) == 1
    assert len(done) == 1
    await asyncio.sleep(0.6)
    await asyncio.gather(*(one.run_due() for one in chores))
    assert len(done) == 2, "one that fails counts as done, and comes again"
    await asyncio.sleep(0.6)
    await asyncio.gather(*(one.run_due() for one in chores))
    assert len(done) == 3
