"""Leads sent to the CRM by the hub itself: the native step of the template, against the sandbox of HubSpot."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from leadbridge.automation.delivery.model import EXECUTIONS
from leadbridge.automation.delivery.starting import Start
from leadbridge.storage.batch import WriteBatch
from tests.contract.automation.test_automations import executions, made, settled, until
from tests.support.hub_in_process import HubUnderTest, running_hub
from tests.support.sandbox import SandboxProcess

MAKE = "https://hook.eu1.make.com/abcdefghijklmnopqrstuvwxyz012345"


@pytest.fixture(scope="module")
def sandbox() -> Any:
    with SandboxProcess() as running:
        yield running


@pytest.fixture
async def hub(tmp_path: Path, sandbox: SandboxProcess) -> AsyncIterator[HubUnderTest]:
    async with running_hub(tmp_path / "hub", sandbox) as running:
        await running.connect()
        yield running


async def active(hub: HubUnderTest, **body: Any) -> str:
    id: str = (await made(hub, templateId="lead-to-crm", **body))["automation"]["_id"]
    answer = await hub.ask("POST", f"/automation/{id}/activate")
    assert answer.status == 200, answer.body
    assert (answer.data["status"], answer.data["runBy"]) == ("active", "native")
    return id


async def test_a_new_lead_is_in_the_crm_and_the_execution_says_how(hub: HubUnderTest) -> None:
    id = await active(hub)
    [lead] = await hub.leads({"lastName": "Native", "email": "native@example.com"})
    [done] = await settled(hub, id)
    assert (done["status"], done["code"], done["recordId"]) == ("succeeded", "created", lead)
    assert done["eventType"] == "lead.created"
    run = (await hub.ask("GET", f"/runs/{done['runId']}")).data
    assert [one["action"] for one in run["successful"]] == ["created"]
    [link] = (await hub.ask("GET", f"/leads/{lead}/links")).data
    assert link["crmId"] == run["successful"][0]["crmId"]
    stats = (await hub.ask("GET", f"/automation/{id}")).data["stats"]
    assert (stats["totalExecutions"], stats["successRate"]) == (1, "100.00")
    [event] = (await hub.ask("GET", "/automation/usage/events?eventType=workflow_executed")).data
    assert (event["status"], event["automationId"], event["runId"]) == ("success", id, done["runId"])
    # the one way into a CRM: whoever pushes it once more finds it as it is
    assert [one["action"] for one in (await hub.sync(lead))["successful"]] == ["unchanged"]


async def test_two_automations_and_a_second_start_make_one_record(hub: HubUnderTest) -> None:
    first, second = await active(hub), await active(hub)
    await hub.leads({"lastName": "Twice", "email": "twice@example.com"})
    outcomes = [(await settled(hub, id))[0] for id in (first, second)]
    assert sorted(one["code"] for one in outcomes) == ["created", "unchanged"]
    assert {one["status"] for one in outcomes} == {"succeeded"}


async def test_what_was_run_here_can_be_run_again(hub: HubUnderTest) -> None:
    id = await active(hub)
    [lead] = await hub.leads({"lastName": "Again", "email": "again@example.com"})
    [first] = await settled(hub, id)
    answer = await hub.ask("POST", f"/automation/executions/{first['_id']}/replay")
    assert answer.status == 202, answer.body
    new = answer.data["execution"]["_id"]
    assert (answer.data["execution"]["replayOf"], new != first["_id"]) == (first["_id"], True)
    replayed = next(one for one in await settled(hub, id, 2) if one["_id"] == new)
    assert (replayed["status"], replayed["code"], replayed["recordId"]) == ("succeeded", "unchanged", lead)
    await hub.ask("PATCH", f"/leads/{lead}", json={"title": "Head of it"})
    answer = await hub.ask("POST", f"/automation/executions/{first['_id']}/resend")
    assert (answer.status, answer.data["execution"]["_id"]) == (202, first["_id"])

    async def ended() -> Any:
        found = (await hub.ask("GET", f"/automation/executions/{first['_id']}")).data
        return found if "settledAt" in found and found["runId"] != first["runId"] else None

    assert (await until(ended))["code"] in ("updated", "unchanged")
    stats = (await hub.ask("GET", f"/automation/{id}")).data["stats"]
    assert (stats["totalExecutions"], stats["successRate"]) == (2, "100.00")
    await hub.ask("POST", f"/automation/{id}/deactivate")
    for act in ("resend", "replay"):
        refused = await hub.ask("POST", f"/automation/executions/{first['_id']}/{act}")
        assert (refused.status, refused.code) == (409, "not_deliverable")


async def test_an_event_without_a_lead_fails_with_a_word_that_explains_it(hub: HubUnderTest) -> None:
    id = await active(hub)
    for data, code in (({"test": "data"}, "no_lead"), ({"leadId": "f" * 24}, "lead_gone")):
        answer = await hub.ask("POST", f"/automation/{id}/test", json={"type": "webhook.received", "data": data})
        assert answer.status == 202, answer.body

        async def ended(execution: str = answer.data["execution"]["_id"]) -> Any:
            found = (await hub.ask("GET", f"/automation/executions/{execution}")).data
            return found if "settledAt" in found else None

        found = await until(ended)
        assert (found["status"], found["code"]) == ("failed", code)
        assert found["message"].endswith(".")
        assert found["hint"]
    assert (await hub.ask("GET", "/automation/stats")).data["totalExecutions"] == 0  # tests are counted nowhere


async def test_a_lead_that_the_crm_refuses_fails_the_execution_with_the_reason(
    hub: HubUnderTest, sandbox: SandboxProcess
) -> None:
    id = await active(hub)
    sandbox.fault("objects.batch.create", "answer", status=400, times=2, body={"category": "VALIDATION_ERROR"})
    [lead] = await hub.leads({"lastName": "Refused", "email": "refused@example.com"})
    [done] = await settled(hub, id)
    sandbox.control("DELETE", "/faults")
    assert done["status"] == "failed", done
    [told] = (await hub.ask("GET", f"/runs/{done['runId']}")).data["failed"]
    assert (told["leadId"], told["code"]) == (lead, done["code"])
    assert done["message"].startswith(told["error"])
    stats = (await hub.ask("GET", "/automation/stats")).data
    assert (stats["failedExecutions"], stats["successRate"]) == (1, "0.00")


async def test_what_waits_for_a_paused_connection_goes_out_when_it_is_resumed(hub: HubUnderTest) -> None:
    id = await active(hub)
    [connection] = (await hub.ask("GET", "/crm-integration/connections")).data
    await hub.ask("PATCH", f"/crm-integration/connections/{connection['_id']}", json={"paused": True})
    await hub.leads({"lastName": "Patient", "email": "patient@example.com"})

    async def waiting() -> Any:
        return await executions(hub, f"?automationId={id}&status=retrying")

    [held] = await until(waiting)
    assert held["message"] == "The connection to hubspot is paused."
    assert held["nextAt"]
    await hub.ask("PATCH", f"/crm-integration/connections/{connection['_id']}", json={"paused": False})
    [done] = await settled(hub, id)
    assert (done["_id"], done["status"], done["code"]) == (held["_id"], "succeeded", "created")


async def test_an_execution_of_a_deactivated_automation_is_cancelled(hub: HubUnderTest) -> None:
    id = (await made(hub, templateId="lead-to-crm"))["automation"]["_id"]
    execution = hub.hub.ids()
    start = Start(
        id=execution, company_id=hub.company_id, automation_id=id, event_id=hub.hub.ids(), event_type="lead.created",
        origin="api", hop=0, body="{}",
    )  # fmt: skip

    async def build() -> tuple[WriteBatch, None]:
        batch = WriteBatch()
        await hub.hub.starts.add(batch, [start])
        return batch, None

    await hub.hub.store.attempt(build)
    [ended] = await settled(hub, id)
    assert (ended["status"], ended["code"]) == ("cancelled", "deactivated")
    stored = await hub.hub.store[EXECUTIONS].of(hub.company_id).get(execution)
    assert stored is not None
    assert stored.first_tried_at is None


async def test_by_make_beside_an_automatic_push_it_wants_a_confirmation(hub: HubUnderTest) -> None:
    [connection] = (await hub.ask("GET", "/crm-integration/connections")).data
    await hub.ask("PATCH", f"/crm-integration/connections/{connection['_id']}", json={"automaticPush": True})
    id = (await made(hub, templateId="lead-to-crm", makeWebhookUrl=MAKE))["automation"]["_id"]
    refused = await hub.ask("POST", f"/automation/{id}/activate")
    assert (refused.status, refused.code) == (409, "confirmation_needed")
    [warning] = refused.body["error"]["details"]["warnings"]
    assert warning["code"] == "automatic_push_active"
    assert (await hub.ask("GET", f"/automation/{id}")).data["warnings"] == [warning]
    assert (await hub.ask("POST", f"/automation/{id}/activate", json={"confirm": True})).data["status"] == "active"
    await active(hub)  # done by the hub itself it is the same way into the CRM, and needs no confirmation


async def test_a_connection_that_is_named_is_the_one_that_must_be_there(hub: HubUnderTest) -> None:
    config = {"connectionId": "f" * 24}
    id = (await made(hub, templateId="lead-to-crm", config=config))["automation"]["_id"]
    refused = await hub.ask("POST", f"/automation/{id}/activate")
    assert refused.body["error"]["details"]["missing"][0]["code"] == "crm_connection"
    [connection] = (await hub.ask("GET", "/crm-integration/connections")).data
    named = {"config": {"connectionId": connection["_id"]}}
    assert (await hub.ask("PATCH", f"/automation/{id}", json=named)).data["missing"] == []
    assert (await hub.ask("POST", f"/automation/{id}/activate")).status == 200
