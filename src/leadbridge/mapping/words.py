"""The source of an expression as tokens: the words ``and``, ``or``, ``not`` made into CEL, outside of texts."""

from __future__ import annotations

import re
from collections.abc import Callable

_TOKEN = re.compile(
    r"""
    (?P<text>
        [rR][bB]?(?:\"\"\".*?\"\"\"|'''.*?'''|"[^"\n]*"|'[^'\n]*')
      | [bB]?(?:\"\"\"(?:\\.|[^\\])*?\"\"\"|'''(?:\\.|[^\\])*?'''|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')
    )
  | (?P<comment>//[^\n]*)
  | (?P<number>(?:\d[\w.]*(?:(?<=[eE])[+-]\d+)?))
  | (?P<member>\s*\.\s*[A-Za-z_]\w*)
  | (?P<name>[A-Za-z_]\w*)
    """,
    re.VERBOSE | re.DOTALL,
)
_OPERATORS = {"and": "&& ", "or": "||", "not": "!  "}  # as long as the word, so that columns stay
_LOOPS = frozenset(("map", "filter", "all", "exists", "exists_one"))
_BEFORE = ". \t\r\n\f"
_CALL = re.compile(r"\s*\(")


def to_cel(source: str) -> str:
    """Return ``source`` with the words ``and``, ``or``, ``not`` as CEL's operators, columns kept."""
    return _replaced(source, "name", lambda name: _OPERATORS.get(name, name))


def with_decimals(source: str) -> str:
    """Return ``source`` with each whole number as a decimal one: CEL never compares the two on its own."""
    return _replaced(source, "number", lambda number: f"{number}.0" if number.isdigit() else number)


def loop(source: str) -> str | None:
    """Return the first loop that ``source`` calls, or None."""
    for token in _TOKEN.finditer(source):
        member = (token["member"] or "").lstrip(_BEFORE)
        if member in _LOOPS and _CALL.match(source, token.end()):
            return member
    return None


def names(source: str) -> frozenset[str]:
    """Return every name in ``source`` with each of its beginnings: ``value.amount`` gives ``value`` too."""
    found: set[str] = set()
    path, end = "", -1
    for token in _TOKEN.finditer(source):
        if token["name"]:
            path = token["name"]
        elif token["member"] and token.start() == end:
            path += "." + token["member"].lstrip(_BEFORE)
        else:
            path = ""
        if path:
            found.add(path)
        end = token.end()
    return frozenset(found)


def _replaced(source: str, group: str, change: Callable[[str], str]) -> str:
    def one(token: re.Match[str]) -> str:
        return change(token[group]) if token[group] else token[0]

    return _TOKEN.sub(one, source)
