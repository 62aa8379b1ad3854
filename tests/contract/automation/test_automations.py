"""Automations over real HTTP: made, set up, activated, tested, changed, ended; their executions read and sent again."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from leadbridge.automation.delivery.model import ENDPOINTS
from leadbridge.automation.model import AUTOMATIONS, AutomationStatus, StatusReason
from leadbridge.storage.batch import WriteBatch
from tests.support.hub_in_process import Answer, HubUnderTest, running_hub
from tests.support.receiver import Receiver

OWN = {"trigger": {"type": "lead.created"}, "steps": []}
NOBODY = "f" * 24
MAKE = "https://hook.eu1.make.com/abcdefghijklmnopqrstuvwxyz012345"


@pytest.fixture
def receiver() -> Any:
    with Receiver() as running:
        yield running


@pytest.fixture
async def hub(tmp_path: Path, receiver: Receiver) -> AsyncIterator[HubUnderTest]:
    origin = receiver.url.rpartition("/")[0]
    async with running_hub(tmp_path / "hub", sandbox_origins=(origin,)) as running:
        yield running


async def made(hub: HubUnderTest, **body: Any) -> Any:
    answer = await hub.ask("POST", "/automation", json=body)
    assert answer.status == 201, answer.body
    return answer.data


async def until(look: Callable[[], Awaitable[Any]], seconds: float = 90) -> Any:
    """Return what `look` returns once that is something; fails the test after `seconds`."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + seconds
    while not (found := await look()):
        assert loop.time() < deadline, "it did not come about"
        await asyncio.sleep(0.05)
    return found


async def executions(hub: HubUnderTest, query: str = "") -> list[Any]:
    found: list[Any] = (await hub.ask("GET", f"/automation/executions{query}")).data
    return found


async def settled(hub: HubUnderTest, automation: str, count: int = 1) -> list[Any]:
    async def look() -> list[Any]:
        found = await executions(hub, f"?automationId={automation}")
        return found if len(found) >= count and all("settledAt" in one for one in found) else []

    found: list[Any] = await until(look)
    return found


async def test_an_event_goes_all_the_way_and_can_be_explained_afterwards(hub: HubUnderTest, receiver: Receiver) -> None:
    steps = [{"type": "webhook", "url": receiver.url}]
    new = await made(hub, name="Tell", definition={**OWN, "steps": steps, "filter": "lastName == 'Right'"})
    id = new["automation"]["_id"]
    assert new["automation"]["status"] == "inactive"
    assert new["signingSecret"].startswith("whsec_")
    assert receiver.url not in str(new["automation"])
    active = await hub.ask("POST", f"/automation/{id}/activate")
    assert (active.status, active.data["status"]) == (200, "active")
    assert (await hub.ask("POST", f"/automation/{id}/activate")).data["activatedAt"] == active.data["activatedAt"]

    await hub.leads({"lastName": "Wrong"}, {"lastName": "Right", "email": "right@example.com"})
    [sent] = await asyncio.to_thread(receiver.wait, lambda came: len(came) >= 1)
    body = json.loads(sent.body)
    assert (body["type"], body["data"]["lead"]["lastName"], body["automationId"]) == ("lead.created", "Right", id)
    signature = hmac.new(new["signingSecret"].encode(), sent.body, hashlib.sha256).hexdigest()
    assert sent.headers["x-leadbridge-signature"] == signature

    [shown] = await settled(hub, id)
    assert shown["status"] == "succeeded", shown
    assert (shown["automationName"], shown["eventType"], shown["attempts"]) == ("Tell", "lead.created", 1)
    assert (shown["recordId"], shown["test"], shown["hop"]) == (body["data"]["lead"]["_id"], False, 0)
    assert sent.headers["webhook-id"] == shown["_id"]
    whole = (await hub.ask("GET", f"/automation/executions/{shown['_id']}")).data
    assert whole["payload"] == body
    [attempt] = whole["attemptsList"]
    assert (attempt["n"], attempt["status"], attempt["code"]) == (1, 200, "delivered")
    assert (await hub.ask("GET", f"/automation/executions/{shown['_id']}/attempts")).data == [attempt]
    assert new["signingSecret"] not in str(whole)

    one = (await hub.ask("GET", f"/automation/{id}")).data
    assert one["stats"]["successfulExecutions"] == 1
    assert one["endpoint"]["health"]["state"] == "healthy"
    stats = (await hub.ask("GET", "/automation/stats")).data
    assert stats == {
        "total": 1, "active": 1, "inactive": 0, "totalExecutions": 1, "successfulExecutions": 1,
        "failedExecutions": 0, "successRate": "100.00",
    }  # fmt: skip
    [event] = (await hub.ask("GET", "/automation/usage/events?category=automation")).data
    assert (event["eventType"], event["automationId"]) == ("make_workflow_executed", id)

    again = await hub.ask("POST", f"/automation/executions/{shown['_id']}/resend")
    assert again.status == 202, again.body
    came = await asyncio.to_thread(receiver.wait, lambda came: len(came) >= 2)
    assert (came[1].body, came[1].headers["webhook-id"]) == (sent.body, shown["_id"])
    replayed = await hub.ask("POST", f"/automation/executions/{shown['_id']}/replay")
    assert replayed.status == 202, replayed.body
    copy = replayed.data["execution"]
    assert (copy["replayOf"], copy["_id"] != shown["_id"]) == (shown["_id"], True)
    came = await asyncio.to_thread(receiver.wait, lambda came: len(came) >= 3)
    assert came[2].headers["webhook-id"] == copy["_id"]
    await settled(hub, id, 2)
    assert len(await executions(hub, f"?automationId={id}&status=succeeded&eventType=lead.created")) == 2
    assert await executions(hub, "?status=failed") == []
    assert (await hub.ask("POST", f"/automation/executions/{copy['_id']}/cancel")).status == 409


