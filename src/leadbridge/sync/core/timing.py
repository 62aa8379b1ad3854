"""Which of two edits was later, with times that are only known to lie in an interval."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

from leadbridge.sync.core.values import Link, Ours, Pair, Present

MARGIN_MS = 2_000
"""Times closer than this are not told apart: clocks and their correction are no better."""


class Later(StrEnum):
    """Which side was edited last, as far as it can be known."""

    OURS = "ours"
    THEIRS = "theirs"
    UNCERTAIN = "uncertain"


class Interval(Struct, frozen=True):
    """An edit was made at or after ``start`` and at or before ``end`` (ms, our clock)."""

    start: int
    end: int


class VendorClock(Struct, frozen=True):
    """How the vendor's times are read: ``offset`` ms ahead of ours, cut to ``resolution`` ms."""

    offset: int = 0
    resolution: int = 1


def later(ours: Interval, theirs: Interval) -> Later:
    """Return which edit was later; uncertain when the intervals overlap or lie within the margin."""
    if ours.start > theirs.end + MARGIN_MS:
        return Later.OURS
    if theirs.start > ours.end + MARGIN_MS:
        return Later.THEIRS
    return Later.UNCERTAIN


def edited_last(pair: Pair, link: Link, ours: Ours, read: Present, clock: VendorClock) -> Later:
    """Return which side's edit of the field was later.

    Most vendors keep one time a record, so theirs lies between the base's version and the record's modified time; where
    a field has its own time, it is that.
    """
    own = ours.changed.get(pair.name, 0)
    at = read.field_times.get(pair.theirs) if read.field_times is not None else None
    if at is not None:
        theirs = Interval(at - clock.offset, at - clock.offset + clock.resolution - 1)
    else:
        noted = link.noted.get(pair.name)
        start = noted.since if noted is not None else link.modified
        theirs = Interval(start - clock.offset, read.modified - clock.offset + clock.resolution - 1)
    return later(Interval(own, own), theirs)
