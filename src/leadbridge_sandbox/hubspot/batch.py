"""Batches of up to 100: what fails alone, what fails together, and how answers are matched to inputs.

A create, an update, or an upsert by a custom unique property fails row by row only when every input has its
own `objectWriteTraceId`; otherwise, and always for an upsert by e-mail, one bad row fails the whole call.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from typing import Any

from starlette.responses import Response

from ..clock import iso_ms
from . import unconfirmed
from .errors import VendorError, answer, validation
from .objects import associate, given_properties, shown, written
from .operation import Call
from .records import Record
from .writes import Desk

BATCH_MAX = 100

Row = dict[str, Any]


def _inputs(body: dict[str, Any]) -> list[Row]:
    rows = body.get("inputs")
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise validation("Invalid input JSON: Some required fields were not set: [inputs]")
    if len(rows) > BATCH_MAX:
        raise validation(f"The maximum number of inputs supported in a batch request is {BATCH_MAX}")
    return rows


def _ids(rows: list[Row]) -> list[str]:
    ids = [row.get("id") for row in rows]
    if not all(isinstance(item, str) and item for item in ids):
        raise validation("Invalid input JSON: Some required fields were not set: [id]")
    return [str(item) for item in ids]


def _refuse_duplicates(ids: Iterable[str]) -> None:
    seen: set[str] = set()
    double: dict[str, None] = {}
    for item in ids:
        if item in seen:
            double[item] = None
        seen.add(item)
    if double:
        named = list(double)
        raise VendorError(
            400,
            f"Duplicate IDs found in batch input: [{', '.join(named)}]. IDs must be unique",
            "VALIDATION_ERROR",
            context={"ids": named},
        )


def _traces(rows: list[Row]) -> list[str] | None:
    """Return each row's trace id, or None unless all rows have one and no two the same."""
    traces = [row.get("objectWriteTraceId") for row in rows]
    if not rows or not all(isinstance(trace, str) and trace for trace in traces):
        return None
    return [str(trace) for trace in traces] if len(set(traces)) == len(traces) else None


def shuffled(results: list[Row]) -> list[Row]:
    """Return the results in another order than given, always the same for the same number of them.

    HubSpot does not promise the input's order, so a client that relies on it must fail here.
    """
    order = list(range(len(results)))
    random.Random(len(results)).shuffle(order)  # noqa: S311 - repeatable on purpose
    if order == sorted(order):
        order.reverse()
    return [results[place] for place in order]


def _answer(call: Call, started: int, results: list[Row], errors: list[Row], ok: int) -> Response:
    body: dict[str, Any] = {
        "status": "COMPLETE",
        "results": shuffled(results),
        "startedAt": iso_ms(started),
        "completedAt": iso_ms(call.hub.world.clock.now_ms()),
    }
    if errors:
        body["numErrors"] = len(errors)
        body["errors"] = errors
    return answer(207 if errors else ok, body)


def _missing(desk: Desk, ids: list[str], traces: list[str]) -> Row:
    context = {"ids": ids}
    if traces:
        context["objectWriteTraceId"] = traces
    return {
        "status": "error",
        "category": "OBJECT_NOT_FOUND",
        "message": f"Could not get some {desk.kind.noun.upper()} objects, they may be deleted or not exist. "
        "Check that ids are valid.",
        "context": context,
    }


def _each(rows: list[Row], traces: list[str] | None, write: Callable[[Row], Row | None]) -> tuple[list[Row], list[Row]]:
    """Write every row; with trace ids a refused row becomes an error, without them it ends the call."""
    results: list[Row] = []
    errors: list[Row] = []
    for place, row in enumerate(rows):
        try:
            result = write(row)
        except VendorError as error:
            if traces is None:
                raise
            errors.append(error.row(traces[place]))
            continue
        if result is not None:
            if isinstance(row.get("objectWriteTraceId"), str):
                result["objectWriteTraceId"] = row["objectWriteTraceId"]
            results.append(result)
    return results, errors


