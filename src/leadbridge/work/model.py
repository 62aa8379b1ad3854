"""Documents of the work engine: lanes, signals, shares, tasks, schedules.

A lane is the unit of ownership: a connection, an endpoint, an automation. One worker at a time owns it, for a short
turn, known by a fence that only rises. Every time here is whole milliseconds since 1970.
"""

from __future__ import annotations

import re
from enum import IntEnum, StrEnum

import msgspec

from leadbridge.kit.document import GlobalDocument, LeanDocument
from leadbridge.storage.kind import Index, Kind

LANE = re.compile(r"[a-z]+:[0-9A-Za-z_-]+(#[0-9]+)?\Z")
"""A lane's id: what it is, a colon, whose it is; ``#n`` where the work of one thing is spread over several lanes."""
MAX_REF_BYTES = 16 * 1024


def connection_lane(connection_id: str) -> str:
    """Return the lane of a connection: whoever owns it is the one who writes to that CRM account."""
    return f"conn:{connection_id}"


class LaneState(StrEnum):
    """Where a lane is in its cycle."""

    IDLE = "idle"
    """Nothing waits."""
    DELAYED = "delayed"
    """Something is due at ``at``."""
    READY = "ready"
    """Something is due; ``vt`` says when its turn comes."""
    OWNED = "owned"
    """A worker has it until ``at``."""
    PAUSED = "paused"
    """Stopped by a person."""


class Rate(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A token bucket: ``tokens`` were left at ``at``; it fills by ``per_sec`` up to ``burst``.

    While ``at`` lies ahead the other side asked not to be called before. ``share`` of ``per_sec`` is what it is called
    with after it said that this was too often.
    """

    tokens: float
    at: int
    per_sec: float
    burst: float
    share: float = 1.0


class Paced(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """How often a lane is to call its other side, as its settings say: the next turn's bucket follows."""

    per_sec: float
    burst: float


class Breaker(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Whether the lane's other side is called at all: ``closed``, or ``open`` until ``until``, then one probe."""

    state: str = "closed"
    fails: int = 0
    until: int = 0


class Lane(LeanDocument, frozen=True, kw_only=True, rename="camel"):
    """One owner at a time. Only the owner writes an owned lane; producers only wake one that is not owned."""

    state: str
    fence: int = 0
    at: int = 0
    vt: int = 0
    limit: int = 1
    """Tasks that run at once."""
    quantum: int = 100
    """Tasks in one turn."""
    owner: str | None = None
    turn: tuple[str, ...] = ()
    """The tasks that may be running: each of them is counted a crash when the ownership ends by itself."""
    seen: int = 0
    stop: bool | None = None
    """A person stopped it: it becomes paused when its turn has ended, or would begin."""
    held: bool | None = None
    """Delayed by its rate or its breaker: new tasks do not wake it earlier."""
    rate: Rate | None = None
    """Written by the owner alone."""
    paced: Paced | None = None
    """Never written by the owner."""
    breaker: Breaker | None = None


class Signal(LeanDocument, frozen=True, kw_only=True, rename="camel"):
    """How often something was put into a lane. Apart from the lane, so that producers never conflict with its owner."""

    n: int = 0


class Share(LeanDocument, frozen=True, kw_only=True, rename="camel"):
    """What a company has had of the workers, in virtual time."""

    vt: int = 0
    weight: int = 1


class Queue(IntEnum):
    """The two queues of a lane. Live work goes first, and one of the lane's slots is kept for it."""

    LIVE = 0
    BULK = 1


class TaskState(StrEnum):
    WAITING = "waiting"
    DEAD = "dead"


class LastError(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Why the last try failed. ``code`` is from a closed list; ``message`` holds no secret and no person's data."""

    code: str
    at: int
    message: str = ""


class Task(LeanDocument, frozen=True, kw_only=True, rename="camel"):
    """Something to do. It is deleted when done: history is kept by the documents it changed."""

    lane: str
    q: int
    kind: str
    ref: str
    """The reference as JSON: ids only, at most 16 KB, no secrets, no copies of records."""
    state: str = TaskState.WAITING
    due_at: int
    first_due_at: int
    """When it was due at first: what waiting times and the patience with an ordered key are counted from."""
    expires_at: int | None = None
    attempt: int = 0
    """Tries that failed."""
    crashes: int = 0
    """Workers that died, or stood still beyond their lease, while it may have been running."""
    hits: int = 0
    """Times it was asked for again while it existed."""
    uniq: str | None = None
    order_key: str | None = None
    order_seq: int | None = None
    trace: str | None = None
    """The id of the request that caused it."""
    last_error: LastError | None = None


class Schedule(LeanDocument, frozen=True, kw_only=True, rename="camel"):
    """Work that comes back: five cron fields in a time zone, and the task that each firing makes."""

    cron: str
    tz: str
    next_at: int
    lane: str
    kind: str
    ref: str
    q: int = Queue.BULK


class Budget(GlobalDocument):
    """What may still be asked of one vendor account, by every process and every company that calls it."""

    tokens: float
    at: int
    shut_until: int = 0
    holders: tuple[str, ...] = ()
    """Processes that have lately taken calls, as ``name:time`` until which each counts."""


class Chore(GlobalDocument):
    """Something a hub does again and again for all companies: when it is due next."""

    at: int


LANES = Kind("lanes", Lane, (Index("vt", ("state", "vt")), Index("state", ("state", "at"))))
SIGNALS = Kind("signals", Signal)
SHARES = Kind("shares", Share, (Index("vt", ("vt",)),))
TASKS = Kind(
    "tasks",
    Task,
    (
        Index("due", ("lane", "state", "q", "dueAt")),
        Index("order", ("lane", "orderKey", "orderSeq")),
        Index("kind", ("companyId", "state", "kind")),
        Index("state", ("companyId", "state")),
        Index("uniq", ("companyId", "uniq"), unique=True),
    ),
)
SCHEDULES = Kind("schedules", Schedule, (Index("next", ("nextAt",)),))
BUDGETS = Kind("budgets", Budget, tenant=False)
CHORES = Kind("chores", Chore, tenant=False)

KINDS = (LANES, SIGNALS, SHARES, TASKS, SCHEDULES, BUDGETS, CHORES)
"""Work's kinds."""
