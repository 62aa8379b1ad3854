"""What a push writes where, and why: the sync core (``sync.core``) asked for one direction, ours to the CRM.

Changes in the CRM wait for the way back: their bases stay, so that they are decided when it is switched on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from leadbridge.crm.provider import FieldPair
from leadbridge.sync.core import fields as core
from leadbridge.sync.core import values as v
from leadbridge.sync.core.fields import Move
from leadbridge.sync.core.landing import landed, settle
from leadbridge.sync.core.values import Rule, Value
from leadbridge.sync.equivalence import blank, equivalent, outgoing
from leadbridge.sync.model import FieldBase, Intent, Sent

__all__ = ["FieldDecision", "Outcome", "RecordDecision", "Rule", "decide", "settle_intent"]


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
    """Both moved apart, and theirs stays: the rule prefers it, or a person is to choose."""
    OFF = "off"
    """The rule says that the field is not synced."""


_OUTCOMES: Mapping[Move, Outcome] = {
    Move.AGREED: Outcome.AGREED,
    Move.TO_CRM: Outcome.WRITE,
    Move.WAITS: Outcome.THEIRS_CHANGED,
    Move.KEPT: Outcome.KEPT,
    Move.ASKED: Outcome.KEPT,
}


@dataclass(frozen=True, slots=True)
class _Push:
    """A field pair as the core sees it while only ours flows."""

    name: str
    theirs: str
    same: str
    rule: Rule
    writes_crm: bool = True
    writes_ours: bool = False

    def equal(self, ours: Value, theirs: Value) -> bool:
        return equivalent(self.same, _text(ours), _text(theirs))

    def to_crm(self, ours: Value) -> Value:
        return outgoing(self.same, _text(ours) or "")

    def to_ours(self, raw: Value) -> Value:
        raise v.Unmappable("nothing flows to us in a push")


@lru_cache(maxsize=1024)
def _pair(pair: FieldPair, rule: Rule) -> _Push:
    return _Push(pair.ours, pair.theirs, pair.same, rule)


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
        """Return the bases once the write has landed: theirs is what the CRM says it stored, whatever it made of it.

        A value that the answer does not show is taken as sent.
        """
        pairs = [_pair(field.pair, Rule.ALWAYS_OURS) for field in self.fields if field.sent is not None]
        sent = {field.pair.theirs: field.sent.sent for field in self.fields if field.sent is not None}
        link = v.Link(record_id="", intent=v.Intent("", _sent(self.sent)))
        after = landed(link, _present(sent | dict(returned)), pairs, exact=True).link.bases
        written = {field.pair.ours for field in self.fields if field.sent is not None}
        bases = (
            _stored(field.pair.ours, after[field.pair.ours]) if field.pair.ours in written else field.base
            for field in self.fields
        )
        return tuple(base for base in bases if base is not None)


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
    known = v.Base(base.ours, base.theirs) if base is not None and remote is not None else None
    theirs = _unset(remote.get(pair.theirs)) if remote is not None else None
    decided = core.decide(_pair(pair, rule), known, ours, theirs)
    if decided is None:
        return FieldDecision(pair, Outcome.UNCHANGED, base)
    outcome = _OUTCOMES[decided.move]
    if outcome is Outcome.AGREED:
        return FieldDecision(pair, outcome, _stored(pair.ours, decided.base))
    sent = Sent(f=pair.ours, ours=ours, sent=_text(decided.value)) if outcome is Outcome.WRITE else None
    return FieldDecision(pair, outcome, base, sent)


def settle_intent(
    pairs: Sequence[FieldPair], bases: Sequence[FieldBase], intent: Intent, theirs: Mapping[str, str | None]
) -> tuple[FieldBase, ...]:
    """Return the bases once an interrupted write's outcome can be seen in the CRM's record.

    A field that means what was sent has landed and agrees. One that still shows its old base has not, and is decided
    again. Any other value is somebody's edit, and is merged as one: its base stays.
    """
    link = v.Link(
        record_id="",
        bases={base.f: v.Base(base.ours, base.theirs) for base in bases},
        intent=v.Intent(intent.id, _sent(intent.sent)),
    )
    settled, _ = settle(link, _present(theirs), [_pair(pair, Rule.ALWAYS_OURS) for pair in pairs])
    return tuple(_stored(name, base) for name, base in settled.bases.items())


def _sent(sent: Sequence[Sent]) -> tuple[v.Sent, ...]:
    return tuple(v.Sent(one.f, one.ours, one.sent) for one in sent)


def _present(theirs: Mapping[str, str | None]) -> v.Present:
    return v.Present("", {name: _unset(value) for name, value in theirs.items()}, "", 0)


def _stored(field: str, base: v.Base) -> FieldBase:
    return FieldBase(f=field, ours=_text(base.ours), theirs=_text(base.theirs))


def _text(value: Value) -> str | None:
    return None if value is None else str(value)


def _unset(value: str | None) -> str | None:
    return None if blank(value) else value
