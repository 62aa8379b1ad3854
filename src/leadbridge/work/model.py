"""Documents: lanes."""

from __future__ import annotations

from leadbridge.kit.document import LeanDocument
from leadbridge.storage.kind import Index, Kind


class Lane(LeanDocument, frozen=True, kw_only=True, rename="camel"):
    """The unit of ownership, such as ``conn:<id>``: one owner at a time, known by a fence that only rises."""

    state: str
    """``idle`` or ``owned``."""
    fence: int
    at: int
    """Milliseconds since 1970 at which the ownership ends if it is not renewed."""
    owner: str | None = None


LANES = Kind("lanes", Lane, (Index("state", ("state", "at")),))

KINDS = (LANES,)
"""Work's kinds."""
