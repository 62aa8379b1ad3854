"""Every shape of question as SQLite plans it: along an index, never through the table, never sorted afterwards."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from leadbridge.storage.kind import BY_COMPANY, BY_ID, Index, Kind
from leadbridge.storage.query import Position, Scan
from leadbridge.storage.sqlite.connection import open_store
from leadbridge.storage.sqlite.statements import Question, by_ids, by_values, holder, walk
from tests.contract.store.shapes import ACME, COUNTERS, KINDS, PEOPLE

ID = "f" * 24


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    connection = open_store(tmp_path_factory.mktemp("plans") / "store.db", KINDS)
    yield connection
    connection.close()


def plan(file: sqlite3.Connection, question: Question, *more: int) -> list[str]:
    rows = file.execute(f"EXPLAIN QUERY PLAN {question.sql}", (*question.parameters, *more))
    return [detail for *_, detail in rows]


def assert_walks_an_index(steps: list[str]) -> None:
    for step in steps:
        assert "TEMP B-TREE" not in step, steps
        if step.startswith("SCAN"):
            assert "USING" in step or "json_each" in step, steps
    assert any("INDEX" in step for step in steps), steps


def scan(
    index: Index,
    eq: dict[str, str | int | float | bool],
    *order: str,
    low: str | float | None = None,
    high: str | float | None = None,
    after: Position | None = None,
    descending: bool = False,
) -> Scan:
    return Scan(index, dict(eq), order, low, high, after, descending)


COMPANY: dict[str, str | int | float | bool] = {"companyId": ACME}
SHAPES: dict[str, tuple[Kind[Any], Index, dict[str, str | int | float | bool], tuple[str, ...], tuple[Any, ...]]] = {
    "ids": (PEOPLE, BY_ID, {}, (), (ID,)),
    "company": (PEOPLE, BY_COMPANY, COMPANY, (), (ID,)),
    "one field": (PEOPLE, PEOPLE.index("name"), COMPANY, ("name",), ("n", ID)),
    "equality": (PEOPLE, PEOPLE.index("name"), COMPANY | {"name": "n"}, (), (ID,)),
    "two fields": (PEOPLE, PEOPLE.index("cityAge"), COMPANY, ("city", "age"), ("Rome", 3, ID)),
    "absent first": (PEOPLE, PEOPLE.index("cityAge"), COMPANY, ("city", "age"), (None, 3, ID)),
    "absent second": (PEOPLE, PEOPLE.index("cityAge"), COMPANY, ("city", "age"), ("Rome", None, ID)),
    "prefix": (PEOPLE, PEOPLE.index("cityAge"), COMPANY | {"city": "Rome"}, ("age",), (3, ID)),
    "float": (PEOPLE, PEOPLE.index("score"), COMPANY, ("score",), (0.1, ID)),
    "boolean": (PEOPLE, PEOPLE.index("active"), COMPANY | {"active": True}, (), (ID,)),
    "nested": (PEOPLE, PEOPLE.index("street"), COMPANY | {"address.street": "s"}, (), (ID,)),
    "unique": (PEOPLE, PEOPLE.index("key"), COMPANY, ("key",), ("k", ID)),
    "unique equality": (PEOPLE, PEOPLE.index("key"), COMPANY | {"key": "k"}, (), (ID,)),
    "elements": (PEOPLE, PEOPLE.index("tags"), COMPANY, ("tags",), ("t", ID)),
    "element": (PEOPLE, PEOPLE.index("tags"), COMPANY | {"tags": "t"}, (), (ID,)),
    "element in order": (PEOPLE, PEOPLE.index("tagsAge"), COMPANY | {"tags": "t"}, ("age",), (3, ID)),
    "all companies": (PEOPLE, PEOPLE.index("nameAll"), {}, ("name",), ("n", ID)),
    "no tenant": (COUNTERS, COUNTERS.index("state"), {"state": "ready"}, ("at",), (5, ID)),
}


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("shape", list(SHAPES))
def test_walks_use_their_index(file: sqlite3.Connection, shape: str, descending: bool) -> None:
    kind, index, eq, order, after = SHAPES[shape]
    first = after[0]
    bounds: list[tuple[str | float | None, str | float | None]] = [(None, None)]
    if order and isinstance(first, str):
        bounds += [("A", None), (None, "zz"), ("A", "zz")]
    elif order and isinstance(first, int | float):
        bounds += [(-9, None), (None, 99), (-9, 99)]
    for low, high in bounds:
        for position in (None, after):
            asked = scan(index, eq, *order, low=low, high=high, after=position, descending=descending)
            questions = list(walk(kind.name, asked))
            assert questions or first is None
            for question in questions:
                steps = plan(file, question, 50)
                assert_walks_an_index(steps)
                whole = index is BY_ID or (not eq and position is None and low is None and high is None)
                if not whole and not (shape == "all companies" and low is None and high is None):
                    assert steps[0].startswith("SEARCH"), steps


@pytest.mark.parametrize("descending", [False, True])
def test_each_range_behind_a_position_starts_at_the_position(file: sqlite3.Connection, descending: bool) -> None:
    asked = scan(PEOPLE.index("cityAge"), COMPANY, "city", "age", after=("Rome", 3, ID), descending=descending)
    steps = [plan(file, question, 50)[0] for question in walk("people", asked)]
    sign = "<" if descending else ">"
    assert steps[0].endswith(f"(company=? AND <expr>=? AND <expr>=? AND id{sign}?)")
    assert steps[1].endswith(f"(company=? AND <expr>=? AND <expr>{sign}?)")
    assert steps[-1].endswith("(company=? AND <expr>=?)" if descending else "(company=? AND <expr>>?)")


@pytest.mark.parametrize("company", [None, ACME])
def test_documents_by_id_use_the_ids(file: sqlite3.Connection, company: str | None) -> None:
    for ids in (["a"], ["a", "b"]):
        steps = plan(file, by_ids("people", company, ids))
        assert_walks_an_index(steps)
        assert "sqlite_autoindex_people_1 (id=?)" in steps[0]


@pytest.mark.parametrize("name", [index.name for index in PEOPLE.indexes])
def test_look_ups_use_their_index(file: sqlite3.Connection, name: str) -> None:
    index = PEOPLE.index(name)
    question = by_values("people", ACME, index, ["a", "b"])
    steps = plan(file, question)
    assert_walks_an_index(steps)
    assert any(f"people:{name}" in step for step in steps), steps


def test_the_holder_of_a_unique_value_is_found_by_its_index(file: sqlite3.Connection) -> None:
    for values in (("k",), ("p", "1"), (None, "1")):
        index = PEOPLE.index("key" if len(values) == 1 else "external")
        steps = plan(file, holder("people", index, (ACME, *values), ID))
        assert_walks_an_index(steps)
        assert "SEARCH people USING INDEX" in steps[0]


def test_a_question_names_its_index_so_that_a_missing_one_is_an_error(tmp_path: Path) -> None:
    connection = open_store(tmp_path / "store.db", [COUNTERS])
    asked = scan(Index("gone", ("state", "n")), {"state": "x"}, "n")
    with pytest.raises(sqlite3.OperationalError, match="no such index"):
        connection.execute(next(walk("counters", asked)).sql, ("x", 1))
    connection.close()
