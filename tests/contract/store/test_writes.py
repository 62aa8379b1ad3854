"""Batches: what each operation does, when it conflicts, and that a batch is applied whole or not at all."""

from __future__ import annotations

import pytest

from leadbridge.kit.values import NotStorable
from leadbridge.storage.batch import Applied, BatchTooLarge, Conflict, Duplicate, WriteBatch
from leadbridge.storage.engine import Engine
from leadbridge.storage.kind import DocumentTooLarge
from leadbridge.storage.mongo import MongoEngine
from leadbridge.storage.query import UNSET
from leadbridge.storage.store import Store
from tests.contract.store.shapes import ACME, COUNTERS, OTHER, PEOPLE, applied, counter, person, put


async def read(engine: Engine, id: str) -> dict[str, object]:
    return dict((await engine.get(PEOPLE, None, [id])).get(id, {}))


async def test_an_inserted_document_is_read_back_with_rev_one(store: Store) -> None:
    ada = person(name="Ada", tags=("x", "y"), age=36, score=1.5, active=True)
    await put(store, ada)
    found = await store[PEOPLE].of(ACME).get(ada.id)
    assert found == ada.model_copy(update={"rev": 1})


async def test_an_id_is_taken_once_whatever_the_company(store: Store) -> None:
    ada = person(name="Ada")
    await put(store, ada)
    for company in (ACME, OTHER):
        result = await store.write(WriteBatch().insert(PEOPLE, person(company, id=ada.id, name="Eve")))
        assert result == Duplicate("people", "_id", ada.id, ada.id)
    found = await store[PEOPLE].of(ACME).get(ada.id)
    assert found is not None
    assert found.name == "Ada"


async def test_a_unique_value_is_taken_once_in_a_company(store: Store) -> None:
    first, second, third = person(key="k"), person(key="k"), person(OTHER, key="k")
    await put(store, first)
    assert await store.write(WriteBatch().insert(PEOPLE, second)) == Duplicate("people", "key", first.id, second.id)
    applied(await store.write(WriteBatch().insert(PEOPLE, third)))


async def test_documents_without_the_last_field_are_outside_the_unique_rule(store: Store) -> None:
    await put(store, person(), person(), person(provider="crm"), person(provider="crm"))


async def test_documents_without_an_earlier_field_are_inside_the_unique_rule(store: Store) -> None:
    first, second = person(external="7"), person(external="7")
    await put(store, first)
    assert await store.write(WriteBatch().insert(PEOPLE, second)) == Duplicate(
        "people", "external", first.id, second.id
    )
    applied(await store.write(WriteBatch().insert(PEOPLE, person(provider="crm", external="7"))))


async def test_a_patch_and_a_replace_meet_the_unique_rule(store: Store) -> None:
    one, two = person(key="1"), person(key="2")
    await put(store, one, two)
    taken = Duplicate("people", "key", one.id, two.id)
    assert await store.write(WriteBatch().patch(PEOPLE, ACME, two.id, values={"key": "1"}, rev=1)) == taken
    clash = two.model_copy(update={"key": "1", "rev": 1})
    assert await store.write(WriteBatch().replace(PEOPLE, clash)) == taken
    # its own value is no clash
    applied(await store.write(WriteBatch().patch(PEOPLE, ACME, two.id, values={"key": "2", "name": "n"}, rev=1)))


async def test_a_unique_value_is_free_again_once_deleted_in_the_same_batch(store: Store) -> None:
    old, new = person(key="k"), person(key="k")
    await put(store, old)
    applied(await store.write(WriteBatch().delete(PEOPLE, ACME, old.id).insert(PEOPLE, new)))
    assert [found.id for found in await store[PEOPLE].of(ACME).lookup("key", ["k"])] == [new.id]


async def test_a_replace_needs_the_rev_that_was_read(store: Store) -> None:
    ada = person(name="Ada", city="Rome")
    await put(store, ada)
    changed = ada.model_copy(update={"name": "Ada L", "city": None, "rev": 1})
    applied(await store.write(WriteBatch().replace(PEOPLE, changed)))
    assert await store.write(WriteBatch().replace(PEOPLE, changed)) == Conflict("people", ada.id)
    found = await store[PEOPLE].of(ACME).get(ada.id)
    assert found == changed.model_copy(update={"rev": 2})


