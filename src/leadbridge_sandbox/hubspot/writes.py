"""The rules of writing a record. Everything is checked before anything is stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from ..clock import iso_ms
from . import unconfirmed, values
from .definitions import Definitions
from .errors import VendorError, already_exists, invalid_properties, not_found, validation
from .news import Change, Tell, unheard
from .object_types import CONTACTS, ObjectType
from .pipelines import Pipelines
from .records import HISTORY_KEPT, Record, Records, Version


@dataclass(frozen=True, slots=True)
class Source:
    """Who writes: an app through the API, or a person in the user interface."""

    type: str
    id: str
    label: str
    user_id: int | None


@dataclass(slots=True)
class Desk:
    """Where one caller reads and writes the records of one object type in one portal."""

    kind: ObjectType
    records: Records
    definitions: Definitions
    owners: frozenset[str]
    source: Source
    now: int
    pipelines: Pipelines | None = None
    """Those of the object type, where it moves through stages."""
    tell: Tell = unheard

    def checked(self, given: Any) -> dict[str, str]:
        """Return the values as they would be stored. Raises VendorError 400 naming every bad one."""
        if not isinstance(given, Mapping):
            raise validation("Invalid input JSON: Some required fields were not set: [properties]")
        clean: dict[str, str] = {}
        issues: list[tuple[str, str, str]] = []
        for name, value in given.items():
            definition = self.definitions.live(name)
            if definition is None:
                issues.append((name, "PROPERTY_DOESNT_EXIST", f'Property "{name}" does not exist'))
            elif definition["modificationMetadata"]["readOnlyValue"] or definition["calculated"]:
                issues.append((name, unconfirmed.READ_ONLY_CODE, f'"{name}" is a read only property'))
            elif value is None and not unconfirmed.NULL_CLEARS:
                continue
            else:
                try:
                    clean[name] = values.stored(definition, value, self.owners)
                except values.BadValue as bad:
                    issues.append((name, bad.code, bad.message))
        if issues:
            raise invalid_properties(issues)
        return clean

    def find(self, text: str, id_property: str | None) -> Record | None:
        """Return the live record with this id or unique value. Raises VendorError 400."""
        if id_property in (None, "", "hs_object_id"):
            return self.records.get(int(text)) if text.isdecimal() and len(text) < 19 else None
        holder = self.records.holder(*self.unique_key(id_property or "", text))
        if holder is None:
            return None
        record = self.records.get(holder)
        if (
            record is not None
            and id_property == "email"
            and not unconfirmed.SECONDARY_EMAIL_RESOLVES
            and record.properties.get("email") != text.strip().lower()
        ):
            return None
        return record

    def unique_key(self, id_property: str, text: str) -> tuple[str, str]:
        """Return property and value as unique values are held. Raises VendorError 400."""
        definition = self.definitions.live(id_property)
        if definition is None:
            raise validation(f'Property "{id_property}" does not exist')
        if id_property == "email":
            return "email", text.strip().lower() if unconfirmed.EMAIL_IS_LOWERED else text.strip()
        if not definition["hasUniqueValue"]:
            raise validation(f'Property "{id_property}" is not unique; idProperty must have unique values')
        return id_property, text

    def must_find(self, text: str, id_property: str | None) -> Record:
        """Return the live record. Raises VendorError 404, or 400 for a property that is not unique."""
        record = self.find(text, id_property)
        if record is None:
            raise not_found()
        return record

    def create(self, given: Any) -> Record:
        """Add a record. Raises VendorError 400, or 409 for a duplicate."""
        clean = {name: text for name, text in self.checked(given).items() if text}
        one_of = self.kind.one_of_at_create
        if one_of and not any(clean.get(name) for name in one_of):
            raise validation(f"At least one of these properties must be set to create a record: {', '.join(one_of)}")
        if absent := [name for name in self.kind.required_at_create if not clean.get(name)]:
            raise invalid_properties(
                [(name, "REQUIRED_FIELD", f'Property "{name}" is required to create a record') for name in absent]
            )
        if self.pipelines is not None:
            clean["pipeline"] = self.pipelines.of_stage(clean["dealstage"], clean.get("pipeline", ""))
        if unconfirmed.DEFAULT_LIFECYCLE_STAGE and self.kind is CONTACTS:
            clean.setdefault("lifecyclestage", unconfirmed.DEFAULT_LIFECYCLE_STAGE)
        unique = self.held(clean)
        self._must_be_free(unique, None)
        record_id = self.records.new_id()
        made = iso_ms(self.now)
        clean.update(self._automatic(record_id, made))
        self._derive(clean)
        record = Record(record_id, self.now, self.now, None, clean, b"")
        history: dict[str, list[Version]] = {}
        for name, text in clean.items():
            history[name] = [self._version(text)]
        record.history_json = orjson.dumps(history)
        self.records.insert(record, unique)
        self.tell(Change("creation", self.kind, record.id, self.source.type, self.source.id, self.now))
        if unconfirmed.CREATION_SENDS_PROPERTY_CHANGES:
            self._tell_properties(record.id, clean)
        return record

    def update(self, record: Record, given: Any) -> Record:
        """Change a record and return it as it now is. Raises VendorError 400, or 409 for a duplicate."""
        changes = self.checked(given)
        self._guard_stage(record, changes)
        self._guard_pipeline(record, changes)
        effective = {name: text for name, text in changes.items() if text != record.properties.get(name, "")}
        if not effective and not unconfirmed.UNCHANGED_WRITE_MOVES_MODIFIED:
            return record
        if unconfirmed.OLD_PRIMARY_BECOMES_SECONDARY and effective.get("email") and record.properties.get("email"):
            others = values.address_list(record.properties.get("hs_additional_emails", ""))
            effective.setdefault("hs_additional_emails", ";".join([*others, record.properties["email"]]))
        after = {**record.properties, **effective}
        unique = self.held({name: text for name, text in after.items() if text})
        self._must_be_free(unique, record.id)
        self.store(record, effective, unique)
        return record

    def store(self, record: Record, effective: Mapping[str, str], unique: set[tuple[str, str]] | None) -> None:
        """Apply checked changes, with their history and the modified time, and save the record."""
        changes = dict(effective)
        if "email" in changes:
            changes["hs_email_domain"] = changes["email"].partition("@")[2]
        changes[self.kind.modified] = iso_ms(self.now)
        history = record.history()
        for name, text in changes.items():
            history[name] = [self._version(text), *history.get(name, [])][:HISTORY_KEPT]
            if text:
                record.properties[name] = text
            else:
                record.properties.pop(name, None)
        record.updated = self.now
        record.history_json = orjson.dumps(history)
        self.records.save(record, unique)
        self._tell_properties(record.id, changes)

    def archive(self, record: Record) -> None:
        """Archive a record; its unique values are free for others."""
        record.archived = self.now
        record.updated = self.now
        self.records.save(record, set() if unconfirmed.ARCHIVED_RECORD_FREES_UNIQUE_VALUES else None)
        self.tell(Change("deletion", self.kind, record.id, self.source.type, self.source.id, self.now))

    def _tell_properties(self, record_id: int, changes: Mapping[str, str]) -> None:
        for name, text in changes.items():
            if name != self.kind.modified:  # not subscribable: it would double every other event
                self.tell(
                    Change(
                        "propertyChange", self.kind, record_id, self.source.type, self.source.id, self.now, name, text
                    )
                )

    def held(self, properties: Mapping[str, str]) -> set[tuple[str, str]]:
        """Return the unique (property, value) pairs a record with these properties holds."""
        unique = {("email", address) for address in properties.get("hs_additional_emails", "").split(";") if address}
        if properties.get("email"):
            unique.add(("email", properties["email"]))
        for name in self.definitions.unique_names():
            if properties.get(name):
                unique.add((name, properties[name]))
        return unique

    def _must_be_free(self, unique: set[tuple[str, str]], own_id: int | None) -> None:
        for name, value in sorted(unique):
            holder = self.records.holder(name, value)
            if holder is not None and holder != own_id:
                if name == "email":
                    raise already_exists(self.kind.noun, holder)
                raise _taken(name, value, holder)
            if name == "email" and holder is None and self.records.erased(value):
                raise invalid_properties(
                    [
                        (
                            "email",
                            unconfirmed.GDPR_BLOCK_CODE,
                            f"{value} was deleted for privacy and cannot be used",
                        )
                    ]
                )

    def _guard_stage(self, record: Record, changes: dict[str, str]) -> None:
        wanted = changes.get("lifecyclestage")
        if not wanted or not values.goes_backward(record.properties.get("lifecyclestage", ""), wanted):
            return
        if unconfirmed.BACKWARD_LIFECYCLE == "refused":
            raise invalid_properties([("lifecyclestage", "INVALID_OPTION", "lifecyclestage only moves forward")])
        del changes["lifecyclestage"]

    def _guard_pipeline(self, record: Record, changes: dict[str, str]) -> None:
        """Let a stage be only one of its pipeline's; a stage of another pipeline moves the record there."""
        if self.pipelines is None or not {"pipeline", "dealstage"} & set(changes):
            return
        stage = changes.get("dealstage") or record.properties.get("dealstage", "")
        changes["pipeline"] = self.pipelines.of_stage(
            stage, changes.get("pipeline") or ("" if "dealstage" in changes else record.properties.get("pipeline", ""))
        )

    def _automatic(self, record_id: int, made: str) -> dict[str, str]:
        return {
            **self.kind.automatic,
            **({"hs_all_contact_vids": str(record_id)} if self.kind is CONTACTS else {}),
            "createdate": made,
            self.kind.modified: made,
            "hs_object_id": str(record_id),
            "hs_object_source": self.source.type,
            "hs_object_source_id": self.source.id,
            "hs_object_source_label": self.source.type,
        }

    @staticmethod
    def _derive(properties: dict[str, str]) -> None:
        if properties.get("email"):
            properties["hs_email_domain"] = properties["email"].partition("@")[2]

    def _version(self, text: str) -> Version:
        source = self.source
        return (text, self.now, source.type, source.id, source.label, source.user_id)


def _taken(name: str, value: str, holder: int) -> VendorError:
    error = invalid_properties(
        [
            (
                name,
                unconfirmed.UNIQUE_VALUE_CODE,
                f"Cannot set {name}={value}. {holder} already has that value.",
            )
        ]
    )
    error.existing_id = holder
    return error
