"""The place where records of one module are written and shown, on behalf of a user."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from . import unconfirmed, values
from .catalogue import Field, Module
from .errors import ItemError, Json, invalid_value, mandatory, unknown_id
from .fields import Definitions
from .news import Change, Tell
from .org import Org, User, Zoho
from .records import Record, Records
from .times import iso

_COLUMNS = frozenset({"Created_Time", "Modified_Time", "Created_By", "Modified_By", "Full_Name", "Converted__s"})


@dataclass(slots=True)
class Desk:
    """One module of one organisation, as one user works on it at one moment (seconds)."""

    zoho: Zoho
    org: Org
    module: Module
    definitions: Definitions
    records: Records
    user: User
    now: int
    tell: Tell

    @property
    def fields(self) -> Mapping[str, Field]:
        """Return the module's fields."""
        return self.definitions.fields(self.module.api_name)

    def other(self, module: str) -> Desk:
        """Return the same user's place in another module."""
        return open_desk(self.zoho, self.org, self.definitions.modules[module], self.user, self.tell)

    # -- showing -------------------------------------------------------------------------------------------------

    def user_json(self, user_id: int | None) -> Json | None:
        """Return a user as a lookup shows one."""
        user = self.zoho.users(self.org.zgid).get(user_id or 0)
        return None if user is None else dict(user.short())

    def name_of(self, record: Record) -> str:
        """Return the text that stands for a record."""
        if self.module.name_field == "Full_Name":
            first, last = record.values.get("First_Name") or "", record.values.get("Last_Name") or ""
            return f"{first} {last}".strip()
        return str(record.values.get(self.module.name_field) or "")

    def shown(self, record: Record, names: Iterable[str] | None = None) -> Json:
        """Return a record as the API shows it: the fields asked for, or all."""
        zone, held = self.org.time_zone, record.values
        if names is None:
            names = (*self.fields, "Tag", "$approval_state")
        row: Json = {}
        for name in names:
            if name in held:
                value = held[name]
                kind = self.fields[name].type if name in self.fields else ""
                if kind == "ownerlookup":
                    value = self.user_json(int(value["id"]))
                elif kind == "lookup":
                    value = self._lookup_json(self.fields[name].lookup, value)
                row[name] = value
            elif name in _COLUMNS:
                row[name] = self._column(record, name, zone)
            elif name == "$approval_state":
                row[name] = "approved"
            elif name == "Tag":
                row[name] = []
            elif name in self.fields:
                row[name] = False if self.fields[name].type == "boolean" else None
        row["id"] = str(record.id)
        return row

    def _column(self, record: Record, name: str, zone: str) -> Any:
        if name == "Created_Time":
            return iso(record.created, zone)
        if name == "Modified_Time":
            return iso(record.modified, zone)
        if name == "Created_By":
            return self.user_json(record.created_by)
        if name == "Modified_By":
            return self.user_json(record.modified_by)
        if name == "Converted__s":
            return record.converted
        return self.name_of(record)

    def _lookup_json(self, module: str, value: Json) -> Json:
        row = self.other(module).records.get_any(int(value["id"])) if module in self.definitions.modules else None
        name = None if row is None else self.other(module).name_of(row)
        return {"name": name, "id": value["id"]}

    def stamp(self, record: Record) -> Json:
        """Return what the answer to a write says about a record."""
        zone = self.org.time_zone
        return {
            "id": str(record.id),
            "Created_Time": iso(record.created, zone),
            "Modified_Time": iso(record.modified, zone),
            "Created_By": _short(self.user_json(record.created_by)),
            "Modified_By": _short(self.user_json(record.modified_by)),
            "$approval_state": "approved",
        }

    # -- writing -------------------------------------------------------------------------------------------------

    def checked(self, given: Json, path: str, held: Mapping[str, Any]) -> dict[str, Any]:
        """Return what a write sets, None for what it clears. Raises ItemError.

        Read-only fields are left out without a word, as Zoho does it.
        """
        fields, settings, changes = self.fields, self.zoho.world.settings, {}
        for name, value in given.items():
            field = fields.get(name)
            if field is None:
                if name == "Tag" and value is not None:
                    changes[name] = values.tags(value, f"{path}.Tag")
                elif name == "$append_values" and isinstance(value, dict):
                    continue
                elif settings.strictFields and not name.startswith("$") and name not in ("id", "Tag", "Layout"):
                    text = "the field api name given seems to be invalid"
                    raise ItemError("INVALID_DATA", text, {"api_name": name, "json_path": f"{path}.{name}"})
                continue
            if field.read_only:
                continue
            at = f"{path}.{name}"
            stored = values.checked(field, value, at, strict_picklists=settings.strictPicklists)
            if stored is not None:
                self._lookup(field, stored, at)
                if (given.get("$append_values") or {}).get(name) is True and isinstance(stored, list):
                    stored = list(dict.fromkeys([*(held.get(name) or []), *stored]))
            elif field.required or field.layout_required:
                raise mandatory(name, at)
            changes[name] = stored
        return changes

    def _lookup(self, field: Field, stored: Any, path: str) -> None:
        if field.type == "ownerlookup":
            if int(stored["id"]) not in self.zoho.users(self.org.zgid):
                raise unknown_id(f"{path}.id", field.api_name)
        elif field.type == "lookup" and self.other(field.lookup).records.get(int(stored["id"])) is None:
            raise unknown_id(f"{path}.id", field.api_name)

    def clash(self, changes: Mapping[str, Any], own: int | None, path: str) -> None:
        """Refuse values of unique fields that another record has. Raises ItemError."""
        clashes = []
        for name in self.definitions.unique(self.module.api_name):
            if changes.get(name) is None:
                continue
            others = [other for other in self.records.holders(name, changes[name]) if other != own]
            if others:
                clashes.append((name, others))
        errors = [
            ItemError("DUPLICATE_DATA", "duplicate data", self._duplicate(name, others, f"{path}.{name}"))
            for name, others in clashes
        ]
        if len(errors) > 1:
            details = {"errors": [error.row() for error in errors]}
            raise ItemError("MULTIPLE_OR_MULTI_ERRORS", "Please check whether the input values are correct", details)
        if errors:
            raise errors[0]

    def _duplicate(self, name: str, others: Sequence[int], path: str) -> Json:
        record = self.records.get(others[0])
        owner = record.values.get("Owner") if record else None
        module = self.module.as_json()
        return {
            "api_name": name,
            "id": str(others[0]),
            "json_path": path,
            "more_records": len(others) > 1,
            "duplicate_record": {
                "id": str(others[0]),
                "Owner": self.user_json(int(owner["id"])) if owner else None,
                "module": {"api_name": module["api_name"], "id": module["id"]},
            },
        }

    def create(self, given: Json, path: str) -> Record:
        """Add a record. Raises ItemError before anything is written."""
        changes = self.checked(given, path, {})
        for name, field in self.fields.items():
            if (field.required or field.layout_required) and changes.get(name) is None:
                raise mandatory(name, f"{path}.{name}")
        self.clash(changes, None, path)
        held = {"Owner": {"id": str(self.user.id)}}
        held |= {name: value for name, value in changes.items() if value is not None}
        user = self.user.id
        record = self.records.insert(Record(0, self.now, self.now, user, user, False, None, None, False, held))
        self.tell(Change("insert", self.module.api_name, record.id))
        return record

    def update(self, record: Record, given: Json, path: str) -> Record:
        """Change a record. Raises ItemError before anything is written."""
        changes = self.checked(given, path, record.values)
        if record.converted:
            raise ItemError("CONVERTED_RECORD", "can't update the converted record", {"id": str(record.id)})
        unlocked(record)
        self.clash(changes, record.id, path)
        return self.store(record, changes)

    def store(self, record: Record, changes: Mapping[str, Any], **columns: Any) -> Record:
        """Store changed values, and columns, of a record without questions, and tell what became different."""
        different = [name for name, value in changes.items() if record.values.get(name) != value]
        if not different and not columns and not unconfirmed.UNCHANGED_WRITE_MOVES_MODIFIED:
            return record
        held = {**record.values, **changes}
        held = {name: value for name, value in held.items() if value is not None}
        moved = {"modified": max(self.now, record.created), "modified_by": self.user.id}
        after = replace(record, **{**moved, "values": held, **columns})
        self.records.save(after, record)
        shown = self.shown(after, different)
        self.tell(Change("update", self.module.api_name, record.id, {name: shown.get(name) for name in different}))
        return after

    def delete(self, record: Record, *, gone: bool = False) -> Record:
        """Put a record into the recycle bin, or delete it for good."""
        after = replace(record, deleted=self.now, deleted_by=self.user.id, gone=gone)
        self.records.save(after, record)
        self.tell(Change("delete", self.module.api_name, record.id))
        return after

    def restore(self, record: Record) -> Record:
        """Take a record out of the recycle bin."""
        modified = self.now if unconfirmed.RESTORE_MOVES_MODIFIED else record.modified
        after = replace(record, deleted=None, deleted_by=None, modified=modified)
        self.records.save(after, record)
        self.tell(Change("insert", self.module.api_name, record.id))
        return after


