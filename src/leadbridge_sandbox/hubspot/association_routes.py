"""The associations API (v4 and dated): one pair, batches, labels. Ids in answers are numbers here, as live ones are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from starlette.responses import Response

from ..clock import iso_ms
from .associations import DEFINED, Associations, LinkType
from .errors import VendorError, answer, not_found, validation
from .object_types import ObjectType
from .objects import limit_of
from .operation import Call

CREATE_MAX = 2000
READ_MAX = 1000
ARCHIVE_MAX = 100
LIST_MAX = 500

Row = dict[str, Any]


def reading(call: Call) -> Sequence[str]:
    """Return the scopes of which reading needs one."""
    return (call.kind_at("source").read_scope, call.kind_at("source").write_scope)


def writing(call: Call) -> Sequence[str]:
    """Return the scopes of which writing needs one."""
    return (call.kind_at("source").write_scope,)


def _pair(call: Call) -> tuple[ObjectType, ObjectType, Associations]:
    return call.kind_at("source"), call.kind_at("target"), call.associations()


def _live(call: Call, kind: ObjectType, text: Any) -> int:
    record = call.desk(kind).find(str(text), None)
    if record is None:
        raise not_found()
    return record.id


def _ends(call: Call) -> tuple[int, int]:
    source, target, _ = _pair(call)
    return _live(call, source, call.path("record")), _live(call, target, call.path("other"))


def _named(source: ObjectType, one: int, target: ObjectType, other: int, types: Sequence[LinkType]) -> Row:
    return {
        "fromObjectTypeId": source.type_id,
        "fromObjectId": one,
        "toObjectTypeId": target.type_id,
        "toObjectId": other,
        "labels": [link.label for link in types if link.label],
    }


def put(call: Call) -> Response:
    """Associate two records by the types named; 201."""
    source, target, links = _pair(call)
    one, other = _ends(call)
    with call.hub.world.db.transaction():
        types = links.wanted(source, target, call.json_list())
        links.put(source, one, target, other, types)
    return answer(201, _named(source, one, target, other, types))


def put_default(call: Call) -> Response:
    """Associate two records without a label; 200."""
    source, target, links = _pair(call)
    one, other = _ends(call)
    with call.hub.world.db.transaction():
        links.put(source, one, target, other, ())
    return _complete(call, 200, [_default_row(links, source, one, target, other)], [])


def _default_row(links: Associations, source: ObjectType, one: int, target: ObjectType, other: int) -> Row:
    plain = links.default(source, target)
    return {
        "from": {"id": str(one)},
        "to": {"id": str(other)},
        "associationSpec": {"associationCategory": DEFINED, "associationTypeId": plain.id},
    }


def remove(call: Call) -> Response:
    """Remove every association between two records; 204."""
    source, target, links = _pair(call)
    one, other = _ends(call)
    with call.hub.world.db.transaction():
        links.remove(source, one, target, other)
    return answer(204, None)


def _to(links: Associations, source: ObjectType, one: int, target: ObjectType, other: int) -> Row:
    types = [link.spec() for link in links.between(source, one, target, other)]
    return {"toObjectId": other, "associationTypes": types}


def listed(call: Call) -> Response:
    """Answer one record's associations by pages."""
    source, target, links = _pair(call)
    one = _live(call, source, call.path("record"))
    limit = limit_of(call.query("limit"), LIST_MAX, LIST_MAX)
    after = call.query("after")
    if after and not after.isdecimal():
        raise validation("after must be the value of paging.next.after of the page before")
    found = [place for place in links.ids(source, one, target) if place > int(after or 0)]
    body: Row = {"results": [_to(links, source, one, target, other) for other in found[:limit]]}
    if len(found) > limit:
        body["paging"] = {"next": {"after": str(found[limit - 1])}}
    return answer(200, body)


def _inputs(call: Call, most: int) -> list[Row]:
    rows = call.json().get("inputs")
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise validation("Invalid input JSON: Some required fields were not set: [inputs]")
    if len(rows) > most:
        raise validation(f"The maximum number of inputs supported in a batch request is {most}")
    return rows


def _each(call: Call, rows: list[Row]) -> Iterator[tuple[Row, int | None, int | None]]:
    source, target, _ = _pair(call)
    for row in rows:
        ends = []
        for kind, name in ((source, "from"), (target, "to")):
            named = row.get(name)
            record = call.desk(kind).find(str(named.get("id")), None) if isinstance(named, dict) else None
            ends.append(record.id if record else None)
        yield row, ends[0], ends[1]


def _invalid(row: Row, name: str) -> Row:
    named = row.get(name)
    text = str(named.get("id")) if isinstance(named, dict) else ""
    return {
        "status": "error",
        "category": "VALIDATION_ERROR",
        "subCategory": "crm.associations.INVALID_IDENTIFIER",
        "message": f"{text} is not valid",
        "context": {name: [text]},
    }


