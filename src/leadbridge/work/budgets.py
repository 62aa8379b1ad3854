"""Budgets: how fast one vendor account is called by everybody together.

The limits of a CRM belong to the account there, whoever of us calls it. One document an account holds a bucket of
calls; processes take calls from it in blocks of at most a second's worth, so that the document is written about once a
second by each. A fifth of the bucket is kept for live work and for people who wait.

Some vendors limit how many calls are under way at once. The same document names the processes that have lately taken
calls, and each lets through its part of the limit; a process that is new is seen by the others within a second. A
vendor that says "slow down" halves what a process lets through; one call more a minute comes back.
"""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from collections import OrderedDict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from leadbridge.kit.clock import Clock, to_millis
from leadbridge.storage.batch import WriteBatch
from leadbridge.storage.store import Contention, Store
from leadbridge.work.daily import Daily
from leadbridge.work.model import BUDGETS, Budget

BURST_SHARE = 0.05
"""The share of a window's calls that may go out at once. With a refill of the rest over the window, no window of any
position sees more calls than the vendor allows. It is what long work loses of the vendor's rate, so it is small."""
RESERVED_SHARE = 0.2
BLOCK_SECONDS = 1.0
MAX_ACCOUNTS = 10_000
CONTENDED_PAUSE = 0.05
PRESENCE = 5_000
"""How long a process counts as calling an account after its last block, in milliseconds."""
RECOVERY_SECONDS = 60.0
"""After a vendor said "slow down", one more call may be under way for every so many seconds without another refusal."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """What a vendor allows: ``calls`` in any window of ``seconds``."""

    calls: float
    seconds: float

    @property
    def burst(self) -> float:
        """Calls that may go out at once after a pause."""
        return max(1.0, self.calls * BURST_SHARE)

    @property
    def rate(self) -> float:
        """Calls a second that come back."""
        return max(1.0, self.calls - self.burst) / self.seconds


@dataclass(frozen=True, slots=True)
class Grant:
    """How many calls were granted and what the budget then is; where none, the seconds to ``wait`` before asking."""

    calls: int
    budget: Budget
    wait: float = 0.0


def grant(budget: Budget, allowed: Allowance, now: int, *, urgent: bool) -> Grant:
    """Return the block that a caller gets from ``budget`` at ``now`` (milliseconds since 1970). Pure."""
    filled = refilled(budget, allowed, now)
    tokens = filled.tokens
    if budget.shut_until > now:
        return Grant(0, filled, (budget.shut_until - now) / 1000)
    # with a bucket of a few calls a fifth is less than one: the last one is kept
    reserved = 0.0 if urgent or allowed.burst < 2 else max(1.0, allowed.burst * RESERVED_SHARE)
    free = tokens - reserved
    calls = min(int(free), max(1, int(allowed.rate * BLOCK_SECONDS)))
    if calls < 1:
        return Grant(0, filled, max(0.001, (1 - free) / allowed.rate))
    return Grant(calls, filled.model_copy(update={"tokens": tokens - calls}))


def present(budget: Budget, holder: str, now: int) -> Budget:
    """Return the budget with ``holder`` among those who call the account, and without those who no longer do."""
    others = [one for one in budget.holders if int(one.rpartition(":")[2]) > now and one.rpartition(":")[0] != holder]
    return budget.model_copy(update={"holders": (*others, f"{holder}:{now + PRESENCE}")})


def refilled(budget: Budget, allowed: Allowance, now: int) -> Budget:
    """Return ``budget`` as it is at ``now``; a clock that went back adds nothing. Pure."""
    gained = max(0, now - budget.at) / 1000 * allowed.rate
    return budget.model_copy(update={"tokens": min(allowed.burst, budget.tokens + gained), "at": max(now, budget.at)})


def account_key(provider: str, account: str, environment: str) -> str:
    """Return the id of an account's budget: a hash, so that no tenant's account is legible in another's trace."""
    named = "\0".join((provider, account, environment)).encode()
    return f"{provider}:{hashlib.sha256(named).hexdigest()[:32]}"


@dataclass(slots=True)
class _Block:
    calls: int
    ends: float


@dataclass(slots=True)
class _Gate:
    """The calls of one account that this process has under way, and who waits to make one."""

    sharers: int = 1
    under_way: int = 0
    at_once: int = 0
    """The vendor's limit, for all processes together."""
    fewer: int | None = None
    """What was let through after the last "slow down", at the time ``fewer_at`` (monotonic seconds)."""
    fewer_at: float = 0.0
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)


