"""A SOQL query as a tree. `soql_parser` reads it. Pure.

Understood: SELECT of fields, relationships, aggregates and FIELDS(); FROM with an alias; WHERE with AND, OR, NOT,
brackets, every operator and semi-joins; GROUP BY, HAVING, ORDER BY, LIMIT, OFFSET. Not understood: child subqueries,
TYPEOF, distances, data categories.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

LENGTH_MAX = 100_000
AGGREGATES = ("COUNT", "COUNT_DISTINCT", "MIN", "MAX", "SUM", "AVG")
OPERATORS = ("=", "!=", "<>", "<", "<=", ">", ">=")


@dataclass(frozen=True, slots=True)
class Literal:
    """A value as written: its sort (text, moment, date, number, flag, null, range) and what it says."""

    sort: str
    value: Any


@dataclass(frozen=True, slots=True)
class Comparison:
    """A field (or an aggregate) compared with a value."""

    path: str
    operator: str
    literals: tuple[Literal, ...] = ()
    inner: Query | None = None
    function: str = ""


@dataclass(frozen=True, slots=True)
class Both:
    """Conditions joined by AND or OR."""

    word: str
    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """A condition turned round."""

    part: Condition


Condition = Comparison | Both | Not


@dataclass(frozen=True, slots=True)
class Item:
    """One entry of the SELECT list: a field, or a function of one."""

    path: str
    function: str = ""
    alias: str = ""


@dataclass(frozen=True, slots=True)
class Order:
    """One rule of ORDER BY."""

    path: str
    descending: bool
    nulls_last: bool
    function: str = ""


@dataclass(frozen=True, slots=True)
class Query:
    """A whole query."""

    items: tuple[Item, ...]
    object: str
    alias: str
    where: Condition | None
    groups: tuple[str, ...]
    having: Condition | None
    orders: tuple[Order, ...]
    limit: int | None
    offset: int

    @property
    def counts_only(self) -> bool:
        """Return whether it is `SELECT COUNT()`, which has no rows."""
        return len(self.items) == 1 and self.items[0].function == "COUNT" and not self.items[0].path

    @property
    def aggregates(self) -> bool:
        """Return whether its rows are results of functions."""
        return bool(self.groups) or any(item.function in AGGREGATES for item in self.items)
