"""A connection's life after the connect: tests, renewals, slow-downs, an uninstall, and the end."""

from datetime import timedelta

import pytest

from leadbridge.crm.errors import CallFailed
from leadbridge.crm.hubspot import requests
from leadbridge.integrations.model import HEALTH, TOKENS, Connection
from leadbridge.integrations.session import ConnectionSession
from leadbridge.security.errors import ForeignOrigin, OutcomeLost
from leadbridge.security.transport import HttpRequest, Profile
from leadbridge.storage.batch import WriteBatch
from leadbridge.usage.model import USAGE_EVENTS, EventType, Status
from tests.contract.integrations.walk import Connecting


async def checks(site: Connecting) -> dict[str, tuple[bool, str]]:
    tested = await site.data("POST", "/test-connection", json={})
    return {check["name"]: (check["ok"], check["message"] + check["hint"]) for check in tested["checks"]}


async def session_of(site: Connecting, connection: Connection | None = None) -> ConnectionSession:
    return site.hub.connections.session(connection or await site.hub.connections.usable(site.company))


async def uninstall(site: Connecting, connection: Connection) -> None:
    """End the grant as an administrator does who removes the app in HubSpot."""
    app = site.hub.connections.provider("hubspot")[1]
    url = f"{app.api_url}/appinstalls/{app.api_version}/external-install"
    await (await session_of(site, connection)).call(HttpRequest("DELETE", url, Profile.VENDOR))


async def events(site: Connecting, kind: EventType) -> list[Status]:
    page = await site.hub.store[USAGE_EVENTS].of(site.company).find(order=["createdAt"], limit=100)
    return [event.status for event in page.items if event.event_type is kind]


async def test_a_connection_that_is_well(site: Connecting) -> None:
    connection = await site.connect()
    tested = await site.data("POST", "/test-connection", json={"connectionId": connection.id})
    assert tested["connectionId"] == connection.id
    assert tested["account"]["accountName"] == "Ana Admin"
    assert tested["latencyMs"] >= 0
    seen = await checks(site)
    assert {"token", "identity", "quota", "own key", "webhook subscription"} <= set(seen)
    assert any(name.startswith("contacts") for name in seen)
    assert [name for name, (ok, _) in seen.items() if not ok] == []
    assert tested["ok"] is True
    assert "Not set up" in seen["webhook subscription"][1]


async def test_nothing_to_test(site: Connecting) -> None:
    answer = await site.api("POST", "/test-connection")
    assert (answer.status, answer.json()["error"]["code"]) == (409, "no_active_connection")


async def test_after_an_uninstall_the_test_explains_and_the_status_asks_for_a_reconnect(site: Connecting) -> None:
    connection = await site.connect()
    await uninstall(site, connection)
    seen = await checks(site)
    assert seen["token"][0] is False
    assert "Connect the CRM again" in seen["token"][1]
    assert seen["identity"][0] is False
    shown = await site.data("GET", "")
    assert shown["status"] == "reauth_required"
    assert shown["statusReason"]["code"] == "reauth_required"
    assert shown["tokens"]["hasAccessToken"] is False
    assert (await site.errors("?code=grant_gone"))[0]["operation"] == "token_refresh"

    before = site.sandbox.calls("oauth.token")
    refused = await site.api("POST", "/sync-leads", json={"leadIds": ["x"], "connectionId": connection.id})
    assert refused.json()["error"]["code"] == "connection_not_usable"
    assert (await checks(site))["token"][0] is False
    assert site.sandbox.calls("oauth.token") == before, "a grant that is gone is not asked for again"

    await site.connect()
    shown = await site.data("GET", "")
    assert (shown["_id"], shown["status"]) == (connection.id, "active")


async def test_a_refused_token_is_renewed_and_the_call_repeated(site: Connecting) -> None:
    connection = await site.connect()
    site.sandbox.advance(1801)
    session = await session_of(site)
    app = session.app
    response = await session.call(requests.list_one(app, "contacts"))
    assert response.status == 200
    assert session.calls == 2
    assert (await site.tokens(connection)).gen == 2
    assert await events(site, EventType.TOKEN_REFRESH) == [Status.SUCCESS]


