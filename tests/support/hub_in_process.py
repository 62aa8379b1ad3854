"""A hub inside the test's process, on a socket, connected to a sandbox by OAuth: for tests that also look inside."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from leadbridge.app import Hub, build_hub
from leadbridge.demo.client import DemoClient
from leadbridge.kit.clock import Clock
from leadbridge.server import bind, prepare_data_dir, serving
from leadbridge.settings import Settings
from tests.support.sandbox import CLIENT_ID, CLIENT_SECRET, SandboxProcess

NOWHERE = "http://127.0.0.1:9"


@dataclass(frozen=True, slots=True)
class Answer:
    """A status and the body's JSON."""

    status: int
    body: dict[str, Any]

    @property
    def data(self) -> Any:
        """What a successful answer carries; fails the test for any other."""
        assert self.body.get("success"), self.body
        return self.body["data"]

    @property
    def code(self) -> str:
        """The code of a failure; fails the test for anything else."""
        assert not self.body["success"], self.body
        code: str = self.body["error"]["code"]
        return code


class HubUnderTest:
    """The hub, its API with the first administrator's token, and its company."""

    def __init__(self, hub: Hub, base: str, token: str, company_id: str, session: aiohttp.ClientSession) -> None:
        self.hub, self.base, self.token, self.company_id = hub, base, token, company_id
        self._session = session

    async def ask(self, method: str, path: str, *, token: str | None = None, **more: Any) -> Answer:
        """Send one request below /api/v1 with a bearer token (default: the administrator's)."""
        headers = {"authorization": f"Bearer {self.token if token is None else token}"} | more.pop("headers", {})
        async with self._session.request(method, f"{self.base}/api/v1{path}", headers=headers, **more) as response:
            if response.content_type != "application/json":  # an export: its text under a name of its own
                return Answer(response.status, {"text": await response.text()})
            return Answer(response.status, await response.json())

    async def connect(self) -> None:
        """Connect HubSpot through the sandbox's consent page."""
        async with DemoClient(self.base, self.token) as client:
            await client.connect("hubspot", self.hub.settings.hubspot_api_url)

    async def leads(self, *bodies: dict[str, Any]) -> list[str]:
        """Create leads and return their ids."""
        return [(await self.ask("POST", "/leads", json=body)).data["_id"] for body in bodies]

    async def sync(self, *lead_ids: str) -> Any:
        """Push leads and return the answer's data."""
        return (await self.ask("POST", "/crm-integration/sync-leads", json={"leadIds": list(lead_ids)})).data


def settings_for(data_dir: Path, sandbox_url: str, port: int, **more: Any) -> Settings:
    """Return the settings of a hub that has HubSpot's sandbox in HubSpot's place; ``more`` may add other sandboxes.

    With ``told_by_crm`` CRMs are asked to report changes to it, as if its address were one of the internet.
    """
    public = f"http://127.0.0.1:{port or 8400}"
    own = (public,) if more.pop("told_by_crm", False) else ()
    values: dict[str, Any] = {
        "public_url": public,
        "data_dir": data_dir,
        "sandbox_origins": (sandbox_url, *own, *more.pop("sandbox_origins", ())),
        "hubspot_client_id": CLIENT_ID,
        "hubspot_client_secret": CLIENT_SECRET,
        "hubspot_api_url": sandbox_url,
        "hubspot_authorize_url": f"{sandbox_url}/oauth/authorize",
        "automatic_push": False,  # a test of it turns it on; in others only what they ask for is pushed
    }
    return Settings(_env_file=None, **(values | more))


@asynccontextmanager
async def running_hub(
    data_dir: Path, sandbox: SandboxProcess | None = None, **more: Any
) -> AsyncIterator[HubUnderTest]:
    """Run a hub on a free port for the length of a ``with`` block; ``more`` are settings, and its ``clock``.

    Without a sandbox nothing listens where it expects HubSpot.
    """
    clock: Clock | None = more.pop("clock", None)
    prepare_data_dir(data_dir)
    listening = bind("127.0.0.1", 0)
    port = listening.getsockname()[1]
    settings = settings_for(data_dir, sandbox.url if sandbox else NOWHERE, port, **more)
    hub = build_hub(settings, clock=clock)
    try:
        await hub.start()
        made = await hub.tenancy.make_first_company()
        if made is None:
            company = await hub.tenancy.first_company()
            assert company is not None
            made = await hub.tenancy.create_token(company.id, name="test")
        async with serving(hub, listening), aiohttp.ClientSession() as session:
            yield HubUnderTest(hub, f"http://127.0.0.1:{port}", made.token, made.company.id, session)
    finally:
        listening.close()
        await hub.close()
