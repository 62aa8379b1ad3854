"""What is stored comes back: every value an engine may keep, and documents of older versions."""

from __future__ import annotations

import random
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadbridge.kit.clock import MILLISECOND
from leadbridge.kit.document import Document
from leadbridge.kit.values import INT64, NotStorable, Value, clean_text, stored
from leadbridge.storage.batch import WriteBatch
from leadbridge.storage.engine import Engine
from leadbridge.storage.kind import Index, Kind, StoreTooNew
from leadbridge.storage.store import Store
from tests.contract.store.conftest import PROFILE, WIRE_PROFILE
from tests.contract.store.driver import Loop
from tests.contract.store.shapes import ACME, new_id, store_on
from tests.support.stores import ENGINE_PARAMS, ENGINES


class Bag(Document):
    value: object = None
    text: str | None = None
    whole: int | None = None
    real: float | None = None
    at: datetime | None = None


BAGS = Kind(
    "bags",
    Bag,
    (
        Index("text", ("companyId", "text")),
        Index("whole", ("companyId", "whole")),
        Index("real", ("companyId", "real")),
        Index("at", ("companyId", "at")),
    ),
)
texts = st.text(st.characters(codec=None), max_size=12)
wholes = st.integers(-INT64, INT64 - 1) | st.sampled_from([-INT64, INT64 - 1, 2**53 + 1, 0])
reals = st.floats(allow_nan=False, allow_infinity=False)
times = st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=st.just(UTC)).map(  # noqa: DTZ001
    lambda moment: moment - moment.microsecond % 1000 * (MILLISECOND / 1000)
)
scalars = texts | wholes | reals | st.booleans()
trees = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "b", "k v", "ü"]), inner, max_size=3)
    ),
    max_leaves=8,
)


@pytest.mark.parametrize("name", ENGINE_PARAMS)
def test_values_come_back_and_are_found_by_their_indexes(name: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    loop = Loop()
    store = store_on(ENGINES[name](tmp_path_factory.mktemp("values")))
    loop.run(store.start([BAGS]))

    @(WIRE_PROFILE if name == "mongodb" else PROFILE)
    @given(trees, texts, wholes, reals, times)
    def check(value: object, text: str, whole: int, real: float, at: datetime) -> None:
        loop.run(_round_trip(store, value, text, whole, real, at))

    try:
        check()
    finally:
        loop.run(store.close())
        loop.close()


async def _round_trip(store: Store, value: object, text: str, whole: int, real: float, at: datetime) -> None:
    bag = Bag(_id=new_id(), company_id=ACME, value=value, text=text, whole=whole, real=real, at=at)
    await store.write(WriteBatch().insert(BAGS, bag))
    bags = store[BAGS].of(ACME)
    found = await bags.get(bag.id)
    assert found is not None
    assert found.value == stored(value)
    assert (found.text, found.whole, found.at) == (clean_text(text), whole, at)
    assert repr(found.real) == repr(real)
    for index, asked in (("text", text), ("whole", whole), ("real", real), ("at", at)):
        assert bag.id in {one.id for one in await bags.lookup(index, [asked])}
        page = await bags.find(eq={index: asked}, limit=1000)
        assert bag.id in {one.id for one in page.items}
        low = await bags.find(order=(index,), low=asked, limit=1000)
        assert bag.id in {one.id for one in low.items}
        high = await bags.find(order=(index,), high=asked, limit=1000)
        assert bag.id not in {one.id for one in high.items}
        assert await _count(store, index) >= 1


async def _count(store: Store, index: str) -> int:
    """Walk the whole index two at a time: values next to each other must neither stop the walk nor repeat in it."""
    total, after = 0, None
    seen: set[str] = set()
    for _ in range(3):
        page = await store[BAGS].of(ACME).find(order=(index,), after=after, limit=2)
        assert not seen & {one.id for one in page.items}
        seen |= {one.id for one in page.items}
        total, after = total + len(page.items), page.next
        if after is None:
            break
    return total


@pytest.mark.parametrize("value", [INT64, -INT64 - 1, float("nan"), float("inf"), object(), datetime(2026, 1, 1)])  # noqa: DTZ001
def test_what_no_engine_keeps_is_refused_before_it_reaches_one(value: object) -> None:
    bag = Bag(_id=new_id(), company_id=ACME, value=value)
    with pytest.raises(NotStorable):
        WriteBatch().insert(BAGS, bag)


class Then(Document):
    name: str


class Now(Document):
    first: str
    last: str = ""


def _split(body: dict[str, Value]) -> dict[str, Value]:
    first, _, last = str(body.pop("name")).partition(" ")
    return body | {"first": first, "last": last}


async def test_old_documents_are_read_by_upcasting_and_new_ones_refused(engine: Engine) -> None:
    old, new = Kind("names", Then), Kind("names", Now, version=2, upcasts={1: _split})
    store = Store(engine, store_on(engine)._clock, new_id, random.Random(1))
    await store.start([old])
    ada = Then(_id=new_id(), company_id=ACME, name="Ada Lovelace")
    await store.write(WriteBatch().insert(old, ada))
    await store.start([new])
    found = await store[new].of(ACME).get(ada.id)
    assert found is not None
    assert (found.first, found.last, found.v) == ("Ada", "Lovelace", 2)
    await store.write(WriteBatch().replace(new, found))
    with pytest.raises(StoreTooNew, match="names holds a document of version 2"):
        await store[old].of(ACME).get(ada.id)
    await store.close()
