"""Taking back what a sync replaced: exactly, or not at all."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from leadbridge.sync.core.landing import intending
from leadbridge.sync.core.plans import Act, Effect, Plan, Word
from leadbridge.sync.core.values import Entry, Link, Ours, Pair, Present, Sent, Side


class NotUndone(Struct, frozen=True):
    """Why something cannot be taken back."""

    why: str


def undo(
    effect: Effect, link: Link, pair: Pair, ours: Ours, read: Present, now: int, intent_id: str
) -> Plan | NotUndone:
    """Return the plan that puts ``effect.before`` back on its side, and carries it to the other.

    Taken back on our side, the value flows to the CRM as a person's edit does. Taken back on theirs, the CRM's own raw
    value is written as it was, and ours follows. Refused when somebody changed either side since.
    """
    field = pair.name
    base = link.bases.get(field)
    own, raw = ours.values.get(field), read.values.get(pair.theirs)
    if base is None or own != base.ours or raw != base.theirs or link.intent is not None:
        return NotUndone("the field was changed again since; choose a value by hand")
    entry = Entry("undone", field, own, raw, "a person took the change back")
    if effect.side is Side.OURS:
        if own != effect.after:
            return NotUndone("the field holds another value by now")
        value, sent = effect.before, pair.to_crm(effect.before) if effect.before is not None else None
    else:
        value, sent = pair.to_ours(effect.before) if effect.before is not None else None, effect.before
        if not pair.equal(own, effect.after):
            return NotUndone("the field holds another value by now")
    after = intending(
        replace(link, version=read.version, modified=read.modified),
        (Sent(field, value, sent),),
        intent_id,
        read.version,
        now,
    )
    return Plan(
        Act.APPLY,
        after,
        Word.UPDATED,
        "undone",
        ours={field: value} if value != own else {},
        sent=(Sent(field, value, sent),),
        entries=(entry,),
    )