async def test_the_answer_of_making_one_is_the_guides_and_its_secrets_are_shown_once(hub: HubUnderTest) -> None:
    sent: dict[str, Any] = {
        "json": {"templateId": "lead-enrichment", "makeWebhookUrl": MAKE, "makeApiKey": "key-of-make"},
        "headers": {"idempotency-key": "made-once"},
    }
    first = await hub.ask("POST", "/automation", **sent)
    assert first.status == 201
    body, data = first.body, first.data
    for name in ("automation", "webhookUrl", "webhookSecret", "setupInstructions", "signingSecret"):
        assert body[name] == data[name]
    automation = data["automation"]
    assert automation["name"] == "Enrich Lead Data"
    assert automation["runBy"] == "make"
    assert automation["missing"] == []
    assert data["webhookUrl"].startswith(f"{hub.hub.settings.public}/api/v1/webhook/automation/")
    assert data["webhookUrl"] in data["setupInstructions"]["step2"]
    assert data["webhookSecret"] not in json.dumps(data["setupInstructions"])
    endpoint = automation["endpoint"]
    assert (endpoint["url"], endpoint["looksLikeMake"], endpoint["hasMakeApiKey"]) == (
        "https://hook.eu1.make.com/…2345", True, True,
    )  # fmt: skip
    again = await hub.ask("POST", "/automation", **sent)
    assert again.data["automation"] == automation
    assert again.data["secretShown"] is True
    for secret in (data["webhookSecret"], data["signingSecret"], MAKE, "key-of-make"):
        assert secret not in str(again.body)
        assert secret not in str((await hub.ask("GET", f"/automation/{automation['_id']}")).body)
    assert len((await hub.ask("GET", "/automation")).data) == 1
    trail = (await hub.ask("GET", "/audit?action=automation.created")).data
    assert [entry["target"] for entry in trail] == [f"automation:{automation['_id']}"]


async def test_templates_are_listed_with_a_body_that_they_are_sent(hub: HubUnderTest) -> None:
    listed = (await hub.ask("GET", "/automation/templates")).data
    assert len(listed) == 6
    for template in listed:
        assert template["samplePayload"]["type"] == template["trigger"]["type"]
        assert template["samplePayload"]["data"]


