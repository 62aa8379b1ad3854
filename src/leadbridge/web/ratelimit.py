"""Request rate limits that hold across processes: token buckets in the store, leased in blocks.

A bucket holds one minute's worth of requests and fills evenly. A process takes a block of them out of the store by a
conditional update and spends it from memory, so that a busy caller costs one write in about three seconds and no
process ever lets more through than it took. What it does not spend in time it gives back with its next lease; a
process that ends takes at most one block with it.
"""

from __future__ import annotations

import asyncio
import math
from collections import OrderedDict
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import timedelta

import structlog

from leadbridge.kit.clock import Clock, to_millis
from leadbridge.kit.errors import TooMany
from leadbridge.storage.batch import Applied, WriteBatch
from leadbridge.storage.store import Contention, Store
from leadbridge.web.model import BUCKETS, RateBucket

PERIOD = 60.0
"""Seconds for which a limit counts."""
BLOCKS = 20
"""A block is this part of a limit."""
LEASE_SECONDS = 10.0
MAX_KNOWN = 20_000
_ROUNDS = 20
_SWEPT_AT_ONCE = 100

log = structlog.get_logger("leadbridge.limits")


@dataclass(frozen=True, slots=True)
class Rule:
    """At most ``limit`` requests a minute for ``whom``; ``name`` is what the caller is told is limited."""

    name: str
    whom: str
    limit: int

    @property
    def key(self) -> str:
        """The id of the rule's bucket."""
        return f"{self.name}:{self.whom}"


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a request may go on. ``wait`` is seconds until the next may, 0 where this one does."""

    rule: Rule
    allowed: bool
    remaining: int
    wait: float

    @property
    def headers(self) -> dict[str, str]:
        """The headers that tell a caller where it stands (draft-ietf-httpapi-ratelimit-headers, three-field form)."""
        missing = self.rule.limit - self.remaining
        reset = self.wait if not self.allowed else missing * PERIOD / self.rule.limit
        told = {
            "ratelimit-limit": str(self.rule.limit),
            "ratelimit-remaining": str(self.remaining),
            "ratelimit-reset": str(math.ceil(reset)),
        }
        if not self.allowed:
            told["retry-after"] = str(max(1, math.ceil(self.wait)))
        return told

    def refusal(self) -> TooMany:
        """Return the error for a request that may not go on."""
        return TooMany(
            f"More than {self.rule.limit} requests a minute came from this {self.rule.name.replace('_', ' ')}.",
            hint="Wait for the seconds in 'Retry-After', then go on more slowly.",
            details={"limit": self.rule.limit, "per": "minute", "of": self.rule.name},
            headers=self.headers,
        )


@dataclass(slots=True)
class _Front:
    """What this process holds of a bucket."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    tokens: int = 0
    leased_at: float = 0.0
    empty_until: float = 0.0
    level: float = 0.0
    """What was left in the store at ``seen_at``."""
    seen_at: float = 0.0


