"""What only Salesforce has: answers of 200 full of failures, locks, duplicate rules, conversion, hidden fields."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest

from leadbridge.crm.errors import CallFailed, Effect
from leadbridge.crm.model import Write, Written
from leadbridge.crm.salesforce import unconfirmed
from leadbridge.crm.salesforce.defaults import OWN_KEY
from leadbridge.crm.salesforce.provider import Salesforce
from leadbridge.integrations.model import TOKENS
from leadbridge.integrations.session import ConnectionSession, Errand
from leadbridge.kit.clock import to_text
from leadbridge.security.errors import ForeignOrigin
from tests.contract.providers.conftest import Connected
from tests.contract.providers.salesforce import SalesforceUnderTest
from tests.contract.providers.test_changes import walk
from tests.contract.providers.test_troubles import let_renew
from tests.support.salesforce import SalesforceProcess


@pytest.fixture
def vendor(shared: SalesforceUnderTest) -> SalesforceUnderTest:
    if not isinstance(shared, SalesforceUnderTest):
        pytest.skip("about Salesforce")
    shared.reset()
    return shared


@pytest.fixture
def sandbox(vendor: SalesforceUnderTest) -> SalesforceProcess:
    return vendor.sandbox


@pytest.fixture
def salesforce(connected: Connected) -> Salesforce:
    assert isinstance(connected.provider, Salesforce)
    return connected.provider


async def made(connected: Connected, count: int = 1) -> list[Written]:
    """Return fresh leads, each with its record."""
    outcomes = await connected.upsert([connected.vendor.good(number) for number in range(count)])
    assert [one.fault for one in outcomes] == [None] * count
    return outcomes


def id_of(outcome: Written) -> str:
    assert outcome.record is not None
    return outcome.record.id


def fault_codes(outcomes: list[Written]) -> list[str | None]:
    return [one.fault.code if one.fault else None for one in outcomes]


async def test_a_locked_record_holds_up_its_own_row_only(
    connected: Connected, salesforce: Salesforce, sandbox: SalesforceProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unconfirmed, "LOCKED_SECONDS", 0.01)
    first, second, third = await made(connected, 3)
    sandbox.do("lock", id=id_of(second), attempts=2)
    sandbox.do("lock", id=id_of(third), attempts=50)
    before = sandbox.calls("collections.update")
    rows = [Write(str(n), {"City": "Rome"}, id_of(one)) for n, one in enumerate((first, second, third))]
    outcomes = await salesforce.write(connected.session(), "Lead", rows)
    assert fault_codes(outcomes) == [None, None, "record_locked"]
    assert outcomes[2].fault is not None
    assert outcomes[2].fault.retryable
    assert sandbox.calls("collections.update") == before + 1 + unconfirmed.LOCKED_TRIES
    (one,) = await salesforce.write(connected.session(), "Lead", [rows[2]])
    assert fault_codes([one]) == ["record_locked"]


async def test_contacts_of_one_account_are_written_one_call_after_the_other(
    connected: Connected, salesforce: Salesforce, sandbox: SalesforceProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unconfirmed, "LOCKED_SECONDS", 0.01)
    session = connected.session()
    (account,) = await salesforce.write(session, "Account", [Write("a", {"Name": "Acme"})])
    sandbox.do("lock", id=id_of(account), attempts=3)
    people = [Write(str(n), {"LastName": f"Person {n}", "AccountId": id_of(account)}) for n in range(5)]
    outcomes = await salesforce.write(session, "Contact", people)
    assert fault_codes(outcomes) == [None] * 5


async def test_a_record_changed_since_it_was_read_is_not_overwritten(
    connected: Connected, salesforce: Salesforce, vendor: SalesforceUnderTest
) -> None:
    outcomes = await made(connected, 3)
    read = [one.record for one in outcomes if one.record is not None]
    vendor.advance(5)
    vendor.edit(read[0].id, "A person's")
    rows = [Write(str(n), {"City": "Ours"}, one.id, one.version) for n, one in enumerate(read)]
    (alone,) = await salesforce.write(connected.session(), "Lead", rows[:1])
    assert fault_codes([alone]) == ["changed_meanwhile"]
    together = await salesforce.write(connected.session(), "Lead", rows)
    assert fault_codes(together) == ["changed_meanwhile", None, None]
    (alone,) = await salesforce.write(connected.session(), "Lead", [Write("x", {"City": "Ours"}, read[0].id)])
    assert alone.fault is None, "without a version it is written"


async def test_what_a_duplicate_rule_takes_a_lead_for_is_named(
    connected: Connected, salesforce: Salesforce, vendor: SalesforceUnderTest
) -> None:
    (there,) = await made(connected)
    twin = {name: text for name, text in vendor.good(0).items() if name != OWN_KEY}
    (outcome,) = await salesforce.write(connected.session(), "Lead", [Write("twin", twin)])
    assert outcome.fault is not None
    assert (outcome.fault.code, outcome.fault.vendor_code) == ("already_exists", "DUPLICATES_DETECTED")
    assert outcome.existing_id == id_of(there)
    assert "duplicate rule" in outcome.fault.cause
    (same,) = await salesforce.write(connected.session(), "Lead", [Write("key", {**vendor.good(1), OWN_KEY: "key-0"})])
    assert same.fault is not None
    assert (same.fault.code, same.existing_id) == ("already_exists", id_of(there))


async def test_a_converted_lead_is_left_alone_and_explained(
    connected: Connected, salesforce: Salesforce, sandbox: SalesforceProcess, vendor: SalesforceUnderTest
) -> None:
    outcomes = await made(connected, 2)
    ids = [id_of(one) for one in outcomes]
    converted = sandbox.do("convert", id=ids[0])
    rows = [Write(str(n), {"City": "Rome"}, id) for n, id in enumerate(ids)]
    written = await salesforce.write(connected.session(), "Lead", rows)
    assert fault_codes(written) == ["lead_converted", None]
    assert written[0].fault is not None
    assert not written[0].fault.retryable
    fields = ["IsConverted", "ConvertedContactId", "ConvertedAccountId"]
    read = (await salesforce.read(connected.session(), "Lead", None, [ids[0]], fields))[ids[0]]
    assert (read.values["IsConverted"], read.values["ConvertedContactId"]) == ("true", converted["contactId"])
    # the same person as a new lead: it is found before the converted one
    other = {**vendor.good(5), "Email": vendor.good(0)["Email"]}
    sandbox.settings(duplicateRules=False)
    (fresh,) = await salesforce.write(connected.session(), "Lead", [Write("n", other)])
    found = await salesforce.read(connected.session(), "Lead", "Email", [other["Email"].upper()], [])
    assert {key: one.id for key, one in found.items()} == {other["Email"].upper(): id_of(fresh)}


async def test_a_field_that_security_hides_is_missing_and_named(
    connected: Connected, salesforce: Salesforce, sandbox: SalesforceProcess
) -> None:
    sandbox.do("hide_field", object="Lead", field="Title")
    described = {one.name for one in await salesforce.describe(connected.session(), "Lead")}
    assert "Title" not in described
    checks = {one.name: one for one in await salesforce.check(connected.session())}
    assert not checks["Lead fields"].ok
    assert "Title" in checks["Lead fields"].message
    assert all(one.ok for name, one in checks.items() if name != "Lead fields")
    (there,) = await made(connected)
    with pytest.raises(CallFailed) as failed:
        await salesforce.read(connected.session(), "Lead", None, [id_of(there)], ["Title"])
    assert (failed.value.fault.code, failed.value.fault.effect) == ("field_missing", Effect.ATTENTION)
    before = sandbox.calls("collections.create")
    rows = [Write(str(n), {"LastName": f"P {n}", "Company": "P", "Title": "Boss"}) for n in range(8)]
    outcomes = await salesforce.write(connected.session(), "Lead", rows)
    assert fault_codes(outcomes) == ["field_missing"] * 8
    assert sandbox.calls("collections.create") == before + 1, "every row has the field: none is tried alone"


async def test_a_page_is_never_followed_to_another_host(
    connected: Connected, salesforce: Salesforce, sandbox: SalesforceProcess
) -> None:
    elsewhere = "https://elsewhere.test/services/data/v67.0/query/01g"
    page = {"totalSize": 2, "done": False, "nextRecordsUrl": elsewhere, "records": []}
    sandbox.fault("query", "answer", status=200, body=page)
    with pytest.raises(ForeignOrigin):
        await salesforce.read(connected.session(), "Lead", "Email", ["a@example.test"], [])


async def test_a_walk_goes_on_when_an_answer_is_given_up_between_two_pages(
    connected: Connected, salesforce: Salesforce, sandbox: SalesforceProcess, vendor: SalesforceUnderTest
) -> None:
    sandbox.settings(queryPageMax=200)
    vendor.seed(700, to_text(connected.site.hub.clock.now() - timedelta(hours=1)), 0)
    gone = [{"message": "invalid query locator", "errorCode": "INVALID_QUERY_LOCATOR"}]
    sandbox.fault("query.more", "answer", status=400, body=gone, nth=2)
    found, _ = await walk(connected, None)
    assert sorted(one.id for one in found) == sorted(one.id for one in vendor.records())


async def test_deletions_are_told_also_when_the_bin_was_emptied(
    connected: Connected, salesforce: Salesforce, sandbox: SalesforceProcess, vendor: SalesforceUnderTest
) -> None:
    ids = [id_of(one) for one in await made(connected, 3)]
    page = await salesforce.gone(connected.session(), "Lead", None)
    assert (page.changes, page.more) == ((), False)
    vendor.remove(ids[0])
    vendor.merge(ids[1], ids[2])
    told = await salesforce.gone(connected.session(), "Lead", page.cursor)
    assert [one.id for one in told.changes] == [ids[0]], "a merged lead is no deletion"
    at = to_text(connected.site.hub.clock.now())
    logged = [{"id": id, "deletedDate": at} for id in (ids[0], ids[2], vendor.absent_id)]
    sandbox.fault("replication.deleted", "answer", status=200, body={"deletedRecords": logged})
    emptied = await salesforce.gone(connected.session(), "Lead", page.cursor)
    assert sorted(one.id for one in emptied.changes) == sorted([ids[0], vendor.absent_id])
    assert all(one.gone for one in emptied.changes)


async def test_the_field_for_our_key_is_made_and_shown_to_the_connections_user(
    connected: Connected, salesforce: Salesforce, sandbox: SalesforceProcess
) -> None:
    token = sandbox.issue_tokens()["access_token"]
    sets = sandbox.query(token, "SELECT Id FROM PermissionSet WHERE Name = 'Leadbridge_Fields'")["records"]
    assert len(sets) == 1
    assert (await salesforce.prepare(connected.session())).ok, "it may run twice"
    sandbox.do("hide_field", object="Lead", field=OWN_KEY)
    check = await salesforce.prepare(connected.session())
    assert check.name == "own key"
    assert check.ok or check.hint


async def test_a_session_that_a_new_token_cannot_cure_is_not_renewed(
    connected: Connected, salesforce: Salesforce, sandbox: SalesforceProcess
) -> None:
    before = sandbox.calls("oauth.token")
    message = "This session is not valid for use with the REST API"
    body = [{"message": message, "errorCode": "INVALID_SESSION_ID"}]
    sandbox.fault("describe.object", "answer", status=401, body=body)
    with pytest.raises(CallFailed) as failed:
        await salesforce.describe(connected.session(), "Lead")
    assert failed.value.fault.code == "token_unusable"
    assert sandbox.calls("oauth.token") == before


async def test_sessions_that_an_administrator_ends_are_renewed_once(
    connected: Connected, salesforce: Salesforce, sandbox: SalesforceProcess, vendor: SalesforceUnderTest
) -> None:
    before = vendor.calls("token")
    sandbox.do("expire_sessions")
    assert await salesforce.describe(connected.session(), "Lead")
    assert vendor.calls("token") == before + 1
    assert set(vendor.presented()) == {1}


async def test_when_the_days_calls_are_used_up_nothing_more_is_asked(
    connected: Connected, salesforce: Salesforce, sandbox: SalesforceProcess
) -> None:
    sandbox.do("used_calls", count=200_000)
    with pytest.raises(CallFailed) as failed:
        await salesforce.describe(connected.session(), "Lead")
    assert (failed.value.fault.code, failed.value.fault.effect) == ("daily_limit", Effect.RATE_LIMITED)
    assert failed.value.fault.retryable
    assert (await connected.site.ask("GET", "/crm-integration")).data["status"] == "rate_limited"


async def test_an_organisations_own_code_at_its_limit_gets_fewer_rows(
    connected: Connected, salesforce: Salesforce, sandbox: SalesforceProcess
) -> None:
    full: dict[str, Any] = {
        "success": False,
        "errors": [
            {
                "statusCode": "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY",
                "message": "LeadTrigger: System.LimitException: Too many SOQL queries: 101",
                "fields": [],
            }
        ],
    }
    sandbox.fault("collections.create", "answer", status=200, body=[full] * 120)
    rows = [Write(str(n), {"LastName": f"P {n}", "Company": f"P {n}"}) for n in range(120)]
    outcomes = await salesforce.write(connected.session(), "Lead", rows)
    assert fault_codes(outcomes) == [None] * 120
    assert len({id_of(one) for one in outcomes}) == 120
    assert sandbox.calls("collections.create") == 1 + 3


async def test_people_stages_and_values_of_record_types_are_told(
    connected: Connected, salesforce: Salesforce, sandbox: SalesforceProcess
) -> None:
    sandbox.do("user", firstName="Old", lastName="Owner", active=False)
    sandbox.do("user", queue="Queue")
    owners = await salesforce.owners(connected.session())
    assert {one.active for one in owners} == {True, False}
    assert all(one.name != "Queue" for one in owners)
    (pipeline,) = await salesforce.pipelines(connected.session(), "Opportunity")
    assert any(stage.closed for stage in pipeline.stages)
    assert await salesforce.pipelines(connected.session(), "Lead") == ()
    for values in (await salesforce.record_types(connected.session(), "Lead")).values():
        assert all(option.value for options in values.values() for option in options)


async def test_an_organisation_that_moves_is_found_at_its_new_address(
    connected: Connected, sandbox: SalesforceProcess
) -> None:
    """The address comes with each renewal; one that is not the vendor's own is not stored, and the tokens are."""
    service, company = connected.site.hub.connections, connected.site.company_id
    there = sandbox.url.replace("127.0.0.1", "localhost")
    for told, stored in (("http://elsewhere.test", sandbox.url), (there, there)):
        sandbox.control("POST", "/accounts", {"instanceUrl": told})
        sandbox.do("expire_sessions")
        await let_renew(connected)
        with suppress(CallFailed):
            await connected.provider.describe(connected.session(), "Lead")
        connected.connection = await service.connections.one(company, connected.connection.id)
        assert service.registered(connected.connection)[1].api_url == stored
    assert there in connected.connection.origins
    assert await connected.provider.describe(connected.session(), "Lead")
    tokens = await connected.site.hub.store[TOKENS].of(company).get(connected.connection.id)
    assert tokens is not None
    assert tokens.gen == 3, "both renewals were kept"


