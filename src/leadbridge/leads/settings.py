"""A company's own shape of its records: declared custom fields, thresholds, and views that people saved."""

from __future__ import annotations

from enum import StrEnum

from leadbridge.kit.document import Document, Id, JsonObject, Record, Shape, Time
from leadbridge.storage.kind import Index, Kind

MAX_DECLARED = 100
MAX_CHOICES = 100
MAX_VIEWS = 200


class FieldType(StrEnum):
    """What a declared custom field holds."""

    TEXT = "text"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"
    CHOICE = "choice"
    CHOICES = "choices"
    URL = "url"
    EMAIL = "email"


class DeclaredField(Shape):
    """A custom field with a type. ``filter``: lists can be narrowed by it through an index."""

    key: str
    label: str
    type: FieldType
    choices: tuple[str, ...] = ()
    filter: bool = False
    created_at: Time


class Threshold(Shape):
    """From when on a lead is of high value: by amount (in ``currency``, where both have one) or by score."""

    minor: int | None = None
    amount: str | None = None
    currency: str | None = None
    score: int | None = None


class RecordSettings(Document):
    """What a company has laid down for one type of record. ``_id`` is ``<company>:<type>``."""

    record: str
    fields: tuple[DeclaredField, ...] = ()
    high_value: Threshold | None = None


class SavedView(Record):
    """A list as somebody likes it: filters, sort and columns under a name."""

    record: str
    name: str
    owner_id: Id
    """The user who saved it; only they change it."""
    shared: bool
    filters: JsonObject
    sort: str
    columns: tuple[str, ...] = ()
    created_at: Time
    updated_at: Time


SETTINGS: Kind[RecordSettings] = Kind("record_settings", RecordSettings)
VIEWS: Kind[SavedView] = Kind("saved_views", SavedView, (Index("record", ("companyId", "record", "createdAt")),))
