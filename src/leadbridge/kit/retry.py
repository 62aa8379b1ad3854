"""Decisions about trying again, as pure functions of what is known."""

from __future__ import annotations

import random


def backoff(attempt: int, *, base: float, cap: float, rng: random.Random) -> float:
    """Return seconds to wait after failed try number ``attempt`` (from 1): full jitter below a doubling bound."""
    return rng.uniform(0, min(cap, base * 2 ** (attempt - 1)))
