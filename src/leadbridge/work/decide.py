"""The decisions of the work engine, as pure functions: what is tried again, who is next, what is called at all.

Times are whole milliseconds since 1970 unless a name says seconds.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Literal

import msgspec

from leadbridge.kit.retry import backoff
from leadbridge.work.model import Breaker, Lane, LaneState, Paced, Rate, Task

UNIT = 1000
"""Virtual time that one task costs a company of weight 1."""
MAX_CRASHES = 3
ORDER_HOLD_MAX = 15 * 60 * 1000
"""How long a task waits for an earlier one of its order key that keeps failing."""
SLOW_PAUSE, SLOW_PAUSE_MAX = 1.0, 3600.0
"""Seconds for which a lane stands still at least, and at most, whose other side is called too often."""
SLOWEST, QUICKER = 1 / 16, 1 / 50
RETRY_AFTER_MAX = 24 * 60 * 60.0
"""Seconds: a vendor's Retry-After beyond a day is taken for a day."""


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often a task is tried in all, and how long is waited in between (seconds, full jitter, doubling)."""

    attempts: int = 8
    base: float = 2.0
    cap: float = 900.0


def next_try(policy: RetryPolicy, attempt: int, now: int, retry_after: float | None, rng: random.Random) -> int | None:
    """Return when to try again after failed try number ``attempt`` (from 1), or None where it was the last.

    ``retry_after`` (seconds, as the other side asked) lengthens our own pause and never shortens it.
    """
    if attempt >= policy.attempts:
        return None
    pause = backoff(attempt, base=policy.base, cap=policy.cap, rng=rng)
    if retry_after is not None:
        pause = max(pause, min(retry_after, RETRY_AFTER_MAX))
    return now + max(1, round(pause * 1000))


def unfit(task: Task, now: int) -> str | None:
    """Return the code with which a task goes to the dead letters instead of being run, or None."""
    if task.crashes >= MAX_CRASHES:
        return "crashed"
    if task.expires_at is not None and task.expires_at <= now:
        return "expired"
    return None


def charge(vt: int, units: int, weight: int, floor: int | None) -> int:
    """Return a company's virtual time after ``units`` tasks.

    It is lifted to ``floor``, the lowest virtual time that is still being served: who was quiet for a month has not
    saved up a month.
    """
    charged = vt + units * UNIT // max(1, weight)
    return charged if floor is None else max(charged, floor)


def choose(ready: Sequence[Lane], busy: Mapping[str, int], slots: int) -> list[Lane]:
    """Return which of ``ready`` (in order of virtual time) get a turn now, given the turns each company has.

    A company has at most half of the slots while another company's lane is ready, and never the last one, so that a
    company which comes later finds a free one.
    """
    turns = dict(busy)
    free = slots - sum(turns.values())
    chosen: list[Lane] = []
    passed: list[Lane] = []
    for lane in ready:
        if len(chosen) >= free:
            return chosen
        if turns.get(lane.company_id, 0) >= max(1, slots // 2):
            passed.append(lane)
            continue
        chosen.append(lane)
        turns[lane.company_id] = turns.get(lane.company_id, 0) + 1
    for lane in passed:
        if len(chosen) >= free - 1:
            break
        chosen.append(lane)
    return chosen


@dataclass(frozen=True, slots=True)
class Away:
    """How a lane is left: its state, when it is due, and whether its rate or breaker holds it."""

    state: Literal[LaneState.READY, LaneState.DELAYED, LaneState.IDLE]
    at: int
    held: bool = False


def leaving(first_due: int | None, now: int, hold_until: int) -> Away:
    """Return how a lane is left whose earliest task is due at ``first_due`` (None: it has none)."""
    if first_due is None:
        return Away(LaneState.IDLE, now)
    if hold_until > now:
        return Away(LaneState.DELAYED, max(hold_until, first_due), held=hold_until >= first_due)
    return Away(LaneState.READY, now) if first_due <= now else Away(LaneState.DELAYED, first_due)


# the token bucket


def refilled(rate: Rate, now: int) -> Rate:
    """Return the bucket as it is at ``now``; a clock that went back adds nothing."""
    gained = max(0, now - rate.at) / 1000 * rate.per_sec * rate.share
    return msgspec.structs.replace(rate, tokens=min(rate.burst, rate.tokens + gained), at=max(now, rate.at))


def spend(rate: Rate | None, now: int) -> tuple[Rate | None, int]:
    """Take one token; return the bucket and 0, or the bucket untouched and the milliseconds until it has one."""
    if rate is None:
        return None, 0
    full = refilled(rate, now)
    if full.tokens >= 1:
        return msgspec.structs.replace(full, tokens=full.tokens - 1), 0
    return full, max(1, full.at - now + round((1 - full.tokens) / (rate.per_sec * rate.share) * 1000))


def fitted(rate: Rate | None, paced: Paced | None) -> Rate | None:
    """Return the bucket as the lane's settings want it; what it has left stays, up to its new size."""
    if paced is None:
        return rate
    if rate is None:
        return Rate(tokens=paced.burst, at=0, per_sec=paced.per_sec, burst=paced.burst)
    return msgspec.structs.replace(rate, tokens=min(rate.tokens, paced.burst), per_sec=paced.per_sec, burst=paced.burst)


