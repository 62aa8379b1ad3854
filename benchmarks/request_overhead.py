"""What rate limits and idempotency keys cost a request: the same requests with and without, over a socket."""

from __future__ import annotations

import asyncio
import logging
import tempfile
import time
from pathlib import Path
from typing import Any

import aiohttp

from benchmarks.report import Table, percentile, spread, write
from leadbridge.app import build_hub
from leadbridge.security.logs import configure_logging
from leadbridge.server import bind, prepare_data_dir, serving
from leadbridge.settings import Settings

RUNS = 3
SECONDS = 3.0
CALLERS = 8
OFF = {"rate_tenant": 0, "rate_principal": 0, "rate_address": 0}
ON = {"rate_tenant": 120_000, "rate_principal": 120_000, "rate_address": 120_000}
"""Too high to refuse, and counted like any other."""


async def measure(folder: Path, limits: dict[str, int], method: str, keyed: bool) -> list[float]:
    """Return the seconds each request took."""
    prepare_data_dir(folder)
    listening = bind("127.0.0.1", 0)
    base = f"http://127.0.0.1:{listening.getsockname()[1]}"
    values: dict[str, Any] = {"public_url": base, "data_dir": folder, **limits}
    hub = build_hub(Settings(_env_file=None, **values))
    latencies: list[float] = []
    try:
        await hub.start()
        made = await hub.tenancy.make_first_company()
        assert made is not None
        headers = {"authorization": f"Bearer {made.token}"}
        until = time.perf_counter() + SECONDS

        async def caller(number: int, session: aiohttp.ClientSession) -> None:
            count = 0
            while time.perf_counter() < until:
                count += 1
                more: dict[str, Any] = {"json": {"lastName": f"Lead {number}.{count}"}} if method == "POST" else {}
                key = {"idempotency-key": f"{number}-{count}"} if keyed else {}
                begun = time.perf_counter()
                async with session.request(method, f"{base}/api/v1/leads", headers=headers | key, **more) as answer:
                    await answer.read()
                    assert answer.status in (200, 201), answer.status
                latencies.append(time.perf_counter() - begun)

        async with serving(hub, listening), aiohttp.ClientSession() as session:
            await asyncio.gather(*(caller(number, session) for number in range(CALLERS)))
    finally:
        listening.close()
        await hub.close()
    return latencies


def main() -> None:
    """Measure, print, and write the page."""
    configure_logging(json=True, level=logging.WARNING)
    cases: tuple[tuple[str, dict[str, int], str, bool], ...] = (
        ("GET, limits off", OFF, "GET", False),
        ("GET, three limits", ON, "GET", False),
        ("POST, limits off", OFF, "POST", False),
        ("POST, three limits", ON, "POST", False),
        ("POST, three limits and a new Idempotency-Key each", ON, "POST", True),
    )
    rows: list[tuple[str, ...]] = []
    for name, limits, method, keyed in cases:
        runs: list[list[float]] = []
        for _ in range(RUNS):
            with tempfile.TemporaryDirectory() as folder:
                runs.append(asyncio.run(measure(Path(folder) / "hub", limits, method, keyed)))
        rows.append(
            (
                name,
                spread([len(latencies) / SECONDS for latencies in runs]),
                spread([percentile(latencies, 0.5) * 1000 for latencies in runs], " ms"),
                spread([percentile(latencies, 0.99) * 1000 for latencies in runs], " ms"),
            )
        )
    table = Table(
        "Requests",
        f"{CALLERS} callers, one company, client and hub in one process; `GET` lists leads of an empty "
        f"store, `POST` creates one; {RUNS} runs of {SECONDS:.0f} seconds each.",
        ("case", "requests a second", "p50", "p99"),
        tuple(rows),
    )
    write(
        "request_overhead",
        "What limits and idempotency keys cost",
        "python -m benchmarks request_overhead",
        [table],
    )
