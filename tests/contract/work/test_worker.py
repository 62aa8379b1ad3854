"""What a worker does with tasks, on every engine."""

from __future__ import annotations

import asyncio

import structlog

from leadbridge.kit.errors import InvalidInput, Unavailable
from leadbridge.storage.batch import WriteBatch
from leadbridge.work.decide import BreakerPolicy, RetryPolicy
from leadbridge.work.enqueue import NewTask
from leadbridge.work.handlers import Dead, Done, Reschedule, Result, Retry, TaskContext
from leadbridge.work.lanes import LaneStore
from leadbridge.work.model import LANES, TASKS, LaneState, Queue, TaskState
from tests.contract.work.shop import ACME, EFFECTS, Effect, Shop, until

QUICK = RetryPolicy(attempts=3, base=0.02, cap=0.05)


async def gone(shop: Shop) -> bool:
    return not await shop.tasks()


async def test_a_task_is_run_once_and_its_result_is_stored_with_its_completion(shop: Shop) -> None:
    traces: list[str | None] = []

    async def handle(context: TaskContext) -> Result:
        traces.append(structlog.contextvars.get_contextvars().get("request_id"))
        assert context.ref == {"leadId": "x"}
        assert 0 < context.time_left() <= shop.form.lease
        context.batch.insert(EFFECTS, Effect(id=shop.ids(), company_id=ACME, task=context.task.id))
        return Done()

    shop.handle("one", handle)
    shop.worker.start()
    id = await shop.put("one", ref={"leadId": "x"}, trace="req-1")
    await until(lambda: gone(shop))
    effects = (await shop.store[EFFECTS].of(ACME).find()).items
    assert [effect.task for effect in effects] == [id]
    assert traces == ["req-1"]

    async def asleep() -> bool:
        lane = await shop.store[LANES].of(ACME).get("conn:1")
        return lane is not None and lane.state == LaneState.IDLE

    await until(asleep)


async def test_how_a_try_ends_decides_what_becomes_of_the_task(shop: Shop) -> None:
    tries: dict[str, int] = {}

    async def handle(context: TaskContext) -> Result:
        how = context.ref["how"]
        tries[how] = tries.get(how, 0) + 1
        match how:
            case "retry":
                return Done() if context.attempt == 3 else Retry("vendor_down", "It is down.")
            case "always":
                return Retry("vendor_down", "It is down.")
            case "dead":
                return Dead("gone", "It was deleted there.")
            case "later":
                return Done() if tries[how] == 2 else Reschedule(shop.now() + 50)
            case "refused":
                raise InvalidInput("It cannot be.", code="cannot")
            case "unavailable":
                raise Unavailable("Not now.")
            case "slow":
                await asyncio.sleep(5)
        raise ZeroDivisionError

    shop.handle("any", handle, retry=QUICK, timeout=0.2)
    hows = ["retry", "always", "dead", "later", "refused", "unavailable", "slow", "bug"]
    ids = {how: await shop.put("any", ref={"how": how}) for how in hows}
    shop.worker.start()

    async def settled() -> bool:
        return all(task.state == TaskState.DEAD for task in await shop.tasks())

    await until(settled)
    dead = {task.id: task for task in await shop.tasks()}
    codes = {how: dead[id].last_error.code for how, id in ids.items() if id in dead and dead[id].last_error}  # type: ignore[union-attr]
    assert codes == {
        "always": "vendor_down", "dead": "gone", "refused": "cannot", "unavailable": "unavailable",
        "slow": "timed_out", "bug": "internal_error",
    }  # fmt: skip
    expected = {"retry": 3, "always": 3, "dead": 1, "later": 2, "refused": 1, "unavailable": 3, "slow": 3, "bug": 3}
    assert tries == expected


