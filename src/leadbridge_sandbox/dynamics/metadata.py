"""`EntityDefinitions`: tables, columns with casts and option sets, relationships, alternate keys."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .addresses import Segment, arguments, split_outside
from .columns import Column, Key, Option, Table
from .errors import Answer, VendorError, bad_query, missing_privilege, no_such_segment
from .filters import Node, Read, parse, test_of
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


def _table(call: Call, segment: Segment) -> Table:
    """Return the table a segment names: `(LogicalName='x')` or `(id)`. Raises VendorError 404."""
    inside = (segment.inside or "").strip()
    wanted = arguments(inside, call.options).get("LogicalName", inside.lower())
    for table in call.desk.catalogue.tables():
        if wanted in (table.name, table.metadata_id):
            return table
    raise VendorError(404, "0x80060888", f"Could not find an entity with specified name or id '{wanted}'.")


def definitions(call: Call) -> Answer:
    """Answer tables, one table, or what belongs to it."""
    now = call.vendor.world.clock.now_ms()
    first = call.path[0]
    if first.inside is None:
        rows = filtered([table_view(table) for table in _all_tables(call)], call.options)
        return _many(call, "EntityDefinitions", rows)
    table = _table(call, first)
    if len(call.path) == 1:
        body = selected(table_view(table), call.options) | _expansions(call, table, now)
        return Answer(200, {"@odata.context": f"{call.root}$metadata#EntityDefinitions/$entity", **body})
    part, rest = call.path[1], call.path[2:]
    if part.name == "Attributes":
        return _columns(call, table, part, rest)
    if part.name == "Keys":
        keys = [key_view(table, key, now) for key in table.keys.values()]
        if part.inside is not None:
            return Answer(200, selected(_one(keys, part, call), call.options))
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
    row = selected(_one(rows, part, call), _and_expanded(call.options))
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


def _one(rows: list[Doc], part: Segment, call: Call) -> Doc:
    inside = (part.inside or "").strip()
    wanted = arguments(inside, call.options).get("LogicalName", inside.lower())
    for row in rows:
        if wanted in (row["LogicalName"], row["MetadataId"]):
            return row
    raise VendorError(404, "0x80060888", f"Could not find an attribute or key with specified name '{wanted}'.")


def _many(call: Call, name: str, rows: list[Doc]) -> Answer:
    return Answer(200, {"@odata.context": f"{call.root}$metadata#{name}", "value": rows})


def _may_customise(call: Call, privilege: str, table: Table) -> None:
    if privilege in call.vendor.world.settings.missingPrivileges:
        raise missing_privilege(call.principal.user_id, privilege, table.name)


def create_key(call: Call) -> Answer:
    """Make an alternate key; its index is Pending for a while."""
    table = _table(call, call.path[0])
    _may_customise(call, "prvCreateEntityKey", table)
    body = call.json()
    schema_name, columns = body.get("SchemaName"), body.get("KeyAttributes")
    if not isinstance(schema_name, str) or not isinstance(columns, list) or not columns:
        raise bad_query("A key needs its SchemaName and KeyAttributes.")
    name = schema_name.lower()
    for column in columns:
        if column not in table.columns:
            raise bad_query(f"The attribute '{column}' of '{table.name}' does not exist.")
    if name in table.keys:
        raise VendorError(400, "0x80060891", f"The key '{schema_name}' of '{table.name}' exists already.")
    world = call.vendor.world
    key = Key(
        name=name,
        schema_name=schema_name,
        columns=tuple(columns),
        label=_text(body.get("DisplayName")) or schema_name,
        active_from_ms=world.clock.now_ms() + int(world.settings.keyActivationSeconds * 1000),
        id=world.new_uuid(),
    )
    call.desk.index_key(table, name, key.columns)
    call.desk.catalogue.add_key(table, key)
    return Answer(204, None, {"OData-EntityId": f"{call.root}EntityDefinitions({table.metadata_id})/Keys({key.id})"})


def remove_key(call: Call) -> Answer:
    """Remove an alternate key."""
    table = _table(call, call.path[0])
    _may_customise(call, "prvCreateEntityKey", table)
    now = call.vendor.world.clock.now_ms()
    row = _one([key_view(table, key, now) for key in table.keys.values()], call.path[1], call)
    call.desk.records.drop_key(table.name, row["LogicalName"])
    call.desk.catalogue.remove("key", table, row["LogicalName"])
    return Answer(204)


def create_column(call: Call) -> Answer:
    """Add a column to a table."""
    table = _table(call, call.path[0])
    _may_customise(call, "prvCreateAttribute", table)
    column = column_from(call.json())
    if column.name in table.columns:
        raise VendorError(400, "0x80044363", f"An attribute named '{column.name}' exists already in '{table.name}'.")
    call.desk.catalogue.add_column(table, column)
    made = column_view(table, column)["MetadataId"]
    address = f"{call.root}EntityDefinitions({table.metadata_id})/Attributes({made})"
    return Answer(204, None, {"OData-EntityId": address})


def remove_column(call: Call) -> Answer:
    """Remove a column of the organisation's own; its values are not shown any more."""
    table = _table(call, call.path[0])
    _may_customise(call, "prvCreateAttribute", table)
    row = _one([column_view(table, one) for one in table.columns.values()], call.path[1], call)
    if not row["IsCustomAttribute"]:
        raise VendorError(400, "0x80047004", f"The attribute '{row['LogicalName']}' cannot be deleted.")
    call.desk.catalogue.remove("column", table, row["LogicalName"])
    return Answer(204)


def _text(given: Any) -> str:
    labels = given.get("LocalizedLabels") if isinstance(given, Mapping) else None
    first = labels[0] if isinstance(labels, list) and labels else None
    return str(first.get("Label", "")) if isinstance(first, Mapping) else ""


def column_from(body: Doc) -> Column:
    """Return the column that a definition describes. Raises VendorError 400."""
    kind = str(body.get("@odata.type", "")).rpartition(".")[2].removesuffix("AttributeMetadata")
    schema_name = body.get("SchemaName")
    kinds = ("String", "Memo", "Integer", "Boolean", "Decimal", "Double", "Money", "DateTime", "Picklist")
    if not isinstance(schema_name, str) or kind not in kinds:
        raise bad_query(f"A column needs a SchemaName and a type of {', '.join(kinds)}.")
    if "_" not in schema_name:
        raise VendorError(400, "0x80044363", f"'{schema_name}' has no publisher's prefix, such as new_.")
    behavior, form = body.get("DateTimeBehavior"), body.get("FormatName")
    numbered = _options_from(body) if kind == "Picklist" else ()
    return Column(
        name=schema_name.lower(),
        schema_name=schema_name,
        type=kind,
        label=_text(body.get("DisplayName")) or schema_name,
        max_length=int(body.get("MaxLength") or (100 if kind == "String" else 2000)) if kind in kinds[:2] else None,
        format=str(form.get("Value", "")) if isinstance(form, Mapping) else "",
        least=body.get("MinValue"),
        most=body.get("MaxValue"),
        precision=body.get("Precision", 2) if kind in ("Money", "Decimal", "Double") else None,
        behavior=str(behavior.get("Value", "")) if isinstance(behavior, Mapping) else str(behavior or ""),
        options=numbered,
        custom=True,
    )


def _options_from(body: Doc) -> tuple[Option, ...]:
    listed = (body.get("OptionSet") or {}).get("Options") or []
    return tuple(
        Option(int(one.get("Value") or 100_000_000 + place), _text(one.get("Label")))
        for place, one in enumerate(listed)
        if isinstance(one, Mapping)
    )

