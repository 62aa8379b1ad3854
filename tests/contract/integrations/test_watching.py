"""Webhooks that a CRM is asked for, with Zoho's sandbox: ordered, delivered, renewed, refused, ended."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
import structlog

from leadbridge.demo.client import DemoClient
from leadbridge.integrations.hints.model import HINTS, StoredHint
from leadbridge.integrations.watching.model import CRM_WEBHOOK, ORDERS, OrderState, WebhookOrder
from leadbridge.kit.clock import SystemClock
from leadbridge.security.logs import redact_event
from leadbridge.storage.batch import Applied, WriteBatch
from leadbridge.tenancy.model import DIRECTORY
from leadbridge.usage.model import REQUESTS
from tests.contract.providers.zoho import ZohoUnderTest
from tests.support.hub_in_process import HubUnderTest, running_hub
from tests.support.web import Answer, send
from tests.support.zoho import ZohoProcess

CONNECTIONS = "/crm-integration/connections"
PATIENCE = 90.0


class MovedClock(SystemClock):
    """The machine's clock, moved."""

    ahead = timedelta()

    def now(self) -> datetime:
        return super().now() + self.ahead


class Watched:
    """A hub that Zoho's sandbox can call."""

    def __init__(self, site: HubUnderTest, sandbox: ZohoProcess, clock: MovedClock) -> None:
        self.site, self.sandbox, self.clock = site, sandbox, clock

    async def connect(self) -> None:
        async with DemoClient(self.site.base, self.site.token) as client:
            await client.connect("zoho", self.sandbox.url)

    async def connection(self) -> dict[str, Any]:
        (shown,) = (await self.site.ask("GET", CONNECTIONS)).data
        return dict(shown)

    async def order(self) -> WebhookOrder | None:
        orders = (await self.site.hub.store[ORDERS].of(self.site.company_id).find(limit=10)).items
        assert len(orders) <= 1
        return orders[0] if orders else None

    async def until(self, wanted: Callable[[WebhookOrder], bool]) -> WebhookOrder:
        """Return the order as soon as it is as wanted."""
        seen: list[WebhookOrder | None] = []

        async def there() -> bool:
            seen.append(await self.order())
            return seen[-1] is not None and wanted(seen[-1])

        await wait_for(there)
        assert seen[-1] is not None
        return seen[-1]

    async def ordered(self) -> WebhookOrder:
        return await self.until(lambda order: order.state is OrderState.ORDERED)

    async def hints(self) -> list[StoredHint]:
        return (await self.site.hub.store[HINTS].of(self.site.company_id).find(limit=500)).items

    async def sandboxed(self) -> dict[str, Any]:
        told: dict[str, Any] = await asyncio.to_thread(self.sandbox.control, "POST", "/do/deliveries", {})
        return told

    async def address(self, order: WebhookOrder) -> str:
        return (await self.site.hub.connections.watches.opened(order)).address


async def wait_for(there: Callable[[], Awaitable[bool]]) -> None:
    """Return when it is so; fails the test after a minute and a half."""
    for _ in range(round(PATIENCE / 0.05)):
        if await there():
            return
        await asyncio.sleep(0.05)
    raise AssertionError(f"not so after {PATIENCE} s")


async def post(url: str, body: object) -> Answer:
    return await asyncio.to_thread(send, "POST", url, headers={}, body=orjson.dumps(body))


@pytest.fixture(scope="module")
def shared_zoho() -> Iterator[ZohoUnderTest]:
    zoho = ZohoUnderTest()
    zoho.start()
    yield zoho
    zoho.stop()


@pytest.fixture
async def watched(tmp_path: Path, shared_zoho: ZohoUnderTest) -> AsyncIterator[Watched]:
    shared_zoho.reset()
    clock = MovedClock()
    async with running_hub(tmp_path / "hub", None, clock=clock, told_by_crm=True, **shared_zoho.settings()) as site:
        yield Watched(site, shared_zoho.sandbox, clock)


