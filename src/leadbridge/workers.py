"""Worker processes beside a web server: begun with it, replaced when one ends by itself, ended with it."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

import structlog

PATIENCE = 30.0
"""Seconds that a worker has to end in good order; what is left then is killed, and its lanes go to the next."""
STEADY = 60.0
"""Seconds after which a worker that ended counts as one that had begun well: the next is begun at once."""
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0

log = structlog.get_logger("leadbridge.workers")


@asynccontextmanager
async def worker_processes(
    count: int, settings: Mapping[str, str], metrics_port: int | None = None
) -> AsyncIterator[None]:
    """Have ``count`` processes of ``leadbridge worker`` for the length of a ``with`` block.

    ``settings`` are environment variables that they are given beside this process's own. Their metrics are served on
    ``metrics_port`` and those behind it, one for each. A worker holds the reading end of a pipe as its standard input,
    and ends when the other end is gone: so none outlives this process, however that ends.
    """
    keepers: list[asyncio.Task[None]] = []
    for number in range(count):
        metrics = [] if metrics_port is None else ["--metrics-port", str(metrics_port + number)]
        keepers.append(asyncio.create_task(_keep(number + 1, settings, metrics)))
    try:
        yield
    finally:
        for keeper in keepers:
            keeper.cancel()
        await asyncio.gather(*keepers, return_exceptions=True)


async def _keep(number: int, settings: Mapping[str, str], options: Sequence[str]) -> None:
    """Run one worker after the other until cancelled."""
    failures = 0
    while True:
        begun, code = time.monotonic(), None
        try:
            code = await _run(number, settings, options)
        except OSError as error:  # no memory, or no process, to be had just now
            log.error("worker_not_begun", worker=number, reason=error.strerror)
        failures = 0 if time.monotonic() - begun >= STEADY else failures + 1
        pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(failures, 10)) if failures else 0.0
        tell = log.info if code == 0 else log.error  # 0: it was told to end, as by Ctrl-C in a terminal
        tell("worker_ended", worker=number, exit=code, next_in=pause)
        await asyncio.sleep(pause)


async def _run(number: int, settings: Mapping[str, str], options: Sequence[str]) -> int:
    """Run a worker to its end and return its exit code; when cancelled, end it first."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "leadbridge",
        "worker",
        "--attached",
        *options,
        env={**os.environ, **settings},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.DEVNULL,
    )
    log.info("worker_begun", worker=number, pid=process.pid)
    try:
        return await process.wait()
    except asyncio.CancelledError:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(PATIENCE):
                await process.wait()
        except TimeoutError:
            log.warning("worker_killed", worker=number, pid=process.pid)
            process.kill()
            await process.wait()
        raise
