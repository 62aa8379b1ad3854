"""When a delivery is tried again. Pure."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import datetime, timedelta

from leadbridge.automation.delivery.answers import Answer

SCHEDULE: tuple[float, ...] = (5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400)
"""Seconds between the tries, as Standard Webhooks 1.0.0 advises: ten tries over about three days."""


def next_try(
    answer: Answer,
    failed: int,
    now: datetime,
    expires_at: datetime | None,
    schedule: Sequence[float] | None,
    rng: random.Random,
) -> datetime | None:
    """Return when an execution is tried again after ``failed`` failed tries; None where that was the last one.

    The pause is drawn evenly from the upper half of the schedule's, so that what failed together does not come back
    together, and an endpoint always has at least half of it. What the receiver asked for, or its class of answer
    needs, lengthens the pause and never shortens it. No try begins later than ``expires_at``.
    """
    pauses = SCHEDULE if schedule is None else schedule
    if failed > len(pauses):
        return None
    pause = pauses[failed - 1] * rng.uniform(0.5, 1.0)
    least = max(answer.kind.least_pause, answer.retry_after or 0.0)
    if least > pause:
        # spread as well: whatever was refused at one moment was told the same number
        pause = least * rng.uniform(1.0, 1.1)
    due = now + timedelta(milliseconds=round(pause * 1000))
    return None if expires_at is not None and due > expires_at else due
