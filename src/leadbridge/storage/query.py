"""How lists are asked for: a residual predicate in a small closed language, and the rule which index serves a query.

A query is an equality prefix of a declared index, an order over its next fields, bounds on the first of these, and a
residual evaluated on what the index yields. Nothing else can be asked, so nothing can be slow by accident.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from leadbridge.kit.values import Stored, Value, at_path
from leadbridge.storage.kind import Index

Position: TypeAlias = "tuple[Value | None, ...]"
"""A keyset position: the order fields' values of the last document seen (None: absent), then its id."""
Rank: TypeAlias = tuple[int, Any]
"""A value with the place of its type in the order of types: absent, then numbers, text, booleans (as in BSON)."""

ABSENT: Rank = (0, 0)


def rank(value: Value | None) -> Rank:
    """Return ``value`` in the form in which stored values of any type can be compared."""
    if value is None:
        return ABSENT
    if isinstance(value, bool):
        return (3, value)
    return (1, value) if isinstance(value, int | float) else (2, value)


class Unset:
    """Stands for "this field is absent" where a value is compared for equality."""

    def __repr__(self) -> str:
        return "UNSET"


UNSET = Unset()


@dataclass(frozen=True, slots=True)
class Eq:
    path: str
    value: Value


@dataclass(frozen=True, slots=True)
class In:
    path: str
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Range:
    """At least ``low`` and below ``high``; an open end is None. An absent field is never in a range."""

    path: str
    low: Value | None = None
    high: Value | None = None


@dataclass(frozen=True, slots=True)
class Has:
    """The list at ``path`` holds ``value``."""

    path: str
    value: Value


@dataclass(frozen=True, slots=True)
class HasPrefix:
    """The text at ``path``, or an element of the list there, starts with ``prefix``."""

    path: str
    prefix: str


@dataclass(frozen=True, slots=True)
class Missing:
    path: str


@dataclass(frozen=True, slots=True)
class AllOf:
    parts: tuple[Residual, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    parts: tuple[Residual, ...]


@dataclass(frozen=True, slots=True)
class Not:
    part: Residual


Residual: TypeAlias = "Eq | In | Range | Has | HasPrefix | Missing | AllOf | AnyOf | Not"


def all_that_are_set(asked: Mapping[str, Value | None]) -> Residual | None:
    """Return what holds where every field of ``asked`` that is not None has its value; None where none is asked."""
    parts = tuple(Eq(path, value) for path, value in asked.items() if value is not None)
    return AllOf(parts) if parts else None


def matches(residual: Residual, body: Stored) -> bool:
    """Tell whether a stored document satisfies ``residual``."""
    match residual:
        case Eq(path, value):
            return same(at_path(body, path), value)
        case In(path, values):
            here = at_path(body, path)
            return any(same(here, value) for value in values)
        case Range(path, low, high):
            return within(at_path(body, path), low, high)
        case Has(path, value):
            here = at_path(body, path)
            return isinstance(here, list) and any(same(item, value) for item in here)
        case HasPrefix(path, prefix):
            here = at_path(body, path)
            texts = here if isinstance(here, list) else [here]
            return any(isinstance(text, str) and text.startswith(prefix) for text in texts)
        case Missing(path):
            return at_path(body, path) is None
        case AllOf(parts):
            return all(matches(part, body) for part in parts)
        case AnyOf(parts):
            return any(matches(part, body) for part in parts)
        case Not(part):
            return not matches(part, body)


def same(here: Value | None, value: Value) -> bool:
    """Tell whether two stored values are equal; a boolean never equals a number, as in BSON."""
    return isinstance(here, bool) == isinstance(value, bool) and here == value


def within(here: Value | None, low: Value | None, high: Value | None) -> bool:
    """Tell whether ``low <= here < high``; values of different types are never within."""
    for bound in (low, high):
        if bound is not None and not comparable(here, bound):
            return False
    if here is None:
        return False
    return (low is None or not here < low) and (high is None or here < high)  # type: ignore[operator]


def comparable(one: Value | None, other: Value) -> bool:
    """Tell whether two stored values have an order between them that every engine shares."""
    numbers = (int, float)
    if isinstance(one, bool) or isinstance(other, bool):
        return isinstance(one, bool) and isinstance(other, bool)
    if isinstance(one, numbers):
        return isinstance(other, numbers)
    return isinstance(one, str) and isinstance(other, str)


@dataclass(frozen=True, slots=True)
class Scan:
    """One walk along an index, as an engine gets it: what is fixed, what orders, where it starts and ends.

    ``low`` (included) and ``high`` (excluded) are texts or numbers, never booleans, and of one type; with either of
    them only values of that type are walked, so that an absent field is never within bounds.
    """

    index: Index
    eq: Mapping[str, Value]
    order: tuple[str, ...]
    low: Value | None
    high: Value | None
    after: Position | None
    descending: bool


def serves(index: Index, eq: frozenset[str] | set[str], order: Sequence[str]) -> bool:
    """Tell whether ``index`` answers a query by itself: equality on a prefix of its fields, order on the next ones."""
    prefix = index.fields[: len(eq)]
    return set(prefix) == set(eq) and tuple(index.fields[len(eq) : len(eq) + len(order)]) == tuple(order)


def pick_index(indexes: Sequence[Index], eq: set[str], order: Sequence[str]) -> Index:
    """Return the narrowest declared index that serves the query; raises ``NoIndex`` when none does.

    The silent last field of every index is the id, so that an index whose fields are all used up orders by id;
    one with fields left over would order by these, and serves only an order that names them all.
    """
    for index in sorted(indexes, key=lambda index: len(index.fields)):
        if serves(index, eq, order) and len(index.fields) == len(eq) + len(order):
            return index
    raise NoIndex(f"no declared index serves equality on {sorted(eq)} in order of {list(order) or ['_id']}")


class NoIndex(LookupError):
    """A query that no declared index serves. Declare the index with the kind, or ask another question."""