async def test_activation_tells_all_that_is_missing_until_it_is_there(hub: HubUnderTest) -> None:
    wanted = {"lead-to-crm": "crm_connection", "lead-notifications": "make_address", "weekly-report": "make_address"}
    for template, code in wanted.items():
        id = (await made(hub, templateId=template))["automation"]["_id"]
        refused = await hub.ask("POST", f"/automation/{id}/activate", json={})
        assert (refused.status, refused.code) == (409, "automation_not_ready")
        [missing] = refused.body["error"]["details"]["missing"]
        assert missing["code"] == code
        assert missing["hint"] == refused.body["error"]["hint"]
        assert (await hub.ask("GET", f"/automation/{id}")).data["missing"] == [missing]
        saved = await hub.ask("PATCH", f"/automation/{id}", json={"makeWebhookUrl": MAKE})
        assert saved.data["runBy"] == "make"
        assert saved.data["signingSecret"].startswith("whsec_")
        assert (await hub.ask("POST", f"/automation/{id}/activate")).data["status"] == "active"
        # taking the address away would leave an active automation with nothing to do
        refused = await hub.ask("PATCH", f"/automation/{id}", json={"makeWebhookUrl": None})
        assert (refused.status, refused.code) == (409, "automation_not_ready")
        off = (await hub.ask("POST", f"/automation/{id}/deactivate")).data
        assert off["status"] == "inactive"
        assert (await hub.ask("POST", f"/automation/{id}/deactivate")).data["updatedAt"] == off["updatedAt"]
        taken = (await hub.ask("PATCH", f"/automation/{id}", json={"makeWebhookUrl": None})).data
        assert "endpoint" not in taken
        assert taken["runBy"] == "native"
    own = (await made(hub, definition=OWN))["automation"]["_id"]
    assert (await hub.ask("POST", f"/automation/{own}/activate")).body["error"]["details"]["missing"][0]["code"] == (
        "webhook_step"
    )
    assert (await hub.ask("GET", "/automation/stats")).data["inactive"] == 4


WRONG: list[tuple[dict[str, Any], str | None, str]] = [
    ({}, "invalid_automation", "template"),
    ({"templateId": "nothing"}, "unknown_template", "'nothing'"),
    ({"templateId": "weekly-report", "config": {"hour": 25}}, "invalid_config", "hour"),
    ({"definition": {**OWN, "trigger": {"type": "lead.sold"}}}, "unknown_trigger", "lead.sold"),
    ({"definition": {**OWN, "trigger": {"type": "contact.created"}}}, "unknown_trigger", "contact.created"),
    ({"definition": {**OWN, "filter": "lastNme == 'x'"}}, "invalid_filter", "lastNme"),
    ({"templateId": "lead-to-crm", "filter": "1 +"}, "invalid_filter", "column"),
    ({"templateId": "lead-to-crm", "makeWebhookUrl": "http://example.com/x"}, "https_needed", "https"),
    ({"templateId": "lead-to-crm", "makeWebhookUrl": "https://127.0.0.1/x"}, "address_refused", "leads to"),
    ({"templateId": "lead-to-crm", "makeWebhookUrl": "somewhere"}, "invalid_url", "https://"),
    ({"templateId": "lead-to-crm", "makeApiKey": "key"}, "invalid_automation", "address"),
    ({"definition": {**OWN, "steps": [{"type": "email", "url": MAKE}]}}, None, "type"),
    ({"definition": {**OWN, "steps": [{"type": "webhook", "url": MAKE}] * 2}}, None, "steps"),
    ({"templateId": "lead-to-crm", "endpoint": {"perSecond": 0}}, None, "perSecond"),
    ({"templateId": "lead-to-crm", "makeWebhokUrl": MAKE}, None, "makeWebhokUrl"),
]
"""What cannot be made, the code it is refused with, and a word of the sentence."""


async def test_what_cannot_be_made_is_refused_and_nothing_is_stored(hub: HubUnderTest) -> None:
    for body, code, word in WRONG:
        refused = await hub.ask("POST", "/automation", json=body)
        assert refused.status == 400, body
        assert code is None or refused.code == code, body
        assert word in str(refused.body["error"]), body
        assert refused.body["error"]["hint"], body
    assert (await hub.ask("GET", "/automation")).data == []
    assert (await hub.hub.store[ENDPOINTS].of(hub.company_id).find()).items == []


async def test_what_does_not_exist_is_not_found(hub: HubUnderTest) -> None:
    span = {"since": "2026-11-01T00:00:00Z", "until": "2026-11-02T00:00:00Z"}
    asked: list[tuple[str, str, dict[str, Any]]] = [
        ("GET", "", {}),
        ("PATCH", "", {"json": {"name": "x"}}),
        ("DELETE", "", {}),
        ("POST", "/activate", {}),
        ("POST", "/deactivate", {}),
        ("POST", "/test", {}),
        ("POST", "/secrets/rotate", {"json": {"which": "inbound"}}),
        ("POST", "/recover", {"json": span}),
        ("POST", "/recover", {"json": span | {"dryRun": True}}),
    ]
    for method, path, more in asked:
        answer = await hub.ask(method, f"/automation/{NOBODY}{path}", **more)
        assert (answer.status, answer.code) == (404, "automation_not_found"), path
    for method, path in (
        ("GET", ""),
        ("GET", "/attempts"),
        ("POST", "/resend"),
        ("POST", "/replay"),
        ("POST", "/cancel"),
    ):
        answer = await hub.ask(method, f"/automation/executions/{NOBODY}{path}")
        assert (answer.status, answer.code) == (404, "execution_not_found"), path


