"""What only Zoho has: data centres, grants that must last, page tokens, writes with a condition, notifications."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any, cast
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from pydantic import SecretStr

from leadbridge.crm.capabilities import Associations, Owners, Watching
from leadbridge.crm.errors import CallFailed
from leadbridge.crm.model import Pair, Write
from leadbridge.crm.zoho import requests
from leadbridge.crm.zoho.provider import Zoho
from leadbridge.crm.zoho.webhooks import channel_of
from leadbridge.integrations.model import TOKENS
from leadbridge.kit.clock import to_text
from leadbridge.kit.errors import InvalidInput
from leadbridge.storage.batch import WriteBatch
from tests.contract.providers.conftest import Connected
from tests.contract.providers.test_changes import walk
from tests.contract.providers.test_troubles import let_renew
from tests.contract.providers.under_test import UnderTest
from tests.contract.providers.zoho import ZohoUnderTest
from tests.support.hub_in_process import HubUnderTest
from tests.support.zoho import ZohoProcess


@pytest.fixture
def sandbox(vendor: UnderTest) -> ZohoProcess:
    if not isinstance(vendor, ZohoUnderTest):
        pytest.skip("about Zoho")
    return vendor.sandbox


@pytest.fixture
def zoho(sandbox: ZohoProcess, connected: Connected) -> Zoho:
    return cast(Zoho, connected.provider)


async def approve(site: HubUnderTest, sandbox: ZohoProcess, **changes: str) -> dict[str, str]:
    """Walk through a connect with the consent's query changed, confirm it, and return how it ended."""
    begun = (await site.ask("POST", "/crm-integration/oauth/init", json={"provider": "zoho"})).data
    asked = {name: told[0] for name, told in parse_qs(urlsplit(begun["authUrl"]).query).items()}
    where, back = await asyncio.to_thread(lambda: sandbox.consent(**(asked | changes)))
    path = f"{urlsplit(where).path.removeprefix('/api/v1')}?{urlencode(back)}"
    async with site._session.get(f"{site.base}/api/v1{path}", allow_redirects=False) as answer:
        ended = {name: told[0] for name, told in parse_qs(urlsplit(answer.headers["location"]).query).items()}
    if "handle" in ended:
        done = await site.ask("POST", "/crm-integration/oauth/complete", json={"handle": ended["handle"]})
        assert done.status == 200, done.body
    return ended


def add(sandbox: ZohoProcess, module: str, **properties: Any) -> str:
    return str(sandbox.control("POST", f"/records/{module}", {"properties": properties})["id"])


async def test_an_account_in_another_data_centre_is_served_from_there(hub: HubUnderTest, sandbox: ZohoProcess) -> None:
    europe = {"zgid": "20099001", "location": "eu"}
    sandbox.control("POST", "/accounts", europe)
    ended = await approve(hub, sandbox, org="20099001")
    assert ended["status"] == "pending"
    connection = await hub.hub.connections.usable(hub.company_id)
    assert connection.account.account_id == "20099001"
    assert connection.origins == (sandbox.eu_url,)
    session = hub.hub.connections.session(connection)
    assert session.app.api_url == session.app.login_url == sandbox.eu_url
    provider, _ = hub.hub.connections.provider("zoho")
    (made,) = await provider.upsert(
        session, "Leads", "Leadbridge_ID", [Write("a", {"Leadbridge_ID": "1", "Last_Name": "Roy", "Company": "Roy"})]
    )
    assert made.record is not None


async def test_a_grant_that_does_not_last_connects_nothing(hub: HubUnderTest, sandbox: ZohoProcess) -> None:
    ended = await approve(hub, sandbox, access_type="online")
    assert (ended["status"], ended["code"]) == ("error", "offline_access_missing")
    assert (await hub.ask("GET", "/crm-integration")).data is None
    (failure,) = (await hub.ask("GET", "/crm-integration/error-logs")).data
    assert "refresh token" in failure["message"]


async def test_a_foreign_accounts_server_gets_nothing(hub: HubUnderTest, sandbox: ZohoProcess) -> None:
    begun = (await hub.ask("POST", "/crm-integration/oauth/init", json={"provider": "zoho"})).data
    query = urlencode(
        {"state": begun["state"], "code": "1000.x", "accounts-server": "https://accounts.zoho.eu.evil.test"}
    )
    url = f"{hub.base}/api/v1/crm-integration/oauth/callback/zoho?{query}"
    async with hub._session.get(url, allow_redirects=False) as answer:
        assert "code=foreign_server" in answer.headers["location"]
    assert sandbox.calls("oauth.token") == 0