async def test_a_token_is_renewed_before_it_ends(site: Connecting) -> None:
    connection = await site.connect()
    await site.near_its_end(connection)
    session = await session_of(site)
    assert (await session.call(requests.list_one(session.app, "contacts"))).status == 200
    assert session.calls == 1, "without a refusal first"
    tokens = await site.tokens(connection)
    assert tokens.gen == 2
    assert tokens.expires_at - tokens.issued_at == timedelta(seconds=1800)


async def test_slow_down_is_waited_out(site: Connecting) -> None:
    await site.connect()
    site.sandbox.fault("objects.list", "rate_limited", times=1, headers={"Retry-After": "1"})
    session = await session_of(site)
    started = site.hub.clock.monotonic()
    assert (await session.call(requests.list_one(session.app, "contacts"))).status == 200
    assert session.calls == 2
    assert site.hub.clock.monotonic() - started < 20


async def test_a_day_without_calls_left_is_not_waited_out(site: Connecting) -> None:
    await site.connect()
    site.sandbox.fault("objects.list", "rate_limited", policy="DAILY", times=1)
    session = await session_of(site)
    with pytest.raises(CallFailed) as failed:
        await session.call(requests.list_one(session.app, "contacts"))
    assert failed.value.fault.code == "daily_limit"
    assert session.calls == 1


async def test_a_long_slow_down_is_told_and_shown_until_a_call_goes_through(site: Connecting) -> None:
    connection = await site.connect()
    body = {"status": "error", "message": "limit", "errorType": "RATE_LIMIT", "policyName": "TEN_SECONDLY_ROLLING"}
    headers = {"Retry-After": "90"}
    site.sandbox.fault("objects.list", "answer", status=429, body=body, headers=headers, times=1)
    session = await session_of(site)
    with pytest.raises(CallFailed) as failed:
        await session.call(requests.list_one(session.app, "contacts"))
    assert (failed.value.fault.code, failed.value.fault.retry_after) == ("rate_limited", 90)
    shown = await site.data("GET", "")
    assert (shown["status"], shown["statusReason"]["code"]) == ("rate_limited", "rate_limited")
    health = await site.hub.store[HEALTH].of(site.company).get(connection.id)
    assert health is not None
    session = await session_of(site)
    await session.call(requests.list_one(session.app, "contacts"))
    assert (await site.data("GET", ""))["status"] == "active"


async def test_server_errors_are_repeated_for_reads_and_never_for_writes(site: Connecting) -> None:
    await site.connect()
    session = await session_of(site)
    site.sandbox.fault("objects.list", "answer", status=502, times=2)
    assert (await session.call(requests.list_one(session.app, "contacts"))).status == 200
    assert session.calls == 3
    site.sandbox.fault("objects.list", "lost_before_write", times=1)
    assert (await session.call(requests.list_one(session.app, "contacts"))).status == 200

    before = site.sandbox.calls("objects.create")
    site.sandbox.fault("objects.create", "lost_after_write", times=1)
    create = HttpRequest(
        "POST",
        f"{session.app.api_url}/crm/objects/{session.app.api_version}/contacts",
        Profile.VENDOR,
        headers=requests.JSON,
        body=b'{"properties": {"email": "once@example.test"}}',
    )
    with pytest.raises(OutcomeLost):  # whether the contact exists is unknown, and that must be told
        await session.call(create)
    assert site.sandbox.calls("objects.create") == before + 1
    assert [one["properties"]["email"] for one in site.sandbox.records()] == ["once@example.test"]


async def test_the_token_goes_to_no_other_origin(site: Connecting) -> None:
    await site.connect()
    session = await session_of(site)
    elsewhere = f"{site.sandbox.url}/crm/v3/objects/contacts"  # the connection's own origin is the relay's
    with pytest.raises(ForeignOrigin):
        await session.call(HttpRequest("GET", elsewhere, Profile.VENDOR))
    assert session.calls == 0


