"""One record at a time: create, read, change, delete; by id or by an external id."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime

from starlette.responses import Response

from . import ids
from .errors import Refused, answer, deleted, no_such_column, not_found
from .fields import Field, Kind
from .operation import Call
from .records import Record
from .views import attributes, record_json, value
from .writes import Desk


def fields_of(kind: Kind, text: str) -> list[str] | None:
    """Return the fields that a comma-separated list names; None for no list. Raises Refused."""
    names = [part.strip() for part in text.split(",") if part.strip()]
    found = []
    for name in names:
        field = kind.field(name)
        if field is None:
            raise no_such_column(name, kind.name)
        found.append(field.name)
    return found or None


def _target(call: Call, desk: Desk) -> tuple[Kind, Record]:
    """Return the record that a path means, by id or by external id. Raises Refused."""
    kind = desk.kind(call.params["object"])
    if "field" not in call.params:
        return kind, desk.find(kind, call.params["record"])
    field = desk.key_field(kind, call.params["field"])
    if field.kind == "id":
        return kind, desk.find(kind, call.params["key"])
    return kind, _by_key(call, desk, kind, field)


def _by_key(call: Call, desk: Desk, kind: Kind, field: Field) -> Record:
    found = call.vendor.records.by_key(desk.org, kind.name, field.name, call.params["key"])
    if not found:
        raise not_found()
    if len(found) > 1:
        paths = [f"{call.base}/sobjects/{kind.name}/{one.id}" for one in found]
        raise Refused(300, "DUPLICATE_EXTERNAL_ID", "more than one record", extra={"paths": paths})
    return found[0]


def create(call: Call) -> Response:
    """Add a record; 201."""
    desk, given = call.desk(), call.json()
    with call.vendor.db.transaction():
        kind = desk.kind(call.params["object"])
        record = desk.create(kind, given)
    location = {"Location": f"{call.base}/sobjects/{kind.name}/{record.id}"}
    return answer(201, {"id": record.id, "success": True, "errors": []}, location)


def read(call: Call) -> Response:
    """Answer one record: all its fields, or those of `fields`."""
    desk = call.desk()
    kind, record = _target(call, desk)
    names = fields_of(kind, call.args.get("fields", ""))
    changed = datetime.fromtimestamp(record.modified // 1000, UTC)
    since = _date(call.headers.get("if-modified-since", ""))
    if since is not None and changed <= since:
        raise Refused(304, "NOT_MODIFIED", "")
    _unmodified(call, record)
    shown = record_json(kind, record, call.base, names)
    if names is not None and "Id" not in names:
        shown["Id"] = record.id
    return answer(200, shown, {"Last-Modified": format_datetime(changed, usegmt=True)})


def _date(text: str) -> datetime | None:
    try:
        return parsedate_to_datetime(text) if text else None
    except ValueError:
        return None


def _unmodified(call: Call, record: Record) -> None:
    """Raise Refused 412 for a record that was changed after `If-Unmodified-Since`; whole seconds count."""
    until = _date(call.headers.get("if-unmodified-since", ""))
    if until is not None and datetime.fromtimestamp(record.modified // 1000, UTC) > until:
        raise Refused(412, "PRECONDITION_FAILED", "")


def update(call: Call) -> Response:
    """Change a record by its id; 204."""
    desk, given = call.desk(), call.json()
    with call.vendor.db.transaction():
        kind, record = _target(call, desk)
        if "Id" in given:
            text = "The Id field should not be specified in the sobject data."
            raise Refused(400, "INVALID_FIELD", text)
        _unmodified(call, record)
        desk.update(kind, record, given)
    return answer(204, None)


def upsert(call: Call) -> Response:
    """Change the record with an external id, or add one: 200 or 201. With `updateOnly` nothing is added: 404."""
    desk, given = call.desk(), call.json()
    with call.vendor.db.transaction():
        kind = desk.kind(call.params["object"])
        field = desk.key_field(kind, call.params["field"])
        if call.flag("updateOnly") and field.kind != "id":
            record, created = desk.update(kind, _by_key(call, desk, kind, field), given), False
        else:
            if field.name in given and field.kind != "id":
                text = f"The {field.name} field should not be specified in the sobject data."
                raise Refused(400, "INVALID_FIELD", text)
            record, created = desk.upsert(kind, field, call.params["key"], given)
    body = {"id": record.id, "success": True, "errors": [], "created": created}
    if float(call.version) < 46 and not created:
        return answer(204, None)
    return answer(201 if created else 200, body)


def delete(call: Call) -> Response:
    """Put a record into the recycle bin; 204."""
    desk = call.desk()
    with call.vendor.db.transaction():
        kind, record = _target(call, desk)
        desk.delete(kind, record)
    return answer(204, None)


def read_by_key(call: Call) -> Response:
    """Answer one record by an external id, or the one that a record refers to, such as `Lead/00Q.../Owner`."""
    kind = call.desk().kind(call.params["object"])
    relation = kind.relations.get(call.params["key"].lower())
    if relation is None or ids.full(call.params["field"]) is None:
        return read(call)
    return _related(call, kind, relation)


def _related(call: Call, kind: Kind, field: Field) -> Response:
    desk = call.desk()
    record = desk.find(kind, call.params["field"])
    target = record.value(field.name)
    other = None if target is None else call.vendor.records.by_id(desk.org, target)
    if other is None:
        raise not_found()
    if other.deleted is not None:
        raise deleted()
    return answer(200, record_json(desk.kind(other.object), other, call.base))


def about(call: Call) -> Response:
    """Answer an object type in short, with the records changed last."""
    desk = call.desk()
    kind = desk.kind(call.params["object"])
    recent = call.vendor.records.page(desk.org, kind.name, deleted=False, from_seq=0, limit=5)
    name = kind.fields.get(kind.name_field)
    items = [
        {"attributes": attributes(one, call.base), "Id": one.id}
        | ({} if name is None else {name.name: value(kind, name, one)})
        for one in recent
    ]
    return answer(200, {"objectDescribe": kind.listed(call.base), "recentItems": items})
