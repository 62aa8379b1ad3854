"""A linked record that both sides still have: every field's decision, put together into one plan."""

from __future__ import annotations

from functools import partial

from msgspec.structs import replace

from leadbridge.sync.core.fields import Move, Outcome, decide
from leadbridge.sync.core.landing import intending, settle
from leadbridge.sync.core.plans import Act, Effect, Plan, Stream, Word
from leadbridge.sync.core.reads import Freshness, freshness
from leadbridge.sync.core.timing import edited_last
from leadbridge.sync.core.unstable import chases, remembering
from leadbridge.sync.core.values import (
    Base,
    Entry,
    Link,
    LinkState,
    Noted,
    Ours,
    Present,
    Sent,
    Side,
    Value,
)


def reconcile(link: Link, ours: Ours, read: Present, stream: Stream, now: int, intent_id: str) -> Plan:
    """Return what is to happen to a record that was read; ``now`` is our time in ms, ``intent_id`` a fresh id."""
    use = freshness(link, read, stream.pairs)
    if use is Freshness.DROP:
        return Plan(Act.DROP, link, Word.UNCHANGED, "older than what is known")
    if use is Freshness.READ_BY_ID:
        return Plan(Act.READ_BY_ID, link, Word.UNCHANGED, "not known to be the newest")
    if link.state is LinkState.REDIRECT:
        return Plan(Act.DROP, link, Word.EXCLUDED, "merged into another record")
    settled, entries = settle(link, read, stream.pairs)
    if link.state is LinkState.GONE:
        return _returned(link, settled, ours, read, stream, now, intent_id)
    return _merge(settled, ours, read, stream, now, intent_id, entries)


def _returned(before: Link, link: Link, ours: Ours, read: Present, stream: Stream, now: int, intent_id: str) -> Plan:
    """A record is back whose link had ended: a restore if theirs was deleted and this is newer, else nothing."""
    if before.gone_by is Side.OURS or read.version <= before.version:
        return Plan(Act.DROP, before, Word.EXCLUDED, "one side was deleted")
    if ours.deleted and not before.carried:
        return Plan(Act.DROP, before, Word.EXCLUDED, "a person deleted ours as well")
    if not read.confirmed:
        return Plan(Act.READ_BY_ID, before, Word.UNCHANGED, "it may have been read before the deletion")
    back = replace(link, state=LinkState.ACTIVE, gone_by=None, carried=False)
    plan = _merge(back, ours, read, stream, now, intent_id, (Entry("restored", why="restored in the CRM"),))
    return replace(plan, restore_ours=ours.deleted, word=Word.UPDATED)


def _merge(
    link: Link, ours: Ours, read: Present, stream: Stream, now: int, intent_id: str, entries: tuple[Entry, ...]
) -> Plan:
    outcomes: list[Outcome] = []
    for pair in stream.pairs:
        own, raw, base = ours.values.get(pair.name), read.values.get(pair.theirs), link.bases.get(pair.name)
        if (own == base.ours and raw == base.theirs) if base is not None else (own is None and raw is None):
            continue
        outcome = decide(pair, base, own, raw, partial(edited_last, pair, link, ours, read, stream.clock))
        if outcome is not None:
            outcomes.append(outcome)
    seen = replace(link, version=read.version, modified=read.modified, crm_id=read.id)
    merged = {o.pair.name: o.value for o in outcomes if o.move is Move.TO_OURS and o.pair.name not in link.frozen}
    if not stream.within({**ours.values, **merged} if merged else ours.values):
        return Plan(
            Act.APPLY, replace(seen, state=LinkState.PARKED), Word.EXCLUDED, "outside the filter", entries=entries
        )
    if not outcomes and not link.noted:
        return Plan(Act.APPLY, replace(seen, state=LinkState.ACTIVE), Word.UNCHANGED, entries=entries)
    work = _Work(replace(seen, state=LinkState.ACTIVE), link, ours, now, list(entries))
    for outcome in outcomes:
        work.take(outcome)
    return work.plan(read, intent_id)


