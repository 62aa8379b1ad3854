"""What the benchmarks of HubSpot share: an emptied sandbox, the connector on it, what a run took."""

from __future__ import annotations

import random
import resource
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import hubspot
from hubspot.crm.properties import PropertyCreate
from pydantic import SecretStr
from tests.support.sandbox import CLIENT_ID, CLIENT_SECRET, SandboxProcess

from leadbridge.crm.app import App
from leadbridge.crm.hubspot.provider import HubSpot
from leadbridge.crm.model import Pace
from leadbridge.integrations.keeper import Access
from leadbridge.integrations.session import ConnectionSession, Surroundings
from leadbridge.kit.clock import SystemClock
from leadbridge.kit.ids import object_ids
from leadbridge.security.http import GuardedTransport
from leadbridge.storage.memory import MemoryEngine
from leadbridge.storage.store import Store
from leadbridge.work.budgets import Budgets
from leadbridge.work.model import KINDS as BUDGET_KINDS

OWN_KEY = "leadbridge_id"
LATENCY_MS = 200
BATCH = 100
"""Records in one call, which HubSpot documents: so 1,000 records take 10 calls at least."""


class Unlimited(HubSpot):
    """The connector as it is, but for the limits that HubSpot has and a measurement of its own speed has not."""

    pace = Pace(calls=100_000, seconds=1)


@dataclass(frozen=True, slots=True)
class Run:
    """What one run took: seconds on the clock, seconds of this process's CPU, calls to the vendor."""

    seconds: float
    cpu: float
    calls: int


def rows(count: int) -> list[dict[str, str]]:
    """Return leads as they are sent."""
    return [
        {OWN_KEY: f"key-{n}", "email": f"lead{n}@example.test", "firstname": f"Lead {n}", "city": "Oslo"}
        for n in range(count)
    ]


def emptied(sandbox: SandboxProcess, *, latency_ms: int = LATENCY_MS, limits: bool = False) -> str:
    """Empty the sandbox, make the unique property in it, and return an access token."""
    sandbox.control("POST", "/reset")
    token: str = sandbox.issue_tokens()["access_token"]
    hubspot.Client.create(access_token=token, host=sandbox.url).crm.properties.core_api.create(
        "contacts",
        PropertyCreate(
            name=OWN_KEY,
            label="Leadbridge ID",
            type="string",
            field_type="text",
            group_name="contactinformation",
            has_unique_value=True,
        ),
    )
    sandbox.settings(rateLimits=limits, latencyMs=latency_ms)
    return token


@asynccontextmanager
async def connector(
    sandbox: SandboxProcess, token: str, provider: HubSpot
) -> AsyncIterator[tuple[HubSpot, ConnectionSession]]:
    """Return the connector with a session that needs no hub around it."""
    clock = SystemClock()
    far = clock.now().replace(year=clock.now().year + 1)

    async def tokens(_: int | None) -> Access:
        return Access(SecretStr(token), 1, far)

    async with GuardedTransport(clock, sandbox_origins=[sandbox.url]) as transport:
        app = App(CLIENT_ID, SecretStr(CLIENT_SECRET), f"{sandbox.url}/oauth/authorize", sandbox.url, "2026-03")
        store = Store(MemoryEngine(), clock, object_ids(clock), random.Random(1))
        await store.start(BUDGET_KINDS)
        session = ConnectionSession(
            Surroundings(transport, Budgets(store, clock), clock, random.Random(1)),
            provider=provider,
            app=app,
            account="one",
            origins=[sandbox.url],
            scopes=(),
            tokens=tokens,
        )
        yield provider, session


def timed(sandbox: SandboxProcess, work: Callable[[], None]) -> Run:
    """Return what ``work`` took."""
    before, used, started = sandbox.calls(), cpu(), time.monotonic()
    work()
    return Run(time.monotonic() - started, cpu() - used, sandbox.calls() - before)


def cpu() -> float:
    """Return the seconds of CPU that this process has used."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime
