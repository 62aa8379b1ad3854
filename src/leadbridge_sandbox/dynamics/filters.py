"""`$filter`: read into a tree. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from .errors import bad_query

_TOKEN = re.compile(
    r"\s*(?:(?P<string>'(?:[^']|'')*')|(?P<guid>[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12})"
    r"|(?P<time>\d{4}-\d\d-\d\d(?:T[\d:.]+(?:Z|[+-]\d\d:\d\d)?)?)|(?P<number>-?\d+(?:\.\d+)?)"
    r"|(?P<name>@?[A-Za-z_][\w.]*(?:/[A-Za-z_]\w*)*)|(?P<mark>[(),=\[\]]))"
)
_OPERATORS = ("eq", "ne", "gt", "ge", "lt", "le")


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
class Some:
    """One of the parts holds."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold."""

    part: Node


Node = Compare | Text | Among | All | Some | Not


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
        return parts[0] if len(parts) == 1 else Some(tuple(parts))

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
        if comparison not in _OPERATORS:
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
