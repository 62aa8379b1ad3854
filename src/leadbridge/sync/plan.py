"""What to do with one record of ours at a CRM, as a pure function of what is known: every answer is the core's.

Here the core's functions are asked in order: is it linked, which record is it, is it still there, what differs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from msgspec.structs import replace

from leadbridge.crm.errors import Fault
from leadbridge.sync import faults
from leadbridge.sync.core import births, ends, plans
from leadbridge.sync.core.landing import released
from leadbridge.sync.core.matching import OWN_KEY, Doubt, Hit, LinkTo, Review, Wait, match_there, stands_for
from leadbridge.sync.core.plans import Act, Word
from leadbridge.sync.core.reads import Freshness, freshness
from leadbridge.sync.core.record import reconcile
from leadbridge.sync.core.values import Absent, AbsentFrom, Link, LinkState, Moved, Ours, Present, Value
from leadbridge.sync.flow import OWN_ID, Flow


@dataclass(frozen=True, slots=True)
class Known:
    """All that is known of one record before the decision."""

    ours: Ours
    link: Link | None
    read: Present | None
    """The CRM's record, read by id; its id was known from the link, or found by ``by``."""
    stream: plans.Stream
    by: str = ""
    """The key that found it: ``OWN_KEY``, or the name of the match key; "" for a linked record."""
    wanted: Value = None
    """The value of the match key that it was looked up by."""
    claimed: Mapping[str, str] = field(default_factory=dict)
    """CRM records that belong to one of ours already, and to which."""
    awaiting: Sequence[str] = ()
    """Other records of ours, not deleted, whose unanswered create may have made the record that was found."""
    asked: int = 0
    """Our time (ms) from before the look-ups."""


@dataclass(frozen=True, slots=True)
class Go:
    """The core's plan: its link is stored, then what it sends is written to the record that was read, or created."""

    plan: plans.Plan
    read: Present | None

    @property
    def crm_id(self) -> str | None:
        """The record's id; None: it is created."""
        return self.read.id if self.read is not None else None


@dataclass(frozen=True, slots=True)
class Hold:
    """Nothing is written, for a reason that a person is told; ``link`` is stored where it came out of it."""

    fault: Fault
    link: Link | None = None


@dataclass(frozen=True, slots=True)
class Again:
    """The record is to be read once more: its version showed other values before."""


Step = Go | Hold | Again


def plan(known: Known, flow: Flow, now: int, intent_id: str, *, asked: bool = True) -> Step:
    """Return what to do with one record; ``now`` is our time in ms, ``intent_id`` a fresh id.

    ``asked``: a person asks for it, so values that the CRM refused before are tried again.
    """
    link = known.link
    if link is not None and link.crm_id is not None:
        return _linked(known, released(link) if asked else link, now, intent_id)
    hits = [Hit(known.by, known.read.id)] if known.read is not None else []
    match = match_there(
        known.ours.id,
        link,
        hits,
        known.claimed,
        safety=flow.safety,
        match_keys=(flow.match.name,) if flow.match is not None else (),
        lag=flow.lag,
        now=known.asked,
        awaiting=known.awaiting,
    )
    match match:
        case LinkTo() if known.read is not None:
            if match.by != OWN_KEY and flow.match is not None and not stands_for(flow.match, known.wanted, known.read):
                return Hold(faults.SECONDARY_EMAIL)
            claimed = replace(link or Link(record_id=known.ours.id), crm_id=match.id)
            return _present(known, claimed, known.read, now, intent_id)
        case Review():
            return Hold(_doubt(match))
        case Wait():
            return Hold(faults.unseen_create(datetime.fromtimestamp(match.until / 1000, UTC)))
        case _:
            return Go(births.create_there(known.ours, known.stream, now, intent_id), None)


def _linked(known: Known, link: Link, now: int, intent_id: str) -> Step:
    """Decide for a record whose counterpart is known: it may be gone, or go on as another."""
    read = known.read
    if read is None:
        ended = ends.deleted_there(link, known.ours, Absent(link.crm_id or "", AbsentFrom.BY_ID), known.stream)
        return Hold(faults.RECORD_GONE, ended.link if ended.act is Act.APPLY else None)
    if read.id != link.crm_id:
        link, other = _followed(known, link, read)
        if other is not None:
            return Hold(faults.already_linked(other), link)
    return _present(known, link, read, now, intent_id)


def _followed(known: Known, link: Link, read: Present) -> tuple[Link, str | None]:
    """Return the link after its record was merged into ``read``, and which other of ours has the survivor, if any."""
    holder = known.claimed.get(read.id)
    other = Link(record_id=holder, state=LinkState.ACTIVE, crm_id=read.id) if holder is not None else None
    after = ends.moved(link, Moved(link.crm_id or "", read.id), known.ours, other, None).link
    return after, after.redirect_to


def _present(known: Known, link: Link, read: Present, now: int, intent_id: str) -> Step:
    if freshness(link, read, known.stream.pairs) is Freshness.DROP:
        return Hold(faults.STALE_READ)
    decided = reconcile(link, known.ours, read, known.stream, now, intent_id)
    if decided.act is Act.READ_BY_ID:
        return Again()
    if decided.word is Word.HELD:
        return Hold(faults.undecided(kept(decided.link), decided.entries), decided.link)
    return Go(decided, read)


def _doubt(review: Review) -> Fault:
    if review.doubt is Doubt.TAKEN:
        return faults.already_linked(review.candidates[-1])
    if review.doubt is Doubt.AWAITED:
        return faults.awaited_create(review.candidates[-1])
    return faults.SEVERAL_MATCH if review.doubt is Doubt.SEVERAL else faults.UNANSWERED_CREATE


def kept(link: Link) -> tuple[str, ...]:
    """Return our names of the fields that were changed here and whose differing value in the CRM was kept."""
    found: list[str] = []
    for name, noted in link.noted.items():
        base = link.bases.get(name)
        if name != OWN_ID and noted.ours != (base.ours if base is not None else None):
            found.append(name.removeprefix("="))
    return tuple(found)
