"""How much of an account's calls of the day is used up, by whomever: what background work asks before it goes on.

Vendors tell it with their answers. One document an account holds what was told last, for all processes; it is written
when it moves by a hundredth, and believed for a quarter of an hour. After that one background call finds out anew.
"""

from __future__ import annotations

from collections import OrderedDict
from datetime import timedelta

from leadbridge.kit.clock import Clock, to_millis
from leadbridge.storage.batch import WriteBatch
from leadbridge.storage.store import Store
from leadbridge.work.model import BUDGETS, Budget

DEFAULT_SHARE = 0.8
"""The part of a day's calls that background work may see used up, until a tenant says otherwise."""
BELIEVED = timedelta(minutes=15)
STEP = 0.01
READ_SECONDS = 15.0
"""How long a process goes by what it has read."""
MAX_ACCOUNTS = 10_000


class Daily:
    """The day's calls of all accounts, as one process knows them."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock
        self._read: OrderedDict[str, tuple[float, Budget | None]] = OrderedDict()

    async def told(self, account: str, *, left: int, limit: int) -> None:
        """Take in what an answer says of the account's day."""
        used, now = 1.0 - left / max(1, limit), to_millis(self._clock.now())
        known = await self._known(account)
        if known is not None and abs(known.tokens - used) < STEP and now - known.at < _millis(BELIEVED) / 2:
            return

        async def build() -> tuple[WriteBatch, Budget]:
            before = await self._store[BUDGETS].across_companies().get(_key(account))
            after = Budget(id=_key(account), tokens=used, at=now)
            if before is None:
                return WriteBatch().insert(BUDGETS, after), after
            after = before.model_copy(update={"tokens": used, "at": now})
            return WriteBatch().replace(BUDGETS, after), after

        self._remember(account, await self._store.attempt(build))

    async def used(self, account: str) -> float | None:
        """Return the part of the day's calls that is used up, 0 to 1; None where it is not known, or not lately."""
        known = await self._known(account)
        if known is None or to_millis(self._clock.now()) - known.at >= _millis(BELIEVED):
            return None
        return known.tokens

    async def _known(self, account: str) -> Budget | None:
        read = self._read.get(account)
        if read is not None and self._clock.monotonic() - read[0] < READ_SECONDS:
            return read[1]
        return self._remember(account, await self._store[BUDGETS].across_companies().get(_key(account)))

    def _remember(self, account: str, known: Budget | None) -> Budget | None:
        self._read[account] = (self._clock.monotonic(), known)
        self._read.move_to_end(account)
        if len(self._read) > MAX_ACCOUNTS:
            self._read.popitem(last=False)
        return known


def _key(account: str) -> str:
    return f"{account}|day"


def _millis(span: timedelta) -> int:
    return round(span.total_seconds() * 1000)