async def test_a_time_without_its_zone_is_refused(hub: HubUnderTest) -> None:
    for name in ("since", "until"):
        answer = await hub.ask("GET", f"/automation/executions?{name}=2026-01-01T00:00:00")
        assert (answer.status, answer.code) == (400, "invalid_input")


async def test_one_key_acts_once(hub: HubUnderTest, receiver: Receiver) -> None:
    id = (await made(hub, templateId="lead-to-crm", makeWebhookUrl=receiver.url))["automation"]["_id"]
    path = f"/automation/{id}/test"
    for act in ("test", "resend", "replay"):
        asked = [await hub.ask("POST", path, headers={"Idempotency-Key": f"once-{act}"}) for _ in range(2)]
        assert [one.status for one in asked] == [202, 202], asked[0].body
        first, second = (one.data["execution"]["_id"] for one in asked)
        assert first == second
        path = f"/automation/executions/{first}/{'resend' if act == 'test' else 'replay'}"
    assert len(await executions(hub)) == 2


async def test_lists_are_paged_and_narrowed(hub: HubUnderTest) -> None:
    for n in range(3):
        await made(hub, templateId="lead-to-crm", name=f"n{n}")
    other = (await made(hub, templateId="weekly-report", makeWebhookUrl=MAKE))["automation"]["_id"]
    await hub.ask("POST", f"/automation/{other}/activate")
    first = await hub.ask("GET", "/automation?limit=3&templateId=lead-to-crm")
    assert [one["name"] for one in first.data] == ["n2", "n1", "n0"]
    page = await hub.ask("GET", "/automation?limit=2")
    rest = await hub.ask("GET", f"/automation?limit=2&cursor={page.body['nextCursor']}")
    assert [one["name"] for one in rest.data] == ["n1", "n0"]
    assert rest.body["nextCursor"] is None
    active = (await hub.ask("GET", "/automation?status=active")).data
    assert [one["_id"] for one in active] == [other]
    assert (await hub.ask("GET", "/automation?status=sleeping")).status == 400


async def test_a_test_is_sent_while_inactive_and_is_counted_nowhere(hub: HubUnderTest, receiver: Receiver) -> None:
    new = await made(hub, templateId="lead-notifications", makeWebhookUrl=receiver.url)
    id = new["automation"]["_id"]
    answer = await hub.ask("POST", f"/automation/{id}/test")
    assert answer.status == 202, answer.body
    assert answer.data["execution"]["test"] is True
    [sent] = await asyncio.to_thread(receiver.wait, lambda came: len(came) >= 1)
    body = json.loads(sent.body)
    assert (body["test"], body["type"], body["executionId"]) == (
        True,
        "lead.high_value",
        answer.data["execution"]["_id"],
    )
    assert body["data"]["lead"]["email"]
    sent_data = {"answer": 42, "nested": {"list": [1, 2]}}
    await hub.ask("POST", f"/automation/{id}/test", json={"type": "webhook", "data": sent_data})
    came = await asyncio.to_thread(receiver.wait, lambda came: len(came) >= 2)
    assert (json.loads(came[1].body)["type"], json.loads(came[1].body)["data"]) == ("webhook.received", sent_data)
    for one in await settled(hub, id, 2):
        assert one["status"] == "succeeded"
    assert (await hub.ask("GET", "/automation/stats")).data["totalExecutions"] == 0
    assert (await hub.ask("GET", "/automation/usage/events?category=automation")).data == []
    wrong = await hub.ask("POST", f"/automation/{id}/test", json={"type": "lead.sold"})
    assert (wrong.status, wrong.code) == (400, "unknown_trigger")


