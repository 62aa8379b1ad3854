"""Delivery on SQLite: deliveries a second, beside a bare loop of the HTTP client, a dead endpoint, a long backlog.

``LEADBRIDGE_BENCH_RUNS`` is how often each is measured (3), ``LEADBRIDGE_BENCH_SECONDS`` how long the long backlog is
worked on (10).
"""

from __future__ import annotations

import asyncio
import os
import resource
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import aiohttp
import uvloop

from benchmarks.delivery_setup import (
    BODY,
    Target,
    database,
    dead_port,
    fill,
    hub_in,
    receiver,
    start_of,
    target,
    worker_settings,
)
from benchmarks.report import Table, percentile, scaled, spread, write
from leadbridge.app import Hub
from leadbridge.automation.delivery.model import EXECUTIONS, ExecutionState
from leadbridge.server import prepare_data_dir, settle_interpreter
from leadbridge.storage.batch import WriteBatch
from leadbridge.workers import worker_processes

RUNS = int(os.environ.get("LEADBRIDGE_BENCH_RUNS", "3"))
SECONDS = float(os.environ.get("LEADBRIDGE_BENCH_SECONDS", "10"))
ACME, QUIET = "a" * 24, "b" * 24
ENDPOINTS, AT_ONCE = 4, 50
DELIVERIES, BARE = scaled(20_000), scaled(20_000)
DEAD, SAMPLES = scaled(100_000), 100
BY_PROCESSES = scaled(60_000)
SHORT, LONG = 1_000, scaled(1_000_000, least=2_000)


def folder_in(name: str) -> Path:
    """Return a folder for a hub's store and master key."""
    folder = Path(name)
    prepare_data_dir(folder)
    return folder


async def delivered(hub: Hub, company: str) -> int:
    """Return how many executions of ``company`` were delivered."""
    page = await (
        hub.store[EXECUTIONS]
        .of(company)
        .find(
            eq={"state": ExecutionState.SUCCEEDED},
            order=["createdAt"],
            limit=2_000_000,
            max_scan=2_000_001,
            count_only=True,
        )
    )
    return page.found


async def drained(folder: Path, origin: str, count: int) -> tuple[float, float]:
    """Deliver a backlog of ``count``; return deliveries a second, and milliseconds of processor time for each."""
    hub = await hub_in(folder, origin)
    each = count // ENDPOINTS
    for number in range(ENDPOINTS):
        to = await target(hub, ACME, f"{origin}/hook{number}", concurrency=AT_ONCE)
        await asyncio.to_thread(fill, database(folder), to, each)
    settle_interpreter()
    begun, used = time.perf_counter(), resource.getrusage(resource.RUSAGE_SELF)
    await hub.worker.drain()
    seconds, after = time.perf_counter() - begun, resource.getrusage(resource.RUSAGE_SELF)
    found = await delivered(hub, ACME)
    await hub.close()
    if found != each * ENDPOINTS:
        raise RuntimeError(f"{found} of {each * ENDPOINTS} were delivered")
    cpu = after.ru_utime + after.ru_stime - used.ru_utime - used.ru_stime
    return found / seconds, cpu / found * 1000


async def bare(origin: str, count: int) -> float:
    """Send ``count`` requests with nothing but the HTTP client, as many at once; return requests a second."""
    left = iter(range(count))
    connector = aiohttp.TCPConnector(limit=ENDPOINTS * AT_ONCE)
    async with aiohttp.ClientSession(connector=connector) as session:

        async def send() -> None:
            for _ in left:
                headers = {"content-type": "application/json"}
                async with session.post(f"{origin}/hook", data=BODY.encode(), headers=headers) as answer:
                    await answer.read()

        begun = time.perf_counter()
        await asyncio.gather(*(send() for _ in range(ENDPOINTS * AT_ONCE)))
        return count / (time.perf_counter() - begun)


