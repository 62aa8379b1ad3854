"""Connecting over real HTTP: with the browser that began, with another one, again, and in trouble."""

import asyncio
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from leadbridge.integrations.model import CONNECTIONS, FLOWS, TOKENS
from leadbridge.kit.clock import Clock
from leadbridge.storage.batch import WriteBatch
from leadbridge.tenancy.model import DIRECTORY
from tests.contract.integrations.walk import API, Connecting
from tests.support.consent import Browser, decide
from tests.support.web import send
from tests.support.wire_tap import Call


async def page(address: str, browser: Browser) -> str:
    answer = await asyncio.to_thread(browser.open, "GET", address)
    assert answer.status == 200
    return answer.text


async def test_the_browser_that_began_is_connected_at_once(site: Connecting) -> None:
    ended = await site.approve(await site.begin())
    assert ended.outcome == {"status": "connected", "provider": "hubspot", "code": "connected"}
    shown = await site.data("GET", "")
    assert shown["status"] == "active"
    assert shown["primary"] is True
    assert shown["accountInfo"]["accountName"] == "Ana Admin"
    assert shown["accountInfo"]["portalId"] == shown["accountInfo"]["accountId"]
    assert shown["tokens"] == {
        "hasAccessToken": True,
        "hasRefreshToken": True,
        "tokenExpiry": shown["tokens"]["tokenExpiry"],
        "tokenExpiryEstimated": False,
    }
    assert shown["ownKey"]["ready"] is True
    assert shown["syncing"] is False


async def test_a_place_that_the_crm_does_not_have_is_refused(site: Connecting) -> None:
    answer = await site.api("POST", "/oauth/init", json={"provider": "hubspot", "dataCenter": "eu"})
    assert answer.status == 400
    assert answer.json()["error"]["message"] == "HubSpot takes no dataCenter."


async def test_what_the_crm_leaves_no_choice_about_cannot_be_chosen(site: Connecting) -> None:
    connection = await site.connect()
    answer = await site.api("PATCH", f"/connections/{connection.id}", json={"workflows": True})
    assert answer.status == 400
    assert "hubspot" in answer.json()["error"]["message"]


async def test_pkce_is_sent_and_nothing_secret_stands_in_an_address(site: Connecting) -> None:
    begun = await site.begin()
    asked = parse_qs(urlsplit(begun.auth_url).query)
    assert asked["code_challenge_method"] == ["S256"]
    await site.approve(begun)
    exchanges = [call for call in site.tap.calls if call.grant_type == "authorization_code"]
    assert len(exchanges) == 1
    sent = parse_qs(exchanges[0].request.decode())
    assert len(sent["code_verifier"][0]) >= 43
    assert sent["redirect_uri"] == [f"{site.base}{API}/oauth/callback/hubspot"]
    assert all("?" not in call.path for call in site.tap.calls if call.is_token_call)


async def test_another_browser_waits_for_the_user_who_began(site: Connecting) -> None:
    ended = await site.approve(await site.begin(), browser=Browser())
    assert ended.outcome["status"] == "pending"
    assert await site.data("GET", "") is None, "nothing may use it yet"
    listed = await site.data("GET", "/connections")
    assert [one["status"] for one in listed] == ["pending"]
    refused = await site.api("POST", "/sync-leads", json={"leadIds": ["x"]})
    assert refused.json()["error"]["code"] == "no_active_connection"

    handle = {"handle": ended.outcome["handle"]}
    for same_company in (True, False):
        stranger = await site.another_user(same_company=same_company)
        answer = await site.api("POST", "/oauth/complete", token=stranger, json=handle)
        assert (answer.status, answer.json()["error"]["code"]) == (404, "handle_unknown")

    done = await site.data("POST", "/oauth/complete", json=handle)
    assert done["status"] == "active"
    assert done["ownKey"]["ready"] is True
    again = await site.api("POST", "/oauth/complete", json=handle)
    assert again.status == 404, "a handle is used once"
    assert [one["status"] for one in await site.data("GET", "/connections")] == ["active"]


