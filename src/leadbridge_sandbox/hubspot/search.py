"""Search answers from an index that may lag behind; it never shows archived records."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from starlette.responses import Response

from .errors import answer, validation
from .objects import shown
from .operation import Call
from .query import BODY_MAX, RESULTS_MAX, Search, comparable, parse
from .records import Record
from .writes import Desk


def _indexed(call: Call, desk: Desk) -> Iterator[Record]:
    """Yield the records as the index knows them: as they were `searchLagSeconds` ago."""
    lag_ms = round(call.hub.world.settings.searchLagSeconds * 1000)
    if not lag_ms:
        yield from call.hub.index.live(desk.records)
        return
    for record in desk.records.scan(archived_too=True):
        then = record.as_of(desk.now - lag_ms)
        if then is not None and then.archived is None:
            yield then


def _sorted(found: list[Record], search: Search) -> list[Record]:
    """Return the results in order; those without a value for the sort come last."""
    having = [record for record in found if record.properties.get(search.sort)]
    lacking = [record for record in found if not record.properties.get(search.sort)]

    def key(record: Record) -> tuple[bool, Any, int]:
        value = comparable(search.sort_kind, record.properties[search.sort])
        return isinstance(value, str), value, -record.id if search.descending else record.id

    return sorted(having, key=key, reverse=search.descending) + lacking


def _found(call: Call, desk: Desk, wanted: Search) -> list[Record]:
    searched = desk.kind.searched_by_query
    pseudo = wanted.associations()
    found = []
    for record in _indexed(call, desk):
        properties: Mapping[str, str] = record.properties
        if pseudo:
            links = call.associations()
            held = {name: ";".join(map(str, links.ids(desk.kind, record.id, kind))) for name, kind in pseudo.items()}
            properties = {**properties, **held}
        if wanted.matches(properties, searched):
            found.append(record)
    return _sorted(found, wanted)


def search(call: Call) -> Response:
    """Answer one page of results and their total."""
    if len(call.body) > BODY_MAX:
        raise validation(f"a search request may have at most {BODY_MAX} characters")
    desk = call.desk()
    wanted = parse(call.json(), desk.definitions)
    start, end = wanted.offset, min(wanted.offset + wanted.limit, RESULTS_MAX)
    if call.hub.world.settings.searchLagSeconds:
        found = _found(call, desk, wanted)
        total, page = len(found), found[start:end]
    else:
        key = (desk.records.portal, desk.kind.name, wanted.question())
        ids = call.hub.index.ids(key, lambda: [record.id for record in _found(call, desk, wanted)])
        total, page = len(ids), [record for place in ids[start:end] if (record := desk.records.get(place)) is not None]
    body: dict[str, Any] = {
        "total": total,
        "results": [shown(call, desk, record, wanted.properties) for record in page],
    }
    if end < total:
        body["paging"] = {"next": {"after": str(end)}}
    return answer(200, body)
