"""Documents: subscriptions."""

from __future__ import annotations

from pydantic import Field

from leadbridge.automation.model import StatusReason
from leadbridge.kit.document import Id, Record, Time
from leadbridge.storage.kind import Index, Kind

MAX_HOOKS = 200
"""Subscriptions of one company."""


class Hook(Record):
    """An address of another system that is told of some events, from when it subscribed until it unsubscribes."""

    event_types: tuple[str, ...]
    listens: tuple[str, ...] = Field(default=())
    """``event_types`` while it is delivered to, nothing once its endpoint was disabled."""
    filter: str | None = None
    """An expression over the event's record; only events for which it is true are delivered."""
    endpoint_id: Id
    reason: StatusReason | None = None
    """Why nothing is delivered any more."""
    created_by: str
    created_at: Time
    updated_at: Time

    @property
    def active(self) -> bool:
        """Whether events are delivered to it."""
        return bool(self.listens)


HOOKS: Kind[Hook] = Kind(
    "hooks",
    Hook,
    (
        Index("created", ("companyId", "createdAt")),
        Index("listens", ("companyId", "listens"), multi=True),
    ),
)

KINDS = (HOOKS,)
"""The subscriptions' kind."""