async def test_a_cookie_of_another_flow_is_no_proof(site: Connecting) -> None:
    mine, theirs = await site.begin(), await site.begin()
    ended = await site.approve(mine, browser=theirs.browser)
    assert ended.outcome["status"] == "pending"


async def test_two_browsers_at_once_make_one_connection(site: Connecting) -> None:
    one, two = await site.begin(), await site.begin()
    assert (await site.approve(one)).outcome["status"] == "connected"
    first = await site.stored()
    assert (await site.approve(two)).outcome["status"] == "connected"
    again = await site.stored()
    assert [connection.id for connection in again] == [connection.id for connection in first]
    assert (await site.tokens(again[0])).gen == 2


async def test_unconfirmed_is_swept_and_given_back(site: Connecting) -> None:
    ended = await site.approve(await site.begin(), browser=Browser())
    pending = (await site.stored())[0]
    token = await site.refresh_token(pending)
    assert (await site.hub.connections.sweep()).pending == 0
    await expire(site, pending.id)
    late = await site.api("POST", "/oauth/complete", json={"handle": ended.outcome["handle"]})
    assert late.status == 404
    swept = await site.hub.connections.sweep()
    assert swept.pending == 1
    assert await site.stored() == []
    assert await site.hub.store[TOKENS].of(site.company).get(pending.id) is None
    assert not site.alive(token), "the vendor was told"
    assert (await site.hub.connections.sweep()).pending == 0


async def test_a_grant_that_another_connection_shares_is_not_revoked(site: Connecting) -> None:
    """Some vendors give the same refresh token to a second consent."""
    connection = await site.connect()
    token = await site.refresh_token(connection)

    def same_grant(call: Call) -> Call:
        if call.grant_type != "authorization_code":
            return call
        return Call(call.method, call.path, call.bearer, call.request, call.status,
                    call.answer.replace(str(call.answered()["refresh_token"]).encode(), token.encode()))  # fmt: skip

    site.tap.rewrite = same_grant
    await site.approve(await site.begin(), browser=Browser())
    pending = next(one for one in await site.stored() if one.id != connection.id)
    await expire(site, pending.id)
    assert (await site.hub.connections.sweep()).pending == 1
    assert site.alive(token)


async def test_a_refused_consent_is_told_and_logged(site: Connecting) -> None:
    ended = await site.approve(await site.begin(), decision="deny")
    assert ended.outcome == {"status": "denied", "provider": "hubspot", "code": "consent_denied"}
    assert await site.stored() == []
    logged = await site.errors("?code=consent_denied&provider=hubspot")
    assert [(entry["operation"], entry["vendorCode"]) for entry in logged] == [("connect", "access_denied")]
    assert "Consent was refused" in await page(ended.address, ended.browser)
    assert not any(call.is_token_call for call in site.tap.calls)


async def test_a_call_back_works_once(site: Connecting) -> None:
    ended = await site.approve(await site.begin())
    again = await site.come_back(ended.callback_url, ended.browser)
    assert again.outcome["code"] == "state_used"
    assert len([call for call in site.tap.calls if call.grant_type == "authorization_code"]) == 1


