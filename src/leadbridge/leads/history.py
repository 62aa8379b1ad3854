"""What happened to records: one document for each change, written in the batch of that change.

An event says what kind of change it was (``types``: a change of status is an update too), who made it, and which
fields went from what to what. Automations read it as their trigger, people as the record's timeline.
"""

from __future__ import annotations

import hashlib
from typing import Any

from pydantic import Field

from leadbridge.kit.document import Id, JsonObject, Record, Time
from leadbridge.storage.kind import Index, Kind

MAX_HOPS = 3
"""A change that an automation made because of a change that an automation made, and so on: this often."""
MAX_SHOWN = 2000
"""Characters of a value that an event keeps; a longer one is cut."""


class RecordEvent(Record):
    """One change of one record. ``seq`` is the record's own counter, so that its events have an order."""

    types: tuple[str, ...]
    """``lead.updated``, ``lead.status_changed``: the first names the change, the others what it also is."""
    record: str
    """``lead``, ``contact``, ``account`` or ``deal``."""
    record_id: Id
    seq: int
    at: Time
    origin: str
    hop: int = 0
    by: str
    changes: JsonObject = Field(default_factory=dict)
    """Field to ``[before, after]``; for a new record nothing: its fields are its own."""
    other_id: Id | None = None
    """The record that a merge brought in."""


EVENTS: Kind[RecordEvent] = Kind(
    "record_events",
    RecordEvent,
    (
        Index("record", ("companyId", "recordId", "at")),
        Index("at", ("companyId", "at")),
        Index("types", ("companyId", "types", "at"), multi=True),
        Index("subjects", ("companyId", "subjects"), multi=True),
    ),
)


def event_id(record_id: str, seq: int) -> str:
    """Return the id of the event of a record's change: the same for the same change, however often it is tried."""
    return hashlib.blake2b(f"{record_id}:{seq}".encode(), digest_size=12).hexdigest()


def shown_value(value: Any) -> Any:
    """Return a field's value as an event keeps it."""
    if hasattr(value, "model_dump"):
        return value.model_dump(mode="json", by_alias=True, exclude_none=True)
    if isinstance(value, tuple):
        return [shown_value(item) for item in value]
    return value if not isinstance(value, str) or len(value) <= MAX_SHOWN else value[:MAX_SHOWN] + "…"


def event_view(event: RecordEvent) -> dict[str, Any]:
    """Return an event as the API shows it."""
    shown = event.model_dump(mode="json", by_alias=True, exclude={"company_id", "rev", "v", "subjects"})
    shown["type"] = event.types[0]
    return {name: value for name, value in shown.items() if value is not None}
