"""Walks through Dataverse's changes: documented pages, and where a walk goes on when its way is closed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from leadbridge.crm.dynamics import changes
from leadbridge.crm.dynamics.changes import Walk, beginning_again, next_since, page, walk_of
from leadbridge.crm.model import Changed
from leadbridge.kit.errors import InvalidInput
from tests.unit.crm.test_dynamics_answers import ID, LEAD, answer, refusal

NOW = datetime(2026, 11, 22, 10, 0, 0, tzinfo=UTC)
ROOT = "https://contoso.crm.dynamics.com/api/data/v9.2/leads"
DELTA = f"{ROOT}?$select=subject&$deltatoken=90460%2111%2f22%2f2026"
OTHER = ID[:-1] + "2"


def row(id: str, at: str = "2026-11-22T09:00:00Z", **more: Any) -> dict[str, Any]:
    return {"@odata.etag": 'W/"1"', "leadid": id, "modifiedon": at, **more}


def gone(id: str) -> dict[str, Any]:
    return {"@odata.context": "$metadata#leads/$deletedEntity", "id": id, "reason": "deleted"}


def test_a_cursor_is_read_as_it_was_written() -> None:
    for walk in (Walk("tracked"), Walk("tracked", DELTA, "2026-11-22T09:58:00Z"), Walk("polled", None, "x")):
        assert walk_of(walk.cursor()) == walk
    assert walk_of(None) == walk_of("") == Walk("tracked")


@pytest.mark.parametrize("text", ["x", "[]", '["tracked",1,null]', '["sideways",null,null]', "{}", "null", "7"])
def test_a_text_that_is_no_cursor_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        walk_of(text)


def test_pages_of_a_first_walk_and_its_end() -> None:
    body = {"value": [row(ID), row(OTHER)], "@odata.nextLink": f"{ROOT}?$skiptoken=1"}
    first = page(LEAD, Walk("tracked"), body, NOW)
    assert [one.id for one in first.changes] == [ID, OTHER]
    assert first.more
    going_on = walk_of(first.cursor)
    assert (going_on.way, going_on.link) == ("tracked", f"{ROOT}?$skiptoken=1")
    last = page(LEAD, going_on, {"value": [], "@odata.deltaLink": DELTA}, NOW)
    assert (last.changes, last.more) == ((), False)
    assert walk_of(last.cursor) == Walk("tracked", DELTA)


def test_news_and_deletions_of_a_later_walk() -> None:
    body = {"value": [row(ID), gone(OTHER.upper())], "@odata.deltaLink": DELTA}
    found = page(LEAD, Walk("tracked", DELTA), body, NOW)
    assert [(one.id, one.gone) for one in found.changes] == [(ID, False), (OTHER, True)]
    assert [one.id for one in changes.deletions(body)] == [OTHER]


def test_a_merged_record_is_told_as_the_one_it_went_into() -> None:
    body = {
        "value": [row(ID), row(OTHER, merged=True, _masterid_value=ID, at="2026-11-22T09:30:00Z")],
        "@odata.deltaLink": DELTA,
    }
    (one,) = page(LEAD, Walk("tracked", DELTA), body, NOW).changes
    assert one == Changed(ID, datetime(2026, 11, 22, 9, 30, tzinfo=UTC), absorbed=(OTHER,))


def test_a_tracked_read_that_tells_no_link_goes_on_by_time() -> None:
    ended = walk_of(page(LEAD, Walk("tracked"), {"value": [row(ID)]}, NOW).cursor)
    assert ended == Walk("polled", None, "2026-11-22T09:58:00Z")


def test_a_walk_by_time_reaches_back_behind_its_beginning() -> None:
    moment, walk = next_since(Walk("polled"), NOW)
    assert moment == "1900-01-01T00:00:00Z"
    later = NOW.replace(hour=12)
    body = {"value": [row(ID)], "@odata.nextLink": f"{ROOT}?$skiptoken=1"}
    going_on = walk_of(page(LEAD, walk, body, later).cursor)
    ended = walk_of(page(LEAD, going_on, {"value": []}, later).cursor)
    assert ended == Walk("polled", None, "2026-11-22T09:58:00Z"), "of the walk's beginning, not of its last page"
    assert next_since(ended, later)[0] == "2026-11-22T09:58:00Z"


EXPIRED = refusal("0x80044352", "Version stamp associated with the client has expired. Please perform a full sync.")
FORBIDDEN = refusal("0x80040220", "missing prvReadLead privilege")


@pytest.mark.parametrize(
    ("walk", "status", "body", "then"),
    [
        (Walk("tracked", DELTA), 400, EXPIRED, Walk("tracked")),
        (Walk("tracked", DELTA), 410, EXPIRED, Walk("tracked")),
        (Walk("tracked", DELTA), 403, FORBIDDEN, Walk("polled")),
        (Walk("tracked", DELTA), 503, {}, None),
        (Walk("tracked", DELTA), 400, refusal("0x80040203"), None),
        (Walk("tracked"), 403, FORBIDDEN, Walk("polled")),
        (Walk("tracked"), 400, refusal("0x80060888", "Change tracking is not enabled."), Walk("polled")),
        (Walk("tracked"), 200, {"value": []}, None),
        (Walk("tracked"), 404, refusal("0x80060888"), None),
        (Walk("tracked"), 429, refusal("0x80072322"), None),
        (Walk("polled"), 403, FORBIDDEN, None),
        (Walk("polled", f"{ROOT}?$skiptoken=1"), 400, EXPIRED, None),
    ],
)
def test_where_a_walk_goes_on_that_cannot(walk: Walk, status: int, body: dict[str, Any], then: Walk | None) -> None:
    assert beginning_again(walk, answer(status, body)) == then
