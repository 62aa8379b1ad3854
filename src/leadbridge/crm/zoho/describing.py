"""Zoho's fields, layouts, modules and users in our words. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from leadbridge.crm.model import FieldInfo, FieldType, Option, Owner
from leadbridge.crm.zoho.defaults import CHECKED_FOR_DUPLICATES, LEADS, OWN_KEY_LABEL

_TYPES: Mapping[str, FieldType] = {
    "integer": "number",
    "bigint": "number",
    "double": "number",
    "currency": "number",
    "percent": "number",
    "boolean": "boolean",
    "date": "date",
    "datetime": "datetime",
    "phone": "phone",
    "picklist": "choice",
    "multiselectpicklist": "choices",
}
_NOTHING = "-None-"
"""What Zoho's choice fields show for no value; null is what is stored."""


def field(raw: Mapping[str, Any], module: str, needed: Collection[str] = ()) -> FieldInfo:
    """Return one field; ``needed`` are those that the layouts require.

    It can be written unless Zoho calls it read-only, or takes it neither for a new record nor for an old one.
    """
    name = str(raw["api_name"])
    kind = str(raw.get("data_type") or "text")
    operations = raw.get("operation_type")
    closed = isinstance(operations, dict) and not (operations.get("api_create") or operations.get("api_update"))
    computed = kind in ("formula", "autonumber", "rollup_summary", "profileimage")
    label = raw.get("display_label") or raw.get("field_label") or name
    return FieldInfo(
        name=name,
        label=str(label),
        type=_TYPES.get(kind, "text"),
        writable=not (raw.get("read_only") or raw.get("field_read_only") or closed or computed),
        unique=bool(raw.get("unique")) or CHECKED_FOR_DUPLICATES.get(module) == name,
        custom=bool(raw.get("custom_field")),
        options=tuple(_options(raw.get("pick_list_values") or ())),
        required=bool(raw.get("system_mandatory")) or name in needed,
    )


def _options(listed: Iterable[Any]) -> Iterable[Option]:
    for one in listed:
        if not isinstance(one, dict) or one.get("type", "used") != "used":
            continue
        value = str(one.get("actual_value") or one.get("display_value") or "")
        if value and value != _NOTHING:
            yield Option(value, str(one.get("display_value") or value))


def types(listed: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Return each field's type in Zoho's words."""
    return {str(raw["api_name"]): str(raw.get("data_type") or "text") for raw in listed if raw.get("api_name")}


def own_key(listed: Iterable[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """Return the field that is to hold our id, found by its API name, else by its label."""
    found = list(listed)
    for name, wanted in (("api_name", LEADS.own_key), ("field_label", OWN_KEY_LABEL)):
        for raw in found:
            if raw.get(name) == wanted:
                return raw
    return None


def required(layouts: Iterable[Mapping[str, Any]]) -> frozenset[str]:
    """Return the fields that every active layout requires: a record can be made in none of them without."""
    by_layout = [_required(layout) for layout in layouts if layout.get("status") in (None, 1, "active")]
    return frozenset.intersection(*by_layout) if by_layout else frozenset()


def _required(layout: Mapping[str, Any]) -> frozenset[str]:
    return frozenset(
        str(one["api_name"])
        for section in layout.get("sections") or ()
        for one in section.get("fields") or ()
        if one.get("required") and one.get("api_name")
    )


def owner(raw: Mapping[str, Any]) -> Owner:
    """Return one user, by full name, else by address."""
    email = raw.get("email")
    name = raw.get("full_name") or email or raw["id"]
    return Owner(str(raw["id"]), str(email) if email else None, str(name), raw.get("status") == "active")