async def test_a_result_that_conflicts_is_tried_again_and_does_not_hold_the_others_up(shop: Shop) -> None:
    tries: list[str] = []

    async def handle(context: TaskContext) -> Result:
        tries.append(context.ref["n"])
        id = "taken" if context.ref["n"] == "bad" and tries.count("bad") == 1 else shop.ids()
        context.batch.insert(EFFECTS, Effect(id=id, company_id=ACME, task=context.task.id))
        return Done()

    await shop.store.write(WriteBatch().insert(EFFECTS, Effect(id="taken", company_id=ACME, task="other")))
    shop.handle("any", handle, retry=QUICK)
    await shop.put_all([NewTask(company_id=ACME, lane="conn:1", kind="any", ref={"n": n}) for n in ("a", "bad", "b")])
    shop.worker.start()
    await until(lambda: gone(shop))
    assert sorted(tries) == ["a", "b", "bad", "bad"]
    assert len((await shop.store[EFFECTS].of(ACME).find()).items) == 4


async def test_live_work_overtakes_a_long_queue_and_a_long_task(shop: Shop) -> None:
    order: list[str] = []
    begun = asyncio.Event()

    async def handle(context: TaskContext) -> Result:
        begun.set()
        order.append(context.ref["n"])
        await asyncio.sleep(1.5 if context.ref["n"] == "long" else 0.02)
        order.append(f"{context.ref['n']} ended")
        return Done()

    shop.handle("any", handle)
    await shop.put("any", ref={"n": "long"})
    await shop.put_all([NewTask(company_id=ACME, lane="conn:1", kind="any", ref={"n": str(n)}) for n in range(200)])
    shop.worker.start()
    await asyncio.wait_for(begun.wait(), 5)
    await shop.put("any", ref={"n": "live"}, queue=Queue.LIVE)
    await until(lambda: gone(shop))
    assert order.index("live ended") < order.index("long ended")
    assert order.index("live") < len(order) / 2


async def test_a_hint_that_comes_while_its_task_runs_makes_it_run_again(shop: Shop) -> None:
    runs: list[int] = []

    async def handle(context: TaskContext) -> Result:
        runs.append(context.task.hits)
        if len(runs) == 1:
            assert await shop.put("any", uniq="contact-1") == context.task.id
        return Done()

    shop.handle("any", handle)
    first = await shop.put("any", uniq="contact-1")
    assert await shop.put("any", uniq="contact-1") == first
    shop.worker.start()
    await until(lambda: gone(shop))
    assert runs == [1, 2]
    assert await shop.put("any", uniq="contact-1") != first


async def test_tasks_of_an_order_key_run_in_order_though_the_first_fails(shop: Shop) -> None:
    order: list[str] = []

    async def handle(context: TaskContext) -> Result:
        order.append(f"{context.task.order_key}{context.task.order_seq}")
        fails = context.task.order_key == "a" and context.task.order_seq == 1 and context.attempt < 3
        return Retry("down") if fails else Done()

    shop.handle("any", handle, retry=RetryPolicy(attempts=9, base=0.05, cap=0.1))
    tasks = [
        NewTask(company_id=ACME, lane="conn:1", kind="any", order_key=key, order_seq=seq, queue=queue)
        for seq, queue in ((2, Queue.LIVE), (3, Queue.BULK), (1, Queue.BULK))
        for key in "ab"
    ]
    await shop.put_all(tasks)
    shop.worker.start()
    await until(lambda: gone(shop))
    assert [one for one in order if one[0] == "a"] == ["a1", "a1", "a1", "a2", "a3"]
    assert [one for one in order if one[0] == "b"] == ["b1", "b2", "b3"]


