"""10,000 leads into each CRM's sandbox, with the vendor's documented limits on and its answers 200 ms away.

The ideal is what concurrency allows, since none of these limits binds at this size: the least calls there can be, as
many at once as the connector keeps under way, each as long as the answer takes.
"""

from __future__ import annotations

import asyncio
import math
import resource
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import structlog
from tests.contract.providers.dynamics import DynamicsUnderTest
from tests.contract.providers.salesforce import SalesforceUnderTest
from tests.contract.providers.under_test import UnderTest
from tests.contract.providers.zoho import ZohoUnderTest
from tests.support.hub_in_process import running_hub

from benchmarks.report import Table, scaled, spread, write
from leadbridge.crm.dynamics import writes as dynamics
from leadbridge.crm.model import Write
from leadbridge.crm.rows import pieces
from leadbridge.crm.salesforce import writes as salesforce
from leadbridge.crm.zoho import writes as zoho
from leadbridge.demo.client import DemoClient

LEADS = scaled(10_000)
RUNS = 3
LATENCY_MS = 200
AT_ONCE = {"zoho": zoho.IN_FLIGHT, "salesforce": salesforce.IN_FLIGHT, "dynamics": dynamics.IN_FLIGHT}
BATCH = {"zoho": zoho.BATCH, "salesforce": salesforce.BATCH, "dynamics": dynamics.BATCH}
LIMITS = {
    "zoho": "concurrency and credits of a day, no rate",
    "salesforce": "calls of a day and long calls at once, no rate",
    "dynamics": "6,000 calls and 1,200 s of execution in 300 s, 52 at once",
}


@dataclass(frozen=True, slots=True)
class Run:
    """What one run took: seconds and CPU of writing, calls for it, and records a second that were read back."""

    seconds: float
    cpu: float
    calls: int
    read: float


def ideal(provider: str, count: int) -> float:
    """Return the seconds that the least calls take, with as many under way as the connector has."""
    calls = math.ceil(count / BATCH[provider])
    return math.ceil(calls / AT_ONCE[provider]) * LATENCY_MS / 1000


async def measured(vendor: UnderTest) -> Run:
    """Return what one run took, over a connection that a hub made by OAuth."""
    vendor.reset()
    provider = vendor.provider
    with tempfile.TemporaryDirectory() as folder:
        async with running_hub(Path(folder) / "hub", None, **vendor.settings()) as site:
            async with DemoClient(site.base, site.token) as client:
                await client.connect(provider.id, site.hub.connections.provider(provider.id)[1].api_url)
            connection = await site.hub.connections.usable(site.company_id)
            session = site.hub.connections.session(connection)
            vendor.sandbox.settings(latencyMs=LATENCY_MS)  # type: ignore[attr-defined]  # each adapter has one
            writes = [Write(str(number), vendor.good(number)) for number in range(LEADS)]
            used, started = _cpu(), time.monotonic()
            outcomes = await provider.upsert(session, vendor.object, vendor.by, writes)
            seconds, cpu, calls = time.monotonic() - started, _cpu() - used, session.calls
            records = [one.record for one in outcomes if one.record is not None]
            assert len(records) == LEADS
            started = time.monotonic()
            await _read(vendor, session, [one.id for one in records])
            return Run(seconds, cpu, calls, LEADS / (time.monotonic() - started))


async def _read(vendor: UnderTest, session: object, ids: Sequence[str]) -> None:
    gate = asyncio.Semaphore(AT_ONCE[vendor.provider.id])

    async def one(part: Sequence[str]) -> int:
        async with gate:
            return len(await vendor.provider.read(session, vendor.object, None, part, [vendor.edited]))  # type: ignore[arg-type]

    found = await asyncio.gather(*(one(part) for part in pieces(ids, vendor.provider.write_batch)))
    assert sum(found) == len(ids)


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Measure and write the page."""
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    rows: list[tuple[str, ...]] = []
    for adapter in (ZohoUnderTest, SalesforceUnderTest, DynamicsUnderTest):
        vendor: UnderTest = adapter()
        vendor.start()
        try:
            runs = [asyncio.run(measured(vendor)) for _ in range(RUNS)]
        finally:
            vendor.stop()
        id = vendor.provider.id
        bound = ideal(id, LEADS)
        rows.append(
            (
                vendor.provider.name,
                LIMITS[id],
                spread([run.seconds for run in runs], " s"),
                f"{bound:.1f} s",
                spread([run.seconds / bound for run in runs]),
                spread([run.cpu * 1e6 / LEADS for run in runs], " ms"),
                f"{runs[0].calls * 1000 / LEADS:,.1f} of {1000 / BATCH[id]:,.1f}",
                spread([run.read for run in runs]),
            )
        )
    write(
        "providers",
        "Leads into Zoho, Salesforce and Dynamics",
        "python -m benchmarks providers",
        [
            Table(
                f"{LEADS:,} leads",
                "Upserted by our own key into each sandbox, with the vendor's limits on and every answer "
                f"{LATENCY_MS} ms away, over a connection made by OAuth; then read by id. The ideal is the least "
                "calls, as many at once as the connector keeps under way, each as long as the answer takes: no rate "
                "binds at this size. Salesforce is read once for each call that wrote, since its answer tells "
                "only ids. The CPU is the hub's alone.",
                (
                    "CRM",
                    "limits",
                    "seconds",
                    "ideal",
                    "time / ideal",
                    "CPU for 1,000 records",
                    "calls for 1,000 records, of at least",
                    "records read a second",
                ),
                tuple(rows),
            )
        ],
    )
