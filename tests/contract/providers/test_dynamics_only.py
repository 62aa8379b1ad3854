"""What only Dynamics 365 has: organisations, etags, delta links and what replaces them, states, lookups, its steps."""

from __future__ import annotations

import asyncio
from typing import Any, cast
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from pydantic import SecretStr

from leadbridge.crm.capabilities import Owners, Watching
from leadbridge.crm.dynamics.changes import walk_of
from leadbridge.crm.dynamics.provider import Dynamics
from leadbridge.crm.dynamics.unconfirmed import OWN_KEY
from leadbridge.crm.errors import CallFailed
from leadbridge.crm.model import Delivery, Hint, RemoteRecord, Write, Written
from tests.contract.providers.conftest import Connected
from tests.contract.providers.dynamics import DynamicsUnderTest
from tests.contract.providers.test_changes import walk, walk_gone
from tests.contract.providers.under_test import UnderTest
from tests.support.dynamics import PERSON_ID, USER_ID, DynamicsProcess
from tests.support.hub_in_process import HubUnderTest
from tests.support.receiver import Received, Receiver

SECRET = SecretStr("s3cret-of-the-connection-8Lm3wYx1")


@pytest.fixture(autouse=True)
def _only_this_vendor(shared: UnderTest) -> None:
    """Skip before anything is connected."""
    if not isinstance(shared, DynamicsUnderTest):
        pytest.skip("about Dynamics 365")


@pytest.fixture
def sandbox(vendor: UnderTest) -> DynamicsProcess:
    assert isinstance(vendor, DynamicsUnderTest)
    return vendor.sandbox


@pytest.fixture
def dynamics(sandbox: DynamicsProcess, connected: Connected) -> Dynamics:
    return cast(Dynamics, connected.provider)


def add(sandbox: DynamicsProcess, table: str, **properties: Any) -> str:
    return str(sandbox.control("POST", f"/records/{table}", {"properties": properties})["id"])


def stored(sandbox: DynamicsProcess, id: str, table: str = "leads") -> dict[str, Any]:
    """Return a record's values as an administrator sees them."""
    (properties,) = [one["properties"] for one in sandbox.records(table) if one["id"] == id and not one["archived"]]
    return dict(properties)


async def made(connected: Connected, table: str = "lead", **values: str) -> RemoteRecord:
    """Create a record through the provider and return it."""
    (outcome,) = await connected.provider.write(connected.session(), table, [Write("made", values)])
    assert outcome.record is not None, outcome.fault
    return outcome.record


def refused(outcome: Written) -> str:
    """Return the code of a refusal; fails the test for a record."""
    assert outcome.fault is not None, outcome.record
    assert outcome.record is None
    return outcome.fault.code


# organisations


async def approve(site: HubUnderTest, sandbox: DynamicsProcess, **more: str) -> None:
    """Walk through a connect as a person who approves it."""
    begun = (await site.ask("POST", "/crm-integration/oauth/init", json={"provider": "dynamics", **more})).data
    asked = {name: told[0] for name, told in parse_qs(urlsplit(begun["authUrl"]).query).items()}
    where, back = await asyncio.to_thread(lambda: sandbox.consent(**asked))
    async with site._session.get(f"{where}?{urlencode(back)}", allow_redirects=False) as answer:
        ended = {name: told[0] for name, told in parse_qs(urlsplit(answer.headers["location"]).query).items()}
    if "handle" in ended:
        done = await site.ask("POST", "/crm-integration/oauth/complete", json={"handle": ended["handle"]})
        assert done.status == 200, done.body


async def test_an_organisation_of_the_tenants_own_is_served_from_its_address(
    hub: HubUnderTest, sandbox: DynamicsProcess
) -> None:
    other = {"organizationId": "c2a3f1de-18a5-4c0e-a1d5-0000000000c9", "url": sandbox.other_url}
    sandbox.control("POST", "/accounts", other)
    await approve(hub, sandbox, organizationUrl=f"{sandbox.other_url}/main.aspx?appid=1")
    connection = await hub.hub.connections.usable(hub.company_id)
    assert connection.account.account_id == other["organizationId"]
    assert connection.origins == (sandbox.other_url,)
    assert hub.hub.connections.session(connection).app.api_url == sandbox.other_url


async def test_without_a_name_the_operators_organisation_is_meant(hub: HubUnderTest, sandbox: DynamicsProcess) -> None:
    begun = (await hub.ask("POST", "/crm-integration/oauth/init", json={"provider": "dynamics"})).data
    asked = parse_qs(urlsplit(begun["authUrl"]).query)
    assert asked["scope"] == [f"{sandbox.url}/user_impersonation offline_access openid profile email"]
    assert asked["code_challenge_method"] == ["S256"]


