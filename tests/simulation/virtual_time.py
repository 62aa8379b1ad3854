"""A clock whose sleepers wake in order of time, as fast as the code runs: hours of work in a second."""

from __future__ import annotations

import asyncio
import heapq
import itertools
from datetime import UTC, datetime

from leadbridge.kit.clock import ManualClock


class VirtualClock(ManualClock):
    """Time stands still while anything runs, then jumps to whoever sleeps the shortest."""

    def __init__(self, start: datetime = datetime(2026, 1, 1, tzinfo=UTC)) -> None:
        super().__init__(start)
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._number = itertools.count()

    async def sleep(self, seconds: float) -> None:
        until = self.monotonic() + max(0.001, seconds)
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (until, next(self._number), future))
        await future

    async def run(self, until: float) -> None:
        """Let everything go on until the clock shows ``until`` seconds."""
        while True:
            for _ in range(40):  # everything that can run without waiting has run by then
                await asyncio.sleep(0)
            while self._sleepers and self._sleepers[0][2].done():
                heapq.heappop(self._sleepers)
            if not self._sleepers or self._sleepers[0][0] > until:
                self.advance(max(0.0, until - self.monotonic()))
                return
            at, _, future = heapq.heappop(self._sleepers)
            self.advance(max(0.0, at - self.monotonic()))
            if not future.done():
                future.set_result(None)
