"""Documents: links between a record of ours and one of a CRM's, runs, and the parts a run is done in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import msgspec

from leadbridge.kit.document import Id, JsonObject, LeanDocument, Record, Shape, Time
from leadbridge.storage.kind import Index, Kind
from leadbridge.sync.core.values import Intent, LinkState, Side, Value, Wrote


class FieldBase(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Both values of a field at its last agreement: ours, and theirs raw as the CRM returned it. Absent is blank."""

    f: str
    ours: Value = None
    theirs: Value = None


class FieldNoted(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Both values of a field whose difference stands, and was told once; see ``core.values.Noted``."""

    f: str
    ours: Value = None
    theirs: Value = None
    since: int = 0
    blocked: bool = False


class Link(LeanDocument, frozen=True, kw_only=True, rename="camel"):
    """A record of ours and the CRM's record that is the same thing, over one connection: ``core.values.Link``, stored.

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
    """Unique: one link for each of our records, connection and object, an ended one included."""
    theirs_key: str | None = None
    """Unique while the link stands: no CRM record belongs to two of ours."""
    fields: tuple[FieldBase, ...] = ()
    read_version: str = ""
    """The newest version of the CRM's record that was taken in."""
    modified: int = 0
    """The CRM's time of that version, ms."""
    intent: Intent | None = None
    """A write that was about to be made. It stands until the outcome is stored, and explains a crash."""
    noted: tuple[FieldNoted, ...] = ()
    frozen: tuple[str, ...] = ()
    wrote: tuple[Wrote, ...] = ()
    redirect_to: str | None = None
    gone_by: Side | None = None
    carried: bool = False


class RunStatus(StrEnum):
    """How far a run is."""

    WAITING = "waiting"
    """No part of it has begun."""
    RUNNING = "running"
    DONE = "done"
    """Every record has its outcome, whatever that is."""
    CANCELLED = "cancelled"
    """A person ended it: what had no outcome yet was left."""
    FAILED = "failed"
    """It broke off for a fault of ours, under an earlier version."""


class Trigger(StrEnum):
    """What began a run: somebody's request, or changes of leads while their connection pushes by itself."""

    REQUEST = "request"
    AUTOMATIC = "automatic"


OPEN = (RunStatus.WAITING, RunStatus.RUNNING)
"""The statuses of a run that goes on."""


class Counts(Shape):
    """What became of every record a run looked at: ``read`` is the sum of the others."""

    read: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    excluded: int = 0
    held: int = 0
    failed: int = 0


class FaultNote(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Why a record was not written, as ``crm.errors.Fault`` tells it, in what a person and the error log need."""

    code: str
    message: str
    hint: str
    cause: str = ""
    retryable: bool = False
    vendor_code: str | None = None
    correlation_id: str | None = None


class Item(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One id of a run: as it was sent, the lead it names (None: none), and its outcome once it has one."""

    sent: str
    lead: str | None = None
    action: str | None = None
    """``created``, ``updated``, ``unchanged``, ``held`` or ``failed``; None: not settled yet."""
    crm_id: str | None = None
    kept: tuple[str, ...] = ()
    fault: FaultNote | None = None


class Part(LeanDocument, frozen=True, kw_only=True, rename="camel"):
    """Some ids of a run, in the order they were sent, worked on together by one task."""

    run_id: Id
    number: int
    items: tuple[Item, ...]
    task_id: Id | None = None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Provenance:
    """What a run that was asked for comes of: an origin, and how many automations in a row led to it."""

    origin: str = "api"
    hop: int = 0


API = Provenance()
"""A request that comes of nothing else."""


class Run(Record):
    """One pass over records. While it goes on, only the owner of its connection's lane writes it.

    ``total`` ids were asked for, ``counts.read`` of them have their outcome.
    """

    kind: str
    connection_id: Id
    provider: str
    trigger: Trigger = Trigger.REQUEST
    status: RunStatus
    total: int = 0
    counts: Counts = Counts()
    vendor_calls: int = 0
    patient: bool = False
    """Whether a CRM that cannot be used just now is waited for; else every record fails at once with the reason."""
    cancelled: bool = False
    stopped: JsonObject | None = None
    """Why the CRM could not be used at all: what is left fails with the same reason."""
    request_id: str | None = None
    origin: str = "api"
    """What its news come of, where somebody asked for it: an automation, or a request."""
    hop: int = 0
    started_at: Time
    ended_at: Time | None = None


LINKS = Kind(
    "links",
    Link,
    (
        Index("ours", ("companyId", "oursKey"), unique=True),
        Index("theirs", ("companyId", "theirsKey"), unique=True),
        Index("record", ("companyId", "recordId")),
        Index("state", ("companyId", "connectionId", "state")),
        Index("subjects", ("companyId", "subjects"), multi=True),
    ),
)
RUNS = Kind("runs", Run, (Index("started", ("companyId", "startedAt")),))
PARTS = Kind(
    "run_parts",
    Part,
    (
        Index("run", ("companyId", "runId", "number")),
        Index("created", ("companyId", "createdAt")),
        Index("subjects", ("companyId", "subjects"), multi=True),
    ),
)

KINDS = (LINKS, RUNS, PARTS)


def ours_key(connection_id: str, object: str, record_id: str) -> str:
    """Return the value that makes a link unique for our record."""
    return f"{connection_id}:{object}:{record_id}"


def theirs_key(connection_id: str, object: str, crm_id: str) -> str:
    """Return the value that makes a link unique for the CRM's record."""
    return f"{connection_id}:{object}:{crm_id}"