async def test_an_unknown_data_centre_is_refused(hub: HubUnderTest, sandbox: ZohoProcess) -> None:
    refused = await hub.ask("POST", "/crm-integration/oauth/init", json={"provider": "zoho", "dataCenter": "mars"})
    assert (refused.status, refused.body["error"]["hint"][:11]) == (400, "Choose one ")


async def test_a_throttled_token_endpoint_ends_nothing(connected: Connected, zoho: Zoho, sandbox: ZohoProcess) -> None:
    body = {"error_description": "You have made too many requests.", "error": "Access Denied", "status": "failure"}
    sandbox.advance(3700)
    sandbox.fault("oauth.token", "answer", status=400, body=body)
    with pytest.raises(CallFailed) as held:
        await zoho.describe(connected.session(), "Leads")
    assert held.value.code == "token_renewal_held"
    assert (await connected.site.ask("GET", "/crm-integration")).data["status"] == "active"
    await let_renew(connected)
    tokens = await connected.site.hub.store[TOKENS].of(connected.site.company_id).get(connected.connection.id)
    assert tokens is not None
    assert tokens.not_before is not None
    assert not tokens.gone
    past = {"notBefore": connected.site.hub.clock.now() - timedelta(minutes=1)}
    patch = WriteBatch().patch(TOKENS, connected.site.company_id, tokens.id, values=past, rev=tokens.rev)
    await connected.site.hub.store.write(patch)
    assert await zoho.describe(connected.session(), "Leads")


async def test_a_missing_scope_asks_for_no_new_token(connected: Connected, zoho: Zoho, sandbox: ZohoProcess) -> None:
    refusal = {"code": "OAUTH_SCOPE_MISMATCH", "details": {}, "message": "Unauthorized", "status": "error"}
    sandbox.fault("fields.list", "answer", status=401, body=refusal)
    before = sandbox.calls("oauth.token")
    with pytest.raises(CallFailed) as failed:
        await zoho.describe(connected.session(), "Leads")
    assert failed.value.fault.code == "missing_scope"
    assert sandbox.calls("oauth.token") == before


async def test_zohos_own_automations_are_not_started(connected: Connected, zoho: Zoho, sandbox: ZohoProcess) -> None:
    session = connected.session()
    (made,) = await connected.upsert([connected.vendor.good(1)])
    assert made.record is not None
    await zoho.write(session, "Leads", [Write("u", {"City": "Rome"}, made.record.id)])
    await zoho.write(session, "Leads", [Write("c", connected.vendor.good(2))])
    writes = sandbox.control("POST", "/do/triggers", {})["writes"]
    assert len(writes) == 3
    assert [one["trigger"] for one in writes] == [[], [], []]


async def test_a_tenant_may_want_zohos_own_automations(connected: Connected, sandbox: ZohoProcess) -> None:
    path = f"/crm-integration/connections/{connected.connection.id}"
    assert (await connected.site.ask("PATCH", path, json={"workflows": True})).data["workflows"] is True
    wished = replace(connected, connection=await connected.site.hub.connections.usable(connected.site.company_id))
    await wished.upsert([connected.vendor.good(1)])
    (write,) = sandbox.control("POST", "/do/triggers", {})["writes"]
    assert write["trigger"] != []


async def test_a_write_with_a_version_spares_what_was_changed_since(
    connected: Connected, zoho: Zoho, sandbox: ZohoProcess
) -> None:
    made = [one.record for one in await connected.upsert([connected.vendor.good(1), connected.vendor.good(2)])]
    first, second = (record.id for record in made if record is not None)
    read = await zoho.read(connected.session(), "Leads", None, [first, second], [])
    sandbox.advance(5)
    sandbox.edit(first, "Leads", City="A person's")
    writes = [Write(id, {"City": "Ours"}, id, read[id].version) for id in (first, second)]
    spared, done = await zoho.write(connected.session(), "Leads", writes)
    assert spared.fault is not None
    assert spared.fault.code == "changed_meanwhile"
    assert done.fault is None
    read = await zoho.read(connected.session(), "Leads", None, [first, second], ["City"])
    assert [read[id].values["City"] for id in (first, second)] == ["A person's", "Ours"]


async def test_more_fields_than_one_call_gives_are_read_together(
    connected: Connected, zoho: Zoho, sandbox: ZohoProcess
) -> None:
    names = []
    for number in range(60):
        made = sandbox.control("POST", "/do/field", {"field": {"field_label": f"Extra {number}", "data_type": "text"}})
        names.append(str(made["api_name"]))
    id = add(sandbox, "Leads", Last_Name="Roy", Company="Roy", **{name: f"value {name}" for name in names})
    before = connected.vendor.calls("read")
    read = await zoho.read(connected.session(), "Leads", None, [id], names)
    assert connected.vendor.calls("read") == before + 2
    assert {name: read[id].values[name] for name in names} == {name: f"value {name}" for name in names}