async def test_a_new_secret_signs_beside_the_one_before(hub: HubUnderTest, receiver: Receiver) -> None:
    new = await made(hub, templateId="lead-enrichment", makeWebhookUrl=receiver.url)
    id = new["automation"]["_id"]
    rotated = await hub.ask(
        "POST", f"/automation/{id}/secrets/rotate", json={"which": "signing"}, headers={"idempotency-key": "rotate"}
    )
    assert rotated.status == 200, rotated.body
    assert rotated.data["secret"].startswith("whsec_")
    assert rotated.data["secret"] != new["signingSecret"]
    assert rotated.data["previousValidUntil"]
    again = await hub.ask(
        "POST", f"/automation/{id}/secrets/rotate", json={"which": "signing"}, headers={"idempotency-key": "rotate"}
    )
    assert "secret" not in again.data
    assert again.data["secretShown"] is True
    await hub.ask("POST", f"/automation/{id}/test")
    [sent] = await asyncio.to_thread(receiver.wait, lambda came: len(came) >= 1)
    assert len(sent.headers["webhook-signature"].split(" ")) == 2
    inbound = await hub.ask("POST", f"/automation/{id}/secrets/rotate", json={"which": "inbound", "overlapHours": 0})
    assert inbound.data["secret"] != new["webhookSecret"]
    assert inbound.data["previousValidUntil"] is None
    for wrong in ({"which": "both"}, {"which": "signing", "overlapHours": 169}, {}):
        assert (await hub.ask("POST", f"/automation/{id}/secrets/rotate", json=wrong)).status == 400
    bare = (await made(hub, templateId="lead-to-crm"))["automation"]["_id"]
    refused = await hub.ask("POST", f"/automation/{bare}/secrets/rotate", json={"which": "signing"})
    assert (refused.status, refused.code) == (409, "no_endpoint")


async def test_a_change_names_what_it_changes_and_leaves_the_rest(hub: HubUnderTest, receiver: Receiver) -> None:
    id = (await made(hub, definition={**OWN, "steps": [{"type": "webhook", "url": MAKE}]}))["automation"]["_id"]
    body = {
        "name": "Renamed", "makeScenarioId": 17, "filter": "score > 50", "requireSignature": True,
        "endpoint": {"perSecond": 5, "concurrency": 2, "ordered": True, "schedule": [5, 60], "timeoutSeconds": 10},
    }  # fmt: skip
    changed = (await hub.ask("PATCH", f"/automation/{id}", json=body)).data
    assert (changed["name"], changed["makeScenarioId"], changed["filter"]) == ("Renamed", "17", "score > 50")
    assert changed["endpoint"] | body["endpoint"] == changed["endpoint"]
    same = (await hub.ask("PATCH", f"/automation/{id}", json={"endpoint": {"perSecond": None}})).data
    assert (same["endpoint"]["perSecond"], same["endpoint"]["schedule"]) == (5, [5, 60])
    standard = (await hub.ask("PATCH", f"/automation/{id}", json={"endpoint": {"schedule": None}})).data
    assert (standard["endpoint"]["perSecond"], "schedule" in standard["endpoint"]) == (5, False)
    whole = (await hub.ask("GET", f"/automation/{id}")).data
    assert whole["requireSignature"] is True
    definition = whole["definition"]
    assert definition["filter"] == "score > 50"
    back = (await hub.ask("PATCH", f"/automation/{id}", json={"definition": definition, "name": "Same"})).data
    assert back["endpoint"]["url"] == changed["endpoint"]["url"]
    other = {"trigger": {"type": "lead.updated"}, "steps": [{"type": "webhook", "url": receiver.url}]}
    await hub.ask("POST", f"/automation/{id}/activate")
    moved = (await hub.ask("PATCH", f"/automation/{id}", json={"definition": other})).data
    assert (moved["status"], moved["trigger"]["type"], "filter" in moved) == ("active", "lead.updated", False)
    assert moved["endpoint"]["_id"] == changed["endpoint"]["_id"]
    [lead] = await hub.leads({"lastName": "Moved"})
    await hub.ask("PATCH", f"/leads/{lead}", json={"title": "Head of it"})
    [sent] = await asyncio.to_thread(receiver.wait, lambda came: len(came) >= 1)
    assert json.loads(sent.body)["type"] == "lead.updated"