async def test_background_work_leaves_a_part_of_the_day_to_live_work(
    connected: Connected, salesforce: Salesforce, sandbox: SalesforceProcess
) -> None:
    """The tenant says where it stops; what people wait for goes on until Salesforce itself refuses."""
    service = connected.site.hub.connections

    def background() -> ConnectionSession:
        return service.session(connected.connection, Errand(urgent=False))

    assert await salesforce.describe(background(), "Lead")
    sandbox.do("used_calls", count=100_000)
    assert await salesforce.describe(connected.session(), "Lead"), "live work goes on, and learns what is used up"
    before = sandbox.calls()
    with pytest.raises(CallFailed) as failed:
        await salesforce.describe(background(), "Lead")
    assert (failed.value.fault.code, failed.value.fault.retryable) == ("daily_share", True)
    assert sandbox.calls() == before
    assert await salesforce.describe(connected.session(), "Lead")
    path = f"/crm-integration/connections/{connected.connection.id}"
    assert (await connected.site.ask("PATCH", path, json={"dayShare": 95})).data["dayShare"] == 95
    assert (await connected.site.ask("PATCH", path, json={"dayShare": 0})).status == 400
    connected.connection = await service.connections.one(connected.site.company_id, connected.connection.id)
    assert await salesforce.describe(background(), "Lead")
    assert (await connected.site.ask("GET", "/crm-integration")).data["status"] == "active"
