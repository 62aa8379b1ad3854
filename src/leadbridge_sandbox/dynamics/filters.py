"""`$filter`: read into a tree, and the tree made a test of a row. Pure."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from . import values
from .errors import bad_query
from .records import folded, place_of

_TOKEN = re.compile(
    r"\s*(?:(?P<string>'(?:[^']|'')*')|(?P<guid>[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12})"
    r"|(?P<time>\d{4}-\d\d-\d\d(?:T[\d:.]+(?:Z|[+-]\d\d:\d\d)?)?)|(?P<number>-?\d+(?:\.\d+)?)"
    r"|(?P<name>@?[A-Za-z_][\w.]*(?:/[A-Za-z_]\w*)*)|(?P<mark>[(),=\[\]]))"
)
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "gt": operator.gt,
    "ge": operator.ge,
    "lt": operator.lt,
    "le": operator.le,
}


@dataclass(frozen=True, slots=True)
class Compare:
    """A path compared with a value."""

    operator: str
    path: str
    value: Any


@dataclass(frozen=True, slots=True)
class Text:
    """`contains`, `startswith` or `endswith` of a path."""

    function: str
    path: str
    value: str


@dataclass(frozen=True, slots=True)
class Among:
    """A path that has one of several values."""

    path: str
    values: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class All:
    """Every part holds."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Any_:
    """One of the parts holds."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold."""

    part: Node


Node = Compare | Text | Among | All | Any_ | Not


@dataclass(frozen=True, slots=True)
class Moment:
    """A date or a time in a filter."""

    text: str


def literal_value(text: str) -> Any:
    """Return the value of one literal. Raises VendorError 400."""
    if text == "null":
        return None
    if text in ("true", "false"):
        return text == "true"
    match = _TOKEN.fullmatch(text)
    if match is None:
        raise bad_query(f"Syntax error at '{text}'.")
    return _of_token(str(match.lastgroup), match.group(str(match.lastgroup)))


def _of_token(kind: str, text: str) -> Any:
    if kind == "string":
        return text[1:-1].replace("''", "'")
    if kind == "guid":
        return text.lower()
    if kind == "time":
        return Moment(text)
    if kind == "number":
        return float(text) if "." in text else int(text)
    raise bad_query(f"Syntax error: '{text}' is not expected here.")


class _Reader:
    def __init__(self, text: str, aliases: dict[str, str]) -> None:
        self.text = text
        self.aliases = aliases
        self.tokens: list[tuple[str, str]] = []
        at = 0
        text = text.rstrip()
        while at < len(text):
            match = _TOKEN.match(text, at)
            if match is None:
                raise bad_query(f"Syntax error at position {at} in '{text}'.")
            self.tokens.append((str(match.lastgroup), match.group(str(match.lastgroup))))
            at = match.end()
        self.at = 0

    def peek(self) -> tuple[str, str]:
        return self.tokens[self.at] if self.at < len(self.tokens) else ("end", "")

    def take(self, mark: str | None = None) -> tuple[str, str]:
        token = self.peek()
        if token[0] == "end" or (mark is not None and token[1] != mark):
            raise bad_query(f"Syntax error in '{self.text}': '{mark or 'more'}' was expected.")
        self.at += 1
        return token

    def whole(self) -> Node:
        node = self.either()
        if self.peek()[0] != "end":
            raise bad_query(f"Syntax error in '{self.text}' at '{self.peek()[1]}'.")
        return node

    def either(self) -> Node:
        parts = [self.both()]
        while self.peek() == ("name", "or"):
            self.take()
            parts.append(self.both())
        return parts[0] if len(parts) == 1 else Any_(tuple(parts))

    def both(self) -> Node:
        parts = [self.one()]
        while self.peek() == ("name", "and"):
            self.take()
            parts.append(self.one())
        return parts[0] if len(parts) == 1 else All(tuple(parts))

    def one(self) -> Node:
        kind, text = self.peek()
        if text == "(":
            self.take()
            inner = self.either()
            self.take(")")
            return inner
        if kind != "name":
            raise bad_query(f"Syntax error in '{self.text}' at '{text}'.")
        if text == "not":
            self.take()
            return Not(self.one())
        self.take()
        if self.peek()[1] == "(":
            return self._call(text)
        comparison = self.take()[1]
        if comparison not in _COMPARE:
            raise bad_query(f"Syntax error in '{self.text}': '{comparison}' is no operator.")
        return Compare(comparison, text, self.literal())

    def _call(self, name: str) -> Node:
        self.take("(")
        if name in ("contains", "startswith", "endswith"):
            path = self.take()[1]
            self.take(",")
            value = self.literal()
            self.take(")")
            if not isinstance(value, str):
                raise bad_query(f"{name} takes a text.")
            return Text(name, path, value)
        if name == "Microsoft.Dynamics.CRM.In":
            named: dict[str, Any] = {}
            while True:
                argument = self.take()[1]
                self.take("=")
                named[argument] = self._list() if self.peek()[1] == "[" else self.literal()
                if self.take()[1] == ")":
                    break
            return Among(str(named.get("PropertyName")), tuple(named.get("PropertyValues", ())))
        raise bad_query(f"An unknown function with name '{name}' was found.")

    def _list(self) -> list[Any]:
        self.take("[")
        found = []
        while self.peek()[1] != "]":
            found.append(self.literal())
            if self.peek()[1] == ",":
                self.take()
        self.take("]")
        return found

    def literal(self) -> Any:
        kind, text = self.take()
        if kind != "name":
            return _of_token(kind, text)
        if text.startswith("@"):
            if text not in self.aliases:
                raise bad_query(f"The parameter alias '{text}' has no value.")
            return literal_value(self.aliases[text])
        if text.startswith("Microsoft.Dynamics.CRM."):
            return self.literal()  # the name of an enumeration; its member follows in quotes
        return literal_value(text)


def parse(text: str, aliases: dict[str, str]) -> Node:
    """Return the tree of a filter. Raises VendorError 400."""
    return _Reader(text, aliases).whole()


Read = Callable[[Any], Any]
Test = Callable[[Any], bool]
Resolve = Callable[[str], tuple[Read, str]]
"""Gives, for a path, what reads it of a row, and its kind: text, number, time, day, guid, flag."""


def test_of(node: Node, resolve: Resolve) -> Test:
    """Return the test that a filter is. Raises VendorError 400 for unknown paths and values of another type."""
    if isinstance(node, All):
        tests = [test_of(part, resolve) for part in node.parts]
        return lambda row: all(test(row) for test in tests)
    if isinstance(node, Any_):
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
    if node.operator == "ne":  # a row without a value is not equal to any
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


def conjuncts(node: Node) -> Sequence[Node]:
    """Return the parts that must all hold."""
    return node.parts if isinstance(node, All) else (node,)
