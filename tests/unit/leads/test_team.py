"""Who can take a lead, and when."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from leadbridge.leads.fields import Fields
from leadbridge.leads.team.decide import away, can_take, covers, working
from leadbridge.leads.team.model import SalesRep

NOON_UTC = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)  # a Monday


def rep(**fields: Any) -> SalesRep:
    return SalesRep.model_validate(
        {
            "_id": "a" * 24,
            "companyId": "c" * 24,
            "name": "A",
            "zone": "UTC",
            "createdAt": NOON_UTC,
            "updatedAt": NOON_UTC,
        }
        | fields
    )


def hours(day: str, start: str, end: str) -> dict[str, Any]:
    return {"hours": [{"day": day, "start": start, "end": end}]}


@pytest.mark.parametrize(
    ("fields", "at", "expected"),
    [
        ({}, NOON_UTC, True),
        ({"active": False}, NOON_UTC, False),
        (hours("mon", "09:00", "12:00"), NOON_UTC, False),
        (hours("mon", "12:00", "12:01"), NOON_UTC, True),
        (hours("tue", "09:00", "17:00"), NOON_UTC, False),
        (hours("mon", "21:00", "22:00") | {"zone": "Asia/Tokyo"}, NOON_UTC, True),
        (hours("sun", "22:00", "06:00"), NOON_UTC.replace(hour=5), True),
        (hours("sun", "22:00", "06:00"), NOON_UTC.replace(hour=6), False),
        (hours("mon", "22:00", "06:00"), NOON_UTC.replace(hour=23), True),
        (hours("mon", "22:00", "24:00"), NOON_UTC.replace(hour=23, minute=59), True),
        ({"absences": [{"first": "2026-03-02", "last": "2026-03-02"}]}, NOON_UTC, False),
        ({"absences": [{"first": "2026-03-03", "last": "2026-03-09"}]}, NOON_UTC, True),
    ],
)
def test_working_time(fields: dict[str, Any], at: datetime, expected: bool) -> None:
    assert working(rep(**fields), at) is expected


def test_a_day_away_is_a_day_where_the_rep_is() -> None:
    there = rep(zone="Pacific/Auckland", absences=[{"first": "2026-03-03", "last": "2026-03-03"}])
    assert away(there, NOON_UTC)  # there it is Tuesday already


@pytest.mark.parametrize(
    ("territories", "lead", "expected"),
    [
        ([], {}, True),
        ([{"countries": ["ES"]}], {"address.country": "ES"}, True),
        ([{"countries": ["ES"]}], {}, False),
        ([{"countries": ["ES"], "tags": ["x"]}], {"address.country": "ES", "tags": ("y",)}, False),
        ([{"postalPrefixes": ["SW1A"]}], {"address.postalCode": "sw1a 1aa"}, True),
        ([{"regions": ["Baden-Württemberg"]}], {"address.region": "baden-wurttemberg"}, True),
        ([{"tags": ["VIP"]}], {"tags": ("vip",)}, True),
        ([{"tags": ["VIP"]}, {"countries": ["PT"]}], {"address.country": "PT"}, True),
    ],
)  # fmt: skip
def test_territories(territories: list[dict[str, Any]], lead: Fields, expected: bool) -> None:
    assert covers(rep(territories=territories), lead) is expected


def test_capacity_bounds_what_is_taken() -> None:
    assert can_take(rep(capacity=2), {}, NOON_UTC, 1)
    assert not can_take(rep(capacity=2), {}, NOON_UTC, 2)
    assert can_take(rep(), {}, NOON_UTC, 10_000)
