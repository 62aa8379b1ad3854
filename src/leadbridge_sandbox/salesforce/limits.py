"""The calls of the last 24 hours, and the long requests of others that run at the same time."""

from __future__ import annotations

from collections import Counter

HOUR_MS = 3_600_000
HOURS = 24


class Usage:
    """Counts by org and hour; a day is the last 24 hours, an hour at a time."""

    def __init__(self) -> None:
        self._hours: dict[str, Counter[int]] = {}
        self.long_running: dict[str, int] = {}

    def used(self, org: str, now_ms: int) -> int:
        """Return how many calls an org had in the last 24 hours."""
        hours = self._hours.get(org)
        if not hours:
            return 0
        oldest = now_ms // HOUR_MS - HOURS
        for hour in [hour for hour in hours if hour <= oldest]:
            del hours[hour]
        return sum(hours.values())

    def add(self, org: str, now_ms: int, calls: int = 1) -> None:
        """Count calls."""
        self._hours.setdefault(org, Counter())[now_ms // HOUR_MS] += calls

    def reset(self) -> None:
        """Forget every call."""
        self._hours.clear()
        self.long_running.clear()
