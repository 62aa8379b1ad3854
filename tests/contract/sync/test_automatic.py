"""The push that nobody asks for: what is pushed by it, what is not, and that it can be stopped and switched off."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from leadbridge.leads.bodies import LeadBody
from leadbridge.sync.automatic.model import WAITING_PUSHES
from leadbridge.sync.automatic.tasks import crm_author
from leadbridge.sync.model import RUNS, Run, RunStatus, Trigger
from leadbridge.work.model import TASKS
from tests.support.hub_in_process import HubUnderTest, running_hub
from tests.support.sandbox import SandboxProcess


def person(number: int, **more: Any) -> dict[str, Any]:
    return {"email": f"p{number}@example.com", "firstName": f"P{number}", "lastName": "Example", **more}


@pytest.fixture
async def site(tmp_path: Path, sandbox: SandboxProcess) -> AsyncIterator[HubUnderTest]:
    """A hub that pushes by itself, not connected yet."""
    async with running_hub(tmp_path / "hub", sandbox, automatic_push=True, push_delay=0.2) as running:
        yield running


async def until(enough: Callable[[], bool], what: Callable[[], object]) -> None:
    deadline = time.monotonic() + 90
    while not enough():
        assert time.monotonic() < deadline, what()
        await asyncio.sleep(0.1)


def emails(sandbox: SandboxProcess) -> list[str]:
    return sorted(record["properties"]["email"] for record in sandbox.records())


def city(sandbox: SandboxProcess) -> list[str]:
    return [record["properties"].get("city") or "" for record in sandbox.records()]


async def quiet(site: HubUnderTest) -> list[Run]:
    """Return every run once nothing is to be done any more."""
    deadline = time.monotonic() + 90
    store, company = site.hub.store, site.company_id
    while True:
        tasks = (await store[TASKS].of(company).find(limit=10)).items
        waiting = (await store[WAITING_PUSHES].of(company).find(limit=10)).items
        due = [task for task in tasks if task.kind.startswith(("sync.", "leads."))]
        runs = (await store[RUNS].of(company).find(order=["startedAt"], limit=100)).items
        if not due and not waiting and all(run.status is RunStatus.DONE for run in runs):
            return runs
        assert time.monotonic() < deadline, (tasks, waiting, runs)
        await asyncio.sleep(0.1)


async def test_what_is_made_or_changed_from_the_connecting_on_is_pushed(
    site: HubUnderTest, sandbox: SandboxProcess
) -> None:
    old, changed = await site.leads(person(1), person(2))
    await site.connect()
    [made] = await site.leads(person(3))
    await site.ask("PATCH", f"/leads/{changed}", json={"address": {"city": "Rome"}})
    bulk = {"items": [person(4), person(5)]}
    answer = await site.ask("POST", "/leads/bulk", json=bulk)
    assert answer.status == 200, answer.body
    rows = "First name,Last name,Email\nIda,Import,p6@example.com\n"
    csv = {"content-type": "text/csv"}
    await site.ask("POST", "/leads/imports?name=a.csv", data=rows.encode(), headers=csv)
    await until(lambda: len(sandbox.records()) == 5, lambda: emails(sandbox))
    runs = await quiet(site)
    assert emails(sandbox) == [f"p{number}@example.com" for number in (2, 3, 4, 5, 6)], "the first lead is older"
    assert {run.trigger for run in runs} == {Trigger.AUTOMATIC}
    assert sum(run.counts.created for run in runs) == 5
    shown = (await site.ask("GET", f"/runs/{runs[0].id}")).data
    assert (shown["trigger"], shown["kind"]) == ("automatic", "push")
    used = (await site.ask("GET", "/automation/usage/events?eventType=crm_sync")).data
    assert {event["runId"] for event in used if event.get("runId")} == {run.id for run in runs}
    assert (await site.ask("GET", f"/leads/{old}/links")).data == []
    assert (await site.ask("GET", f"/leads/{made}/links")).data[0]["state"] == "active"


async def test_many_changes_of_a_lead_are_one_push(site: HubUnderTest, sandbox: SandboxProcess) -> None:
    await site.connect()
    await site.hub.worker.stop()
    [lead] = await site.leads(person(1))
    for number in range(5):
        await site.ask("PATCH", f"/leads/{lead}", json={"address": {"city": f"City {number}"}})
    site.hub.worker.start()
    await until(lambda: city(sandbox) == ["City 4"], lambda: sandbox.records())
    runs = await quiet(site)
    assert sum(run.total for run in runs) <= 2, "told while the first was on its way"
    assert len(sandbox.records()) == 1


async def test_a_change_that_came_from_a_crm_is_not_pushed_back_to_it(
    site: HubUnderTest, sandbox: SandboxProcess
) -> None:
    await site.connect()
    [lead, other] = await site.leads(person(1), person(2))
    await until(lambda: len(sandbox.records()) == 2, lambda: emails(sandbox))
    before = await quiet(site)
    connection = (await site.ask("GET", "/crm-integration")).data["_id"]
    body = LeadBody.model_validate({"title": "From the CRM"})
    await site.hub.leads.update(site.company_id, crm_author(connection), lead, body)
    runs = await quiet(site)
    assert len(runs) == len(before)
    await site.hub.leads.update(site.company_id, crm_author("f" * 24), other, body)
    await until_runs(site, len(before) + 1)
    assert [record["properties"].get("jobtitle") or "" for record in sandbox.records()].count("From the CRM") == 1


async def until_runs(site: HubUnderTest, count: int) -> list[Run]:
    deadline = time.monotonic() + 90
    while len(runs := await quiet(site)) < count:
        assert time.monotonic() < deadline, runs
        await asyncio.sleep(0.1)
    return runs


async def test_it_waits_with_a_paused_connection_and_goes_on_with_it(
    site: HubUnderTest, sandbox: SandboxProcess
) -> None:
    await site.connect()
    path = f"/crm-integration/connections/{(await site.ask('GET', '/crm-integration')).data['_id']}"
    await site.ask("PATCH", path, json={"paused": True})
    leads = await site.leads(person(1), person(2))
    waiting = site.hub.store[WAITING_PUSHES].of(site.company_id)
    deadline = time.monotonic() + 90
    while len((await waiting.find(limit=10)).items) < len(leads):
        assert time.monotonic() < deadline
        await asyncio.sleep(0.1)
    assert sandbox.records() == []
    await site.ask("PATCH", path, json={"paused": False})
    await until(lambda: len(sandbox.records()) == 2, lambda: emails(sandbox))
    await quiet(site)


async def test_it_is_switched_off_for_each_connection(site: HubUnderTest, sandbox: SandboxProcess) -> None:
    await site.connect()
    shown = (await site.ask("GET", "/crm-integration")).data
    assert shown["automaticPush"] is True
    path = f"/crm-integration/connections/{shown['_id']}"
    await site.hub.worker.stop()
    await site.leads(person(1))
    off = (await site.ask("PATCH", path, json={"automaticPush": False})).data
    assert off["automaticPush"] is False
    await site.leads(person(2))
    site.hub.worker.start()
    assert await quiet(site) == []
    assert (await site.ask("PATCH", path, json={"automaticPush": True})).data["automaticPush"] is True
    await site.leads(person(3))
    await until(lambda: emails(sandbox) == ["p3@example.com"], lambda: emails(sandbox))
    trail = (await site.ask("GET", "/audit")).data
    assert any(entry["action"] == "connection.changed" for entry in trail)


async def test_what_was_deleted_or_disconnected_meanwhile_is_left(site: HubUnderTest, sandbox: SandboxProcess) -> None:
    await site.connect()
    connection = (await site.ask("GET", "/crm-integration")).data["_id"]
    await site.hub.worker.stop()
    kept, gone = await site.leads(person(1), person(2))
    await site.ask("DELETE", f"/leads/{gone}")
    site.hub.worker.start()
    await until(lambda: emails(sandbox) == ["p1@example.com"], lambda: emails(sandbox))
    assert {run.counts.failed for run in await quiet(site)} == {0}
    await site.hub.worker.stop()
    await site.ask("PATCH", f"/leads/{kept}", json={"title": "Later"})
    await site.ask("DELETE", f"/crm-integration/connections/{connection}")
    runs = (await site.hub.store[RUNS].of(site.company_id).find(limit=10)).items
    site.hub.worker.start()
    assert len(await quiet(site)) == len(runs)
    assert (await site.ask("GET", "/crm-integration/error-logs")).data == []
