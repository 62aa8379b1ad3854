"""Every provider: webhooks as it declares them. What they say is only which record to look at."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from leadbridge.crm.errors import WebhookRefused
from leadbridge.crm.model import Delivery
from leadbridge.integrations.hints.model import HINTS, StoredHint
from tests.contract.providers.conftest import Connected
from tests.support.receiver import Receiver


async def stored(connected: Connected) -> list[StoredHint]:
    """Return every hint that the company has."""
    return (await connected.site.hub.store[HINTS].of(connected.site.company_id).find(limit=500)).items


async def until(connected: Connected, enough: Callable[[list[StoredHint]], bool]) -> list[StoredHint]:
    """Return the hints as soon as they are enough; fails the test after a minute."""
    for _ in range(1200):
        if enough(found := await stored(connected)):
            return found
        await asyncio.sleep(0.05)
    raise AssertionError(f"only {len(await stored(connected))} hints came")


def signed(connected: Connected) -> bool:
    return connected.provider.guarantees.webhook == "signed"


async def test_what_the_vendor_tells_is_kept_once(connected: Connected) -> None:
    vendor = connected.vendor
    if not signed(connected):
        pytest.skip("this provider's webhooks carry no signature")
    vendor.deliver_badly()
    vendor.watch(f"{connected.site.base}/api/v1/webhook/crm/{connected.provider.id}")
    outcomes = await connected.upsert([vendor.good(number) for number in range(150)])
    made = {one.record.id for one in outcomes if one.record}
    person = next(iter(made))
    vendor.remove(person)
    hints = await until(connected, lambda found: len(found) >= 151)
    await asyncio.sleep(0.5)  # what is sent twice has its time to come
    assert len(await stored(connected)) == 151
    assert {one.record_id for one in hints if one.change == "changed"} == made
    assert [one.record_id for one in hints if one.change == "gone"] == [person]
    assert {one.ours for one in hints if one.change == "changed"} == {True}
    assert {one.ours for one in hints if one.change == "gone"} == {False}
    assert {one.connection_id for one in hints} == {connected.connection.id}


async def test_a_call_that_is_not_the_vendors_is_refused(connected: Connected) -> None:
    vendor, provider = connected.vendor, connected.provider
    if not signed(connected):
        pytest.skip("this provider's webhooks carry no signature")
    with Receiver() as receiver:
        vendor.watch(receiver.url)
        await connected.upsert([vendor.good(1)])
        (request,) = await asyncio.to_thread(receiver.wait, lambda seen: len(seen) == 1)
    app = connected.site.hub.connections.provider(provider.id)[1]
    now = connected.site.hub.clock.now()
    genuine = Delivery(request.method, receiver.url, request.headers, request.body, now)
    (hint,) = provider.read_webhook(app, genuine)
    assert hint.record_id in connected.held().values()
    assert provider.read_webhook(app, genuine)[0].key == hint.key

    def late(at: datetime) -> Delivery:
        return replace(genuine, received_at=at)

    for forged in (
        replace(genuine, body=request.body.replace(b"creation", b"deletion")),
        replace(genuine, url=f"{receiver.url}/elsewhere"),
        replace(genuine, method="PUT"),
        replace(genuine, headers={}),
        late(now + timedelta(minutes=6)),
        late(now - timedelta(minutes=30)),
    ):
        with pytest.raises(WebhookRefused):
            provider.read_webhook(app, forged)
    answer = await connected.site.ask("POST", f"/webhook/crm/{provider.id}", data=request.body, headers=request.headers)
    assert (answer.status, answer.code) == (401, "webhook_refused")
    assert await stored(connected) == []