async def test_unknown_expired_and_misdirected_states(site: Connecting) -> None:
    unknown = f"{site.base}{API}/oauth/callback/hubspot?code=x&state=st_never"
    assert (await site.come_back(unknown, Browser())).outcome["code"] == "state_unknown"
    for without in ("hubspot", "hubspot?code=x", "zoho?state=", "nonsense?state=x"):
        assert (await site.come_back(f"{site.base}{API}/oauth/callback/{without}", Browser())).outcome["status"] == (
            "error"
        )

    begun = await site.begin()
    elsewhere = f"{site.base}{API}/oauth/callback/zoho?code=x&state={begun.state}"
    assert (await site.come_back(elsewhere, begun.browser)).outcome["code"] == "state_mismatch"
    missing = f"{site.base}{API}/oauth/callback/hubspot?state={begun.state}"
    assert (await site.come_back(missing, begun.browser)).outcome["code"] == "code_missing"

    late = await site.begin()
    flows = (await site.hub.store[FLOWS].across_companies().find(order=["expiresAt"])).items
    past = past_of(site.hub.clock)
    for flow in flows:
        await site.hub.store.write(
            WriteBatch().patch(FLOWS, flow.company_id, flow.id, values={"expiresAt": past}, rev=flow.rev)
        )
    ended = await site.approve(late)
    assert ended.outcome["code"] == "state_expired"
    assert await site.stored() == []
    assert (await site.hub.connections.sweep()).flows == len(flows)
    assert (await site.come_back(ended.callback_url, late.browser)).outcome["code"] == "state_unknown"


async def test_a_code_that_the_vendor_refuses(site: Connecting) -> None:
    begun = await site.begin()
    ended = await site.come_back(
        f"{site.base}{API}/oauth/callback/hubspot?code=made-up&state={begun.state}", begun.browser
    )
    assert ended.outcome == {"status": "error", "provider": "hubspot", "code": "exchange_failed"}
    entry = (await site.errors())[0]
    assert entry["vendorCode"] == "BAD_AUTH_CODE"
    assert entry["message"].startswith("HubSpot")


async def test_a_grant_whose_account_stays_unknown_is_given_back(site: Connecting) -> None:
    site.sandbox.fault("account.details", "answer", status=403, body={"category": "MISSING_SCOPES", "message": "no"})
    ended = await site.approve(await site.begin())
    assert ended.outcome["code"] == "account_unknown"
    assert await site.stored() == []
    token = next(call.answered()["refresh_token"] for call in site.tap.calls if call.grant_type)
    assert not site.alive(token)


async def test_without_the_optional_scope_a_connection_still_stands(site: Connecting) -> None:
    site.sandbox.settings(missingScopes=["crm.schemas.contacts.write"])
    connection = await site.connect()
    assert connection.own_key is not None
    assert connection.own_key.ready is False
    assert "crm.schemas.contacts.write" in connection.own_key.reason
    assert (await site.data("GET", ""))["status"] == "active"


ALLOWED = (
    "https://crm.example.com/settings/integrations",
    "https://crm.example.com/settings/integrations?tab=crm&status=connected",
    "http://localhost:3000/",
)
REFUSED = (
    "https://crm.example.com/settings/integrations/evil",
    "https://crm.example.com.evil.test/settings/integrations",
    "https://crm.example.com@evil.test/settings/integrations",
    "https://evil.test/?https://crm.example.com/settings/integrations",
    "http://crm.example.com/settings/integrations",
    "//crm.example.com/settings/integrations",
    "javascript:alert(1)",
    "https://crm.example.com\\@evil.test/settings/integrations",
    "https://crm.example.com:444/settings/integrations",
)


async def test_where_a_flow_may_return_to(site: Connecting) -> None:
    for url in REFUSED:
        answer = await site.api("POST", "/oauth/init", json={"provider": "hubspot", "returnUrl": url})
        assert (answer.status, answer.json()["error"]["code"]) == (400, "return_url_not_allowed"), url
    for url in ALLOWED:
        ended = await site.approve(await site.begin(returnUrl=url), decision="deny")
        assert ended.address.startswith(url.split("?")[0])
        query = parse_qs(urlsplit(ended.address).query)
        assert query["status"] == ["denied"], "an outcome that stood in the address is replaced"
        assert ("tab" in query) == ("tab=" in url)


