"""One record at a time: list, read, create, change, archive, merge, erase."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from starlette.responses import Response

from . import endings
from .errors import answer, not_found, validation
from .operation import Call
from .records import Record
from .views import read_view, record_json, written_view
from .writes import Desk

LIST_MAX = 100


def reading(call: Call) -> Sequence[str]:
    """Return the scopes of which reading needs one."""
    return (call.kind.read_scope,)


def writing(call: Call) -> Sequence[str]:
    """Return the scopes of which writing needs one."""
    return (call.kind.write_scope,)


def shown(desk: Desk, record: Record, asked: Sequence[str], history_of: Sequence[str] = ()) -> dict[str, Any]:
    """Return a record as a read answers it."""
    asked = [*asked, *history_of]
    properties = read_view(desk.kind, desk.definitions, record, asked)
    known = [name for name in history_of if desk.definitions.live(name)]
    return record_json(desk.kind, desk.records.portal, record, properties, known)


def written(desk: Desk, record: Record, given: dict[str, Any], *, created: bool) -> dict[str, Any]:
    """Return a record as a write answers it."""
    properties = written_view(desk.kind, record, given, created=created)
    return record_json(desk.kind, desk.records.portal, record, properties)


def given_properties(body: dict[str, Any]) -> dict[str, Any]:
    """Return the `properties` of a write's body. Raises VendorError 400."""
    properties = body.get("properties")
    if not isinstance(properties, dict):
        raise validation("Invalid input JSON: Some required fields were not set: [properties]")
    if body.get("associations"):
        # HubSpot would make them; to take them and make none would hide a mistake.
        raise validation("this sandbox has no associations yet; send none")
    return properties


def limit_of(text: str, default: int, most: int) -> int:
    """Return a page size. Raises VendorError 400."""
    if not text:
        return default
    if not text.isdecimal() or not 1 <= int(text) <= most:
        raise validation(f"limit must be between 1 and {most}")
    return int(text)


def list_records(call: Call) -> Response:
    """Answer a page of records by ascending id; `after` is the id the next page starts with."""
    desk = call.desk()
    limit = limit_of(call.query("limit"), 10, LIST_MAX)
    after = call.query("after")
    if after and not (after.isdecimal() and len(after) < 19):
        raise validation("after must be the value of paging.next.after of the page before")
    page = desk.records.page(archived=call.query_flag("archived"), from_id=int(after or 0), limit=limit + 1)
    asked, history_of = call.query_list("properties"), call.query_list("propertiesWithHistory")
    body: dict[str, Any] = {"results": [shown(desk, record, asked, history_of) for record in page[:limit]]}
    if len(page) > limit:
        cursor = str(page[limit].id)
        link = call.request.url.include_query_params(after=cursor)
        body["paging"] = {"next": {"after": cursor, "link": str(link)}}
    return answer(200, body)


def read(call: Call) -> Response:
    """Answer one record by id or by a unique property."""
    desk = call.desk()
    text, id_property = call.path("record"), call.query("idProperty")
    record: Record | None
    if call.query_flag("archived") and text.isdecimal() and not id_property:
        record = desk.records.get_any(int(text))
        if record is None or record.archived is None:
            raise not_found()
    else:
        record = desk.must_find(text, id_property)
    return answer(200, shown(desk, record, call.query_list("properties"), call.query_list("propertiesWithHistory")))


def create(call: Call) -> Response:
    """Add a record; 201."""
    desk = call.desk()
    given = given_properties(call.json())
    with call.hub.world.db.transaction():
        record = desk.create(given)
    return answer(201, written(desk, record, given, created=True))


def update(call: Call) -> Response:
    """Change a record; 200."""
    desk = call.desk()
    given = given_properties(call.json())
    with call.hub.world.db.transaction():
        record = desk.update(desk.must_find(call.path("record"), call.query("idProperty")), given)
    return answer(200, written(desk, record, given, created=False))


def archive(call: Call) -> Response:
    """Archive a record; 204, also when there is none."""
    desk = call.desk()
    with call.hub.world.db.transaction():
        record = desk.find(call.path("record"), None)
        if record is not None:
            desk.archive(record)
    return answer(204, None)


def merge(call: Call) -> Response:
    """Merge one record into another and answer the survivor."""
    desk, body = call.desk(), call.json()
    ids = [body.get("primaryObjectId"), body.get("objectIdToMerge")]
    if not all(isinstance(item, str) and item for item in ids):
        raise validation("primaryObjectId and objectIdToMerge are required")
    winner, loser = (desk.must_find(str(item), None) for item in ids)
    if winner.id == loser.id:
        raise validation("A record cannot be merged with itself")
    with call.hub.world.db.transaction():
        survivor = endings.merge(desk, winner, loser, new_record=call.hub.world.settings.mergeMakesNewRecord)
    return answer(200, shown(desk, survivor, list(survivor.properties)))


def gdpr_delete(call: Call) -> Response:
    """Erase a person: the record goes for good and its addresses may not come back; 204."""
    desk, body = call.desk(), call.json()
    text, id_property = body.get("objectId"), body.get("idProperty")
    if not isinstance(text, str) or not text:
        raise validation("objectId is required")
    email = None
    if id_property:
        name, value = desk.unique_key(str(id_property), text)
        email = value if name == "email" else None
        record = desk.find(text, str(id_property))
    else:
        record = desk.must_find(text, None)
    with call.hub.world.db.transaction():
        endings.erase(desk, record, email)
    return answer(204, None)
