"""Zoho's limits: credits in any 24 hours, calls at one time, and windows of the accounts server."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Hashable

DAY = 86_400.0
WINDOW = 600.0


class Windows:
    """Rolling windows of ten minutes, one per key."""

    def __init__(self) -> None:
        self._calls: dict[Hashable, deque[float]] = {}

    def admit(self, key: Hashable, limit: int, now: float) -> bool:
        """Return whether one more at `now` (seconds) is within the limit, and count it if it is."""
        calls = self._calls.setdefault(key, deque())
        while calls and calls[0] <= now - WINDOW:
            calls.popleft()
        if len(calls) >= limit:
            return False
        calls.append(now)
        return True

    def reset(self) -> None:
        """Forget every call."""
        self._calls.clear()


class Credits:
    """Credits that organisations used in the last 24 hours, to the minute."""

    def __init__(self) -> None:
        self._used: dict[str, deque[tuple[int, int]]] = {}
        self._sums: Counter[str] = Counter()

    def left(self, zgid: str, limit: int, now: float) -> int:
        """Return how many credits an organisation has left at `now` (seconds)."""
        used = self._used.setdefault(zgid, deque())
        while used and used[0][0] * 60 <= now - DAY:
            self._sums[zgid] -= used.popleft()[1]
        return max(0, limit - self._sums[zgid])

    def spend(self, zgid: str, cost: int, now: float) -> None:
        """Use credits."""
        used, minute = self._used.setdefault(zgid, deque()), int(now // 60)
        if used and used[-1][0] == minute:
            used[-1] = (minute, used[-1][1] + cost)
        else:
            used.append((minute, cost))
        self._sums[zgid] += cost

    def used(self, zgid: str) -> int:
        """Return the credits used, as of the last look."""
        return self._sums[zgid]

    def reset(self) -> None:
        """Give everybody all credits again."""
        self._used.clear()
        self._sums.clear()


class InFlight:
    """How many calls of an organisation's app are being answered at this moment, and the most there were."""

    def __init__(self) -> None:
        self.now: Counter[tuple[str, ...]] = Counter()
        self.most: Counter[tuple[str, ...]] = Counter()

    def enter(self, key: tuple[str, ...], limit: int | None) -> bool:
        """Count a call in, unless that would be more than the limit; return whether it is in."""
        if limit is not None and self.now[key] >= limit:
            return False
        self.now[key] += 1
        self.most[key] = max(self.most[key], self.now[key])
        return True

    def leave(self, key: tuple[str, ...]) -> None:
        """Count a call out."""
        self.now[key] -= 1
