"""A filter's tree made a test of a row. Pure."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from . import unconfirmed, values
from .errors import bad_query
from .filters import All, Among, Compare, Moment, Node, Not, Some, Text
from .records import folded, place_of

_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "gt": operator.gt,
    "ge": operator.ge,
    "lt": operator.lt,
    "le": operator.le,
}

Read = Callable[[Any], Any]
Test = Callable[[Any], bool]
Resolve = Callable[[str], tuple[Read, str]]
"""Gives, for a path, what reads it of a row, and its kind: text, number, time, day, guid, flag."""


def test_of(node: Node, resolve: Resolve) -> Test:
    """Return the test that a filter is. Raises VendorError 400 for unknown paths and values of another type."""
    if isinstance(node, All):
        tests = [test_of(part, resolve) for part in node.parts]
        return lambda row: all(test(row) for test in tests)
    if isinstance(node, Some):
        tests = [test_of(part, resolve) for part in node.parts]
        return lambda row: any(test(row) for test in tests)
    if isinstance(node, Not):
        inner = test_of(node.part, resolve)
        return lambda row: not inner(row)
    read, kind = resolve(node.path)
    if isinstance(node, Among):
        wanted = {comparable(kind, value) for value in node.values}
        return lambda row: _shown(kind, read(row)) in wanted
    if isinstance(node, Text):
        return _text_test(node, read)
    return _comparison(node, read, kind)


def _text_test(node: Text, read: Read) -> Test:
    wanted = folded(node.value)
    if node.function == "contains":
        return lambda row: wanted in folded(str(read(row) or ""))
    if node.function == "startswith":
        return lambda row: folded(str(read(row) or "")).startswith(wanted)
    return lambda row: folded(str(read(row) or "")).endswith(wanted)


def _comparison(node: Compare, read: Read, kind: str) -> Test:
    compare, wanted = _COMPARE[node.operator], comparable(kind, node.value)
    if wanted is None:
        if node.operator == "eq":
            return lambda row: read(row) is None
        if node.operator == "ne":
            return lambda row: read(row) is not None
        return lambda row: False
    if node.operator == "ne" and unconfirmed.NOT_EQUAL_MATCHES_NO_VALUE:
        return lambda row: _shown(kind, read(row)) != wanted

    def holds(row: Any) -> bool:
        value = _shown(kind, read(row))
        return value is not None and compare(value, wanted)

    return holds


def _shown(kind: str, value: Any) -> Any:
    if value is None:
        return None
    if kind == "text":
        return folded(str(value))
    if kind == "guid":
        return place_of(value)
    if kind == "time" and isinstance(value, str):
        return values.seconds_of(value)
    return value


def comparable(kind: str, value: Any) -> Any:
    """Return a literal as values of a kind are compared. Raises VendorError 400 when it is of another type."""
    if value is None:
        return None
    try:
        if kind == "time":
            return values.seconds_of(value.text if isinstance(value, Moment) else str(value))
        if kind == "day":
            return value.text[:10] if isinstance(value, Moment) else str(value)
    except ValueError:
        raise _incompatible(kind, value) from None
    if isinstance(value, Moment):
        value = value.text
    if kind == "guid" and isinstance(value, str) and values.GUID.fullmatch(value):
        return place_of(value.lower())
    if kind == "text" and isinstance(value, str):
        return folded(value)
    if kind == "flag" and isinstance(value, bool):
        return value
    if kind == "number" and isinstance(value, int | float) and not isinstance(value, bool):
        return value
    raise _incompatible(kind, value)


def _incompatible(kind: str, value: Any) -> Exception:
    return bad_query(
        "A binary operator with incompatible types was detected. Found operand types for "
        f"a {kind} and '{value}' for operator kind 'Equal'."
    )
