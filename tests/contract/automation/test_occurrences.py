"""What happens beside changes of leads is told: pushes, hints, lost grants, forms, and the week's time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import aiohttp
import jsonschema_rs
import pytest
import pytest_asyncio

from leadbridge.automation.events.catalogue import CATALOGUE
from leadbridge.automation.events.listening import WEEKLY, InvalidSchedule, schedule_id
from leadbridge.automation.model import Automation, AutomationStatus
from leadbridge.integrations.health import Event
from leadbridge.integrations.hints.model import HINTS
from leadbridge.integrations.watch import Reason
from leadbridge.leads.occurrences import OCCURRENCES, Occurrence
from leadbridge.storage.batch import Applied, WriteBatch
from leadbridge.work.model import SCHEDULES, TASKS
from tests.contract.automation.listening import DEADLINE, Company, bodies, company
from tests.contract.integrations.test_hints import event, tell
from tests.support.hub_in_process import NOWHERE, HubUnderTest, running_hub
from tests.support.sandbox import SandboxProcess

pytestmark = pytest.mark.asyncio(loop_scope="module")
SETTINGS: dict[str, Any] = {"automatic_push": True, "push_delay": 0.1, "sandbox_origins": (NOWHERE,)}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[HubUnderTest, SandboxProcess]]:
    folder: Path = tmp_path_factory.mktemp("occurrences")
    with SandboxProcess() as sandbox:
        sandbox.settings(rateLimits=False)
        async with running_hub(folder / "data", sandbox, **SETTINGS) as running:
            await running.connect()
            yield running, sandbox


@pytest_asyncio.fixture(loop_scope="module")
async def acme(world: tuple[HubUnderTest, SandboxProcess]) -> Company:
    """The company that is connected; its automations of earlier tests hear no more."""
    site, _ = world
    return Company(site, site.company_id, site.token)


async def until(met: Callable[[], Awaitable[bool]], what: str) -> None:
    end = time.monotonic() + DEADLINE
    while not await met():
        assert time.monotonic() < end, what
        await asyncio.sleep(0.05)


async def told(acme: Company, automation: Automation, count: int) -> list[dict[str, Any]]:
    """Return what an automation was started with, once that is ``count`` times; each body fits its schema."""

    async def enough() -> bool:
        return len([one for one in await acme.executions() if one.automation_id == automation.id]) >= count

    await until(enough, f"{automation.trigger.type} was not told")
    found = bodies([one for one in await acme.executions() if one.automation_id == automation.id])
    for body in found:
        jsonschema_rs.validator_for(CATALOGUE[body["type"]].schema()).validate(body)
    assert len(found) == count
    return found


async def occurrences(acme: Company, type: str) -> list[Occurrence]:
    return (await acme.hub.store[OCCURRENCES].of(acme.id).find(eq={"type": type}, order=["at"], limit=100)).items


async def test_a_push_tells_and_what_an_import_pushed_starts_nothing(
    acme: Company, world: tuple[HubUnderTest, SandboxProcess]
) -> None:
    _, sandbox = world

    async def in_crm(number: int) -> None:
        async def there() -> bool:
            return len(sandbox.records()) == number and not await _waits(acme)

        await until(there, "the lead was not pushed")

    quiet = (await acme.ask("POST", "/leads", json={"lastName": "Before", "email": "b@example.com"})).data["_id"]
    await in_crm(1)
    assert await occurrences(acme, "crm.synced") == []  # nobody listened
    synced, failed = await acme.automation("crm.synced"), await acme.automation("crm.sync_failed")
    lead = (await acme.ask("POST", "/leads", json={"lastName": "Ana", "email": "ana@example.com"})).data["_id"]
    (body,) = await told(acme, synced, 1)
    assert (body["data"]["leadId"], body["data"]["action"], body["origin"]) == (lead, "created", "api")
    assert body["data"]["provider"] == "hubspot"
    assert body["data"]["lead"]["lastName"] == "Ana"
    assert body["data"]["crmId"]
    csv = {"data": b"Last name,E-mail\nZoe,zoe@example.com\n", "headers": {"content-type": "text/csv"}}
    assert (await acme.ask("POST", "/leads/imports?wait=60", **csv)).status == 201
    await in_crm(3)
    assert len(await told(acme, synced, 1)) == 1
    assert len(await occurrences(acme, "crm.synced")) == 1
    crm_id = next(one["id"] for one in sandbox.records() if one["properties"]["email"] == "b@example.com")
    sandbox.control("DELETE", f"/records/contacts/{crm_id}")
    await acme.ask("POST", "/crm-integration/sync-leads", json={"leadIds": [quiet, "f" * 24]})
    (body,) = await told(acme, failed, 1)
    assert (body["data"]["leadId"], body["data"]["fault"]["code"]) == (quiet, "crm_record_gone")
    assert body["data"]["fault"]["hint"]
    assert len(await occurrences(acme, "crm.sync_failed")) == 1


async def test_a_hint_is_told_once_and_what_we_wrote_ourselves_is_not(
    acme: Company, world: tuple[HubUnderTest, SandboxProcess]
) -> None:
    changed = await acme.automation("crm.record_changed")
    site = world[0]
    connection = (await acme.ask("GET", "/crm-integration")).data["_id"]
    for _ in range(2):
        answer = await tell(site, event(901), event(902, changeSource="INTEGRATION", sourceId="9001337"))
        assert answer.status == 200, answer.text
    (body,) = await told(acme, changed, 1)
    assert (body["data"]["recordId"], body["data"]["connectionId"]) == ("901", connection)
    assert (body["origin"], body["data"]["change"]) == ("crm", "changed")
    hints = (await acme.hub.store[HINTS].of(acme.id).find(limit=100)).items
    assert {one.record_id for one in hints} >= {"901", "902"}


async def test_a_lost_grant_is_told_once(acme: Company) -> None:
    lost = await acme.automation("connection.reauth_required")
    connection = (await acme.ask("GET", "/crm-integration")).data["_id"]
    reason = Reason("reauth_required", "HubSpot no longer accepts the access.", "Connect HubSpot again.")
    for _ in range(2):
        await acme.hub.connections.health.note(acme.id, connection, Event.GRANT_GONE, reason)
    (body,) = await told(acme, lost, 1)
    assert body["data"] == {
        "provider": "hubspot",
        "connectionId": connection,
        "code": "reauth_required",
        "message": reason.message,
        "hint": reason.hint,
    }


async def test_a_form_tells_of_its_submission_and_of_its_lead(world: tuple[HubUnderTest, SandboxProcess]) -> None:
    acme = await company(world[0])
    sent, created = await acme.automation("form.submitted"), await acme.automation("lead.created")
    fields = [{"name": "email", "label": "E-mail", "type": "email", "to": "email", "required": True}]
    form = (await acme.ask("POST", "/forms", json={"name": "Contact", "fields": fields})).data
    async with aiohttp.ClientSession() as session, session.post(form["url"], json={"email": "a@example.com"}) as answer:
        assert answer.status == 201
    (body,) = await told(acme, sent, 1)
    (other,) = await told(acme, created, 1)
    assert (body["origin"], body["data"]["form"]["name"]) == ("form", "Contact")
    assert body["data"]["submission"]["data"] == {"email": "a@example.com"}
    assert body["data"]["lead"]["_id"] == other["data"]["lead"]["_id"]
    assert other["data"]["lead"]["source"] == "form: Contact"


async def test_the_weeks_time_comes_for_the_automation_that_is_set_to_it(
    world: tuple[HubUnderTest, SandboxProcess],
) -> None:
    acme = await company(world[0])
    hub = acme.hub
    weekly = await acme.automation("schedule.weekly", config={"day": "Friday", "hour": 17, "timeZone": "Asia/Kolkata"})
    other = await acme.automation("schedule.weekly", config={"day": "someday"})

    async def switched(automation: Automation, *, on: bool) -> None:
        async def build() -> tuple[WriteBatch, None]:
            batch = WriteBatch()
            await (hub.listening.activated if on else hub.listening.deactivated)(batch, automation)
            return batch, None

        await hub.store.attempt(build)

    with pytest.raises(InvalidSchedule, match="no day of the week"):
        await switched(other, on=True)
    for _ in range(2):  # a changed configuration is followed the same way
        await switched(weekly, on=True)
    stored = await hub.store[SCHEDULES].of(acme.id).get(schedule_id(weekly.id))
    assert stored is not None
    assert (stored.cron, stored.tz, stored.kind) == ("0 17 * * 5", "Asia/Kolkata", WEEKLY)
    batch = WriteBatch().patch(SCHEDULES, acme.id, stored.id, values={"nextAt": 1}, rev=stored.rev)
    assert isinstance(await hub.store.write(batch), Applied)  # it is time; any worker fires it
    (body,) = await told(acme, weekly, 1)
    assert (body["origin"], body["data"]["automationId"]) == ("schedule", weekly.id)
    assert body["data"]["timeZone"] == "Asia/Kolkata"
    assert {one.automation_id for one in await acme.executions()} == {weekly.id}
    await switched(weekly, on=False)
    assert await hub.store[SCHEDULES].of(acme.id).get(stored.id) is None
    inactive = weekly.model_copy(update={"trigger": weekly.trigger, "status": AutomationStatus.INACTIVE})
    await switched(inactive, on=False)


async def _waits(acme: Company) -> bool:
    return bool((await acme.hub.store[TASKS].of(acme.id).find(eq={"state": "waiting", "kind": "sync.push"})).items)
