"""The walk of Zoho's changes: each record once, whatever times they share, and whatever the header means."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadbridge.crm.zoho import changes, unconfirmed
from leadbridge.crm.zoho.values import stamp
from leadbridge.kit.errors import InvalidInput

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
END = int((NOW - unconfirmed.CHANGE_LAG).timestamp())
PAGE = 20


class Listing:
    """Answers as Zoho does: ``records`` are seconds by id; a token remembers what comes behind its page."""

    def __init__(self, records: dict[int, int], *, inclusive: bool) -> None:
        self.records, self.inclusive = records, inclusive
        self.expired: set[str] = set()

    def page(self, walk: changes.Walk) -> dict[str, Any]:
        asked = -1.0 if walk.asked is None else walk.asked.timestamp()
        found = sorted((at, id) for id, at in self.records.items() if at > asked or (self.inclusive and at == asked))
        behind = int(walk.token.partition(":")[0]) if walk.token else 0
        shown, more = found[behind : behind + PAGE], len(found) > behind + PAGE
        return {
            "data": [{"id": str(id), "Modified_Time": stamp(datetime.fromtimestamp(at, UTC))} for at, id in shown],
            "info": {"more_records": more, "next_page_token": f"{behind + PAGE}:x" if more else None},
        }


def walked(listing: Listing, cursor: str | None = None, now: datetime = NOW) -> tuple[list[str], str]:
    met: list[str] = []
    for _ in range(3 * len(listing.records) + 10):
        walk = changes.walk_of(cursor, now)
        page = changes.page(walk, listing.page(walk))
        met += [one.id for one in page.changes]
        cursor = page.cursor
        if not page.more:
            return met, cursor
    raise AssertionError("the walk does not end")


@pytest.mark.parametrize("inclusive", [True, False])
@settings(deadline=None, max_examples=60)
@given(groups=st.lists(st.tuples(st.integers(0, 40), st.integers(1, 70)), max_size=6))
def test_each_record_is_met_once(inclusive: bool, groups: list[tuple[int, int]]) -> None:
    records: dict[int, int] = {}
    for back, size in groups:
        for _ in range(size):
            records[len(records) + 1] = END - 1000 - back
    met, cursor = walked(Listing(records, inclusive=inclusive))
    assert sorted(met, key=int) == [str(id) for id in sorted(records)]
    assert walked(Listing(records, inclusive=inclusive), cursor)[0] == []


def test_nothing_newer_than_the_walks_end_is_met_before_its_time() -> None:
    listing = Listing({1: END - 10, 2: END + 2}, inclusive=False)
    met, cursor = walked(listing)
    assert met == ["1"]
    later, _ = walked(listing, cursor, NOW + timedelta(minutes=1))
    assert "2" in later


def test_a_record_that_moves_while_pages_are_read_hides_no_other() -> None:
    records = {id: END - 5000 + id for id in range(1, 61)}
    listing = Listing(records, inclusive=False)
    first = changes.page(changes.walk_of(None, NOW), listing.page(changes.walk_of(None, NOW)))
    met = [one.id for one in first.changes]
    for id in range(1, 11):
        records[id] = END + 100  # edited behind our back: they leave the front of the list
    rest, _ = walked(listing, first.cursor)
    assert {*met, *rest} >= {str(id) for id in range(11, 61)}


def test_a_lost_token_begins_its_second_again() -> None:
    listing = Listing(dict.fromkeys(range(1, 51), END - 5000), inclusive=False)
    walk = changes.walk_of(None, NOW)
    while walk.token is None:
        walk = changes.walk_of(changes.page(walk, listing.page(walk)).cursor, NOW)
    assert "EXPIRED_VALUE" in changes.TOKEN_LOST
    again = changes.again(walk)
    assert again.more
    assert again.changes == ()
    assert set(walked(listing, again.cursor)[0]) == {str(id) for id in range(1, 51)}


@pytest.mark.parametrize("cursor", ["", "x", "[1]", '{"a":1}'])
def test_a_cursor_of_somebody_else_is_refused(cursor: str) -> None:
    with pytest.raises(InvalidInput):
        changes.walk_of(cursor, NOW)


def test_deletions_go_on_from_the_latest_that_was_met() -> None:
    body = {
        "data": [
            {"id": "1", "type": "recycle", "deleted_time": "2026-11-20T11:00:00+05:30"},
            {"id": "1", "type": "permanent", "deleted_time": "2026-11-21T11:00:00+05:30"},
        ],
        "info": {"more_records": False},
    }
    page = changes.deleted_page(changes.deletions_of(None), body)
    assert [(one.id, one.gone) for one in page.changes] == [("1", True)]
    asked = changes.deletions_of(page.cursor).asked
    assert asked == datetime(2026, 11, 21, 5, 30, tzinfo=UTC) - unconfirmed.WALK_OVERLAP
    assert changes.deletions_of(changes.deleted_page(changes.deletions_of(page.cursor), {}).cursor).asked == asked
