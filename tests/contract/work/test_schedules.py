"""When schedules fire: a table of zones and dates, and workers that all see the same one due."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest

from leadbridge.kit.clock import ManualClock
from leadbridge.work.errors import BadSchedule
from leadbridge.work.model import SCHEDULES
from leadbridge.work.schedules import next_fire
from tests.contract.work.shop import ACME, ALL_KINDS, Shop
from tests.support.stores import ENGINE_PARAMS, ENGINES


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("cron", "tz", "after", "fires"),
    [
        # a fixed time is the wall clock's
        ("0 8 * * *", "Europe/Dublin", "2026-03-28T12:00", ["2026-03-29T07:00", "2026-03-30T07:00"]),
        ("0 8 * * *", "Europe/Dublin", "2026-10-24T12:00", ["2026-10-25T08:00", "2026-10-26T08:00"]),
        ("30 9 * * *", "Asia/Kolkata", "2026-03-29T00:00", ["2026-03-29T04:00", "2026-03-30T04:00"]),
        ("0 8 * * MON", "America/New_York", "2026-10-31T00:00", ["2026-11-02T13:00", "2026-11-09T13:00"]),
        # skipped: it fires where the gap ends, once
        ("30 1 * * *", "Europe/Dublin", "2026-03-28T12:00", ["2026-03-29T01:00", "2026-03-30T00:30"]),
        ("30 2 * * *", "America/New_York", "2026-03-07T12:00", ["2026-03-08T07:00", "2026-03-09T06:30"]),
        ("15 2 * * *", "Australia/Lord_Howe", "2026-10-03T00:00", ["2026-10-03T15:30", "2026-10-04T15:15"]),
        # doubled: it fires the first time, once
        ("30 1 * * *", "Europe/Dublin", "2026-10-24T12:00", ["2026-10-25T00:30", "2026-10-26T01:30"]),
        ("30 1 * * *", "America/New_York", "2026-10-31T12:00", ["2026-11-01T05:30", "2026-11-02T06:30"]),
        ("45 1 * * *", "Australia/Lord_Howe", "2026-04-04T00:00", ["2026-04-04T14:45", "2026-04-05T15:15"]),
        # asked within the doubled hour, after its first passing
        ("30 1 * * *", "Europe/Dublin", "2026-10-25T01:10", ["2026-10-26T01:30"]),
        ("30 1 * * *", "America/New_York", "2026-11-01T06:10", ["2026-11-02T06:30"]),
        # an interval follows the elapsed time
        (
            "0 * * * *",
            "Europe/Dublin",
            "2026-10-24T23:30",
            ["2026-10-25T00:00", "2026-10-25T01:00", "2026-10-25T02:00"],
        ),
        ("0 * * * *", "Europe/Dublin", "2026-03-29T00:30", ["2026-03-29T01:00", "2026-03-29T02:00"]),
        ("*/30 * * * *", "Asia/Kolkata", "2026-01-01T00:10", ["2026-01-01T00:30", "2026-01-01T01:00"]),
        # rare dates
        ("0 0 29 2 *", "UTC", "2026-01-01T00:00", ["2028-02-29T00:00"]),
    ],
)
def test_when_it_fires(cron: str, tz: str, after: str, fires: list[str]) -> None:
    moment = utc(after)
    found = []
    for _ in fires:
        moment = next_fire(cron, tz, moment)
        found.append(moment)
    assert found == [utc(text) for text in fires]


@pytest.mark.parametrize(
    ("cron", "tz"),
    [("0 8 * *", "UTC"), ("0 8 * * * *", "UTC"), ("61 8 * * *", "UTC"), ("0 8 * * *", "Mars/Olympus"),
     ("0 0 31 2 *", "UTC"), ("0 8 * * *", "../../etc/passwd"), ("", "UTC")],
)  # fmt: skip
def test_what_cannot_be_is_refused(cron: str, tz: str) -> None:
    with pytest.raises(BadSchedule):
        next_fire(cron, tz, utc("2026-01-01T00:00"))


@pytest.mark.parametrize("engine", ENGINE_PARAMS)
async def test_four_workers_fire_it_once_and_a_gap_is_not_made_up_for(engine: str, tmp_path: Path) -> None:
    clock = ManualClock(utc("2026-01-01T00:00"))
    shop = Shop(ENGINES[engine](tmp_path), clock=clock)
    await shop.store.start(ALL_KINDS)
    made = await shop.schedules.add(
        ACME, cron="*/5 * * * *", tz="UTC", lane="company:1", kind="report", ref={"reportId": "r"}
    )
    assert await shop.schedules.fire() == 0
    clock.advance(301)
    fired = await asyncio.gather(*(shop.schedules.fire() for _ in range(4)))
    assert sum(fired) == 1
    assert len(await shop.tasks()) == 1
    clock.advance(24 * 3600)  # nothing ran for a day
    assert sum(await asyncio.gather(*(shop.schedules.fire() for _ in range(4)))) == 1
    assert len(await shop.tasks()) == 2
    after = await shop.store[SCHEDULES].of(ACME).get(made.id)
    assert after is not None
    assert after.next_at > shop.now()
    assert {task.ref for task in await shop.tasks()} == {'{"reportId":"r"}'}
    await shop.schedules.remove(ACME, made.id)
    clock.advance(3600)
    assert await shop.schedules.fire() == 0
    await shop.store.close()
