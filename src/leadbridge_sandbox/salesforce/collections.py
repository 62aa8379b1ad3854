"""Up to 200 records in one call. The answer is 200 even where every row failed; rows are in the order given."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from starlette.responses import Response

from . import ids, unconfirmed
from .errors import Refused, answer, deleted
from .fields import Kind
from .objects import fields_of
from .operation import Call
from .records import Record
from .views import record_json
from .writes import Desk, named_kind

ROWS_MAX = 200
READ_MAX = 2000

Row = dict[str, Any]


class _RolledBack(Exception):
    """A row failed in a call of all or none."""


def _rows(body: dict[str, Any]) -> list[Row]:
    rows = body.get("records")
    if not isinstance(rows, list) or not rows:
        raise Refused(400, "REQUIRED_FIELD_MISSING", "At least 1 record is required", ())
    if not all(isinstance(row, dict) for row in rows):
        raise Refused(400, "JSON_PARSER_ERROR", "Can not deserialize instance of record at [line:1, column:1]")
    _few(rows)
    return rows


def _few(rows: list[Any]) -> None:
    if len(rows) > ROWS_MAX:
        raise Refused(400, unconfirmed.COLLECTION_TOO_LARGE_CODE, unconfirmed.COLLECTION_TOO_LARGE_TEXT, ())


def _each(desk: Desk, rows: Iterable[Any], work: Callable[[Any], Row], *, all_or_none: bool) -> Response:
    """Answer each row's outcome; with `all_or_none` one failed row undoes the rest."""
    db = desk.vendor.db
    results: list[Row] = []
    failed = False
    try:
        with db.transaction():
            for row in rows:
                try:
                    with db.savepoint():
                        results.append(work(row))
                except Refused as error:
                    if error.whole and unconfirmed.PARSER_ERROR_FAILS_THE_CALL:
                        raise
                    failed = True
                    results.append(error.row())
            if failed and all_or_none:
                raise _RolledBack
    except _RolledBack:
        undone = Refused(
            400,
            "ALL_OR_NONE_OPERATION_ROLLED_BACK",
            "Record rolled back because not all records were valid and the request was using AllOrNone header",
            (),
        )
        results = [undone.row() if result["success"] else result for result in results]
    return answer(200, results)


def _done(record: Record) -> Row:
    return {"id": record.id, "success": True, "errors": []}


def create(call: Call) -> Response:
    """Add records, of one type or of several."""
    desk, body = call.desk(), call.json()

    def one(row: Row) -> Row:
        return _done(desk.create(named_kind(desk, row), _fields(row)))

    return _each(desk, _rows(body), one, all_or_none=body.get("allOrNone") is True)


def update(call: Call) -> Response:
    """Change records by their ids."""
    desk, body = call.desk(), call.json()

    def one(row: Row) -> Row:
        kind = named_kind(desk, row)
        record_id = row.get("id", row.get("Id"))
        if not record_id:
            raise Refused(400, "MISSING_ARGUMENT", "Id not specified in an update call", ())
        return _done(desk.update(kind, _found(desk, kind, record_id), _fields(row)))

    return _each(desk, _rows(body), one, all_or_none=body.get("allOrNone") is True)


def upsert(call: Call) -> Response:
    """Change or add records of one type by an external id."""
    desk, body = call.desk(), call.json()
    kind = desk.kind(call.params["object"])
    field = desk.key_field(kind, call.params["field"])
    rows = _rows(body)
    counts: dict[str, int] = {}
    for row in rows:
        key = str(row.get(field.name) or "").lower()
        counts[key] = counts.get(key, 0) + 1

    def one(row: Row) -> Row:
        if named_kind(desk, row).name != kind.name:
            raise Refused(400, "INVALID_TYPE", f"The records must be of type {kind.name}", whole=True)
        key = row.get(field.name, row.get("id") if field.kind == "id" else None)
        if key is None:
            if field.kind == "id":
                record = desk.create(kind, _fields(row))
                return {**_done(record), "created": True}
            raise Refused(400, "MISSING_ARGUMENT", f"{field.name} not specified", ())
        if counts[str(key).lower()] > 1:
            text = f"Duplicate external id specified: {key}"
            raise Refused(400, "DUPLICATE_VALUE", text, (field.name,))
        given = {name: value for name, value in _fields(row).items() if name != field.name}
        record, created = desk.upsert(kind, field, key, given)
        return {**_done(record), "created": created}

    return _each(desk, rows, one, all_or_none=body.get("allOrNone") is True)


def delete(call: Call) -> Response:
    """Put records into the recycle bin: `?ids=a,b,c`."""
    desk = call.desk()
    listed = [part.strip() for part in call.args.get("ids", "").split(",") if part.strip()]
    if not listed:
        raise Refused(400, "REQUIRED_FIELD_MISSING", "At least 1 record is required", ())
    _few(listed)

    def one(record_id: str) -> Row:
        full = ids.full(record_id)
        record = None if full is None else call.vendor.records.by_id(desk.org, full)
        if full is None:
            raise Refused(400, "MALFORMED_ID", f"malformed id {record_id}", ())
        if record is None:
            raise Refused(400, "INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", ())
        if record.deleted is not None:
            raise deleted()
        desk.delete(desk.kind(record.object), record)
        return _done(record)

    return _each(desk, listed, one, all_or_none=call.flag("allOrNone"))


def read(call: Call) -> Response:
    """Answer up to 2,000 records of one type by id, null for each that is not there."""
    desk = call.desk()
    kind = desk.kind(call.params["object"])
    if call.method == "GET":
        listed, named = call.args.get("ids", "").split(","), call.args.get("fields", "")
    else:
        body = call.json()
        listed, names = body.get("ids") or [], body.get("fields") or []
        if not isinstance(listed, list) or not isinstance(names, list):
            raise Refused(400, "JSON_PARSER_ERROR", "ids and fields must be lists")
        named = ",".join(map(str, names))
    if len(listed) > READ_MAX:
        raise Refused(400, unconfirmed.COLLECTION_TOO_LARGE_CODE, f"The number of ids may not exceed {READ_MAX}", ())
    wanted = fields_of(kind, named)
    if wanted is None:
        raise Refused(400, "MISSING_ARGUMENT", "fields must be specified", ())
    full = [ids.full(one) for one in listed]
    found = call.vendor.records.by_ids(desk.org, [one for one in full if one])
    answers: list[Row | None] = []
    for one in full:
        record = found.get(one or "")
        if record is None or record.deleted is not None or record.object != kind.name:
            answers.append(None)
        else:
            answers.append(record_json(kind, record, call.base, wanted))
    return answer(200, answers)


def _fields(row: Row) -> Row:
    return {name: value for name, value in row.items() if name not in ("attributes", "id", "Id")}


def _found(desk: Desk, kind: Kind, record_id: object) -> Record:
    """Return a live record. Raises Refused, in the words that rows are refused with."""
    full = ids.full(record_id)
    if full is None:
        raise Refused(400, "MALFORMED_ID", f"{kind.label} ID: id value of incorrect type: {record_id}", ("Id",))
    record = desk.vendor.records.by_id(desk.org, full)
    if record is None or record.object != kind.name:
        raise Refused(400, "INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", ())
    if record.deleted is not None:
        raise deleted()
    return record
