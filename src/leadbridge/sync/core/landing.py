"""A write before and after: the intent that is stored first, and what the vendor made of the values.

Order of a record: intent, vendor write, base and result in one batch. A crash between any two of them leaves a link
whose intent, held against what the CRM then shows, tells what happened.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from leadbridge.sync.core.reads import differs
from leadbridge.sync.core.values import Base, Entry, Intent, Link, LinkState, Noted, Pair, Present, Sent, Version

SEND_WITHIN_MS = 60_000
"""A write is sent within this time after its intent was stored, or not at all."""


def intending(link: Link, sent: tuple[Sent, ...], intent_id: str, read_version: Version, now: int) -> Link:
    """Return the link with a write that is about to be made; the bases stay as they are until it has landed."""
    return replace(link, intent=Intent(intent_id, sent, read_version, now))


def may_send(intent: Intent, now: int) -> bool:
    """Tell whether the write may still be sent. A worker that was paused asks right before it calls.

    Later than this nobody knows what the record has become, and an unanswered create is looked up by then.
    """
    return now < intent.at + SEND_WITHIN_MS


def settle(link: Link, read: Present, pairs: Sequence[Pair]) -> tuple[Link, tuple[Entry, ...]]:
    """Return the link once an interrupted write is explained by a current read, and what came to light.

    A field that means what was sent has landed. One that shows its old base has not and is decided again. Any other
    value is somebody's edit, and is merged as one.
    """
    intent = link.intent
    if intent is None:
        return link, ()
    bases, noted = dict(link.bases), dict(link.noted)
    by_name = {pair.name: pair for pair in pairs}
    for one in intent.sent:
        pair = by_name.get(one.f)
        if pair is None:
            continue
        shown = read.values.get(pair.theirs)
        if shown == one.sent or pair.equal(one.ours, shown):
            bases[one.f] = Base(one.ours, shown)
            noted.pop(one.f, None)
    entries = _overwritten(intent, read, by_name)
    crm_id = link.crm_id if link.crm_id is not None else read.id
    state = LinkState.ACTIVE if link.state is LinkState.CREATING else link.state
    return replace(link, bases=bases, noted=noted, crm_id=crm_id, state=state, intent=None), entries


class Landed(Struct, frozen=True):
    """A write that the CRM acknowledged. ``again``: the answer showed other news, so the record is due once more."""

    link: Link
    entries: tuple[Entry, ...]
    again: bool


def landed(link: Link, answer: Present, pairs: Sequence[Pair], *, exact: bool) -> Landed:
    """Return the link after its intent's write was acknowledged.

    ``exact``: ``answer`` is the write's own answer and shows the values as that very write left them, so they become
    the bases, whatever the vendor made of them. Otherwise ``answer`` is a read made right after it, which may show a
    later version: what means the same as what was sent is adopted, anything else is taken for somebody's change.
    """
    intent = link.intent
    if intent is None:
        return Landed(link, (), again=True)
    bases, noted = dict(link.bases), dict(link.noted)
    by_name = {pair.name: pair for pair in pairs}
    entries: list[Entry] = []
    for one in intent.sent:
        pair = by_name[one.f]
        shown = answer.values.get(pair.theirs)
        same = shown == one.sent or pair.equal(one.ours, shown)
        if not same:
            why = "the CRM stored another value" if exact else "the CRM shows another value right after the write"
            # Both are named: a value the vendor kept in place of ours may be one that nobody here has seen.
            lost = (one.ours, shown)
            entries.append(Entry("transform" if exact else "not_kept", one.f, one.ours, shown, why, lost))
        bases[one.f] = Base(one.ours, shown if same or exact else one.sent)
        noted.pop(one.f, None)
    after = replace(
        link,
        bases=bases,
        noted=noted,
        crm_id=answer.id,
        state=LinkState.ACTIVE if link.state is LinkState.CREATING else link.state,
        version=max(link.version, answer.version),
        modified=max(link.modified, answer.modified),
        intent=None,
    )
    found = _overwritten(intent, answer, by_name)
    return Landed(after, (*entries, *found), differs(after, answer, pairs))


def refused(link: Link, entry: Entry, pairs: Sequence[Pair], theirs: Present | None) -> Link:
    """Return the link after the CRM refused the write for good: both values stand, and it is told once.

    The fields are noted as they were shown, so the next pass does not try the same again until a value moves.
    """
    intent = link.intent
    if intent is None or theirs is None:
        return replace(link, intent=None)
    by_name = {pair.name: pair for pair in pairs}
    noted = dict(link.noted)
    for one in intent.sent:
        if one.f == entry.f or not entry.f:
            noted[one.f] = Noted(one.ours, theirs.values.get(by_name[one.f].theirs), link.modified, blocked=True)
    return replace(link, intent=None, noted=noted)


def released(link: Link) -> Link:
    """Return the link once a person asks for the values that the CRM refused to be tried again."""
    noted = {name: one for name, one in link.noted.items() if not one.blocked}
    return replace(link, noted=noted) if len(noted) < len(link.noted) else link


def _overwritten(intent: Intent, read: Present, pairs: dict[str, Pair]) -> tuple[Entry, ...]:
    """Return the edits that a write of ours went over unseen, where the vendor's history shows them."""
    if read.history is None:
        return ()
    found: list[Entry] = []
    for one in intent.sent:
        past = read.history.get(pairs[one.f].theirs, ()) if one.f in pairs else ()
        ours_at = [version.version for version in past if version.by_us]
        for earlier in past:
            if earlier.by_us or earlier.version <= intent.read_version:
                continue
            if any(at > earlier.version for at in ours_at):
                why = "edited in the CRM between our read and our write; found in its history"
                found.append(Entry("found_afterwards", one.f, one.ours, earlier.value, why, (earlier.value,)))
    return tuple(found)