@pytest.mark.parametrize(
    "address",
    [
        "https://contoso.crm.dynamics.com.evil.test",
        "https://evil.test/contoso.crm.dynamics.com",
        "http://contoso.crm.dynamics.com",
        "https://127.0.0.1",
    ],
)
async def test_a_foreign_organisation_is_refused(hub: HubUnderTest, sandbox: DynamicsProcess, address: str) -> None:
    body = {"provider": "dynamics", "organizationUrl": address}
    answer = await hub.ask("POST", "/crm-integration/oauth/init", json=body)
    assert answer.status == 400, answer.body
    assert "organizationUrl" in answer.body["error"]["hint"]
    assert sandbox.calls() == 0


# writing


async def test_a_record_that_somebody_changed_is_left_alone(
    connected: Connected, dynamics: Dynamics, sandbox: DynamicsProcess
) -> None:
    one, two = [await made(connected, lastname=name, address1_city="Rome") for name in ("A", "B")]
    sandbox.edit(one.id, address1_city="Oslo")
    writes = [Write(row.id, {"address1_city": "Bern"}, row.id, row.version) for row in (one, two)]
    first, second = await dynamics.write(connected.session(), "lead", writes)
    assert refused(first) == "changed_meanwhile"
    assert second.record is not None
    assert [stored(sandbox, row.id)["address1_city"] for row in (one, two)] == ["Oslo", "Bern"]
    read = await dynamics.read(connected.session(), "lead", None, [one.id], ["address1_city"])
    again = Write("again", {"address1_city": "Bern"}, one.id, read[one.id].version)
    (done,) = await dynamics.write(connected.session(), "lead", [again])
    assert done.record is not None
    assert done.record.version > read[one.id].version


async def test_a_deleted_record_is_not_made_anew_by_an_update(
    connected: Connected, dynamics: Dynamics, sandbox: DynamicsProcess
) -> None:
    gone = await made(connected, lastname="A")
    sandbox.control("DELETE", f"/records/leads/{gone.id}")
    for version in (None, gone.version):
        (told,) = await dynamics.write(
            connected.session(), "lead", [Write("a", {"address1_city": "Bern"}, gone.id, version)]
        )
        assert refused(told) == "record_not_found"
    assert [one for one in sandbox.records() if not one["archived"]] == []


async def test_every_row_has_its_own_outcome(connected: Connected, dynamics: Dynamics) -> None:
    rows = [
        Write("long", {"lastname": "x" * 51}),
        Write("good", {"lastname": "Good"}),
        Write("unknown", {"lastname": "A", "no_such_column": "1"}),
        Write("choice", {"lastname": "A", "leadsourcecode": "Web"}),
        Write("set by Dynamics", {"lastname": "A", "fullname": "A B"}),
    ]
    outcomes = await dynamics.write(connected.session(), "lead", rows)
    assert [one.trace for one in outcomes] == [one.trace for one in rows]
    good = outcomes.pop(1)
    assert good.record is not None
    assert good.record.values["lastname"] == "Good"
    assert [refused(one) for one in outcomes] == ["too_long", "field_missing", "invalid_number", "field_read_only"]


async def test_a_duplicate_that_a_rule_finds_is_known_by_its_code(
    connected: Connected, dynamics: Dynamics, sandbox: DynamicsProcess
) -> None:
    text = "A record was not created or updated because a duplicate of the current record already exists."
    for status in (412, 500):
        body = {"error": {"code": "0x80040333", "message": text}}
        sandbox.fault("batch/records.create", "answer", status=status, body=body)
        (told,) = await dynamics.write(connected.session(), "lead", [Write("a", {"lastname": "A"})])
        assert refused(told) == "duplicate_detected"


async def test_values_are_stored_as_their_columns_need(
    connected: Connected, dynamics: Dynamics, sandbox: DynamicsProcess
) -> None:
    account = await made(connected, "account", name="Field Ltd")
    lead = await made(
        connected,
        lastname="Field",
        leadsourcecode="8",
        donotemail="true",
        estimatedamount="1250.50",
        _parentaccountid_value=account.id.upper(),
        _ownerid_value=PERSON_ID,
    )
    kept = stored(sandbox, lead.id)
    assert (kept["leadsourcecode"], kept["donotemail"], kept["estimatedamount"]) == (8, True, 1250.5)
    assert (kept["parentaccountid"], kept["ownerid"]) == (f"account:{account.id}", f"systemuser:{PERSON_ID}")
    assert lead.values["_parentaccountid_value"] == account.id
    assert (lead.values["donotemail"], lead.values["estimatedamount"]) == ("true", "1250.5")
    person = await made(connected, "contact", lastname="Field", birthdate="1990-02-28")
    assert stored(sandbox, person.id, "contacts")["birthdate"] == "1990-02-28"
    empty = Write("a", {"_parentaccountid_value": "", "leadsourcecode": ""}, lead.id)
    (cleared,) = await dynamics.write(connected.session(), "lead", [empty])
    assert cleared.record is not None, cleared.fault
    assert cleared.record.values["_parentaccountid_value"] is None
    assert cleared.record.values["leadsourcecode"] is None


