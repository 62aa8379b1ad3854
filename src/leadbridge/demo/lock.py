"""One demo at a time in a folder: two would share its ports, its token and the sandbox's records."""

from __future__ import annotations

import fcntl
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from leadbridge.kit.errors import StartRefused


@asynccontextmanager
async def only_one(state: Path) -> AsyncIterator[None]:
    """Hold the folder for the length of a ``with`` block; raises ``StartRefused`` where another demo has it.

    The lock ends with the process, however that ends.
    """
    path = state / "demo.lock"
    try:
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise StartRefused(
            f"The demo's folder {state} cannot be written: {error.strerror}.",
            hint="Make it writable for this user, or name another one with --state.",
        ) from error
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(file)
        raise StartRefused(
            f"Another demo is running in {state}.", hint="End it first, or name another folder with --state."
        ) from error
    try:
        yield
    finally:
        os.close(file)
