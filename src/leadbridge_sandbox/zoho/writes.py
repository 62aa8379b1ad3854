"""Records through the API: insert, update, upsert, delete. Every row has its own outcome; nothing is all or nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from starlette.responses import Response

from . import unconfirmed
from .call import Call
from .desk import Desk, find, find_external, unlocked
from .errors import ItemError, Json, VendorError, answer, invalid_param, missing_param
from .records import Record
from .times import iso, seconds_of

TRIGGERS_KEPT = 500


def respond(rows: Sequence[Json], failures: Sequence[ItemError], done: int, key: str = "data") -> Response:
    """Return the answer for rows: `done` when all succeeded, 207 for a mixture, an error's status when none did."""
    if not failures:
        status = done
    elif len(failures) < len(rows):
        status = 207
    else:
        status = 412 if all(error.http == 412 for error in failures) else 400
    return answer(status, {key: list(rows)})


def _each(given: Sequence[Json], work: Callable[[Json, str], Json], done: int) -> Response:
    rows: list[Json] = []
    failures: list[ItemError] = []
    for place, row in enumerate(given):
        try:
            rows.append(work(row, f"$.data[{place}]"))
        except ItemError as error:
            failures.append(error)
            rows.append(error.row())
    return respond(rows, failures, done)


def _success(desk: Desk, record: Record, message: str, **more: Any) -> Json:
    return {"code": "SUCCESS", **more, "details": desk.stamp(record), "message": message, "status": "success"}


def _rows(call: Call, operation: str) -> list[Json]:
    """Return the call's rows, having noted which automations it lets run."""
    rows = call.rows("data", call.zoho.world.settings.writeCap)
    noted = {"operation": operation, "module": call.module().api_name, "rows": len(rows)}
    call.zoho.triggers.append(noted | {"trigger": call.json().get("trigger", "all")})
    del call.zoho.triggers[:-TRIGGERS_KEPT]
    return rows


def create(call: Call) -> Response:
    """Insert up to 100 records; 201, 207 or 400."""
    rows, desk = _rows(call, "create"), call.desk()

    def work(row: Json, path: str) -> Json:
        return _success(desk, desk.create(row, path), "record added")

    return _each(rows, work, 201)


def _unmodified_since(call: Call) -> int | None:
    text = call.header("if-unmodified-since")
    if not text:
        return None
    at = seconds_of(text)
    if at is None:
        raise VendorError(400, "INVALID_DATA", "invalid data", {"header_name": "If-Unmodified-Since"})
    return at


def _current(desk: Desk, record: Record, since: int | None) -> Record:
    """Refuse a record that was changed since a time. Raises ItemError."""
    if since is not None and record.modified > since:
        text = "record updated time has already passed if-unmodified-since time"
        zone = desk.org.time_zone
        details = {
            "id": str(record.id),
            "Modified_Time": iso(record.modified, zone),
            "Modified_By": desk.user_json(record.modified_by),
            "Created_Time": iso(record.created, zone),
            "Created_By": desk.user_json(record.created_by),
        }
        raise ItemError("ALREADY_MODIFIED", text, details, http=412)
    return record


def update(call: Call) -> Response:
    """Change up to 100 records, each with its id; 200, 207, 400 or 412."""
    rows, desk, since = _rows(call, "update"), call.desk(), _unmodified_since(call)

    def work(row: Json, path: str) -> Json:
        record = _current(desk, find(desk, row.get("id"), f"{path}.id"), since)
        return _success(desk, desk.update(record, row, path), "record updated")

    return _each(rows, work, 200)


def named(call: Call, desk: Desk) -> Record:
    """Return the record that the path names, by its id or, with X-EXTERNAL, by another system's. Raises ItemError."""
    external = call.header("x-external")
    return (
        find_external(desk, external, call.path("record")) if external else find(desk, call.path("record"), "$.path.id")
    )


def update_one(call: Call) -> Response:
    """Change the record that the path names."""
    rows, desk, since = _rows(call, "update")[:1], call.desk(), _unmodified_since(call)

    def work(row: Json, path: str) -> Json:
        record = _current(desk, named(call, desk), since)
        return _success(desk, desk.update(record, row, path), "record updated")

    return _each(rows, work, 200)


def _check_fields(call: Call, desk: Desk) -> list[str]:
    """Return the fields an upsert looks records up by; unless told, the module's own, then the unique ones."""
    unique = desk.definitions.unique(desk.module.api_name)
    given = call.json().get("duplicate_check_fields")
    if given is None:
        return list(dict.fromkeys([*desk.module.duplicate_check, *unique]))
    keyed = desk.records.keyed
    wrong = not isinstance(given, list) or [name for name in given if name not in keyed]
    if wrong:
        details = {"api_name": "duplicate_check_fields", "json_path": "$.duplicate_check_fields"}
        raise VendorError(400, "INVALID_DATA", "invalid data", details)
    return list(given)


def upsert(call: Call) -> Response:
    """Insert or change up to 100 records, found by id or by the first of the check fields that another record has."""
    rows, desk, since = _rows(call, "upsert"), call.desk(), _unmodified_since(call)
    names = _check_fields(call, desk)
    inserted: set[int] = set()

    def work(row: Json, path: str) -> Json:
        if row.get("id") is not None:
            record = _current(desk, find(desk, row["id"], f"{path}.id"), since)
            changed = desk.update(record, row, path)
            return _success(desk, changed, "record updated", action="update", duplicate_field=None)
        for name in names:
            held = desk.records.holders(name, row[name]) if isinstance(row.get(name), str | int) else []
            # a lead that became a contact is found by no upsert
            there = [one for one in map(desk.records.get, held) if one is not None and not one.converted]
            if unconfirmed.SAME_KEY_IN_ONE_UPSERT == "inserts":
                there = [one for one in there if one.id not in inserted]
            found = there[0] if there else None
            if found is not None:
                changed = desk.update(_current(desk, found, since), row, path)
                return _success(desk, changed, "record updated", action="update", duplicate_field=name)
        made = desk.create(row, path)
        inserted.add(made.id)
        return _success(desk, made, "record added", action="insert", duplicate_field=None)

    return _each(rows, work, 200)


def _delete(desk: Desk, ids: Sequence[str]) -> Response:
    rows: list[Json] = []
    failures: list[ItemError] = []
    for text in ids:
        record = desk.records.get(int(text)) if text.isdecimal() and len(text) < 19 + (text < "9") else None
        try:
            if record is None:
                raise ItemError("INVALID_DATA", "record not deleted", {"id": text})
            unlocked(record)
        except ItemError as error:
            failures.append(error)
            rows.append(error.row())
            continue
        desk.delete(record)
        rows.append({"code": "SUCCESS", "details": {"id": text}, "message": "record deleted", "status": "success"})
    return respond(rows, failures, 200)


def delete(call: Call) -> Response:
    """Put up to 100 records into the recycle bin; 200, 207 or 400."""
    ids = [part.strip() for part in call.query("ids").split(",") if part.strip()]
    if not ids:
        raise missing_param("ids")
    if len(ids) > call.zoho.world.settings.writeCap:
        raise invalid_param("ids", limit=call.zoho.world.settings.writeCap)
    return _delete(call.desk(), ids)


def delete_one(call: Call) -> Response:
    """Put the record that the path names into the recycle bin."""
    desk = call.desk()
    if not call.header("x-external"):
        return _delete(desk, [call.path("record")])
    try:
        return _delete(desk, [str(named(call, desk).id)])
    except ItemError as error:
        return respond([error.row()], [error], 200)