async def test_a_state_takes_its_usual_status_along(connected: Connected, sandbox: DynamicsProcess) -> None:
    lead = await made(connected, lastname="Field")
    for values, expected in (({"statecode": "2"}, (2, 4)), ({"statuscode": "2"}, (0, 2))):
        (done,) = await connected.provider.write(connected.session(), "lead", [Write("a", values, lead.id)])
        assert done.record is not None, done.fault
        kept = stored(sandbox, lead.id)
        assert (kept["statecode"], kept["statuscode"]) == expected


async def test_a_merged_lead_leads_to_the_one_that_is_left(
    connected: Connected, dynamics: Dynamics, sandbox: DynamicsProcess
) -> None:
    one, two, three = [
        await made(connected, lastname=name, emailaddress1=f"{name}@example.test") for name in ("a", "b", "c")
    ]
    _, cursor = await walk(connected, None)
    sandbox.control("POST", "/do/merge", {"object": "leads", "primary": two.id, "other": one.id})
    by_id = await dynamics.read(connected.session(), "lead", None, [one.id, two.id], ["lastname"])
    assert {key: record.id for key, record in by_id.items()} == {one.id: two.id, two.id: two.id}
    by_mail = await dynamics.read(connected.session(), "lead", "emailaddress1", ["A@example.test"], [])
    assert [record.id for record in by_mail.values()] == [two.id]
    news, _ = await walk(connected, cursor)
    assert [id for change in news for id in change.absorbed] == [one.id]
    assert {change.id for change in news} == {two.id}
    sandbox.control("POST", "/do/merge", {"object": "leads", "primary": three.id, "other": two.id})
    later = await dynamics.read(connected.session(), "lead", None, [one.id, two.id, three.id], [])
    assert {record.id for record in later.values()} == {three.id}, "a survivor may be merged too"
    sandbox.control("DELETE", f"/records/leads/{three.id}")
    left = await dynamics.read(connected.session(), "lead", None, [one.id, three.id], ["statecode"])
    assert list(left) == [one.id]


async def test_a_qualified_lead_is_news_and_names_what_was_made_of_it(
    connected: Connected, dynamics: Dynamics, sandbox: DynamicsProcess
) -> None:
    lead = await made(connected, lastname="Field", companyname="Field Ltd")
    _, cursor = await walk(connected, None)
    became = sandbox.control("POST", "/do/qualify", {"id": lead.id})
    news, _ = await walk(connected, cursor)
    assert [change.id for change in news] == [lead.id]
    named = {
        "account": "_parentaccountid_value",
        "contact": "_parentcontactid_value",
        "opportunity": "_qualifyingopportunityid_value",
    }
    read = await dynamics.read(connected.session(), "lead", None, [lead.id], ["statecode", *named.values()])
    assert read[lead.id].values["statecode"] == "1"
    assert {table: read[lead.id].values[column] for table, column in named.items()} == became


# changes


async def test_a_walk_whose_link_is_too_old_begins_anew(connected: Connected, sandbox: DynamicsProcess) -> None:
    kept = await made(connected, lastname="A")
    _, cursor = await walk(connected, None)
    assert (await walk(connected, cursor))[0] == []
    sandbox.advance(8 * 86_400)
    news, later = await walk(connected, cursor)
    assert [change.id for change in news] == [kept.id]
    assert (await walk(connected, later))[0] == []
    _, at = await walk_gone(connected, cursor)
    sandbox.control("DELETE", f"/records/leads/{kept.id}")
    assert [change.id for change in (await walk_gone(connected, at))[0]] == [kept.id]


async def test_without_the_right_to_track_changes_they_are_found_by_their_time(
    connected: Connected, dynamics: Dynamics, sandbox: DynamicsProcess
) -> None:
    one, two = [await made(connected, lastname=name) for name in ("A", "B")]
    _, tracked = await walk(connected, None)
    assert walk_of(tracked).way == "tracked"
    sandbox.settings(organizationWideRead=False)
    for begin in (None, tracked):
        news, polled = await walk(connected, begin)
        assert {change.id for change in news} == {one.id, two.id}
        assert walk_of(polled).way == "polled"
    sandbox.advance(3600)
    sandbox.edit(two.id, address1_city="Oslo")
    assert two.id in {change.id for change in (await walk(connected, polled))[0]}
    gone, at = await walk_gone(connected, None)
    assert gone == []
    told = {check.name: check for check in await dynamics.check(connected.session())}
    assert told["lead: read"].ok
    assert "deletions are not seen" in told["lead: changes"].message
    assert told["lead: changes"].hint
    sandbox.settings(organizationWideRead=True)
    _, at = await walk_gone(connected, at)
    sandbox.control("DELETE", f"/records/leads/{one.id}")
    assert [change.id for change in (await walk_gone(connected, at))[0]] == [one.id]