async def test_from_the_connect_to_a_hint_to_the_end(watched: Watched) -> None:
    site, sandbox = watched.site, watched.sandbox
    record = sandbox.control("POST", "/records/Leads", {"properties": {"Last_Name": "Ng", "Company": "Acme"}})["id"]
    with structlog.testing.capture_logs() as logged:
        await watched.connect()
        order = await watched.ordered()
        channels = (await watched.sandboxed())["channels"]
        assert {one["module"] for one in channels} == {"Leads", "Contacts", "Accounts", "Deals"}
        await asyncio.to_thread(sandbox.edit, record, "Leads", City="Bremen")
        await wait_for(lambda: _any(watched))
    (hint,) = await watched.hints()
    shown = await watched.connection()
    assert (hint.connection_id, hint.object, hint.record_id) == (shown["_id"], "Leads", record)
    assert shown["webhooks"]["state"] == "ordered"
    assert "error" not in shown["webhooks"]
    tested = (await site.ask("POST", "/crm-integration/test-connection", json={})).data
    (check,) = [one for one in tested["checks"] if one["name"] == "webhook subscription"]
    assert check["ok"]
    assert "reported to this hub" in check["message"]

    ordered = await site.hub.connections.watches.opened(order)
    requests = (await site.hub.store[REQUESTS].of(site.company_id).find(limit=500)).items
    assert any("actions/watch" in one.url for one in requests)
    everything = [shown, tested, [one.model_dump() for one in requests], order, ordered, hint]
    for secret in (ordered.secret.get_secret_value(), ordered.address.rpartition("/")[2]):
        assert secret not in repr(everything)
        assert secret not in repr([redact_event(None, "info", dict(one)) for one in logged])

    assert (await site.ask("DELETE", f"{CONNECTIONS}/{shown['_id']}")).status == 200
    assert (await watched.sandboxed())["channels"] == []
    assert await watched.order() is None
    assert await site.hub.store[DIRECTORY].across_companies().get(f"{CRM_WEBHOOK}:{order.key_hash}") is None
    refused = await post(ordered.address, {"token": ordered.secret.get_secret_value()})
    assert refused.status == 401


async def _any(watched: Watched) -> bool:
    return bool(await watched.hints())


async def test_whoever_does_not_know_both_is_refused_alike(watched: Watched) -> None:
    await watched.connect()
    order = await watched.ordered()
    address = await watched.address(order)
    news = {
        "module": "Leads",
        "ids": ["5547000000000001"],
        "operation": "update",
        "server_time": 1790000000000,
        "channel_id": (await watched.sandboxed())["channels"][0]["channel"],
    }
    genuine = {**news, "token": (await watched.site.hub.connections.watches.opened(order)).secret.get_secret_value()}
    root, _, key = address.rpartition("/")
    refused = [
        await post(address, {**genuine, "token": genuine["token"][::-1]}),
        await post(address, news),
        await post(address, []),
        await post(f"{root}/{key[:-1]}{'a' if key[-1] != 'a' else 'b'}", genuine),
        await post(f"{root}/{'k' * 5000}", genuine),
        await post(f"{root.rpartition('/')[0]}/hubspot/{key}", genuine),
        await post(f"{root.rpartition('/')[0]}/nobody/{key}", genuine),
    ]
    told = [{**answer.json()["error"], "requestId": ""} for answer in refused]
    assert {answer.status for answer in refused} == {401}
    assert [one for one in told if one != told[0]] == []
    assert told[0]["code"] == "webhook_refused"
    assert await watched.hints() == []
    for repeated in (0, 1):
        answer = await post(address, genuine)
        assert answer.json()["data"] == {"kept": 1 - repeated, "repeated": repeated, "unknown": 0}
    too_large = await post(address, {**genuine, "more": "x" * 300_000})
    assert (too_large.status, key in too_large.text) == (413, False)
    wrong = await asyncio.to_thread(send, "GET", address, headers={})
    assert (wrong.status, key in wrong.text) == (405, False)


