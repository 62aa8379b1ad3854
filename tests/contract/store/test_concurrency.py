"""Many callers at once, and callers that go away."""

from __future__ import annotations

import asyncio

import pytest

from leadbridge.storage.batch import Applied, Conflict, WriteBatch
from leadbridge.storage.engine import Engine
from leadbridge.storage.mongo import MongoEngine
from leadbridge.storage.store import Contention, Store
from tests.contract.store.shapes import ACME, COUNTERS, PEOPLE, applied, counter, person


async def test_many_increments_by_rev_end_exactly(store: Store, engine: Engine) -> None:
    many = 40 if isinstance(engine, MongoEngine) else 200  # each waits for a server's answer, and most are in vain
    applied(await store.write(WriteBatch().insert(COUNTERS, counter("c"))))

    async def build() -> tuple[WriteBatch, int]:
        found = await store[COUNTERS].across_companies().get("c")
        assert found is not None
        await asyncio.sleep(0)
        return WriteBatch().patch(COUNTERS, None, "c", values={"n": found.n + 1}, rev=found.rev), found.n

    async def increment() -> int:
        while True:
            try:
                return await store.attempt(build)
            except Contention:
                continue

    before = await asyncio.gather(*(increment() for _ in range(many)))
    found = await store[COUNTERS].across_companies().get("c")
    assert found is not None
    assert (found.n, found.rev) == (many, many + 1)
    assert sorted(before) == list(range(many))


async def test_an_attempt_that_never_holds_ends_in_contention(store: Store) -> None:
    applied(await store.write(WriteBatch().insert(COUNTERS, counter("c"))))
    tries = 0

    async def build() -> tuple[WriteBatch, None]:
        nonlocal tries
        tries += 1
        return WriteBatch().patch(COUNTERS, None, "c", values={"n": 1}, rev=99), None

    with pytest.raises(Contention, match=r"counters \(c\) kept changing"):
        await store.attempt(build)
    assert tries == 5


async def test_an_attempt_with_nothing_to_do_returns_its_value(store: Store) -> None:
    async def build() -> tuple[None, str]:
        return None, "nothing"

    assert await store.attempt(build) == "nothing"


async def test_of_many_writers_of_one_rev_exactly_one_wins(store: Store) -> None:
    applied(await store.write(WriteBatch().insert(COUNTERS, counter("c"))))
    results = await asyncio.gather(
        *(store.write(WriteBatch().patch(COUNTERS, None, "c", values={"n": n}, rev=1)) for n in range(300))
    )
    winners = [n for n, result in enumerate(results) if isinstance(result, Applied)]
    assert len(winners) == 1
    assert all(isinstance(result, Applied) or result == Conflict("counters", "c") for result in results)
    found = await store[COUNTERS].across_companies().get("c")
    assert found is not None
    assert found.n == winners[0]


async def test_a_cancelled_caller_neither_loses_nor_halves_a_commit(store: Store) -> None:
    pairs = [(person(name="x"), person(name="x")) for _ in range(100)]
    tasks = [
        asyncio.create_task(store.write(WriteBatch().insert(PEOPLE, one).insert(PEOPLE, two))) for one, two in pairs
    ]
    await asyncio.sleep(0.001)
    for task in tasks[::2]:
        task.cancel()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    marker = person()
    applied(await store.write(WriteBatch().insert(PEOPLE, marker)))
    asked = [one.id for pair in pairs for one in pair]
    ids: set[str] = set()
    for _ in range(200):  # engines with several writers at once still finish what was handed over before the marker
        ids = set(await store[PEOPLE].of(ACME).get_many(asked))
        if len(ids) == len(asked):
            break
        await asyncio.sleep(0.05)
    for (one, two), result in zip(pairs, results, strict=True):
        assert (one.id in ids) == (two.id in ids)
        if isinstance(result, Applied):
            assert one.id in ids
    assert sum(isinstance(result, Applied) for result in results) >= 50
    assert len(ids) == 200


async def test_a_caller_reads_its_own_write_at_once(store: Store) -> None:
    async def write_and_read(number: int) -> None:
        one = person(name=f"n{number}", tags=(f"t{number}",))
        applied(await store.write(WriteBatch().insert(PEOPLE, one)))
        people = store[PEOPLE].of(ACME)
        assert await people.get(one.id) is not None
        assert [found.id for found in await people.lookup("tags", [f"t{number}"])] == [one.id]

    await asyncio.gather(*(write_and_read(number) for number in range(100)))