class _Work:
    """The plan while it is being put together."""

    def __init__(self, link: Link, before: Link, ours: Ours, now: int, entries: list[Entry]) -> None:
        self._link, self._before, self._ours_id, self._now = link, before, ours.id, now
        self._entries = entries
        self._bases: dict[str, Base] = dict(link.bases)
        self._noted: dict[str, Noted] = {}
        self._frozen = list(link.frozen)
        self._ours: dict[str, Value] = {}
        self._sent: list[Sent] = []
        self._effects: list[Effect] = []
        self._initial: list[Value] = []
        self._held = False

    def take(self, outcome: Outcome) -> None:
        """Add one field's decision."""
        field, shown, move = outcome.pair.name, outcome.base, outcome.move
        if move is Move.AGREED:
            self._bases[field] = shown
            return
        if move in (Move.TO_CRM, Move.TO_OURS):
            old = self._before.noted.get(field)
            if old is not None and old.blocked and (old.ours, old.theirs) == (shown.ours, shown.theirs):
                self._stand(outcome, "refused", "the CRM refused this value before", blocked=True)
                return
            side = Side.THEIRS if move is Move.TO_CRM else Side.OURS
            if field in self._frozen:
                self._stand(outcome, "unstable_field", "the field is frozen until a person releases it")
            elif chases(self._link, field, side, outcome.value, self._now):
                self._frozen.append(field)
                self._stand(outcome, "unstable_field", "written three times in ten minutes, and changed back each time")
            else:
                self._flow(outcome, side)
            return
        if move is Move.KEPT and outcome.initial:
            self._keep_first(outcome)
            return
        code = {Move.WAITS: "", Move.UNMAPPABLE: "unmappable"}.get(move, "conflict")
        self._stand(outcome, code, outcome.why, waits=move is not Move.KEPT)

    def _keep_first(self, outcome: Outcome) -> None:
        """At the first meeting the winner's value may not flow: both stay, told with the record's one entry."""
        if self._is_news(outcome):
            self._initial += [outcome.base.ours, outcome.base.theirs]
        self._stand(outcome, "", outcome.why)

    def _is_news(self, outcome: Outcome) -> bool:
        """Tell whether a difference that stands has not been told as it is now."""
        old, shown = self._before.noted.get(outcome.pair.name), outcome.base
        return old is None or (old.ours, old.theirs) != (shown.ours, shown.theirs)

    def _flow(self, outcome: Outcome, side: Side) -> None:
        field, shown = outcome.pair.name, outcome.base
        if side is Side.THEIRS:
            self._sent.append(Sent(field, shown.ours, outcome.value))
            before, lost = shown.theirs, shown.theirs
        else:
            self._ours[field] = outcome.value
            self._bases[field] = Base(outcome.value, shown.theirs)
            before, lost = shown.ours, shown.ours
        self._effects.append(Effect(self._ours_id, side, field, before, outcome.value))
        if outcome.initial:
            if lost is not None:
                self._initial.append(lost)
        elif outcome.conflict:
            self._entries.append(Entry("conflict", field, shown.ours, shown.theirs, outcome.why, (lost,)))

    def _stand(self, outcome: Outcome, code: str, why: str, *, blocked: bool = False, waits: bool = True) -> None:
        """Leave both sides as they are, and tell of it once; ``waits``: for a person."""
        field, shown = outcome.pair.name, outcome.base
        old = self._before.noted.get(field)
        since = old.since if old is not None else self._before.modified
        self._noted[field] = Noted(shown.ours, shown.theirs, since, blocked)
        if not code:
            return
        self._held |= waits
        if self._is_news(outcome):
            lost = (shown.ours, shown.theirs)
            self._entries.append(Entry(code, field, shown.ours, shown.theirs, why, lost))

    def plan(self, read: Present, intent_id: str) -> Plan:
        """Return the plan of all that was taken."""
        if self._initial:
            why = "met for the first time; the rules decided"
            self._entries.append(Entry("initial", why=why, lost=tuple(self._initial)))
        link = replace(self._link, bases=self._bases, noted=self._noted, frozen=tuple(self._frozen))
        if self._ours:
            link = replace(link, wrote=remembering(link, Side.OURS, self._ours.items(), self._now))
        sent = tuple(self._sent)
        if sent:
            link = replace(link, wrote=remembering(link, Side.THEIRS, [(s.f, s.sent) for s in sent], self._now))
            link = intending(link, sent, intent_id, read.version, self._now)
        word = Word.UPDATED if sent or self._ours else Word.HELD if self._held else Word.UNCHANGED
        return Plan(
            Act.APPLY,
            link,
            word,
            ours=self._ours,
            sent=sent,
            entries=tuple(self._entries),
            effects=tuple(self._effects),
        )
