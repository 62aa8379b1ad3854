"""Subscriptions over HTTP, as Zapier, Make apps and n8n make them, and samples of events for their editors."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

import jsonschema_rs
import pytest
import pytest_asyncio

from leadbridge.automation.delivery.model import ENDPOINTS, EXECUTIONS, Endpoint
from leadbridge.automation.events.catalogue import CATALOGUE, STARTING
from leadbridge.automation.hooks.model import HOOKS, MAX_HOOKS, Hook
from leadbridge.automation.model import StatusReason
from leadbridge.storage.batch import Applied, WriteBatch
from tests.contract.automation.listening import DEADLINE, TARGET, Company, bodies, company
from tests.support.hub_in_process import HubUnderTest, running_hub

pytestmark = pytest.mark.asyncio(loop_scope="module")
HOOKS_PATH = "/automation/hooks"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[HubUnderTest]:
    folder: Path = tmp_path_factory.mktemp("hooks")
    async with running_hub(folder / "data", rate_tenant=0, rate_principal=0, rate_address=0) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="module")
async def acme(site: HubUnderTest) -> Company:
    return await company(site)


async def stored(acme: Company, id: str) -> tuple[Hook, Endpoint]:
    hook = await acme.hub.store[HOOKS].of(acme.id).get(id)
    assert hook is not None
    endpoint = await acme.hub.store[ENDPOINTS].of(acme.id).get(hook.endpoint_id)
    assert endpoint is not None
    return hook, endpoint


async def test_subscribe_hear_and_unsubscribe(acme: Company) -> None:
    body = {"targetUrl": TARGET, "eventTypes": ["lead.status_changed", "lead.updated"], "endpoint": {"perSecond": 5}}
    key = {"headers": {"idempotency-key": "subscribe-1"}}
    answer = await acme.ask("POST", HOOKS_PATH, json=body, **key)
    assert answer.status == 201, answer.body
    hook = answer.data
    assert hook["secret"].startswith("whsec_")
    assert (hook["active"], hook["targetUrl"], hook["endpoint"]["perSecond"]) == (True, f"{TARGET[:18]}/…ijkl", 5)
    again = (await acme.ask("POST", HOOKS_PATH, json=body, **key)).data
    assert (again["_id"], again.get("secret"), again["secretShown"]) == (hook["_id"], None, True)
    listed = (await acme.ask("GET", HOOKS_PATH)).data
    assert listed == [(await acme.ask("GET", f"{HOOKS_PATH}/{hook['_id']}")).data]
    assert "secret" not in listed[0]
    lead = (await acme.ask("POST", "/leads", json={"lastName": "Ana"})).data["_id"]
    assert await acme.executions() == []
    await acme.ask("PATCH", f"/leads/{lead}", json={"status": "won"})
    (one,) = await acme.executions()  # one delivery for an event, whatever it is besides
    (told,) = bodies([one])
    assert (told["type"], told["hookId"], told["data"]["types"]) == (
        "lead.updated",
        hook["_id"],
        ["lead.updated", "lead.status_changed"],
    )
    assert "automationId" not in told
    _, endpoint = await stored(acme, hook["_id"])
    gone = await acme.ask("DELETE", f"{HOOKS_PATH}/{hook['_id']}")
    assert gone.data == {"_id": hook["_id"], "deleted": True}
    assert await acme.hub.store[ENDPOINTS].of(acme.id).get(endpoint.id) is None
    assert (await acme.ask("GET", f"{HOOKS_PATH}/{hook['_id']}")).code == "hook_not_found"
    assert (await acme.ask("DELETE", f"{HOOKS_PATH}/{hook['_id']}")).status == 404
    await acme.ask("PATCH", f"/leads/{lead}", json={"status": "lost"})
    assert len(await acme.executions()) == 1
    assert await acme.hub.hooks.silenced(acme.id, hook["_id"]) == "unsubscribed"


async def test_what_cannot_be_subscribed_to_is_said(acme: Company) -> None:
    async def refused(**changed: object) -> tuple[int, str]:
        body = {"targetUrl": TARGET, "eventTypes": ["lead.created"], **changed}
        answer = await acme.ask("POST", HOOKS_PATH, json={name: one for name, one in body.items() if one is not None})
        assert answer.body["error"]["hint"]
        return answer.status, answer.code

    assert await refused(eventTypes=["lead.exploded"]) == (400, "unknown_event_type")
    assert await refused(eventTypes=["contact.created"]) == (400, "unknown_event_type")
    assert await refused(targetUrl="http://receiver.example.org/in") == (400, "https_needed")
    assert await refused(targetUrl="https://10.0.0.1/in") == (400, "address_refused")
    assert await refused(targetUrl=f"{acme.hub.settings.public}/api/v1/webhook/automation/x") == (400, "own_address")
    assert await refused(filter="nothing == 'x'") == (400, "invalid_filter")
    assert await refused(filter="'text'") == (400, "invalid_filter")
    assert await refused(targetUrl=None) == (400, "invalid_request")
    none = await acme.ask("POST", HOOKS_PATH, json={"targetUrl": TARGET, "eventTypes": []})
    assert (none.status, none.body["error"]["message"]) == (400, "eventTypes: List should have at least 1 item(s)")
    assert (await acme.ask("GET", HOOKS_PATH)).data == []


async def test_a_key_that_may_not_read_leads_cannot_have_them_sent(acme: Company) -> None:
    body = {"targetUrl": TARGET, "eventTypes": ["lead.created"]}
    for rights, status in ((["hooks.manage"], 403), (["hooks.manage", "leads.read"], 201)):
        key = (await acme.ask("POST", "/api-keys", json={"name": "zap", "rights": rights})).data["token"]
        answer = await acme.site.ask("POST", HOOKS_PATH, json=body, token=key)
        assert (answer.status, answer.code if status == 403 else None) == (
            status,
            "forbidden" if status == 403 else None,
        )
    (hook,) = (await acme.ask("GET", HOOKS_PATH)).data
    assert hook["createdBy"].startswith("user:")


async def test_a_filter_and_zapiers_name_of_the_address(acme: Company) -> None:
    body = {"hookUrl": TARGET, "eventTypes": ["lead.created"], "filter": "email.endsWith('@big.example')"}
    answer = await acme.ask("POST", HOOKS_PATH, json=body)
    assert answer.status == 201, answer.body
    for address in ("ana@big.example", "zoe@small.example"):
        await acme.ask("POST", "/leads", json={"lastName": "Ana", "email": address})
    assert [body["data"]["lead"]["email"] for body in bodies(await acme.executions())] == ["ana@big.example"]


async def test_a_test_is_delivered_apart_from_all_events(acme: Company) -> None:
    hook = (await acme.ask("POST", HOOKS_PATH, json={"targetUrl": TARGET, "eventTypes": ["crm.synced"]})).data
    answer = await acme.ask("POST", f"{HOOKS_PATH}/{hook['_id']}/test")
    assert answer.status == 202
    shown = answer.data["execution"]
    one = await acme.hub.store[EXECUTIONS].of(acme.id).get(shown["_id"])
    assert one is not None
    assert (one.test, one.hook_id, shown["eventType"], shown["test"]) == (True, hook["_id"], "crm.synced", True)
    listed = await acme.ask("GET", f"/automation/executions?hookId={hook['_id']}&eventType=crm.synced")
    assert [(one["_id"], one.keys() >= shown.keys()) for one in listed.data] == [(shown["_id"], True)]
    assert (await acme.ask("GET", f"/automation/executions?hookId={'0' * 24}")).data == []
    assert (await acme.ask("GET", "/automation/executions?eventType=crm.sold")).code == "unknown_event_type"
    assert (await acme.ask("GET", "/automation/executions?since=2026-11-23")).code == "invalid_input"
    (told,) = bodies([one])
    jsonschema_rs.validator_for(CATALOGUE["crm.synced"].schema()).validate(told)
    assert told["test"] is True


async def test_an_address_that_is_gone_unsubscribes_and_one_that_refuses_is_silenced(acme: Company) -> None:
    made = [
        (await acme.ask("POST", HOOKS_PATH, json={"targetUrl": TARGET, "eventTypes": ["lead.created"]})).data["_id"]
        for _ in range(2)
    ]

    async def disabled(id: str, code: str) -> Endpoint:
        _, endpoint = await stored(acme, id)
        batch = WriteBatch().patch(ENDPOINTS, acme.id, endpoint.id, values={"state": "disabled"}, rev=endpoint.rev)
        reason = StatusReason(code=code, message="It said so.", hint="Look there.", at=acme.hub.clock.now())
        await acme.hub.hooks.disabled(batch, endpoint, reason)
        assert isinstance(await acme.hub.store.write(batch), Applied)
        return endpoint

    endpoint = await disabled(made[0], "gone")
    assert (await acme.ask("GET", f"{HOOKS_PATH}/{made[0]}")).status == 404
    until = time.monotonic() + DEADLINE
    while await acme.hub.store[ENDPOINTS].of(acme.id).get(endpoint.id) is not None:
        assert time.monotonic() < until, "the endpoint of an ended subscription is still there"
        await asyncio.sleep(0.05)
    await disabled(made[1], "credentials_refused")
    shown = (await acme.ask("GET", f"{HOOKS_PATH}/{made[1]}")).data
    assert (shown["active"], shown["reason"]["code"]) == (False, "credentials_refused")
    await acme.ask("POST", "/leads", json={"lastName": "Ana"})
    assert await acme.executions() == []
    assert (await acme.ask("POST", f"{HOOKS_PATH}/{made[1]}/test")).code == "hook_inactive"


async def test_a_company_has_at_most_200(acme: Company) -> None:
    hook = (await acme.ask("POST", HOOKS_PATH, json={"targetUrl": TARGET, "eventTypes": ["lead.created"]})).data
    first, _ = await stored(acme, hook["_id"])
    batch = WriteBatch()
    for _ in range(MAX_HOOKS - 1):
        batch.insert(HOOKS, first.model_copy(update={"id": acme.hub.ids(), "rev": 0}))
    assert isinstance(await acme.hub.store.write(batch), Applied)
    answer = await acme.ask("POST", HOOKS_PATH, json={"targetUrl": TARGET, "eventTypes": ["lead.created"]})
    assert (answer.status, answer.code) == (409, "too_many_hooks")


async def test_the_catalogue_lists_every_event_with_an_example_that_fits(acme: Company) -> None:
    listed = (await acme.ask("GET", "/automation/events")).data
    assert {one["type"]: one["starts"] for one in listed} == {type: type in STARTING for type in CATALOGUE}
    for one in listed:
        jsonschema_rs.validator_for(one["schema"]).validate(one["example"])


async def test_samples_are_the_newest_events_else_the_example(acme: Company) -> None:
    async def samples(type: str) -> list[dict[str, object]]:
        found: list[dict[str, object]] = (await acme.ask("GET", f"/automation/events/samples?type={type}")).data
        for one in found:
            jsonschema_rs.validator_for(CATALOGUE[type].schema()).validate(one)
        return found

    (example,) = await samples("lead.created")
    assert example["data"] == CATALOGUE["lead.created"].example
    assert example["companyId"] == acme.id
    for n in range(4):
        await acme.ask("POST", "/leads", json={"lastName": f"Lead{n}"})
    assert [one["data"]["lead"]["lastName"] for one in await samples("lead.created")] == ["Lead3", "Lead2", "Lead1"]  # type: ignore[index]
    await acme.ask("POST", "/deals", json={"name": "Big one"})
    assert [one["data"]["deal"]["name"] for one in await samples("deal.created")] == ["Big one"]  # type: ignore[index]
    for type in ("form.submitted", "crm.synced", "schedule.weekly", "webhook.received"):
        assert len(await samples(type)) == 1
    assert (await acme.ask("GET", "/automation/events/samples?type=nothing")).code == "unknown_event_type"