def _complete(call: Call, ok: int, results: list[Row], errors: list[Row]) -> Response:
    now = iso_ms(call.hub.world.clock.now_ms())
    body: Row = {"status": "COMPLETE", "results": results, "startedAt": now, "completedAt": now}
    if errors:
        body |= {"numErrors": len(errors), "errors": errors}
    return answer(207 if errors else ok, body)


def batch_create(call: Call) -> Response:
    """Make up to 2,000 associations; 201, or 207 when some records do not exist."""
    source, target, links = _pair(call)
    results: list[Row] = []
    errors: list[Row] = []
    with call.hub.world.db.transaction():
        for row, one, other in _each(call, _inputs(call, CREATE_MAX)):
            types = links.wanted(source, target, row.get("types"))
            if one is None or other is None:
                errors.append(_invalid(row, "from" if one is None else "to"))
                continue
            links.put(source, one, target, other, types)
            results.append(_named(source, one, target, other, types))
    return _complete(call, 201, results, errors)


def batch_default(call: Call) -> Response:
    """Make up to 2,000 unlabelled associations; 200 or 207."""
    source, target, links = _pair(call)
    results: list[Row] = []
    errors: list[Row] = []
    with call.hub.world.db.transaction():
        for row, one, other in _each(call, _inputs(call, CREATE_MAX)):
            if one is None or other is None:
                errors.append(_invalid(row, "from" if one is None else "to"))
                continue
            links.put(source, one, target, other, ())
            results.append(_default_row(links, source, one, target, other))
    return _complete(call, 200, results, errors)


def batch_read(call: Call) -> Response:
    """Answer the associations of up to 1,000 records; 207 names those that have none."""
    source, target, links = _pair(call)
    results: list[Row] = []
    errors: list[Row] = []
    for row in _inputs(call, READ_MAX):
        text = str(row.get("id"))
        record = call.desk(source).find(text, None)
        found = links.ids(source, record.id, target) if record else []
        if record is None or not found:
            errors.append(
                {
                    "status": "error",
                    "category": "OBJECT_NOT_FOUND",
                    "subCategory": "crm.associations.NO_ASSOCIATIONS_FOUND",
                    "message": f"No {target.singular} is associated with {source.singular} {text}.",
                    "context": {"fromObjectId": [text]},
                }
            )
            continue
        to = [_to(links, source, record.id, target, other) for other in found]
        results.append({"from": {"id": str(record.id)}, "to": to})
    return _complete(call, 200, results, errors)


def batch_archive(call: Call) -> Response:
    """Remove every association of up to 100 records with the records named; 204."""
    source, target, links = _pair(call)
    with call.hub.world.db.transaction():
        for row in _inputs(call, ARCHIVE_MAX):
            named = row.get("from")
            one = call.desk(source).find(str(named.get("id")), None) if isinstance(named, dict) else None
            for item in row.get("to") or []:
                other = call.desk(target).find(str(item.get("id")), None)
                if one is not None and other is not None:
                    links.remove(source, one.id, target, other.id)
    return answer(204, None)


def batch_unlabel(call: Call) -> Response:
    """Remove labels and leave the records associated; 204."""
    source, target, links = _pair(call)
    with call.hub.world.db.transaction():
        for row, one, other in _each(call, _inputs(call, CREATE_MAX)):
            if one is not None and other is not None:
                types = links.wanted(source, target, row.get("types"))
                links.remove(source, one, target, other, [link for link in types if link.label])
    return answer(204, None)


def labels(call: Call) -> Response:
    """Answer the types between two object types."""
    source, target, links = _pair(call)
    return answer(200, {"results": [link.spec() for link in links.types(source, target)]})


def label_create(call: Call) -> Response:
    """Add a label of the account's own; 200 with its one or two directions."""
    source, target, links = _pair(call)
    given = call.json()
    label, name = given.get("label"), given.get("name")
    if not isinstance(label, str) or not label or not isinstance(name, str) or not name:
        raise validation("Invalid input JSON: Some required fields were not set: [label, name]")
    with call.hub.world.db.transaction():
        made = links.define(source, target, label, name, str(given.get("inverseLabel") or ""))
    return answer(200, {"results": [link.spec() for link in made]})


def label_update(call: Call) -> Response:
    """Change a label's text; 204."""
    source, target, links = _pair(call)
    given = call.json()
    if not isinstance(given.get("associationTypeId"), int) or not isinstance(given.get("label"), str):
        raise VendorError(400, "associationTypeId and label are required", "VALIDATION_ERROR")
    links.relabel(source, target, given["associationTypeId"], given["label"])
    return answer(204, None)


def label_delete(call: Call) -> Response:
    """Remove a label of the account's own; 204."""
    source, target, links = _pair(call)
    text = call.path("type")
    with call.hub.world.db.transaction():
        links.undefine(source, target, int(text) if text.isdecimal() else 0)
    return answer(204, None)
