"""What a record held before a change that can be undone, as JSON, and back: what an undo puts back. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from leadbridge.leads.fields import Fields, FieldValue, flatten
from leadbridge.leads.stored import Consent, CrmRecord, Money


def changed_fields(earlier: Mapping[str, FieldValue], later: Mapping[str, FieldValue]) -> tuple[str, ...]:
    """Return the names of the fields in which two states of a lead differ."""
    names = earlier.keys() | later.keys()
    return tuple(sorted(name for name in names if _differs(earlier.get(name), later.get(name))))


def to_json(fields: Mapping[str, FieldValue], names: Collection[str]) -> dict[str, Any]:
    """Return the values of those ``names`` that are set, in a form that survives JSON."""
    shown: dict[str, Any] = {}
    for name in names:
        value = fields.get(name)
        if isinstance(value, Money | Consent):
            shown[name] = value.model_dump(mode="json", by_alias=True, exclude_none=True)
        elif value is not None:
            shown[name] = value
    return shown


def from_json(shown: Mapping[str, Any]) -> Fields:
    """Return what ``to_json`` was given."""
    fields: Fields = {}
    for name, value in shown.items():
        if name == "value":
            fields[name] = Money.model_validate(value)
        elif name == "consent":
            fields[name] = Consent.model_validate(value)
        else:
            fields[name] = tuple(value) if isinstance(value, list) else value
    return fields


def untouched(lead: CrmRecord, authors: Collection[str]) -> frozenset[str]:
    """Return the fields that one of ``authors`` changed last."""
    return frozenset(entry.f for entry in lead.changed if entry.by in authors)


def put_back(
    lead: CrmRecord, names: Collection[str], before: Mapping[str, FieldValue], authors: Collection[str]
) -> Fields:
    """Return the fields of ``lead`` with those of ``names`` as ``before`` that nobody but ``authors`` changed since."""
    fields = flatten(lead)
    for name in untouched(lead, authors).intersection(names):
        if name in before:
            fields[name] = before[name]
        else:
            fields.pop(name, None)
    return fields


def _differs(one: FieldValue | None, other: FieldValue | None) -> bool:
    return type(one) is not type(other) or one != other