async def test_a_patch_sets_and_removes_fields_and_raises_rev(store: Store) -> None:
    ada = person(name="Ada", city="Rome", age=3, provider="p")
    await put(store, ada)
    patch = {"name": "Bea", "city": None}
    applied(await store.write(WriteBatch().patch(PEOPLE, ACME, ada.id, values=patch, unset=("age",), rev=1)))
    found = await store[PEOPLE].of(ACME).get(ada.id)
    assert found == ada.model_copy(update={"name": "Bea", "city": None, "age": None, "rev": 2})


@pytest.mark.parametrize(
    ("where", "holds"),
    [
        ({"name": "Ada"}, True),
        ({"name": "ada"}, False),
        ({"age": 1}, True),
        ({"age": 1.0}, True),
        ({"age": True}, False),
        ({"active": True}, True),
        ({"active": 1}, False),
        ({"city": UNSET}, True),
        ({"name": UNSET}, False),
        ({"city": "Rome"}, False),
        ({"name": "Ada", "age": 2}, False),
        ({"address.street": "Via"}, True),
        ({"address.street": "Rue"}, False),
        ({"name.first": UNSET}, True),
    ],
)
async def test_a_patch_where_fields_are_equal(store: Store, where: dict[str, object], holds: bool) -> None:
    ada = person(name="Ada", age=1, active=True, address={"street": "Via"})
    await put(store, ada)
    result = await store.write(WriteBatch().patch(PEOPLE, ACME, ada.id, values={"note": "n"}, where=where))
    assert isinstance(result, Applied) is holds
    assert holds or result == Conflict("people", ada.id)


async def test_a_patch_of_an_absent_document_conflicts(store: Store) -> None:
    result = await store.write(WriteBatch().patch(PEOPLE, ACME, "0" * 24, values={"name": "x"}, where={"city": UNSET}))
    assert result == Conflict("people", "0" * 24)


async def test_deletes_with_and_without_precondition(store: Store) -> None:
    ada = person(name="Ada", key="k", tags=("t",))
    await put(store, ada)
    assert await store.write(WriteBatch().delete(PEOPLE, ACME, ada.id, rev=2)) == Conflict("people", ada.id)
    assert await store.write(WriteBatch().delete(PEOPLE, ACME, ada.id, where={"name": "Bea"})) == Conflict(
        "people", ada.id
    )
    applied(await store.write(WriteBatch().delete(PEOPLE, ACME, ada.id, rev=1)))
    assert await store[PEOPLE].of(ACME).get(ada.id) is None
    assert await store[PEOPLE].of(ACME).lookup("tags", ["t"]) == []
    applied(await store.write(WriteBatch().delete(PEOPLE, ACME, ada.id)))
    assert await store.write(WriteBatch().delete(PEOPLE, ACME, ada.id, rev=1)) == Conflict("people", ada.id)


async def test_a_required_document_that_changed_stops_the_batch(store: Store) -> None:
    ada, bea = person(name="Ada"), person(name="Bea")
    await put(store, ada)
    assert await store.write(WriteBatch().insert(PEOPLE, bea).require(PEOPLE, ACME, ada.id, rev=2)) == Conflict(
        "people", ada.id
    )
    assert await store[PEOPLE].of(ACME).get(bea.id) is None
    applied(await store.write(WriteBatch().insert(PEOPLE, bea).require(PEOPLE, ACME, ada.id, where={"name": "Ada"})))


async def test_a_failing_batch_leaves_nothing_of_any_kind(store: Store) -> None:
    ada, bea = person(name="Ada", key="a", tags=("old",)), person(name="Bea", key="b")
    await put(store, ada, bea)
    batch = (
        WriteBatch()
        .patch(PEOPLE, ACME, ada.id, values={"name": "X", "tags": ["new"]}, rev=1)
        .delete(PEOPLE, ACME, bea.id)
        .insert(COUNTERS, counter("c"))
        .after(COUNTERS, None, "later", add={"n": 1}, create={"companyId": ACME, "n": 0})
        .insert(PEOPLE, person(key="a"))
    )
    assert isinstance(await store.write(batch), Duplicate)
    people = store[PEOPLE].of(ACME)
    assert [one.name for one in (await people.find()).items] == ["Ada", "Bea"]
    assert [one.rev for one in (await people.find()).items] == [1, 1]
    assert len(await people.lookup("tags", ["old"])) == 1
    assert await people.lookup("tags", ["new"]) == []
    assert await store[COUNTERS].across_companies().get_many(["c", "later"]) == {}


