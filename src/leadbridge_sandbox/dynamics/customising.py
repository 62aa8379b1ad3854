"""Changes of the metadata: alternate keys, columns, tables; and typed reads of many columns at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from .columns import Column, Key, Option, Table
from .errors import Answer, VendorError, bad_query, missing_privilege
from .metadata import one_of, table_at
from .metadata_views import column_view, key_view
from .operation import Call

Doc = dict[str, Any]
KINDS = ("String", "Memo", "Integer", "Boolean", "Decimal", "Double", "Money", "DateTime", "Picklist")


def _may_customise(call: Call, privilege: str, table: Table) -> None:
    if privilege in call.vendor.world.settings.missingPrivileges:
        raise missing_privilege(call.principal.user_id, privilege, table.name)


def create_key(call: Call) -> Answer:
    """Make an alternate key; its index is Pending for a while."""
    table = table_at(call, call.path[0])
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
    table = table_at(call, call.path[0])
    _may_customise(call, "prvCreateEntityKey", table)
    now = call.vendor.world.clock.latest_ms()
    row = one_of([key_view(table, key, now) for key in table.keys.values()], call.path[1], call)
    call.desk.records.drop_key(table.name, row["LogicalName"])
    call.desk.catalogue.remove("key", table, row["LogicalName"])
    return Answer(204)


def create_column(call: Call) -> Answer:
    """Add a column to a table."""
    table = table_at(call, call.path[0])
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
    table = table_at(call, call.path[0])
    _may_customise(call, "prvCreateAttribute", table)
    row = one_of([column_view(table, one) for one in table.columns.values()], call.path[1], call)
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
    kind = kind.removeprefix("Complex")
    schema_name = body.get("SchemaName")
    if not isinstance(schema_name, str) or kind not in KINDS:
        raise bad_query(f"A column needs a SchemaName and a type of {', '.join(KINDS)}.")
    if "_" not in schema_name:
        raise VendorError(400, "0x80044363", f"'{schema_name}' has no publisher's prefix, such as new_.")
    behavior, form = body.get("DateTimeBehavior"), body.get("FormatName")
    numbered = _options_from(body) if kind == "Picklist" else ()
    return Column(
        name=schema_name.lower(),
        schema_name=schema_name,
        type=kind,
        label=_text(body.get("DisplayName")) or schema_name,
        max_length=int(body.get("MaxLength") or (100 if kind == "String" else 2000)) if kind in KINDS[:2] else None,
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


def create_entities(call: Call) -> Answer:
    """Add tables, each with its columns; one of them is the primary name."""
    for body in call.json().get("Entities") or []:
        schema_name = body.get("SchemaName")
        if not isinstance(schema_name, str) or "_" not in schema_name:
            raise bad_query("A table needs a SchemaName with a publisher's prefix.")
        if "prvCreateEntity" in call.vendor.world.settings.missingPrivileges:
            raise missing_privilege(call.principal.user_id, "prvCreateEntity", schema_name.lower())
        name = schema_name.lower()
        if call.desk.catalogue.table(name) is not None:
            raise VendorError(400, "0x80044363", f"An entity with the specified name {name} already exists.")
        given = [one for one in body.get("Attributes") or [] if isinstance(one, Mapping)]
        named = next((str(one["SchemaName"]).lower() for one in given if one.get("IsPrimaryName")), f"{name}id")
        doc = {
            "name": name,
            "set_name": f"{name}s",
            "id_column": f"{name}id",
            "name_column": named,
            "schema_name": schema_name,
        }
        table = call.desk.catalogue.add_table(doc)
        for column in given:
            call.desk.catalogue.add_column(table, column_from(dict(column)))
    return Answer(204)


def remove_table(call: Call) -> Answer:
    """Remove a table of the organisation's own, with its records."""
    table = table_at(call, call.path[0])
    if not table.custom:
        raise VendorError(400, "0x80047004", f"The entity '{table.name}' cannot be deleted.")
    for record in list(call.desk.records.scan(table.name)):
        call.desk.delete(table, record)
    call.desk.catalogue.remove("table", table, "")
    return Answer(204)


def metadata_changes(call: Call) -> Answer:
    """Answer the columns of the tables that a query's conditions name, with everything their types have."""
    text = call.options.get("@p1", "{}")
    try:
        asked = orjson.loads(text)
    except orjson.JSONDecodeError:
        raise bad_query("The query of RetrieveMetadataChanges cannot be read.") from None
    tables = [
        table
        for table in call.desk.catalogue.tables()
        if all(_meets(table.name, one) for one in (asked.get("Criteria") or {}).get("Conditions") or [])
    ]
    wanted = ((asked.get("AttributeQuery") or {}).get("Criteria") or {}).get("Conditions") or []
    names = ((asked.get("AttributeQuery") or {}).get("Properties") or {}).get("PropertyNames") or []
    rows = [
        {
            "LogicalName": table.name,
            "MetadataId": table.metadata_id,
            "Attributes": [
                _picked(column_view(table, column), names)
                for column in table.columns.values()
                if all(_meets(column.name, one) for one in wanted)
            ],
        }
        for table in tables
    ]
    context = f"{call.root}$metadata#Microsoft.Dynamics.CRM.RetrieveMetadataChangesResponse"
    return Answer(200, {"@odata.context": context, "ServerVersionStamp": "1", "EntityMetadata": rows})


def _meets(name: str, condition: Doc) -> bool:
    return condition.get("PropertyName") != "LogicalName" or (condition.get("Value") or {}).get("Value") == name


def _picked(row: Doc, names: list[str]) -> Doc:
    kept = {"@odata.type", "MetadataId", *names}
    return {name: value for name, value in row.items() if name in kept} if names else row
