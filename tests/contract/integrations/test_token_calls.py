"""Calls to the token endpoint stand in the request log and in the usage, like every other call to a vendor."""

from __future__ import annotations

from urllib.parse import urlsplit

from leadbridge.usage.model import REQUESTS, USAGE_EVENTS, LoggedRequest, UsageEvent
from tests.contract.integrations.walk import API, Connecting
from tests.support.consent import Browser


async def events(site: Connecting, kind: str) -> list[UsageEvent]:
    found = await site.hub.store[USAGE_EVENTS].of(site.company).find(eq={"eventType": kind}, order=("createdAt",))
    return found.items


async def calls_of(site: Connecting, event: UsageEvent) -> list[LoggedRequest]:
    return (await site.hub.store[REQUESTS].of(site.company).find(eq={"eventId": event.id}, order=("at",))).items


def to_tokens(calls: list[LoggedRequest]) -> list[LoggedRequest]:
    return [call for call in calls if "/oauth/" in urlsplit(call.url).path]


async def test_a_connect_a_renewal_and_an_end_show_their_calls(site: Connecting) -> None:
    connection = await site.connect()
    (connected,) = await events(site, "crm_connect")
    calls = await calls_of(site, connected)
    assert connected.metrics.api_calls_used == len(calls) >= 2
    (exchange, *_) = to_tokens(calls)
    assert (exchange.method, exchange.status, exchange.outcome) == ("POST", 200, "answered")
    assert exchange.correlation_id, "the vendor's own id of the call"
    secrets = [value for call in site.tap.calls if call.is_token_call for value in call.answered().values()]
    texts = [value for value in secrets if isinstance(value, str) and len(value) > 12]
    assert texts
    assert not [text for call in calls for text in texts if text in call.model_dump_json()]

    await site.near_its_end(connection)
    adapter, app = site.hub.connections.provider("hubspot")
    await site.hub.connections.keeper.access_token(connection, adapter, app)
    (renewed,) = await events(site, "token_refresh")
    (call,) = await calls_of(site, renewed)
    assert (renewed.metrics.api_calls_used, call.connection_id, call.status) == (1, connection.id, 200)

    await site.data("DELETE", f"/connections/{connection.id}")
    (ended,) = await events(site, "crm_disconnect")
    (revoked,) = await calls_of(site, ended)
    assert (ended.metrics.api_calls_used, revoked.outcome) == (1, "answered")
    assert not [text for text in texts if text in revoked.url], "what is given back stands in the path at HubSpot"


async def test_the_calls_of_a_consent_that_waits_for_its_user_belong_to_the_connect(site: Connecting) -> None:
    ended = await site.approve(await site.begin(), browser=Browser())
    logged = (await site.hub.store[REQUESTS].of(site.company).find(order=("at",))).items
    assert to_tokens(logged)
    assert await events(site, "crm_connect") == []
    await site.data("POST", "/oauth/complete", json={"handle": ended.outcome["handle"]})
    (connected,) = await events(site, "crm_connect")
    assert connected.metrics.api_calls_used == len(logged) == len(await calls_of(site, connected))


async def test_a_refused_exchange_is_logged_too(site: Connecting) -> None:
    begun = await site.begin()
    made_up = f"{site.base}{API}/oauth/callback/hubspot?code=made-up&state={begun.state}"
    ended = await site.come_back(made_up, begun.browser)
    assert ended.outcome["code"] == "exchange_failed"
    (failed,) = await events(site, "crm_connect")
    (exchange,) = await calls_of(site, failed)
    assert (failed.status.value, failed.metrics.api_calls_used) == ("failed", 1)
    assert exchange.status is not None
    assert exchange.status >= 400
