"""Batches that share a commit: each is answered, and leaves the file, as if they had come one after the other."""

from __future__ import annotations

import asyncio
import random
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from leadbridge.storage.batch import Applied, Duplicate, WriteBatch, WriteResult
from leadbridge.storage.engine import Engine
from leadbridge.storage.memory import MemoryEngine
from leadbridge.storage.sqlite import SqliteEngine
from leadbridge.storage.store import Store
from tests.contract.store.conftest import LONG
from tests.contract.store.shapes import ACME, COUNTERS, KINDS, OTHER, PEOPLE, applied, person, store_on

IDS = [f"{number:024x}" for number in range(5)]
ids = st.sampled_from(IDS)
companies = st.sampled_from([ACME, ACME, ACME, OTHER])
values = st.fixed_dictionaries(
    {},
    optional={
        "name": st.sampled_from(["a", "b"]),
        "key": st.none() | st.sampled_from(["k1", "k2", "k3"]),
        "provider": st.none() | st.just("p"),
        "external": st.none() | st.sampled_from(["1", "2"]),
        "tags": st.sampled_from([(), ("x",), ("x", "y")]),
    },
)
steps = st.tuples(
    st.sampled_from(["insert", "insert", "patch", "patch", "delete", "require", "after"]),
    ids,
    companies,
    values,
    st.integers(1, 3),
)
histories = st.lists(st.lists(steps, min_size=1, max_size=3, unique_by=lambda step: step[1]), min_size=2, max_size=12)


def batch_of(steps: list[tuple[str, str, str, dict[str, Any], int]]) -> WriteBatch:
    batch = WriteBatch()
    for what, id, company, fields, rev in steps:
        match what:
            case "insert":
                batch.insert(PEOPLE, person(company, id=id, **fields))
            case "patch":
                batch.patch(PEOPLE, company, id, values=fields, rev=rev)
            case "delete":
                batch.delete(PEOPLE, company, id)
            case "require":
                batch.require(PEOPLE, company, id, rev=rev)
            case _:
                batch.after(PEOPLE, company, id, values={"key": fields.get("key") or "k1"}, add={"age": rev})
    return batch.after(COUNTERS, None, "sum", add={"n": 1}, create={"companyId": ACME, "n": 0})


def told(batch: WriteBatch, result: WriteResult) -> str:
    """Return what a caller is told. Of several reasons to refuse a batch, either may be given."""
    if isinstance(result, Applied):
        return "applied"
    return repr(result) if len(batch.operations) == 1 else "refused"


async def outcome(engine: Engine, history: list[list[Any]], *, together: bool) -> tuple[list[str], dict[str, Any]]:
    store = store_on(engine)
    await store.start(KINDS)
    batches = [batch_of(steps) for steps in history]
    if together:
        results = await asyncio.gather(*(store.write(batch) for batch in batches))
    else:
        results = [await store.write(batch) for batch in batches]
    left: dict[str, Any] = {}
    left |= await store[PEOPLE].across_companies().get_many(IDS)
    left |= await store[COUNTERS].across_companies().get_many(["sum"])
    for key in ("k1", "k2", "k3"):
        left[key] = [[one.id for one in await store[PEOPLE].of(c).lookup("key", [key])] for c in (ACME, OTHER)]
    left["x"] = [one.id for one in await store[PEOPLE].of(ACME).lookup("tags", ["x"])]
    await store.close()
    return list(map(told, batches, results)), left


