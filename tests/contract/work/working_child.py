"""A worker process on a database: ``python -m tests.contract.work.working_child ADDRESS LOG LEASE``.

Its handler appends a line with the task's id to LOG, as a side effect in the world outside would be, and stores one
document with the task's completion. It ends in good order at SIGTERM.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sys
from pathlib import Path

from pymongo import monitoring

from leadbridge.security.logs import configure_logging
from leadbridge.storage.open import open_engine
from leadbridge.work.around import Pace
from leadbridge.work.handlers import Done, Result, TaskContext
from leadbridge.work.worker import WorkerForm
from tests.contract.work.shop import ALL_KINDS, EFFECTS, Effect, Shop


class Sessions(monitoring.CommandListener):
    """Writes down the database sessions of this process, one line each, beside its log."""

    def __init__(self, log: Path) -> None:
        self._file = os.open(sessions_of(log, os.getpid()), os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        self._known: set[str] = set()

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        """Note a session before anything is sent in it."""
        session = event.command.get("lsid")
        if session is not None and (id := session["id"].hex()) not in self._known:
            self._known.add(id)
            os.write(self._file, f"{id}\n".encode())

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None:
        """Nothing to note."""

    def failed(self, event: monitoring.CommandFailedEvent) -> None:
        """Nothing to note."""


def sessions_of(log: Path, process: int) -> Path:
    """Return the file of a worker process's database sessions."""
    return log.with_suffix(f".{process}.sessions")


async def run(address: str, log: Path, lease: float) -> None:
    """Work until SIGTERM."""
    form = WorkerForm(slots=4, lease=lease, poll=0.02, sweep=1.0, pace=Pace(turn=0.5))
    monitoring.register(Sessions(log))
    shop = Shop(open_engine(address), form)
    await shop.store.start(ALL_KINDS)
    # the parent reads only the first line of standard output: a log there would fill the pipe and stop this process
    configure_logging(json=True, stream=log.with_suffix(f".{os.getpid()}.jsonl").open("w", encoding="utf-8"))
    lines = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    rng = random.Random()

    async def handle(context: TaskContext) -> Result:
        context.require(lease / 4)
        os.write(lines, f"{context.task.id}\n".encode())
        await asyncio.sleep(rng.uniform(0.005, 0.03))
        effect = Effect(id=shop.ids(), company_id=context.company_id, task=context.task.id)
        context.batch.insert(EFFECTS, effect)
        return Done()

    shop.handle("log", handle)
    ended = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    shop.worker.start()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    await ended.wait()
    await shop.worker.stop()
    await shop.store.close()


if __name__ == "__main__":
    asyncio.run(run(sys.argv[1], Path(sys.argv[2]), float(sys.argv[3])))
