"""What only HubSpot has: addresses that lead to others' contacts, calls that are all or nothing, and its extras."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

import pytest

from leadbridge.crm.capabilities import Associations, History, Merging, MoreKinds, Owners, Pipelines
from leadbridge.crm.errors import CallFailed
from leadbridge.crm.hubspot import requests
from leadbridge.crm.hubspot.provider import HubSpot
from leadbridge.crm.model import Pair, Write
from leadbridge.mapping.defaults import default_mapper
from tests.contract.providers.conftest import Connected
from tests.contract.providers.hubspot import HubSpotUnderTest
from tests.support.sandbox import SandboxProcess


@pytest.fixture
def sandbox(connected: Connected) -> SandboxProcess:
    if not isinstance(connected.vendor, HubSpotUnderTest):
        pytest.skip("about HubSpot")
    return connected.vendor.sandbox


@pytest.fixture
def hubspot(connected: Connected, sandbox: SandboxProcess) -> HubSpot:
    return cast(HubSpot, connected.provider)


def add(sandbox: SandboxProcess, object_name: str, **properties: str) -> str:
    body = {"properties": properties}
    return str(sandbox.control("POST", f"/records/{object_name}", body)["id"])


async def test_an_upsert_by_email_is_split_around_its_bad_rows(connected: Connected, hubspot: HubSpot) -> None:
    rows = [
        Write(str(number), {"email": f"no address {number}" if number in (3, 50) else f"p{number}@example.test"})
        for number in range(64)
    ]
    outcomes = await hubspot.upsert(connected.session(), "contacts", "email", rows)
    assert [one.trace for one in outcomes if one.fault is not None] == ["3", "50"]
    assert {one.fault.code for one in outcomes if one.fault is not None} == {"invalid_email"}
    assert len(connected.vendor.records()) == 62


async def test_an_address_that_is_another_contacts_further_one_is_told(
    connected: Connected, hubspot: HubSpot, sandbox: SandboxProcess
) -> None:
    other = add(sandbox, "contacts", email="ana@example.test", hs_additional_emails="shared@example.test")
    rows = [Write("a", {"email": "Shared@example.test"}), Write("b", {"email": "bo@example.test"})]
    first, second = await hubspot.upsert(connected.session(), "contacts", "email", rows)
    assert first.record is None
    assert first.fault is not None
    assert (first.fault.code, first.existing_id) == ("secondary_address", other)
    assert second.fault is None


async def test_a_create_that_meets_an_existing_contact_names_it(
    connected: Connected, hubspot: HubSpot, sandbox: SandboxProcess
) -> None:
    there = add(sandbox, "contacts", email="ana@example.test")
    rows = [Write("a", {"email": "ana@example.test"}), Write("b", {"email": "bo@example.test"})]
    first, second = await hubspot.write(connected.session(), "contacts", rows)
    assert first.fault is not None
    assert (first.fault.code, first.existing_id) == ("already_exists", there)
    assert second.fault is None


async def test_deals_companies_and_people_belong_together(
    connected: Connected, hubspot: HubSpot, sandbox: SandboxProcess
) -> None:
    assert isinstance(hubspot, Associations)
    people = [add(sandbox, "contacts", email=f"p{number}@example.test") for number in range(3)]
    acme, bolt = (add(sandbox, "companies", name=name) for name in ("Acme", "Bolt"))
    session = connected.session()
    pairs = [Pair(people[0], acme), Pair(people[0], bolt, primary=True), Pair(people[1], "999"), Pair(people[2], acme)]
    refused = await hubspot.associate(session, "contacts", "companies", pairs)
    assert list(refused) == [pairs[2]]
    found = await hubspot.associated(session, "contacts", "companies", people)
    assert set(found[people[0]]) == {Pair(people[0], acme), Pair(people[0], bolt, primary=True)}
    assert found[people[1]] == ()
    assert await hubspot.associate(session, "contacts", "companies", pairs[:2]) == {}
    assert (await hubspot.associated(session, "contacts", "companies", people))[people[0]] == found[people[0]]


async def test_pipelines_and_owners(connected: Connected, hubspot: HubSpot, sandbox: SandboxProcess) -> None:
    assert isinstance(hubspot, Pipelines)
    assert isinstance(hubspot, Owners)
    (pipeline,) = await hubspot.pipelines(connected.session(), "deals")
    assert pipeline.stages[0].id == "appointmentscheduled"
    assert [(stage.id, stage.probability, stage.closed) for stage in pipeline.stages][-2:] == [
        ("closedwon", 1.0, True),
        ("closedlost", 0.0, True),
    ]
    sandbox.control("POST", "/do/owner", {"id": "411003", "email": "gone@example.test", "archived": True})
    owners = await hubspot.owners(connected.session())
    assert [(one.id, one.name, one.active) for one in owners] == [
        ("411001", "Ana Admin", True),
        ("411003", "gone@example.test", False),
    ]


async def test_earlier_values_tell_who_wrote_them(
    connected: Connected, hubspot: HubSpot, sandbox: SandboxProcess
) -> None:
    assert isinstance(hubspot, History)
    (made,) = await connected.upsert([{**connected.vendor.good(1), "city": "Rome"}])
    assert made.record is not None
    sandbox.edit(made.record.id, "contacts", city="Oslo")
    found = await hubspot.history(connected.session(), "contacts", [made.record.id, "999"], ["city"])
    assert [(one.value, one.by) for one in found[made.record.id]["city"]] == [
        ("Oslo", "userId:77"),
        ("Rome", "9001337"),
    ]


async def test_two_records_become_one_which_may_be_a_new_one(
    connected: Connected, hubspot: HubSpot, sandbox: SandboxProcess
) -> None:
    assert isinstance(hubspot, Merging)
    sandbox.settings(mergeMakesNewRecord=True)
    one, other = add(sandbox, "contacts", email="ana@example.test"), add(sandbox, "contacts", email="ann@example.test")
    survivor = await hubspot.merge(connected.session(), "contacts", one, other)
    assert survivor.id not in (one, other)
    read = await hubspot.read(connected.session(), "contacts", None, [one, other], [])
    assert {key: record.id for key, record in read.items()} == {one: survivor.id, other: survivor.id}


async def test_a_missing_permission_is_named(connected: Connected, hubspot: HubSpot) -> None:
    described = {one.name: one for one in hubspot.capabilities(connected.connection.scopes)}
    assert described["owners"].available
    narrow = [scope for scope in connected.connection.scopes if scope != "crm.objects.owners.read"]
    described = {one.name: one for one in hubspot.capabilities(narrow)}
    assert not described["owners"].available
    assert "crm.objects.owners.read" in described["owners"].reason


@pytest.mark.parametrize("version", ["2026-03", "2026-09"])
async def test_every_dated_version_is_one_setting(connected: Connected, sandbox: SandboxProcess, version: str) -> None:
    session = connected.session()
    app = replace(session.app, api_version=version)
    for request in (
        requests.account_details(app),
        requests.list_one(app, "deals"),
        requests.properties(app, "companies"),
        requests.pipelines(app, "deals"),
        requests.owners(app, None, archived=False),
        requests.search(app, "contacts", [{"propertyName": "email", "operator": "HAS_PROPERTY"}], "createdate", []),
    ):
        assert (await session.call(request)).status == 200, request


async def test_searches_are_paced_by_their_own_limit(connected: Connected, hubspot: HubSpot) -> None:
    session = connected.session()
    for _ in range(12):
        await hubspot.changes(session, "contacts", None, connected.site.hub.clock.now())
    answers = connected.vendor.calls("changes")
    assert answers == 12, "none was refused and sent again"


@pytest.mark.parametrize("place", [0, 1], ids=["companies", "deals"])
async def test_other_kinds_have_their_own_key_and_defaults_that_hubspot_takes(
    connected: Connected, hubspot: HubSpot, place: int
) -> None:
    assert isinstance(hubspot, MoreKinds)
    defaults, session = hubspot.more_defaults[place], connected.session()
    assert (await hubspot.prepare_own_key(session, defaults.object)).ok
    assert (await hubspot.prepare_own_key(session, defaults.object)).ok, "it may run twice"
    described = {one.name: one for one in await hubspot.describe(session, defaults.object)}
    assert described[defaults.own_key].unique
    ours = {
        "name": "Acme", "phone": "+35315550100", "website": "https://acme.example", "employees": "12",
        "address.street": "1 High Street", "address.city": "Dublin", "address.region": "Leinster",
        "address.postalCode": "D01", "address.country": "IE", "value.amount": "1200.50", "closeDate": "2026-12-31",
    }  # fmt: skip
    mapper = default_mapper(defaults)
    view = mapper.ours({pair.ours: ours[pair.ours] for pair in defaults.fields})
    assert not view.faults
    values = {pair.theirs: str(pair.to_crm(view.values[pair.name])) for pair in mapper.fields}
    assert all(described[name].writable for name in (*values, *defaults.constants))
    row = Write("a", {**defaults.constants, **values, defaults.own_key: "ours-1"})
    (made,) = await hubspot.upsert(session, defaults.object, defaults.own_key, [row])
    assert made.fault is None
    asked = [*values, defaults.own_key]
    read = (await hubspot.read(session, defaults.object, defaults.own_key, ["ours-1"], asked))["ours-1"]
    assert made.record is not None
    assert read.id == made.record.id
    there = mapper.theirs(read.values)
    for pair in mapper.fields:
        assert pair.equal(view.values[pair.name], there.values[pair.theirs]), pair.name
    (again,) = await hubspot.upsert(session, defaults.object, defaults.own_key, [row])
    assert again.record is not None
    assert again.record.id == made.record.id


async def test_without_the_permission_an_own_key_is_not_made(connected: Connected, hubspot: HubSpot) -> None:
    narrow = connected.session()
    narrow._scopes = ("oauth",)
    told = await hubspot.prepare_own_key(narrow, "deals")
    assert (told.ok, "crm.schemas.deals.write" in told.message) == (False, True)


async def test_a_read_of_an_unknown_object_fails_with_a_reason(connected: Connected, hubspot: HubSpot) -> None:
    with pytest.raises(CallFailed) as failed:
        await hubspot.describe(connected.session(), "spaceships")
    assert failed.value.fault.correlation_id
