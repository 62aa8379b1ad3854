"""HubSpot's webhooks at the hub: every connection of an account is told, once, and nobody else."""

import asyncio
import base64
import hashlib
import hmac
import time
from typing import Any

import orjson

from leadbridge.integrations.hints.model import HINTS, StoredHint
from tests.contract.integrations.walk import Connecting
from tests.support.hub_in_process import HubUnderTest
from tests.support.sandbox import CLIENT_SECRET
from tests.support.web import Answer, send

PATH = "/api/v1/webhook/crm/hubspot"


def event(record: int, *, portal: int = 4242001, **more: Any) -> dict[str, Any]:
    return {
        "eventId": 1,
        "subscriptionId": 7,
        "portalId": portal,
        "appId": 9001337,
        "occurredAt": 1790000000000,
        "subscriptionType": "contact.creation",
        "attemptNumber": 0,
        "objectId": record,
        "changeSource": "CRM_UI",
        **more,
    }


async def tell(site: Connecting | HubUnderTest, *events: dict[str, Any], query: str = "") -> Answer:
    """Send events, signed for the hub's public address."""
    body, now = orjson.dumps(list(events)), str(time.time_ns() // 1_000_000)
    signed = b"POST" + f"{site.hub.settings.public}{PATH}{query}".encode() + body + now.encode()
    headers = {
        "Content-Type": "application/json",
        "X-HubSpot-Signature-v3": base64.b64encode(
            hmac.new(CLIENT_SECRET.encode(), signed, hashlib.sha256).digest()
        ).decode(),
        "X-HubSpot-Request-Timestamp": now,
    }
    return await asyncio.to_thread(send, "POST", f"{site.base}{PATH}{query}", headers=headers, body=body)


async def kept(site: Connecting, company: str) -> list[StoredHint]:
    return (await site.hub.store[HINTS].of(company).find(limit=500)).items


async def test_every_connection_of_the_account_is_told_once(site: Connecting) -> None:
    first = await site.connect()
    token = await site.another_user(same_company=False)
    ended = await site.approve(await site.begin(token=token))
    assert ended.outcome["status"] == "connected"
    other = (await site.data("GET", "", token=token))["_id"]
    for repeated in (False, True):
        answer = await tell(site, event(501), event(502), event(503, portal=99))
        assert answer.status == 200, answer.text
        said = answer.json()["data"]
        assert said == {"kept": 0 if repeated else 4, "repeated": 4 if repeated else 0, "unknown": 1}
    mine = await kept(site, site.company)
    assert {(one.connection_id, one.record_id) for one in mine} == {(first.id, "501"), (first.id, "502")}
    page = await site.hub.store[HINTS].across_companies().find(limit=500)
    assert {one.connection_id for one in page.items} == {first.id, other}
    assert len(page.items) == 4


async def test_one_call_many_events_and_some_of_them_the_same(site: Connecting) -> None:
    await site.connect()
    answers = await asyncio.gather(*(tell(site, *(event(number) for number in range(1, 251))) for _ in range(4)))
    assert [answer.status for answer in answers] == [200] * 4
    assert sum(answer.json()["data"]["kept"] for answer in answers) == 250
    assert len(await kept(site, site.company)) == 250


async def test_a_connection_that_was_ended_is_not_told(site: Connecting) -> None:
    connection = await site.connect()
    await site.data("DELETE", f"/connections/{connection.id}")
    assert (await tell(site, event(501))).json()["data"] == {"kept": 0, "repeated": 0, "unknown": 1}


async def test_the_query_is_part_of_what_is_signed(site: Connecting) -> None:
    await site.connect()
    assert (await tell(site, event(501), query="?src=hubspot")).status == 200


async def test_what_is_no_list_of_events_is_refused_after_its_signature(site: Connecting) -> None:
    answer = await tell(site)
    assert (answer.status, answer.json()["data"]["kept"]) == (200, 0)
    unsigned = await asyncio.to_thread(send, "POST", f"{site.base}{PATH}", headers={}, body=b"{}")
    assert (unsigned.status, unsigned.json()["error"]["code"]) == (401, "webhook_refused")
    unknown = await asyncio.to_thread(send, "POST", f"{site.base}/api/v1/webhook/crm/nobody", headers={}, body=b"[]")
    assert 400 <= unknown.status < 500
