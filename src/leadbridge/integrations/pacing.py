"""How fast a vendor account is called: a bucket of calls, corrected by what the vendor's answers tell.

The budget belongs to the account, not to the connection: two connections to one account share it.
"""

from __future__ import annotations

from collections import OrderedDict

from leadbridge.crm.provider import Pace
from leadbridge.kit.clock import Clock

MAX_ACCOUNTS = 10_000
BURST_SHARE = 0.25
"""The share of a window's calls that may go out at once after a pause.

A full bucket plus a window's refill would be twice the limit inside one window. With a burst of ``b`` and a refill of
``calls - b`` a window, no window of any position sees more than ``calls``.
"""


class Bucket:
    """Calls that may go out now. Pure: time is given in seconds of a clock that never goes back."""

    def __init__(self, pace: Pace, now: float) -> None:
        self.burst = max(1.0, pace.calls * BURST_SHARE)
        self.rate = max(1.0, pace.calls - self.burst) / pace.seconds
        self._calls = self.burst
        self._at = now
        self._shut_until = now

    def take(self, now: float) -> float:
        """Reserve one call and return how many seconds to wait before making it."""
        if now > self._at:
            self._calls = min(self.burst, self._calls + (now - self._at) * self.rate)
            self._at = now
        self._calls -= 1
        wait = 0.0 if self._calls >= 0 else -self._calls / self.rate
        return max(wait, self._shut_until - now)

    def shut(self, until: float) -> None:
        """Let no call out before ``until``: the vendor said so."""
        self._shut_until = max(self._shut_until, until)

    def correct(self, remaining: int) -> None:
        """Lower the bucket to what the vendor says is left; others may share the account."""
        self._calls = min(self._calls, float(remaining))


class Pacer:
    """The buckets of every vendor account that this process calls."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._buckets: OrderedDict[str, Bucket] = OrderedDict()

    async def turn(self, account: str, pace: Pace) -> None:
        """Return when the account may be called again."""
        wait = self._bucket(account, pace).take(self._clock.monotonic())
        if wait > 0:
            await self._clock.sleep(wait)

    def told(self, account: str, pace: Pace, *, remaining: int | None = None, shut_for: float | None = None) -> None:
        """Take in what an answer says about the account's budget."""
        bucket = self._bucket(account, pace)
        if remaining is not None:
            bucket.correct(remaining)
        if shut_for is not None:
            bucket.shut(self._clock.monotonic() + shut_for)

    def _bucket(self, account: str, pace: Pace) -> Bucket:
        bucket = self._buckets.get(account)
        if bucket is None:
            bucket = self._buckets[account] = Bucket(pace, self._clock.monotonic())
            if len(self._buckets) > MAX_ACCOUNTS:
                self._buckets.popitem(last=False)
        self._buckets.move_to_end(account)
        return bucket
