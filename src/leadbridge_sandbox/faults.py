"""Faults on order: which call goes wrong, and how. Pure but for the counts each rule keeps."""

from __future__ import annotations

import fnmatch
import random
from dataclasses import dataclass, field
from typing import Any

KINDS = ("answer", "rate_limited", "lost_before_write", "lost_after_write", "delay", "delay_after_write")


class BadFault(Exception):
    """A fault's description cannot be used; the text says why."""


@dataclass(slots=True)
class Fault:
    """One rule: the calls it is about, when it fires, and what then happens.

    `route` is a glob on `METHOD /path`, or the operation's name as the counters show it. It fires for `times`
    matching calls from the `nth` on (nth counts from 1 and from when the rule was added), or, with a
    `probability`, by a random generator seeded with `seed`.

    Kinds: `answer` sends `status` and `body` instead of doing the work; `rate_limited` the vendor's own 429
    for `policy` (a limit's name; empty: the usual one); `lost_before_write` cuts the connection before,
    `lost_after_write` after the work was done and committed; `delay` waits `delayMs` before the work,
    `delay_after_write` between the work and its answer.
    """

    id: int
    route: str
    kind: str
    nth: int = 1
    times: int | None = 1
    probability: float | None = None
    status: int = 500
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    policy: str = ""
    delay_ms: int = 0
    seed: int = 0
    seen: int = 0
    fired: int = 0
    chance: random.Random = field(default_factory=lambda: random.Random(0), repr=False)  # noqa: S311

    def fires(self, call: str, operation: str) -> bool:
        """Count the call if it is one of this rule's; return whether the fault happens to it."""
        if operation != self.route and not fnmatch.fnmatchcase(call, self.route):
            return False
        self.seen += 1
        if self.seen < self.nth or (self.times is not None and self.fired >= self.times):
            return False
        if self.probability is not None and self.chance.random() >= self.probability:
            return False
        self.fired += 1
        return True

    def as_json(self) -> dict[str, Any]:
        """Return the rule and its counts as the control API shows them."""
        return {
            "id": self.id,
            "route": self.route,
            "kind": self.kind,
            "nth": self.nth,
            "times": self.times,
            "probability": self.probability,
            "seed": self.seed,
            "status": self.status,
            "body": self.body,
            "headers": self.headers,
            "policy": self.policy,
            "delayMs": self.delay_ms,
            "seen": self.seen,
            "fired": self.fired,
        }


_TYPES: dict[str, tuple[type, ...]] = {
    "nth": (int,),
    "times": (int, type(None)),
    "probability": (int, float, type(None)),
    "status": (int,),
    "headers": (dict,),
    "policy": (str,),
    "delayMs": (int,),
    "seed": (int,),
}


class Faults:
    """The rules in force, in the order they were added; the first that fires decides."""

    def __init__(self) -> None:
        self.rules: list[Fault] = []
        self._next_id = 1

    def add(self, described: dict[str, Any]) -> Fault:
        """Add a rule from the control API's JSON. Raises BadFault."""
        route, kind = described.get("route"), described.get("kind")
        if not isinstance(route, str) or not route:
            raise BadFault("a fault needs a route: a glob on 'METHOD /path', or an operation's name")
        if kind not in KINDS:
            raise BadFault(f"a fault's kind is one of {', '.join(KINDS)}")
        unknown = set(described) - {"route", "kind", "body", *_TYPES}
        if unknown:
            raise BadFault(f"a fault has no {', '.join(sorted(unknown))}")
        for name, types in _TYPES.items():
            value = described.get(name)
            if name in described and (isinstance(value, bool) or not isinstance(value, types)):
                raise BadFault(f"{name} has the wrong type")
        probability = described.get("probability")
        if probability is not None and not 0 <= probability <= 1:
            raise BadFault("probability is between 0 and 1")
        seed = described.get("seed", 0)
        rule = Fault(
            id=self._next_id,
            route=route,
            kind=kind,
            nth=described.get("nth", 1),
            times=described.get("times", None if probability is not None else 1),
            probability=probability,
            status=described.get("status", 500),
            body=described.get("body"),
            headers={str(name): str(value) for name, value in described.get("headers", {}).items()},
            policy=described.get("policy", ""),
            delay_ms=described.get("delayMs", 0),
            seed=seed,
            chance=random.Random(seed),  # noqa: S311 - repeatable on purpose
        )
        self._next_id += 1
        self.rules.append(rule)
        return rule

    def remove(self, rule_id: int | None = None) -> int:
        """Remove one rule, or all; return how many went."""
        kept = [] if rule_id is None else [rule for rule in self.rules if rule.id != rule_id]
        removed = len(self.rules) - len(kept)
        self.rules = kept
        return removed

    def take(self, method: str, path: str, operation: str) -> Fault | None:
        """Return the fault that happens to this call, if any. Every matching rule counts the call as seen."""
        call = f"{method} {path}"
        hits = [rule for rule in self.rules if rule.fires(call, operation)]
        for spare in hits[1:]:
            spare.fired -= 1
        return hits[0] if hits else None
