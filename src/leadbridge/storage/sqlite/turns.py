"""Whose turn it is to write, among the processes on one file: a lock that waits in the kernel instead of polling.

SQLite's own waiting is to try again after ever longer sleeps, so that under load some processes wait a hundred times as
long as others. A process therefore takes an exclusive ``flock`` on ``<database>.lock`` first; it ends with the process,
however that ends. The file is never removed: whoever holds it open must keep meeting the others there.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Self


class Turns:
    """This process's place among the writers. Used by one thread at a time."""

    def __init__(self, database: Path, seconds: float) -> None:
        """Open the lock file beside ``database``; raises ``OSError``. ``seconds`` is how long a turn is waited for."""
        path = database.with_name(f"{database.name}.lock")
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self.seconds = seconds
        self._asked = threading.Semaphore(0)
        self._granted = threading.Semaphore(0)
        self._waiting = False
        self._open = True
        self._thread: threading.Thread | None = None

    def take(self) -> bool:
        """Wait for the turn; return whether it came in time, and must be given back."""
        if not self._waiting:
            try:
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                self._ask()
            else:
                return True
        # a turn that does not come in time is still being waited for, and the next call may get it
        self._waiting = not self._granted.acquire(timeout=self.seconds)
        return not self._waiting

    def give_back(self) -> None:
        """Let another process write."""
        fcntl.flock(self._file, fcntl.LOCK_UN)

    @contextlib.contextmanager
    def taken(self) -> Iterator[bool]:
        """Hold the turn for the length of a ``with`` block; the value tells whether it came in time."""
        held = self.take()
        try:
            yield held
        finally:
            if held:
                self.give_back()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Leave the queue."""
        self._open = False
        if self._thread is None:
            os.close(self._file)
        else:
            self._asked.release()

    def _ask(self) -> None:
        self._waiting = True
        if self._thread is None:
            # a thread of its own: a wait in the kernel has no time-out
            self._thread = threading.Thread(target=self._wait, name="sqlite-turns", daemon=True)
            self._thread.start()
        self._asked.release()

    def _wait(self) -> None:
        while True:
            self._asked.acquire()
            if not self._open:
                os.close(self._file)  # which gives back what it may still hold
                return
            fcntl.flock(self._file, fcntl.LOCK_EX)
            self._granted.release()