async def test_an_open_breaker_holds_the_lane_without_spending_tries(shop: Shop) -> None:
    calls: list[int] = []
    well = False

    async def handle(context: TaskContext) -> Result:
        calls.append(context.attempt)
        return Done(answered=True) if well else Retry("refused_connection", trips=True)

    policy = BreakerPolicy(fails=2, pause=0.5, longest=0.5)
    shop.handle("any", handle, retry=RetryPolicy(attempts=50, base=0.01, cap=0.02), breaker=policy)
    await shop.put_all([NewTask(company_id=ACME, lane="single:1", kind="any") for _ in range(30)])
    shop.worker.start()

    async def opened() -> bool:
        lane = await shop.store[LANES].of(ACME).get("single:1")
        return lane is not None and lane.held is True

    await until(opened)
    await shop.put("any", lane="single:1", queue=Queue.LIVE)
    await asyncio.sleep(0.2)
    assert len(calls) == 2, "an open breaker lets nothing through, and a new task does not open the lane"
    well = True
    await until(lambda: gone(shop))

    async def closed() -> bool:  # a lane's breaker is stored when the lane is left
        lane = await shop.store[LANES].of(ACME).get("single:1")
        return lane is not None and lane.breaker is None

    await until(closed)


async def test_a_lane_keeps_its_rate(shop: Shop) -> None:
    at: list[float] = []

    async def handle(context: TaskContext) -> Result:
        at.append(shop.clock.monotonic())
        return Done()

    shop.handle("any", handle)
    await shop.put_all([NewTask(company_id=ACME, lane="slow:1", kind="any") for _ in range(8)])
    shop.worker.start()
    await until(lambda: gone(shop))
    # two at once, then five a second
    assert at[-1] - at[0] >= 1.1
    assert at[1] - at[0] < 0.15


async def test_a_poisonous_task_is_put_aside_and_can_be_tried_again(shop: Shop) -> None:
    ran: list[str] = []

    async def handle(context: TaskContext) -> Result:
        ran.append(context.ref["n"])
        return Done()

    shop.handle("any", handle)
    poison = await shop.put("any", ref={"n": "poison"})
    dying = LaneStore(shop.store, shop.clock, "dying", lease=0.05)
    for _ in range(3):
        await dying.promote()
        (lane,) = await dying.ready(1)
        look = await dying.look(lane.id, 10)
        assert await dying.take(lane, look, [task.id for task in look.tasks]) is not None
        await asyncio.sleep(0.06)  # the process dies with the lane in its hands
    await shop.put("any", ref={"n": "healthy"})
    shop.worker.start()

    async def aside() -> bool:
        return ran == ["healthy"] and [task.state for task in await shop.tasks()] == [TaskState.DEAD]

    await until(aside)
    (shown,) = (await shop.service.dead(ACME)).items
    assert shown.task.id == poison
    assert shown.task.crashes == 3
    assert "3 times" in shown.cause
    await shop.service.retry(ACME, poison)
    await until(lambda: gone(shop))
    assert ran == ["healthy", "poison"]


async def test_what_expired_is_not_run(shop: Shop) -> None:
    async def handle(context: TaskContext) -> Result:
        raise AssertionError("it was run")

    shop.handle("any", handle)
    await shop.put("any", expires_at=shop.now() - 1)
    shop.worker.start()

    async def dead() -> bool:
        return [task.last_error.code for task in await shop.tasks() if task.last_error] == ["expired"]

    await until(dead)


async def test_a_sleeping_lane_with_waiting_tasks_is_found(shop: Shop) -> None:
    """A producer that dies between the commit and the wake, on a store where these are two writes."""

    async def handle(context: TaskContext) -> Result:
        return Done()

    shop.handle("any", handle)
    for lane in ("conn:1", "conn:2"):
        batch = WriteBatch()
        await shop.queue.enqueue(batch, NewTask(company_id=ACME, lane=lane, kind="any"))
        batch.afters.clear()
        await shop.store.write(batch)
    shop.worker.start()
    await until(lambda: gone(shop))


async def test_a_task_of_another_version_waits(shop: Shop) -> None:
    shop.worker.start()
    id = await shop.put("unheard-of")

    async def put_off() -> bool:
        task = await shop.store[TASKS].of(ACME).get(id)
        return task is not None and task.due_at > shop.now() + 30_000 and task.attempt == 0

    await until(put_off)
