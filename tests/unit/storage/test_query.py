"""The decisions of a query: which index serves it, what a residual matches, how values compare."""

from __future__ import annotations

import itertools

import pytest

from leadbridge.kit.values import Stored, Value
from leadbridge.storage.kind import BY_COMPANY, BY_ID, Index, Kind
from leadbridge.storage.query import (
    AllOf,
    AnyOf,
    Eq,
    Has,
    HasPrefix,
    In,
    Missing,
    NoIndex,
    Not,
    Range,
    Residual,
    comparable,
    matches,
    pick_index,
    rank,
    same,
    serves,
    within,
)

AB = Index("ab", ("companyId", "a", "b"))
A = Index("a", ("companyId", "a"))
ALL = (AB, A, BY_COMPANY, BY_ID)


@pytest.mark.parametrize(
    ("eq", "order", "name"),
    [
        (set(), (), "_id"),
        ({"companyId"}, (), "company"),
        ({"companyId"}, ("a",), "a"),
        ({"companyId", "a"}, (), "a"),
        ({"companyId", "a"}, ("b",), "ab"),
        ({"companyId", "a", "b"}, (), "ab"),
        ({"companyId"}, ("a", "b"), "ab"),
        (set(), ("companyId",), "company"),
        (set(), ("companyId", "a"), "a"),
    ],
)
def test_the_index_that_serves(eq: set[str], order: tuple[str, ...], name: str) -> None:
    assert pick_index(ALL, eq, order).name == name
    assert pick_index(ALL[::-1], eq, order).name == name


@pytest.mark.parametrize(
    ("eq", "order"),
    [({"a"}, ()), ({"companyId", "b"}, ()), ({"companyId"}, ("b",)), ({"companyId"}, ("b", "a")), ({"x"}, ("a",))],
)
def test_no_index_serves(eq: set[str], order: tuple[str, ...]) -> None:
    with pytest.raises(NoIndex, match="no declared index serves equality on"):
        pick_index(ALL, eq, order)


def test_an_index_with_fields_left_over_serves_but_is_not_picked() -> None:
    assert serves(AB, {"companyId"}, ("a",))
    with pytest.raises(NoIndex):
        pick_index((AB,), {"companyId"}, ("a",))


BODY: Stored = {
    "name": "Ada", "n": 3, "f": 2.0, "yes": True, "tags": ["x", "yz", 1], "deep": {"er": "v"}, "zero": 0
}  # fmt: skip


@pytest.mark.parametrize(
    ("residual", "expected"),
    [
        (Eq("name", "Ada"), True),
        (Eq("name", "ada"), False),
        (Eq("deep.er", "v"), True),
        (Eq("deep.er.st", "v"), False),
        (Eq("n", 3.0), True),
        (Eq("yes", 1), False),
        (Eq("zero", False), False),
        (Eq("tags", ["x", "yz", 1]), True),
        (In("n", (1, 2, 3)), True),
        (In("n", ()), False),
        (In("absent", ("x",)), False),
        (Range("n", 3, 4), True),
        (Range("n", 3, 3), False),
        (Range("n", None, 3), False),
        (Range("n", "a", None), False),
        (Range("yes", 0, 2), False),
        (Range("absent", None, 5), False),
        (Range("absent"), False),
        (Range("name"), True),
        (Has("tags", "x"), True),
        (Has("tags", True), False),
        (Has("name", "A"), False),
        (HasPrefix("name", "Ad"), True),
        (HasPrefix("tags", "y"), True),
        (HasPrefix("tags", "z"), False),
        (HasPrefix("n", ""), False),
        (Missing("absent"), True),
        (Missing("zero"), False),
        (AllOf(()), True),
        (AnyOf(()), False),
        (AllOf((Eq("n", 3), Missing("n"))), False),
        (AnyOf((Eq("n", 3), Missing("n"))), True),
        (Not(Missing("n")), True),
    ],
)
def test_residuals(residual: Residual, expected: bool) -> None:
    assert matches(residual, BODY) is expected


def test_types_have_an_order_and_are_never_within_each_other() -> None:
    values: list[Value | None] = [None, -1, 0.5, 2**63 - 1, "", "Z", "a", "\U0001f600", False, True]
    ranks = [rank(value) for value in values]
    assert all(one < next_ for one, next_ in itertools.pairwise(ranks))
    assert not same(1, True)
    assert same(1, 1.0)
    assert comparable(1, 1.5)
    assert not comparable(None, 1)
    assert not comparable("1", 1)
    assert not comparable(True, 1)
    assert within("b", "a", None)
    assert not within(True, 0, 2)


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: Index("no:colon", ("a",)), "cannot be the name of an index"),
        (lambda: Index("x", ("a'b",)), "different dotted paths"),
        (lambda: Index("x", ("a", "a")), "different dotted paths"),
        (lambda: Index("x", ("a",), unique=True, multi=True), "cannot be unique"),
        (lambda: Index("x", ("companyId",), multi=True), "no field that holds a list"),
        (lambda: Index("x", (), unique=True), "no field that is unique"),
        (lambda: Kind("a b", dict), "cannot be the name of a kind"),
        (lambda: Kind("k", dict, (A, Index("A", ("b",)))), "two indexes of one name"),
        (lambda: Kind("k", dict, (Index("company", ("b",)),)), "called 'company' or '_id'"),
        (lambda: Kind("k", dict, version=3, upcasts={2: dict}), "version 1: the upcast is missing"),
        (
            lambda: Kind("k", dict, (A, Index("m", ("a",), multi=True))).check_indexed({}),
            "indexes a both as a list and as one value",
        ),
    ],
)
def test_declarations_that_no_engine_could_build_alike_are_refused(build: object, message: str) -> None:
    assert callable(build)
    with pytest.raises(ValueError, match=message):
        build()