@settings(max_examples=2000 if LONG else 120, deadline=None)
@given(histories)
def test_a_group_is_as_good_as_a_queue(history: list[list[Any]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        grouped = asyncio.run(outcome(SqliteEngine(Path(folder) / "hub.db"), history, together=True))
    queued = asyncio.run(outcome(MemoryEngine(), history, together=False))
    assert grouped == queued


async def test_a_taken_id_is_told_before_a_taken_value(tmp_path: Path) -> None:
    """Found by the comparison above: in a group, an index with a varying field was looked at before the id."""
    store = store_on(SqliteEngine(tmp_path / "hub.db"))
    await store.start(KINDS)
    first, other = person(external="1"), person(external="2")
    applied(await store.write(WriteBatch().insert(PEOPLE, first).insert(PEOPLE, other)))
    result = await store.write(WriteBatch().insert(PEOPLE, first.model_copy(update={"external": "2"})))
    assert isinstance(result, Duplicate)
    assert result.index == "_id"
    await store.close()


async def test_a_refused_batch_does_not_take_its_neighbours_along(tmp_path: Path) -> None:
    store = store_on(SqliteEngine(tmp_path / "hub.db"))
    await store.start(KINDS)
    taken = person(key="k")
    applied(await store.write(WriteBatch().insert(PEOPLE, taken)))
    others = [person(name=f"n{n}") for n in range(40)]
    rng = random.Random(1)
    batches = [WriteBatch().insert(PEOPLE, one) for one in others]
    refused = [WriteBatch().insert(PEOPLE, person(name="no")).insert(PEOPLE, person(key="k")) for _ in range(5)]
    mixed = [*batches, *refused]
    rng.shuffle(mixed)
    results = dict(zip(map(id, mixed), await asyncio.gather(*map(store.write, mixed)), strict=True))
    assert all(isinstance(results[id(batch)], Applied) for batch in batches)
    for batch in refused:
        result = results[id(batch)]
        assert isinstance(result, Duplicate)
        assert result.existing_id == taken.id
    assert len((await store[PEOPLE].of(ACME).find(limit=100)).items) == 41
    await store.close()


async def test_one_document_changed_by_many_batches_of_a_group(tmp_path: Path) -> None:
    store: Store = store_on(SqliteEngine(tmp_path / "hub.db"))
    await store.start(KINDS)
    one = person(name="0")
    chain = [WriteBatch().insert(PEOPLE, one)]
    chain += [WriteBatch().patch(PEOPLE, ACME, one.id, values={"name": str(n)}, rev=n) for n in range(1, 60)]
    for result in await asyncio.gather(*map(store.write, chain)):
        applied(result)
    found = await store[PEOPLE].of(ACME).get(one.id)
    assert found is not None
    assert (found.name, found.rev) == ("59", 60)
    await store.close()


async def test_more_documents_than_one_statement_takes_are_written_alike(tmp_path: Path) -> None:
    store = store_on(SqliteEngine(tmp_path / "many.db"))
    await store.start(KINDS)
    ids = [f"{number:024x}" for number in range(150)]
    inserted = (WriteBatch().insert(PEOPLE, person(ACME, id=id, name=id[-3:], tags=("x",))) for id in ids)
    for result in await asyncio.gather(*(store.write(batch) for batch in inserted)):
        applied(result)
    patched = (WriteBatch().patch(PEOPLE, ACME, id, values={"name": "new", "tags": ("y",)}, rev=1) for id in ids)
    for result in await asyncio.gather(*(store.write(batch) for batch in patched)):
        applied(result)
    deleted = (WriteBatch().delete(PEOPLE, ACME, id) for id in ids[::2])
    for result in await asyncio.gather(*(store.write(batch) for batch in deleted)):
        applied(result)

    found = await store[PEOPLE].of(ACME).get_many(ids)
    assert sorted(found) == ids[1::2]
    assert {(one.name, one.rev, one.tags) for one in found.values()} == {("new", 2, ("y",))}
    assert not await store[PEOPLE].of(ACME).lookup("tags", ["x"])
    assert len(await store[PEOPLE].of(ACME).lookup("tags", ["y"])) == 75
    await store.close()


async def test_an_id_that_is_taken_is_told_to_its_batch_alone(tmp_path: Path) -> None:
    store = store_on(SqliteEngine(tmp_path / "taken.db"))
    await store.start(KINDS)
    applied(await store.write(WriteBatch().insert(PEOPLE, person(ACME, id=IDS[0], name="first"))))
    batches = [WriteBatch().insert(PEOPLE, person(ACME, id=id, name="second")) for id in IDS]
    results = await asyncio.gather(*(store.write(batch) for batch in batches))

    assert isinstance(results[0], Duplicate)
    assert (results[0].index, results[0].existing_id) == ("_id", IDS[0])
    assert all(isinstance(result, Applied) for result in results[1:])
    names = {id: one.name for id, one in (await store[PEOPLE].of(ACME).get_many(IDS)).items()}
    assert names == dict.fromkeys(IDS, "second") | {IDS[0]: "first"}
    await store.close()


async def test_who_reads_again_and_again_lets_others_have_their_turn(tmp_path: Path) -> None:
    store = store_on(SqliteEngine(tmp_path / "turns.db"))
    await store.start(KINDS)
    others = asyncio.Event()
    asyncio.get_running_loop().call_soon(others.set)
    read = 0
    while not others.is_set():
        await store[PEOPLE].of(ACME).get(IDS[0])
        read += 1
        assert read < 100_000
    await store.close()
