"""Salesforce's fields, record types, users and stages in our words. Pure.

What the connection's user may not see is not described at all: field-level security shows as a missing field.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from leadbridge.crm.model import FieldInfo, FieldType, Option, Owner, Pipeline, StageInfo
from leadbridge.crm.salesforce.ids import long_id

_TYPES: Mapping[str, FieldType] = {
    "boolean": "boolean",
    "currency": "number",
    "date": "date",
    "datetime": "datetime",
    "double": "number",
    "int": "number",
    "long": "number",
    "multipicklist": "choices",
    "percent": "number",
    "phone": "phone",
    "picklist": "choice",
}
COMPOUND = frozenset({"address", "location", "base64", "complexvalue", "anyType"})
"""Types whose values are no text: an address is read and written by its parts."""
MASTER = "012000000000000AAA"
"""The record type of records that have none."""


def fields(body: Mapping[str, Any], allowed: Mapping[str, Sequence[Option]] | None = None) -> tuple[FieldInfo, ...]:
    """Return an object's fields. ``allowed`` are the values that a record type leaves of picklists, by field."""
    found = []
    for raw in body.get("fields") or []:
        if raw.get("type") in COMPOUND or raw.get("deprecatedAndHidden"):
            continue
        found.append(field(raw, (allowed or {}).get(str(raw["name"]))))
    return tuple(found)


def field(raw: Mapping[str, Any], allowed: Sequence[Option] | None = None) -> FieldInfo:
    """Return one field. It can be written unless Salesforce or field-level security keeps it from being changed."""
    name = str(raw["name"])
    options = tuple(
        Option(str(one["value"]), str(one.get("label") or one["value"]))
        for one in raw.get("picklistValues") or ()
        if one.get("active") and one.get("value")
    )
    return FieldInfo(
        name=name,
        label=str(raw.get("label") or name),
        type=_TYPES.get(str(raw.get("type") or "string"), "text"),
        writable=bool(raw.get("createable") or raw.get("updateable")),
        unique=name == "Id" or bool(raw.get("externalId") and raw.get("unique")),
        custom=bool(raw.get("custom")),
        options=options if allowed is None else tuple(allowed),
    )


def default_record_type(body: Mapping[str, Any]) -> str | None:
    """Return the record type that new records of the connection's user get, or None where there is no choice."""
    for raw in body.get("recordTypeInfos") or []:
        id = long_id(str(raw.get("recordTypeId") or ""))
        if raw.get("defaultRecordTypeMapping") and raw.get("available") and not raw.get("master") and id != MASTER:
            return id
    return None


def record_types(body: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Return id and name of the record types that the connection's user may choose."""
    return tuple(
        (long_id(str(raw["recordTypeId"])), str(raw.get("name") or raw["recordTypeId"]))
        for raw in body.get("recordTypeInfos") or []
        if raw.get("available") and raw.get("recordTypeId") and not raw.get("master")
    )


def picklists(body: Mapping[str, Any]) -> dict[str, tuple[Option, ...]]:
    """Return the values that each picklist has with a record type."""
    found = {}
    for name, told in (body.get("picklistFieldValues") or {}).items():
        values = told.get("values") or []
        found[str(name)] = tuple(
            Option(str(one["value"]), str(one.get("label") or one["value"])) for one in values if one.get("value")
        )
    return found


def owner(raw: Mapping[str, Any]) -> Owner:
    """Return one user."""
    email = raw.get("Email")
    return Owner(
        long_id(str(raw["Id"])),
        str(email) if email else None,
        str(raw.get("Name") or email or raw["Id"]),
        bool(raw.get("IsActive")),
    )


def pipeline(rows: Sequence[Mapping[str, Any]]) -> Pipeline:
    """Return the stages of opportunities, in order. Salesforce has one list, from which each sales process chooses."""
    stages = sorted(rows, key=lambda one: (one.get("SortOrder") or 0, str(one.get("ApiName") or "")))
    return Pipeline("OpportunityStage", "Opportunity stages", tuple(_stage(one) for one in stages))


def _stage(raw: Mapping[str, Any]) -> StageInfo:
    chance = raw.get("DefaultProbability")
    name = str(raw.get("ApiName") or raw.get("MasterLabel") or "")
    return StageInfo(
        name,
        str(raw.get("MasterLabel") or name),
        float(chance) / 100 if isinstance(chance, int | float) else None,
        bool(raw.get("IsClosed")),
    )
