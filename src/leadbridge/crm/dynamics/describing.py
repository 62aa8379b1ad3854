"""Dataverse's definitions of tables in our words. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from leadbridge.crm.dynamics.tables import ColumnType, Table
from leadbridge.crm.model import FieldInfo, FieldType, Option

CHOICES = ("PicklistAttributeMetadata", "StateAttributeMetadata", "StatusAttributeMetadata")
MANY = "MultiSelectPicklistAttributeMetadata"
_LOOKUPS = frozenset({"Lookup", "Customer", "Owner"})
_HIDDEN = frozenset({"EntityName", "ManagedProperty", "CalendarRules", "PartyList", "File", "Image"})
_NUMBERS = frozenset({"Integer", "BigInt", "Decimal", "Double", "Money"})
_REQUIRED = frozenset({"SystemRequired", "ApplicationRequired"})


def name_of(raw: Mapping[str, Any]) -> str:
    """Return a column's name in a record: a lookup's is its own with an underscore before and ``_value`` behind it."""
    name = str(raw["LogicalName"])
    return f"_{name}_value" if raw.get("AttributeType") in _LOOKUPS else name


def shown(table: Table, raw: Mapping[str, Any]) -> bool:
    """Return whether a column is one for people: no helper of another one, no key, nothing that cannot be read."""
    kind = str(raw.get("AttributeType"))
    many = _type_name(raw) == "MultiSelectPicklistType"
    if raw.get("AttributeOf") or raw.get("IsValidForRead") is False or kind in _HIDDEN:
        return False
    return raw["LogicalName"] != table.key and (kind != "Virtual" or many)


def field(
    table: Table,
    raw: Mapping[str, Any],
    options: Mapping[str, tuple[Option, ...]],
    whole_days: frozenset[str],
    unique: frozenset[str],
) -> FieldInfo:
    """Return one column. A lookup can be written where its navigation property is known."""
    name = name_of(raw)
    writable = bool(raw.get("IsValidForCreate") or raw.get("IsValidForUpdate"))
    if raw.get("AttributeType") in _LOOKUPS:
        writable = writable and name in table.lookups
    if table.columns.get(name) == "read_only":
        writable = False
    required = (raw.get("RequiredLevel") or {}).get("Value")
    return FieldInfo(
        name=name,
        label=label(raw.get("DisplayName")) or name,
        type=_field_type(raw, name in whole_days),
        writable=writable,
        unique=name in unique,
        custom=bool(raw.get("IsCustomAttribute")),
        required=writable and required in _REQUIRED,
        options=options.get(name, ()),
    )


def _type_name(raw: Mapping[str, Any]) -> str:
    return str((raw.get("AttributeTypeName") or {}).get("Value") or "")


def _field_type(raw: Mapping[str, Any], whole_day: bool) -> FieldType:
    kind = str(raw.get("AttributeType"))
    if _type_name(raw) == "MultiSelectPicklistType":
        return "choices"
    if kind in ("Picklist", "State", "Status"):
        return "choice"
    if kind in _NUMBERS:
        return "number"
    if kind == "Boolean":
        return "boolean"
    if kind == "DateTime":
        return "date" if whole_day else "datetime"
    return "text"


def types(table: Table, columns: Iterable[Mapping[str, Any]], whole_days: frozenset[str]) -> dict[str, ColumnType]:
    """Return what each column holds, for writing."""
    return {name_of(raw): _column_type(table, raw, whole_days) for raw in columns}


def _column_type(table: Table, raw: Mapping[str, Any], whole_days: frozenset[str]) -> ColumnType:
    name, kind = name_of(raw), str(raw.get("AttributeType"))
    if name in table.columns:
        return table.columns[name]
    if not (raw.get("IsValidForCreate") or raw.get("IsValidForUpdate")):
        return "read_only"
    if kind in _LOOKUPS:
        return "lookup"
    if kind in ("Integer", "BigInt", "Picklist", "State", "Status"):
        return "integer"
    if kind in _NUMBERS:
        return "number"
    if kind == "Boolean":
        return "boolean"
    if kind == "DateTime":
        return "date" if name in whole_days else "datetime"
    return "text"


def label(raw: Any) -> str:
    """Return a label in the language of the person who connected, else in any."""
    if not isinstance(raw, dict):
        return ""
    own = raw.get("UserLocalizedLabel") or {}
    others = raw.get("LocalizedLabels") or [{}]
    return str(own.get("Label") or others[0].get("Label") or "")


def options(raw: Mapping[str, Any]) -> tuple[Option, ...]:
    """Return a column's options: the value that is stored, and the label that people see."""
    whole = raw.get("OptionSet") or raw.get("GlobalOptionSet") or {}
    found = [(str(one["Value"]), label(one.get("Label"))) for one in whole.get("Options") or ()]
    return tuple(Option(value, text or value) for value, text in found)


def whole_day(raw: Mapping[str, Any]) -> bool:
    """Return whether a date has no time."""
    behavior = (raw.get("DateTimeBehavior") or {}).get("Value")
    return behavior == "DateOnly" or (behavior is None and raw.get("Format") == "DateOnly")
