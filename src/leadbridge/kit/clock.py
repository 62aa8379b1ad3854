"""Time, injected: a hub never asks the operating system directly, so a simulation can run a day in a second.

A point in time is an aware ``datetime`` in UTC, cut to whole milliseconds when it is made, because one of the
store engines keeps no more: a value must equal itself after a round trip.
"""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Protocol

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)


class Clock(Protocol):
    """Where a hub takes its time from."""

    def now(self) -> datetime:
        """Return the time of day in UTC, whole milliseconds."""
        ...

    def monotonic(self) -> float:
        """Return seconds since an arbitrary start; never goes back. For leases and durations."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Return after ``seconds`` of this clock."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        return datetime.fromtimestamp(time.time_ns() // 1_000_000 / 1000, UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class ManualClock:
    """A clock that moves only when told to: for tests and the pure simulation."""

    def __init__(self, start: datetime = datetime(2026, 1, 1, tzinfo=UTC)) -> None:
        self._millis = to_millis(start)
        self._start = self._millis

    def now(self) -> datetime:
        return from_millis(self._millis)

    def monotonic(self) -> float:
        return (self._millis - self._start) / 1000

    async def sleep(self, seconds: float) -> None:
        self.advance(seconds)
        await asyncio.sleep(0)

    def advance(self, seconds: float) -> None:
        """Move time forward by ``seconds``."""
        self._millis += round(seconds * 1000)


def to_millis(moment: datetime) -> int:
    """Return whole milliseconds since 1970 of an aware ``moment``; a naive one raises ``ValueError``."""
    if moment.tzinfo is None:
        raise ValueError("a time without a zone cannot be placed; give it in UTC")
    return (moment - EPOCH) // MILLISECOND


def from_millis(millis: int) -> datetime:
    """Return the UTC time that lies ``millis`` milliseconds after 1970."""
    return EPOCH + timedelta(milliseconds=millis)


@lru_cache(maxsize=1024)  # a batch writes one moment thousands of times
def to_text(moment: datetime) -> str:
    """Return the one stored spelling of a time, ``2026-11-22T18:00:00.123Z``: its text order is its time order."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def to_seconds_text(moment: datetime) -> str:
    """Return a time in whole seconds, ``2026-11-22T18:00:00Z``."""
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
