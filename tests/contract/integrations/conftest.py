"""A hub on a socket with HubSpot's sandbox behind a relay that sees every call."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.contract.integrations.walk import Connecting
from tests.support.hub_in_process import running_hub
from tests.support.sandbox import SandboxProcess
from tests.support.wire_tap import WireTap


@pytest.fixture(scope="package")
def shared_sandbox() -> Iterator[SandboxProcess]:
    with SandboxProcess() as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(shared_sandbox: SandboxProcess) -> SandboxProcess:
    shared_sandbox.control("POST", "/reset")
    shared_sandbox.control("DELETE", "/faults")
    shared_sandbox.control("DELETE", "/counters")
    shared_sandbox.settings(rotation="stable", accessTokenSeconds=1800, latencyMs=0, missingScopes=[], rateLimits=True)
    return shared_sandbox


@pytest.fixture
def tap(sandbox: SandboxProcess) -> Iterator[WireTap]:
    with WireTap(sandbox.url) as relay:
        yield relay


@pytest.fixture
async def site(tmp_path: Path, sandbox: SandboxProcess, tap: WireTap) -> AsyncIterator[Connecting]:
    """A fresh hub; nothing is connected."""
    settings = {
        "hubspot_api_url": tap.origin,
        "hubspot_authorize_url": f"{sandbox.url}/oauth/authorize",
        "sandbox_origins": (tap.origin, sandbox.url),
        "return_urls": ("https://crm.example.com/settings/integrations", "http://localhost:3000"),
    }
    async with running_hub(tmp_path / "hub", sandbox, **settings) as hub:
        yield Connecting(hub, sandbox, tap)