@pytest.mark.parametrize(
    ("provider", "status", "code"),
    [("pipedrive", 400, "unknown_provider"), ("zoho", 409, "provider_not_configured")],
)
async def test_a_provider_that_cannot_be_connected(site: Connecting, provider: str, status: int, code: str) -> None:
    answer = await site.api("POST", "/oauth/init", json={"provider": provider})
    assert (answer.status, answer.json()["error"]["code"]) == (status, code)
    if provider == "zoho":
        assert answer.json()["error"]["details"]["missing"] == ["ZOHO_CLIENT_ID", "ZOHO_CLIENT_SECRET"]
        assert "ZOHO_CLIENT_ID" in answer.json()["error"]["hint"]


async def test_reconnecting_takes_the_same_account_only(site: Connecting) -> None:
    connection = await site.connect()
    first = await site.refresh_token(connection)
    await site.connect(connectionId=connection.id)
    assert [one.id for one in await site.stored()] == [connection.id]

    site.sandbox.control("POST", "/accounts", {"portalId": 5550001, "name": "Second Ltd"})
    begun = await site.begin(connectionId=connection.id)
    begun.auth_url = begun.auth_url.replace("/oauth/authorize", "/oauth/5550001/authorize")
    ended = await site.approve(begun)
    assert ended.outcome["code"] == "wrong_account"
    assert (await site.errors())[0]["code"] == "wrong_account"
    wrong = [call.answered()["refresh_token"] for call in site.tap.calls if call.grant_type == "authorization_code"][-1]
    assert not site.alive(wrong), "the wrong account's grant is given back"
    kept = (await site.stored())[0]
    assert kept.account.account_id == connection.account.account_id
    assert await site.refresh_token(kept) != first
    assert site.alive(await site.refresh_token(kept))


async def test_a_second_account_is_a_second_connection_and_may_be_primary(site: Connecting) -> None:
    first = await site.connect()
    site.sandbox.control("POST", "/accounts", {"portalId": 5550001, "name": "Second Ltd"})
    begun = await site.begin()
    begun.auth_url = begun.auth_url.replace("/oauth/authorize", "/oauth/5550001/authorize")
    assert (await site.approve(begun)).outcome["status"] == "connected"
    second = (await site.stored())[-1]
    assert (await site.data("GET", ""))["_id"] == first.id
    changed = await site.data("PATCH", f"/connections/{second.id}", json={"primary": True})
    assert changed["primary"] is True
    assert (await site.data("GET", "?provider=hubspot"))["_id"] == second.id
    assert (await site.data("GET", f"?connectionId={first.id}"))["primary"] is False
    assert [one["primary"] for one in await site.data("GET", "/connections")] == [False, True]
    wrong = await site.api("GET", f"?connectionId={first.id}&provider=zoho")
    assert wrong.status == 404


async def test_connections_of_another_company_do_not_exist(site: Connecting) -> None:
    connection = await site.connect()
    stranger = await site.another_user(same_company=False)
    assert await site.data("GET", "/connections", token=stranger) == []
    foreign = [
        await site.api("GET", f"/connections/{connection.id}", token=stranger),
        await site.api("DELETE", f"/connections/{connection.id}", token=stranger),
        await site.api("PATCH", f"/connections/{connection.id}", token=stranger, json={"paused": True}),
        await site.api("POST", "/test-connection", token=stranger, json={"connectionId": connection.id}),
        await site.api(
            "POST", "/oauth/init", token=stranger, json={"provider": "hubspot", "connectionId": connection.id}
        ),
    ]
    assert [answer.json()["error"]["code"] for answer in foreign] == ["connection_not_found"] * 5
    assert (await site.data("GET", ""))["status"] == "active"


async def test_the_page_shows_the_account_to_the_connecting_browser_alone(site: Connecting) -> None:
    ended = await site.approve(await site.begin())
    assert "Ana Admin" in await page(ended.address, ended.browser)
    assert "Ana Admin" not in await page(ended.address, Browser())
    forged = await page(f"{site.base}/super-user/integrations?status=<script>&code=%22%3E&provider=<b>", Browser())
    assert "<script>" not in forged
    assert "How it ended cannot be told" in forged


