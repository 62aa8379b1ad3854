"""Which record is the same as which: in a stated order, and to a person instead of a guess.

And when a create may be sent: with our key in a unique field it is safe to repeat; without one, an unanswered create
waits for the vendor's stated lag before it is looked up, and without any match key it goes to a person.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import TypeAlias

from msgspec import Struct

from leadbridge.sync.core.landing import SEND_WITHIN_MS
from leadbridge.sync.core.values import Link, LinkState, Pair, Present, Value

OWN_KEY = "own_key"


class Hit(Struct, frozen=True):
    """A record found by a key: ``by`` names the key, in the order in which keys are trusted."""

    by: str
    id: str


class LinkTo(Struct, frozen=True):
    """It is this record. Its values are read by id before anything is decided."""

    id: str
    by: str


class Create(Struct, frozen=True):
    """There is none: make it."""


class Wait(Struct, frozen=True):
    """An earlier create may still come to light: look again at ``until`` (ms, our clock)."""

    until: int


class Doubt(StrEnum):
    """Why a person is to decide which record is which."""

    SEVERAL = "several"
    """Several records match."""
    TAKEN = "taken"
    """The one that matches belongs to another of ours, or follows another of theirs."""
    AWAITED = "awaited"
    """The one that matches may have been made for another of ours, whose create got no answer yet."""
    UNANSWERED = "unanswered"
    """An earlier create got no answer, and nothing can find its record."""


class Review(Struct, frozen=True):
    """A person is to decide, with these candidates: the CRM's records first, then who has them."""

    doubt: Doubt
    why: str
    candidates: tuple[str, ...] = ()


class Ignore(Struct, frozen=True):
    """Nothing is to be done with it."""

    why: str


class CreateSafety(StrEnum):
    """Why a create of this provider may be repeated."""

    OWN_KEY = "own_key"
    """It carries our key in a unique field, and is an upsert on it."""
    UPSERT_BY_MATCH = "upsert_by_match"
    """It is an upsert by the match key, which the vendor keeps unique."""
    LAG = "lag"
    """Only a look-up after the stated lag tells."""


Match: TypeAlias = LinkTo | Create | Wait | Review | Ignore


def match_there(
    record_id: str,
    link: Link | None,
    hits: Sequence[Hit],
    claimed: Mapping[str, str],
    *,
    safety: CreateSafety,
    match_keys: Sequence[str],
    lag: int,
    now: int,
    awaiting: Sequence[str] = (),
) -> Match:
    """Return which of the CRM's records is ours, or whether to make one.

    ``hits`` by our key first, then by the match keys in order; ``claimed``: CRM id to the record of ours that an active
    link already gives it to; ``match_keys``: our fields that records are looked up by; ``lag``: ms for which an
    unanswered create may stay invisible; ``now``: ms, our clock, from before the look-up was made: one that is older
    than the decision may not show what has become visible since; ``awaiting``: records of ours, not deleted, whose
    unanswered create may have made what was found (``made_for``): were it taken from them, they would be made again.
    """
    found = _first_rank(hits)
    if found:
        others = {id: claimed[id] for id in found if claimed.get(id, record_id) != record_id}
        if len(found) > 1:
            return Review(Doubt.SEVERAL, "several records match", tuple(found))
        if others:
            why = "the matching record belongs to another of ours"
            return Review(Doubt.TAKEN, why, (*found, *others.values()))
        rivals = [id for id in awaiting if id != record_id]
        if rivals and hits[0].by != OWN_KEY:
            why = "the matching record may be what another of ours was just created as"
            return Review(Doubt.AWAITED, why, (*found, *rivals))
        return LinkTo(found[0], hits[0].by)
    if link is None or link.intent is None or safety is CreateSafety.OWN_KEY:
        return Create()
    if not any(one.f in match_keys and one.sent is not None for one in link.intent.sent):
        # The keys that were sent count: one that our record got since then finds nothing.
        return Review(Doubt.UNANSWERED, "an earlier create got no answer, and nothing can find its record")
    visible = link.intent.at + SEND_WITHIN_MS + lag
    if safety is CreateSafety.LAG and now < visible:
        return Wait(visible)
    return Create()


def match_here(
    crm_id: str,
    linked: Link | None,
    own_key: str | None,
    hits: Sequence[Hit],
    links: Mapping[str, Link],
) -> Match:
    """Return which of our records a CRM's record is that no active link has.

    ``linked``: an ended link that had this record; ``own_key``: the id of ours that its unique field names, if that
    record exists; ``hits``: records of ours by match key, in order; ``links``: our record's id to its link here.
    """
    if linked is not None and linked.state is LinkState.GONE:
        return Ignore("its link has ended; only a restore brings it back")
    ranked = [Hit(OWN_KEY, own_key), *hits] if own_key is not None else list(hits)
    found = _first_rank(ranked)
    if not found:
        return Create()
    if len(found) > 1:
        return Review(Doubt.SEVERAL, "several of our records match", tuple(found))
    other = links.get(found[0])
    if other is None or other.state is LinkState.CREATING or other.crm_id == crm_id:
        return LinkTo(found[0], ranked[0].by)
    why = "the matching record of ours follows another record"
    return Review(Doubt.TAKEN, why, (found[0], other.crm_id or ""))


def made_for(pair: Pair, read: Present, links: Iterable[Link]) -> tuple[str, ...]:
    """Return the records of ours whose unanswered create may have made the record that was read, by the match key.

    What was sent counts, and not what ours has become since.
    """
    shown = read.values.get(pair.theirs)
    return tuple(
        link.record_id
        for link in links
        if link.crm_id is None
        and link.intent is not None
        and any(one.f == pair.name and one.sent is not None and pair.equal(one.ours, shown) for one in link.intent.sent)
    )


def stands_for(pair: Pair, wanted: Value, read: Present) -> bool:
    """Tell whether a record that was looked up by the match key ``pair`` really has the value that was asked for.

    A vendor may find a person under a further address, which is another person's as likely as not.
    """
    return pair.equal(wanted, read.values.get(pair.theirs))


def _first_rank(hits: Sequence[Hit]) -> list[str]:
    """Return the distinct records found by the most trusted key that found any."""
    return list(dict.fromkeys(hit.id for hit in hits if hit.by == hits[0].by)) if hits else []
