"""Documents: leads that wait for the next automatic push of a connection."""

from __future__ import annotations

from datetime import datetime

from leadbridge.kit.document import Id, LeanDocument
from leadbridge.storage.kind import Index, Kind


class WaitingPush(LeanDocument, frozen=True, kw_only=True, rename="camel"):
    """A lead that changed. ``_id`` is made of connection and lead: however often it changes, it waits once."""

    connection_id: Id
    lead_id: Id
    since: datetime
    """When the first of the changes was told."""


WAITING_PUSHES = Kind(
    "waiting_pushes",
    WaitingPush,
    (
        Index("connection", ("companyId", "connectionId", "since")),
        Index("since", ("companyId", "since")),
        Index("subjects", ("companyId", "subjects"), multi=True),
    ),
)

KINDS = (WAITING_PUSHES,)


def waiting_id(connection_id: str, lead_id: str) -> str:
    """Return the id under which a lead waits for a connection."""
    return f"{connection_id}:{lead_id}"