# what the organisation has


async def test_without_the_sales_app_the_test_of_the_connection_says_so(
    connected: Connected, dynamics: Dynamics, sandbox: DynamicsProcess
) -> None:
    sandbox.settings(salesApp=False)
    told = {check.name: check for check in await dynamics.check(connected.session())}
    assert {name for name, check in told.items() if not check.ok} == {"lead: read", "opportunity: read"}
    assert "Sales app" in told["lead: read"].hint
    assert "deletions" in told["contact: changes"].message


async def test_a_person_who_may_not_customise_connects_without_our_key(
    hub: HubUnderTest, sandbox: DynamicsProcess
) -> None:
    sandbox.settings(missingPrivileges=["prvCreateAttribute", "prvCreateEntityKey"])
    await approve(hub, sandbox)
    connection = await hub.hub.connections.usable(hub.company_id)
    check = await hub.hub.connections.prepare(connection)
    assert not check.ok
    assert OWN_KEY in check.hint


async def test_people_who_own_records(connected: Connected, dynamics: Dynamics) -> None:
    assert isinstance(dynamics, Owners)
    assert {USER_ID, PERSON_ID} <= {one.id for one in await dynamics.owners(connected.session())}


# webhooks


def said(connected: Connected, receiver: Receiver, request: Received) -> tuple[Hint, ...]:
    """Return what a call says, as if it had come to the connection's own address."""
    root = urlsplit(receiver.url)
    url = f"{root.scheme}://{root.netloc}{request.path}"
    now = connected.site.hub.clock.now()
    delivery = Delivery(request.method, url, request.headers, request.body, now, SECRET)
    return connected.provider.read_webhook(connected.session().app, delivery)


async def test_our_own_writes_are_told_from_a_persons(
    connected: Connected, dynamics: Dynamics, sandbox: DynamicsProcess
) -> None:
    assert isinstance(dynamics, Watching)
    with Receiver() as receiver:
        await dynamics.watch(connected.session(), receiver.url, SECRET)
        lead = await made(connected, lastname="Field")
        theirs = add(sandbox, "leads", lastname="Theirs")

        def hints(requests: list[Received]) -> set[tuple[str, bool]]:
            found = [hint for one in requests for hint in said(connected, receiver, one)]
            return {(hint.record_id, hint.ours) for hint in found if hint.object == "lead"}

        wanted = {(lead.id, True), (theirs, False)}
        seen = await asyncio.to_thread(receiver.wait, lambda requests: wanted <= hints(requests))
    assert hints(seen) == wanted


async def test_steps_are_ordered_once_kept_switched_on_and_removed(
    connected: Connected, dynamics: Dynamics, sandbox: DynamicsProcess
) -> None:
    def there(table: str) -> list[dict[str, Any]]:
        return [one for one in sandbox.records(table) if not one["archived"]]

    with Receiver() as receiver, Receiver() as another:
        sandbox.control("POST", "/do/webhooks", {"url": another.url, "secret": "k"})
        others = len(there("serviceendpoints")), len(there("sdkmessageprocessingsteps"))
        for _ in range(2):
            await dynamics.watch(connected.session(), receiver.url, SECRET)
        (endpoint,) = [one for one in there("serviceendpoints") if one["properties"]["url"] == receiver.url]
        named = f"serviceendpoint:{endpoint['id']}"
        ours = [one for one in there("sdkmessageprocessingsteps") if one["properties"]["eventhandler"] == named]
        names = [str(one["properties"]["name"]) for one in ours]
        assert len(names) == len(set(names)) == 12, "each of three messages, for each of four tables"
        sandbox.edit(ours[0]["id"], "sdkmessageprocessingsteps", statecode="1", statuscode="2")
        await dynamics.watch(connected.session(), receiver.url, SECRET)
        assert stored(sandbox, ours[0]["id"], "sdkmessageprocessingsteps")["statecode"] == 0
        for _ in range(2):
            await dynamics.unwatch(connected.session(), receiver.url)
        assert (len(there("serviceendpoints")), len(there("sdkmessageprocessingsteps"))) == others


async def test_webhooks_need_a_right_that_is_named(
    connected: Connected, dynamics: Dynamics, sandbox: DynamicsProcess
) -> None:
    sandbox.settings(missingPrivileges=["prvCreateServiceEndpoint"])
    with pytest.raises(CallFailed) as failed:
        await dynamics.watch(connected.session(), "http://127.0.0.1:9/hook", SECRET)
    assert failed.value.code == "missing_privilege"
    assert "prvCreateServiceEndpoint" in str(failed.value)