async def test_the_page_names_what_is_missing_and_the_exact_redirect_address(site: Connecting) -> None:
    answer = await asyncio.to_thread(send, "GET", f"{site.base}/super-user/integrations")
    assert answer.status == 200
    assert "ZOHO_CLIENT_ID" in answer.text
    assert f"{site.base}{API}/oauth/callback/dynamics" in answer.text
    assert "<script" not in answer.text
    assert "Automation" in answer.text


async def test_the_page_of_a_pending_connect_says_what_to_send(site: Connecting) -> None:
    ended = await site.approve(await site.begin(), browser=Browser())
    text = await page(ended.address, ended.browser)
    assert ended.outcome["handle"] in text
    assert "POST /api/v1/crm-integration/oauth/complete" in text


async def test_cookies_of_a_flow(site: Connecting) -> None:
    answer = await site.api("POST", "/oauth/init", json={"provider": "hubspot"})
    cookie = answer.header("set-cookie") or ""
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert f"Path={API}/oauth" in cookie
    assert "Max-Age=600" in cookie


def past_of(clock: Clock) -> Any:
    return clock.now() - timedelta(seconds=1)


async def expire(site: Connecting, id: str) -> None:
    """Let a pending connection's time be over, in the connection and in the directory."""
    connection = await site.hub.store[CONNECTIONS].of(site.company).get(id)
    assert connection is not None
    past = past_of(site.hub.clock)
    batch = WriteBatch().patch(CONNECTIONS, site.company, id, values={"pendingUntil": past}, rev=connection.rev)
    entry = await site.hub.store[DIRECTORY].across_companies().get(f"oauth-handle:{connection.handle_hash}")
    assert entry is not None
    batch.patch(DIRECTORY, None, entry.id, values={"expiresAt": past}, rev=entry.rev)
    await site.hub.store.write(batch)


async def test_a_sweep_removes_however_many_flows_were_left(site: Connecting) -> None:
    past = past_of(site.hub.clock)
    for _ in range(3):
        await site.begin()
    flows = (await site.hub.store[FLOWS].across_companies().find(order=["expiresAt"])).items
    batch = WriteBatch()
    for number in range(450):
        copy = flows[0].model_copy(update={"id": site.hub.ids(), "state_hash": str(number), "expires_at": past})
        batch.insert(FLOWS, copy)
    await site.hub.store.write(batch)
    assert (await site.hub.connections.sweep()).flows == 450
    assert len((await site.hub.store[FLOWS].across_companies().find(order=["expiresAt"])).items) == 3


async def test_a_state_and_a_handle_are_used_once_even_at_the_same_moment(site: Connecting) -> None:
    begun = await site.begin()
    callback_url = await asyncio.to_thread(decide, begun.browser, begun.auth_url, "approve")
    ends = await asyncio.gather(*(site.come_back(callback_url, Browser()) for _ in range(4)))
    codes = sorted(end.outcome["code"] for end in ends)
    assert codes == ["confirmation_needed", "state_used", "state_used", "state_used"]
    handle = next(end.outcome["handle"] for end in ends if "handle" in end.outcome)
    answers = await asyncio.gather(*(site.api("POST", "/oauth/complete", json={"handle": handle}) for _ in range(4)))
    assert sorted(answer.status for answer in answers) == [200, 404, 404, 404]
    assert [one["status"] for one in await site.data("GET", "/connections")] == ["active"]


async def test_consents_of_one_account_at_the_same_moment_make_one_connection(site: Connecting) -> None:
    flows = [await site.begin() for _ in range(4)]
    ends = await asyncio.gather(*(site.approve(flow) for flow in flows))
    assert [end.outcome["status"] for end in ends] == ["connected"] * 4
    (connection,) = await site.stored()
    assert (await site.tokens(connection)).gen == 4
    assert (await site.data("POST", "/test-connection", json={}))["ok"] is True