def slowed(rate: Rate | None, now: int, pause: float) -> Rate | None:
    """Return the bucket after the other side said that it is called too often: empty for ``pause`` seconds.

    From then on it fills half as quickly, at the least with a sixteenth of its rate. Further answers of this sort
    before the pause is over, to calls that were under way, lengthen the pause only.
    """
    if rate is None:
        return None
    until = now + round(max(SLOW_PAUSE, min(pause, SLOW_PAUSE_MAX)) * 1000)
    if rate.at > now:
        return msgspec.structs.replace(rate, at=max(rate.at, until))
    return msgspec.structs.replace(rate, tokens=0.0, at=until, share=max(SLOWEST, rate.share / 2))


def quickened(rate: Rate | None) -> Rate | None:
    """Return the bucket after a good answer: a slowed one comes back to its rate in steps."""
    if rate is None or rate.share >= 1:
        return rate
    return msgspec.structs.replace(rate, share=min(1.0, rate.share + QUICKER))


# the breaker


@dataclass(frozen=True, slots=True)
class BreakerPolicy:
    """After ``fails`` failures in a row nothing is called for ``pause`` seconds, doubling up to ``longest``."""

    fails: int = 5
    pause: float = 10.0
    longest: float = 600.0


def allowance(breaker: Breaker, now: int) -> Literal["all", "probe", "none"]:
    """Return what may be called: everything, one probe, or nothing before ``breaker.until``."""
    if breaker.state == "closed":
        return "all"
    return "probe" if breaker.until <= now else "none"


def tripped(breaker: Breaker, policy: BreakerPolicy, now: int) -> Breaker:
    """Return the breaker after a failure of the other side; calls that were under way when it opened do not count."""
    if allowance(breaker, now) == "none":
        return breaker
    fails = breaker.fails + 1
    if fails < policy.fails and breaker.state == "closed":
        return Breaker(state="closed", fails=fails)
    doublings = min(32, max(0, fails - policy.fails))
    pause = min(policy.longest, policy.pause * 2**doublings)
    return Breaker(state="open", fails=fails, until=now + round(pause * 1000))


def healed(breaker: Breaker) -> Breaker:
    """Return the breaker after an answer: closed, whatever it was."""
    return breaker if breaker == Breaker() else Breaker()


# ordered keys


@dataclass(frozen=True, slots=True)
class Ordered:
    """Which tasks may run, in what order, and until when others are put off."""

    run: list[Task]
    out_of_order: frozenset[str]
    """Ids of those that pass an earlier task of their key, which kept failing for too long."""
    put_off: dict[str, int]
    left: bool
    """Whether some are due and were left where they are, because too many of their key come before them."""


def in_order(page: Sequence[Task], sequences: Mapping[str, Sequence[Task]], now: int) -> Ordered:
    """Hold back what must wait for an earlier task of its order key.

    ``sequences`` has for each key on the page its first waiting tasks by sequence, whether they are on the page or not:
    of these run the ones before the first that is not due. Tasks of one key come out by sequence and must run one
    after the other.
    """
    run = [task for task in page if task.order_key is None]
    passing: set[str] = set()
    put_off: dict[str, int] = {}
    left = False
    for key, sequence in sequences.items():
        due = list(takewhile(lambda task: task.due_at <= now, sequence))
        blocker = sequence[len(due)] if len(due) < len(sequence) else None
        run += due
        chosen = {task.id for task in due}
        for task in page:
            if task.order_key != key or task.id in chosen:
                continue
            if blocker is None:
                left = True
            elif now - task.first_due_at >= ORDER_HOLD_MAX:
                passing.add(task.id)
                run.append(task)
            else:
                put_off[task.id] = blocker.due_at
    return Ordered(_by_sequence(run), frozenset(passing), put_off, left)


def _by_sequence(tasks: list[Task]) -> list[Task]:
    """Return ``tasks`` live first, then as they are due, but those of one key in the order of their sequence."""
    by_key: dict[str, list[Task]] = {}
    for task in sorted(tasks, key=lambda one: one.order_seq or 0):
        if task.order_key is not None:
            by_key.setdefault(task.order_key, []).append(task)
    places = sorted(tasks, key=lambda one: (one.q, one.due_at, one.id))
    return [task if task.order_key is None else by_key[task.order_key].pop(0) for task in places]