class Budgets:
    """The budgets of all accounts, as one process spends them."""

    def __init__(self, store: Store, clock: Clock, name: str | None = None) -> None:
        self._store, self._clock = store, clock
        self._name = name or secrets.token_hex(6)
        self.daily = Daily(store, clock)
        self._blocks: OrderedDict[tuple[str, bool], _Block] = OrderedDict()
        self._gates: OrderedDict[str, _Gate] = OrderedDict()

    @asynccontextmanager
    async def under_way(self, account: str, at_once: int) -> AsyncIterator[None]:
        """Hold one of the calls to ``account`` that may be under way at once (0: any number) for the ``with`` block.

        Of ``at_once`` this process has its part, at least one call, as the last block of calls told.
        """
        if not at_once:
            yield
            return
        gate = self._gate(account)
        async with gate.changed:
            gate.at_once = at_once
            await gate.changed.wait_for(lambda: gate.under_way < self._room(gate))
            gate.under_way += 1
        try:
            yield
        finally:
            async with gate.changed:
                gate.under_way -= 1
                gate.changed.notify_all()

    def _room(self, gate: _Gate) -> int:
        """Return how many calls this process may have under way now."""
        part = max(1, gate.at_once // gate.sharers)
        if gate.fewer is None:
            return part
        recovered = int((self._clock.monotonic() - gate.fewer_at) // RECOVERY_SECONDS)
        return min(part, gate.fewer + recovered)

    def _gate(self, account: str) -> _Gate:
        gate = self._gates.setdefault(account, _Gate())
        self._gates.move_to_end(account)
        if len(self._gates) > MAX_ACCOUNTS and not next(iter(self._gates.values())).under_way:
            self._gates.popitem(last=False)
        return gate

    async def turn(self, account: str, allowed: Allowance, *, urgent: bool) -> None:
        """Return when ``account`` (see ``account_key``) may be called once more."""
        while (wait := await self.take(account, allowed, urgent=urgent)) > 0:
            await self._clock.sleep(wait)

    async def take(self, account: str, allowed: Allowance, *, urgent: bool) -> float:
        """Take one call; return 0, or the seconds to wait before asking again."""
        block = self._blocks.get((account, urgent))
        if block is None or block.calls < 1 or self._clock.monotonic() >= block.ends:
            # calls of a block that was not used up in its second are gone: the vendor's window has moved on
            try:
                granted = await self._grant(account, allowed, urgent)
            except Contention:
                return CONTENDED_PAUSE
            if granted.calls < 1:
                return granted.wait
            block = _Block(granted.calls, self._clock.monotonic() + BLOCK_SECONDS)
            self._blocks[account, urgent] = block
            if len(self._blocks) > MAX_ACCOUNTS:
                self._blocks.popitem(last=False)
        block.calls -= 1
        self._blocks.move_to_end((account, urgent))
        return 0.0

    async def told(
        self, account: str, allowed: Allowance, *, remaining: int | None = None, shut_for: float | None = None
    ) -> None:
        """Take in what an answer says: calls ``remaining`` in the window, or none at all for ``shut_for`` seconds."""
        if shut_for is not None and (gate := self._gate(account)).at_once:
            gate.fewer, gate.fewer_at = max(1, self._room(gate) // 2), self._clock.monotonic()
        if shut_for is None and (remaining is None or remaining >= allowed.burst):
            return  # more than the bucket ever holds: nothing is read for that
        now = to_millis(self._clock.now())

        async def build() -> tuple[WriteBatch | None, None]:
            budget = await self._budget(account, allowed, now)
            filled = refilled(budget, allowed, now)
            tokens = budget.tokens if remaining is None else min(filled.tokens, float(remaining))
            shut = budget.shut_until if shut_for is None else max(budget.shut_until, now + round(shut_for * 1000))
            if remaining is not None and filled.tokens <= remaining and shut == budget.shut_until:
                return None, None  # nothing that we did not know: most answers write nothing
            at = budget.at if remaining is None else filled.at
            return _put(budget, budget.model_copy(update={"tokens": tokens, "at": at, "shut_until": shut})), None

        await self._store.attempt(build)
        if shut_for is not None or remaining == 0:
            self._blocks.pop((account, True), None)
            self._blocks.pop((account, False), None)

    async def _grant(self, account: str, allowed: Allowance, urgent: bool) -> Grant:
        async def build() -> tuple[WriteBatch | None, Grant]:
            now = to_millis(self._clock.now())
            budget = await self._budget(account, allowed, now)
            granted = grant(budget, allowed, now, urgent=urgent)
            if not granted.calls:
                return None, granted
            seen = present(granted.budget, self._name, now)
            return _put(budget, seen), Grant(granted.calls, seen)

        granted = await self._store.attempt(build)
        if granted.calls:
            self._gate(account).sharers = len(granted.budget.holders)
        return granted

    async def _budget(self, account: str, allowed: Allowance, now: int) -> Budget:
        found = await self._store[BUDGETS].across_companies().get(account)
        return found or Budget(id=account, tokens=allowed.burst, at=now)


def _put(before: Budget, after: Budget) -> WriteBatch:
    """Return the batch that stores ``after`` where ``before`` is still what is stored."""
    return WriteBatch().insert(BUDGETS, after) if before.rev == 0 else WriteBatch().replace(BUDGETS, after)
