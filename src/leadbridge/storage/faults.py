"""What can go wrong with a store, drawn from a seed: the memory engine misbehaves as it is told here.

    MemoryEngine(faults=Faults(random.Random(1), conflict=0.1, unknown=0.1, crash=0.01))

Each share is that of the writes it befalls, between 0 and 1; all are 0 unless given. The same seed and the same order
of calls give the same faults.
"""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass
from enum import Enum, auto

from leadbridge.kit.errors import Unavailable


class Fate(Enum):
    """What becomes of one write."""

    NONE = auto()
    CONFLICT = auto()
    RIVAL = auto()
    UNKNOWN_DROPPED = auto()
    UNKNOWN_APPLIED = auto()
    UNKNOWN_LATE = auto()
    CRASH_BEFORE = auto()
    CRASH_AFTER = auto()


class Crashed(Unavailable):
    """The store's process died. What was answered is kept, what was not is there whole or not at all."""

    default_code = "store_crashed"
    default_hint = "Start the store again."


@dataclass(slots=True)
class Faults:
    """How often each fault happens. ``rng`` is used for nothing else, or histories do not repeat."""

    rng: random.Random
    conflict: float = 0.0
    """Answered ``Conflict`` although every precondition holds (as a database's own write conflict is)."""
    rival: float = 0.0
    """Somebody else really writes a document of the batch just before it: its ``rev`` rises, its fields stay."""
    unknown: float = 0.0
    """``OutcomeUnknown``: a third each was not applied, was applied, and is applied only after the witness was read."""
    lost_afters: float = 0.0
    """What follows a commit is lost, the commit is not."""
    crash: float = 0.0
    """The engine crashes, half of the times just before the commit and half just after it; nobody is answered."""
    pauses: int = 0
    """Turns of the event loop, at most, that a write waits for its commit, so that others come in between."""

    def __post_init__(self) -> None:
        shares = (self.conflict, self.rival, self.unknown, self.crash)
        if any(share < 0 for share in shares) or sum(shares) > 1 or not 0 <= self.lost_afters <= 1:
            raise ValueError("the shares of faults are at least 0 and at most 1 in all")

    def fate(self) -> Fate:
        """Return what becomes of the next write."""
        at = self.rng.random()
        for share, fates in (
            (self.conflict, (Fate.CONFLICT,)),
            (self.rival, (Fate.RIVAL,)),
            (self.unknown, (Fate.UNKNOWN_DROPPED, Fate.UNKNOWN_APPLIED, Fate.UNKNOWN_LATE)),
            (self.crash, (Fate.CRASH_BEFORE, Fate.CRASH_AFTER)),
        ):
            if at < share:
                return self.rng.choice(fates)
            at -= share
        return Fate.NONE

    def loses_afters(self) -> bool:
        """Tell whether what follows the next commit is lost."""
        return self.lost_afters > 0 and self.rng.random() < self.lost_afters

    async def pause(self) -> None:
        """Let others in, as waiting for a disk or a server does."""
        for _ in range(self.rng.randint(0, self.pauses) if self.pauses else 0):
            await asyncio.sleep(0)
