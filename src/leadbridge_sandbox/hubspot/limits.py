"""Rate limits: a rolling window per caller, and HubSpot's 429."""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable
from typing import Any

from . import unconfirmed
from .settings import Settings

MESSAGES = {
    "TEN_SECONDLY_ROLLING": "You have reached your ten_secondly_rolling limit.",
    "SECONDLY": "You have reached your secondly limit.",
    "DAILY": unconfirmed.DAILY_LIMIT_TEXT,
}


class Limiter:
    """Rolling windows, one per key: `(portal, app)` for the burst, `portal` for search."""

    def __init__(self) -> None:
        self._calls: dict[Hashable, deque[float]] = {}
        self._days: dict[int, tuple[str, int]] = {}

    def admit(self, key: Hashable, limit: int, seconds: float, now: float) -> tuple[bool, int]:
        """Return whether a call at `now` (seconds) is within the limit, and how many more would be."""
        calls = self._calls.setdefault(key, deque())
        while calls and calls[0] <= now - seconds:
            calls.popleft()
        admitted = len(calls) < limit
        if admitted or unconfirmed.REJECTED_CALLS_COUNT:
            calls.append(now)
        return admitted, max(0, limit - len(calls))

    def admit_today(self, portal: int, limit: int, today: str) -> tuple[bool, int]:
        """Return whether an account's call is within its day's limit, and how many more would be.

        A day ends at midnight in the account's own time zone.
        """
        day, used = self._days.get(portal, ("", 0))
        used = used if day == today else 0
        admitted = used < limit
        self._days[portal] = (today, used + 1 if admitted or unconfirmed.REJECTED_CALLS_COUNT else used)
        return admitted, max(0, limit - self._days[portal][1])

    def reset(self) -> None:
        """Forget every call."""
        self._calls.clear()
        self._days.clear()


def burst_headers(settings: Settings, remaining: int) -> dict[str, str]:
    """Return the headers every answer but a search's carries."""
    return {
        "X-HubSpot-RateLimit-Max": str(settings.burstLimit),
        "X-HubSpot-RateLimit-Remaining": str(remaining),
        "X-HubSpot-RateLimit-Interval-Milliseconds": str(int(settings.burstSeconds * 1000)),
    }


def daily_headers(settings: Settings, remaining: int) -> dict[str, str]:
    """Return the headers of an account with a daily limit; OAuth apps from the marketplace have none."""
    return {
        "X-HubSpot-RateLimit-Daily": str(settings.dailyLimit),
        "X-HubSpot-RateLimit-Daily-Remaining": str(remaining),
    }


def limited_body(policy: str, correlation_id: str) -> dict[str, Any]:
    """Return the body of a 429. HubSpot documents no Retry-After beside it."""
    return {
        "status": "error",
        "message": MESSAGES.get(policy, f"You have reached your {policy.lower()} limit."),
        "errorType": "RATE_LIMIT",
        "correlationId": correlation_id,
        "policyName": policy,
        "groupName": "publicapi:crm:default",
    }
