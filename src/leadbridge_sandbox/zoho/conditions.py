"""Conditions of searches and queries: a tree of tests on a record as the API shows it, evaluated here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .times import seconds_of


@dataclass(frozen=True, slots=True)
class Test:
    """One comparison. `kind` is the field's data type; `values` has one, two (between) or more (in)."""

    name: str
    kind: str
    operator: str
    values: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Both:
    """All of the parts, or any of them."""

    parts: tuple[Node, ...]
    every: bool


Node = Test | Both


def comparable(value: Any, kind: str) -> Any:
    """Return a value so that two of one kind compare as the vendor does; None for none."""
    if value is None or value == "":
        return None
    if isinstance(value, dict):
        value = value.get("id")
    if kind == "datetime":
        return seconds_of(str(value))
    if kind in ("integer", "double", "currency", "percent", "id", "lookup", "ownerlookup", "bigint"):
        try:
            return float(value) if kind in ("double", "currency", "percent") else int(value)
        except (TypeError, ValueError):
            return None
    if kind == "boolean":
        return value if isinstance(value, bool) else str(value).lower() == "true"
    if isinstance(value, list):
        return [str(one).lower() for one in value]
    return str(value).lower()


def _like(value: Any, pattern: Any) -> bool:
    text, wanted = str(value), str(pattern)
    starts, ends = not wanted.startswith("%"), not wanted.endswith("%")
    core = wanted.strip("%")
    if starts and ends:
        return text == core
    if starts:
        return text.startswith(core)
    return text.endswith(core) if ends else core in text


_COMPARE: Mapping[str, Callable[[Any, Sequence[Any]], bool]] = {
    "equal": lambda value, given: value in given[0] if isinstance(given[0], list) else value == given[0],
    "less_than": lambda value, given: value < given[0],
    "less_equal": lambda value, given: value <= given[0],
    "greater_than": lambda value, given: value > given[0],
    "greater_equal": lambda value, given: value >= given[0],
    "between": lambda value, given: given[0] <= value <= given[1],
    "in": lambda value, given: value in given,
    "starts_with": lambda value, given: str(value).startswith(str(given[0])),
    "ends_with": lambda value, given: str(value).endswith(str(given[0])),
    "contains": lambda value, given: str(given[0]) in str(value),
    "like": lambda value, given: _like(value, given[0]),
}
_NEGATED = {"not_equal": "equal", "not_in": "in", "not_between": "between", "not_like": "like"}
OPERATORS = frozenset({*_COMPARE, *_NEGATED, "is_null", "is_not_null"})


def holds(node: Node, value_of: Callable[[str], Any]) -> bool:
    """Return whether a record meets a condition; `value_of` gives its fields as the API shows them."""
    if isinstance(node, Both):
        return (all if node.every else any)(holds(part, value_of) for part in node.parts)
    value = comparable(value_of(node.name), node.kind)
    if node.operator in ("is_null", "is_not_null"):
        return (value is None) is (node.operator == "is_null")
    if node.operator in _NEGATED:
        return value is None or not _met(_NEGATED[node.operator], value, node)
    return value is not None and _met(node.operator, value, node)


def _met(operator: str, value: Any, node: Test) -> bool:
    given = [comparable(one, node.kind) for one in node.values]
    if any(one is None for one in given):
        return False
    if isinstance(value, list):
        return any(_COMPARE[operator](one, given) for one in value)
    return _COMPARE[operator](value, given)


_COLUMNS = {"id": "id", "Modified_Time": "modified", "Created_Time": "created"}
_SQL = {"equal": "=", "less_than": "<", "less_equal": "<=", "greater_than": ">", "greater_equal": ">="}


def narrowed(node: Node | None) -> tuple[str, list[int], Node | None]:
    """Return what of a condition the table's own columns decide, as SQL with its values, and what is left of it."""
    if node is None:
        return "1", [], None
    parts = node.parts if isinstance(node, Both) and node.every else (node,)
    sql, values, rest = [], [], []
    for part in parts:
        if isinstance(part, Both) and part.every:
            inner, given, left = narrowed(part)
            sql.append(inner)
            values += given
            if left is not None:
                rest.append(left)
            continue
        bound = [comparable(one, part.kind) for one in part.values] if isinstance(part, Test) else []
        if isinstance(part, Test) and part.name in _COLUMNS and all(isinstance(one, int) for one in bound):
            column = _COLUMNS[part.name]
            if part.operator in _SQL:
                sql.append(f"{column} {_SQL[part.operator]} ?")
            elif part.operator == "between":
                sql.append(f"{column} BETWEEN ? AND ?")
            elif part.operator == "in":
                sql.append(f"{column} IN ({', '.join('?' for _ in bound)})")
            else:
                rest.append(part)
                continue
            values += bound
        else:
            rest.append(part)
    left_over = None if not rest else rest[0] if len(rest) == 1 else Both(tuple(rest), every=True)
    return " AND ".join(sql) or "1", values, left_over
