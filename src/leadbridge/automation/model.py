"""Documents: automations."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from leadbridge.kit.document import Id, JsonObject, Record, Shape, Time
from leadbridge.storage.kind import Index, Kind

MAX_AUTOMATIONS = 500
"""Automations of one company."""


class AutomationStatus(StrEnum):
    """Whether an automation starts. Every one but ``active`` counts as inactive in the statistics."""

    INACTIVE = "inactive"
    """A person has not switched it on, or switched it off."""
    ACTIVE = "active"
    PAUSED = "paused"
    """Its endpoint keeps failing; it goes on when a person says so."""
    DISABLED = "disabled"
    """Its endpoint is gone for good (410), or refuses our credentials; it needs a new address."""


class RunBy(StrEnum):
    """Who does an automation's work."""

    MAKE = "make"
    """Its events are delivered to an address: a Make webhook, or any other."""
    NATIVE = "native"
    """Its steps are run here."""


class Trigger(Shape):
    """What starts an automation."""

    type: str
    """One of the event types of the catalogue."""


class StatusReason(Shape):
    """Why an automation is paused or disabled, for people."""

    code: str
    message: str
    hint: str
    at: Time


class Automation(Record):
    """An automation: a template of ours set up for a company, or a workflow of its own."""

    name: str
    template_id: str | None = None
    """Absent: a workflow of its own, which ``definition`` holds."""
    definition: JsonObject | None = None
    status: AutomationStatus = AutomationStatus.INACTIVE
    reason: StatusReason | None = None
    run_by: RunBy
    trigger: Trigger
    listens: str | None = None
    """The trigger's type while the automation is active, absent otherwise: the index finds who hears of an event."""
    filter: str | None = None
    """An expression over the event's data; only events for which it is true start the automation."""
    config: JsonObject = Field(default_factory=dict)
    endpoint_id: Id | None = None
    make_scenario_id: str | None = None
    created_by: Id | None = None
    created_at: Time
    updated_at: Time
    activated_at: Time | None = None

    @property
    def delivers_to(self) -> str | None:
        """The id of the endpoint that its events are delivered to; None where its steps are run here."""
        return self.endpoint_id if self.run_by is RunBy.MAKE else None


AUTOMATIONS = Kind(
    "automations",
    Automation,
    (
        Index("created", ("companyId", "createdAt")),
        Index("status", ("companyId", "status", "createdAt")),
        Index("listens", ("companyId", "listens")),
    ),
)

KINDS = (AUTOMATIONS,)
"""The automations' own kinds."""
