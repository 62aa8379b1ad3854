"""Documents: usage events and error log entries."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from leadbridge.kit.document import Document, Id, JsonObject, Record, Shape, Time
from leadbridge.storage.kind import Index, Kind
from leadbridge.usage import rows


class EventType(StrEnum):
    """Every operation that is counted."""

    CRM_CONNECT = "crm_connect"
    CRM_DISCONNECT = "crm_disconnect"
    CRM_SYNC = "crm_sync"
    CRM_WEBHOOK_RECEIVED = "crm_webhook_received"
    TOKEN_REFRESH = "token_refresh"  # noqa: S105  # a name
    MAKE_WORKFLOW_EXECUTED = "make_workflow_executed"
    WORKFLOW_EXECUTED = "workflow_executed"
    WEBHOOK_RECEIVED = "webhook_received"
    WEBHOOK_DELIVERED = "webhook_delivered"
    NOTIFICATION_SENT = "notification_sent"
    ENRICHMENT = "enrichment"
    LEAD_IMPORT = "lead_import"
    REPORT_SENT = "report_sent"


class Category(StrEnum):
    """What an operation belongs to."""

    CRM = "crm"
    AUTOMATION = "automation"
    LEAD = "lead"
    AUTH = "auth"


class Status(StrEnum):
    """How an operation ended."""

    SUCCESS = "success"
    FAILED = "failed"


class Metadata(Shape):
    """What an operation was about: counts and ids, never personal data."""

    duration: int
    """Milliseconds."""
    request_data: JsonObject = Field(default_factory=dict)
    response_data: JsonObject = Field(default_factory=dict)


class Metrics(Shape):
    """What an operation used."""

    api_calls_used: int = 0
    records_processed: int = 0


class UsageEvent(Record):
    """One operation: a push run, a token refresh, an import."""

    event_type: EventType
    category: Category
    status: Status
    metadata: Metadata
    metrics: Metrics
    provider: str | None = None
    connection_id: Id | None = None
    automation_id: Id | None = None
    run_id: Id | None = None
    created_at: Time


class LoggedRequest(Record):
    """One HTTP call of an operation, without anything that was sent or answered but the status."""

    event_id: Id
    """The usage event of the operation it was made for."""
    at: Time
    provider: str | None = None
    connection_id: Id | None = None
    method: str
    url: str
    """Host and path; parts that may name a person, a key or a query's values are masked."""
    status: int | None = None
    """Absent where no answer came."""
    outcome: str
    """``answered``, ``not_sent`` or ``lost``."""
    milliseconds: int
    sent_bytes: int
    received_bytes: int
    correlation_id: str | None = None
    """The vendor's own id of the call."""


MAX_LIMIT = 10**15
"""More than anybody uses, and still a whole number for every reader of JSON."""


class Limit(Shape):
    """A limit of a company: from ``soft`` on it is warned, past ``hard`` it is refused. Absent: none."""

    soft: int | None = Field(None, ge=1, le=MAX_LIMIT)
    hard: int | None = Field(None, ge=1, le=MAX_LIMIT)


class Quotas(Document):
    """The limits a company set itself. ``_id`` is the company's."""

    vendor_calls_per_day: Limit = Limit()
    executions_per_month: Limit = Limit()
    leads_per_month: Limit = Limit()


class ErrorEntry(Record):
    """A failure somebody should know of. The same failure again raises ``count`` and moves ``occurredAt``."""

    key: str
    occurred_at: Time
    first_at: Time
    provider: str | None = None
    connection_id: Id | None = None
    operation: str
    code: str
    vendor_code: str | None = None
    message: str
    cause: str
    hint: str
    retryable: bool
    lead_id: Id | None = None
    request_id: str | None = None
    correlation_id: str | None = None
    """The vendor's own id of the failed call."""
    count: int = 1


USAGE_EVENTS = Kind(
    "UsageEvent",
    UsageEvent,
    (
        Index("created", ("companyId", "createdAt")),
        Index("type", ("companyId", "eventType", "createdAt")),
        Index("status", ("companyId", "status", "createdAt")),
    ),
)
REQUESTS = Kind(
    "request_log",
    LoggedRequest,
    (Index("at", ("companyId", "at")), Index("event", ("companyId", "eventId", "at"))),
)
ERRORS = Kind(
    "error_log",
    ErrorEntry,
    (
        Index("key", ("companyId", "key"), unique=True),
        Index("occurred", ("companyId", "occurredAt")),
        Index("subjects", ("companyId", "subjects"), multi=True),
    ),
)

QUOTAS = Kind("usage_quotas", Quotas)

KINDS = (USAGE_EVENTS, REQUESTS, ERRORS, QUOTAS, *rows.KINDS)