async def test_a_write_of_another_company_finds_nothing(store: Store) -> None:
    ada = person(name="Ada")
    await put(store, ada)
    absent = Conflict("people", ada.id)
    assert await store.write(WriteBatch().patch(PEOPLE, OTHER, ada.id, values={"name": "x"}, rev=1)) == absent
    assert await store.write(WriteBatch().delete(PEOPLE, OTHER, ada.id, rev=1)) == absent
    assert await store.write(WriteBatch().require(PEOPLE, OTHER, ada.id, rev=1)) == absent
    stolen = ada.model_copy(update={"company_id": OTHER, "rev": 1})
    assert await store.write(WriteBatch().replace(PEOPLE, stolen)) == absent
    applied(await store.write(WriteBatch().delete(PEOPLE, OTHER, ada.id)))
    applied(await store.write(WriteBatch().after(PEOPLE, OTHER, ada.id, values={"name": "x"}, create={"name": "y"})))
    found = await store[PEOPLE].of(ACME).get(ada.id)
    assert found == ada.model_copy(update={"rev": 1})


async def test_what_follows_a_commit_counts_and_bounds(store: Store) -> None:
    batch = WriteBatch().after(
        COUNTERS, None, "c", add={"n": 2}, least={"at": 50}, most={"top": 5}, create={"companyId": ACME, "n": 10}
    )
    applied(await store.write(batch))
    applied(
        await store.write(WriteBatch().after(COUNTERS, None, "c", add={"n": -5}, least={"at": 70}, most={"top": 9}))
    )
    applied(await store.write(WriteBatch().after(COUNTERS, None, "c", least={"at": 7}, most={"top": 1})))
    found = await store[COUNTERS].across_companies().get("c")
    assert found is not None
    assert (found.n, found.at, found.rev) == (7, 7, 3)


async def test_what_follows_a_commit_does_nothing_where_its_condition_fails(store: Store) -> None:
    applied(await store.write(WriteBatch().insert(COUNTERS, counter("c", state="idle"))))
    wake = {"values": {"state": "ready"}, "where": {"state": "delayed"}}
    applied(await store.write(WriteBatch().after(COUNTERS, None, "c", **wake)))  # type: ignore[arg-type]
    applied(await store.write(WriteBatch().after(COUNTERS, None, "absent", add={"n": 1})))
    counters = store[COUNTERS].across_companies()
    assert await counters.get("absent") is None
    found = await counters.get("c")
    assert found is not None
    assert (found.state, found.rev) == ("idle", 1)


async def test_what_follows_a_commit_sees_the_batch_and_keeps_the_unique_rule(store: Store) -> None:
    ada, bea = person(key="a"), person(key="b")
    batch = WriteBatch().insert(PEOPLE, ada).insert(PEOPLE, bea).after(PEOPLE, ACME, ada.id, values={"name": "late"})
    batch.after(PEOPLE, ACME, bea.id, values={"key": "a"})
    applied(await store.write(batch))
    found = await store[PEOPLE].of(ACME).get_many([ada.id, bea.id])
    assert (found[ada.id].name, found[bea.id].key) == ("late", "b")


