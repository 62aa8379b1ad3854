"""Every provider: who it is, what it describes, records written and read, nothing twice and nothing missing."""

from __future__ import annotations

import pytest

from leadbridge.crm.provider import Write
from tests.contract.providers.conftest import Connected


async def test_a_connection_knows_whose_it_is(connected: Connected) -> None:
    account = connected.connection.account
    assert account.account_id == connected.vendor.account_id
    assert account.name
    assert account.email is not None
    assert "@" in account.email
    if connected.vendor.by == connected.provider.defaults.own_key:
        assert connected.connection.own_key is not None
        assert connected.connection.own_key.ready
    off = [one for one in connected.provider.capabilities(()) if not one.available]
    assert off, "without any permission something is off"
    assert all(one.reason for one in off)


async def test_fields_are_described(connected: Connected) -> None:
    found = await connected.provider.describe(connected.session(), connected.vendor.object)
    fields = {one.name: one for one in found}
    assert len(fields) == len(found)
    assert fields[connected.vendor.by].unique
    assert fields[connected.vendor.by].custom == (connected.vendor.by == connected.provider.defaults.own_key)
    assert fields[connected.vendor.edited].writable
    assert any(not one.writable for one in found)
    choices = [one for one in found if one.type == "choice" and one.options]
    assert choices
    assert all(option.value and option.label for one in choices for option in one.options)


@pytest.mark.parametrize("count", [1, 199, 1001])
async def test_every_row_of_an_upsert_has_its_outcome(connected: Connected, count: int) -> None:
    vendor = connected.vendor
    rows = [vendor.bad(number) if number % 10 == 9 else vendor.good(number) for number in range(count)]
    bad = [number for number in range(count) if number % 10 == 9]
    outcomes = await connected.upsert(rows)
    assert [one.trace for one in outcomes] == [str(number) for number in range(count)]
    assert [int(one.trace) for one in outcomes if one.fault is not None] == bad
    assert all(one.fault.cause and one.fault.hint for one in outcomes if one.fault is not None)
    held = connected.held()
    assert sorted(held) == sorted(rows[number][vendor.by] for number in range(count) if number not in bad)
    ids = {one.record.id for one in outcomes if one.record is not None}
    assert ids == set(held.values())
    again = await connected.upsert(rows)
    assert [one.record.id if one.record else None for one in again] == [
        one.record.id if one.record else None for one in outcomes
    ]
    assert connected.held() == held
    if connected.provider.guarantees.write_returns_values:
        for one in again:
            sent = {name: text for name, text in rows[int(one.trace)].items() if name != vendor.by}
            assert one.record is None or sent.items() <= one.record.values.items()


async def test_two_rows_of_one_key_are_not_one_record_unseen(connected: Connected) -> None:
    outcomes = await connected.upsert([connected.vendor.good(1), connected.vendor.good(2), connected.vendor.good(1)])
    assert [one.fault.code if one.fault else None for one in outcomes] == [None, None, "duplicate_in_call"]
    assert len(connected.held()) == 2


async def test_records_are_read_by_id_and_by_key(connected: Connected) -> None:
    vendor = connected.vendor
    await connected.upsert([vendor.good(number) for number in range(3)])
    held = connected.held()
    session = connected.session()
    vendor.edit(held[vendor.good(1)[vendor.by]], "Changed")
    by_id = await connected.provider.read(
        session, vendor.object, None, [*held.values(), vendor.absent_id], [vendor.edited]
    )
    assert set(by_id) == set(held.values()), "what is not there is left out"
    if connected.provider.guarantees.read_is_current:
        assert by_id[held[vendor.good(1)[vendor.by]]].values[vendor.edited] == "Changed"
    assert by_id[held[vendor.good(2)[vendor.by]]].values[vendor.edited] is None
    by_key = await connected.provider.read(session, vendor.object, vendor.by, list(held), [vendor.by])
    assert {key: record.id for key, record in by_key.items()} == held


async def test_a_records_version_rises_with_each_change(connected: Connected) -> None:
    vendor = connected.vendor
    (made,) = await connected.upsert([vendor.good(1)])
    assert made.record is not None
    versions = []
    for text in ("one", "two"):
        vendor.advance(2)
        vendor.edit(made.record.id, text)
        read = await connected.provider.read(connected.session(), vendor.object, None, [made.record.id], [])
        versions.append(read[made.record.id].version)
    assert made.record.version < versions[0] < versions[1]


async def test_an_update_and_a_clearing_are_told_back(connected: Connected) -> None:
    vendor, provider = connected.vendor, connected.provider
    (made,) = await connected.upsert([vendor.good(1)])
    assert made.record is not None
    for text in ("Somewhere", ""):
        writes = [Write("row", {vendor.edited: text}, made.record.id)]
        (outcome,) = await provider.write(connected.session(), vendor.object, writes)
        assert outcome.fault is None
        read = await provider.read(connected.session(), vendor.object, None, [made.record.id], [vendor.edited])
        assert (read[made.record.id].values[vendor.edited] or "") == text
