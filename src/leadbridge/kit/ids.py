"""Identifiers: 24 hexadecimal digits laid out as MongoDB's ObjectId, the same on every engine and in the API."""

from __future__ import annotations

import random
import re
import secrets
from collections.abc import Callable
from typing import Protocol

from leadbridge.kit.clock import Clock, to_millis

OBJECT_ID = re.compile(r"[0-9a-f]{24}\Z")


class IdSource(Protocol):
    """Where a hub takes new identifiers from."""

    def __call__(self) -> str:
        """Return an identifier nobody has had before."""
        ...


def object_ids(clock: Clock, rng: random.Random | None = None) -> Callable[[], str]:
    """Return a source of ObjectIds: 4 bytes of seconds, 5 random bytes a source, a 3-byte counter.

    ``rng`` makes the ids repeatable for a simulation; without it they come from the system's generator.
    Ids are not an order: several processes make them at once, and commit order differs from id order. The seconds are
    looked up a few times in each, and may be a quarter of one old.
    """
    bits = rng.getrandbits if rng is not None else secrets.randbits
    process = f"{bits(40):010x}"
    counter = bits(24)
    head, until = "", float("-inf")

    def new() -> str:
        nonlocal counter, head, until
        counter = (counter + 1) & 0xFFFFFF
        if (now := clock.monotonic()) >= until:
            head, until = f"{to_millis(clock.now()) // 1000 & 0xFFFFFFFF:08x}{process}", now + 0.25
        return f"{head}{counter:06x}"

    return new


def is_object_id(text: str) -> bool:
    """Tell whether ``text`` has the form of an identifier of ours."""
    return OBJECT_ID.match(text) is not None
