"""An event loop that synchronous property tests drive step by step."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class Loop:
    """Runs one coroutine after the other on a loop of its own."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Return what ``work`` returns."""
        return self._loop.run_until_complete(work)

    def close(self) -> None:
        """End the loop."""
        self._loop.close()