async def test_what_waits_ends_with_its_automation_and_stays_to_be_read(hub: HubUnderTest, receiver: Receiver) -> None:
    receiver.status = 500
    new = await made(hub, templateId="lead-enrichment", makeWebhookUrl=receiver.url)
    id = new["automation"]["_id"]
    await hub.ask("POST", f"/automation/{id}/activate")
    await hub.leads({"lastName": "One"})

    async def retrying() -> Any:
        return await executions(hub, f"?automationId={id}&status=retrying")

    [first] = await until(retrying)
    assert (first["code"], first["lastStatus"]) == ("server_error", 500)
    whole = (await hub.ask("GET", f"/automation/executions/{first['_id']}")).data
    assert whole["hint"]
    assert whole["nextAt"]
    await hub.ask("POST", f"/automation/{id}/deactivate")
    [ended] = await settled(hub, id)
    assert (ended["status"], ended["code"]) == ("cancelled", "deactivated")
    assert (await hub.ask("GET", "/automation/stats")).data["totalExecutions"] == 0

    span = {"since": "2020-01-01T00:00:00Z", "until": "2100-01-01T00:00:00Z", "status": ["cancelled"]}
    assert (await hub.ask("POST", f"/automation/{id}/recover", json=span | {"dryRun": True})).data == {
        "count": 1, "more": False,
    }  # fmt: skip
    refused = await hub.ask("POST", f"/automation/{id}/recover", json=span)
    assert (refused.status, refused.code) == (409, "automation_inactive")
    receiver.status = 200
    await hub.ask("POST", f"/automation/{id}/activate")
    recovered = await hub.ask("POST", f"/automation/{id}/recover", json=span)
    assert (recovered.status, recovered.data["count"]) == (202, 1)

    async def delivered() -> Any:
        return await executions(hub, f"?automationId={id}&status=succeeded")

    assert [one["_id"] for one in await until(delivered)] == [first["_id"]]
    gone = await hub.ask("DELETE", f"/automation/{id}")
    assert gone.data == {"_id": id, "deleted": True}
    assert (await hub.ask("GET", f"/automation/{id}")).status == 404
    [kept] = await executions(hub, f"?automationId={id}")
    assert kept["_id"] == first["_id"]
    assert "automationName" not in kept
    assert (await hub.hub.store[ENDPOINTS].of(hub.company_id).find()).items == []
    stats = (await hub.ask("GET", "/automation/stats")).data
    assert (stats["total"], stats["totalExecutions"]) == (0, 1)


async def test_a_new_address_makes_a_disabled_automation_one_to_be_activated_again(hub: HubUnderTest) -> None:
    id = (await made(hub, templateId="lead-enrichment", makeWebhookUrl=MAKE))["automation"]["_id"]
    await hub.ask("POST", f"/automation/{id}/activate")
    automation = await hub.hub.automations.one(hub.company_id, id)
    reason = StatusReason(code="gone", message="It is gone.", hint="Give another.", at=hub.hub.clock.now())
    disabled = automation.model_copy(update={"status": AutomationStatus.DISABLED, "reason": reason, "listens": None})
    await hub.hub.store.write(WriteBatch().replace(AUTOMATIONS, disabled))
    shown = (await hub.ask("GET", f"/automation/{id}")).data
    assert (shown["status"], shown["reason"]["code"]) == ("disabled", "gone")
    assert (await hub.ask("GET", "/automation/stats")).data["inactive"] == 1
    renewed = (await hub.ask("PATCH", f"/automation/{id}", json={"makeWebhookUrl": MAKE + "x"})).data
    assert (renewed["status"], "reason" in renewed) == ("inactive", False)
    assert (await hub.ask("POST", f"/automation/{id}/activate")).data["status"] == "active"


async def test_who_may_only_look_changes_nothing(hub: HubUnderTest) -> None:
    id = (await made(hub, templateId="lead-to-crm"))["automation"]["_id"]
    key = (await hub.ask("POST", "/api-keys", json={"name": "reader", "rights": ["automations.read"]})).data["token"]

    async def ask(method: str, path: str, **more: Any) -> Answer:
        return await hub.ask(method, path, token=key, **more)

    assert (await ask("GET", f"/automation/{id}")).status == 200
    assert (await ask("GET", "/automation/executions")).status == 200
    address = {"makeWebhookUrl": MAKE, "templateId": "lead-enrichment"}
    tested = await hub.ask("POST", f"/automation/{(await made(hub, **address))['automation']['_id']}/test")
    execution = f"/automation/executions/{tested.data['execution']['_id']}"
    assert "payload" in (await hub.ask("GET", execution)).data
    assert "payload" not in (await ask("GET", execution)).data
    for method, path in (
        ("POST", "/automation"), ("PATCH", f"/automation/{id}"), ("DELETE", f"/automation/{id}"),
        ("POST", f"/automation/{id}/activate"), ("POST", f"/automation/{id}/test"),
        ("POST", f"/automation/executions/{NOBODY}/resend"),
    ):  # fmt: skip
        refused = await ask(method, path, json={})
        assert (refused.status, refused.code) == (403, "forbidden"), path
