"""Taking in and delivering at once, on SQLite: webhooks come in at a steady rate, and each is delivered to an endpoint.

``LEADBRIDGE_BENCH_RUNS`` is how often each rate is measured (3), ``LEADBRIDGE_BENCH_SECONDS`` for how long (10).
"""

from __future__ import annotations

import asyncio
import logging
import os
import tempfile
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import uvloop

from benchmarks.accept import UNLIMITED, called
from benchmarks.delivery_setup import receiver, settings, target, worker_settings
from benchmarks.report import Table, percentile, spread, write
from leadbridge.app import Hub, build_hub
from leadbridge.automation.delivery.model import EXECUTIONS, Execution, ExecutionState
from leadbridge.automation.inbound.service import RECEIVED
from leadbridge.security.logs import configure_logging
from leadbridge.server import bind, prepare_data_dir, serving, settle_interpreter
from leadbridge.storage.batch import WriteBatch
from leadbridge.storage.query import Position
from leadbridge.workers import worker_processes

RUNS = int(os.environ.get("LEADBRIDGE_BENCH_RUNS", "3"))
SECONDS = float(os.environ.get("LEADBRIDGE_BENCH_SECONDS", "10"))
RATES = (1500.0, 750.0)
"""Calls a second: what both are to do together, and half of it."""
ENDPOINTS, CONNECTIONS = 20, 60


@dataclass(frozen=True, slots=True)
class Run:
    """One run. Rates are a second; what was accepted late counts from when it was to be sent. Times in milliseconds."""

    accepted: float
    delivered: float
    accept_p50: float
    accept_p99: float
    first_p50: float
    """From the moment a call was stored to the first attempt to deliver it."""
    first_p99: float


async def measured(folder: Path, origin: str, rate: float, workers: int) -> Run:
    """Serve a new hub, have it called ``rate`` times a second, and return how that went.

    ``workers``: processes of their own that deliver; 0: the serving one does.
    """
    prepare_data_dir(folder)
    listening = bind("127.0.0.1", 0)
    base = f"http://127.0.0.1:{listening.getsockname()[1]}"
    hub = build_hub(settings(folder, origin).model_copy(update={"public_url": base, **UNLIMITED}))
    await hub.start()
    made = await hub.tenancy.make_first_company()
    assert made is not None
    targets = [await _target(hub, made.company.id, f"{origin}/hook{number}") for number in range(ENDPOINTS)]
    async with (
        serving(hub, listening, worker=not workers),
        worker_processes(workers, worker_settings(folder, origin)),
    ):
        await called(targets, CONNECTIONS, 1.0, rate=100.0)  # what is made with the first calls is made now
        await _delivered(hub, made.company.id)
        settle_interpreter()
        begun, since = time.perf_counter(), hub.clock.now()
        told = await called(targets, CONNECTIONS, SECONDS, rate=rate)
        seconds, until = time.perf_counter() - begun, hub.clock.now()
        await _delivered(hub, made.company.id)
    executions = await _executions(hub, made.company.id, since)
    await hub.close()
    if told["refused"] or len(executions) != told["count"]:
        raise RuntimeError(f"{told['count']} were answered, {told['refused']} not with 202; stored: {len(executions)}")
    waits = [_wait(one) for one in executions]
    within = sum(one.settled_at is not None and one.settled_at <= until for one in executions)
    return Run(
        accepted=told["rate"],
        delivered=within / min(seconds, told["count"] / told["rate"]),
        accept_p50=told["p50"],
        accept_p99=told["p99"],
        first_p50=percentile(waits, 0.5),
        first_p99=percentile(waits, 0.99),
    )


async def _target(hub: Hub, company: str, url: str) -> tuple[str, str]:
    to = await target(hub, company, url, concurrency=10, trigger=RECEIVED)
    batch = WriteBatch()
    address = await hub.inbound.addresses.make(batch, company, to.automation)
    await hub.store.write(batch)
    return address.url, address.secret.reveal()


def _wait(execution: Execution) -> float:
    if execution.state != ExecutionState.SUCCEEDED or execution.first_tried_at is None:
        raise RuntimeError(f"an execution is {execution.state}")
    return (execution.first_tried_at - execution.created_at).total_seconds() * 1000


async def _delivered(hub: Hub, company: str) -> None:
    """Return when nothing waits any more."""
    async with asyncio.timeout(600):
        while await _open(hub, company):  # noqa: ASYNC110  # the store tells it, not an event
            await asyncio.sleep(0.2)


async def _open(hub: Hub, company: str) -> bool:
    for state in (ExecutionState.WAITING, ExecutionState.RETRYING):
        if (await hub.store[EXECUTIONS].of(company).find(eq={"state": state}, order=["createdAt"], limit=1)).items:
            return True
    return False


async def _executions(hub: Hub, company: str, since: datetime) -> list[Execution]:
    found: list[Execution] = []
    after: Position | None = None
    while True:
        page = await hub.store[EXECUTIONS].of(company).find(order=["createdAt"], low=since, limit=500, after=after)
        found += page.items
        after = page.next
        if after is None:
            return found


def main() -> None:
    """Measure, print, and write the page."""
    configure_logging(json=True, level=logging.WARNING)
    rows: list[tuple[str, ...]] = []
    with receiver() as origin:
        for workers, where in ((0, "one process"), (1, "a worker of its own")):
            for rate in RATES:
                runs = []
                for _ in range(RUNS):
                    with tempfile.TemporaryDirectory() as name:
                        runs.append(uvloop.run(measured(Path(name) / "hub", origin, rate, workers)))
                rows.append(
                    (
                        where,
                        f"{rate:,.0f}",
                        spread([run.accepted for run in runs]),
                        spread([run.delivered for run in runs]),
                        spread([run.accept_p50 for run in runs], " ms"),
                        spread([run.accept_p99 for run in runs], " ms"),
                        spread([run.first_p50 for run in runs], " ms"),
                        spread([run.first_p99 for run in runs], " ms"),
                    )
                )
    table = Table(
        "Taking in and delivering",
        f"A hub takes in calls to {ENDPOINTS} automations and delivers each to the automation's endpoint, ten at once "
        "to each, in one process or with a worker process beside it (`--workers 1`); SQLite with every write durable. "
        "Who calls and who receives are processes of their own on the same machine; the receiver answers after 20 ms. "
        f"Calls are sent evenly for {SECONDS:.0f} seconds over {CONNECTIONS} connections, and a call's time counts "
        "from when it was to be sent. Delivered is what was delivered while calls came; all of them were delivered in "
        "the end.",
        ("in", "sent a second", "accepted", "delivered", "accept p50", "accept p99", "first try p50", "first try p99"),
        tuple(rows),
    )
    write("both", "Webhooks in and out at once", "python -m benchmarks both", [table])


if __name__ == "__main__":
    main()
