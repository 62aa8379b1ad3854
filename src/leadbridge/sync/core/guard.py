"""The guard against mass changes: what would be taken away is counted before it is, over a run and a sliding hour.

A mistake that arrives as a trickle, one webhook at a time, is stopped by the hour; one that arrives at once, by the
run.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence, Set
from typing import TypeAlias

from msgspec import Struct

from leadbridge.sync.core.plans import Effect, Harm
from leadbridge.sync.core.values import Side

HOUR_MS = 3_600_000

Count: TypeAlias = Mapping[tuple[Side, Harm], int]


class Limits(Struct, frozen=True):
    """How much may be taken away without a person's word, on each side."""

    hour: Mapping[Harm, int]
    run: Mapping[Harm, int]


class Stamp(Struct, frozen=True):
    """So many changes of a sort at a time."""

    at: int
    side: Side
    harm: Harm
    number: int


class Ledger(Struct, frozen=True):
    """What was taken away lately on one stream. ``held``: why the stream waits for a person, if it does."""

    hour: tuple[Stamp, ...] = ()
    run: Count = {}
    held: str = ""


class Admitted(Struct, frozen=True):
    """Go on; the ledger already counts it."""

    ledger: Ledger


class Held(Struct, frozen=True):
    """The stream stops, with the list that a person is to look at."""

    ledger: Ledger
    effects: tuple[Effect, ...]


def admit(
    ledger: Ledger, effects: Sequence[Effect], limits: Limits, now: int, approved: Set[Effect] = frozenset()
) -> Admitted | Held:
    """Return whether ``effects`` may be applied. What a person ``approved`` is applied and not counted."""
    planned = Counter((one.side, one.harm) for one in effects if one.harm is not Harm.NONE and one not in approved)
    if not planned:
        return Admitted(ledger)
    if ledger.held:
        return Held(ledger, tuple(effects))
    recent = tuple(stamp for stamp in ledger.hour if stamp.at > now - HOUR_MS)
    for (side, harm), number in planned.items():
        lately = sum(stamp.number for stamp in recent if (stamp.side, stamp.harm) == (side, harm))
        in_run = ledger.run.get((side, harm), 0)
        for name, before, limit in (
            ("hour", lately, limits.hour.get(harm)),
            ("run", in_run, limits.run.get(harm)),
        ):
            if limit is not None and before + number > limit:
                why = f"more than {limit} of {harm} on {side} in one {name}"
                return Held(Ledger(recent, ledger.run, why), tuple(effects))
    run = dict(ledger.run)
    for key, number in planned.items():
        run[key] = run.get(key, 0) + number
    stamps = (Stamp(now, side, harm, number) for (side, harm), number in planned.items())
    return Admitted(Ledger((*recent, *stamps), run))


def begin_run(ledger: Ledger) -> Ledger:
    """Return the ledger at the start of a run: its own counts begin again, the hour's go on."""
    return Ledger(ledger.hour, {}, ledger.held)


def approve(ledger: Ledger) -> Ledger:
    """Return the ledger once a person let the stream go on."""
    return Ledger(ledger.hour, {}, "")
