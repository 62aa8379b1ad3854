"""What automations bring about by the API, and filters that can hear nothing any more."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from leadbridge.automation.delivery.model import EXECUTIONS
from leadbridge.leads.history import EVENTS
from leadbridge.usage.model import ERRORS
from tests.contract.automation.listening import Company, company
from tests.support.hub_in_process import HubUnderTest, running_hub

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[HubUnderTest]:
    async with running_hub(tmp_path_factory.mktemp("hub")) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="module")
async def acme(site: HubUnderTest) -> Company:
    return await company(site)


async def lead(acme: Company, **more: str) -> str:
    """Make a lead by the API; ``more`` are headers."""
    headers = {name.replace("_", "-"): value for name, value in more.items()}
    answer = await acme.ask("POST", "/leads", json={"lastName": "Lovelace"}, headers=headers)
    assert answer.status == 201, answer.body
    id: str = answer.data["_id"]
    return id


async def test_what_a_scenario_does_by_the_api_does_not_start_it_again(acme: Company) -> None:
    first, second = await acme.automation("lead.updated"), await acme.automation("lead.updated")
    id = await lead(acme)
    await acme.ask("PATCH", f"/leads/{id}", json={"title": "One"})
    begun = {one.automation_id: one for one in await acme.executions()}
    assert begun.keys() == {first.id, second.id}
    headers = {"x-leadbridge-execution": begun[first.id].id}
    answer = await acme.ask("PATCH", f"/leads/{id}", json={"title": "Two"}, headers=headers)
    assert answer.status == 200, answer.body
    [more] = [one for one in await acme.executions() if one.id not in {old.id for old in begun.values()}]
    assert (more.automation_id, more.hop, more.origin) == (second.id, 1, f"automation:{first.id}")
    # two that answer each other come to an end as well
    for title, execution in (("Three", more.id), ("Four", more.id)):
        await acme.ask("PATCH", f"/leads/{id}", json={"title": title}, headers={"x-leadbridge-execution": execution})
    newest = max(await acme.executions(), key=lambda one: one.hop)
    assert newest.hop == 2
    headers = {"x-leadbridge-execution": newest.id}
    count = len(await acme.executions())
    await acme.ask("PATCH", f"/leads/{id}", json={"title": "Five"}, headers=headers)
    assert len(await acme.executions()) == count


async def test_the_hops_that_a_request_tells_of_are_counted(acme: Company) -> None:
    await acme.automation("lead.created")
    for told, hop in (("1", 1), ("2", 2), ("-1", 0), ("1e3", 0), ("9999", 0)):
        id = await lead(acme, x_leadbridge_hop=told)
        event = (await acme.hub.store[EVENTS].of(acme.id).find(eq={"recordId": id}, order=["at"], limit=1)).items[0]
        assert (event.hop, event.origin) == (hop, "api")
    assert len(await acme.executions()) == 5
    await lead(acme, x_leadbridge_hop="3")
    assert len(await acme.executions()) == 5


async def test_an_execution_of_another_company_is_nobodys(acme: Company, site: HubUnderTest) -> None:
    other = await company(site)
    await other.automation("lead.created")
    await lead(other)
    [theirs] = await other.executions()
    await acme.automation("lead.created")
    await lead(acme, x_leadbridge_execution=theirs.id)
    [ours] = await acme.executions()
    assert (ours.hop, ours.origin) == (0, "api")
    assert await acme.hub.store[EXECUTIONS].of(acme.id).get(theirs.id) is None


async def test_a_filter_that_cannot_be_read_any_more_is_told_of(acme: Company) -> None:
    declared = await acme.ask("PUT", "/leads/fields/plan", json={"label": "Plan", "type": "text"})
    assert declared.status in (200, 201), declared.body
    broken = await acme.automation("lead.created", filter="custom.plan == 'gold'")
    sound = await acme.automation("lead.created", filter="lastName == 'Lovelace'")
    assert (await acme.ask("GET", f"/automation/{broken.id}")).data["warnings"] == []
    assert (await acme.ask("DELETE", "/leads/fields/plan")).status == 200
    for _ in range(2):
        await lead(acme)
    assert {one.automation_id for one in await acme.executions()} == {sound.id}
    [entry] = (await acme.hub.store[ERRORS].of(acme.id).find(limit=5)).items
    assert (entry.code, entry.operation, entry.count) == ("invalid_filter", f"filter:{broken.id}", 1)
    [warning] = (await acme.ask("GET", f"/automation/{broken.id}")).data["warnings"]
    assert warning["code"] == "invalid_filter"
