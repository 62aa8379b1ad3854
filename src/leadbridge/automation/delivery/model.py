"""Documents: endpoints, their health, executions, attempts."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import msgspec

from leadbridge.kit.document import Document, Id, LeanDocument, Record, Time
from leadbridge.security.model import SEALED_INDEX, Sealed
from leadbridge.storage.kind import Index, Kind
from leadbridge.usage.model import EventType

MAKE_PER_SECOND = 20.0
"""Deliveries a second to one endpoint unless it is set otherwise: Make takes 300 in ten seconds at most."""


class OwnerKind(StrEnum):
    """Whose an endpoint is."""

    AUTOMATION = "automation"
    HOOK = "hook"
    """A subscription that another system made for itself (Zapier, a Make app, n8n)."""


class EndpointState(StrEnum):
    """Whether anything is sent to an endpoint at all."""

    ACTIVE = "active"
    DISABLED = "disabled"
    """It said that it is gone (410), is not there (404, again and again), or refuses our credentials."""


class Endpoint(Record):
    """An address to which events are delivered, with how it is called. The address is a secret by itself."""

    owner_kind: OwnerKind
    owner_id: Id
    url: Sealed
    shown_url: str
    """Scheme, host and the last four characters: what people see of the address."""
    secret: Sealed
    """The signing secret as it is shown once: ``whsec_`` and base64."""
    previous_secret: Sealed | None = None
    """The one before, which signs as well until ``previous_until``."""
    previous_until: Time | None = None
    make_api_key: Sealed | None = None
    """Sent as ``x-make-apikey``."""
    kid: str
    per_second: float = MAKE_PER_SECOND
    concurrency: int = 10
    timeout_seconds: float = 15.0
    ordered: bool = False
    """Whether events of one record are delivered one after the other."""
    schedule: tuple[float, ...] | None = None
    """Seconds between tries, in place of the standard three days."""
    state: EndpointState = EndpointState.ACTIVE
    code: str | None = None
    """Why it is disabled."""
    renewed_at: Time | None = None
    """When a person last said that it is to be tried again: failures before are forgotten."""
    created_at: Time
    updated_at: Time


class EndpointHealth(Document):
    """How an endpoint has answered of late. ``_id`` is the endpoint's; only the owner of its lane writes it."""

    failures: int = 0
    """Attempts in a row that failed."""
    failing_since: Time | None = None
    last_success_at: Time | None = None
    last_failure_at: Time | None = None
    last_code: str | None = None
    last_status: int | None = None
    same: int = 0
    """Answers in a row that were of the class ``last_code``."""


class ExecutionState(StrEnum):
    """Where an execution is. The last three are settled: no try will follow by itself."""

    WAITING = "waiting"
    """Not tried yet."""
    RETRYING = "retrying"
    """The last try failed; another follows."""
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


OPEN = (ExecutionState.WAITING, ExecutionState.RETRYING)
SETTLED = frozenset(ExecutionState) - set(OPEN)


class Report(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What a call-back told of an execution that had been handed over."""

    ok: bool
    at: datetime
    message: str = ""
    result: str | None = None
    """JSON, as it came, redacted and cut."""


class Execution(LeanDocument, frozen=True, kw_only=True, rename="camel"):
    """One event for one automation or subscription: what is to be done about it, and how it went.

    ``_id`` is made of the event and of whom it is for, so that there is never a second one; a replay makes another.
    """

    automation_id: Id | None = None
    hook_id: Id | None = None
    endpoint_id: Id | None = None
    """Absent where the work is done here."""
    event_id: Id
    event_type: str
    record_id: Id | None = None
    origin: str
    hop: int = 0
    state: str = ExecutionState.WAITING
    body: str = "{}"
    """JSON: what is sent, byte for byte, in every attempt."""
    attempts: int = 0
    last_status: int | None = None
    code: str | None = None
    """What the last attempt's answer meant, from a closed list."""
    message: str | None = None
    created_at: datetime
    first_tried_at: datetime | None = None
    settled_at: datetime | None = None
    next_at: datetime | None = None
    expires_at: datetime | None = None
    """No attempt begins later than this."""
    test: bool | None = None
    """A person's test of the automation: counted nowhere."""
    replay_of: Id | None = None
    run_id: Id | None = None
    """The run that does its work, where a CRM is written to."""
    report: Report | None = None
    counted: bool | None = None
    """Whether it stands in the usage, under its own id: from its first end on."""


class Attempt(LeanDocument, frozen=True, kw_only=True, rename="camel"):
    """One call of an endpoint for one execution, without secrets."""

    execution_id: Id
    endpoint_id: Id
    n: int
    """From 1."""
    at: datetime
    milliseconds: int
    status: int | None = None
    """Absent where no answer came."""
    code: str
    """What the answer meant: ``delivered``, ``queue_full``, ``rate_limited``, ``gone``."""
    message: str = ""
    sent_headers: str = "{}"
    headers: str = "{}"
    """Of the answer; JSON of names and values, secret ones masked."""
    body: str = ""
    """The answer's first 4 KB, secrets masked."""
    next_at: datetime | None = None


ENDPOINTS = Kind("endpoints", Endpoint, (Index("owner", ("companyId", "ownerId")), SEALED_INDEX))
HEALTH = Kind("endpoint_health", EndpointHealth)
EXECUTIONS = Kind(
    "executions",
    Execution,
    (
        Index("created", ("companyId", "createdAt")),
        Index("automation", ("companyId", "automationId", "createdAt")),
        Index("automation_state", ("companyId", "automationId", "state", "createdAt")),
        Index("state", ("companyId", "state", "createdAt")),
        Index("subjects", ("companyId", "subjects"), multi=True),
    ),
)
ATTEMPTS = Kind(
    "delivery_attempts",
    Attempt,
    (
        Index("execution", ("companyId", "executionId", "n")),
        Index("at", ("companyId", "at")),
        Index("subjects", ("companyId", "subjects"), multi=True),
    ),
)

KINDS = (ENDPOINTS, HEALTH, EXECUTIONS, ATTEMPTS)


def endpoint_lane(endpoint_id: str) -> str:
    """Return the lane of an endpoint: its owner alone calls that address, and keeps its rate and breaker."""
    return f"endpoint:{endpoint_id}"


def trial_lane(endpoint_id: str) -> str:
    """Return the lane of the tests of an endpoint, which wait for nothing that the endpoint's own lane waits for."""
    return f"endpoint:{endpoint_id}#1"


def automation_lane(automation_id: str) -> str:
    """Return the lane of an automation whose steps are run here."""
    return f"auto:{automation_id}"


def counted_as(execution: Execution) -> EventType:
    """Return the operation that an execution is counted as once it has ended."""
    if execution.hook_id is not None:
        return EventType.WEBHOOK_DELIVERED
    return EventType.WORKFLOW_EXECUTED if execution.endpoint_id is None else EventType.MAKE_WORKFLOW_EXECUTED
