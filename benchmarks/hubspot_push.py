"""10,000 leads pushed by a whole hub: API, runs, links, request log, into a sandbox that answers after 200 ms."""

from __future__ import annotations

import asyncio
import tempfile
import time
from pathlib import Path
from typing import Any

import structlog
from tests.support.hub_in_process import HubUnderTest, running_hub
from tests.support.sandbox import SandboxProcess

from benchmarks.hubspot_setup import LATENCY_MS, Run, cpu
from benchmarks.report import Table, scaled, spread, write
from leadbridge.crm.hubspot.provider import HubSpot
from leadbridge.crm.model import Pace
from leadbridge.leads.bulk import MAX_ITEMS

LEADS = scaled(10_000)
RUNS = 3 if LEADS == 10_000 else 1


def person(number: int) -> dict[str, Any]:
    return {"email": f"lead{number}@example.com", "firstName": f"Lead {number}", "address": {"city": "Oslo"}}


async def filled(hub: HubUnderTest) -> list[str]:
    """Make the leads and return their ids."""
    ids: list[str] = []
    for at in range(0, LEADS, MAX_ITEMS):
        items = [person(number) for number in range(at, min(LEADS, at + MAX_ITEMS))]
        ids += [one["_id"] for one in (await hub.ask("POST", "/leads/bulk", json={"items": items})).data]
    return ids


async def pushed(hub: HubUnderTest, ids: list[str]) -> dict[str, Any]:
    """Push the leads and return the run when it has ended."""
    body = {"leadIds": ids}
    run = (await hub.ask("POST", "/crm-integration/sync-leads", json=body, headers={"prefer": "respond-async"})).data
    while True:
        here: dict[str, Any] = (await hub.ask("GET", f"/runs/{run['run']['_id']}")).data
        if here["status"] not in ("waiting", "running"):
            return here
        await asyncio.sleep(1)


async def measured(sandbox: SandboxProcess) -> tuple[Run, Run]:
    """Return what the first push took, and a second one that finds nothing to do."""
    sandbox.control("POST", "/reset")
    sandbox.settings(rateLimits=False, latencyMs=0)
    with tempfile.TemporaryDirectory() as folder:
        off = {"rate_tenant": 0, "rate_principal": 0, "rate_address": 0}
        async with running_hub(Path(folder) / "hub", sandbox, **off) as hub:
            await hub.connect()
            ids = await filled(hub)
            sandbox.settings(latencyMs=LATENCY_MS)
            took = []
            for action in ("created", "unchanged"):
                before, used, started = sandbox.calls(), cpu(), time.monotonic()
                run = await pushed(hub, ids)
                took.append(Run(time.monotonic() - started, cpu() - used, sandbox.calls() - before))
                assert run["counts"][action] == LEADS, run["counts"]
            assert len(sandbox.records()) == LEADS
    return took[0], took[1]


def main() -> None:
    """Measure and write the page."""
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    HubSpot.pace = Pace(calls=100_000, seconds=1)  # the limits that HubSpot has and this measurement has not
    with SandboxProcess() as sandbox:
        runs = [asyncio.run(measured(sandbox)) for _ in range(RUNS)]
    table = []
    for name, some in (("first push", [run for run, _ in runs]), ("again, nothing changed", [run for _, run in runs])):
        table.append(
            (
                name,
                spread([run.seconds for run in some], " s"),
                spread([LEADS / run.seconds for run in some]),
                spread([run.cpu * 1e6 / LEADS for run in some], " ms"),
                f"{some[0].calls * 1000 / LEADS:,.0f}",
            )
        )
    write(
        "hubspot_push",
        "A hub pushes leads to HubSpot",
        "python -m benchmarks hubspot_push",
        [
            Table(
                f"{LEADS:,} leads",
                "By one call of `sync-leads` to a hub on SQLite, into the sandbox, which answers each call "
                f"{LATENCY_MS} ms late and limits nothing here. Each part of 100 leads is read from the CRM before it "
                "is written, so that a contact which is there already is met and not overwritten: two calls, one after "
                "the other, and one part at a time. The CPU is that of the whole hub, the asking client in it.",
                ("", "seconds", "leads a second", "CPU for 1,000 leads", "calls for 1,000 leads"),
                tuple(table),
            )
        ],
    )
