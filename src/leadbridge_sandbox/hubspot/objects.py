"""One record at a time: list, read, create, change, archive, merge, erase."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from starlette.responses import Response

from . import endings
from .associations import Associations
from .errors import answer, not_found, validation
from .object_types import COMPANIES, CONTACTS, OBJECT_TYPES, object_type
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


def shown(
    call: Call, desk: Desk, record: Record, asked: Sequence[str], history_of: Sequence[str] = ()
) -> dict[str, Any]:
    """Return a record as a read answers it."""
    asked = [*asked, *history_of]
    properties = read_view(desk.kind, desk.definitions, record, asked)
    if desk.kind is CONTACTS and "associatedcompanyid" in properties:
        company = call.associations().primary(CONTACTS, record.id, COMPANIES)
        properties["associatedcompanyid"] = None if company is None else str(company)
    known = [name for name in history_of if desk.definitions.live(name)]
    return record_json(desk.kind, desk.records.portal, record, properties, known)


def with_associations(call: Call, shown_record: dict[str, Any], record: Record) -> dict[str, Any]:
    """Add the associations that the query asks for. Raises VendorError 400."""
    found = {}
    for name in call.query_list("associations"):
        target = object_type(name)
        held = call.associations().shown(call.kind, record.id, target)
        if held is not None:
            found[target.name] = held
    return {**shown_record, "associations": found} if found else shown_record


def written(desk: Desk, record: Record, given: dict[str, Any], *, created: bool) -> dict[str, Any]:
    """Return a record as a write answers it."""
    properties = written_view(desk.kind, record, given, created=created)
    return record_json(desk.kind, desk.records.portal, record, properties)


def given_properties(body: dict[str, Any]) -> dict[str, Any]:
    """Return the `properties` of a write's body. Raises VendorError 400."""
    properties = body.get("properties")
    if not isinstance(properties, dict):
        raise validation("Invalid input JSON: Some required fields were not set: [properties]")
    return properties


def associate(call: Call, desk: Desk, record: Record, body: dict[str, Any]) -> None:
    """Make the associations a create carries. Raises VendorError 400."""
    given = body.get("associations") or []
    if not isinstance(given, list):
        raise validation("associations must be a list")
    links: Associations = call.associations()
    for item in given:
        to = item.get("to") if isinstance(item, dict) else None
        if not isinstance(to, dict) or not str(to.get("id") or ""):
            raise validation("Invalid input JSON: Some required fields were not set: [to]")
        target = links.target_of(desk.kind, OBJECT_TYPES, item.get("types"))
        other = call.desk(target).find(str(to["id"]), None)
        if other is None:
            raise validation(f"{target.noun.upper()} {to['id']} does not exist")
        links.put(desk.kind, record.id, target, other.id, links.wanted(desk.kind, target, item["types"]))


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
    body: dict[str, Any] = {
        "results": [
            with_associations(call, shown(call, desk, record, asked, history_of), record) for record in page[:limit]
        ]
    }
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
    asked, history_of = call.query_list("properties"), call.query_list("propertiesWithHistory")
    return answer(200, with_associations(call, shown(call, desk, record, asked, history_of), record))


def create(call: Call) -> Response:
    """Add a record; 201."""
    desk = call.desk()
    body = call.json()
    given = given_properties(body)
    with call.hub.world.db.transaction():
        record = desk.create(given)
        associate(call, desk, record, body)
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
            call.associations().forget(desk.kind, record.id)
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
        survivor = endings.merge(
            desk, call.associations(), winner, loser, new_record=call.hub.world.settings.mergeMakesNewRecord
        )
    return answer(200, shown(call, desk, survivor, list(survivor.properties)))


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
        endings.erase(desk, call.associations(), record, email)
    return answer(204, None)
