"""Reads: by id, by value, and the walks along indexes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from leadbridge.storage.batch import WriteBatch
from leadbridge.storage.query import AllOf, AnyOf, Eq, Has, HasPrefix, In, Missing, NoIndex, Not, Position, Range
from leadbridge.storage.store import Collection, Page, Store
from tests.contract.store.shapes import ACME, COUNTERS, OTHER, PEOPLE, Person, applied, counter, person, put


async def pages(people: Collection[Person], limit: int, **query: object) -> list[Person]:
    """Return the whole list, page by page."""
    found: list[Person] = []
    after: Position | None = None
    for _ in range(200):
        page: Page[Person] = await people.find(**query, after=after, limit=limit)  # type: ignore[arg-type]
        found += page.items
        if page.next is None:
            return found
        after = page.next
    raise AssertionError("the list does not end")


async def test_get_many_gives_those_that_exist_in_the_company(store: Store) -> None:
    ada, eve = person(name="Ada"), person(OTHER, name="Eve")
    await put(store, ada, eve)
    asked = [ada.id, eve.id, "f" * 24]
    assert set(await store[PEOPLE].of(ACME).get_many(asked)) == {ada.id}
    assert set(await store[PEOPLE].across_companies().get_many(asked)) == {ada.id, eve.id}
    assert await store[PEOPLE].of(ACME).get_many([]) == {}
    with pytest.raises(ValueError, match="at most 500"):
        await store[PEOPLE].of(ACME).get_many(["x"] * 501)
    with pytest.raises(TypeError, match="belongs to no company"):
        store[COUNTERS].of(ACME)


@pytest.mark.parametrize("id", ["", "\0", "\ud800", "' OR 1=1 --", "%", "e\u0301", "x" * 10_000])
async def test_strange_ids_are_just_absent(store: Store, id: str) -> None:
    await put(store, person())
    assert await store[PEOPLE].of(ACME).get(id) is None
    assert await store[PEOPLE].of(id.replace("\ud800", "")).get_many([id]) == {}


async def test_lookup_by_unique_plain_and_multi_value(store: Store) -> None:
    ada = person(name="n", key="a", tags=("x", "y"))
    bea = person(name="n", key="b", tags=("y",))
    eve = person(OTHER, name="n", key="a", tags=("x",))
    await put(store, eve, bea, ada)
    people = store[PEOPLE].of(ACME)

    async def ids(index: str, *values: object) -> list[str]:
        return [one.id for one in await people.lookup(index, values)]

    both = sorted((ada.id, bea.id))
    assert await ids("key", "a", "missing") == [ada.id]
    assert await ids("key", "a", "b", "b") == both
    assert await ids("name", "n") == both
    assert await ids("tags", "x", "y") == both
    assert await ids("tags", "x") == [ada.id]
    assert await ids("tagsAge", "x") == [ada.id]
    assert await ids("nameAll", "n") == both
    assert await ids("name") == []
    assert [one.id for one in await store[PEOPLE].across_companies().lookup("nameAll", ["n"])] == sorted(
        (*both, eve.id)
    )
    with pytest.raises(NoIndex, match="not looked up across companies"):
        await store[PEOPLE].across_companies().lookup("name", ["n"])
    with pytest.raises(KeyError, match="no index 'nothing'"):
        await people.lookup("nothing", ["n"])


async def test_lookup_tells_true_from_one(store: Store) -> None:
    await put(store, person(name="yes", active=True), person(name="no", active=False), person(name="one", score=1.0))
    people = store[PEOPLE].of(ACME)
    assert [one.name for one in await people.lookup("active", [True])] == ["yes"]
    assert await people.lookup("active", [1, 0]) == []
    assert [one.name for one in await people.lookup("score", [1])] == ["one"]
    assert await people.lookup("score", [True]) == []
    assert [one.name for one in (await people.find(eq={"active": False})).items] == ["no"]
    assert (await people.find(eq={"active": 0})).items == []
    assert (await people.find(eq={"score": True})).items == []


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("limit", [1, 2, 3, 100])
async def test_absent_values_come_first_and_pages_meet_each_document_once(
    store: Store, descending: bool, limit: int
) -> None:
    ages = [None, 3, None, -2, 0, 3, 7, None]
    group = [person(city=city, age=age) for city in (None, "Rome", "Bonn") for age in ages]
    await put(store, *group, person(OTHER, city="Rome", age=1))
    people = store[PEOPLE].of(ACME)

    def order(one: Person) -> tuple[object, ...]:
        return (one.city is not None, one.city or "", one.age is not None, one.age or 0, one.id)

    found = await pages(people, limit, order=("city", "age"), descending=descending)
    assert [one.id for one in found] == [one.id for one in sorted(group, key=order, reverse=descending)]
    rome = await pages(people, limit, eq={"city": "Rome"}, order=("age",), descending=descending)
    expected = sorted((one for one in group if one.city == "Rome"), key=order, reverse=descending)
    assert [one.id for one in rome] == [one.id for one in expected]
    some = await pages(people, limit, eq={"city": "Rome"}, order=("age",), low=0, high=7, descending=descending)
    assert [one.id for one in some] == [one.id for one in expected if one.age is not None and 0 <= one.age < 7]


@pytest.mark.parametrize("descending", [False, True])
async def test_bounds_leave_out_absent_values(store: Store, descending: bool) -> None:
    await put(store, *(person(name=name) for name in (None, "a", "b", "c")))
    people = store[PEOPLE].of(ACME)

    async def names(**bounds: str) -> set[str | None]:
        found = await pages(people, 1, order=("name",), descending=descending, **bounds)
        return {one.name for one in found}

    assert await names(low="b") == {"b", "c"}
    assert await names(high="b") == {"a"}
    assert await names(low="a", high="c") == {"a", "b"}
    assert await names(low="x") == set()
    assert await names(low="c", high="a") == set()


async def test_times_and_floats_are_ordered_by_value(store: Store) -> None:
    start = datetime(2026, 3, 1, tzinfo=UTC)
    times = [start + timedelta(milliseconds=step) for step in (5, 1, 1000, 3)]
    await put(store, *(person(seen_at=time, score=step * 1.1) for step, time in enumerate(times)))
    people = store[PEOPLE].of(ACME)
    found = await pages(people, 1, order=("seenAt",), low=start + timedelta(milliseconds=3))
    assert [one.seen_at for one in found] == sorted(times)[1:]
    assert [one.score for one in await pages(people, 1, order=("score",), descending=True)] == [
        step * 1.1 for step in (3, 2, 1, 0)
    ]
    assert len((await people.find(eq={"score": 2 * 1.1})).items) == 1


async def test_a_unique_index_is_walked_without_the_documents_outside_it(store: Store) -> None:
    await put(store, person(), *(person(key=key) for key in "cab"))
    people = store[PEOPLE].of(ACME)
    assert [one.key for one in await pages(people, 1, order=("key",))] == ["a", "b", "c"]
    assert [one.key for one in await pages(people, 2, order=("key",), descending=True)] == ["c", "b", "a"]
    assert [one.key for one in (await people.find(eq={"key": "b"})).items] == ["b"]


@pytest.mark.parametrize("descending", [False, True])
async def test_elements_exactly_and_by_prefix_meet_each_document_once(store: Store, descending: bool) -> None:
    both = person(name="both", tags=("anna", "anne", "bob", "anna"), age=2)
    one, none = person(name="one", tags=("anne",), age=1), person(name="none", tags=("bob",))
    await put(store, both, one, none, person(name="bare"))
    people = store[PEOPLE].of(ACME)
    for limit in (1, 2, 5):
        exact = await pages(people, limit, eq={"tags": "anne"}, order=("age",), descending=descending)
        assert [p.name for p in exact] == (["both", "one"] if descending else ["one", "both"])
        prefix = await pages(people, limit, order=("tags",), low="ann", high="ano", descending=descending)
        assert sorted(str(p.name) for p in prefix) == ["both", "one"]
        everything = await pages(people, limit, order=("tags",), descending=descending)
        assert sorted(str(p.name) for p in everything) == ["both", "none", "one"]
    applied(await store.write(WriteBatch().patch(PEOPLE, ACME, both.id, values={"tags": ["zoe"]}, rev=1)))
    assert [p.name for p in (await people.find(eq={"tags": "anna"})).items] == []
    assert [p.name for p in (await people.find(eq={"tags": "zoe"})).items] == ["both"]
    applied(await store.write(WriteBatch().patch(PEOPLE, ACME, both.id, values={"age": 9}, rev=2)))
    assert [p.name for p in (await people.find(eq={"tags": "zoe"}, order=("age",), low=9)).items] == ["both"]


async def test_order_fields_of_an_element_follow_when_they_appear_and_go(store: Store) -> None:
    one = person(name="one", tags=("t",))
    await put(store, one)
    people = store[PEOPLE].of(ACME)
    for rev, (age, found) in enumerate([(5, ["one"]), (None, []), (-1, [])], start=1):
        applied(await store.write(WriteBatch().patch(PEOPLE, ACME, one.id, values={"age": age}, rev=rev)))
        page = await people.find(eq={"tags": "t"}, order=("age",), low=0)
        assert [p.name for p in page.items] == found
        assert len((await people.find(eq={"tags": "t"}, order=("age",))).items) == 1


async def test_integers_as_elements_across_companies(store: Store) -> None:
    batch = WriteBatch()
    for number in range(6):
        batch.insert(COUNTERS, counter(f"c{number}", marks=(number % 2, 1, number), at=number))
    applied(await store.write(batch))
    counters = store[COUNTERS].across_companies()
    assert [c.id for c in await counters.lookup("marks", [0])] == ["c0", "c2", "c4"]
    assert [c.id for c in (await counters.find(eq={"marks": 5})).items] == ["c5"]
    assert [c.id for c in (await counters.find(order=("at",), low=2, high=4)).items] == ["c2", "c3"]
    assert [c.id for c in (await counters.find(limit=2, descending=True)).items] == ["c5", "c4"]


async def test_the_residual_is_asked_of_what_the_index_yields(store: Store) -> None:
    await put(store, *(person(name=f"n{n:02}", age=n, tags=(f"t{n % 3}",), active=n % 2 == 0) for n in range(30)))
    people = store[PEOPLE].of(ACME)
    residual = AllOf(
        (
            Range("age", 3, 20),
            AnyOf((Has("tags", "t0"), Eq("age", 4))),
            Not(In("age", (6, 9))),
            HasPrefix("name", "n"),
            Missing("city"),
        )
    )
    expected = [n for n in range(3, 20) if (n % 3 == 0 or n == 4) and n not in (6, 9)]
    for limit in (1, 4, 50):
        found = await pages(people, limit, order=("name",), residual=residual)
        assert [one.age for one in found] == expected


async def test_a_spent_scan_budget_ends_the_page_early_and_it_goes_on(store: Store) -> None:
    await put(store, *(person(name=f"n{n:04}", age=n) for n in range(700)))
    people = store[PEOPLE].of(ACME)
    page = await people.find(order=("name",), residual=Eq("age", 650), max_scan=600, limit=5)
    assert (page.items, page.scanned, page.next is not None) == ([], 600, True)
    page = await people.find(order=("name",), residual=Eq("age", 650), max_scan=600, limit=5, after=page.next)
    assert [one.age for one in page.items] == [650]
    assert (page.scanned, page.next) == (100, None)


async def test_a_question_no_index_serves_is_refused(store: Store) -> None:
    people = store[PEOPLE].of(ACME)
    for query in ({"eq": {"age": 1}}, {"order": ("age",)}, {"eq": {"city": "x"}}, {"order": ("age", "city")}):
        with pytest.raises(NoIndex, match="no declared index serves"):
            await people.find(**query)
    with pytest.raises(ValueError, match="bounds need an order"):
        await people.find(low="x")
    for low, high in ((True, None), (1, "x")):
        with pytest.raises(ValueError, match="two texts or two numbers"):
            await people.find(order=("score",), low=low, high=high)


@pytest.mark.parametrize("after", [("a",), ("a", "b", "c"), (1.5, 7), (["x"], "y"), (2**70, "y")])
async def test_a_position_of_another_list_starts_at_the_beginning(store: Store, after: Position) -> None:
    await put(store, person(name="a"))
    page = await store[PEOPLE].of(ACME).find(order=("name",), after=after)
    assert [one.name for one in page.items] == ["a"]


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("value", [None, -1, 5, 1e300, "", "b", "\U0010ffff"])
async def test_a_position_of_any_type_and_beyond_the_bounds_is_answered_alike(
    store: Store, value: str | float | None, descending: bool
) -> None:
    await put(store, *(person(name=name) for name in (None, "a", "b", "c")))
    people = store[PEOPLE].of(ACME)

    def rank(here: object) -> tuple[int, object]:
        return (0, 0) if here is None else (2 if isinstance(here, str) else 1, here)

    for low, high in ((None, None), ("b", None), (None, "c"), ("b", "c")):
        page = await people.find(order=("name",), low=low, high=high, after=(value, "z"), descending=descending)
        inside = [
            name
            for name in (None, "a", "b", "c")
            if (low is None and high is None) or (name is not None and (low or "") <= name < (high or "~"))
        ]
        beyond = [
            name for name in inside if (rank(name) > rank(value) if not descending else rank(name) <= rank(value))
        ]
        assert [one.name for one in page.items] == (beyond[::-1] if descending else beyond)
