"""Worker processes that a test kills and stops."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Child:
    """A Python module run as a process of its own, which says ``ready`` on a line when it is.

    ``patience`` is for how many seconds its end is waited for.
    """

    def __init__(self, module: str, *arguments: str, patience: float) -> None:
        self.process = subprocess.Popen([sys.executable, "-m", module, *arguments], stdout=subprocess.PIPE, text=True)
        self._patience = patience

    async def ready(self) -> None:
        assert self.process.stdout is not None
        assert (await asyncio.to_thread(self.process.stdout.readline)).strip() == "ready"

    def end(self, number: signal.Signals) -> int:
        """Send a signal and return the exit code."""
        self.process.send_signal(number)
        code = self.process.wait(self._patience)
        assert self.process.stdout is not None
        self.process.stdout.close()
        return code


@contextmanager
def starting(child: Callable[[], Child]) -> Iterator[Callable[[], Child]]:
    """Give what starts such a process; one that is left at the end is killed."""
    started: list[Child] = []

    def one() -> Child:
        started.append(child())
        return started[-1]

    yield one
    for left in started:
        if left.process.poll() is None:
            left.end(signal.SIGKILL)
