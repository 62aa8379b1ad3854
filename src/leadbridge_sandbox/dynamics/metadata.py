"""`EntityDefinitions`: tables, columns with casts and option sets, relationships, alternate keys."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .addresses import Segment, arguments, split_outside
from .columns import Column, Table
from .conditions import Read, test_of
from .errors import Answer, VendorError, bad_query, no_such_segment
from .filters import Node, parse
from .metadata_views import column_view, key_view, option_set, relationship_view, table_view, type_of
from .operation import Call

Doc = dict[str, Any]
_CAST = "Microsoft.Dynamics.CRM."
_UNCASTABLE = ("EnumAttributeMetadata",)


def _property(path: str, value: Any) -> tuple[Read, str]:
    """Return what reads a property of a definition, and the kind of the value it has there."""
    names = path.split("/")

    def read(row: Any) -> Any:
        for name in names:
            row = row.get(name) if isinstance(row, Mapping) else None
        return row

    found = read(value)
    return read, "flag" if isinstance(found, bool) else "number" if isinstance(found, int) else "text"


def _holds(node: Node, row: Doc) -> bool:
    return test_of(node, lambda path: _property(path, row))(row)


def filtered(rows: list[Doc], options: Mapping[str, str]) -> list[Doc]:
    """Return the definitions that a query asks for, with the properties it selects. Raises VendorError 400."""
    if text := options.get("$filter"):
        node = parse(text, dict(options))
        rows = [row for row in rows if _holds(node, row)]
    return [selected(row, options) for row in rows]


def selected(row: Doc, options: Mapping[str, str]) -> Doc:
    """Return a definition with the properties that `$select` names, its id and its type."""
    names = [name.strip() for name in options.get("$select", "").split(",") if name.strip()]
    if not names:
        return row
    for name in names:
        if name not in row:
            raise bad_query(f"Could not find a property named '{name}' on the definition.")
    kept = {"@odata.type", "MetadataId", *names}
    return {name: value for name, value in row.items() if name in kept}


def _all_tables(call: Call) -> list[Table]:
    return sorted(call.desk.catalogue.tables(), key=lambda table: table.name)


def table_at(call: Call, segment: Segment) -> Table:
    """Return the table a segment names: `(LogicalName='x')` or `(id)`. Raises VendorError 404."""
    inside = (segment.inside or "").strip()
    wanted = arguments(inside, call.options).get("LogicalName", inside.lower())
    for table in call.desk.catalogue.tables():
        if wanted in (table.name, table.metadata_id):
            return table
    raise VendorError(404, "0x80060888", f"Could not find an entity with specified name or id '{wanted}'.")


def definitions(call: Call) -> Answer:
    """Answer tables, one table, or what belongs to it."""
    now = call.vendor.world.clock.latest_ms()
    first = call.path[0]
    if first.inside is None:
        rows = filtered([table_view(table) for table in _all_tables(call)], call.options)
        return _many(call, "EntityDefinitions", rows)
    table = table_at(call, first)
    if len(call.path) == 1:
        body = selected(table_view(table), call.options) | _expansions(call, table, now)
        return Answer(200, {"@odata.context": f"{call.root}$metadata#EntityDefinitions/$entity", **body})
    part, rest = call.path[1], call.path[2:]
    if part.name == "Attributes":
        return _columns(call, table, part, rest)
    if part.name == "Keys":
        keys = [key_view(table, key, now) for key in table.keys.values()]
        if part.inside is not None:
            return Answer(200, selected(one_of(keys, part, call), call.options))
        return _many(call, "Keys", filtered(keys, call.options))
    related = {"ManyToOneRelationships": _many_to_one, "OneToManyRelationships": _one_to_many}.get(part.name)
    if related is not None:
        return _many(call, part.name, filtered(related(call, table), call.options))
    if part.name == "ManyToManyRelationships":
        return _many(call, part.name, [])
    raise no_such_segment(part.name)


def _many_to_one(_: Call, table: Table) -> list[Doc]:
    return [relationship_view(table, lookup) for lookup in table.lookups]


def _one_to_many(call: Call, table: Table) -> list[Doc]:
    return [
        relationship_view(other, lookup)
        for other in _all_tables(call)
        for lookup in other.lookups
        if lookup.target == table.name
    ]


def _expansions(call: Call, table: Table, now: int) -> Doc:
    """Return what `$expand` adds to one table: its columns, keys or relationships."""
    found: Doc = {}
    for part in split_outside(call.options.get("$expand", ""), ","):
        name, _, inside = part.strip().partition("(")
        nested = dict(option.strip().split("=", 1) for option in split_outside(inside[:-1], ";")) if inside else {}
        if name == "Attributes":
            found[name] = filtered([column_view(table, one) for one in table.columns.values()], nested)
        elif name == "Keys":
            found[name] = filtered([key_view(table, key, now) for key in table.keys.values()], nested)
        elif name == "ManyToOneRelationships":
            found[name] = filtered(_many_to_one(call, table), nested)
        elif name:
            raise bad_query(f"Could not find a property named '{name}' on the definition.")
    return found


def _columns(call: Call, table: Table, part: Segment, rest: list[Segment]) -> Answer:
    columns = list(table.columns.values())
    cast = rest[0].name.removeprefix(_CAST) if rest else ""
    if cast:
        if cast in _UNCASTABLE or not rest[0].name.startswith(_CAST):
            raise bad_query(f"The cast to '{rest[0].name}' is not allowed.")
        columns = [column for column in columns if type_of(column) == cast]
    if part.inside is None:
        rows = [_with_options(call, table, column, cast) for column in columns]
        return _many(call, "Attributes", filtered(rows, _and_expanded(call.options)))
    rows = [_with_options(call, table, column, cast) for column in columns]
    row = selected(one_of(rows, part, call), _and_expanded(call.options))
    return Answer(200, {"@odata.context": f"{call.root}$metadata#Attributes/$entity", **row})


def _and_expanded(options: Mapping[str, str]) -> dict[str, str]:
    """Return the options with what is expanded among the selected."""
    names = [part.partition("(")[0].strip() for part in split_outside(options.get("$expand", ""), ",") if part]
    if not options.get("$select") or not names:
        return dict(options)
    return {**options, "$select": ",".join([options["$select"], *names])}


def _with_options(call: Call, table: Table, column: Column, cast: str) -> Doc:
    row = column_view(table, column)
    for part in split_outside(call.options.get("$expand", ""), ","):
        name = part.partition("(")[0].strip()
        if name in ("OptionSet", "GlobalOptionSet"):
            if not cast:
                raise bad_query(f"Could not find a property named '{name}' on type 'AttributeMetadata': cast it.")
            row[name] = option_set(table, column) if name == "OptionSet" else None
    return row


def one_of(rows: list[Doc], part: Segment, call: Call) -> Doc:
    inside = (part.inside or "").strip()
    wanted = arguments(inside, call.options).get("LogicalName", inside.lower())
    for row in rows:
        if wanted in (row["LogicalName"], row["MetadataId"]):
            return row
    raise VendorError(404, "0x80060888", f"Could not find an attribute or key with specified name '{wanted}'.")


def _many(call: Call, name: str, rows: list[Doc]) -> Answer:
    return Answer(200, {"@odata.context": f"{call.root}$metadata#{name}", "value": rows})
