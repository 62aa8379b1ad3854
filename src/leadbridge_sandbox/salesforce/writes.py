"""Creating, changing, deleting and restoring records, by the rules of their fields and of the org."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from . import ids, rules, unconfirmed, values
from .catalogue import STAGES
from .errors import Refused, deleted, no_such_column, not_found
from .fields import Field, Kind
from .org import Salesforce
from .records import Record
from .schema import unsupported

NULL = "#N/A"


@dataclass(slots=True)
class Desk:
    """A place to write in one org, on behalf of a user. `now` is the time of the writes, in milliseconds."""

    vendor: Salesforce
    org: str
    user: str
    now: int
    base: str
    allow_save: bool = False
    checked: bool = True
    """False for what the org's own people do in its pages, where they answer the duplicate warning themselves."""

    @property
    def stamp(self) -> int:
        """Return the time that the writes carry: records of one second cannot be told apart by it."""
        return values.whole(self.now)

    def kind(self, name: str) -> Kind:
        """Return an object type. Raises Refused."""
        return self.vendor.schema.kind(self.org, name)

    def find(self, kind: Kind, record_id: object) -> Record:
        """Return a live record by its id. Raises Refused 404."""
        full = ids.full(record_id)
        if full is None:
            text = f"Provided external ID field does not exist or is not accessible: {record_id}"
            raise Refused(404, "NOT_FOUND", text)
        record = self.vendor.records.by_id(self.org, full)
        if record is None or record.object != kind.name or self._purged(record):
            raise not_found()
        if record.deleted is not None:
            raise deleted()
        return record

    def _purged(self, record: Record) -> bool:
        days = self.vendor.settings.recycleBinDays
        return record.deleted is not None and record.deleted < self.vendor.now - days * 86_400_000

    def create(self, kind: Kind, given: Mapping[str, Any]) -> Record:
        """Add a record. Raises Refused."""
        if not kind.writable:
            raise Refused(400, "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", f"entity type cannot be inserted: {kind.label}")
        clean = self._clean(kind, given, creating=True)
        doc = {name: value for name, value in clean.items() if value is not None}
        self._default(kind, doc)
        absent = [name for name in kind.required if doc.get(name) is None]
        if absent:
            listed = ", ".join(absent)
            raise Refused(400, "REQUIRED_FIELD_MISSING", f"Required fields are missing: [{listed}]", absent)
        self._derive(kind, doc, clean)
        doc["CreatedById"] = doc["LastModifiedById"] = self.user
        self.vendor.rules.check_locks((doc.get("AccountId"),))
        self._judge(kind, doc, clean, None)
        seq = self.vendor.records.new_seq()
        record = Record(seq, kind.name, ids.make(kind.prefix, seq), self.stamp, self.stamp, self.stamp, None, None, doc)
        self.vendor.records.insert(self.org, record, self._keys(kind, doc))
        self.vendor.after_write(self.org, record)
        return record

    def update(self, kind: Kind, record: Record, given: Mapping[str, Any]) -> Record:
        """Change a live record and return it as it now is. Raises Refused."""
        if not kind.writable:
            raise Refused(400, "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", f"entity type cannot be updated: {kind.label}")
        if record.doc.get("IsConverted"):
            raise Refused(400, "CANNOT_UPDATE_CONVERTED_LEAD", unconfirmed.CONVERTED_LEAD_TEXT, ())
        clean = self._clean(kind, given, creating=False)
        self.vendor.rules.check_locks((record.id, record.doc.get("AccountId"), clean.get("AccountId")))
        after = {**record.doc, **clean}
        doc = {name: value for name, value in after.items() if value is not None}
        absent = [name for name, value in clean.items() if value is None and kind.fields[name].required]
        if absent:
            listed = ", ".join(absent)
            raise Refused(400, "REQUIRED_FIELD_MISSING", f"Required fields are missing: [{listed}]", absent)
        self._derive(kind, doc, clean)
        if doc == record.doc and not unconfirmed.UNCHANGED_WRITE_MOVES_MODSTAMP:
            return record
        self._judge(kind, doc, clean, record.seq)
        doc["LastModifiedById"] = self.user
        rekeyed = any(kind.fields[name].keyed for name in clean)
        record.doc = doc
        self.touch(record)
        self.vendor.records.save(self.org, record, self._keys(kind, doc) if rekeyed else None)
        self.vendor.after_write(self.org, record)
        return record

    def upsert(self, kind: Kind, field: Field, key: object, given: Mapping[str, Any]) -> tuple[Record, bool]:
        """Change the record with this external id, or add one; return it and whether it is new. Raises Refused.

        Two records with the same value are refused with 300, whose body is the list of their paths.
        """
        text = values.kept(field, key)
        if text is None:
            raise Refused(400, "MISSING_ARGUMENT", f"{field.name} not specified", ())
        if field.kind == "id":
            return self.update(kind, self.find(kind, text), given), False
        found = self.vendor.records.by_key(self.org, kind.name, field.name, str(text))
        if len(found) > 1:
            raise Refused(
                300,
                "DUPLICATE_EXTERNAL_ID",
                f"{field.name}: more than one record found for external id field: {[one.id for one in found]}",
                (field.name,),
                extra={"paths": [f"{self.base}/sobjects/{kind.name}/{one.id}" for one in found]},
            )
        if found:
            return self.update(kind, found[0], given), False
        return self.create(kind, {**given, field.name: text}), True

    def key_field(self, kind: Kind, name: str) -> Field:
        """Return the external-id field of this name. Raises Refused 404."""
        field = kind.field(name)
        if field is None or not (field.external_id or field.kind == "id"):
            text = f"Provided external ID field does not exist or is not accessible: {name}"
            raise Refused(404, "NOT_FOUND", text)
        return field

    def delete(self, kind: Kind, record: Record) -> None:
        """Put a live record into the recycle bin; an account takes its contacts and opportunities along."""
        if not kind.deletable:
            raise Refused(400, "INSUFFICIENT_ACCESS_OR_READONLY", "insufficient access rights on object id", ())
        self.vendor.rules.check_locks((record.id, record.doc.get("AccountId")))
        children: list[Record] = []
        if kind.name == "Account":
            for name in ("Contact", "Opportunity"):
                children += self.vendor.records.children(self.org, name, "AccountId", record.id)
        for one in (record, *(child for child in children if child.deleted is None)):
            one.deleted = self.stamp
            one.doc["LastModifiedById"] = self.user
            self.touch(one)
            freed: dict[str, str] | None = {} if unconfirmed.DELETED_RECORD_FREES_UNIQUE_VALUES else None
            self.vendor.records.save(self.org, one, freed)

    def undelete(self, record: Record) -> None:
        """Take a record out of the recycle bin; an account brings back what was deleted with it. Raises Refused."""
        if record.deleted is None or self._purged(record):
            raise Refused(400, "UNDELETE_FAILED", "entity is not in the recycle bin", ())
        gone = record.deleted
        back = [record]
        if record.object == "Account":
            for name in ("Contact", "Opportunity"):
                children = self.vendor.records.children(self.org, name, "AccountId", record.id)
                back += [one for one in children if one.deleted == gone]
        for one in back:
            kind = self.kind(one.object)
            self._must_be_free(kind, one.doc, one.seq)
            one.deleted, one.master = None, None
            if unconfirmed.UNDELETE_MOVES_MODSTAMP:
                self.touch(one)
            self.vendor.records.save(self.org, one, self._keys(kind, one.doc))

    def touch(self, record: Record) -> None:
        """Give a record the time of this write."""
        record.modified = record.stamp = self.stamp

    def _clean(self, kind: Kind, given: Mapping[str, Any], *, creating: bool) -> dict[str, Any]:
        clean: dict[str, Any] = {}
        barred: list[str] = []
        for name, raw in given.items():
            if name == "attributes":
                continue
            field = kind.fields.get(name) or kind.field(name)
            if field is None:
                relation = kind.relations.get(name.lower())
                if relation is None or not isinstance(raw, dict):
                    raise no_such_column(name, kind.name)
                clean[relation.name] = self._related(relation, raw)
                continue
            if not (field.createable if creating else field.updateable):
                barred.append(field.name)
                continue
            clean[field.name] = values.kept(field, raw)
        if barred:
            text = (
                f"Unable to create/update fields: {', '.join(barred)}. Please check the security settings of this "
                "field and verify that it is read/write for your profile or permission set."
            )
            raise Refused(400, "INVALID_FIELD_FOR_INSERT_UPDATE", text, barred)
        for name, value in clean.items():
            if value is not None and kind.fields[name].kind == "reference":
                self._check_reference(kind.fields[name], value)
        return clean

    def _related(self, relation: Field, raw: Mapping[str, Any]) -> str:
        """Return the id of the record that another object's external id stands for. Raises Refused."""
        target = self.kind(relation.refers_to[0])
        for name, key in raw.items():
            if name == "attributes":
                continue
            field = target.field(name)
            if field is None or not (field.external_id or field.kind == "id"):
                raise no_such_column(name, target.name)
            if field.kind == "id":
                return str(values.kept(relation, key))
            found = self.vendor.records.by_key(self.org, target.name, field.name, str(key))
            if len(found) != 1:
                text = f"Foreign key external ID: {key} not found for field {field.name} in entity {target.name}"
                raise Refused(400, "INVALID_FIELD", text, ())
            return found[0].id
        raise Refused(400, "MISSING_ARGUMENT", f"no external id given for {relation.relationship}", ())

    def _check_reference(self, field: Field, record_id: str) -> None:
        names = self.vendor.schema.by_prefix(record_id[:3])
        if not set(names) & set(field.refers_to):
            text = f"{field.label}: id value of incorrect type: {record_id}"
            code = "FIELD_INTEGRITY_EXCEPTION" if names else "MALFORMED_ID"
            raise Refused(400, code, text, (field.name,))
        target = self.vendor.records.by_id(self.org, record_id)
        if target is None or target.deleted is not None:
            raise Refused(400, "INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", ())

    def _default(self, kind: Kind, doc: dict[str, Any]) -> None:
        if unconfirmed.OWNER_DEFAULTS_TO_CALLER and "OwnerId" in kind.fields:
            doc.setdefault("OwnerId", self.user)
        for name, value in kind.defaults.items():
            doc.setdefault(name, value)
        for one in kind.record_types:
            if one.default:
                doc.setdefault("RecordTypeId", one.id)

    @staticmethod
    def _derive(kind: Kind, doc: dict[str, Any], given: Mapping[str, Any]) -> None:
        name = kind.fields.get("Name")
        if name is not None and name.parts:
            doc["Name"] = " ".join(doc[part] for part in name.parts if doc.get(part))
        if kind.name == "Opportunity" and doc.get("StageName") in STAGES:
            chance, closed, won, forecast = STAGES[doc["StageName"]]
            doc["IsClosed"], doc["IsWon"] = closed, won
            if "StageName" in given:
                if "Probability" not in given:
                    doc["Probability"] = chance
                if "ForecastCategoryName" not in given:
                    doc["ForecastCategoryName"] = forecast

    def _judge(self, kind: Kind, doc: Mapping[str, Any], given: Mapping[str, Any], own_seq: int | None) -> None:
        settings = self.vendor.settings
        if self.checked and settings.duplicateRules and (own_seq is None or {"Email", "LastName"} & set(given)):
            may_save = not settings.duplicateRulesBlock
            if not (self.allow_save and may_save):
                rules.check_duplicates(self.vendor.records, self.org, kind, doc, own_seq, self.base, may_save=may_save)
        self._check_record_type(kind, doc, given)
        self.vendor.rules.check_validations(self.org, kind.name, doc)
        if own_seq is None or any(kind.fields[name].unique for name in given):
            self._must_be_free(kind, doc, own_seq)

    @staticmethod
    def _check_record_type(kind: Kind, doc: Mapping[str, Any], given: Mapping[str, Any]) -> None:
        """Raise Refused for a value of a restricted picklist that the record's type does not allow."""
        own = next((one for one in kind.record_types if one.id == doc.get("RecordTypeId")), None)
        for name, allowed in (own.picklists if own else {}).items():
            value = given.get(name)
            if value is not None and value not in allowed and kind.fields[name].restricted:
                text = f"{kind.fields[name].label}: bad value for restricted picklist field: {value}"
                raise Refused(400, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", text, (name,))

    def _must_be_free(self, kind: Kind, doc: Mapping[str, Any], own_seq: int | None) -> None:
        for name in self.vendor.schema.whole(self.org, kind.name).unique:
            if doc.get(name) is None:
                continue
            for other in self.vendor.records.by_key(self.org, kind.name, name, str(doc[name])):
                if other.seq != own_seq:
                    text = f"duplicate value found: {name} duplicates value on record with id: {other.id}"
                    raise Refused(400, "DUPLICATE_VALUE", text, ())

    def _keys(self, kind: Kind, doc: Mapping[str, Any]) -> dict[str, str]:
        whole = self.vendor.schema.whole(self.org, kind.name)  # a field hidden from the user has its values still
        return {name: str(doc[name]) for name in whole.keyed if doc.get(name) is not None}


def named_kind(desk: Desk, row: Mapping[str, Any]) -> Kind:
    """Return the object type that a row's attributes name. Raises Refused."""
    attributes = row.get("attributes")
    name = attributes.get("type") if isinstance(attributes, dict) else None
    if not isinstance(name, str):
        raise Refused(400, "INVALID_INPUT", "Include an attributes property with a type for each record", whole=True)
    try:
        return desk.kind(name)
    except Refused:
        raise unsupported(name) from None
