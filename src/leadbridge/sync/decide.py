"""What to write where, and why: pure functions over values, with no clock and no I/O.

Per field there are two bases, ours and theirs at the last agreement. A side changed when it differs from its own base;
the sides are compared with each other only through the field's equivalence. The table, for pushing ours to theirs:

    ours      theirs     then
    same      same       nothing
    changed   same       write ours
    same      changed    nothing: their change is for the way back
    changed   changed    both to the same: agreement; else the rule decides
    (no base: a side that is not blank counts as changed)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from leadbridge.crm.provider import FieldPair
from leadbridge.sync.equivalence import blank, equivalent, outgoing
from leadbridge.sync.model import FieldBase, Intent, Sent


class Rule(StrEnum):
    """Who wins a field that changed on both sides."""

    PREFER_CRM_UNLESS_BLANK = "prefer_crm_unless_blank"
    ALWAYS_CRM = "always_crm"
    ALWAYS_OURS = "always_ours"
    OFF = "off"


class Outcome(StrEnum):
    """What was decided for one field."""

    UNCHANGED = "unchanged"
    """Neither side moved."""
    WRITE = "write"
    """Ours goes over."""
    AGREED = "agreed"
    """Both sides came to mean the same; both bases move."""
    THEIRS_CHANGED = "theirs_changed"
    """Only theirs moved."""
    KEPT = "kept"
    """Both moved apart and the rule keeps theirs."""
    OFF = "off"
    """The rule says that the field is not synced."""


@dataclass(frozen=True, slots=True)
class FieldDecision:
    """One field's outcome. ``base`` is what both sides' bases are if nothing is written; ``sent`` what is written."""

    pair: FieldPair
    outcome: Outcome
    base: FieldBase | None
    sent: Sent | None = None


@dataclass(frozen=True, slots=True)
class RecordDecision:
    """All fields' outcomes."""

    fields: tuple[FieldDecision, ...]

    @property
    def sent(self) -> tuple[Sent, ...]:
        """What is to be written, if anything."""
        return tuple(field.sent for field in self.fields if field.sent is not None)

    @property
    def values(self) -> dict[str, str]:
        """What is to be written, by the CRM's field names; an empty text clears a field."""
        return {field.pair.theirs: field.sent.sent or "" for field in self.fields if field.sent is not None}

    @property
    def kept(self) -> tuple[str, ...]:
        """Our names of the fields whose differing value in the CRM was kept."""
        return tuple(field.pair.ours for field in self.fields if field.outcome is Outcome.KEPT)

    @property
    def bases(self) -> tuple[FieldBase, ...]:
        """The bases if nothing is written."""
        return tuple(field.base for field in self.fields if field.base is not None)

    def bases_after(self, returned: Mapping[str, str | None]) -> tuple[FieldBase, ...]:
        """Return the bases once the write has landed: theirs is what the CRM says it stored, whatever it made of it."""
        bases = []
        for field in self.fields:
            if field.sent is not None:
                theirs = returned.get(field.pair.theirs, field.sent.sent)
                bases.append(FieldBase(f=field.pair.ours, ours=field.sent.ours, theirs=_unset(theirs)))
            elif field.base is not None:
                bases.append(field.base)
        return tuple(bases)


def decide(
    pairs: Sequence[FieldPair],
    ours: Mapping[str, str | None],
    theirs: Mapping[str, str | None] | None,
    bases: Sequence[FieldBase],
    rule: Rule = Rule.PREFER_CRM_UNLESS_BLANK,
) -> RecordDecision:
    """Return what pushing ``ours`` (by our names) over ``theirs`` (by theirs; None: no record yet) would do."""
    by_field = {base.f: base for base in bases}
    return RecordDecision(
        tuple(_field(pair, _unset(ours.get(pair.ours)), theirs, by_field.get(pair.ours), rule) for pair in pairs)
    )


def _field(
    pair: FieldPair, ours: str | None, remote: Mapping[str, str | None] | None, base: FieldBase | None, rule: Rule
) -> FieldDecision:
    if rule is Rule.OFF:
        return FieldDecision(pair, Outcome.OFF, base)
    write = FieldDecision(
        pair, Outcome.WRITE, base, Sent(f=pair.ours, ours=ours, sent=outgoing(pair.same, ours) if ours else None)
    )
    if remote is None:
        return FieldDecision(pair, Outcome.UNCHANGED, base) if ours is None else write
    theirs = _unset(remote.get(pair.theirs))
    ours_changed = ours != (base.ours if base else None)
    theirs_changed = theirs != (base.theirs if base else None)
    if not ours_changed:
        return FieldDecision(pair, Outcome.THEIRS_CHANGED if theirs_changed else Outcome.UNCHANGED, base)
    if equivalent(pair.same, ours, theirs):
        return FieldDecision(pair, Outcome.AGREED, FieldBase(f=pair.ours, ours=ours, theirs=theirs))
    if not theirs_changed:
        return write
    ours_wins = rule is Rule.ALWAYS_OURS or (rule is Rule.PREFER_CRM_UNLESS_BLANK and theirs is None)
    return write if ours_wins else FieldDecision(pair, Outcome.KEPT, base)


def settle_intent(
    pairs: Sequence[FieldPair], bases: Sequence[FieldBase], intent: Intent, theirs: Mapping[str, str | None]
) -> tuple[FieldBase, ...]:
    """Return the bases once an interrupted write's outcome can be seen in the CRM's record.

    A field that means what was sent has landed and agrees. One that still shows its old base has not, and is decided
    again. Any other value is somebody's edit, and is merged as one: its base stays.
    """
    result = {base.f: base for base in bases}
    sent = {one.f: one for one in intent.sent}
    for pair in pairs:
        one = sent.get(pair.ours)
        if one is None:
            continue
        value = _unset(theirs.get(pair.theirs))
        if equivalent(pair.same, one.sent, value):
            result[pair.ours] = FieldBase(f=pair.ours, ours=one.ours, theirs=value)
    return tuple(result.values())


def _unset(value: str | None) -> str | None:
    return None if blank(value) else value
