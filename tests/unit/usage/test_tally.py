"""Sums of usage: by quarter hour and by day, in any zone."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from leadbridge.kit.errors import InvalidInput
from leadbridge.usage.calls import shown_url
from leadbridge.usage.model import Category, EventType, Metadata, Metrics, Status, UsageEvent
from leadbridge.usage.rows import DaySum, Part
from leadbridge.usage.summary import asked_days
from leadbridge.usage.tally import (
    MAX_CELLS,
    OTHER,
    DaySums,
    Tally,
    day_of,
    month_of,
    parts_of,
    quarter_of,
    start_of,
    whole_months,
    zone_named,
)

COMPANY = "6740" * 6


def event(at: datetime, *, succeeded: bool = True, records: int = 1, automation: str | None = None) -> UsageEvent:
    return UsageEvent(
        id="a" * 24,
        company_id=COMPANY,
        event_type=EventType.CRM_SYNC,
        category=Category.CRM,
        status=Status.SUCCESS if succeeded else Status.FAILED,
        metadata=Metadata(duration=120),
        metrics=Metrics(api_calls_used=2, records_processed=records),
        provider="hubspot",
        automation_id=automation,
        created_at=at,
    )


def test_events_of_one_quarter_hour_are_summed_up_and_others_kept_apart() -> None:
    first = datetime(2026, 11, 22, 18, 44, 59, tzinfo=UTC)
    second = datetime(2026, 11, 22, 18, 45, tzinfo=UTC)
    parts = parts_of([event(first), event(first, records=4), event(first, succeeded=False), event(second)])
    assert [start_of(part.quarter).minute for part in parts] == [30, 45]
    sums = [(cell.status, cell.events, cell.api_calls, cell.records) for cell in parts[0].cells]
    assert sums == [("failed", 1, 2, 1), ("success", 2, 4, 5)]


@pytest.mark.parametrize(
    ("zone", "day"),
    [
        ("UTC", "2026-11-22"),
        ("Asia/Kathmandu", "2026-11-23"),
        ("Asia/Kolkata", "2026-11-22"),
        ("no/such", "2026-11-22"),
    ],
)
def test_a_day_ends_at_the_zones_midnight(zone: str, day: str) -> None:
    quarter = quarter_of(datetime(2026, 11, 22, 18, 15, tzinfo=UTC))  # 00:00 in Nepal, 23:45 in India
    assert day_of(quarter, zone_named(zone)) == day


def test_the_doubled_hour_of_autumn_belongs_to_one_day() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    quarters = range(
        quarter_of(datetime(2026, 10, 24, 22, tzinfo=UTC)), quarter_of(datetime(2026, 10, 25, 23, tzinfo=UTC))
    )
    assert len(quarters) == 100
    assert {day_of(quarter, berlin) for quarter in quarters} == {"2026-10-25"}


def test_beyond_so_many_automations_the_rest_is_counted_together() -> None:
    tally = Tally()
    for number in range(MAX_CELLS + 50):
        tally.count(("workflow_executed", "automation", "success", "", f"{number:024x}"), 1, 0, 1)
    cells = {cell.automation_id: cell.events for cell in tally.cells}
    assert cells[OTHER] == 50
    assert len(cells) == MAX_CELLS + 1
    assert sum(cells.values()) == MAX_CELLS + 50


def test_days_are_summed_up_by_themselves() -> None:
    [part] = parts_of([event(start_of(1)), event(start_of(1), succeeded=False)])
    sums = DaySums()
    sums.add("2026-11-22", part)
    again = DaySums(sums.all())
    again.add("2026-11-22", Part(quarter=1, leads=3))
    assert again.of("2026-11-22") == DaySum("2026-11-22", 2, 1, 4, 2, 3)
    assert again.of("2026-11-23") == DaySum("2026-11-23", 0, 0, 0, 0, 0)


@pytest.mark.parametrize(
    ("start", "end", "first", "last"),
    [
        ("2026-01-01", "2026-12-31", "2026-01-01", "2027-01-01"),
        ("2026-01-02", "2026-12-30", "2026-02-01", "2026-12-01"),
        ("2026-11-02", "2026-11-30", "2026-12-01", "2026-12-01"),
        ("2026-11-01", "2026-11-30", "2026-11-01", "2026-12-01"),
        ("2026-11-15", "2026-12-15", "2026-12-16", "2026-12-16"),
        ("2028-02-29", "2028-02-29", "2028-03-01", "2028-03-01"),
    ],
)
def test_the_whole_months_between_two_days(start: str, end: str, first: str, last: str) -> None:
    found = whole_months(date.fromisoformat(start), date.fromisoformat(end))
    assert tuple(day.isoformat() for day in found) == (first, last)


def test_a_month_ends_on_its_last_day() -> None:
    assert month_of(date(2028, 2, 11)) == (date(2028, 2, 1), date(2028, 2, 29))
    assert month_of(date(2026, 12, 31)) == (date(2026, 12, 1), date(2026, 12, 31))


def test_without_days_the_last_thirty_are_meant() -> None:
    assert asked_days(None, None, date(2026, 11, 22)) == (date(2026, 10, 24), date(2026, 11, 22))


@pytest.mark.parametrize(
    ("start", "end", "said"),
    [
        ("2026-11-23", "2026-11-22", "after endDate"),
        ("22.11.2026", None, "startDate is not a day"),
        ("2026-02-30", None, "startDate is not a day"),
        ("2020-01-01", "2026-11-22", "at most 1100"),
        ("2026-W01-1", None, "startDate is not a day"),
    ],
)
def test_days_that_cannot_be_are_refused_with_a_sentence(start: str, end: str | None, said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        asked_days(start, end, date(2026, 11, 22))


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        (
            "https://api.hubapi.com/crm/objects/2026-03/contacts/8841",
            "https://api.hubapi.com/crm/objects/2026-03/contacts/8841",
        ),
        (
            "https://api.example.com/contacts/ann@example.com?idProperty=email",
            "https://api.example.com/contacts/********?idProperty",
        ),
        ("https://api.example.com/contacts/ann%40example.com", "https://api.example.com/contacts/********"),
        ("https://api.example.com/search?q=Ann+Miller&limit=3", "https://api.example.com/search?q&limit"),
    ],
)
def test_the_request_log_shows_no_values(url: str, shown: str) -> None:
    assert shown_url(url) == shown
