"""SOQL read into a tree. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .errors import Refused
from .soql import AGGREGATES, LENGTH_MAX, OPERATORS, Both, Comparison, Condition, Item, Literal, Not, Order, Query

_TOKEN = re.compile(
    r"""\s*(?:
      (?P<text>'(?:\\.|[^'\\])*')
    | (?P<moment>\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d))
    | (?P<date>\d{4}-\d\d-\d\d)
    | (?P<number>[-+]?\d+(?:\.\d+)?)
    | (?P<name>[A-Za-z_][\w.]*(?::\d+)?)
    | (?P<sign><=|>=|!=|<>|[=<>(),])
    )""",
    re.VERBOSE,
)
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}


@dataclass(frozen=True, slots=True)
class _Token:
    sort: str
    text: str
    at: int


def malformed(query: str, at: int, why: str) -> Refused:
    """Return the refusal of a query that cannot be read; the text points at the place."""
    before = query[:at]
    row, column = before.count("\n") + 1, at - (before.rfind("\n") + 1) + 1
    shown = query[max(0, at - 40) : at + 40].replace("\n", " ")
    caret = " " * min(at, 40) + "^"
    return Refused(400, "MALFORMED_QUERY", f"\n{shown}\n{caret}\nERROR at Row:{row}:Column:{column}\n{why}")


def parse(query: str) -> Query:
    """Return the query a text asks. Raises Refused."""
    if len(query) > LENGTH_MAX:
        raise Refused(400, "MALFORMED_QUERY", f"SOQL statements cannot be longer than {LENGTH_MAX} characters.")
    parser = _Parser(query)
    parsed = parser.query()
    if parser.peek is not None:
        raise parser.unexpected()
    return parsed


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = self._cut(text)
        self.place = 0

    @staticmethod
    def _cut(text: str) -> list[_Token]:
        tokens, at = [], 0
        while text[at:].strip():
            found = _TOKEN.match(text, at)
            if found is None or found.lastgroup is None:
                at += len(text[at:]) - len(text[at:].lstrip())
                raise malformed(text, at, f"unexpected token: '{text[at]}'")
            tokens.append(_Token(found.lastgroup, found[found.lastgroup], found.start(found.lastgroup)))
            at = found.end()
        return tokens

    @property
    def peek(self) -> _Token | None:
        return self.tokens[self.place] if self.place < len(self.tokens) else None

    def unexpected(self) -> Refused:
        token = self.peek
        if token is None:
            return malformed(self.text, len(self.text), "unexpected token: '<EOF>'")
        return malformed(self.text, token.at, f"unexpected token: '{token.text}'")

    def word(self, *words: str) -> str:
        """Take the next token if it is one of these words; return it in capitals, or nothing."""
        token = self.peek
        if token is not None and token.sort == "name" and token.text.upper() in words:
            self.place += 1
            return token.text.upper()
        return ""

    def sign(self, *signs: str) -> str:
        token = self.peek
        if token is not None and token.sort == "sign" and token.text in signs:
            self.place += 1
            return token.text
        return ""

    def need(self, got: str) -> str:
        if not got:
            raise self.unexpected()
        return got

    def name(self) -> str:
        token = self.peek
        if token is None or token.sort != "name":
            raise self.unexpected()
        self.place += 1
        return token.text

    def number(self) -> int:
        token = self.peek
        if token is None or token.sort != "number" or not token.text.isdecimal():
            raise self.unexpected()
        self.place += 1
        return int(token.text)

    def query(self) -> Query:
        self.need(self.word("SELECT"))
        items = self._listed(self._item)
        self.need(self.word("FROM"))
        name, alias = self.name(), ""
        token = self.peek
        keywords = ("WHERE", "GROUP", "ORDER", "LIMIT", "OFFSET", "FOR", "WITH", "USING", "HAVING", "ALL")
        if token is not None and token.sort == "name" and token.text.upper() not in keywords:
            self.word("AS")
            alias = self.name()
        where = self._condition(having=False) if self.word("WHERE") else None
        groups: tuple[str, ...] = ()
        if self.word("GROUP"):
            self.need(self.word("BY"))
            groups = tuple(self._listed(self.name))
        having = self._condition(having=True) if self.word("HAVING") else None
        orders: list[Order] = []
        if self.word("ORDER"):
            self.need(self.word("BY"))
            orders = self._listed(self._order)
        limit = self.number() if self.word("LIMIT") else None
        offset = self.number() if self.word("OFFSET") else 0
        if self.word("FOR"):
            self.need(self.word("VIEW", "REFERENCE", "UPDATE"))
        if any(item.alias and not item.function for item in items) and not groups:
            raise Refused(400, "MALFORMED_QUERY", "only aggregate expressions use field aliasing")
        return Query(tuple(items), name, alias, where, groups, having, tuple(orders), limit, offset)

    def _listed(self, one: Callable[[], Any]) -> list[Any]:
        found = [one()]
        while self.sign(","):
            found.append(one())
        return found

    def _item(self) -> Item:
        name = self.name()
        function = ""
        if self.sign("("):
            function = name.upper()
            if function not in (*AGGREGATES, "FIELDS", "TOLABEL", "FORMAT"):
                raise self.unexpected()
            token = self.peek
            name = "" if function == "COUNT" and token is not None and token.text == ")" else self.name()
            self.need(self.sign(")"))
        token, following = self.peek, self.tokens[self.place + 1 : self.place + 2]
        named = token is not None and token.sort == "name" and token.text.upper() != "FROM"
        # Without this, a misspelt FROM would pass for an alias and the error would point behind it.
        alias = self.name() if named and following and following[0].text.upper() in (",", "FROM") else ""
        return Item(name, function, alias)

    def _order(self) -> Order:
        name, function = self.name(), ""
        if self.sign("("):
            function, name = name.upper(), self.name()
            if function not in AGGREGATES:
                raise self.unexpected()
            self.need(self.sign(")"))
        descending = self.word("ASC", "DESC") == "DESC"
        nulls_last = descending
        if self.word("NULLS"):
            nulls_last = self.need(self.word("FIRST", "LAST")) == "LAST"
        return Order(name, descending, nulls_last, function)

    def _condition(self, *, having: bool) -> Condition:
        """Read conditions of one level: AND and OR may not be mixed without brackets."""
        parts = [self._negated(having=having)]
        joined = ""
        while True:
            word = self.word("AND", "OR")
            if not word:
                break
            if joined and word != joined:
                self.place -= 1
                raise self.unexpected()
            joined = word
            parts.append(self._negated(having=having))
        return Both(joined, tuple(parts)) if joined else parts[0]

    def _negated(self, *, having: bool) -> Condition:
        if self.word("NOT"):
            return Not(self._negated(having=having))
        if self.sign("("):
            inner = self._condition(having=having)
            self.need(self.sign(")"))
            return inner
        return self._comparison(having=having)

    def _comparison(self, *, having: bool) -> Comparison:
        path, function = self.name(), ""
        if having and self.sign("("):
            function = path.upper()
            path = "" if self.sign(")") else self.name()
            if path:
                self.need(self.sign(")"))
        operator = self.sign(*OPERATORS)
        if operator:
            return Comparison(path, "!=" if operator == "<>" else operator, (self._literal(),), function=function)
        if self.word("LIKE"):
            return Comparison(path, "LIKE", (self._literal(like=True),), function=function)
        operator = "NOT IN" if self.word("NOT") else ""
        operator = operator and self.need(self.word("IN")) and operator
        operator = operator or self.need(self.word("IN", "INCLUDES", "EXCLUDES"))
        self.need(self.sign("("))
        token = self.peek
        if token is not None and token.text.upper() == "SELECT":
            inner = self.query()
            self.need(self.sign(")"))
            return Comparison(path, operator, inner=inner)
        literals = tuple(self._listed(self._literal))
        self.need(self.sign(")"))
        return Comparison(path, operator, literals)

    def _literal(self, *, like: bool = False) -> Literal:
        token = self.peek
        if token is None or token.sort == "sign":
            raise self.unexpected()
        self.place += 1
        if token.sort == "text":
            return Literal("text", _unescaped(token.text[1:-1], like=like))
        if token.sort == "number":
            return Literal("number", float(token.text) if "." in token.text else int(token.text))
        if token.sort in ("moment", "date"):
            return Literal(token.sort, token.text)
        upper = token.text.upper()
        if upper in ("TRUE", "FALSE"):
            return Literal("flag", upper == "TRUE")
        if upper == "NULL":
            return Literal("null", None)
        if re.fullmatch(r"[A-Z0-9_]+(:\d+)?", upper):
            return Literal("range", upper)
        self.place -= 1
        raise self.unexpected()


def _unescaped(text: str, *, like: bool) -> str:
    """Return what a quoted text says. In a pattern, `\\%`, `\\_` and `\\\\` stay as they are."""

    def one(found: re.Match[str]) -> str:
        letter = found[1]
        if like and letter in "%_\\":
            return f"\\{letter}"
        return _ESCAPES.get(letter, letter)

    return re.sub(r"\\(.)", one, text, flags=re.DOTALL)