async def test_values_of_every_type_go_there_and_back(connected: Connected, zoho: Zoho, sandbox: ZohoProcess) -> None:
    fields = [
        {"field_label": "Visits", "data_type": "integer"},
        {"field_label": "Worth", "data_type": "currency", "length": 16, "decimal_place": 2},
        {"field_label": "Wants News", "data_type": "boolean"},
        {"field_label": "Met On", "data_type": "date"},
        {
            "field_label": "Languages",
            "data_type": "multiselectpicklist",
            "pick_list_values": [{"display_value": one, "actual_value": one} for one in ("German", "Dutch")],
        },
    ]
    names = [str(sandbox.control("POST", "/do/field", {"field": field})["api_name"]) for field in fields]
    sent = dict(zip(names, ("12", "1500.5", "true", "2026-11-20", "German;Dutch"), strict=True))
    (made,) = await connected.upsert([{**connected.vendor.good(1), **sent}])
    assert made.fault is None
    assert made.record is not None
    read = await zoho.read(connected.session(), "Leads", None, [made.record.id], names)
    assert {name: read[made.record.id].values[name] for name in names} == sent
    types = {one.name: one.type for one in await zoho.describe(connected.session(), "Leads")}
    assert [types[name] for name in names] == ["number", "number", "boolean", "date", "choices"]


async def test_a_field_that_does_not_exist_is_told_and_not_dropped(connected: Connected, zoho: Zoho) -> None:
    rows = [{**connected.vendor.good(1), "Last_Nam": "x"}, connected.vendor.good(2)]
    wrong, right = await connected.upsert(rows)
    assert wrong.fault is not None
    assert (wrong.fault.code, right.fault) == ("field_missing", None)


async def test_a_page_token_that_has_expired_loses_nothing(
    connected: Connected, zoho: Zoho, sandbox: ZohoProcess
) -> None:
    hour = connected.site.hub.clock.now() - timedelta(hours=2)
    connected.vendor.seed(900, to_text(hour), 0)
    session, now = connected.session(), connected.site.hub.clock.now()
    met: set[str] = set()
    cursor: str | None = None
    for turn in range(60):
        if turn == 3:
            sandbox.advance(25 * 3600)
            await let_renew(connected)
        page = await zoho.changes(session, "Leads", cursor, now)
        met |= {one.id for one in page.changes}
        cursor = page.cursor
        if not page.more:
            break
    assert met == {record.id for record in connected.vendor.records()}


@pytest.mark.parametrize(
    "switch", [{"modifiedSinceInclusive": True}, {"nothingNewStatus": 204}, {"pageTokenByOffset": True}]
)
async def test_what_the_documentation_leaves_open_does_not_matter(
    connected: Connected, zoho: Zoho, sandbox: ZohoProcess, switch: dict[str, Any]
) -> None:
    sandbox.settings(**switch)
    hour = connected.site.hub.clock.now() - timedelta(hours=2)
    connected.vendor.seed(450, to_text(hour), 0)
    connected.vendor.seed(10, to_text(hour + timedelta(seconds=1)), 450)
    found, cursor = await walk(connected, None)
    assert len(found) == len({one.id for one in found}) == 460
    assert (await walk(connected, cursor))[0] == []


async def test_a_converted_lead_is_still_there(connected: Connected, zoho: Zoho, sandbox: ZohoProcess) -> None:
    sandbox.advance(-600)
    (made,) = await connected.upsert([connected.vendor.good(1)])
    assert made.record is not None
    sandbox.control("POST", "/do/convert", {"id": made.record.id})
    read = await zoho.read(connected.session(), "Leads", None, [made.record.id], ["Converted__s", "Converted_Contact"])
    assert read[made.record.id].values["Converted__s"] == "true"
    assert read[made.record.id].values["Converted_Contact"]
    found, _ = await walk(connected, None)
    assert [(one.id, one.gone) for one in found] == [(made.record.id, False)]
    (refused,) = await zoho.write(connected.session(), "Leads", [Write("a", {"City": "Rome"}, made.record.id)])
    if refused.fault is not None:  # whether a converted lead can still be written is not described
        assert not refused.fault.retryable


async def test_without_a_unique_field_zohos_own_check_keeps_records_single(
    hub: HubUnderTest, vendor: UnderTest, sandbox: ZohoProcess
) -> None:
    sandbox.control("POST", "/do/field", {"field": {"field_label": "Leadbridge ID", "data_type": "text"}})
    await approve(hub, sandbox)
    connection = await hub.hub.connections.usable(hub.company_id)
    assert connection.own_key is not None
    assert not connection.own_key.ready
    assert "not unique" in connection.own_key.reason
    assert "Do not allow duplicate values" in connection.own_key.hint
    provider, session = hub.hub.connections.provider("zoho")[0], hub.hub.connections.session(connection)
    row = {"Last_Name": "Roy", "Company": "Roy", "Email": "ada@roy.test"}
    for _ in range(2):
        (made,) = await provider.write(session, "Leads", [Write("a", row)])
        assert made.record is not None
    assert len([one for one in vendor.records() if not one.archived]) == 1


