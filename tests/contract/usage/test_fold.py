"""Folding on every engine: the sums equal the events themselves, whatever is folded when, and in whichever zone."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from leadbridge.kit.clock import ManualClock
from leadbridge.kit.ids import IdSource, object_ids
from leadbridge.storage.batch import Applied, Conflict, WriteBatch
from leadbridge.storage.store import Store
from leadbridge.usage.fold import Folded, Folder
from leadbridge.usage.model import KINDS, USAGE_EVENTS, Category, EventType, Metadata, Metrics, Status, UsageEvent
from leadbridge.usage.rows import DAYS, DELTAS, FOLDINGS, MONTHS, QUARTERS, MonthRow
from leadbridge.usage.service import UsageService
from leadbridge.usage.summary import Read, Summaries
from tests.support.stores import ENGINE_PARAMS, ENGINES, open_store

COMPANY, OTHER = "a" * 24, "b" * 24
NOW = datetime(2026, 11, 22, 12, 7, tzinfo=UTC)


@dataclass
class Room:
    """Usage on a store of its own; ``zone`` is every company's."""

    store: Store
    clock: ManualClock
    ids: IdSource
    usage: UsageService
    folder: Folder
    summaries: Summaries
    zone: str = "UTC"

    async def happened(self, at: datetime, *, succeeded: bool = True, calls: int = 1, company: str = COMPANY) -> None:
        event = UsageEvent(
            id=self.ids(),
            company_id=company,
            event_type=EventType.CRM_SYNC,
            category=Category.CRM,
            status=Status.SUCCESS if succeeded else Status.FAILED,
            metadata=Metadata(duration=calls * 100),
            metrics=Metrics(api_calls_used=calls),
            created_at=at,
        )
        await self.usage.record(event)

    async def fold(self) -> Folded:
        batch = WriteBatch()
        folded = await self.folder.fold(COMPANY, batch)
        if len(batch):
            assert isinstance(await self.store.write(batch), Applied)
        return folded

    async def read(self, start: date, end: date) -> Read:
        return await self.summaries.read(COMPANY, start, end)


@pytest.fixture(params=ENGINE_PARAMS)
async def room(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Room]:
    clock = ManualClock(NOW)
    ids = object_ids(clock, random.Random(7))
    async with open_store(ENGINES[request.param](tmp_path), KINDS, clock, ids) as store:

        async def zone_of(_: str) -> str:
            return made.zone

        made = Room(
            store,
            clock,
            ids,
            UsageService(store, clock, ids),
            Folder(store, clock, zone_of),
            Summaries(store, clock, zone_of),
        )
        yield made


def day_in(zone: str, at: datetime) -> str:
    return at.astimezone(ZoneInfo(zone)).date().isoformat()


async def test_sums_equal_the_events_before_between_and_after_folds(room: Room) -> None:
    room.zone = "Asia/Kathmandu"
    rng = random.Random(3)
    moments = [NOW - timedelta(minutes=rng.randrange(70 * 24 * 60)) for _ in range(40)]
    expected: Counter[str] = Counter()
    failed = calls = 0
    for number, at in enumerate(moments):
        succeeded = rng.random() < 0.8
        await room.happened(at, succeeded=succeeded, calls=number)
        expected[day_in(room.zone, at)] += 1
        failed += not succeeded
        calls += number
        if number % 11 == 10:
            while (await room.fold()).more:
                continue
    for fold in (False, True):
        if fold:
            while (await room.fold()).more:
                continue
        read = await room.read(NOW.date() - timedelta(days=90), NOW.date() + timedelta(days=1))
        assert {day.day: day.events for day in read.days.all()} == dict(expected)
        assert sum(cell.events for cell in read.total.cells if cell.status == "failed") == failed
        assert sum(cell.api_calls for cell in read.total.cells) == calls
        assert read.total.sketches["crm_sync"].count == len(moments)
        assert read.complete
    some = min(expected)
    part = await room.read(date.fromisoformat(some), date.fromisoformat(some))
    assert [(day.day, day.events) for day in part.days.all()] == [(some, expected[some])]
    assert (await room.store[DELTAS].of(COMPANY).find()).items == []


async def test_two_folds_of_the_same_deltas_count_them_once(room: Room) -> None:
    for minutes in (0, 20, 40):
        await room.happened(NOW - timedelta(minutes=minutes))
    await room.fold()
    await room.happened(NOW)
    one, other = WriteBatch(), WriteBatch()
    await asyncio.gather(room.folder.fold(COMPANY, one), room.folder.fold(COMPANY, other))
    assert isinstance(await room.store.write(one), Applied)
    assert isinstance(await room.store.write(other), Conflict)
    read = await room.read(NOW.date(), NOW.date())
    assert sum(cell.events for cell in read.total.cells) == 4


async def test_an_event_whose_batch_was_refused_is_not_counted(room: Room) -> None:
    await room.happened(NOW)
    [event] = (await room.store[DELTAS].of(COMPANY).find()).items
    usage = room.usage.event(COMPANY, EventType.CRM_SYNC, Category.CRM, succeeded=True, milliseconds=1)
    refused = room.usage.add(WriteBatch().delete(DELTAS, COMPANY, event.id, rev=99), usage)
    assert isinstance(await room.store.write(refused), Conflict)
    await room.fold()
    assert sum(cell.events for cell in (await room.read(NOW.date(), NOW.date())).total.cells) == 1


async def test_another_zone_cuts_every_day_anew_that_quarter_hours_are_left_of(room: Room) -> None:
    late = datetime(2026, 11, 1, 23, 30, tzinfo=UTC)  # the 2nd in Berlin
    old = NOW - timedelta(days=140)
    for at in (old, late, NOW):
        await room.happened(at)
        await room.fold()
    for quarter in (await room.store[QUARTERS].of(COMPANY).find(order=["at"], high=NOW - timedelta(days=100))).items:
        await room.store.write(WriteBatch().delete(QUARTERS, COMPANY, quarter.id))  # as retention does
    room.zone = "Europe/Berlin"
    await room.happened(NOW)
    await room.fold()
    read = await room.read(date(2026, 1, 1), NOW.date())
    days = {day.day: day.events for day in read.days.all()}
    assert days == {old.date().isoformat(): 1, "2026-11-02": 1, "2026-11-22": 2}
    assert read.zone == "Europe/Berlin"
    assert read.zone_since is not None
    assert read.zone_since > old.date().isoformat()
    months = {row.month: sum(cell.events for cell in row.cells) for row in await _months(room)}
    assert months == {old.date().isoformat()[:7]: 1, "2026-11": 3}


async def test_a_rebuild_that_was_cut_off_is_done_again(room: Room) -> None:
    await room.happened(datetime(2026, 11, 1, 23, 30, tzinfo=UTC))
    await room.fold()
    room.zone = "Europe/Berlin"
    folding = await room.folder._folding(COMPANY)  # rebuilds, and stores that it did
    assert folding.zone == "Europe/Berlin"
    [row] = (await room.store[DAYS].of(COMPANY).find(order=["day"])).items
    assert row.day == "2026-11-02"
    broken = WriteBatch().delete(DAYS, COMPANY, row.id, rev=row.rev)
    broken.patch(FOLDINGS, COMPANY, COMPANY, values={"rebuilding": True}, rev=folding.rev)
    assert isinstance(await room.store.write(broken), Applied)
    assert not (await room.read(date(2026, 11, 1), NOW.date())).complete
    await room.happened(NOW)
    await room.fold()
    read = await room.read(date(2026, 11, 1), NOW.date())
    assert {day.day: day.events for day in read.days.all()} == {"2026-11-02": 1, "2026-11-22": 1}
    assert read.complete


async def test_companies_with_something_to_fold_are_found_each_once(room: Room) -> None:
    for company in (OTHER, COMPANY, OTHER):
        await room.happened(NOW, company=company)
    assert await room.folder.waiting(None) == ([COMPANY, OTHER], None)
    await room.fold()
    assert await room.folder.waiting(None) == ([OTHER], None)


async def _months(room: Room) -> list[MonthRow]:
    return (await room.store[MONTHS].of(COMPANY).find(order=["month"])).items


@pytest.mark.parametrize("folded", ["not yet", "before", "between"])
async def test_an_operation_that_turns_out_to_have_failed_is_put_right_in_every_sum(room: Room, folded: str) -> None:
    long_ago = NOW - timedelta(days=40)
    for at in (long_ago, long_ago, NOW):
        await room.happened(at, calls=3)
    [first, second, _] = (await room.store[USAGE_EVENTS].of(COMPANY).find(order=["createdAt"])).items
    if folded != "not yet":
        await room.fold()

    async def corrected(event: UsageEvent, *, succeeded: bool) -> bool:
        async def build() -> tuple[WriteBatch, bool]:
            batch = WriteBatch()
            return batch, await room.usage.correct(batch, COMPANY, event.id, succeeded=succeeded)

        return await room.store.attempt(build)

    assert await corrected(first, succeeded=False)
    if folded == "between":
        await room.fold()
    assert not await corrected(first, succeeded=False)  # it is right already, and is counted once
    assert not await corrected(second, succeeded=True)
    assert await corrected(second, succeeded=False)
    while (await room.fold()).more:
        continue

    day = long_ago.date()
    for start, end, events, failed in ((day, day, 2, 2), (NOW.date(), NOW.date(), 1, 0), (day, NOW.date(), 3, 2)):
        read = await room.read(start, end)
        by_status: Counter[str] = Counter()
        for cell in read.total.cells:
            by_status[cell.status] += cell.events
            assert cell.api_calls == 3 * cell.events
        assert by_status == Counter({"success": events - failed, "failed": failed})
        assert set(by_status) == {status for status, count in by_status.items() if count}
        assert sum(read.days.of(one.day).events for one in read.days.all()) == events
        assert sum(read.days.of(one.day).successful for one in read.days.all()) == events - failed
    shown = (await room.store[USAGE_EVENTS].of(COMPANY).get(first.id)) or pytest.fail("the event is gone")
    assert shown.status is Status.FAILED
