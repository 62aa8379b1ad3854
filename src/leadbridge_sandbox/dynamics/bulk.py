"""Many records in one message: CreateMultiple, UpdateMultiple, UpsertMultiple, all or nothing; and BulkDelete."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .addresses import reference, row_key
from .columns import Table
from .entities import table_of
from .errors import Answer, VendorError, bad_value, no_such_segment
from .operation import Call
from .writes import RowKey

Row = Mapping[str, Any]


def _targets(call: Call, table: Table) -> list[dict[str, Any]]:
    """Return the rows of a message. Raises VendorError 400."""
    rows = call.json().get("Targets")
    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
        raise bad_value("Targets must be a list of records that is not empty.")
    for row in rows:
        kind = str(row.get("@odata.type", "")).removeprefix("#").rpartition(".")[2]
        if kind != table.name:
            raise bad_value(f"Each of the Targets needs the @odata.type Microsoft.Dynamics.CRM.{table.name}.")
    return rows


def create_multiple(call: Call) -> Answer:
    """Add records; answers their ids in the same order."""
    table = table_of(call)
    ids = [call.desk.create(table, row).id for row in _targets(call, table)]
    context = f"{call.root}$metadata#Microsoft.Dynamics.CRM.CreateMultipleResponse"
    return Answer(200, {"@odata.context": context, "Ids": ids})


def update_multiple(call: Call) -> Answer:
    """Change records, each named by its primary key column or an address."""
    table = table_of(call)
    for row in _targets(call, table):
        key = _named(call, table, row)
        if key is None:
            raise bad_value(f"Each of the Targets needs {table.id_column}.")
        body = {name: value for name, value in row.items() if name not in dict(key.values)}
        call.desk.update(table, call.desk.must_find(table, key), body)
    return Answer(204)


def upsert_multiple(call: Call) -> Answer:
    """Change or add records, each named by an address, its primary key column or an alternate key's columns."""
    table = table_of(call)
    for row in _targets(call, table):
        key = _named(call, table, row) or _by_key_columns(table, row)
        if key is None:
            call.desk.create(table, row)
            continue
        named = {name for name, _ in key.values} | {table.id_column}
        call.desk.upsert(table, key, {name: value for name, value in row.items() if name not in named})
    return Answer(204)


def _named(call: Call, table: Table, row: Row) -> RowKey | None:
    address = row.get("@odata.id")
    if isinstance(address, str):
        other, key = reference(call.desk, address)
        if other is not table:
            raise bad_value(f"'{address}' is not of '{table.set_name}'.")
        return key
    given = row.get(table.id_column)
    return row_key(table, str(given), {}) if given is not None else None


def _by_key_columns(table: Table, row: Row) -> RowKey | None:
    for key in table.keys.values():
        if all(row.get(column) is not None for column in key.columns):
            return RowKey(None, tuple((column, row[column]) for column in key.columns))
    return None


def bulk_delete(call: Call) -> Answer:
    """Delete the records of queries; answers the job's id. Only conditions on the primary key are understood."""
    body, desk = call.json(), call.desk
    for one in body.get("QuerySet") or []:
        table = desk.catalogue.table(str(one.get("EntityName")))
        if table is None:
            raise no_such_segment(str(one.get("EntityName")))
        for condition in (one.get("Criteria") or {}).get("Conditions") or []:
            if condition.get("AttributeName") != table.id_column or condition.get("Operator") not in ("In", "Equal"):
                raise VendorError(400, "0x80040203", "Only conditions on the primary key are understood here.")
            for value in condition.get("Values") or []:
                chosen = value.get("Value") if isinstance(value, Mapping) else value
                record = desk.find(table, RowKey(str(chosen).lower()))
                if record is not None:
                    desk.delete(table, record)
    jobs = desk.catalogue.table("asyncoperation")
    if jobs is None:
        raise no_such_segment("asyncoperations")
    job = desk.create(jobs, {"name": body.get("JobName"), "statecode": 3, "statuscode": 30})
    context = f"{call.root}$metadata#Microsoft.Dynamics.CRM.BulkDeleteResponse"
    return Answer(200, {"@odata.context": context, "JobId": job.id})
