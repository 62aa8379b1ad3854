"""Reads COQL: select, from, where, order by, limit. Functions, joins by `as` and grouping are not here."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from .conditions import Both, Node, Test
from .errors import VendorError

_TOKENS = re.compile(r"\s*(?:('(?:[^'\\]|\\.)*')|(!=|<=|>=|[=<>(),])|([^\s=<>!(),']+))")
_WORDS = {"=": "equal", "!=": "not_equal", "<": "less_than", "<=": "less_equal", ">": "greater_than",
          ">=": "greater_equal"}  # fmt: skip


def syntax_error(near: str) -> VendorError:
    """Return the 400 of a query that cannot be read."""
    return VendorError(400, "SYNTAX_ERROR", "error occured while parsing the query", {"near": near})


def invalid_query(reason: str, **more: Any) -> VendorError:
    """Return the 400 of a query that can be read and makes no sense."""
    return VendorError(400, "INVALID_QUERY", "invalid query formed", {"reason": reason, **more})


@dataclass(slots=True)
class Query:
    """A query as it was read; names are still unchecked."""

    names: list[str]
    module: str
    where: Node
    order: list[tuple[str, bool]]
    offset: int
    count: int


class Parser:
    """Reads one query. `kind_of` gives a column's data type, or raises."""

    def __init__(self, text: str) -> None:
        self.tokens: list[str] = []
        at = 0
        while at < len(text.rstrip()):
            found = _TOKENS.match(text, at)
            if found is None:
                raise syntax_error(text[at : at + 20].strip())
            self.tokens.append(found[1] or found[2] or found[3])
            at = found.end()
        self.at = 0
        self.criteria = 0

    def peek(self) -> str:
        """Return the next token in lower case, empty at the end."""
        return self.tokens[self.at].lower() if self.at < len(self.tokens) else ""

    def take(self, *wanted: str) -> str:
        """Return the next token as written; it must be one of those wanted, if any are named."""
        if self.at == len(self.tokens) or (wanted and self.peek() not in wanted):
            raise syntax_error(self.tokens[self.at] if self.at < len(self.tokens) else "end of the query")
        self.at += 1
        return self.tokens[self.at - 1]

    def query(self) -> Query:
        """Return the whole query. Raises VendorError 400."""
        self.take("select")
        names = [self.take()]
        while self.peek() == ",":
            self.take()
            names.append(self.take())
        self.take("from")
        module = self.take()
        if self.peek() != "where":
            raise invalid_query("the where clause is missing", clause="where")
        self.take("where")
        where = self.condition()
        order: list[tuple[str, bool]] = []
        if self.peek() == "order":
            self.take()
            self.take("by")
            order = self._order()
        offset, count = 0, 200
        if self.peek() == "limit":
            self.take()
            offset, count = self._limit()
        elif self.peek() == "offset":
            self.take()
            offset = self._whole()
        if self.at < len(self.tokens):
            raise syntax_error(self.tokens[self.at])
        return Query(names, module, where, order, offset, count)

    def _order(self) -> list[tuple[str, bool]]:
        order = []
        while True:
            name = self.take()
            ascending = self.take().lower() == "asc" if self.peek() in ("asc", "desc") else True
            order.append((name, ascending))
            if self.peek() != ",":
                return order
            self.take()

    def _limit(self) -> tuple[int, int]:
        first = self._whole()
        if self.peek() == ",":
            self.take()
            return first, self._whole()
        if self.peek() == "offset":
            self.take()
            return self._whole(), first
        return 0, first

    def _whole(self) -> int:
        text = self.take()
        if not text.isdecimal() or len(text) > 9:
            raise syntax_error(text)
        return int(text)

    def condition(self) -> Node:
        """Return a test, or two conditions joined; more than two must be bracketed pairwise."""
        left = self._part()
        if self.peek() not in ("and", "or"):
            return left
        joined = self.take().lower()
        node = Both((left, self._part()), every=joined == "and")
        if self.peek() in ("and", "or"):
            raise syntax_error(self.peek())
        return node

    def _part(self) -> Node:
        if self.peek() == "(":
            self.take()
            node = self.condition()
            self.take(")")
            return node
        return self._test()

    def _test(self) -> Test:
        self.criteria += 1
        name, word = self.take(), self.take().lower()
        if word == "is":
            negated = self.peek() == "not"
            if negated:
                self.take()
            self.take("null")
            return Test(name, "", "is_not_null" if negated else "is_null", ())
        negated = word == "not"
        if negated:
            word = self.take("in", "like", "between").lower()
        prefix = "not_" if negated else ""
        if word == "in":
            return Test(name, "", f"{prefix}in", self._list())
        if word == "between":
            low = self._value()
            self.take("and")
            return Test(name, "", f"{prefix}between", (low, self._value()))
        if word == "like":
            return Test(name, "", f"{prefix}like", (self._value(),))
        if word not in _WORDS:
            raise syntax_error(word)
        return Test(name, "", _WORDS[word], (self._value(),))

    def _list(self) -> tuple[Any, ...]:
        self.take("(")
        values = [self._value()]
        while self.peek() == ",":
            self.take()
            values.append(self._value())
        self.take(")")
        return tuple(values)

    def _value(self) -> Any:
        text = self.take()
        if text.startswith("'"):
            return re.sub(r"\\(.)", r"\1", text[1:-1])
        if text in ("(", ")", ",") or text.lower() in ("and", "or"):
            raise syntax_error(text)
        return text