async def test_an_order_is_renewed_when_it_is_due(watched: Watched) -> None:
    await watched.connect()
    first = await watched.ordered()
    ends = {one["expires"] for one in (await watched.sandboxed())["channels"]}
    days = timedelta(days=4)
    await asyncio.to_thread(watched.sandbox.advance, days.total_seconds())
    watched.clock.ahead = days
    assert first.next_at < watched.clock.now()
    assert first.ordered_at is not None
    await watched.site.hub.connections.keep_watching()  # and its own task is due as well
    again = await watched.until(lambda order: order.ordered_at is not None and order.ordered_at > first.next_at)
    assert again.next_at > watched.clock.now()
    assert again.key_hash == first.key_hash
    channels = (await watched.sandboxed())["channels"]
    assert len(channels) == 4, "the one channel was renewed"
    assert min(one["expires"] for one in channels) > max(ends)


async def test_a_failed_order_is_told_and_tried_again_and_fails_no_connect(watched: Watched) -> None:
    site, sandbox = watched.site, watched.sandbox
    refusal = {"code": "NO_PERMISSION", "details": {}, "message": "permission denied", "status": "error"}
    rule = sandbox.fault("* /crm/v8/actions/watch", "answer", status=403, body=refusal, times=1000)
    await watched.connect()
    failing = await watched.until(lambda order: order.state is OrderState.FAILING)
    assert failing.next_at > watched.clock.now() - timedelta(seconds=PATIENCE)
    shown = await watched.connection()
    assert shown["status"] == "active"
    assert shown["webhooks"]["state"] == "failing"
    assert all(shown["webhooks"]["error"][part] for part in ("code", "message", "cause", "hint"))
    tested = (await site.ask("POST", "/crm-integration/test-connection", json={})).data
    (check,) = [one for one in tested["checks"] if one["name"] == "webhook subscription"]
    assert (check["ok"], tested["ok"]) == (False, True)
    logged = (await site.ask("GET", "/crm-integration/error-logs")).data
    assert "order_webhooks" in {one["operation"] for one in logged}
    assert rule
    sandbox.control("DELETE", "/faults")
    watched.clock.ahead = timedelta(hours=2)
    await site.hub.connections.keep_watching()
    ordered = await watched.ordered()
    assert (ordered.failures, ordered.problem) == (0, None)


async def test_an_order_outlives_a_pause_and_follows_a_hub_to_its_new_address(watched: Watched) -> None:
    await watched.connect()
    first = await watched.ordered()
    id = (await watched.connection())["_id"]
    assert (await watched.site.ask("PATCH", f"{CONNECTIONS}/{id}", json={"paused": True})).status == 200
    assert len((await watched.sandboxed())["channels"]) == 4
    assert (await watched.site.ask("PATCH", f"{CONNECTIONS}/{id}", json={"paused": False})).status == 200
    connection = await watched.site.hub.connections.connections.one(watched.site.company_id, id)
    provider, _ = watched.site.hub.connections.registered(connection)
    await watched.site.hub.connections.watches.order(provider, connection)
    again = await watched.until(lambda order: order.ordered_at != first.ordered_at)
    assert again.key_hash == first.key_hash
    moved = again.model_copy(update={"public": "https://before.example.com"})
    assert isinstance(await watched.site.hub.store.write(WriteBatch().replace(ORDERS, moved)), Applied)
    assert await watched.site.hub.connections.keep_watching() == 1
    await watched.until(lambda here: here.public == watched.site.hub.settings.public)
    assert len((await watched.sandboxed())["channels"]) == 4


async def test_a_hub_that_no_crm_can_reach_orders_nothing_and_says_so(
    tmp_path: Path, shared_zoho: ZohoUnderTest
) -> None:
    shared_zoho.reset()
    async with running_hub(tmp_path / "hub", None, **shared_zoho.settings()) as site:
        here = Watched(site, shared_zoho.sandbox, MovedClock())
        await here.connect()
        shown = await here.connection()
        assert (shown["webhooks"]["state"], shown["webhooks"]["error"]["code"]) == ("off", "no_public_address")
        tested = (await site.ask("POST", "/crm-integration/test-connection", json={})).data
        (check,) = [one for one in tested["checks"] if one["name"] == "webhook subscription"]
        assert "LEADBRIDGE_PUBLIC_URL" in check["message"] + check["hint"]
        assert await site.hub.connections.keep_watching() == 0
        assert await here.order() is None
        assert (await here.sandboxed())["channels"] == []
