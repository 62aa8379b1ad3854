"""10,000 leads into HubSpot's sandbox, which answers after 200 ms and limits nothing: against HubSpot's own client."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import hubspot
import structlog
from hubspot.crm.contacts import (
    BatchInputSimplePublicObjectBatchInputUpsert,
    SimplePublicObjectBatchInputUpsert,
    SimplePublicObjectInputForCreate,
)
from tests.support.sandbox import SandboxProcess

from benchmarks.hubspot_setup import BATCH, LATENCY_MS, OWN_KEY, Run, Unlimited, connector, emptied, rows, timed
from benchmarks.report import Table, scaled, spread, write
from leadbridge.crm.model import Write
from leadbridge.crm.rows import pieces

LEADS = scaled(10_000)
ONE_BY_ONE = scaled(100, least=10)
"""Records of the comparison that sends each by itself; its time is scaled up, since all would take half an hour."""
RUNS = 3
AT_ONCE = 8
"""Reads under way at once, as many as the connector has writes."""


def leadbridge(sandbox: SandboxProcess, token: str, count: int) -> None:
    """Upsert by our own key."""
    asyncio.run(_leadbridge(sandbox, token, count))


async def _leadbridge(sandbox: SandboxProcess, token: str, count: int) -> None:
    async with connector(sandbox, token, Unlimited()) as (provider, session):
        writes = [Write(values[OWN_KEY], values) for values in rows(count)]
        outcomes = await provider.upsert(session, "contacts", OWN_KEY, writes)
        assert all(one.record is not None for one in outcomes)


def batch_loop(sandbox: SandboxProcess, token: str, count: int) -> None:
    """What HubSpot's own documentation shows: its client, a batch of 100 at a time, one after the other."""
    api = hubspot.Client.create(access_token=token, host=sandbox.url).crm.contacts.batch_api
    for part in pieces(rows(count), BATCH):
        inputs = [
            SimplePublicObjectBatchInputUpsert(
                id=values[OWN_KEY],
                id_property=OWN_KEY,
                properties={name: text for name, text in values.items() if name != OWN_KEY},
                object_write_trace_id=values[OWN_KEY],
            )
            for values in part
        ]
        assert len(api.upsert(BatchInputSimplePublicObjectBatchInputUpsert(inputs=inputs)).results) == len(inputs)


def one_by_one(sandbox: SandboxProcess, token: str, count: int) -> None:
    """HubSpot's own client, one record at a time."""
    api = hubspot.Client.create(access_token=token, host=sandbox.url).crm.contacts.basic_api
    for values in rows(count):
        api.create(SimplePublicObjectInputForCreate(properties=values))


def measured(sandbox: SandboxProcess, way: Callable[[SandboxProcess, str, int], None], count: int) -> Run:
    """Run one way into an emptied sandbox."""
    token = emptied(sandbox)
    run = timed(sandbox, lambda: way(sandbox, token, count))
    assert len(sandbox.records()) == count
    return run


def reads(sandbox: SandboxProcess) -> Run:
    """Read every record that is in the sandbox, by id."""
    ids = [str(record["id"]) for record in sandbox.records()]
    token = sandbox.issue_tokens()["access_token"]

    async def all_of_them() -> None:
        async with connector(sandbox, token, Unlimited()) as (provider, session):
            gate = asyncio.Semaphore(AT_ONCE)

            async def some(part: list[str]) -> int:
                async with gate:
                    return len(await provider.read(session, "contacts", None, part, ["email", "firstname", "city"]))

            found = await asyncio.gather(*(some(list(part)) for part in pieces(ids, BATCH)))
            assert sum(found) == len(ids)

    return timed(sandbox, lambda: asyncio.run(all_of_them()))


def main() -> None:
    """Measure and write the page."""
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    ways = {
        "Leadbridge, upsert by own key": (leadbridge, LEADS),
        "hubspot-api-client 12, batch loop": (batch_loop, LEADS),
        "hubspot-api-client 12, record by record": (one_by_one, ONE_BY_ONE),
    }
    runs: dict[str, list[Run]] = {name: [] for name in ways}
    read: list[Run] = []
    with SandboxProcess() as sandbox:
        for _ in range(RUNS):
            for name, (way, count) in ways.items():
                runs[name].append(measured(sandbox, way, count))
                if way is leadbridge:
                    read.append(reads(sandbox))
    table = []
    for name, (_, count) in ways.items():
        scale = LEADS / count
        table.append(
            (
                name if scale == 1 else f"{name} (from {count:,})",
                spread([run.seconds * scale for run in runs[name]], " s"),
                spread([run.cpu * 1e6 / count for run in runs[name]], " ms"),
                f"{runs[name][0].calls * 1000 / count:,.0f}",
            )
        )
    ours, loop, single = runs.values()
    ratios = [other.seconds / one.seconds for one, other in zip(ours, loop, strict=True)]
    singles = [other.seconds * LEADS / ONE_BY_ONE / one.seconds for one, other in zip(ours, single, strict=True)]
    least = 1000 // BATCH
    write(
        "hubspot",
        "Leads into HubSpot",
        "python -m benchmarks hubspot",
        [
            Table(
                f"{LEADS:,} leads",
                f"Into the sandbox, which answers each call {LATENCY_MS} ms late and limits nothing here; the runs "
                f"alternate. Leadbridge keeps eight calls under way. In the same round the batch loop takes "
                f"{spread(ratios)} times Leadbridge's time, and record by record {spread(singles)} times. The sandbox "
                "runs on the same machine, so its own work is in every figure but the CPU's. HubSpot takes 100 records "
                f"in a call, so {least} calls for 1,000 records are the least there can be. HubSpot itself allows 110 "
                "calls in 10 s, which bounds all three ([with its limits](hubspot_limits.md)).",
                ("way", f"{LEADS:,} leads", "CPU for 1,000 records", "calls for 1,000 records"),
                tuple(table),
            ),
            Table(
                f"{LEADS:,} records read",
                f"By id, eight calls under way, from the same sandbox. The least is {least} calls for 1,000 records.",
                ("records a second", "CPU for 1,000 records", "calls for 1,000 records"),
                (
                    (
                        spread([LEADS / run.seconds for run in read]),
                        spread([run.cpu * 1e6 / LEADS for run in read], " ms"),
                        f"{read[0].calls * 1000 / LEADS:,.0f}",
                    ),
                ),
            ),
        ],
    )