def _short(user: Json | None) -> Json | None:
    return None if user is None else {"name": user["name"], "id": user["id"]}


def open_desk(zoho: Zoho, org: Org, module: Module, user: User, tell: Tell) -> Desk:
    """Return the place where a user works on a module now."""
    definitions, settings = zoho.definitions(org.zgid), zoho.world.settings
    records = Records(
        zoho.world.db,
        org.zgid,
        module.api_name,
        definitions.keyed(module.api_name),
        lag=settings.searchLagSeconds > 0 or settings.coqlLagSeconds > 0,
        now_ms=zoho.world.clock.now_ms(),
    )
    return Desk(zoho, org, module, definitions, records, user, zoho.now(), tell)


def unlocked(record: Record) -> None:
    """Refuse to change a record that a person has locked. Raises ItemError."""
    if record.values.get("Locked__s"):
        raise ItemError("RECORD_LOCKED", "The record is locked", {"id": str(record.id)})


def find_external(desk: Desk, header: str, text: str) -> Record:
    """Return the live record that another system's key names; the header says whose field holds it.

    Raises ItemError when no record has the key, more than one has it, or the field is not an external one.
    """
    module, _, name = header.strip().partition(".")
    field = desk.fields.get(name)
    if desk.definitions.module(module) is not desk.module or field is None or not field.external:
        raise ItemError("INVALID_DATA", "The external ID of the lookup field is incorrect", {"header": "X-EXTERNAL"})
    held = desk.records.holders(name, text)
    if not held:
        text = "There is no data for the ID specified or there is no matching record in the given module."
        raise ItemError("INVALID_DATA", text, {"api_name": name, "json_path": "$.path.id"})
    if len(held) > 1:
        raise ItemError("DUPLICATE_DATA", "The external field contains duplicate data.", {"api_name": name})
    return find(desk, str(held[0]), "$.path.id")


def find(desk: Desk, text: Any, path: str) -> Record:
    """Return the live record with an id. Raises ItemError."""
    if text is None:
        raise mandatory("id", path)
    shown = str(text)
    if not shown.isdecimal() or len(shown) > 19:
        raise invalid_value("id", path, expected_data_type="bigint")
    record = desk.records.get(int(shown)) if int(shown) < 2**63 else None
    if record is None:
        raise unknown_id(path)
    return record
