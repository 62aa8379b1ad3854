"""A record that only one side has: the plan that makes its counterpart."""

from __future__ import annotations

from leadbridge.sync.core.landing import intending
from leadbridge.sync.core.plans import Act, Plan, Stream, Word
from leadbridge.sync.core.values import (
    Base,
    Entry,
    Link,
    LinkState,
    Noted,
    Ours,
    Present,
    Rule,
    Sent,
    Unmappable,
    Value,
)


def create_there(ours: Ours, stream: Stream, now: int, intent_id: str) -> Plan:
    """Return the plan that makes the CRM's record; its intent is stored first, so that an unknown outcome is known."""
    link = Link(record_id=ours.id)
    if ours.deleted or not stream.within(ours.values):
        return Plan(Act.DROP, link, Word.EXCLUDED, "outside the filter")
    sent: list[Sent] = []
    entries: list[Entry] = []
    noted: dict[str, Noted] = {}
    for pair in stream.pairs:
        value = ours.values.get(pair.name)
        if value is None or pair.rule is Rule.OFF or not pair.writes_crm:
            continue
        try:
            sent.append(Sent(pair.name, value, pair.to_crm(value)))
        except Unmappable as error:
            entries.append(Entry("unmappable", pair.name, value, None, str(error), (value,)))
            noted[pair.name] = Noted(value, None, 0)
    link = intending(Link(record_id=ours.id, noted=noted), tuple(sent), intent_id, "", now)
    return Plan(Act.APPLY, link, Word.CREATED, sent=tuple(sent), entries=tuple(entries), must_exist=False)


def create_here(record_id: str, read: Present, stream: Stream) -> Plan:
    """Return the plan that makes our record ``record_id``; it and its link are stored in one batch."""
    values: dict[str, Value] = {}
    bases: dict[str, Base] = {}
    entries: list[Entry] = []
    noted: dict[str, Noted] = {}
    for pair in stream.pairs:
        raw = read.values.get(pair.theirs)
        if raw is None or pair.rule is Rule.OFF or not pair.writes_ours:
            continue
        try:
            values[pair.name] = own = pair.to_ours(raw)
            bases[pair.name] = Base(own, raw)
        except Unmappable as error:
            entries.append(Entry("unmappable", pair.name, None, raw, str(error), (raw,)))
            noted[pair.name] = Noted(None, raw, read.modified)
    link = Link(
        record_id=record_id,
        state=LinkState.ACTIVE,
        crm_id=read.id,
        bases=bases,
        noted=noted,
        version=read.version,
        modified=read.modified,
    )
    if not read.current:
        return Plan(Act.READ_BY_ID, link, Word.UNCHANGED, "not known to be the newest")
    if not stream.within(values):
        return Plan(Act.DROP, link, Word.EXCLUDED, "outside the filter")
    return Plan(Act.APPLY, link, Word.CREATED, ours=values, entries=tuple(entries))
