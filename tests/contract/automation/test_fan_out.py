"""What changes of leads start: exactly those who listen, never by imports, never in circles, never twice."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import jsonschema_rs
import msgspec
import pytest
import pytest_asyncio

from leadbridge.automation.delivery.model import EXECUTIONS, ExecutionState
from leadbridge.automation.delivery.starting import execution_id
from leadbridge.automation.events.catalogue import CATALOGUE, STARTING
from leadbridge.automation.events.telling import FAN_OUT, FanOutRef, fan_lane
from leadbridge.automation.model import AutomationStatus, RunBy
from leadbridge.leads.change import Author
from leadbridge.leads.history import EVENTS
from leadbridge.leads.model import LeadBody
from leadbridge.storage.batch import Applied, WriteBatch
from leadbridge.usage.model import Limit
from leadbridge.usage.quotas import Quota
from leadbridge.work.enqueue import NewTask
from leadbridge.work.model import TASKS
from tests.contract.automation.listening import Company, bodies, company
from tests.support.hub_in_process import HubUnderTest, running_hub

pytestmark = pytest.mark.asyncio(loop_scope="module")
ROWS = 5000


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[HubUnderTest]:
    folder: Path = tmp_path_factory.mktemp("fan-out")
    async with running_hub(folder / "data", rate_tenant=0, rate_principal=0, rate_address=0) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="module")
async def acme(site: HubUnderTest) -> Company:
    return await company(site)


async def test_a_new_lead_starts_exactly_those_who_listen(acme: Company) -> None:
    created = await acme.automation("lead.created")
    native = await acme.automation("lead.created", run_by=RunBy.NATIVE)
    wealthy = await acme.automation("lead.created", filter="value.amount > 1000 && address.country == 'DE'")
    poor = await acme.automation("lead.created", filter="fallback(value.amount, 0) < 1000")
    changed = await acme.automation("lead.status_changed")
    await acme.automation("lead.created", status=AutomationStatus.INACTIVE)
    await acme.automation("lead.deleted")
    sent = {"lastName": "Ana", "value": {"amount": "5000", "currency": "EUR"}, "address": {"country": "DE"}}
    lead = (await acme.ask("POST", "/leads", json=sent)).data
    assert await acme.started() == sorted((one.id, "lead.created") for one in (created, native, wealthy))
    await acme.ask("PATCH", f"/leads/{lead['_id']}", json={"status": "won"})
    assert (changed.id, "lead.status_changed") in await acme.started()
    found = {one.automation_id: one for one in await acme.executions()}
    assert len(found) == 4
    assert poor.id not in found
    assert found[native.id].endpoint_id is None
    for one, body in zip(found.values(), bodies(list(found.values())), strict=True):
        jsonschema_rs.validator_for(CATALOGUE[body["type"]].schema()).validate(body)
        assert one.subjects == (lead["_id"],)
        assert one.id == body["executionId"] == execution_id(body["id"], one.automation_id or "")
        assert (body["automationId"], body["companyId"]) == (one.automation_id, acme.id)
        assert (body["origin"], body["hop"]) == ("api", 0)
        assert body["data"]["lead"]["lastName"] == "Ana"
    (told,) = bodies([found[changed.id]])
    assert told["data"]["changes"]["status"] == [None, "won"]
    assert told["data"]["previousStatus"] is None


async def test_5000_imported_leads_start_nothing_until_it_is_asked_for(acme: Company) -> None:
    for trigger in sorted(STARTING):
        await acme.automation(trigger)
    await acme.ask("PUT", "/leads/fields/plan", json={"type": "text", "label": "Plan"})
    rows = "".join(f"Lead{n},lead{n}@example.com,{n}\n" for n in range(ROWS))
    csv = {"data": f"Last name,E-mail,Value\n{rows}".encode(), "headers": {"content-type": "text/csv"}}
    preview = (await acme.ask("POST", "/leads/imports/preview", **csv)).data["triggerAutomations"]
    assert preview["rows"] == ROWS
    assert preview["executionsAtMost"] == ROWS * len(preview["automations"])
    assert {one["trigger"] for one in preview["automations"]} >= {"lead.created", "lead.high_value"}
    assert preview["executionsLeftThisMonth"] is None
    job = (await acme.ask("POST", "/leads/imports?wait=60", **csv)).data
    while job["status"] not in ("done", "failed"):
        job = (await acme.ask("GET", f"/leads/imports/{job['_id']}")).data
    assert (job["counts"]["created"], job["triggerAutomations"]) == (ROWS, False)
    tasks = acme.hub.store[TASKS].of(acme.id)
    assert not (await tasks.find(eq={"state": "waiting", "kind": FAN_OUT}, limit=1)).items
    assert await acme.executions() == []
    few = {"data": b"Last name,E-mail\nZoe,zoe@example.com\nMia,mia@example.com\n", "headers": csv["headers"]}
    job = (await acme.ask("POST", "/leads/imports?wait=60&triggerAutomations=true", **few)).data
    while job["status"] not in ("done", "failed"):
        job = (await acme.ask("GET", f"/leads/imports/{job['_id']}")).data
    assert job["triggerAutomations"] is True
    found = await acme.executions()
    assert [(one.event_type, one.origin) for one in found] == [("lead.created", "import")] * 2
    undone = (await acme.ask("POST", f"/leads/imports/{job['_id']}/undo?wait=60")).data
    while undone["status"] != "undone":
        undone = (await acme.ask("GET", f"/leads/imports/{job['_id']}")).data
    assert len(await acme.executions()) == 2
    refused = await acme.ask("POST", "/accounts/imports?triggerAutomations=true", **few)
    assert (refused.status, refused.code) == (400, "nothing_to_trigger")


async def test_no_automation_is_started_by_its_own_effects_nor_by_too_long_a_chain(acme: Company) -> None:
    first, second = await acme.automation("lead.created"), await acme.automation("lead.created")
    leads = acme.hub.leads

    async def made(origin: str, hop: int) -> list[tuple[str, str]]:
        before = await acme.started()
        await leads.create(acme.id, Author(origin, origin, hop), LeadBody.model_validate({"lastName": origin}))
        after = await acme.started()
        for one in before:
            after.remove(one)
        return after

    assert await made(f"automation:{first.id}", 1) == [(second.id, "lead.created")]
    assert len(await made("crm", 2)) == 2
    assert await made("api", 3) == []
    assert await made("backfill", 0) == []
    assert await made(f"automation:{second.id}", 3) == []


async def test_every_way_of_changing_leads_is_told(acme: Company) -> None:
    for trigger in ("lead.created", "lead.updated", "lead.deleted", "lead.restored", "lead.merged", "lead.assigned"):
        await acme.automation(trigger)
    one, two = [
        (await acme.ask("POST", "/leads", json={"lastName": name, "email": f"{name}@example.com"})).data["_id"]
        for name in ("one", "two")
    ]
    bulk = await acme.ask("POST", "/leads/bulk", json={"items": [{"lastName": "three"}]})
    assert bulk.status == 200, bulk.body
    assert (await acme.ask("PATCH", f"/leads/{one}", json={"ownerId": "a" * 24})).status == 200
    await acme.ask("DELETE", f"/leads/{two}")
    await acme.ask("POST", f"/leads/{two}/restore")
    merged = await acme.ask("POST", f"/leads/{one}/merge", json={"otherId": two})
    assert merged.status == 200, merged.body
    types = sorted(type for _, type in await acme.started())
    assert types == ["lead.assigned", *["lead.created"] * 3, "lead.deleted", "lead.merged", "lead.restored",
                     "lead.updated"]  # fmt: skip
    (told,) = [body for body in bodies(await acme.executions()) if body["type"] == "lead.merged"]
    assert told["data"]["mergedId"] == two
    for body in bodies(await acme.executions()):
        jsonschema_rs.validator_for(CATALOGUE[body["type"]].schema()).validate(body)


async def test_a_task_that_runs_twice_starts_nothing_twice(acme: Company) -> None:
    await acme.automation("lead.created")
    await acme.ask("POST", "/leads", json={"lastName": "Ana"})
    (before,) = await acme.executions()
    (event,) = (await acme.hub.store[EVENTS].of(acme.id).find(order=["at"])).items
    batch = WriteBatch()
    again = NewTask(
        company_id=acme.id, lane=fan_lane(acme.id), kind=FAN_OUT, ref=FanOutRef((f"c:{event.id}", "c:" + "0" * 24))
    )
    await acme.hub.queue.enqueue(batch, again)
    assert isinstance(await acme.hub.store.write(batch), Applied)
    (after,) = await acme.executions()
    assert (after.id, after.created_at) == (before.id, before.created_at)


async def test_200_who_listen_make_a_lead_write_one_task(acme: Company) -> None:
    for _ in range(200):
        await acme.automation("lead.created", run_by=RunBy.NATIVE)
    batch, _ = await acme.hub.leads.made(acme.id, Author("api", "user:x"), LeadBody(last_name="Ana"), None)
    assert sum(operation.kind.name == TASKS.name for operation in batch.operations) == 1
    assert len(batch.operations) <= 5
    assert isinstance(await acme.hub.store.write(batch), Applied)
    assert len(await acme.executions()) == 200


async def test_beyond_the_months_limit_nothing_is_started_and_the_error_log_says_so_once(acme: Company) -> None:
    await acme.hub.usage_room.quotas.change(acme.id, {Quota.EXECUTIONS: Limit(soft=None, hard=2)})
    await acme.automation("lead.created")
    for name in ("one", "two", "three", "four"):
        await acme.ask("POST", "/leads", json={"lastName": name})
    assert len(await acme.executions()) == 2
    log = (await acme.ask("GET", "/crm-integration/error-logs")).data
    entries = [one for one in log if one["operation"].startswith("automation:")]
    assert [(one["code"], one["retryable"]) for one in entries] == [("quota_exceeded", False)]
    # what has been started and has not ended counts too, also once the sums were read anew
    acme.hub.usage_room.quotas._known.clear()
    await acme.ask("POST", "/leads", json={"lastName": "Later"})
    assert len(await acme.executions()) == 2


async def test_an_erased_lead_leaves_no_execution(acme: Company) -> None:
    await acme.automation("lead.created")
    lead = (await acme.ask("POST", "/leads", json={"lastName": "Gone", "email": "gone@example.com"})).data["_id"]
    assert len(await acme.executions()) == 1
    erased = await acme.ask("POST", "/privacy/erasures", json={"leadId": lead})
    assert erased.status < 300, erased.body
    assert await acme.executions() == []


async def test_what_waits_for_an_endpoint_keeps_a_while(acme: Company) -> None:
    await acme.automation("lead.created")
    await acme.ask("POST", "/leads", json={"lastName": "Ana"})
    (one,) = await acme.executions()
    assert one.state in (ExecutionState.WAITING, ExecutionState.RETRYING)
    assert one.expires_at is not None
    assert one.expires_at - one.created_at == timedelta(days=3)
    assert (await acme.hub.store[EXECUTIONS].of(acme.id).get(one.id)) is not None
    assert msgspec.json.decode(one.body)["type"] == "lead.created"
