"""Which fields the objects of an org have: the standard ones, the org's own, without those the user may not see."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import orjson

from ..store import Database
from .errors import Refused
from .fields import Field, Kind, RecordType
from .setup_objects import KINDS

RECORD_TYPE_ID = Field(
    "RecordTypeId",
    "Record Type ID",
    "reference",
    length=18,
    defaulted=True,
    refers_to=("RecordType",),
    relationship="RecordType",
)
"""A field that an object has once it has record types."""
_BY_LOWER = {name.lower(): name for name in KINDS}


def unsupported(name: str) -> Refused:
    """Return the refusal of an object that does not exist, or that the user may not see."""
    return Refused(
        400,
        "INVALID_TYPE",
        f"sObject type '{name}' is not supported. If you are attempting to use a custom object, be sure to append "
        "the '__c' after the entity name. Please reference your WSDL or the describe call for the appropriate names.",
    )


class Schema:
    """The object types of every org, put together when first asked for."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self._kinds: dict[tuple[str, str], Kind] = {}
        self._whole: dict[tuple[str, str], Kind] = {}

    def forget(self) -> None:
        """Put everything together anew."""
        self._kinds.clear()
        self._whole.clear()

    def whole(self, org: str, name: str) -> Kind:
        """Return an object type with the fields too that are hidden from the user; the name is as describe has it."""
        key = (org, name)
        if key not in self._whole:
            added = [one for one, _ in self.own_fields(org, name)]
            types = self._record_types(org, name)
            if types:
                added.append(RECORD_TYPE_ID)
            self._whole[key] = KINDS[name].changed(added, (), types) if added else KINDS[name]
        return self._whole[key]

    def _record_types(self, org: str, name: str) -> tuple[RecordType, ...]:
        rows = self.db.all(
            "SELECT id, doc FROM salesforce_records WHERE org = ? AND object = 'RecordType' AND deleted IS NULL "
            "AND json_extract(doc, '$.SobjectType') = ? ORDER BY seq",
            org,
            name,
        )
        docs = [(row[0], orjson.loads(row[1])) for row in rows]
        return tuple(
            RecordType(
                record_id,
                doc["Name"],
                doc["DeveloperName"],
                doc["Default"],
                {field: tuple(values) for field, values in doc["Picklists"].items()},
            )
            for record_id, doc in docs
        )

    def kind(self, org: str, name: str) -> Kind:
        """Return an object type by its name in any case. Raises Refused."""
        proper = name if name in KINDS else _BY_LOWER.get(name.lower())
        if proper is None:
            raise unsupported(name)
        key = (org, proper)
        if key not in self._kinds:
            rows = self.db.all("SELECT name FROM salesforce_hidden WHERE org = ? AND object = ?", org, proper)
            whole = self.whole(org, proper)
            self._kinds[key] = whole.changed((), [row[0] for row in rows]) if rows else whole
        return self._kinds[key]

    def kinds(self, org: str) -> list[Kind]:
        """Return every object type of an org."""
        return [self.kind(org, name) for name in KINDS]

    def by_prefix(self, prefix: str) -> tuple[str, ...]:
        """Return the names of the objects whose ids begin so."""
        return tuple(one.name for one in KINDS.values() if one.prefix == prefix)

    def own_fields(self, org: str, object_name: str) -> list[tuple[Field, str]]:
        """Return an object's custom fields with their ids."""
        rows = self.db.all(
            "SELECT doc, id FROM salesforce_fields WHERE org = ? AND object = ? ORDER BY rowid", org, object_name
        )
        return [(_field(orjson.loads(doc)), field_id) for doc, field_id in rows]

    def put_field(self, org: str, object_name: str, field: Field, field_id: str, *, hidden: bool, now: int) -> None:
        """Make or replace a custom field."""
        with self.db.transaction():
            self.db.run(
                "INSERT OR REPLACE INTO salesforce_fields VALUES (?, ?, ?, ?, ?)",
                org,
                object_name,
                field.name,
                field_id,
                orjson.dumps(asdict(field)),
            )
            self.hide(org, object_name, field.name, hidden=hidden, now=now)

    def remove_field(self, org: str, object_name: str, name: str, now: int) -> None:
        """Remove a custom field; the values that records have of it stay, unseen."""
        self.db.run("DELETE FROM salesforce_fields WHERE org = ? AND object = ? AND name = ?", org, object_name, name)
        self.changed(org, now)

    def hide(self, org: str, object_name: str, name: str, *, hidden: bool, now: int) -> None:
        """Hide a field from the user by field-level security, or show it."""
        statement = (
            "INSERT OR IGNORE INTO salesforce_hidden VALUES (?, ?, ?)"
            if hidden
            else "DELETE FROM salesforce_hidden WHERE org = ? AND object = ? AND name = ?"
        )
        self.db.run(statement, org, object_name, name)
        self.changed(org, now)

    def changed(self, org: str, now: int) -> None:
        """Note that what describe shows has changed."""
        self.db.save(f"salesforce.described.{org}", now)
        self.forget()

    def changed_at(self, org: str) -> int:
        """Return when what describe shows changed last, in milliseconds."""
        return int(self.db.load(f"salesforce.described.{org}") or 0)


def _field(doc: dict[str, Any]) -> Field:
    kept: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in doc.items()}
    return Field(**kept)
