"""What every turn of a worker shares."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

from leadbridge.kit.clock import Clock
from leadbridge.work.handlers import Handlers
from leadbridge.work.lanes import LaneStore
from leadbridge.work.metrics import WorkMetrics


@dataclass(frozen=True, slots=True)
class Pace:
    """How a turn goes, in seconds: its length, and how often it stores results and looks for live tasks."""

    turn: float = 2.0
    flush: float = 0.02
    flush_count: int = 100
    live: float = 0.05
    longest_pause: float = 0.25
    """A turn waits this long for its rate; beyond that the lane is given back."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What every turn of a worker shares."""

    lanes: LaneStore
    handlers: Handlers
    clock: Clock
    rng: random.Random
    metrics: WorkMetrics
    pace: Pace
    stopping: Callable[[], bool]
