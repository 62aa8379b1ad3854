"""Service protection: requests, execution time and concurrent requests of each user, over five minutes."""

from __future__ import annotations

import math
from collections import deque

from .errors import VendorError
from .settings import Settings

FACETS = {
    "requests": "0x80072322",
    "time": "0x80072321",
    "concurrent": "0x80072326",
}


def throttled(facet: str, settings: Settings, seconds: float) -> VendorError:
    """Return the 429 of a facet (`requests`, `time`, `concurrent`), to be tried again after `seconds`."""
    window = f"{settings.limitWindowSeconds:g} seconds"
    text = {
        "requests": f"Number of requests exceeded the limit of {settings.requestLimit} over time window of {window}.",
        "time": f"Combined execution time of incoming requests exceeded limit of "
        f"{settings.executionLimitSeconds * 1000:,.0f} milliseconds over time window of {window}. Decrease number of "
        "concurrent requests or reduce the duration of requests and try again later.",
        "concurrent": f"Number of concurrent requests exceeded the limit of {settings.concurrentLimit}.",
    }[facet]
    return VendorError(429, FACETS[facet], text, {"Retry-After": str(max(1, math.ceil(seconds)))})


class _User:
    def __init__(self) -> None:
        self.calls: deque[tuple[float, float]] = deque()
        self.spent = 0.0
        self.running = 0

    def forget(self, until: float) -> None:
        while self.calls and self.calls[0][0] <= until:
            self.spent -= self.calls.popleft()[1]


class Limiter:
    """What each user has used in the window that ends now. A refused call is not counted."""

    def __init__(self) -> None:
        self._users: dict[str, _User] = {}

    def enter(self, user: str) -> None:
        """Note that a request of a user is under way."""
        self._users.setdefault(user, _User()).running += 1

    def leave(self, user: str) -> None:
        """Note that it has ended."""
        known = self._users.get(user)
        if known is not None:
            known.running = max(0, known.running - 1)

    def admit(self, user: str, settings: Settings, now: float) -> dict[str, str]:
        """Count a request at `now` (seconds); return the headers that tell what is left. Raises VendorError 429."""
        known = self._users.setdefault(user, _User())
        known.forget(now - settings.limitWindowSeconds)
        if settings.rateLimits:
            if known.running > settings.concurrentLimit:
                raise throttled("concurrent", settings, 1)
            if len(known.calls) >= settings.requestLimit:
                raise throttled("requests", settings, self._until_few(known, settings, now) - now)
            if known.spent > settings.executionLimitSeconds:
                raise throttled("time", settings, self._until_affordable(known, settings) - now)
        known.calls.append((now, 0.0))
        return {
            "x-ms-ratelimit-burst-remaining-xrm-requests": str(max(0, settings.requestLimit - len(known.calls))),
            "x-ms-ratelimit-time-remaining-xrm-requests": f"{settings.executionLimitSeconds - known.spent:.2f}",
        }

    @staticmethod
    def _until_few(known: _User, settings: Settings, now: float) -> float:
        """Return when enough requests will have left the window for one more."""
        if not settings.requestLimit:
            return now + settings.limitWindowSeconds
        return known.calls[len(known.calls) - settings.requestLimit][0] + settings.limitWindowSeconds

    @staticmethod
    def _until_affordable(known: _User, settings: Settings) -> float:
        over = known.spent - settings.executionLimitSeconds
        for at, spent in known.calls:
            over -= spent
            if over <= 0:
                return at + settings.limitWindowSeconds
        return known.calls[-1][0] + settings.limitWindowSeconds

    def charge(self, user: str, seconds: float) -> None:
        """Add execution time to what a user has spent."""
        known = self._users.setdefault(user, _User())
        if known.calls:  # of the last request: the time must not count as one more
            at, before = known.calls.pop()
            known.calls.append((at, before + seconds))
            known.spent += seconds

    def reset(self) -> None:
        """Forget every call."""
        self._users.clear()