def create(call: Call) -> Response:
    """Add records; 201, or 207 when some of them were refused."""
    desk, rows, started = call.desk(), _inputs(call.json()), call.hub.world.clock.now_ms()
    addresses = [
        str(row["properties"]["email"]).strip().lower()
        for row in rows
        if isinstance(row.get("properties"), dict) and row["properties"].get("email")
    ]
    if len(set(addresses)) < len(addresses):
        raise VendorError(409, unconfirmed.SAME_EMAIL_IN_ONE_CREATE, "CONFLICT")

    def write(row: Row) -> Row:
        given = given_properties(row)
        with call.hub.world.db.savepoint():  # a row whose associations cannot be made is not created
            record = desk.create(given)
            associate(call, desk, record, row)
        return written(desk, record, given, created=True)

    with call.hub.world.db.transaction():
        results, errors = _each(rows, _traces(rows), write)
    return _answer(call, started, results, errors, 201)


def read(call: Call) -> Response:
    """Read records by id or by a unique property; 200, or 207 when some do not exist."""
    desk, body, started = call.desk(), call.json(), call.hub.world.clock.now_ms()
    ids = _ids(_inputs(body))
    asked, history_of = _names(body, "properties"), _names(body, "propertiesWithHistory")
    id_property = body.get("idProperty")
    if id_property:
        desk.unique_key(str(id_property), "")
    found: dict[int, Record] = {}
    missing: list[str] = []
    for item in dict.fromkeys(ids):
        record = desk.find(item, id_property)
        if record is None:
            missing.append(item)
        else:
            found[record.id] = record
    results = [shown(call, desk, record, asked, history_of) for record in found.values()]
    return _answer(call, started, results, [_missing(desk, missing, [])] if missing else [], 200)


def _names(body: dict[str, Any], field: str) -> list[str]:
    names = body.get(field) or []
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise validation(f"{field} must be a list of property names")
    return names


def update(call: Call) -> Response:
    """Change records; 200, or 207 when some do not exist or were refused."""
    desk, rows, started = call.desk(), _inputs(call.json()), call.hub.world.clock.now_ms()
    _refuse_duplicates(_ids(rows))
    targets = {row["id"]: desk.find(row["id"], row.get("idProperty")) for row in rows}
    _refuse_duplicates(str(record.id) for record in targets.values() if record is not None)
    traces = _traces(rows)

    def write(row: Row) -> Row | None:
        record, given = targets[row["id"]], given_properties(row)
        return None if record is None else written(desk, desk.update(record, given), given, created=False)

    with call.hub.world.db.transaction():
        results, errors = _each(rows, traces, write)
    gone = [row for row in rows if targets[row["id"]] is None]
    if gone:
        named = [row["objectWriteTraceId"] for row in gone] if traces else []
        if not unconfirmed.MISSING_IN_BATCH_UPDATE_NAMES_TRACE_ID:
            named = []
        errors.append(_missing(desk, [row["id"] for row in gone], named))
    return _answer(call, started, results, errors, 200)


def upsert(call: Call) -> Response:
    """Change or add records by a unique property; every result says whether it is new; 200 or 207."""
    desk, rows, started = call.desk(), _inputs(call.json()), call.hub.world.clock.now_ms()
    ids = _ids(rows)
    for row in rows:
        if not isinstance(row.get("idProperty"), str) or not row["idProperty"]:
            raise validation("Invalid input JSON: Some required fields were not set: [idProperty]")
    keys = [desk.unique_key(row["idProperty"], item) for row, item in zip(rows, ids, strict=True)]
    _refuse_duplicates(value for _, value in keys)
    by_email = any(name == "email" for name, _ in keys)
    traces = None if by_email else _traces(rows)

    def write(row: Row) -> Row:
        given = given_properties(row)
        record = desk.find(row["id"], row["idProperty"])
        if record is None:
            record = desk.create({row["idProperty"]: row["id"], **given})
            return {**written(desk, record, {row["idProperty"]: "", **given}, created=True), "new": True}
        return {**written(desk, desk.update(record, given), given, created=False), "new": False}

    with call.hub.world.db.transaction():
        results, errors = _each(rows, traces, write)
    return _answer(call, started, results, errors, 200)


def archive(call: Call) -> Response:
    """Archive records; 204 whatever state they are in."""
    desk = call.desk()
    ids = _ids(_inputs(call.json()))
    with call.hub.world.db.transaction():
        for item in ids:
            record = desk.find(item, None)
            if record is not None:
                desk.archive(record)
                call.associations().forget(desk.kind, record.id)
    return answer(204, None)
