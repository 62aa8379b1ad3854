"""JSON Schemas (2020-12) of what events' bodies hold: records, the envelope, and the data of each sort of event."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from leadbridge.leads.types import TYPES

ID: Mapping[str, Any] = {"type": "string", "pattern": "^[0-9a-f]{24}$"}
TEXT: Mapping[str, Any] = {"type": "string"}
TIME: Mapping[str, Any] = {"type": "string", "format": "date-time"}
_WHOLE: Mapping[str, Any] = {"type": "integer"}
_OF_FIELDS: Mapping[str, Mapping[str, Any]] = {
    "address": {
        "type": "object",
        "properties": dict.fromkeys(("street", "city", "region", "postalCode", "country"), TEXT),
    },
    "value": {"type": "object", "properties": {"amount": TEXT, "currency": TEXT}, "required": ["amount"]},
    "consent": {
        "type": "object",
        "properties": {"given": {"type": "boolean"}, "at": TIME, "source": TEXT},
        "required": ["given"],
    },
    "tags": {"type": "array", "items": TEXT},
    "custom": {"type": "object"},
    "score": _WHOLE,
    "employees": _WHOLE,
    "probability": _WHOLE,
    "accountId": ID,
    "contactId": ID,
}
"""Fields that are no plain text."""
_NOT_SHOWN = frozenset({"allowErased"})


def record(name: str) -> dict[str, Any]:
    """Return the schema of a record as events hold it; of a body that was cut down only ``_id`` is left."""
    fields: dict[str, Any] = {"_id": ID}
    for attribute, info in TYPES[name].body.model_fields.items():
        alias = info.alias or info.serialization_alias or attribute
        if alias not in _NOT_SHOWN:
            fields[alias] = _OF_FIELDS.get(alias, TEXT)
    fields |= {"createdAt": TIME, "updatedAt": TIME, "deletedAt": TIME}
    return {"type": "object", "properties": fields, "required": ["_id"]}


def data(properties: Mapping[str, Any], required: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return the schema of an event's ``data``."""
    return {"type": "object", "properties": dict(properties), "required": list(required)}


def change_of(name: str, more: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return the schema of the data of a record's change."""
    return data(
        {
            name: record(name),
            "types": {
                "type": "array",
                "items": TEXT,
                "description": "Everything that the change is, most general first.",
            },
            "changes": {
                "type": "object",
                "description": "Field to the value before and the value after; empty for a new record.",
                "additionalProperties": {"type": "array", "minItems": 2, "maxItems": 2},
            },
            "by": {"type": "string", "description": "Who or what made the change: user:<id>, form:<id>."},
            **(more or {}),
        },
        (name,),
    )


def body(type: str, of_data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the schema of the whole body of an event of ``type``."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": type,
        "type": "object",
        "required": ["type", "id", "timestamp", "executionId", "companyId", "origin", "hop", "data"],
        "properties": {
            "type": {"const": type},
            "id": {**ID, "description": "The event. The same event has the same id for everybody it is told."},
            "timestamp": {**TIME, "description": "When it happened."},
            "executionId": {**ID, "description": "The delivery's own id: webhook-id, and what a call-back names."},
            "automationId": ID,
            "hookId": ID,
            "companyId": ID,
            "origin": {
                "type": "string",
                "description": "What brought it about: api, form, import, backfill, crm, schedule, automation:<id>.",
            },
            "hop": {"type": "integer", "minimum": 0, "description": "Automations in a row that led to it."},
            "test": {"const": True, "description": "A person's test of the automation."},
            "truncated": {"const": True, "description": "The body was too large: only ids are left of its records."},
            "data": dict(of_data),
        },
    }
