"""Documents: answers kept for repetition, and the levels of rate limits."""

from __future__ import annotations

from leadbridge.kit.document import Document, GlobalDocument, Time
from leadbridge.security.model import SEALED_INDEX, Sealed
from leadbridge.storage.kind import Index, Kind

RUNNING, DONE = "running", "done"


class StoredAnswer(Document):
    """What became of a write that carried an ``Idempotency-Key``.

    ``_id`` is a hash of company, principal, method, path and key. ``subjects`` names every record the answer mentions,
    since the answer may hold a person's data.
    """

    state: str
    """``running`` or ``done``."""
    fingerprint: str
    """Hash of query and body: the same key stands for the same request only."""
    holder: str
    """Which attempt runs; only its result is taken."""
    lease_until: int
    """Milliseconds since 1970 from which another attempt may take over."""
    expires_at: Time
    status: int | None = None
    answer: Sealed | None = None
    """Absent while running, and where the answer was too long to be kept."""
    kid: str | None = None


ANSWERS = Kind(
    "idempotency_answers",
    StoredAnswer,
    (
        Index("expiry", ("expiresAt",)),
        SEALED_INDEX,
        Index("subjects", ("companyId", "subjects"), multi=True),
    ),
)


class RateBucket(GlobalDocument):
    """A token bucket shared by all processes. ``_id`` is ``<rule>:<whom>``; an address stands there as a hash."""

    level: float
    """Requests left, at the time ``at``."""
    at: int
    """Milliseconds since 1970."""
    expires_at: Time
    """The bucket is full again before this time, and so is one that does not exist."""


BUCKETS = Kind("rate_buckets", RateBucket, (Index("expiry", ("expiresAt",)),), tenant=False)

KINDS = (ANSWERS, BUCKETS)
"""The web room's kinds."""
