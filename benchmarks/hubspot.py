"""10,000 leads into HubSpot's sandbox, which answers after 200 ms and limits nothing: against HubSpot's own client."""

from __future__ import annotations

import asyncio
import random
import resource
import time
from collections.abc import Callable
from dataclasses import dataclass

import hubspot
import structlog
from hubspot.crm.contacts import (
    BatchInputSimplePublicObjectBatchInputUpsert,
    SimplePublicObjectBatchInputUpsert,
    SimplePublicObjectInputForCreate,
)
from hubspot.crm.properties import PropertyCreate
from pydantic import SecretStr
from tests.support.sandbox import CLIENT_ID, CLIENT_SECRET, SandboxProcess

from benchmarks.report import Table, spread, write
from leadbridge.crm.app import App
from leadbridge.crm.hubspot.provider import HubSpot
from leadbridge.crm.model import Pace, Write
from leadbridge.integrations.keeper import Access
from leadbridge.integrations.session import ConnectionSession, Surroundings
from leadbridge.kit.clock import SystemClock
from leadbridge.kit.ids import object_ids
from leadbridge.security.http import GuardedTransport
from leadbridge.storage.memory import MemoryEngine
from leadbridge.storage.store import Store
from leadbridge.work.budgets import Budgets
from leadbridge.work.model import KINDS as BUDGET_KINDS

LEADS = 10_000
ONE_BY_ONE = 100
"""Records of the comparison that sends each by itself; its time is scaled up, since all would take half an hour."""
RUNS = 3
LATENCY_MS = 200
OWN_KEY = "leadbridge_id"


class Unlimited(HubSpot):
    """The connector as it is, but for the limits that HubSpot has and this measurement has not."""

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


def leadbridge(sandbox: SandboxProcess, token: str, count: int) -> None:
    """Upsert by our own key, as a push does."""
    asyncio.run(_leadbridge(sandbox, token, count))


async def _leadbridge(sandbox: SandboxProcess, token: str, count: int) -> None:
    clock = SystemClock()
    far = clock.now().replace(year=clock.now().year + 1)

    async def tokens(_: int | None) -> Access:
        return Access(SecretStr(token), 1, far)

    async with GuardedTransport(clock, sandbox_origins=[sandbox.url]) as transport:
        app = App(CLIENT_ID, SecretStr(CLIENT_SECRET), f"{sandbox.url}/oauth/authorize", sandbox.url, "2026-03")
        provider = Unlimited()
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
        writes = [Write(values[OWN_KEY], values) for values in rows(count)]
        outcomes = await provider.upsert(session, "contacts", OWN_KEY, writes)
        assert all(one.record is not None for one in outcomes)


def batch_loop(sandbox: SandboxProcess, token: str, count: int) -> None:
    """What HubSpot's own documentation shows: its client, a batch of 100 at a time, one after the other."""
    api = hubspot.Client.create(access_token=token, host=sandbox.url).crm.contacts.batch_api
    todo = rows(count)
    for at in range(0, count, 100):
        inputs = [
            SimplePublicObjectBatchInputUpsert(
                id=values[OWN_KEY],
                id_property=OWN_KEY,
                properties={name: text for name, text in values.items() if name != OWN_KEY},
                object_write_trace_id=values[OWN_KEY],
            )
            for values in todo[at : at + 100]
        ]
        assert len(api.upsert(BatchInputSimplePublicObjectBatchInputUpsert(inputs=inputs)).results) == len(inputs)


def one_by_one(sandbox: SandboxProcess, token: str, count: int) -> None:
    """HubSpot's own client, one record at a time."""
    api = hubspot.Client.create(access_token=token, host=sandbox.url).crm.contacts.basic_api
    for values in rows(count):
        api.create(SimplePublicObjectInputForCreate(properties=values))


def measured(sandbox: SandboxProcess, way: Callable[[SandboxProcess, str, int], None], count: int) -> Run:
    """Run one way into an emptied sandbox."""
    sandbox.control("POST", "/reset")
    token = sandbox.issue_tokens()["access_token"]
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
    sandbox.settings(rateLimits=False, latencyMs=LATENCY_MS)
    before, used, started = sandbox.calls(), _cpu(), time.monotonic()
    way(sandbox, token, count)
    run = Run(time.monotonic() - started, _cpu() - used, sandbox.calls() - before)
    assert len(sandbox.records()) == count
    return run


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Measure and write the page."""
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    ways = {
        "Leadbridge, upsert by own key": (leadbridge, LEADS),
        "hubspot-api-client 12, batch loop": (batch_loop, LEADS),
        "hubspot-api-client 12, record by record": (one_by_one, ONE_BY_ONE),
    }
    runs: dict[str, list[Run]] = {name: [] for name in ways}
    with SandboxProcess() as sandbox:
        for _ in range(RUNS):
            for name, (way, count) in ways.items():
                runs[name].append(measured(sandbox, way, count))
    table = []
    for name, (_, count) in ways.items():
        scale = LEADS / count
        table.append(
            (
                name if scale == 1 else f"{name} (from {count:,})",
                spread([run.seconds * scale for run in runs[name]], " s"),
                spread([run.cpu * scale * 1e6 / LEADS for run in runs[name]], " ms"),
                f"{runs[name][0].calls * 1000 / count:,.0f}",
            )
        )
    ours, loop = (runs[name] for name in list(ways)[:2])
    ratios = [other.seconds / one.seconds for one, other in zip(ours, loop, strict=True)]
    write(
        "hubspot",
        "Leads into HubSpot",
        "python -m benchmarks hubspot",
        [
            Table(
                "10,000 leads",
                f"Into the sandbox, which answers each call {LATENCY_MS} ms late and limits nothing here; the runs "
                f"alternate. Leadbridge keeps eight calls under way. The batch loop's time is {spread(ratios)} times "
                "Leadbridge's in the same round. The sandbox runs on the same machine, so its own work is in every "
                "figure but the CPU's. HubSpot itself allows 110 calls in 10 s, which bounds all three.",
                ("way", "10,000 leads", "CPU for 1,000 records", "calls for 1,000 records"),
                tuple(table),
            )
        ],
    )
