"""Every provider: changes since a cursor, through more records of one time than a vendor shows at once."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from leadbridge.crm.model import Changed
from leadbridge.kit.clock import to_text
from tests.contract.providers.conftest import SIZE, Connected

PAGES = 400


async def walk(connected: Connected, cursor: str | None, ahead: timedelta = timedelta(0)) -> tuple[list[Changed], str]:
    """Walk to the end; return what was met and where the next walk begins. ``ahead``: of our clock the vendor's is."""
    session, found = connected.session(), list[Changed]()
    now = connected.site.hub.clock.now() + ahead
    for _ in range(PAGES):
        page = await connected.provider.changes(session, connected.vendor.object, cursor, now)
        found += page.changes
        cursor = page.cursor
        if not page.more:
            return found, cursor
    raise AssertionError("the walk does not end")


async def walk_gone(connected: Connected, cursor: str | None) -> tuple[list[Changed], str]:
    """Walk the deletions to the end; return what was met and where the next walk begins."""
    session, found = connected.session(), list[Changed]()
    for _ in range(PAGES):
        page = await connected.provider.gone(session, connected.vendor.object, cursor)
        found += page.changes
        cursor = page.cursor
        if not page.more:
            return found, cursor
    raise AssertionError("the walk does not end")


async def test_twelve_thousand_changes_of_which_eleven_thousand_share_one_time(connected: Connected) -> None:
    vendor = connected.vendor
    hour = connected.site.hub.clock.now() - timedelta(hours=2)
    few, many = 500 // SIZE, 11_000 // SIZE
    vendor.seed(few, to_text(hour), 0)
    vendor.seed(many, to_text(hour + timedelta(minutes=10)), few)
    vendor.seed(few, to_text(hour + timedelta(minutes=20)), few + many)
    found, cursor = await walk(connected, None)
    assert len(found) == 12_000 // SIZE
    assert set(Counter(one.id for one in found).values()) == {1}
    assert {one.id for one in found} == {record.id for record in vendor.records()}
    again, _ = await walk(connected, cursor)
    assert again == [], "a quiet vendor has no news"


async def test_a_later_change_is_met_once_it_is_past_the_lag(connected: Connected) -> None:
    vendor, guarantees = connected.vendor, connected.provider.guarantees
    back = timedelta(minutes=10)
    vendor.advance(-back.total_seconds())
    vendor.seed(3, to_text(connected.site.hub.clock.now() - timedelta(hours=1)), 0)
    _, cursor = await walk(connected, None)
    changed = vendor.records()[1].id
    vendor.advance((back - guarantees.change_lag).total_seconds() - 30)
    vendor.edit(changed, "Later")
    found, _ = await walk(connected, cursor)
    assert [one.id for one in found] == [changed]


async def test_a_deleted_record_is_gone_and_no_change(connected: Connected) -> None:
    vendor, provider = connected.vendor, connected.provider
    vendor.seed(250, to_text(connected.site.hub.clock.now() - timedelta(hours=1)), 0)
    ids = [record.id for record in vendor.records()]
    before, cursor = await walk_gone(connected, None)  # some vendors tell only what is deleted from here on
    assert before == []
    vendor.remove(ids[0])
    await provider.delete(connected.session(), vendor.object, ids[1:230])
    await provider.delete(connected.session(), vendor.object, ids[1:3])
    met, _ = await walk_gone(connected, cursor)
    assert sorted(one.id for one in met) == sorted(ids[:230])
    assert all(one.gone for one in met)
    found, _ = await walk(connected, None)
    assert {one.id for one in found} >= set(ids[230:])
    assert not {one.id for one in found if not one.gone} & set(ids[:230])
    assert await provider.read(connected.session(), vendor.object, None, ids[:2], []) == {}


async def test_a_merged_record_leads_to_the_survivor(connected: Connected) -> None:
    vendor, provider = connected.vendor, connected.provider
    vendor.advance(-600)  # so that the merge is past the lag already
    await connected.upsert([vendor.good(1), vendor.good(2)])
    winner, loser = connected.held().values()
    survivor = vendor.merge(winner, loser)
    read = await provider.read(connected.session(), vendor.object, None, [loser, survivor], [])
    assert read[survivor].id == survivor
    assert loser == survivor or read.get(loser, read[survivor]).id == survivor
    found, _ = await walk(connected, None)
    assert [one.id for one in found if not one.gone] == [survivor]
    # a vendor that keeps no trace of a merge tells at least that one of the two is gone
    absorbed = {id for one in found for id in one.absorbed}
    gone = await provider.gone(connected.session(), vendor.object, None)
    assert loser in absorbed | {one.id for one in (*found, *gone.changes) if one.gone}
