"""Webhooks of Dynamics: ordered at a connect, a person's edit becomes a hint, a disconnect ends them."""

from __future__ import annotations

import asyncio
from pathlib import Path

from leadbridge.demo.client import DemoClient
from leadbridge.integrations.hints.model import HINTS
from leadbridge.integrations.watching.model import ORDERS, OrderState
from tests.contract.integrations.test_watching import CONNECTIONS, wait_for
from tests.contract.providers.dynamics import DynamicsUnderTest
from tests.support.hub_in_process import running_hub


async def test_from_the_connect_to_a_hint_to_the_end(tmp_path: Path) -> None:
    vendor = DynamicsUnderTest()
    vendor.start()
    try:
        async with running_hub(tmp_path / "hub", None, told_by_crm=True, **vendor.settings()) as site:
            async with DemoClient(site.base, site.token) as client:
                await client.connect("dynamics", vendor.sandbox.url)

            async def ordered() -> bool:
                found = (await site.hub.store[ORDERS].of(site.company_id).find(limit=5)).items
                return [one.state for one in found] == [OrderState.ORDERED]

            await wait_for(ordered)
            await asyncio.to_thread(vendor.seed, 1, "2026-01-01T00:00:00Z", 0)
            lead = vendor.records()[0].id
            await asyncio.to_thread(vendor.edit, lead, "Oslo")

            async def hinted() -> bool:
                hints = (await site.hub.store[HINTS].of(site.company_id).find(limit=50)).items
                return any(one.record_id == lead and one.change == "changed" and not one.ours for one in hints)

            await wait_for(hinted)
            (shown,) = (await site.ask("GET", CONNECTIONS)).data
            assert shown["webhooks"]["state"] == "ordered"
            assert len(vendor.sandbox.control("POST", "/do/steps", {})) == 12
            await site.ask("DELETE", f"{CONNECTIONS}/{shown['_id']}")
            assert vendor.sandbox.control("POST", "/do/steps", {}) == []
    finally:
        vendor.stop()
