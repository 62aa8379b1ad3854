"""Lead creates through the API: one after the other and many at once, with no, one and two workers beside the server.

``RUNS=1 SECONDS=2 python -m benchmarks leads_api`` is a quick one; the default is three runs of five seconds.

Every process is one of its own: the server, the workers, and this one, which calls it.
"""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

import aiohttp

from benchmarks.report import ROOT, Table, percentile, spread, write

RUNS = int(os.environ.get("RUNS", "3"))
SECONDS = float(os.environ.get("SECONDS", "5"))
CALLERS = (1, 8, 32)
WORKERS = (0, 1, 2)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _start(stack: ExitStack, folder: Path, port: int, *command: str) -> subprocess.Popen[bytes]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("LEADBRIDGE_")} | {
        "LEADBRIDGE_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "LEADBRIDGE_DATA_DIR": str(folder / "data"),
        "LEADBRIDGE_RATE_TENANT": "0",
        "LEADBRIDGE_RATE_PRINCIPAL": "0",
        "LEADBRIDGE_RATE_ADDRESS": "0",
        "PYTHONPATH": str(ROOT / "src"),
    }
    log = stack.enter_context((folder / f"{command[0]}.log").open("ab"))
    process = subprocess.Popen(
        [sys.executable, "-m", "leadbridge", *command], env=environment, cwd=folder, stdout=log, stderr=log
    )

    def end() -> None:
        process.terminate()
        process.wait(30)

    stack.callback(end)
    return process


async def _ready(base: str) -> None:
    until = time.monotonic() + 60
    async with aiohttp.ClientSession() as session:
        while True:
            try:
                async with session.get(f"{base}/readyz") as answer:
                    if answer.status == 200:
                        return
            except aiohttp.ClientError:
                pass
            assert time.monotonic() < until, "the server did not start"
            await asyncio.sleep(0.1)


async def _load(base: str, token: str, callers: int) -> list[float]:
    """Return the seconds each create took."""
    latencies: list[float] = []
    until = time.perf_counter() + SECONDS
    headers = {"authorization": f"Bearer {token}"}

    async def caller(number: int, session: aiohttp.ClientSession) -> None:
        count = 0
        while (begun := time.perf_counter()) < until:
            count += 1
            lead = {
                "externalId": f"{begun}-{number}-{count}", "firstName": "Ana", "lastName": f"Ruiz {number}.{count}",
                "email": f"ana.{number}.{count}@example.com", "phone": "+34 612 345 678", "company": "Ejemplo SL",
                "status": "new", "source": "fair", "tags": ["fair", "vip"],
                "value": {"amount": "100", "currency": "EUR"},
            }  # fmt: skip
            async with session.post(f"{base}/api/v1/leads", json=lead, headers=headers) as answer:
                await answer.read()
                assert answer.status == 201, answer.status
            latencies.append(time.perf_counter() - begun)

    async with aiohttp.ClientSession() as session:
        await asyncio.gather(*(caller(number, session) for number in range(callers)))
    return latencies


def measure(workers: int) -> dict[int, list[float]]:
    """Return by number of callers the seconds each create took, on a new store."""
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder, port = Path(name), _free_port()
        base = f"http://127.0.0.1:{port}"
        _start(stack, folder, port, "serve", "--port", str(port))
        asyncio.run(_ready(base))
        token = (folder / "data" / "first-token").read_text().strip()
        for _ in range(workers):
            _start(stack, folder, port, "worker")
        return {callers: asyncio.run(_load(base, token, callers)) for callers in CALLERS}


def main() -> None:
    """Measure, print, and write the page."""
    rows: list[tuple[str, ...]] = []
    for workers in WORKERS:
        runs = [measure(workers) for _ in range(RUNS)]
        for callers in CALLERS:
            latencies = [run[callers] for run in runs]
            rows.append(
                (
                    str(workers),
                    str(callers),
                    spread([len(run) / SECONDS for run in latencies]),
                    spread([percentile(run, 0.5) * 1000 for run in latencies], " ms"),
                    spread([percentile(run, 0.99) * 1000 for run in latencies], " ms"),
                )
            )
    table = Table(
        "Creating leads",
        f"`POST /api/v1/leads` with ten fields over one connection a caller; SQLite, one server process and so many "
        f"worker processes on the same file; {RUNS} runs of {SECONDS:.0f} seconds each. Each create stores the lead, "
        "what lists and search find it by, and its event, in one durable batch.",
        ("workers", "callers", "creates a second", "p50", "p99"),
        tuple(rows),
    )
    write(
        "leads_api",
        "Creating leads through the API",
        f"RUNS={RUNS} SECONDS={SECONDS:.0f} python -m benchmarks leads_api",
        [table],
    )