async def test_a_create_that_meets_our_own_key_names_the_record(connected: Connected, zoho: Zoho) -> None:
    row = connected.vendor.good(1)
    (made,) = await connected.upsert([row])
    assert made.record is not None
    (again,) = await zoho.write(connected.session(), "Leads", [Write("a", row)])
    assert again.fault is not None
    assert (again.fault.code, again.existing_id) == ("already_exists", made.record.id)


async def test_notifications_are_renewed_and_never_ordered_twice(
    connected: Connected, zoho: Zoho, sandbox: ZohoProcess
) -> None:
    assert isinstance(zoho, Watching)
    session, address = connected.session(), "https://hub.example.test/api/v1/webhook/crm/zoho/k1"
    now = connected.site.hub.clock.now()
    until = await zoho.watch(session, address, SecretStr("a-secret"))
    assert now + timedelta(days=3) < until < now + timedelta(days=7)
    await zoho.watch(session, address, SecretStr("another-secret"))
    await zoho.watch(session, address + "2", SecretStr("a-secret"))

    def held() -> dict[str, Any]:
        return {one["channel"]: one for one in sandbox.control("POST", "/do/deliveries", {})["channels"]}

    assert set(held()) == {channel_of(address), channel_of(address + "2")}
    assert held()[channel_of(address)]["token"] == "another-secret"
    for _ in range(2):
        await zoho.unwatch(session, address)
    assert set(held()) == {channel_of(address + "2")}
    for secret, where in (("x" * 51, address), ("", address), ("ok", f"{address}?x=1"), ("ok", "x" * 256)):
        with pytest.raises(InvalidInput):
            await zoho.watch(session, where, SecretStr(secret))


async def test_no_more_calls_are_under_way_than_an_account_allows(
    connected: Connected, zoho: Zoho, sandbox: ZohoProcess
) -> None:
    sandbox.settings(latencyMs=30)
    rows = [connected.vendor.good(number) for number in range(1500)]
    reads = asyncio.gather(*(zoho.describe(connected.session(), "Leads") for _ in range(20)))
    outcomes = await connected.upsert(rows)
    assert all(one.fault is None for one in outcomes)
    assert all(await reads)
    most = sandbox.control("POST", "/do/usage", {})["mostAtOnce"]
    assert most
    assert max(most.values()) <= 10


async def test_owners_and_references(connected: Connected, zoho: Zoho, sandbox: ZohoProcess) -> None:
    assert isinstance(zoho, Owners)
    assert isinstance(zoho, Associations)
    sandbox.control("POST", "/do/user", {"id": "5547000000999", "firstName": "Old", "status": "disabled"})
    owners = await zoho.owners(connected.session())
    assert [one.active for one in owners] == [True, False]
    person, account = add(sandbox, "Contacts", Last_Name="Roy"), add(sandbox, "Accounts", Account_Name="Acme")
    session = connected.session()
    pair = Pair(person, account, primary=True)
    assert await zoho.associate(session, "Contacts", "Accounts", [pair]) == {}
    assert await zoho.associated(session, "Contacts", "Accounts", [person]) == {person: (pair,)}
    refused = await zoho.associate(session, "Contacts", "Accounts", [Pair(person, "1")])
    assert list(refused) == [Pair(person, "1")]


async def test_a_module_of_the_tenants_own(connected: Connected, zoho: Zoho, sandbox: ZohoProcess) -> None:
    sandbox.control("POST", "/do/module", {"name": "Projects", "singular": "Project", "plural": "Projects"})
    fields = {one.name: one for one in await zoho.describe(connected.session(), "Projects")}
    assert fields["Name"].writable
    (made,) = await zoho.write(connected.session(), "Projects", [Write("a", {"Name": "Roof"})])
    assert made.record is not None
    read = await zoho.read(connected.session(), "Projects", None, [made.record.id], ["Name"])
    assert read[made.record.id].values["Name"] == "Roof"
    with pytest.raises(CallFailed) as failed:
        await zoho.describe(connected.session(), "Spaceships")
    assert failed.value.fault.code == "object_missing"


async def test_every_version_is_one_setting(connected: Connected, zoho: Zoho) -> None:
    session = connected.session()
    for version in ("v7", "v8"):
        app = replace(session.app, api_version=version)
        for request in (requests.organisation(app), requests.fields(app, "Deals"), requests.layouts(app, "Leads")):
            assert (await session.call(request)).status == 200, request
