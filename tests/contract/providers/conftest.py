"""A vendor's sandbox, a hub that is connected to it, and a session: the same for each provider."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from leadbridge.crm.provider import Provider, Write, Written
from leadbridge.demo.client import DemoClient
from leadbridge.integrations.model import Connection
from leadbridge.integrations.session import ConnectionSession
from tests.contract.providers.dynamics import DynamicsUnderTest
from tests.contract.providers.hubspot import HubSpotUnderTest
from tests.contract.providers.salesforce import SalesforceUnderTest
from tests.contract.providers.under_test import UnderTest
from tests.contract.providers.zoho import ZohoUnderTest
from tests.support.hub_in_process import HubUnderTest, running_hub
from tests.support.wire_server import url_of

ADAPTERS: tuple[type[UnderTest], ...] = (HubSpotUnderTest, ZohoUnderTest, SalesforceUnderTest, DynamicsUnderTest)
"""Every provider; a new one is added here and nowhere else in the suite."""
ON_MONGODB = os.environ.get("LEADBRIDGE_TEST_PROVIDERS_ON") == "mongodb"
"""The whole suite can be run with its hubs on a MongoDB server: then at a tenth of the sizes."""
SIZE = 10 if ON_MONGODB else 1
"""What large numbers of records are divided by."""


@pytest.fixture(scope="package", params=ADAPTERS, ids=lambda adapter: adapter.__name__)
def shared(request: pytest.FixtureRequest) -> Iterator[UnderTest]:
    vendor: UnderTest = request.param()
    vendor.start()
    yield vendor
    vendor.stop()


@pytest.fixture
def vendor(shared: UnderTest) -> UnderTest:
    shared.reset()
    if ON_MONGODB:
        shared.lower_caps()
    return shared


@dataclass
class Connected:
    """A hub connected to a vendor."""

    vendor: UnderTest
    site: HubUnderTest
    connection: Connection

    @property
    def provider(self) -> Provider:
        return self.vendor.provider

    def session(self) -> ConnectionSession:
        """Return a new way to the account, as each piece of work gets."""
        return self.site.hub.connections.session(self.connection)

    async def upsert(self, rows: Sequence[dict[str, str]]) -> list[Written]:
        """Upsert rows, each traced by its place."""
        writes = [Write(str(place), values) for place, values in enumerate(rows)]
        return await self.provider.upsert(self.session(), self.vendor.object, self.vendor.by, writes)

    def held(self) -> dict[str, str]:
        """Return the live records at the vendor, key to id; fails the test where a key is there twice."""
        found: dict[str, str] = {}
        for record in self.vendor.records():
            key = record.values.get(self.vendor.by)
            if key is not None and not record.archived:
                assert key not in found, f"{key} is there twice"
                found[key] = record.id
        return found


@pytest.fixture
async def hub(tmp_path: Path, vendor: UnderTest) -> AsyncIterator[HubUnderTest]:
    more: dict[str, Any] = {"database_url": url_of(tmp_path.name)} if ON_MONGODB else {}
    async with running_hub(tmp_path / "hub", None, **vendor.settings(), **more) as site:
        yield site


@pytest.fixture
async def connected(vendor: UnderTest, hub: HubUnderTest) -> Connected:
    async with DemoClient(hub.base, hub.token) as client:
        await client.connect(vendor.provider.id, hub.hub.connections.provider(vendor.provider.id)[1].api_url)
    return Connected(vendor, hub, await hub.hub.connections.usable(hub.company_id))
