"""Records as the Web API shows them: selected columns, lookups as ids, annotations on demand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from . import values
from .columns import LOOKUPS, OPTION_TYPES, Column, Table
from .conditions import Read
from .errors import bad_query
from .records import Record
from .writes import Desk

FORMATTED = "OData.Community.Display.V1.FormattedValue"
LOOKUP_TABLE = "Microsoft.Dynamics.CRM.lookuplogicalname"
_DELETABLE = frozenset({"lead", "contact", "account", "opportunity"})
"""Tables whose records people delete: a lookup to one that is gone shows nothing."""
NAVIGATION = "Microsoft.Dynamics.CRM.associatednavigationproperty"


@dataclass(frozen=True, slots=True)
class Annotations:
    """Which annotations a caller asked for with `Prefer: odata.include-annotations`."""

    patterns: tuple[str, ...] = ()

    def has(self, name: str) -> bool:
        """Return whether an annotation is to be sent."""
        return any(
            pattern in ("*", name) or (pattern.endswith(".*") and name.startswith(pattern[:-1]))
            for pattern in self.patterns
        )


def kind_of(column: Column) -> str:
    """Return how a column's values are compared."""
    if column.type in LOOKUPS or column.type == "Uniqueidentifier":
        return "guid"
    if column.type == "DateTime":
        return "day" if column.date_only else "time"
    if column.type == "Boolean":
        return "flag"
    return "text" if column.type in ("String", "Memo", "EntityName", "MultiSelectPicklist") else "number"


def reader(table: Table, name: str) -> tuple[Read, Column]:
    """Return what reads a column (or `_lookup_value`) of a record. Raises VendorError 400."""
    asked = name
    if name.startswith("_") and name.endswith("_value"):
        name = name[1:-6]
        if name not in table.columns or table.columns[name].type not in LOOKUPS:
            raise _no_property(table, asked)
        column = table.columns[name]
        return lambda record: (record.doc.get(name) or (None, None))[1], column
    column_or_none = table.columns.get(name)
    if column_or_none is None or not column_or_none.readable:
        raise _no_property(table, asked)
    if column_or_none.type in LOOKUPS:
        raise _no_property(table, asked)
    return _plain(table, name), column_or_none


def _plain(table: Table, name: str) -> Read:
    if name == table.id_column:
        return lambda record: record.id
    if name == "modifiedon":
        return lambda record: values.iso(record.modified)
    if name == "createdon":
        return lambda record: values.iso(record.created)
    if name == "versionnumber":
        return lambda record: record.version
    return lambda record: record.doc.get(name)


def _no_property(table: Table, name: str) -> Exception:
    return bad_query(
        f"Could not find a property named '{name}' on type 'Microsoft.Dynamics.CRM.{table.name}'.",
    )


def formatted(desk: Desk, column: Column, value: Any) -> str | None:
    """Return a value as a person is shown it, or None where there is no such form."""
    if column.type in OPTION_TYPES:
        if isinstance(value, str):
            found = [column.option(int(part)) for part in value.split(",")]
            return "; ".join(one.label for one in found if one is not None)
        option = column.option(value)
        return option.label if option is not None else str(value)
    if column.type == "Boolean":
        named = column.option(int(value))
        return named.label if named is not None else ("Yes" if value else "No")
    if column.type == "Money":
        return f"${value:,.2f}"
    if column.type == "DateTime":
        return str(value)[:10] if column.date_only else str(value).replace("T", " ").rstrip("Z")
    return f"{value:,}" if column.type in ("Integer", "BigInt", "Decimal", "Double") else None


def _lookup(
    desk: Desk, table: Table, column: Column, bound: list[str] | None, told: Annotations, into: dict[str, Any]
) -> None:
    name = f"_{column.name}_value"
    if bound is not None and bound[0] in _DELETABLE and desk.records.get(bound[0], bound[1]) is None:
        bound = None
    if bound is not None and desk.catalogue.table(bound[0]) is not None:
        target = desk.catalogue.table(bound[0])
        if told.has(FORMATTED) and target is not None:
            record = desk.records.get(bound[0], bound[1])
            label = record.doc.get(target.name_column) if record is not None else None
            if label:
                into[f"{name}@{FORMATTED}"] = label
        relation = table.lookup_to(column.name, bound[0])
        if told.has(NAVIGATION) and relation is not None:
            into[f"{name}@{NAVIGATION}"] = relation.nav
        if told.has(LOOKUP_TABLE):
            into[f"{name}@{LOOKUP_TABLE}"] = bound[0]
    into[name] = None if bound is None else bound[1]


def shown(
    desk: Desk, table: Table, record: Record, select: Sequence[str] | None, told: Annotations, *, etag: bool = True
) -> dict[str, Any]:
    """Return a record's JSON: the selected columns, or all; the primary key is always there.

    Raises VendorError 400 for a selected column that does not exist.
    """
    body: dict[str, Any] = {"@odata.etag": record.etag} if etag else {}
    if select is None:
        columns: Sequence[Column] = desk.catalogue.facts(table).shown
    else:
        columns = _selected(table, select)
    annotate = told.has(FORMATTED)
    for column in columns:
        name = column.name
        if column.type in LOOKUPS:
            _lookup(desk, table, column, record.doc.get(name), told, body)
            continue
        value = _plain(table, name)(record)
        if annotate and value is not None and (text := formatted(desk, column, value)) is not None:
            body[f"{name}@{FORMATTED}"] = text
        body[name] = value
    body[table.id_column] = record.id
    if select is not None and "ownerid" in table.columns and "ownerid" in select:
        body["ownerid"] = (record.doc.get("ownerid") or (None, None))[1]
    return body


def _selected(table: Table, select: Sequence[str]) -> list[Column]:
    found = []
    for name in select:
        if name == "*":
            continue
        bare = name[1:-6] if name.startswith("_") and name.endswith("_value") else name
        column = table.columns.get(bare)
        # a lookup may be selected by its column too: it is shown by its value all the same
        if column is None or not column.readable:
            raise _no_property(table, name)
        found.append(column)
    return found
