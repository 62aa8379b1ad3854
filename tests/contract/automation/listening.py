"""A company with automations and subscriptions that listen, on a hub inside the test's process."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from typing import Any

import orjson

from leadbridge.automation.delivery.model import EXECUTIONS, Execution, OwnerKind
from leadbridge.automation.events.telling import FAN_OUT
from leadbridge.automation.model import AUTOMATIONS, Automation, AutomationStatus, RunBy, Trigger
from leadbridge.storage.batch import Applied, WriteBatch
from leadbridge.tenancy.model import Role
from leadbridge.work.model import TASKS
from tests.contract.tenancy.conftest import another_company, key_of, member
from tests.support.hub_in_process import NOWHERE, Answer, HubUnderTest

DEADLINE = 120.0
TARGET = f"{NOWHERE}/hooks/abcdefghijkl"
"""An address that is let past the rules of targets, and where nothing listens."""


class Company:
    """A company of its own, so that the tests of one hub do not hear each other."""

    def __init__(self, site: HubUnderTest, id: str, token: str) -> None:
        self.site, self.hub, self.id, self.token = site, site.hub, id, token

    async def ask(self, method: str, path: str, **more: Any) -> Answer:
        """Send one request with this company's token."""
        return await self.site.ask(method, path, token=self.token, **more)

    async def automation(self, trigger: str, **more: Any) -> Automation:
        """Store an active automation that delivers to an address where nothing listens."""
        hub, now = self.hub, self.hub.clock.now()
        batch, id = WriteBatch(), hub.ids()
        status = more.pop("status", AutomationStatus.ACTIVE)
        run_by = more.pop("run_by", RunBy.MAKE)
        url = more.pop("url", TARGET)
        endpoint = None
        if run_by is RunBy.MAKE:
            issued = await hub.endpoints.make_endpoint(batch, self.id, OwnerKind.AUTOMATION, id, url)
            endpoint = issued.endpoint.id
        automation = Automation(
            id=id,
            company_id=self.id,
            name=f"On {trigger}",
            status=status,
            run_by=run_by,
            trigger=Trigger(type=trigger),
            listens=trigger if status is AutomationStatus.ACTIVE else None,
            endpoint_id=endpoint,
            created_at=now,
            updated_at=now,
            **more,
        )
        batch.insert(AUTOMATIONS, automation)
        await hub.audience.enter(batch, self.id)
        assert isinstance(await hub.store.write(batch), Applied)
        return automation

    async def quiet(self) -> None:
        """Wait until every event has found what it starts."""
        waiting = self.hub.store[TASKS].of(self.id)
        until = time.monotonic() + DEADLINE
        while (await waiting.find(eq={"state": "waiting", "kind": FAN_OUT}, limit=1)).items:
            assert time.monotonic() < until, "events still wait"
            await asyncio.sleep(0.02)

    async def executions(self) -> list[Execution]:
        """Return every execution, the oldest first, once all events have found what they start."""
        await self.quiet()
        found: list[Execution] = []
        after = None
        while True:
            page = await self.hub.store[EXECUTIONS].of(self.id).find(order=["createdAt"], limit=500, after=after)
            found += page.items
            if page.next is None:
                return found
            after = page.next

    async def started(self) -> list[tuple[str, str]]:
        """Return the owner and the event type of every execution, sorted."""
        return sorted((one.automation_id or one.hook_id or "", one.event_type) for one in await self.executions())


async def company(site: HubUnderTest) -> Company:
    """Make a company with a super user's key."""
    id = await another_company(site)
    user = await member(site, f"{site.hub.ids()}@example.com", Role.SUPER_USER, company=id)
    return Company(site, id, await key_of(site, user))


def bodies(executions: Sequence[Execution]) -> list[dict[str, Any]]:
    """Return what each execution sends."""
    return [orjson.loads(one.body) for one in executions]
