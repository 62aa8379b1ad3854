"""The sandbox's clock: it follows the machine until a test shifts, advances or freezes it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime


def wall_ms() -> int:
    """Return the machine's time in milliseconds since 1970-01-01 UTC."""
    return time.time_ns() // 1_000_000


def iso_ms(at_ms: int) -> str:
    """Return a time in milliseconds as ISO-8601 UTC with three decimals and `Z`."""
    moment = datetime.fromtimestamp(at_ms // 1000, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{at_ms % 1000:03d}Z"


@dataclass(slots=True)
class ClockState:
    """What outlives a restart: the shift against the machine's clock, or the moment it stands still at."""

    offset_ms: int = 0
    frozen_at_ms: int | None = None


class Clock:
    """A settable clock. Vendor times (token expiry, record times) come from it, so a test need not wait."""

    def __init__(
        self,
        state: ClockState | None = None,
        wall: Callable[[], int] = wall_ms,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.state = state or ClockState()
        self._wall = wall
        self._monotonic = monotonic
        self._skipped_s = 0.0
        self._latest_ms = 0

    def now_ms(self) -> int:
        """Return the current time in milliseconds since 1970-01-01 UTC."""
        if self.state.frozen_at_ms is not None:
            return self.state.frozen_at_ms
        return self._wall() + self.state.offset_ms

    def latest_ms(self) -> int:
        """Return the latest time that was ever asked for: what is finished stays so when the clock is set back."""
        self._latest_ms = max(self._latest_ms, self.now_ms())
        return self._latest_ms

    def ticks(self) -> float:
        """Return seconds for rate-limit windows: never frozen or set back, moved on by `advance`.

        A frozen clock must not turn a rate limit into one that never ends.
        """
        return self._monotonic() + self._skipped_s

    def set_offset(self, offset_ms: int) -> None:
        """Follow the machine's clock again, shifted by this many milliseconds."""
        self.state.offset_ms = offset_ms
        self.state.frozen_at_ms = None

    def advance(self, by_ms: int) -> None:
        """Move the time, frozen or not; a negative number moves it back."""
        if self.state.frozen_at_ms is not None:
            self.state.frozen_at_ms += by_ms
        else:
            self.state.offset_ms += by_ms
        self._skipped_s += max(0, by_ms) / 1000

    def freeze(self, at_ms: int | None = None) -> None:
        """Stand still, now or at the given time."""
        self.state.frozen_at_ms = self.now_ms() if at_ms is None else at_ms

    def unfreeze(self) -> None:
        """Run again from the moment the clock stands at."""
        if self.state.frozen_at_ms is not None:
            self.state.offset_ms = self.state.frozen_at_ms - self._wall()
            self.state.frozen_at_ms = None
