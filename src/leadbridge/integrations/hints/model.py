"""Documents: hints. They name records of a CRM and hold nothing of what is in them."""

from __future__ import annotations

from leadbridge.kit.document import Document, Id, Time
from leadbridge.storage.kind import Index, Kind


class StoredHint(Document):
    """News of one record at one connection. ``_id`` is made of the connection and the event.

    While it is kept, the same event is not taken in again: the kind is the ledger of what has come, too.
    """

    connection_id: Id
    provider: str
    object: str
    record_id: str
    change: str
    """``changed``, ``gone`` or ``merged``."""
    into: str | None = None
    ours: bool = False
    """The vendor says that our own app made the change."""
    occurred_at: Time
    received_at: Time


HINTS: Kind[StoredHint] = Kind(
    "hints",
    StoredHint,
    (
        Index("received", ("companyId", "receivedAt")),
        Index("connection", ("companyId", "connectionId", "receivedAt")),
    ),
)

KINDS = (HINTS,)
