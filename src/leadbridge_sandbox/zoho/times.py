"""Zoho's times: ISO-8601 in whole seconds, with the offset of the organisation's zone."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo


@lru_cache(maxsize=8192)
def iso(at: int, zone: str) -> str:
    """Return a time in seconds since 1970-01-01 UTC as the organisation's people see it."""
    return datetime.fromtimestamp(at, ZoneInfo(zone)).isoformat(timespec="seconds")


def seconds_of(text: str) -> int | None:
    """Return a text's time in seconds since 1970-01-01 UTC, or None if it is no time with an offset."""
    try:
        # a `+` that was not escaped in a query arrives as a space
        moment = datetime.fromisoformat(text.strip().replace(" ", "+") if text.count(" ") == 1 else text.strip())
    except ValueError:
        return None
    return None if moment.tzinfo is None else int(moment.timestamp() // 1)
