"""COQL: what a query finds. Joins go by a lookup's dot only."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from starlette.responses import Response

from .call import Call
from .catalogue import Field
from .conditions import Both, Node, Test, comparable, holds, narrowed
from .coql_reader import Parser, Query, invalid_query
from .desk import Desk
from .errors import Json, VendorError, answer, invalid_module
from .records import Record

SELECT_MAX, CRITERIA_MAX, IN_MAX, ORDER_MAX = 500, 25, 100, 10
REACH = 100_000
_COLUMNS = {"id": "id", "Modified_Time": "modified", "Created_Time": "created"}


def _kind(name: str, fields: Mapping[str, Field], desk: Desk) -> str:
    """Return a column's data type: the module's own, or a lookup's by `Lookup.Column`. Raises VendorError 400."""
    if name == "id":
        return "id"
    own, _, further = name.partition(".")
    field = fields.get(own)
    if field is None:
        raise invalid_query("column given seems to be invalid", column_name=name)
    if not further:
        return field.type
    if field.type == "ownerlookup" and further in ("id", "full_name", "first_name", "last_name", "email"):
        return "id" if further == "id" else "text"
    if not field.lookup or "." in further:
        raise invalid_query("column given seems to be invalid", column_name=name)
    target = desk.other(field.lookup)
    return _kind(further, target.fields, target)


def _typed(node: Node, desk: Desk) -> Node:
    if isinstance(node, Both):
        return Both(tuple(_typed(part, desk) for part in node.parts), node.every)
    kind = _kind(node.name, desk.fields, desk)
    if node.operator in ("in", "not_in") and len(node.values) > IN_MAX:
        raise VendorError(400, "LIMIT_EXCEEDED", "Max field limit exceeded", {"limit": IN_MAX, "clause": "in"})
    for value in node.values:
        if comparable(value, kind) is None:
            raise invalid_query("value given seems to be invalid for the column", column_name=node.name)
    return Test(node.name, kind, node.operator, node.values)


def value_of(desk: Desk, record: Record, name: str) -> Any:
    """Return what a record has in a column, through a lookup's dot if it has one."""
    own, _, further = name.partition(".")
    shown = desk.shown(record, (own,))[own] if own != "id" else str(record.id)
    if not further:
        return shown
    if not isinstance(shown, dict) or further == "id":
        return shown["id"] if isinstance(shown, dict) else None
    field = desk.fields[own]
    if field.type == "ownerlookup":
        user = desk.zoho.users(desk.org.zgid).get(int(shown["id"]))
        return getattr(user, further, None)
    target = desk.other(field.lookup)
    found = target.records.get(int(shown["id"]))
    return None if found is None else value_of(target, found, further)


def _checked(call: Call, query: Query, criteria: int) -> None:
    cap = call.zoho.world.settings.coqlCap
    limits = (
        ("select", len(query.names), SELECT_MAX),
        ("where", criteria, CRITERIA_MAX),
        ("order by", len(query.order), ORDER_MAX),
        ("limit", query.count, max(cap, 2000)),
        ("offset", query.offset, REACH),
    )
    for clause, number, limit in limits:
        if number > limit:
            raise VendorError(400, "LIMIT_EXCEEDED", "Max field limit exceeded", {"limit": limit, "clause": clause})


def run(call: Call) -> Response:
    """Answer a query: 200 with rows, 204 without any."""
    text = call.json().get("select_query")
    if not isinstance(text, str):
        details = {"api_name": "select_query", "json_path": "$.select_query"}
        raise VendorError(400, "MANDATORY_NOT_FOUND", "required field not found", details)
    parser = Parser(text)
    query = parser.query()
    _checked(call, query, parser.criteria)
    module = call.zoho.definitions(call.principal.org.zgid).module(query.module)
    if module is None:
        raise invalid_module()
    desk = call.desk(module)
    for name in (*query.names, *(name for name, _ in query.order)):
        _kind(name, desk.fields, desk)
    rows, more = _found(call, desk, query)
    if not rows:
        return answer(204, None)
    data: list[Json] = [{"id": str(row.id)} | {name: value_of(desk, row, name) for name in query.names} for row in rows]
    for row in data:
        for name in [name for name in row if name.endswith(".id") and name.count(".") == 1]:
            row[name.partition(".")[0]] = {"id": row.pop(name)}
    return answer(200, {"data": data, "info": {"count": len(data), "more_records": more}})


def _found(call: Call, desk: Desk, query: Query) -> tuple[list[Record], bool]:
    """Return the rows of a query and whether there are more."""
    settings, where = call.zoho.world.settings, _typed(query.where, desk)
    count = min(query.count, settings.coqlCap)
    sql, values, rest = narrowed(where)
    lag_ms = int(settings.coqlLagSeconds * 1000)
    order = query.order or [("id", True)]
    plain = rest is None and not lag_ms and all(name in _COLUMNS for name, _ in order)
    if plain:
        ways = [f"{_COLUMNS[name]} {'ASC' if ascending else 'DESC'}" for name, ascending in order]
        tail = f"deleted IS NULL AND {sql} ORDER BY {', '.join(ways)} LIMIT ? OFFSET ?"
        rows = desk.records.select(tail, *values, count + 1, query.offset)
        return rows[:count], len(rows) > count
    if lag_ms:
        source = desk.records.indexed(call.zoho.world.clock.now_ms() - lag_ms)
        rows = [row for row in source if holds(where, partial(value_of, desk, row))]
    else:
        rows = desk.records.select(f"deleted IS NULL AND {sql}", *values)
        if rest is not None:
            rows = [row for row in rows if holds(rest, partial(value_of, desk, row))]
    for name, ascending in reversed(order):
        kind = _kind(name, desk.fields, desk)
        keyed = [(comparable(value_of(desk, row, name), kind), row) for row in rows]
        empty = [row for key, row in keyed if key is None]
        filled = sorted(((key, row) for key, row in keyed if key is not None), key=lambda one: one[0],
                        reverse=not ascending)  # fmt: skip
        rows = [*empty, *(row for _, row in filled)] if ascending else [*(row for _, row in filled), *empty]
    chosen = rows[query.offset : query.offset + count]
    return chosen, len(rows) > query.offset + count
