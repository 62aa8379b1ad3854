"""How far a poll has come: a time, an overlap for what is committed late, and what the overlap already showed."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from leadbridge.sync.core.values import Version


class Found(Struct, frozen=True):
    """One record of a page of changes: a hint to read it by id."""

    id: str
    version: Version
    modified: int
    """The vendor's time, ms."""


class Cursor(Struct, frozen=True):
    """Everything modified up to ``at`` (the vendor's time, ms) was seen, except what is committed late."""

    at: int = 0
    shown: frozenset[tuple[str, Version]] = frozenset()
    """What the overlap showed already, so that it is not taken twice."""


def since(cursor: Cursor, overlap: int) -> int:
    """Return the time from which to ask, inclusive."""
    return max(0, cursor.at - overlap)


def take(cursor: Cursor, found: Sequence[Found], horizon: int, overlap: int) -> tuple[list[str], Cursor]:
    """Return the ids that are news, and the cursor after them.

    ``horizon`` is the vendor's time up to which its index is complete (its now less its lag): the cursor never passes
    it. Several records may share one time, so news is told by id and version, not by time alone. While a change could
    still be committed under the same time, what was shown is no proof: it is news again until that has passed.
    """
    news = [one.id for one in found if (one.id, one.version) not in cursor.shown]
    newest = max((one.modified for one in found), default=cursor.at)
    at = max(cursor.at, min(newest, horizon))
    settled = horizon - overlap
    kept = {(one.id, one.version) for one in found if at - overlap <= one.modified <= settled}
    return list(dict.fromkeys(news)), Cursor(at, frozenset(kept))