async def by_processes(folder: Path, origin: str, processes: int) -> float:
    """Let worker processes of their own deliver for a while; return deliveries a second of all of them together."""
    hub = await hub_in(folder, origin)
    for number in range(ENDPOINTS):
        to = await target(hub, ACME, f"{origin}/hook{number}", concurrency=AT_ONCE)
        await asyncio.to_thread(fill, database(folder), to, BY_PROCESSES // ENDPOINTS)
    async with worker_processes(processes, worker_settings(folder, origin)):
        while await delivered(hub, ACME) < BY_PROCESSES // 20:  # noqa: ASYNC110  # the store tells it, not an event
            await asyncio.sleep(0.5)
        await asyncio.sleep(2)  # the last of them begins
        first, begun = await delivered(hub, ACME), time.perf_counter()
        await asyncio.sleep(SECONDS)
        found, seconds = await delivered(hub, ACME) - first, time.perf_counter() - begun
    await hub.close()
    return found / seconds


async def beside_a_dead_one(folder: Path, origin: str, dead: str) -> list[float]:
    """Return the seconds from the start of a quiet company's executions to their first try, beside a dead endpoint."""
    hub = await hub_in(folder, origin, dead)
    noisy = await target(hub, ACME, f"{dead}/hook", concurrency=10, seconds=15.0)
    await asyncio.to_thread(fill, database(folder), noisy, DEAD)
    quiet = await target(hub, QUIET, f"{origin}/hook", concurrency=10)
    hub.worker.start()
    ids = [await _started(hub, quiet) for _ in range(SAMPLES)]
    async with asyncio.timeout(600):
        await until_delivered(hub, SAMPLES)
    waits: list[float] = []
    for id in ids:
        execution = await hub.delivery.execution(QUIET, id)
        if execution.first_tried_at is None:
            raise RuntimeError("a delivered execution was tried")
        waits.append((execution.first_tried_at - execution.created_at).total_seconds())
    await hub.worker.stop(0.1)
    await hub.close()
    return waits


async def until_delivered(hub: Hub, count: int) -> None:
    """Return when the quiet company's executions were delivered."""
    while await delivered(hub, QUIET) < count:  # noqa: ASYNC110  # the store tells it, not an event
        await asyncio.sleep(0.1)


async def _started(hub: Hub, to: Target) -> str:
    batch, start = WriteBatch(), start_of(hub, to)
    await hub.starts.add(batch, [start])
    await hub.store.write(batch)
    await asyncio.sleep(0.1)
    return start.id


async def long_backlog(folder: Path, origin: str, count: int) -> float:
    """Work on a backlog of ``count`` for a while; return deliveries a second."""
    hub = await hub_in(folder, origin)
    for number in range(ENDPOINTS):
        to = await target(hub, ACME, f"{origin}/hook{number}", concurrency=AT_ONCE)
        await asyncio.to_thread(fill, database(folder), to, count // ENDPOINTS)
    settle_interpreter()
    begun = time.perf_counter()
    hub.worker.start()
    await asyncio.sleep(SECONDS)
    await hub.worker.stop(5)
    seconds = time.perf_counter() - begun
    found = await delivered(hub, ACME)
    await hub.close()
    return found / seconds


def main() -> None:
    """Measure, print, and write the page."""
    with receiver() as origin:
        rates, costs, bares = list[float](), list[float](), list[float]()
        for _ in range(RUNS):
            with tempfile.TemporaryDirectory() as name:
                rate, cost = uvloop.run(drained(folder_in(name), origin, DELIVERIES))
            rates.append(rate)
            costs.append(cost)
            bares.append(uvloop.run(bare(origin, BARE)))
        several: dict[int, list[float]] = {1: [], 2: []}
        for _ in range(RUNS):
            for processes, found in several.items():
                with tempfile.TemporaryDirectory() as name:
                    found.append(uvloop.run(by_processes(folder_in(name), origin, processes)))
        with dead_port() as dead:
            waits = list[list[float]]()
            for _ in range(RUNS):
                with tempfile.TemporaryDirectory() as name:
                    waits.append(uvloop.run(beside_a_dead_one(folder_in(name), origin, dead)))
        shorts = list[float]()
        for _ in range(RUNS):
            with tempfile.TemporaryDirectory() as name:
                shorts.append(uvloop.run(drained(folder_in(name), origin, SHORT))[0])
        with tempfile.TemporaryDirectory() as name:
            longs = [uvloop.run(long_backlog(folder_in(name), origin, LONG))]
    write(
        "delivery",
        "Delivery on SQLite",
        "python -m benchmarks delivery",
        _tables(rates, costs, bares, several, waits, shorts, longs),
    )


def _tables(
    rates: Sequence[float],
    costs: Sequence[float],
    bares: Sequence[float],
    several: Mapping[int, Sequence[float]],
    waits: Sequence[Sequence[float]],
    shorts: Sequence[float],
    longs: Sequence[float],
) -> list[Table]:
    middle = sorted(rates)[len(rates) // 2] / sorted(bares)[len(bares) // 2]
    ratio = sorted(longs)[len(longs) // 2] / sorted(shorts)[len(shorts) // 2]
    return [
        Table(
            "Deliveries a second",
            f"A backlog of {DELIVERIES:,} executions of {ENDPOINTS} endpoints, {AT_ONCE} calls at once to each; the "
            "receiver is a process of its own on the same machine and answers after 20 ms. Each delivery is signed, "
            "its attempt, its execution, its usage event and the end of its task are stored durably. The bare loop "
            "sends the same bodies with the same HTTP client and stores nothing.",
            ("", "a second"),
            (
                ("deliveries", spread(rates)),
                ("processor time of a delivery", spread(costs, " ms")),
                ("bare loop of the HTTP client", spread(bares)),
                ("share of the bare loop", f"{middle:.0%}"),
            ),
        ),
        Table(
            "Several worker processes",
            f"The same endpoints with {BY_PROCESSES:,} executions waiting, worked on by processes of their own "
            f"(`leadbridge worker`) on one file; counted for {SECONDS:.0f} seconds.",
            ("worker processes", "deliveries a second"),
            tuple((str(processes), spread(found)) for processes, found in several.items()),
        ),
        Table(
            "Beside a dead endpoint",
            f"{DEAD:,} executions of one company wait for an endpoint that takes connections and never answers. "
            f"Another company starts {SAMPLES} executions, one every tenth of a second: from the start of each to its "
            "first try.",
            ("p50", "p99", "longest"),
            (tuple(spread([percentile(wait, share) * 1000 for wait in waits], " ms") for share in (0.5, 0.99, 1.0)),),
        ),
        Table(
            "A long backlog",
            f"The same endpoints with {SHORT:,} executions waiting, to the end, and with {LONG:,}, for {SECONDS:.0f} "
            "seconds.",
            ("waiting", "deliveries a second"),
            (
                (f"{SHORT:,}", spread(shorts)),
                (f"{LONG:,}", spread(longs)),
                ("second to first", f"{ratio:.2f}"),
            ),
        ),
    ]