async def test_a_wrong_counter_is_raised_and_nothing_is_kept(store: Store, engine: Engine) -> None:
    applied(await store.write(WriteBatch().insert(COUNTERS, counter("c", state="idle"))))
    with pytest.raises(TypeError, match="state is not a counter"):
        await store.write(WriteBatch().after(COUNTERS, None, "c", add={"state": 1}))
    batch = WriteBatch().insert(COUNTERS, counter("d")).after(COUNTERS, None, "c", add={"state": 1})
    counters = store[COUNTERS].across_companies()
    if isinstance(engine, MongoEngine):  # what follows a commit is a second write there: the batch stands without it
        applied(await store.write(batch))
        assert set(await counters.get_many(["c", "d"])) == {"c", "d"}
    else:
        with pytest.raises(TypeError, match="state is not a counter"):
            await store.write(batch)
        assert await counters.get("d") is None
    found = await counters.get("c")
    assert found is not None
    assert (found.state, found.rev) == ("idle", 1)


async def test_the_last_four_batches_are_remembered(store: Store, engine: Engine) -> None:
    ada = person(name="Ada")
    batches = []
    for rev in range(6):
        batch = WriteBatch()
        if rev == 0:
            batch.insert(PEOPLE, ada)
        elif rev == 1:
            batch.replace(PEOPLE, ada.model_copy(update={"rev": 1}))
        elif rev == 2:
            batch.after(PEOPLE, ACME, ada.id, values={"note": "x"})
        else:
            batch.patch(PEOPLE, ACME, ada.id, values={"note": str(rev)}, rev=rev)
        result = await store.write(batch)
        assert isinstance(result, Applied)
        batches.append(result.batch)
        assert (await read(engine, ada.id))["_b"] == batches[-4:]


async def test_limits_of_a_batch_and_a_document(store: Store) -> None:
    batch = WriteBatch()
    for _ in range(1000):
        batch.insert(PEOPLE, person())
    applied(await store.write(batch))
    batch = WriteBatch()
    for number in range(1001):
        batch.delete(PEOPLE, ACME, f"{number:024d}")
    with pytest.raises(BatchTooLarge, match="1001 operations; at most 1000"):
        await store.write(batch)
    batch = WriteBatch()
    for _ in range(17):
        batch.insert(PEOPLE, person(note="x" * 250_000))
    with pytest.raises(BatchTooLarge, match="bytes; at most 4194304"):
        await store.write(batch)
    with pytest.raises(DocumentTooLarge, match="at most 262144"):
        await store.write(WriteBatch().insert(PEOPLE, person(note="x" * 262_144)))
    assert len((await store[PEOPLE].of(ACME).find(limit=2000)).items) == 1000


async def test_a_document_that_grows_too_large_stops_its_whole_batch(store: Store) -> None:
    ada, bea = person(note="x" * 200_000), person()
    await put(store, ada)
    big = {"name": "x" * 100_000}
    batch = WriteBatch().insert(PEOPLE, bea).patch(PEOPLE, ACME, ada.id, values=big, rev=1)
    with pytest.raises(DocumentTooLarge):
        await store.write(batch)
    found = await store[PEOPLE].of(ACME).get_many([ada.id, bea.id])
    assert found == {ada.id: ada.model_copy(update={"rev": 1})}


def test_a_batch_refuses_what_it_could_not_mean() -> None:
    batch = WriteBatch().delete(PEOPLE, ACME, "x")
    with pytest.raises(ValueError, match="in it twice"):
        batch.delete(PEOPLE, ACME, "x")
    with pytest.raises(ValueError, match="needs a precondition"):
        batch.patch(PEOPLE, ACME, "y", values={"name": "n"})
    with pytest.raises(ValueError, match="never written by an update: companyId"):
        batch.patch(PEOPLE, ACME, "y", values={"companyId": OTHER}, rev=1)
    with pytest.raises(ValueError, match="cannot remove name"):
        batch.patch(PEOPLE, ACME, "y", values={"name": "n"}, unset=("name",), rev=1)
    with pytest.raises(ValueError, match="removes no field: name"):
        batch.after(PEOPLE, ACME, "y", values={"name": None})
    with pytest.raises(ValueError, match="name the one to create it in"):
        batch.after(PEOPLE, None, "y", create={})
    with pytest.raises(NotStorable, match=r"people\.name is indexed"):
        batch.patch(PEOPLE, ACME, "y", values={"name": ["n"]}, rev=1)
    with pytest.raises(NotStorable, match=r"people\.tags is indexed by element"):
        batch.patch(PEOPLE, ACME, "y", values={"tags": [True]}, rev=1)
