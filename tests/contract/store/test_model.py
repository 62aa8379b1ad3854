"""Random histories: each engine against a dictionary that sorts and filters in the most obvious way."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any, ClassVar

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from leadbridge.storage.batch import Applied, Conflict, Duplicate, WriteBatch
from leadbridge.storage.store import Store
from tests.contract.store.conftest import LONG
from tests.contract.store.driver import Loop
from tests.contract.store.shapes import ACME, KINDS, OTHER, PEOPLE, Person, person, store_on
from tests.support.stores import ENGINES

IDS = [f"{number:024x}" for number in range(8)]
companies = st.sampled_from([ACME, OTHER])
ids = st.sampled_from(IDS)
fields: dict[str, st.SearchStrategy[Any]] = {
    "name": st.none() | st.sampled_from(["", "a", "b", "ä", "Z", "\U0001f600"]),
    "key": st.none() | st.sampled_from(["k1", "k2"]),
    "provider": st.none() | st.sampled_from(["p", "q"]),
    "external": st.none() | st.sampled_from(["1", "2"]),
    "city": st.none() | st.sampled_from(["Rome", "Bonn"]),
    "age": st.none() | st.sampled_from([-(2**63), -1, 0, 1, 2**53 + 1, 2**63 - 1]),
    "score": st.none() | st.sampled_from([-1e308, -0.5, 0.0, 0.1, 0.30000000000000004, 1.0, 5e-324]),
    "active": st.none() | st.booleans(),
    "tags": st.lists(st.sampled_from(["an", "ann", "anna", "b"]), max_size=3).map(tuple),
}
people = st.fixed_dictionaries(fields)
SORTS = [("name", ()), ("score", ()), ("active", ()), ("age", ("city",)), ("age", ("tags",))]


class Model:
    """Documents by id, as plain dictionaries of the fields that are set."""

    def __init__(self) -> None:
        self.documents: dict[str, dict[str, Any]] = {}

    def clash(self, id: str, company: str, values: dict[str, Any]) -> bool:
        for other, there in self.documents.items():
            if other == id or there["company"] != company:
                continue
            if values.get("key") is not None and values["key"] == there.get("key"):
                return True
            same = (values.get("provider"), values.get("external")) == (there.get("provider"), there.get("external"))
            if values.get("external") is not None and same:
                return True
        return False


class History(RuleBasedStateMachine):
    """What is done to the engine is done to the model; what is asked of one is asked of the other."""

    engine: ClassVar[str]

    @initialize()
    def open(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.loop = Loop()
        self.store: Store = store_on(ENGINES[self.engine](self.folder))
        self.loop.run(self.store.start(KINDS))
        self.model = Model()

    def teardown(self) -> None:
        if hasattr(self, "loop"):
            self.loop.run(self.store.close())
            self.loop.close()
            shutil.rmtree(self.folder)

    @rule(changes=st.lists(st.tuples(ids, companies, people), min_size=1, max_size=3, unique_by=lambda c: c[0]))
    def insert(self, changes: list[tuple[str, str, dict[str, Any]]]) -> None:
        batch, after = WriteBatch(), Model()
        after.documents = dict(self.model.documents)
        possible = True
        for id, company, values in changes:
            batch.insert(PEOPLE, person(company, id=id, **values))
            possible = possible and id not in after.documents and not after.clash(id, company, values)
            after.documents[id] = {**values, "company": company, "rev": 1}
        result = self.loop.run(self.store.write(batch))
        assert isinstance(result, Applied if possible else Duplicate), result
        if possible:
            self.model = after

    @rule(id=ids, company=companies, values=st.fixed_dictionaries({}, optional=fields), rev=st.integers(1, 3))
    def patch(self, id: str, company: str, values: dict[str, Any], rev: int) -> None:
        before = self.model.documents.get(id)
        result = self.loop.run(self.store.write(WriteBatch().patch(PEOPLE, company, id, values=values, rev=rev)))
        if before is None or before["company"] != company or before["rev"] != rev:
            assert result == Conflict("people", id)
        elif self.model.clash(id, company, before | values):
            assert isinstance(result, Duplicate)
        else:
            assert isinstance(result, Applied)
            self.model.documents[id] = before | values | {"rev": rev + 1}

    @rule(id=ids, company=companies, other=ids)
    def delete_if_other_exists(self, id: str, company: str, other: str) -> None:
        if id == other:
            return
        batch = WriteBatch().delete(PEOPLE, company, id)
        there = self.model.documents.get(other)
        batch.require(PEOPLE, company, other, rev=1)
        result = self.loop.run(self.store.write(batch))
        if there is None or there["company"] != company or there["rev"] != 1:
            assert result == Conflict("people", other)
            return
        assert isinstance(result, Applied)
        if self.model.documents.get(id, {}).get("company") == company:
            del self.model.documents[id]

    @rule(
        company=companies,
        sort=st.sampled_from(SORTS),
        descending=st.booleans(),
        limit=st.integers(1, 4),
        data=st.data(),
    )
    def walk(
        self, company: str, sort: tuple[str, tuple[str, ...]], descending: bool, limit: int, data: st.DataObject
    ) -> None:
        order, fixed = sort
        eq: dict[str, Any] = {}
        for name in fixed:
            eq[name] = data.draw(st.sampled_from(["an", "b"] if name == "tags" else ["Rome", "Bonn"]))
        low = high = None
        if order != "active":
            low, high = data.draw(fields[order]), data.draw(fields[order])
        expected = []
        for id, there in self.model.documents.items():
            held = [
                value in there["tags"] if name == "tags" else there.get(name) == value for name, value in eq.items()
            ]
            value = there.get(order)
            bounded = (low is None and high is None) or (
                value is not None and (low is None or value >= low) and (high is None or value < high)
            )
            if there["company"] == company and all(held) and bounded:
                expected.append((value is not None, value if value is not None else 0, id))
        expected.sort(reverse=descending)
        found: list[Person] = []
        after = None
        for _ in range(20):
            page = self.loop.run(
                self.store[PEOPLE]
                .of(company)
                .find(eq=eq, order=(order,), low=low, high=high, descending=descending, limit=limit, after=after)
            )
            found += page.items
            after = page.next
            if after is None:
                break
        assert [one.id for one in found] == [id for _, _, id in expected]

    @rule(company=companies, prefix=st.sampled_from(["a", "an", "ann", "b"]), limit=st.integers(1, 3))
    def search(self, company: str, prefix: str, limit: int) -> None:
        matching = []
        for id, there in self.model.documents.items():
            tokens = [tag for tag in there["tags"] if tag.startswith(prefix)]
            if there["company"] == company and tokens:
                matching.append((min(tokens), id))
        found: list[str] = []
        after = None
        for _ in range(20):
            page = self.loop.run(
                self.store[PEOPLE]
                .of(company)
                .find(order=("tags",), low=prefix, high=prefix + "\U0010ffff", limit=limit, after=after)
            )
            found += [one.id for one in page.items]
            after = page.next
            if after is None:
                break
        assert found == [id for _, id in sorted(matching)]

    @rule(company=companies, wanted=st.lists(st.sampled_from(["an", "ann", "anna", "b"]), min_size=1, max_size=2))
    def look_up(self, company: str, wanted: list[str]) -> None:
        found = self.loop.run(self.store[PEOPLE].of(company).lookup("tags", wanted))
        assert [one.id for one in found] == sorted(
            id
            for id, there in self.model.documents.items()
            if there["company"] == company and set(there["tags"]) & set(wanted)
        )

    @invariant()
    def every_document_is_as_the_model_has_it(self) -> None:
        if not hasattr(self, "store"):
            return
        found = self.loop.run(self.store[PEOPLE].across_companies().get_many(IDS))
        assert set(found) == set(self.model.documents)
        for id, there in self.model.documents.items():
            one = found[id]
            assert {"company": one.company_id, "rev": one.rev} | {name: getattr(one, name) for name in fields} == there


class MemoryHistory(History):
    engine = "memory"


class SqliteHistory(History):
    engine = "sqlite"


class MongoHistory(History):
    engine = "mongodb"


PROFILE = settings(max_examples=1500 if LONG else 60, stateful_step_count=60 if LONG else 25, deadline=None)
TestMemory = MemoryHistory.TestCase
TestMemory.settings = PROFILE
TestSqlite = SqliteHistory.TestCase
TestSqlite.settings = PROFILE
TestMongo = pytest.mark.mongodb(MongoHistory.TestCase)
TestMongo.settings = settings(PROFILE, max_examples=200 if LONG else 15)
