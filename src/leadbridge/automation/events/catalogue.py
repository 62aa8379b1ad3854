"""The catalogue of events: every name, what it means, the JSON Schema of its body, and an example that fits it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from leadbridge.automation.events import schemas
from leadbridge.automation.events.schemas import ID, TEXT, TIME
from leadbridge.leads.types import TYPES

_COMPANY = "674085f0c2a1b94d3e5f6001"
_EVENT = "674085f0c2a1b94d3e5f6002"
_EXECUTION = "674085f0c2a1b94d3e5f6003"
_AUTOMATION = "674085f0c2a1b94d3e5f6004"
_CONNECTION = "674085f0c2a1b94d3e5f6005"
_RUN = "674085f0c2a1b94d3e5f6006"
_FORM = "674085f0c2a1b94d3e5f6007"
_OTHER = "674085f0c2a1b94d3e5f6073"
_AT = "2026-01-05T09:30:00.000Z"
_LEAD: Mapping[str, Any] = TYPES["lead"].example
_LEAD_ID = _LEAD["_id"]

_LABELS: Mapping[str, str] = {
    "lead.high_value": "High-value lead",
    "crm.synced": "Lead synced to the CRM",
    "crm.sync_failed": "Lead not synced to the CRM",
    "crm.record_changed": "Record changed in the CRM",
    "connection.reauth_required": "CRM must be connected again",
    "schedule.weekly": "Scheduled (weekly)",
}
"""Names of events that do not read well as their type does."""


@dataclass(frozen=True, slots=True)
class EventType:
    """One event of the catalogue. ``starts``: automations and subscriptions can listen to it."""

    type: str
    description: str
    data: Mapping[str, Any]
    """The JSON Schema of its ``data``."""
    example: Mapping[str, Any]
    """Its ``data`` in an example."""
    starts: bool = True
    origin: str = "api"
    """The origin that the example has."""
    record: str | None = None
    """The type of record that ``data`` holds under its name, if it holds one."""

    @property
    def label(self) -> str:
        """A few words for people: ``Lead status changed``."""
        return _LABELS.get(self.type) or self.type.replace(".", " ").replace("_", " ").capitalize()

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema of the whole body."""
        return schemas.body(self.type, self.data)

    def view(self) -> dict[str, Any]:
        """Return it as the API shows it."""
        return {
            "type": self.type,
            "description": self.description,
            "schema": self.schema(),
            "example": example_body(self.type),
            "starts": self.starts,
        }


_FAULT = schemas.data({"code": TEXT, "message": TEXT, "hint": TEXT, "retryable": {"type": "boolean"}}, ("code",))
_NULLABLE = {"type": ["string", "null"]}
_SYNCED = {
    "lead": schemas.record("lead"),
    "leadId": ID,
    "provider": TEXT,
    "connectionId": ID,
    "runId": ID,
    "crmId": {**TEXT, "description": "The record's id in the CRM, where it has one."},
}
_SYNCED_EXAMPLE: Mapping[str, Any] = {
    "lead": _LEAD,
    "leadId": _LEAD_ID,
    "provider": "hubspot",
    "connectionId": _CONNECTION,
    "runId": _RUN,
}


def _change(
    verb: str, description: str, more: Mapping[str, Any] | None = None, record: str = "lead", **example: Any
) -> EventType:
    changes = example.pop("changes", {})
    types = [f"{record}.{one}" for one in dict.fromkeys((*example.pop("also", ()), verb))]
    data = {record: TYPES[record].example, "types": types, "changes": changes, "by": "user:674085f0c2a1b94d3e5f6008"}
    return EventType(
        f"{record}.{verb}",
        description,
        schemas.change_of(record, more),
        data | example,
        starts=record == "lead",
        record=record,
    )


def _verbs(record: str) -> tuple[EventType, ...]:
    """Return the five events that every type of record has."""
    article = "An" if record == "account" else "A"
    other = {"mergedId": {**ID, "description": f"The {record} that became part of this one."}}
    title = ["Sales", "Head of sales"]
    return (
        _change("created", f"{article} {record} was made.", record=record),
        _change("updated", f"Fields of a {record} changed.", record=record, changes={"title": title}),
        _change("deleted", f"{article} {record} was put away; it can be restored.", record=record),
        _change("restored", f"A deleted {record} came back.", record=record),
        _change("merged", f"Two {TYPES[record].plural} became one; this is the one that is left.", other,
                record=record, mergedId=_OTHER),
    )  # fmt: skip


