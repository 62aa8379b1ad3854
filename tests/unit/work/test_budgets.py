"""Vendor budgets: the pure rule, and several processes that share an account."""

from __future__ import annotations

import asyncio
import random

from leadbridge.kit.clock import ManualClock, to_millis
from leadbridge.kit.ids import object_ids
from leadbridge.storage.memory import MemoryEngine
from leadbridge.storage.store import Store
from leadbridge.work.budgets import Allowance, Budgets, account_key, grant
from leadbridge.work.model import BUDGETS, Budget

ALLOWED = Allowance(calls=100, seconds=10)
ACCOUNT = account_key("hubspot", "portal-1", "production")


def test_a_block_is_at_most_a_second_and_a_fifth_is_kept_for_who_waits() -> None:
    slow = Allowance(calls=1000, seconds=100)  # 9.5 a second, and 50 at once
    bulk = grant(Budget(id="b", tokens=50.0, at=0), slow, 0, urgent=False)
    assert bulk.calls == 9
    left = bulk.budget.model_copy(update={"tokens": 10.5})
    assert grant(left, slow, 0, urgent=False).calls == 0
    assert grant(left, slow, 0, urgent=True).calls == 9
    assert 0 < grant(left, slow, 0, urgent=False).wait < 1


def test_long_work_comes_within_a_tenth_of_what_the_vendor_allows() -> None:
    assert ALLOWED.burst + ALLOWED.rate * ALLOWED.seconds == ALLOWED.calls
    assert (1000 - ALLOWED.burst) / ALLOWED.rate < 1.1 * 1000 / (ALLOWED.calls / ALLOWED.seconds)


def test_a_shut_account_gives_nothing_until_then() -> None:
    shut = Budget(id="b", tokens=5.0, at=0, shut_until=4000)
    assert grant(shut, ALLOWED, 1000, urgent=True).wait == 3.0
    assert grant(shut, ALLOWED, 4000, urgent=True).calls > 0


def test_the_key_does_not_show_the_account() -> None:
    assert "portal-1" not in ACCOUNT
    assert account_key("hubspot", "portal-1", "sandbox") != ACCOUNT


async def shared(processes: int) -> tuple[ManualClock, Store, list[Budgets]]:
    clock = ManualClock()
    store = Store(MemoryEngine(), clock, object_ids(clock, random.Random(1)), random.Random(2))
    await store.start([BUDGETS])
    return clock, store, [Budgets(store, clock) for _ in range(processes)]


async def test_no_window_sees_more_calls_than_the_vendor_allows() -> None:
    clock, _, processes = await shared(3)
    calls: list[int] = []
    for _ in range(400):  # 40 seconds
        for one in processes:
            while await one.take(ACCOUNT, ALLOWED, urgent=False) == 0.0:
                calls.append(to_millis(clock.now()))
        clock.advance(0.1)
    assert len(calls) > 200
    for start in calls:
        assert sum(start <= at < start + 10_000 for at in calls) <= 100


async def test_live_work_is_served_while_bulk_work_has_used_its_part() -> None:
    _, _, (bulk, live) = await shared(2)
    while await bulk.take(ACCOUNT, ALLOWED, urgent=False) == 0.0:
        pass
    assert await live.take(ACCOUNT, ALLOWED, urgent=True) == 0.0


async def test_what_an_answer_tells_holds_for_every_process() -> None:
    clock, _, (one, other) = await shared(2)
    await one.told(ACCOUNT, ALLOWED, remaining=0)
    assert await other.take(ACCOUNT, ALLOWED, urgent=True) > 0
    await one.told(ACCOUNT, ALLOWED, shut_for=5.0)
    clock.advance(4.9)
    assert await other.take(ACCOUNT, ALLOWED, urgent=True) > 0
    clock.advance(0.2)
    assert await other.take(ACCOUNT, ALLOWED, urgent=True) == 0.0


async def test_an_answer_that_tells_nothing_new_writes_nothing() -> None:
    _, store, (one,) = await shared(1)
    assert await one.take(ACCOUNT, ALLOWED, urgent=True) == 0.0
    before = await store[BUDGETS].across_companies().get(ACCOUNT)
    await one.told(ACCOUNT, ALLOWED, remaining=99)
    assert await store[BUDGETS].across_companies().get(ACCOUNT) == before


async def test_a_turn_waits_until_a_call_may_be_made() -> None:
    clock, _, (one,) = await shared(1)
    begun = clock.monotonic()
    await asyncio.wait_for(_calls(one, 60), 10)
    assert clock.monotonic() - begun >= (60 - 5) / 9.5 - 0.5


async def _calls(budgets: Budgets, count: int) -> None:
    for _ in range(count):
        await budgets.turn(ACCOUNT, ALLOWED, urgent=True)


async def test_calls_under_way_at_once_are_shared_out_among_the_processes() -> None:
    clock, _, (one, other) = await shared(2)
    assert await one.take(ACCOUNT, ALLOWED, urgent=True) == 0.0
    assert await most_at_once(one, 5) == 5
    clock.advance(1.5)
    assert await other.take(ACCOUNT, ALLOWED, urgent=True) == 0.0
    clock.advance(1.5)
    assert await one.take(ACCOUNT, ALLOWED, urgent=True) == 0.0
    assert await most_at_once(one, 5) == 2
    assert await most_at_once(other, 5) == 2
    assert await most_at_once(other, 0) == 20, "no limit"
    clock.advance(10)
    assert await one.take(ACCOUNT, ALLOWED, urgent=True) == 0.0
    assert await most_at_once(one, 5) == 5, "who no longer calls has no part"


async def test_slow_down_halves_what_is_under_way_and_a_minute_gives_one_back() -> None:
    clock, _, (one,) = await shared(1)
    assert await most_at_once(one, 16) == 16
    await one.told(ACCOUNT, ALLOWED, shut_for=1.0)
    assert await most_at_once(one, 16) == 8
    await one.told(ACCOUNT, ALLOWED, shut_for=1.0)
    assert await most_at_once(one, 16) == 4
    clock.advance(59)
    assert await most_at_once(one, 16) == 4
    clock.advance(62)
    assert await most_at_once(one, 16) == 6
    for _ in range(6):
        await one.told(ACCOUNT, ALLOWED, shut_for=1.0)
    assert await most_at_once(one, 16) == 1, "one call always goes"
    clock.advance(3600)
    assert await most_at_once(one, 16) == 16


async def most_at_once(budgets: Budgets, at_once: int) -> int:
    under_way = most = 0

    async def call() -> None:
        nonlocal under_way, most
        async with budgets.under_way(ACCOUNT, at_once):
            under_way += 1
            most = max(most, under_way)
            for _ in range(5):
                await asyncio.sleep(0)
            under_way -= 1

    await asyncio.gather(*(call() for _ in range(20)))
    return most
