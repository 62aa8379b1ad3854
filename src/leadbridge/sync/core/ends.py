"""How links end and go on: deletes, merges, conversions. A delete is carried over only where nothing new is lost."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from leadbridge.sync.core.landing import settle
from leadbridge.sync.core.plans import Act, Effect, Plan, Stream, Word
from leadbridge.sync.core.reads import Freshness, freshness, is_deletion
from leadbridge.sync.core.values import (
    Absent,
    Entry,
    Intent,
    Link,
    LinkState,
    Moved,
    Ours,
    Pair,
    Present,
    Rule,
    Side,
    Value,
)


def deleted_there(link: Link, ours: Ours, absent: Absent, stream: Stream) -> Plan:
    """Return what is to happen to ours when theirs was not found."""
    if not is_deletion(absent):
        return Plan(Act.DROP, link, Word.UNCHANGED, "not among the results, which says nothing")
    if absent.version and absent.version < link.version:
        return Plan(Act.DROP, link, Word.UNCHANGED, "a deletion older than what is known: it was restored since")
    if link.state in (LinkState.GONE, LinkState.REDIRECT):
        return Plan(Act.DROP, link, Word.EXCLUDED, "the link had ended")
    gone = replace(
        link,
        state=LinkState.GONE,
        gone_by=Side.OURS if ours.deleted else Side.THEIRS,
        intent=None,
        version=max(link.version, absent.version),
        modified=max(link.modified, absent.modified),
    )
    if ours.deleted:
        return Plan(Act.APPLY, gone, Word.UPDATED, "deleted on both sides")
    if edits := _edits_here(link, ours, stream.pairs):
        entry = Entry("delete_conflict", why="deleted in the CRM, edited here since", lost=edits)
        return Plan(Act.APPLY, gone, Word.HELD, entry.why, entries=(entry,))
    if not stream.deletes_ours:
        return Plan(Act.APPLY, gone, Word.UPDATED, "unlinked: deleted in the CRM")
    effect = Effect(ours.id, Side.OURS, "", ours.id, None)
    carried = replace(gone, carried=True)
    return Plan(Act.APPLY, carried, Word.UPDATED, "deleted in the CRM", effects=(effect,), delete_ours=True)


def deleted_here(link: Link, ours: Ours, read: Present, stream: Stream, now: int, intent_id: str) -> Plan:
    """Return what is to happen to theirs when ours was deleted."""
    use = freshness(link, read, stream.pairs)
    if use is not Freshness.USE:
        act = Act.DROP if use is Freshness.DROP else Act.READ_BY_ID
        return Plan(act, link, Word.UNCHANGED, "not known to be the newest")
    if link.state in (LinkState.GONE, LinkState.REDIRECT):
        return Plan(Act.DROP, link, Word.EXCLUDED, "the link had ended")
    seen, entries = settle(link, read, stream.pairs)
    seen = replace(seen, version=read.version, modified=read.modified)
    gone = replace(seen, state=LinkState.GONE, gone_by=Side.OURS)
    if edits := _edits_there(seen, read, stream.pairs):
        entry = Entry("delete_conflict", why="deleted here, edited in the CRM since", lost=edits)
        return Plan(Act.APPLY, gone, Word.HELD, entry.why, entries=(*entries, entry))
    if not stream.deletes_theirs:
        return Plan(Act.APPLY, gone, Word.UPDATED, "unlinked: deleted here", entries=entries)
    effect = Effect(ours.id, Side.THEIRS, "", read.id, None)
    intending = replace(seen, intent=Intent(intent_id, (), read.version, now, delete=True))
    return Plan(
        Act.APPLY, intending, Word.UPDATED, "deleted here", entries=entries, effects=(effect,), delete_theirs=True
    )


def moved(link: Link, read: Moved, ours: Ours, other: Link | None, others: Ours | None) -> Plan:
    """Return what is to happen when theirs goes on as another record, merged or converted.

    ``other`` is the survivor's own link with ``others``, its record of ours, or None. Where both sides of a merge were
    linked, the survivor's link goes on and this one becomes a redirect; where our two records differ, a person chooses.
    """
    if link.state in (LinkState.GONE, LinkState.REDIRECT):
        return Plan(Act.DROP, link, Word.EXCLUDED, "the link had ended")
    if other is None or other.record_id == link.record_id:
        followed = replace(link, crm_id=read.into, object=read.object or link.object, version="", modified=0)
        return Plan(Act.APPLY, followed, Word.UPDATED, "followed to the survivor", entries=(Entry("followed"),))
    names = {*link.bases, *ours.values}
    theirs = others.values if others is not None else {}
    lost = tuple(
        ours.values[name]
        for name in sorted(names)
        if ours.values.get(name) is not None and ours.values.get(name) != theirs.get(name)
    )
    redirect = replace(link, state=LinkState.REDIRECT, redirect_to=other.record_id, intent=None)
    entry = Entry("merge_choice", why=f"merged in the CRM into the record of {other.record_id}", lost=lost)
    return Plan(Act.APPLY, redirect, Word.HELD if lost else Word.UPDATED, entry.why, entries=(entry,))


def _edits_here(link: Link, ours: Ours, pairs: Sequence[Pair]) -> tuple[Value, ...]:
    found: list[Value] = []
    for pair in pairs:
        base = link.bases.get(pair.name)
        value = ours.values.get(pair.name)
        if pair.rule is Rule.OFF or not pair.writes_crm or value == (base.ours if base is not None else None):
            continue
        if base is not None and pair.equal(value, base.theirs):
            continue
        found.append(value)
    return tuple(found)


def _edits_there(link: Link, read: Present, pairs: Sequence[Pair]) -> tuple[Value, ...]:
    found: list[Value] = []
    for pair in pairs:
        base = link.bases.get(pair.name)
        value = read.values.get(pair.theirs)
        if pair.rule is Rule.OFF or value == (base.theirs if base is not None else None):
            continue
        if base is not None and pair.equal(base.ours, value):
            continue
        found.append(value)
    return tuple(found)
