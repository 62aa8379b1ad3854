"""What becomes of one field: the decision table.

    ours      theirs     then
    same      same       nothing
    any       any        mean the same: agreement, both bases move, nothing is written
    changed   same       ours flows to the CRM
    same      changed    theirs flows to us
    changed   changed    a conflict: the pair's rule decides, the loser's value is logged

Without a base, a side that is not blank counts as changed: a first match fills blanks and never clears.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from msgspec import Struct

from leadbridge.sync.core.timing import Later
from leadbridge.sync.core.values import Base, Pair, Rule, Side, Unmappable, Value


class Move(StrEnum):
    """What happens to a field."""

    AGREED = "agreed"
    """Both sides came to mean the same."""
    TO_CRM = "to_crm"
    """Ours is written there."""
    TO_OURS = "to_ours"
    """Theirs is written here."""
    WAITS = "waits"
    """One side's change may not flow (the other way is switched off); its base stays."""
    KEPT = "kept"
    """Both changed and the winner's value may not flow; both stay."""
    ASKED = "asked"
    """Both changed, and a person is to choose."""
    UNMAPPABLE = "unmappable"
    """The value has no counterpart on the other side."""


class Outcome(Struct, frozen=True):
    """One field's decision. ``value`` is what is written; ``base`` holds what both sides showed."""

    pair: Pair
    move: Move
    base: Base
    value: Value = None
    conflict: bool = False
    initial: bool = False
    """There was no base: logged once for the whole record."""
    winner: Side | None = None
    why: str = ""


def nobody_knows() -> Later:
    """Return that the order of two edits is unknown."""
    return Later.UNCERTAIN


def decide(
    pair: Pair, base: Base | None, ours: Value, theirs: Value, edited_last: Callable[[], Later] = nobody_knows
) -> Outcome | None:
    """Return what becomes of a field, or None when neither side moved or the field is off."""
    ours_changed = ours != (base.ours if base is not None else None)
    theirs_changed = theirs != (base.theirs if base is not None else None)
    if not (ours_changed or theirs_changed) or pair.rule is Rule.OFF:
        return None
    shown = Base(ours, theirs)
    if pair.equal(ours, theirs):
        return Outcome(pair, Move.AGREED, shown)
    if not theirs_changed:
        return _to_crm(pair, shown, conflict=False, initial=base is None, why="changed here only")
    if not ours_changed:
        return _to_ours(pair, shown, conflict=False, initial=base is None, why="changed in the CRM only")
    winner, why = _winner(pair.rule, theirs, edited_last)
    if winner is None:
        return Outcome(pair, Move.ASKED, shown, conflict=True, initial=base is None, why=why)
    flow = _to_crm if winner is Side.OURS else _to_ours
    return flow(pair, shown, conflict=True, initial=base is None, why=why)


def _winner(rule: Rule, theirs: Value, edited_last: Callable[[], Later]) -> tuple[Side | None, str]:
    if rule is Rule.ALWAYS_OURS:
        return Side.OURS, "the rule prefers ours"
    if rule is Rule.ALWAYS_CRM:
        return Side.THEIRS, "the rule prefers the CRM"
    if rule is Rule.PREFER_CRM_UNLESS_BLANK:
        if theirs is None:
            return Side.OURS, "the CRM's value is blank"
        return Side.THEIRS, "the rule prefers the CRM"
    if rule is Rule.MOST_RECENT:
        last = edited_last()
        if last is Later.OURS:
            return Side.OURS, "ours is newer"
        return Side.THEIRS, "the CRM's is newer" if last is Later.THEIRS else "time uncertain"
    return None, "a person is to choose"


def _to_crm(pair: Pair, shown: Base, *, conflict: bool, initial: bool, why: str) -> Outcome:
    if not pair.writes_crm:
        return Outcome(pair, Move.KEPT if conflict else Move.WAITS, shown, None, conflict, initial, Side.OURS, why)
    try:
        value = pair.to_crm(shown.ours) if shown.ours is not None else None
    except Unmappable as error:
        return Outcome(pair, Move.UNMAPPABLE, shown, None, conflict, initial, Side.OURS, str(error))
    if value == shown.theirs:
        return Outcome(pair, Move.AGREED, shown)
    return Outcome(pair, Move.TO_CRM, shown, value, conflict, initial, Side.OURS, why)


def _to_ours(pair: Pair, shown: Base, *, conflict: bool, initial: bool, why: str) -> Outcome:
    if not pair.writes_ours:
        return Outcome(pair, Move.KEPT if conflict else Move.WAITS, shown, None, conflict, initial, Side.THEIRS, why)
    try:
        value = pair.to_ours(shown.theirs) if shown.theirs is not None else None
    except Unmappable as error:
        return Outcome(pair, Move.UNMAPPABLE, shown, None, conflict, initial, Side.THEIRS, str(error))
    if value == shown.ours:
        return Outcome(pair, Move.AGREED, shown)
    return Outcome(pair, Move.TO_OURS, shown, value, conflict, initial, Side.THEIRS, why)
