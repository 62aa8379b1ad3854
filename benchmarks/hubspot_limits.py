"""100,000 leads into HubSpot's sandbox with HubSpot's documented limits on: how near to what they allow it comes."""

from __future__ import annotations

import asyncio

import structlog
from tests.support.sandbox import SandboxProcess

from benchmarks.hubspot_setup import BATCH, OWN_KEY, Run, connector, emptied, rows, timed
from benchmarks.report import Table, scaled, spread, write
from leadbridge.crm.hubspot.provider import HubSpot
from leadbridge.crm.model import Write

LEADS = scaled(100_000)
RUNS = 3 if LEADS == 100_000 else 1
CALLS, SECONDS = 110, 10
"""HubSpot's documented limit of an OAuth app for each account."""
AIM = 1.10


def ideal(calls: int) -> float:
    """Return the seconds after which the last of ``calls`` may be sent: 110 at once, the next 110 after ten seconds."""
    return float((calls - 1) // CALLS * SECONDS)


def measured(sandbox: SandboxProcess) -> tuple[Run, int]:
    """Return what one run took, and how many calls were refused."""
    token = emptied(sandbox, latency_ms=0, limits=True)

    async def push() -> int:
        async with connector(sandbox, token, HubSpot()) as (provider, session):
            writes = [Write(values[OWN_KEY], values) for values in rows(LEADS)]
            outcomes = await provider.upsert(session, "contacts", OWN_KEY, writes)
            assert all(one.record is not None for one in outcomes)
            return session.calls

    made = 0

    def work() -> None:
        nonlocal made
        made = asyncio.run(push())

    run = timed(sandbox, work)
    return run, made - -(-LEADS // BATCH)


def main() -> None:
    """Measure and write the page."""
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    with SandboxProcess() as sandbox:
        runs = [measured(sandbox) for _ in range(RUNS)]
    least = -(-LEADS // BATCH)
    bound = ideal(least)
    shares = [run.seconds / bound for run, _ in runs] if bound else []
    told = f"{spread(shares)} (aim: at most {AIM})" if shares else "too few calls to meet the limit"
    write(
        "hubspot_limits",
        "Leads into HubSpot, within its limits",
        "python -m benchmarks hubspot_limits",
        [
            Table(
                f"{LEADS:,} leads",
                f"Into the sandbox with HubSpot's limit on: {CALLS} calls in {SECONDS} s. {least:,} calls of {BATCH} "
                f"records are the least there can be, and the last of them may be sent after {bound:.0f} s: that is "
                "the ideal. The connector keeps to 108 calls in 10 s of any position, five of them at once. The "
                "sandbox runs on the same machine and answers at once.",
                ("seconds", "time / ideal", "CPU for 1,000 records", "calls for 1,000 records", "calls refused"),
                (
                    (
                        spread([run.seconds for run, _ in runs], " s"),
                        told,
                        spread([run.cpu * 1e6 / LEADS for run, _ in runs], " ms"),
                        f"{runs[0][0].calls * 1000 / LEADS:,.1f}",
                        f"{max(more for _, more in runs)}",
                    ),
                ),
            )
        ],
    )
