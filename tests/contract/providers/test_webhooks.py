"""Every provider: webhooks as it declares them. What they say is only which record to look at."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import orjson
import pytest
from pydantic import SecretStr

from leadbridge.crm.capabilities import Watching
from leadbridge.crm.errors import WebhookRefused
from leadbridge.crm.model import Delivery, Hint, WebhookKind
from leadbridge.integrations.hints.model import HINTS, StoredHint
from tests.contract.providers.conftest import Connected
from tests.support.receiver import Received, Receiver


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


@pytest.fixture
def kind(connected: Connected) -> WebhookKind:
    return connected.provider.guarantees.webhook


async def test_what_the_vendor_tells_is_kept_once(connected: Connected, kind: WebhookKind) -> None:
    vendor = connected.vendor
    if kind != "signed":
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


async def test_a_call_that_is_not_the_vendors_is_refused(connected: Connected, kind: WebhookKind) -> None:
    vendor, provider = connected.vendor, connected.provider
    if kind != "signed":
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


SECRET = SecretStr("s3cret-of-the-connection-7Kq2vXw9")


def delivered(connected: Connected, receiver: Receiver, request: Received) -> Delivery:
    """Return a call as the hub would hand it on, had it come to the connection's own address."""
    root = urlsplit(receiver.url)
    url = f"{root.scheme}://{root.netloc}{request.path}"
    return Delivery(request.method, url, request.headers, request.body, connected.site.hub.clock.now(), SECRET)


async def ordered(connected: Connected, receiver: Receiver, row: dict[str, str]) -> list[Delivery]:
    """Order webhooks with a secret, write a record, and return what the vendor sent about it."""
    provider = connected.provider
    assert isinstance(provider, Watching), "webhooks that carry a secret are ordered with it"
    until = await provider.watch(connected.session(), receiver.url, SECRET)
    assert until > connected.site.hub.clock.now()
    (made,) = await connected.upsert([row])
    assert made.record is not None
    app = connected.session().app
    about = made.record.id

    def said(request: Received) -> tuple[Hint, ...]:
        return connected.provider.read_webhook(app, delivered(connected, receiver, request))

    def told(requests: list[Received]) -> bool:
        return any(hint.record_id == about for one in requests for hint in said(one))

    requests = await asyncio.to_thread(receiver.wait, told)
    return [delivered(connected, receiver, one) for one in requests]


def forged(body: bytes, row: dict[str, str]) -> bytes:
    """Return the body with every value of the record changed, and one added where it is an object."""
    for number, text in enumerate(row.values()):
        body = body.replace(text.encode(), f"forged {number}".encode())
    try:
        parsed = orjson.loads(body)
    except orjson.JSONDecodeError:
        return body
    return orjson.dumps({**parsed, "forged": {"values": ["x"]}}) if isinstance(parsed, dict) else body


async def test_a_secret_proves_a_call_and_its_body_changes_nothing(connected: Connected, kind: WebhookKind) -> None:
    if kind != "secret":
        pytest.skip("this provider's webhooks carry no secret")
    vendor, provider, app = connected.vendor, connected.provider, connected.session().app
    row = vendor.good(1)
    with Receiver() as receiver:
        deliveries = await ordered(connected, receiver, row)
    made = set(connected.held().values())
    for genuine in deliveries:
        hints = provider.read_webhook(app, genuine)
        assert {one.record_id for one in hints} <= made
        assert provider.read_webhook(app, genuine) == hints, "a repetition is recognised by its keys"
        altered = replace(genuine, body=forged(genuine.body, row))
        said = provider.read_webhook(app, altered)
        assert [(one.object, one.record_id, one.change) for one in said] == [
            (one.object, one.record_id, one.change) for one in hints
        ]
        for value in row.values():
            assert value not in repr(said), "only ids are used"


async def test_a_call_without_the_connections_secret_is_refused(connected: Connected, kind: WebhookKind) -> None:
    if kind != "secret":
        pytest.skip("this provider's webhooks carry no secret")
    provider, app = connected.provider, connected.session().app
    with Receiver() as receiver:
        genuine, *_ = await ordered(connected, receiver, connected.vendor.good(1))
    told = SECRET.get_secret_value()
    others = told[::-1]
    unproved = Delivery(
        genuine.method,
        genuine.url.replace(told, others),
        {name: text.replace(told, others) for name, text in genuine.headers.items()},
        genuine.body.replace(told.encode(), others.encode()),
        genuine.received_at,
        SECRET,
    )
    assert unproved != genuine, "the vendor sends the secret that it was given"
    cases = [
        unproved,
        replace(genuine, secret=SecretStr(others)),
        replace(genuine, secret=SecretStr("")),
        replace(genuine, secret=None),
    ]
    for case in cases:
        with pytest.raises(WebhookRefused) as refused:
            provider.read_webhook(app, case)
        assert told not in str(refused.value)
        assert others not in str(refused.value)


async def test_nothing_is_believed_at_an_address_of_no_connection(connected: Connected, kind: WebhookKind) -> None:
    if kind == "signed":
        pytest.skip("this provider's webhooks have one address for the whole app")
    app = connected.session().app
    body = orjson.dumps({"ids": ["1"], "module": connected.vendor.object, "operation": "update"})
    now = connected.site.hub.clock.now()
    address = f"{connected.site.base}/api/v1/webhook/crm/{connected.provider.id}"
    with pytest.raises(WebhookRefused):
        connected.provider.read_webhook(app, Delivery("POST", address, {}, body, now))
    if kind == "none":
        with pytest.raises(WebhookRefused):
            connected.provider.read_webhook(app, Delivery("POST", address, {}, body, now, SECRET))
        assert not isinstance(connected.provider, Watching)
    answer = await connected.site.ask("POST", f"/webhook/crm/{connected.provider.id}", data=body)
    assert (answer.status, answer.code) == (401, "webhook_refused")
    assert await stored(connected) == []
