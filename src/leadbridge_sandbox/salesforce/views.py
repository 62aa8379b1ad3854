"""Records as Salesforce's API shows them. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from . import values
from .fields import Field, Kind
from .records import Record


def attributes(record: Record, base: str) -> dict[str, str]:
    """Return what every record shows first: its type and its path."""
    return {"type": record.object, "url": f"{base}/sobjects/{record.object}/{record.id}"}


def compound(kind: Kind, field: Field, record: Record) -> dict[str, Any] | None:
    """Return an address put together from its parts; None if no part has a value."""
    prefix = field.name.removesuffix("Address")
    names = {"city": "City", "country": "Country", "postalCode": "PostalCode", "state": "State", "street": "Street"}
    parts = {name: record.doc.get(f"{prefix}{part}") for name, part in names.items()}
    if not any(parts.values()):
        return None
    return {**parts, "geocodeAccuracy": None, "latitude": None, "longitude": None}


def value(kind: Kind, field: Field, record: Record) -> Any:
    """Return a field's value as the API shows it."""
    if field.kind == "address":
        return compound(kind, field, record)
    return values.shown(field, record.value(field.name))


def record_json(kind: Kind, record: Record, base: str, names: Iterable[str] | None = None) -> dict[str, Any]:
    """Return a record with all its fields, or those named, which must exist."""
    fields = kind.fields.values() if names is None else [kind.fields[name] for name in names]
    return {"attributes": attributes(record, base)} | {one.name: value(kind, one, record) for one in fields}
