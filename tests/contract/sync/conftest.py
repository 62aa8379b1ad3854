"""A hub connected to HubSpot's sandbox, with its limits off: pace is tested by itself."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.support.hub_in_process import HubUnderTest, running_hub
from tests.support.sandbox import SandboxProcess


@pytest.fixture
def sandbox() -> Iterator[SandboxProcess]:
    with SandboxProcess() as process:
        process.settings(rateLimits=False)
        yield process


@pytest.fixture
async def hub(tmp_path: Path, sandbox: SandboxProcess) -> AsyncIterator[HubUnderTest]:
    async with running_hub(tmp_path / "hub", sandbox) as running:
        await running.connect()
        yield running
