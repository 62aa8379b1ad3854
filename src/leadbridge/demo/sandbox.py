"""The CRM sandbox as a child process: it ends when this process does, however that ends."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import orjson

from leadbridge.demo.ports import free_port
from leadbridge.kit.errors import StartRefused

READY_SECONDS = 30.0
STOP_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Sandbox:
    """A running sandbox of one vendor."""

    origin: str


@asynccontextmanager
async def running_sandbox(state: Path, provider: str) -> AsyncIterator[Sandbox]:
    """Run the sandbox for the length of a ``with`` block, with its records in ``state``; raises ``StartRefused``."""
    port = free_port(state, f"sandbox-{provider}")
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "leadbridge_sandbox", "--ready-line", "--until-stdin-closes"),
        *("--port", str(port), "--data", str(state / "sandbox.db")),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        yield await _ready(process, provider)
    finally:
        if process.stdin is not None:
            process.stdin.close()
        with suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), STOP_SECONDS)
        if process.returncode is None:
            process.kill()
            await process.wait()


async def _ready(process: asyncio.subprocess.Process, provider: str) -> Sandbox:
    if process.stdout is None:
        raise RuntimeError("the child's output is a pipe")
    try:
        line = await asyncio.wait_for(process.stdout.readline(), READY_SECONDS)
    except TimeoutError as error:
        raise StartRefused(f"The sandbox was not ready in {READY_SECONDS:.0f} s.", hint="Try again.") from error
    if not line:
        raise StartRefused("The sandbox did not start.", hint="Its own message above says why.")
    vendors = orjson.loads(line)["vendors"]
    if provider not in vendors:
        raise StartRefused(f"There is no sandbox for {provider}.", hint=f"Choose one of: {', '.join(vendors)}.")
    return Sandbox(vendors[provider])