class RateLimiter:
    """Counts requests. One for a hub."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._fronts: OrderedDict[str, _Front] = OrderedDict()

    async def take(self, rules: Sequence[Rule]) -> Verdict | None:
        """Count one request against all ``rules`` or, where one refuses it, against none.

        Returns the verdict of the rule that refuses, or of the tightest; None without rules. Limit 0 turns a rule off.
        """
        rules = sorted({rule.key: rule for rule in rules if rule.limit > 0}.values(), key=lambda rule: rule.key)
        if not rules:
            return None
        for _ in range(_ROUNDS):
            now = self._clock.monotonic()
            fronts = [self._front(rule) for rule in rules]
            for rule, front in zip(rules, fronts, strict=True):
                if front.empty_until > now:
                    return Verdict(rule, False, 0, front.empty_until - now)
            if all(_has(front, now) for front in fronts):
                for front in fronts:
                    front.tokens -= 1
                pairs = zip(rules, fronts, strict=True)
                verdicts = [Verdict(rule, True, _left(rule, front, now), 0.0) for rule, front in pairs]
                return min(verdicts, key=share_left)
            try:
                await self._lease(rules)
            except Contention:
                break
        # A limit is a courtesy between tenants, not a lock: where the store keeps being contended the request goes on.
        log.warning("rate_limit_contended", rules=[rule.name for rule in rules])
        return Verdict(rules[0], True, 0, 0.0)

    def empty(self, rule: Rule) -> Verdict | None:
        """Return a refusal where this process knows the bucket to be empty; counts nothing and reads nothing."""
        front = self._fronts.get(rule.key)
        now = self._clock.monotonic()
        if rule.limit <= 0 or front is None or front.empty_until <= now:
            return None
        return Verdict(rule, False, 0, front.empty_until - now)

    async def sweep(self) -> int:
        """Delete buckets that are full again; returns how many."""
        removed = 0
        buckets = self._store[BUCKETS].across_companies()
        while page := (await buckets.find(order=["expiresAt"], high=self._clock.now(), limit=_SWEPT_AT_ONCE)).items:
            batch = WriteBatch()
            for bucket in page:
                batch.delete(BUCKETS, None, bucket.id, rev=bucket.rev)
            if not isinstance(await self._store.write(batch), Applied):
                break  # one is in use again; the next sweep goes on
            removed += len(page)
        return removed

    def _front(self, rule: Rule) -> _Front:
        front = self._fronts.get(rule.key)
        if front is None:
            front = self._fronts[rule.key] = _Front()
            if len(self._fronts) > MAX_KNOWN:
                self._fronts.popitem(last=False)
        self._fronts.move_to_end(rule.key)
        return front

    async def _lease(self, rules: Sequence[Rule]) -> None:
        """Fill the fronts of those rules that need it, all in one batch; where one is empty, none is filled."""
        fronts = {rule.key: self._front(rule) for rule in rules}
        async with AsyncExitStack() as held:
            for rule in rules:  # in the order of their keys, so that two callers never wait for each other
                await held.enter_async_context(fronts[rule.key].lock)
            now = self._clock.monotonic()
            lacking = [rule for rule in rules if not _has(fronts[rule.key], now)]
            if not lacking or any(fronts[rule.key].empty_until > now for rule in lacking):
                return

            async def build() -> tuple[WriteBatch | None, dict[str, tuple[int, float]] | None]:
                found = await self._store[BUCKETS].across_companies().get_many([rule.key for rule in lacking])
                at = to_millis(self._clock.now())
                batch, granted = WriteBatch(), dict[str, tuple[int, float]]()
                for rule in lacking:
                    bucket, front = found.get(rule.key), fronts[rule.key]
                    level = level_of(rule, bucket, at, front.tokens)
                    if level < 1:
                        front.empty_until = self._clock.monotonic() + (1 - level) * PERIOD / rule.limit
                        return None, None
                    grant = min(block_of(rule), math.floor(level))
                    granted[rule.key] = grant, level - grant
                    _write(batch, rule, bucket, level - grant, at, self._clock)
                return batch, granted

            granted = await self._store.attempt(build)
            now = self._clock.monotonic()
            for key, (grant, level) in (granted or {}).items():
                front = fronts[key]
                front.tokens, front.leased_at, front.empty_until = grant, now, 0.0
                front.level, front.seen_at = level, now


def share_left(verdict: Verdict) -> float:
    """Return how much of its limit a caller has left, from 0 to 1: what verdicts are compared by."""
    return verdict.remaining / verdict.rule.limit


def block_of(rule: Rule) -> int:
    """Return how many requests a process takes out of a bucket at once."""
    return max(1, rule.limit // BLOCKS)


def level_of(rule: Rule, bucket: RateBucket | None, at: int, returned: int = 0) -> float:
    """Return how full a bucket is at ``at`` (ms), with what is given back; never more than a minute's worth."""
    if bucket is None:
        return float(rule.limit)
    filled = bucket.level + returned + max(0, at - bucket.at) * rule.limit / (PERIOD * 1000)
    return min(float(rule.limit), filled)


def _write(batch: WriteBatch, rule: Rule, bucket: RateBucket | None, level: float, at: int, clock: Clock) -> None:
    expires = clock.now() + timedelta(seconds=2 * PERIOD)
    if bucket is None:
        batch.insert(BUCKETS, RateBucket(id=rule.key, level=level, at=at, expires_at=expires))
        return
    values = {"level": level, "at": max(at, bucket.at), "expiresAt": expires}
    batch.patch(BUCKETS, None, rule.key, values=values, rev=bucket.rev)


def _has(front: _Front, now: float) -> bool:
    return front.tokens > 0 and now - front.leased_at < LEASE_SECONDS


def _left(rule: Rule, front: _Front, now: float) -> int:
    filled = min(float(rule.limit), front.level + (now - front.seen_at) * rule.limit / PERIOD)
    return min(rule.limit - 1, front.tokens + math.floor(filled))
