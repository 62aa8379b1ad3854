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
PORT_TRIES = 3


class _NotStarted(StartRefused):
    """The child ended before it was ready."""


@dataclass(frozen=True, slots=True)
class Sandbox:
    """A running sandbox of one vendor."""

    origin: str


@asynccontextmanager
async def running_sandbox(state: Path, provider: str) -> AsyncIterator[Sandbox]:
    """Run the sandbox for the length of a ``with`` block, with its records in ``state``; raises ``StartRefused``."""
    process, sandbox = await _started(state, provider)
    try:
        yield sandbox
    finally:
        await _end(process)


async def _started(state: Path, provider: str) -> tuple[asyncio.subprocess.Process, Sandbox]:
    """Start it on a free port; on another one where somebody took the first before the child could."""
    for left in range(PORT_TRIES - 1, -1, -1):
        process = await _spawned(state, provider)
        try:
            return process, await _ready(process, provider)
        except BaseException as error:
            await _end(process)
            if not isinstance(error, _NotStarted) or not left:
                raise
    raise AssertionError("unreachable")


async def _spawned(state: Path, provider: str) -> asyncio.subprocess.Process:
    port = free_port(state, f"sandbox-{provider}")
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "leadbridge_sandbox", "--ready-line", "--until-stdin-closes"),
        *("--vendor", provider, "--port", str(port), "--data", str(state / f"sandbox-{provider}.db")),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )


async def _end(process: asyncio.subprocess.Process) -> None:
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
        raise _NotStarted("The sandbox did not start.", hint="Its own message above says why.")
    vendors = orjson.loads(line)["vendors"]
    if provider not in vendors:
        raise StartRefused(f"There is no sandbox for {provider}.", hint=f"Choose one of: {', '.join(vendors)}.")
    return Sandbox(vendors[provider])