_ALL: tuple[EventType, ...] = (
    *_verbs("lead"),
    _change("enriched", "A lead was completed with data from outside.", also=("updated",),
            changes={"company": [None, "Ejemplo S.L."]}),
    _change("scored", "A lead's score changed.", {"previousScore": {"type": ["integer", "null"]}}, also=("updated",),
            changes={"score": [20, 75]}, previousScore=20),
    _change("qualified", "A lead was judged to be worth the sales team's time.", also=("updated",),
            changes={"status": ["new", "qualified"]}),
    _change("assigned", "A lead was given to somebody.", {"previousOwnerId": _NULLABLE}, also=("updated",),
            changes={"ownerId": [None, "rep-7"]}, previousOwnerId=None),
    _change("status_changed", "A lead's status changed.", {"previousStatus": _NULLABLE}, also=("updated",),
            changes={"status": ["new", "contacted"]}, previousStatus="new"),
    _change("high_value", "A lead's value or score passed the company's threshold; once for each lead.",
            also=("created",)),
    EventType(
        "form.submitted",
        "Somebody sent a form. The lead is the one that it made, or added to.",
        schemas.data(
            {
                "lead": schemas.record("lead"),
                "form": schemas.data({"_id": ID, "name": TEXT}, ("_id",)),
                "submission": schemas.data(
                    {"_id": ID, "at": TIME, "created": {"type": "boolean"}, "data": {"type": "object"},
                     "consent": {"type": "object"}, "page": TEXT}, ("_id",)
                ),
            },
            ("lead", "form", "submission"),
        ),
        {
            "lead": _LEAD,
            "form": {"_id": _FORM, "name": "Contact"},
            "submission": {
                "_id": _EVENT,
                "at": _AT,
                "created": True,
                "data": {"email": _LEAD["email"], "message": "Please call me."},
                "page": "https://www.example.com",
            },
        },
        origin="form",
        record="lead",
    ),
    EventType(
        "crm.synced",
        "A lead was created or updated in a CRM.",
        schemas.data(
            {**_SYNCED, "action": {"enum": ["created", "updated"]}}, ("leadId", "provider", "connectionId")
        ),
        {**_SYNCED_EXAMPLE, "crmId": "501", "action": "created"},
        record="lead",
    ),
    EventType(
        "crm.sync_failed",
        "A lead could not be written to a CRM, or was held for a person to decide.",
        schemas.data(
            {**_SYNCED, "action": {"enum": ["failed", "held"]}, "fault": _FAULT}, ("leadId", "provider", "connectionId")
        ),
        {
            **_SYNCED_EXAMPLE,
            "action": "failed",
            "fault": {
                "code": "invalid_value",
                "message": "The CRM refused the e-mail address.",
                "hint": "Correct it and sync the lead again.",
                "retryable": False,
            },
        },
        record="lead",
    ),
    EventType(
        "crm.record_changed",
        "A CRM told of a change of one of its records. The body names the record; it does not hold it.",
        schemas.data(
            {
                "provider": TEXT,
                "connectionId": ID,
                "object": TEXT,
                "recordId": {**TEXT, "description": "The record's id in the CRM."},
                "change": {"enum": ["changed", "gone", "merged"]},
                "into": {**TEXT, "description": "The record that a merged one is part of."},
                "occurredAt": TIME,
            },
            ("provider", "connectionId", "object", "recordId", "change"),
        ),
        {
            "provider": "hubspot",
            "connectionId": _CONNECTION,
            "object": "contacts",
            "recordId": "501",
            "change": "changed",
            "occurredAt": _AT,
        },
        origin="crm",
    ),
    EventType(
        "connection.reauth_required",
        "A CRM no longer takes the hub's access: somebody must connect it again.",
        schemas.data(
            {"provider": TEXT, "connectionId": ID, "code": TEXT, "message": TEXT, "hint": TEXT}, ("connectionId",)
        ),
        {
            "provider": "hubspot",
            "connectionId": _CONNECTION,
            "code": "reauth_required",
            "message": "HubSpot no longer accepts this connection's access.",
            "hint": "Connect HubSpot again.",
        },
        origin="crm",
    ),
    EventType(
        "schedule.weekly",
        "The week's time has come that an automation is set to.",
        schemas.data(
            {"automationId": ID, "from": TIME, "to": TIME, "timeZone": TEXT}, ("automationId", "from", "to")
        ),
        {"automationId": _AUTOMATION, "from": "2025-12-29T08:00:00.000Z", "to": "2026-01-05T08:00:00.000Z",
         "timeZone": "Europe/Berlin"},
        origin="schedule",
    ),
    EventType(
        "webhook.received",
        "Another system called an automation's own address. 'data' is the body that it sent.",
        {"description": "Whatever was sent."},
        {"test": "data"},
    ),
    *_verbs("contact"),
    *_verbs("account"),
    *_verbs("deal"),
)  # fmt: skip

CATALOGUE: Mapping[str, EventType] = {one.type: one for one in _ALL}
"""Every event by its name, in the order in which they are listed."""
STARTING: frozenset[str] = frozenset(one.type for one in _ALL if one.starts)
"""The events that automations and subscriptions can listen to."""


def example_body(type: str) -> dict[str, Any]:
    """Return the example of an event's whole body; raises ``KeyError`` for a type that is not in the catalogue."""
    event = CATALOGUE[type]
    return {
        "type": type,
        "id": _EVENT,
        "timestamp": _AT,
        "executionId": _EXECUTION,
        "automationId": _AUTOMATION,
        "companyId": _COMPANY,
        "origin": event.origin,
        "hop": 0,
        "data": dict(event.example),
    }


def catalogue_table() -> str:
    """Return the catalogue as a Markdown table: the one in the docs."""
    lines = ["| event | when | `data` holds | starts automations |", "|---|---|---|:-:|"]
    for event in _ALL:
        holds = ", ".join(f"`{name}`" for name in event.data.get("properties", {})) or "what was sent"
        lines.append(f"| `{event.type}` | {event.description} | {holds} | {'yes' if event.starts else ''} |")
    return "\n".join(lines) + "\n"
