"""Documents: links between a record of ours and one of a CRM's, and runs."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from leadbridge.kit.document import Id, LeanDocument, Record, Shape, Time
from leadbridge.storage.kind import Index, Kind


class LinkState(StrEnum):
    """``creating``: a create was intended and its outcome is not known yet. ``active``: both sides are known."""

    CREATING = "creating"
    ACTIVE = "active"


class FieldBase(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Both values of a field at its last agreement: ours, and theirs raw as the CRM returned it. Absent is blank."""

    f: str
    ours: str | None = None
    theirs: str | None = None


class Sent(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One value on its way to the CRM: ours, and what was sent for it. Absent means blank (the field is cleared)."""

    f: str
    ours: str | None = None
    sent: str | None = None


class Intent(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A write to the CRM that was about to be made. It stands until the outcome is stored, and explains a crash."""

    id: str
    sent: tuple[Sent, ...]
    read_version: str = ""
    at: int
    """Milliseconds since 1970."""


class Link(LeanDocument, frozen=True, kw_only=True, rename="camel"):
    """A record of ours and the CRM's record that is the same thing, over one connection.

    Per field it keeps two bases, ours and theirs: a side has changed when it differs from its own base, so a CRM that
    stores a phone number in another spelling has not changed it.
    """

    connection_id: str
    object: str
    kind: str
    record_id: str
    crm_id: str | None = None
    state: LinkState
    ours_key: str | None = None
    """Unique while the link stands: one link for each of our records, connection and object."""
    theirs_key: str | None = None
    """Unique while the link stands: no CRM record belongs to two of ours."""
    fields: tuple[FieldBase, ...] = ()
    read_version: str = ""
    """The CRM's version of the record at which ``fields`` was last true."""
    intent: Intent | None = None


class RunStatus(StrEnum):
    """How far a run is."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class Counts(Shape):
    """What became of every record a run looked at: ``read`` is the sum of the others."""

    read: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    excluded: int = 0
    held: int = 0
    failed: int = 0


class Run(Record):
    """One pass over records."""

    kind: str
    connection_id: Id
    provider: str
    status: RunStatus
    counts: Counts = Counts()
    vendor_calls: int = 0
    started_at: Time
    ended_at: Time | None = None


LINKS = Kind(
    "links",
    Link,
    (
        Index("ours", ("companyId", "oursKey"), unique=True),
        Index("theirs", ("companyId", "theirsKey"), unique=True),
        Index("record", ("companyId", "recordId")),
        Index("connection", ("companyId", "connectionId")),
        Index("subjects", ("companyId", "subjects"), multi=True),
    ),
)
RUNS = Kind("runs", Run, (Index("started", ("companyId", "startedAt")),))

KINDS = (LINKS, RUNS)


def ours_key(connection_id: str, object: str, record_id: str) -> str:
    """Return the value that makes a link unique for our record."""
    return f"{connection_id}:{object}:{record_id}"


def theirs_key(connection_id: str, object: str, crm_id: str) -> str:
    """Return the value that makes a link unique for the CRM's record."""
    return f"{connection_id}:{object}:{crm_id}"