async def test_documented_limits_are_not_hit_in_normal_use(site: Connecting) -> None:
    await site.connect()
    session = await session_of(site)
    for _ in range(60):
        assert (await session.call(requests.list_one(session.app, "contacts"))).status == 200
    assert not [call for call in site.tap.calls if call.status == 429]


async def test_a_pause_stops_work_and_is_lifted(site: Connecting) -> None:
    connection = await site.connect()
    assert (await site.data("PATCH", f"/connections/{connection.id}", json={"paused": True}))["status"] == "paused"
    refused = await site.api("POST", "/sync-leads", json={"leadIds": ["x"]})
    assert refused.json()["error"]["code"] == "no_active_connection"
    assert refused.json()["error"]["details"] == {"status": "paused"}
    assert (await site.data("PATCH", f"/connections/{connection.id}", json={"paused": False}))["status"] == "active"


async def test_disconnecting_gives_the_grant_back(site: Connecting) -> None:
    connection = await site.connect()
    token = await site.refresh_token(connection)
    told = await site.data("DELETE", f"/connections/{connection.id}")
    assert (told["status"], told["revokedAtVendor"], told["tokensDeleted"]) == ("disconnected", True, True)
    assert not site.alive(token)
    assert await site.hub.store[TOKENS].of(site.company).get(connection.id) is None
    assert await site.data("GET", "") is None
    shown = await site.data("GET", f"/connections/{connection.id}")
    assert shown["status"] == "disconnected"
    assert shown["tokens"] == {"hasAccessToken": False, "hasRefreshToken": False, "tokenExpiryEstimated": False}
    again = await site.data("DELETE", f"/connections/{connection.id}")
    assert "before" in again["message"]
    assert await events(site, EventType.CRM_DISCONNECT) == [Status.SUCCESS]

    revived = await site.connect()
    assert revived.id == connection.id, "the same account is the same connection: its links go on"


async def test_tokens_are_deleted_whatever_the_vendor_says(site: Connecting) -> None:
    connection = await site.connect()
    site.sandbox.fault("oauth.revoke", "answer", status=500)
    told = await site.data("DELETE", f"/connections/{connection.id}")
    assert (told["revokedAtVendor"], told["tokensDeleted"]) == (False, True)
    assert "did not confirm" in told["message"]
    assert await site.hub.store[TOKENS].of(site.company).get(connection.id) is None


async def test_a_wrong_client_secret_marks_no_connection(site: Connecting) -> None:
    connection = await site.connect()
    body = {"status": "BAD_CLIENT_SECRET", "error": "invalid_client", "message": "wrong secret"}
    site.sandbox.fault("oauth.token", "answer", status=401, body=body)
    site.sandbox.advance(1801)
    session = await session_of(site)
    with pytest.raises(CallFailed) as failed:
        await session.call(requests.list_one(session.app, "contacts"))
    assert "HUBSPOT_CLIENT_SECRET" in failed.value.fault.hint
    assert (await site.data("GET", ""))["status"] == "active"
    assert (await site.tokens(connection)).gone is False


async def test_the_error_log_is_filtered(site: Connecting) -> None:
    await site.approve(await site.begin(), decision="deny")
    await site.approve(await site.begin(), decision="deny")
    entry = (await site.errors())[0]
    assert entry["count"] == 2, "the same failure again counts up"
    for query, found in (
        ("?provider=hubspot", 1), ("?provider=zoho", 0), ("?code=nothing", 0),
        ("?since=2000-01-01T00:00:00Z", 1), ("?until=2000-01-01T00:00:00Z", 0), ("?connectionId=nobody", 0),
    ):  # fmt: skip
        assert len(await site.errors(query)) == found, query
    naive = await site.api("GET", "/error-logs?since=2026-01-01T00:00:00")
    assert naive.status == 400
    assert "time zone" in naive.json()["error"]["message"]


async def test_a_lost_health_document_is_made_anew(site: Connecting) -> None:
    connection = await site.connect()
    await site.hub.store.write(WriteBatch().delete(HEALTH, site.company, connection.id))
    assert (await site.data("GET", ""))["status"] == "active"
    await uninstall(site, connection)
    assert (await checks(site))["token"][0] is False
    assert (await site.data("GET", ""))["status"] == "reauth_required"
