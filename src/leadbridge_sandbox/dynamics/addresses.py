"""The Web API's addresses: path segments, keys in parentheses, query options, references to records. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, unquote_plus, urlsplit

from . import values
from .columns import Table
from .errors import bad_query
from .filters import literal_value
from .writes import RowKey

if TYPE_CHECKING:
    from .writes import Desk

API = re.compile(r"^/api/data/v9\.\d(?:/|$)")


@dataclass(frozen=True, slots=True)
class Segment:
    """One part of a path: a name, and what stood in parentheses behind it (None: no parentheses)."""

    name: str
    inside: str | None = None


def split_outside(text: str, at: str) -> list[str]:
    """Split a text at a character that is in neither quotes nor parentheses."""
    parts, depth, quoted, start = [], 0, False, 0
    for place, letter in enumerate(text):
        if letter == "'":
            quoted = not quoted
        elif quoted:
            continue
        elif letter == "(":
            depth += 1
        elif letter == ")":
            depth -= 1
        elif letter == at and depth == 0:
            parts.append(text[start:place])
            start = place + 1
    return [*parts, text[start:]]


def segments(path: str) -> list[Segment]:
    """Return the segments of a decoded path below the API's root. Raises VendorError 400."""
    found = []
    for part in split_outside(path.strip("/"), "/"):
        if not part:
            continue
        name, bracket, rest = part.partition("(")
        if bracket and not rest.endswith(")"):
            raise bad_query(f"Bad Request - Error in query syntax: '{part}'.")
        found.append(Segment(name, rest[:-1] if bracket else None))
    return found


def options(query: str) -> dict[str, str]:
    """Return the decoded query options; of a repeated one the last counts."""
    found: dict[str, str] = {}
    for part in query.split("&"):
        name, _, value = part.partition("=")
        if name:
            found[unquote_plus(name)] = unquote_plus(value)
    return found


def row_key(table: Table, inside: str, aliases: Mapping[str, str]) -> RowKey:
    """Return the key in a segment's parentheses: an id, or values of an alternate key. Raises VendorError 400."""
    text = inside.strip()
    if values.GUID.fullmatch(text):
        return RowKey(text.lower())
    named = []
    for part in split_outside(text, ","):
        name, equals, value = part.partition("=")
        if not equals:
            raise bad_query(f"Bad Request - Error in query syntax: the key '{inside}' cannot be read.")
        column, value = name.strip(), value.strip()
        if column.startswith("_") and column.endswith("_value"):
            column = column[1:-6]
        if column not in table.columns:
            raise bad_query(f"The property '{column}' does not exist on type 'Microsoft.Dynamics.CRM.{table.name}'.")
        if value.startswith("@"):
            if value not in aliases:
                raise bad_query(f"The parameter alias '{value}' has no value.")
            value = aliases[value]
        named.append((column, literal_value(value)))
    if len(named) == 1 and named[0][0] == table.id_column and isinstance(named[0][1], str):
        return RowKey(named[0][1].lower())
    return RowKey(None, tuple(named))


def reference(desk: Desk, text: str) -> tuple[Table, RowKey]:
    """Return the table and key of a reference such as `/accounts(id)`, with or without the root before it."""
    path = urlsplit(text).path if "://" in text else text.partition("?")[0]
    path = API.sub("/", unquote(path))
    parts = segments(path)
    if len(parts) != 1 or parts[0].inside is None:
        raise bad_query(f"'{text}' is no reference to a record.")
    table = desk.catalogue.of_set(parts[0].name)
    return table, row_key(table, parts[0].inside, options(text.partition("?")[2]))


def arguments(inside: str | None, aliases: Mapping[str, str]) -> dict[str, Any]:
    """Return the named arguments of a function call."""
    named: dict[str, Any] = {}
    for part in split_outside(inside or "", ","):
        name, equals, value = part.partition("=")
        if equals:
            text = value.strip()
            named[name.strip()] = literal_value(aliases.get(text, text))
    return named
