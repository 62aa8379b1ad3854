"""Whether a read may be believed, and what a record's absence means."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from leadbridge.sync.core.values import Absent, AbsentFrom, Link, Pair, Present, Value


class Freshness(StrEnum):
    """What to do with a read."""

    USE = "use"
    DROP = "drop"
    """Older than what is known: an old value at an old time would look like somebody changing it back."""
    READ_BY_ID = "read_by_id"
    """Not current, or of a version that showed other values before: read it (again) by id."""


def freshness(link: Link, read: Present, pairs: Sequence[Pair]) -> Freshness:
    """Return whether ``read`` is to be used for ``link``."""
    if not read.current:
        return Freshness.READ_BY_ID
    if read.version < link.version:
        return Freshness.DROP
    if read.version == link.version and not read.confirmed and differs(link, read, pairs):
        return Freshness.READ_BY_ID
    return Freshness.USE


def seen(link: Link, field: str) -> Value:
    """Return the CRM's raw value of our ``field`` as it was last taken in."""
    noted = link.noted.get(field)
    if noted is not None:
        return noted.theirs
    base = link.bases.get(field)
    return base.theirs if base is not None else None


def differs(link: Link, read: Present, pairs: Sequence[Pair]) -> bool:
    """Tell whether ``read`` shows any value that was not taken in yet."""
    return any(read.values.get(pair.theirs) != seen(link, pair.name) for pair in pairs)


def is_deletion(absent: Absent) -> bool:
    """Tell whether not finding a record means that it was deleted. Not being among a query's results never does."""
    return absent.source is not AbsentFrom.QUERY
