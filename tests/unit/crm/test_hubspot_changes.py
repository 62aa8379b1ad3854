"""The walk of changes, against a search that gives 200 results: each record once, whatever times they share."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadbridge.crm.hubspot import changes, unconfirmed
from leadbridge.kit.errors import InvalidInput

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
END = changes.ms(NOW - unconfirmed.INDEX_LAG)


def search(records: dict[int, int], filters: list[dict[str, str]], sort: str) -> list[dict[str, Any]]:
    """Answer as HubSpot does: ``records`` are modified times by id."""
    found = []
    for id, at in records.items():
        held = {"hs_object_id": id, "lastmodifieddate": at}
        if all(
            int(one["value"]) <= held[one["propertyName"]] <= int(one["highValue"])
            if one["operator"] == "BETWEEN"
            else held[one["propertyName"]] > int(one["value"])
            for one in filters
        ):
            found.append(held)
    found.sort(key=lambda held: (held[sort], held["hs_object_id"]))
    return [
        {"id": str(held["hs_object_id"]), "properties": {"lastmodifieddate": str(held["lastmodifieddate"])}}
        for held in found[:200]
    ]


def walked(records: dict[int, int], cursor: str | None = None) -> tuple[list[str], str]:
    met: list[str] = []
    for _ in range(len(records) + 10):
        walk = changes.walk_of(cursor, NOW)
        filters, sort = changes.question("contacts", walk)
        page = changes.page("contacts", walk, search(records, filters, sort))
        met += [one.id for one in page.changes]
        cursor = page.cursor
        if not page.more:
            return met, cursor
    raise AssertionError("the walk does not end")


@settings(deadline=None, max_examples=50)
@given(groups=st.lists(st.tuples(st.integers(0, 5000), st.integers(1, 450)), max_size=6))
def test_each_record_is_met_once(groups: list[tuple[int, int]]) -> None:
    records: dict[int, int] = {}
    for back, size in groups:
        for _ in range(size):
            records[len(records) + 1] = END - 120_000 - back
    met, _ = walked(records)
    assert sorted(met, key=int) == [str(id) for id in sorted(records)]


@pytest.mark.parametrize("size", [199, 200, 201, 400, 401])
def test_a_group_as_long_as_a_page_ends_the_walk(size: int) -> None:
    met, _ = walked(dict.fromkeys(range(1, size + 1), END))
    assert len(met) == len(set(met)) == size


def test_the_next_walk_reaches_back_behind_the_end_of_the_last() -> None:
    _, cursor = walked({1: END - 1000})
    assert walked({1: END - 1000, 2: END - 30_000, 3: END - 90_000}, cursor)[0] == ["2", "1"]


def test_what_is_nearer_than_the_lag_waits() -> None:
    assert walked({1: END + 1})[0] == []


@pytest.mark.parametrize("cursor", ["", "x", "[]", '["a", 1, null]', "{}"])
def test_a_cursor_of_something_else_is_refused(cursor: str) -> None:
    with pytest.raises(InvalidInput):
        changes.walk_of(cursor, NOW)
