"""HubSpot's properties, pipelines and owners in our words. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from leadbridge.crm.hubspot.answers import moment
from leadbridge.crm.model import FieldInfo, FieldType, Option, Owner, Pipeline, StageInfo, Version

_TYPES: Mapping[str, FieldType] = {
    "string": "text",
    "number": "number",
    "date": "date",
    "datetime": "datetime",
    "bool": "boolean",
    "phone_number": "phone",
}


def field(raw: Mapping[str, Any]) -> FieldInfo:
    """Return one property. It can be written unless it is calculated, archived or says otherwise."""
    rules = raw.get("modificationMetadata") or {}
    kind = str(raw.get("type") or "string")
    type: FieldType = _TYPES.get(kind, "text")
    if kind == "enumeration":
        type = "choices" if raw.get("fieldType") == "checkbox" else "choice"
    elif raw.get("fieldType") == "phonenumber":
        type = "phone"
    return FieldInfo(
        name=str(raw["name"]),
        label=str(raw.get("label") or raw["name"]),
        type=type,
        writable=not (rules.get("readOnlyValue") or raw.get("calculated") or raw.get("archived")),
        unique=bool(raw.get("hasUniqueValue")) or raw["name"] == "email",
        custom=not raw.get("hubspotDefined", False),
        options=tuple(
            Option(str(option["value"]), str(option.get("label") or option["value"]))
            for option in raw.get("options") or ()
            if not option.get("hidden")
        ),
        group=str(raw.get("groupName") or ""),
    )


def pipeline(raw: Mapping[str, Any]) -> Pipeline:
    """Return one pipeline; HubSpot's stage metadata are texts."""
    stages = sorted(raw.get("stages") or (), key=lambda one: (one.get("displayOrder", 0), str(one["id"])))
    return Pipeline(str(raw["id"]), str(raw.get("label") or raw["id"]), tuple(_stage(one) for one in stages))


def _stage(raw: Mapping[str, Any]) -> StageInfo:
    metadata = raw.get("metadata") or {}
    try:
        probability = float(metadata["probability"])
    except (KeyError, TypeError, ValueError):
        probability = None
    closed = str(metadata.get("isClosed")).lower() == "true"
    return StageInfo(str(raw["id"]), str(raw.get("label") or raw["id"]), probability, closed)


def owner(raw: Mapping[str, Any]) -> Owner:
    """Return one owner, by first and last name, else by address."""
    email = raw.get("email")
    name = " ".join(str(raw[part]) for part in ("firstName", "lastName") if raw.get(part))
    return Owner(
        str(raw["id"]), str(email) if email else None, name or str(email or raw["id"]), not raw.get("archived")
    )


def versions(raw: Mapping[str, Any]) -> dict[str, tuple[Version, ...]]:
    """Return a record's earlier values by field, newest first."""
    return {
        name: tuple(
            Version(
                one.get("value"), moment(str(one.get("timestamp"))), str(one.get("sourceId") or one.get("sourceType"))
            )
            for one in listed
        )
        for name, listed in (raw.get("propertiesWithHistory") or {}).items()
    }
