"""The rules of writing a record. Everything is checked before anything is stored."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from . import derived, process_flows, unconfirmed, values
from .catalogue import Catalogue
from .columns import LOOKUPS, Table
from .errors import VendorError, bad_query, bad_value, does_not_exist, missing_privilege
from .organization import Dynamics, Organization
from .records import Record, Records, folded

Message = Literal["Create", "Update", "Delete", "Merge"]
CLOSABLE = frozenset({"lead", "contact", "account", "opportunity"})
"""Tables whose records are read-only once their state is not the first one."""
MERGED = ("lead", "contact", "account")


@dataclass(frozen=True, slots=True)
class Change:
    """What happened to a record, for those who listen."""

    message: Message
    table: Table
    record: Record
    changed: Mapping[str, Any]
    before: Mapping[str, Any]
    user: str
    tag: str
    depth: int = 1


Tell = Callable[[Change], None]


@dataclass(frozen=True, slots=True)
class RowKey:
    """How a caller names a record: by id, or by alternate key values as they were written."""

    id: str | None = None
    values: tuple[tuple[str, Any], ...] = ()

    def __str__(self) -> str:
        return self.id or ", ".join(f"{name}={value}" for name, value in self.values)


@dataclass(slots=True)
class Desk:
    """Where one user reads and writes an organisation's records."""

    vendor: Dynamics
    organization: Organization
    user: str
    tell: Tell
    tag: str = ""
    as_person: bool = False
    """Whether a person works in the pages: privileges are not asked for then."""
    records: Records = field(init=False)
    catalogue: Catalogue = field(init=False)
    now: int = field(init=False)
    written: int = field(init=False, default=0)
    """How many records were written here."""

    def __post_init__(self) -> None:
        org = self.organization.organization_id
        self.records = Records(self.vendor.world.db, org)
        self.catalogue = self.vendor.catalogue(org)
        self.now = self.vendor.world.clock.now_ms() // 1000

    def may(self, right: str, table: Table) -> None:
        """Ask for a privilege (`Create`, `Read`, `Write`, `Delete`) on a table. Raises VendorError 403."""
        missing = self.vendor.world.settings.missingPrivileges
        if missing and not self.as_person:
            privilege = f"prv{right}{table.schema_name}"
            if privilege in missing:
                raise missing_privilege(self.user, privilege, table.name)

    # Finding

    def find(self, table: Table, key: RowKey) -> Record | None:
        """Return the record a key names. Raises VendorError 400 for values that are no alternate key."""
        if key.id is not None:
            return self.records.get(table.name, key.id)
        record_id = self._holder(table, key)
        return None if record_id is None else self.records.get(table.name, record_id)

    def must_find(self, table: Table, key: RowKey) -> Record:
        """Return the record a key names. Raises VendorError 404, or 400."""
        found = self.find(table, key)
        if found is None:
            raise does_not_exist(table.name, str(key))
        return found

    def _holder(self, table: Table, key: RowKey) -> str | None:
        named = dict(key.values)
        for one in table.keys.values():
            if set(one.columns) == set(named):
                if one.active_from_ms > self.vendor.world.clock.latest_ms():
                    raise VendorError(400, unconfirmed.PENDING_KEY_CODE, f"The key {one.name} is not active.")
                return self.records.holder(table.name, one.name, _key_value(one.columns, named))
        if list(named) == [table.id_column]:
            return str(named[table.id_column]).lower()
        text = f"The key in the request URI is not valid for resource 'Microsoft.Dynamics.CRM.{table.name}'."
        raise VendorError(400, unconfirmed.PENDING_KEY_CODE, text)

    # Writing

    def create(self, table: Table, body: Mapping[str, Any], key: RowKey | None = None) -> Record:
        """Add a record; `key` is what an upsert named it by. Raises VendorError."""
        self.may("Create", table)
        changes = self._checked(table, body, creating=True)
        for name, value in key.values if key else ():
            changes[name] = values.stored(table.name, table.columns[name], value)
        record_id = (key.id if key else None) or changes.pop(table.id_column, None) or self.vendor.world.new_uuid()
        changes.pop(table.id_column, None)
        facts = self.catalogue.facts(table)
        doc: dict[str, Any] = {**facts.defaults}
        state = changes.get("statecode", doc.get("statecode"))
        doc.update({name: value for name, value in changes.items() if value is not None})
        if "statecode" in table.columns:
            doc["statecode"], doc["statuscode"] = derived.state_of(table, record_id, state, changes.get("statuscode"))
        derived.stamp(table, doc, self.organization, self.user)
        derived.derive(table, doc, changes, self.organization)
        created = values.seconds_of(changes["overriddencreatedon"]) if changes.get("overriddencreatedon") else self.now
        record = Record(record_id, self.vendor.next_version(), created, self.now, doc)
        if self.records.get(table.name, record_id) is not None:
            raise VendorError(412, "0x80040237", "A record with matching key values already exists.")
        keys = self._keys(table, doc, None)
        self.records.insert(table.name, record, keys)
        self.written += 1
        process_flows.after_create(self, table, record)
        self.tell(Change("Create", table, record, doc, {}, self.user, self.tag))
        return record

    def update(self, table: Table, record: Record, body: Mapping[str, Any]) -> Record:
        """Change a record and return it as it now is. Raises VendorError."""
        self.may("Write", table)
        changes = self._checked(table, body, creating=False)
        changes.pop(table.id_column, None)
        doc, before = record.doc, dict(record.doc)
        self._guard_state(table, record, changes)
        if table.process:
            process_flows.guard(self, record, changes)
        if "statecode" in changes or "statuscode" in changes:
            state = changes.get("statecode", doc.get("statecode"))
            changes["statecode"], changes["statuscode"] = derived.state_of(
                table, record.id, state, changes.get("statuscode")
            )
        for name, value in changes.items():
            if value is None:
                doc.pop(name, None)
            else:
                doc[name] = value
        derived.derive(table, doc, changes, self.organization)
        doc["modifiedby"] = ["systemuser", self.user]
        if doc == before and not unconfirmed.UNCHANGED_UPDATE_MOVES_VERSION:
            return record
        keys = self._keys(table, doc, record.id) if table.keys else None
        record.version, record.modified = self.vendor.next_version(), self.now
        self.records.save(table.name, record, keys)
        self.written += 1
        self.tell(Change("Update", table, record, changes, before, self.user, self.tag))
        return record

    def upsert(self, table: Table, key: RowKey, body: Mapping[str, Any]) -> tuple[Record, bool]:
        """Change the record a key names, or add it; return it, and whether it is new."""
        found = self.find(table, key)
        if found is None:
            return self.create(table, body, key), True
        return self.update(table, found, body), False

    def delete(self, table: Table, record: Record) -> None:
        """Delete a record; lookups that point at it are cleared when they are read."""
        self.may("Delete", table)
        self.records.remove(table.name, record, self.vendor.next_version(), self.now)
        self.written += 1
        process_flows.after_delete(self, table, record)
        self.tell(Change("Delete", table, record, {}, record.doc, self.user, self.tag))

    # Checks

    def _checked(self, table: Table, body: Mapping[str, Any], *, creating: bool) -> dict[str, Any]:
        if not isinstance(body, Mapping):
            raise bad_value("The payload must be a JSON object.")
        changes: dict[str, Any] = {}
        columns = table.columns
        for name, value in body.items():
            if "@" in name:
                if name.endswith("@odata.bind"):
                    column, bound = self.bound(table, name[: -len("@odata.bind")], value)
                    changes[column] = bound
                continue
            column_of = columns.get(name)
            if column_of is None:
                self._refuse_unknown(table, name, value)
                continue
            if column_of.type in LOOKUPS:
                raise self._not_by_column(table, name)
            if not (column_of.creatable if creating else column_of.updatable) and not (
                creating and name == "statecode"
            ):
                if unconfirmed.READ_ONLY_COLUMNS == "refused" and name != table.id_column:
                    raise bad_value(f"The property '{name}' of '{table.name}' cannot be written.")
                if name != table.id_column:
                    continue
            changes[name] = values.stored(table.name, column_of, value)
        return changes

    def _refuse_unknown(self, table: Table, name: str, value: Any) -> None:
        if name.startswith("_") and name.endswith("_value"):
            raise self._not_by_column(table, name)
        if table.nav(name) is not None and value is None:
            return
        raise bad_value(
            f"Invalid property '{name}' was found in entity 'Microsoft.Dynamics.CRM.{table.name}'. ---> "
            f"The property '{name}' does not exist on type 'Microsoft.Dynamics.CRM.{table.name}'. Make sure to only "
            "use property names that are defined by the type."
        )

    @staticmethod
    def _not_by_column(table: Table, name: str) -> VendorError:
        return VendorError(
            400,
            unconfirmed.LOOKUP_VALUE_CODE,
            "CRM do not support direct update of Entity Reference properties, Use Navigation properties instead. "
            f"({table.name}.{name})",
        )

    def bound(self, table: Table, nav: str, value: Any) -> tuple[str, list[str] | None]:
        """Return the column of a navigation property, and what it is bound to. Raises VendorError."""
        relation = table.nav(nav)
        if relation is None:
            raise bad_value(
                f"An undeclared property '{nav}' which only has property annotations in the payload but no property "
                "value was found in the payload. In OData, only declared navigation properties and declared named "
                "streams can be represented as properties without values."
            )
        if value is None:
            return relation.column, None
        if not isinstance(value, str):
            raise bad_value(f"The value of '{nav}@odata.bind' must be an address.")
        from .addresses import reference

        target, key = reference(self, value)
        allowed = table.columns[relation.column].targets
        if target.name not in allowed or (relation.target not in (target.name, "owner")):
            raise bad_value(f"'{nav}' of '{table.name}' cannot be bound to '{target.set_name}'.")
        found = self.find(target, key)
        if found is None:
            raise does_not_exist(target.name, str(key))
        return relation.column, [target.name, found.id]

    def _guard_state(self, table: Table, record: Record, changes: Mapping[str, Any]) -> None:
        """Refuse changes of a record that is closed, unless they open it or are of its state alone."""
        closed = record.doc.get("statecode", 0) != 0 and table.name in CLOSABLE
        if not closed or not unconfirmed.INACTIVE_IS_READ_ONLY or self.as_person:
            return
        if changes.get("statecode") == 0 or set(changes) <= {"statecode", "statuscode"}:
            return
        raise VendorError(
            400,
            unconfirmed.INACTIVE_CODE,
            f"The {table.name} with Id {record.id} is not active and cannot be changed; set its state first.",
        )

    def _keys(self, table: Table, doc: Mapping[str, Any], own_id: str | None) -> dict[str, str]:
        """Return the record's alternate key values, all free for it. Raises VendorError 412."""
        held: dict[str, str] = {}
        for key in table.keys.values():
            if any(doc.get(column) is None for column in key.columns):
                continue
            value = _key_value(key.columns, doc)
            holder = self.records.holder(table.name, key.name, value)
            if holder is not None and holder != own_id:
                code = "0x80040237" if own_id is None else unconfirmed.KEY_COLLISION_CODE
                raise VendorError(412, code, "A record with matching key values already exists.")
            held[key.name] = value
        return held

    def index_key(self, table: Table, name: str, columns: tuple[str, ...]) -> None:
        """Index a new alternate key over the records that are there. Raises VendorError for values not unique."""
        found: dict[str, str] = {}
        for record in self.records.scan(table.name):
            if all(record.doc.get(column) is not None for column in columns):
                found[record.id] = _key_value(columns, record.doc)
        if len(set(found.values())) < len(found):
            raise bad_query(f"The key {name} cannot be made: its values are not unique.")
        self.records.hold_all(table.name, name, found)


def _key_value(columns: tuple[str, ...], doc: Mapping[str, Any]) -> str:
    parts = [doc[column][1] if isinstance(doc[column], list) else str(doc[column]) for column in columns]
    return folded("\x1f".join(parts))
