"""Salesforce's query language, built so that no value of a tenant's can be read as a part of the question. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from urllib.parse import quote

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z][A-Za-z0-9_]*){0,5}")
_ESCAPES = {
    "\\": "\\\\",
    "'": "\\'",
    '"': '\\"',
    "\n": "\\n",
    "\r": "\\r",
    "\t": "\\t",
    "\b": "\\b",
    "\f": "\\f",
}


def literal(text: str) -> str:
    """Return a text as a quoted literal."""
    return "'" + "".join(_ESCAPES.get(char, char) for char in text if char >= " " or char in _ESCAPES) + "'"


def name(text: str) -> str:
    """Return a field's or object's name; raises ``ValueError`` for anything else."""
    if not _NAME.fullmatch(text):
        raise ValueError(f"not a name in SOQL: {text[:80]!r}")
    return text


def moment(at: datetime) -> str:
    """Return a time as a literal, in UTC with milliseconds."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"


def select(fields: Sequence[str], object: str, where: str = "", order: str = "", limit: int = 0) -> str:
    """Return a query."""
    parts = ["SELECT", ",".join(dict.fromkeys(name(field) for field in fields)), "FROM", name(object)]
    if where:
        parts.append(f"WHERE {where}")
    if order:
        parts.append(f"ORDER BY {order}")
    if limit:
        parts.append(f"LIMIT {limit:d}")
    return " ".join(parts)


def one_of(field: str, values: Sequence[str]) -> str:
    """Return the condition that a field has one of some values."""
    return f"{name(field)} IN ({','.join(literal(value) for value in values)})"


def encoded(query: str) -> str:
    """Return a query as it stands in an address."""
    return quote(query, safe="")


def portions(values: Sequence[str], room: int, most: int) -> Iterator[list[str]]:
    """Yield the values in portions whose literals take at most ``room`` bytes in an address, and at most ``most``."""
    portion: list[str] = []
    used = 0
    for value in values:
        size = len(encoded(literal(value))) + 3  # and an encoded comma
        if portion and (used + size > room or len(portion) == most):
            yield portion
            portion, used = [], 0
        portion.append(value)
        used += size
    if portion:
        yield portion
