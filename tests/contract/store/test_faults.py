"""What is answered holds, whatever goes wrong with the store: on the memory engine, told to fail from a seed."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from leadbridge.kit.clock import ManualClock
from leadbridge.kit.ids import object_ids
from leadbridge.storage.batch import Applied, Conflict, Duplicate, OutcomeUnknown, WriteBatch, WriteResult
from leadbridge.storage.faults import Crashed, Faults
from leadbridge.storage.memory import MemoryEngine
from leadbridge.storage.store import Contention, Store
from tests.contract.store.conftest import LONG
from tests.contract.store.driver import Loop
from tests.contract.store.shapes import ACME, COUNTERS, KINDS, PEOPLE, applied, counter, person

NAMES = ("c0", "c1", "c2")
KEYS = ("k0", "k1", "k2", "k3")


class Eager(ManualClock):
    """A clock whose sleepers wake at the next turn of the loop: back-offs take no time."""

    async def sleep(self, seconds: float) -> None:
        self.advance(seconds)
        await asyncio.sleep(0)


def store_with(faults: Faults) -> tuple[MemoryEngine, Store]:
    engine, clock = MemoryEngine(faults=faults), Eager()
    return engine, Store(engine, clock, object_ids(clock, random.Random(3)), random.Random(4))


class Hardship(RuleBasedStateMachine):
    """Callers count up and take unique names at once, while the store fails. Acknowledged once: done exactly once."""

    @initialize(seed=st.integers(0, 2**32), shares=st.lists(st.sampled_from([0.0, 0.05, 0.2]), min_size=4, max_size=4))
    def open(self, seed: int, shares: list[float]) -> None:
        conflict, rival, unknown, crash = shares
        self.faults = Faults(
            random.Random(seed),
            conflict=conflict,
            rival=rival,
            unknown=unknown,
            lost_afters=0.3,
            crash=crash / 4,
            pauses=3,
        )
        self.loop = Loop()
        self.engine, self.store = store_with(Faults(random.Random(0)))
        self.loop.run(self.store.start(KINDS))
        for name in NAMES:
            applied(self.loop.run(self.store.write(WriteBatch().insert(COUNTERS, counter(name)))))
        applied(self.loop.run(self.store.write(WriteBatch().insert(COUNTERS, counter("total")))))
        self.engine._faults = self.faults
        self.mark = 0
        self.sure: dict[str, set[int]] = {name: set() for name in NAMES}
        self.unsure: dict[str, set[int]] = {name: set() for name in NAMES}
        self.holders: dict[str, str] = {}
        self.perhaps: dict[str, set[str]] = {key: set() for key in KEYS}

    def teardown(self) -> None:
        if hasattr(self, "loop"):
            self.loop.close()

    @rule(names=st.lists(st.sampled_from(NAMES), min_size=1, max_size=8))
    def count(self, names: list[str]) -> None:
        async def one(name: str, mark: int) -> None:
            async def build() -> tuple[WriteBatch, None]:
                found = await self.store[COUNTERS].across_companies().get(name)
                assert found is not None
                await asyncio.sleep(0)
                values = {"n": found.n + 1, "marks": (*found.marks, mark)}
                batch = WriteBatch().patch(COUNTERS, None, name, values=values, rev=found.rev)
                return batch.after(COUNTERS, None, "total", add={"n": 1}), None

            try:
                await self.store.attempt(build)
            except Contention:
                pass  # it says that nothing was changed: the mark must not be there
            except (Crashed, OutcomeUnknown):
                self.unsure[name].add(mark)
            else:
                self.sure[name].add(mark)

        work = []
        for name in names:
            self.mark += 1
            work.append(one(name, self.mark))
        self.together(work)

    @rule(keys=st.lists(st.sampled_from(KEYS), min_size=1, max_size=6))
    def take(self, keys: list[str]) -> None:
        async def one(key: str) -> None:
            mine = person(key=key)
            try:
                result = await self.store.write(WriteBatch().insert(PEOPLE, mine))
            except (Crashed, OutcomeUnknown):
                self.perhaps[key].add(mine.id)
                return
            if isinstance(result, Applied):
                assert key not in self.holders, f"{key} was given to two"
                self.holders[key] = mine.id
            else:
                assert isinstance(result, Duplicate)
                assert result.existing_id != mine.id, "refused for being there already, by its own first attempt"

        self.together([one(key) for key in keys])

    @rule(key=st.sampled_from(KEYS))
    def give_back(self, key: str) -> None:
        held = self.holders.get(key)
        if held is None:
            return
        try:
            result = self.loop.run(self.store.write(WriteBatch().delete(PEOPLE, ACME, held, where={"key": key})))
        except (Crashed, OutcomeUnknown):
            self.restart()
            self.perhaps[key].add(self.holders.pop(key))
            return
        if isinstance(result, Applied):
            del self.holders[key]
        else:
            assert result == Conflict("people", held)

    @rule()
    def crash(self) -> None:
        self.engine.crash()
        self.restart()

    def together(self, work: Sequence[Awaitable[None]]) -> None:
        async def all_of_it() -> None:
            await asyncio.gather(*work)

        self.loop.run(all_of_it())
        self.restart()

    def restart(self) -> None:
        self.loop.run(self.store.start(KINDS))

    @invariant()
    def what_was_acknowledged_is_there_once_and_nothing_else_is(self) -> None:
        if not hasattr(self, "store"):
            return
        everything = 0
        for name in NAMES:
            found = self.loop.run(self.store[COUNTERS].across_companies().get(name))
            assert found is not None
            assert len(set(found.marks)) == len(found.marks) == found.n
            assert self.sure[name] <= set(found.marks) <= self.sure[name] | self.unsure[name]
            everything += found.n
        total = self.loop.run(self.store[COUNTERS].across_companies().get("total"))
        assert total is not None
        assert total.n <= everything, "what follows a commit may be lost, and never comes twice"
        for key in KEYS:
            there = self.loop.run(self.store[PEOPLE].of(ACME).lookup("key", [key]))
            assert len(there) <= 1
            if key in self.holders:
                assert [one.id for one in there] == [self.holders[key]]
            else:
                assert {one.id for one in there} <= self.perhaps[key]


TestHardship = Hardship.TestCase
TestHardship.settings = settings(
    max_examples=3000 if LONG else 80, stateful_step_count=40 if LONG else 20, deadline=None
)


async def test_the_same_seed_gives_the_same_history() -> None:
    async def history() -> list[Any]:
        _, store = store_with(Faults(random.Random(5), conflict=0.2, rival=0.2, unknown=0.2, crash=0.05, pauses=2))
        await store.start(KINDS)
        told: list[Any] = []
        for n in range(200):
            try:
                result: Any = await store.write(WriteBatch().insert(COUNTERS, counter(f"c{n}")))
                result = await store.write(WriteBatch().patch(COUNTERS, None, f"c{n}", values={"n": n}, rev=1))
            except (Crashed, OutcomeUnknown) as error:
                result = type(error)
                await store.start(KINDS)
            told.append(result)
        return told

    first = await history()
    assert first == await history()
    assert Crashed in first
    assert any(isinstance(one, Conflict) for one in first)


async def test_a_crash_drops_whole_what_was_not_answered() -> None:
    engine, store = store_with(Faults(random.Random(1), pauses=5))
    await store.start(KINDS)
    pairs = [(counter(f"a{n}"), counter(f"b{n}")) for n in range(50)]
    tasks = [
        asyncio.create_task(store.write(WriteBatch().insert(COUNTERS, one).insert(COUNTERS, two))) for one, two in pairs
    ]
    for _ in range(3):
        await asyncio.sleep(0)
    engine.crash()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    with pytest.raises(Crashed):
        await store[COUNTERS].across_companies().get("a0")
    with pytest.raises(Crashed):
        await store.write(WriteBatch().insert(COUNTERS, counter("x")))
    await store.start(KINDS)
    there = set(await store[COUNTERS].across_companies().get_many([one.id for pair in pairs for one in pair]))
    for (one, two), result in zip(pairs, results, strict=True):
        assert (one.id in there) == (two.id in there) == isinstance(result, Applied)
    assert 0 < sum(isinstance(result, Applied) for result in results) < 50


async def test_an_injected_conflict_changes_nothing_and_an_insert_alone_never_has_one() -> None:
    _, store = store_with(Faults(random.Random(1), conflict=1.0))
    await store.start(KINDS)
    applied(await store.write(WriteBatch().insert(COUNTERS, counter("c"))))
    result = await store.write(WriteBatch().patch(COUNTERS, None, "c", values={"n": 1}, rev=1))
    assert result == Conflict("counters", "c")
    found = await store[COUNTERS].across_companies().get("c")
    assert found is not None
    assert (found.n, found.rev) == (0, 1)


async def test_a_rival_really_writes_first() -> None:
    _, store = store_with(Faults(random.Random(1), rival=1.0))
    await store.start(KINDS)
    applied(await store.write(WriteBatch().insert(COUNTERS, counter("c"))))
    result = await store.write(WriteBatch().patch(COUNTERS, None, "c", values={"n": 1}, rev=1))
    assert result == Conflict("counters", "c")
    applied(await store.write(WriteBatch().patch(COUNTERS, None, "c", values={"n": 7}, where={"n": 0})))
    found = await store[COUNTERS].across_companies().get("c")
    assert found is not None
    assert (found.n, found.rev) == (7, 4)


@pytest.mark.parametrize("seed", range(12))
async def test_a_lost_answer_is_found_out(seed: int) -> None:
    faults = Faults(random.Random(seed), unknown=0.6)
    _, store = store_with(faults)
    await store.start(KINDS)

    async def sure(make: Callable[[], WriteBatch]) -> WriteResult:
        while True:
            try:
                return await store.write(make())
            except OutcomeUnknown:  # five lost answers on end
                faults.unknown = 0.0
                if await store[COUNTERS].across_companies().get("c") is not None:
                    return Applied("found")
            finally:
                faults.unknown = 0.6

    applied(await sure(lambda: WriteBatch().insert(COUNTERS, counter("c"))))
    applied(await sure(lambda: WriteBatch().patch(COUNTERS, None, "c", values={"n": 1}, rev=1)))
    found = await store[COUNTERS].across_companies().get("c")
    assert found is not None
    assert (found.n, found.rev) == (1, 2)
    applied(await sure(lambda: WriteBatch().delete(COUNTERS, None, "c", rev=2)))
    assert await store[COUNTERS].across_companies().get("c") is None


async def test_a_witness_that_has_forgotten_is_not_taken_for_a_no() -> None:
    faults = Faults(random.Random(0))
    engine, store = store_with(faults)
    await store.start(KINDS)
    applied(await store.write(WriteBatch().insert(COUNTERS, counter("c"))))
    write = engine.write

    async def landed_and_overtaken(batch: str, operations: Any, afters: Any) -> WriteResult:
        result = await write(batch, operations, afters)
        for n in range(2, 7):
            await write(f"other{n}", WriteBatch().patch(COUNTERS, None, "c", values={"at": n}, rev=n).operations, ())
        raise OutcomeUnknown(str(result))

    engine.write = landed_and_overtaken  # type: ignore[method-assign]
    with pytest.raises(OutcomeUnknown, match="written too often"):
        await store.write(WriteBatch().patch(COUNTERS, None, "c", values={"n": 1}, rev=1))


async def test_what_follows_a_commit_can_be_lost_and_is_seen_apart_from_it() -> None:
    _, store = store_with(Faults(random.Random(1), lost_afters=1.0))
    await store.start(KINDS)
    applied(await store.write(WriteBatch().insert(COUNTERS, counter("sum"))))
    batch = WriteBatch().insert(COUNTERS, counter("c")).after(COUNTERS, None, "sum", add={"n": 1})
    applied(await store.write(batch))
    assert await store[COUNTERS].across_companies().get("c") is not None
    found = await store[COUNTERS].across_companies().get("sum")
    assert found is not None
    assert found.n == 0


def test_shares_beyond_one_are_refused() -> None:
    with pytest.raises(ValueError, match="at most 1"):
        Faults(random.Random(1), conflict=0.6, unknown=0.6)
