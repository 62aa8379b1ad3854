"""What a field and an object are, and how describe shows them. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

TEXTS = frozenset({"string", "textarea", "phone", "url", "email", "picklist", "multipicklist", "combobox"})
NUMBERS = frozenset({"int", "double", "currency", "percent", "long"})
_SOAP = {
    "id": "tns:ID",
    "reference": "tns:ID",
    "boolean": "xsd:boolean",
    "int": "xsd:int",
    "double": "xsd:double",
    "currency": "xsd:double",
    "percent": "xsd:double",
    "date": "xsd:date",
    "datetime": "xsd:dateTime",
    "address": "urn:address",
}


@dataclass(frozen=True, slots=True)
class Field:
    """One field. `kind` is describe's `type`; `parts` are the fields that a compound one is put together from."""

    name: str
    label: str
    kind: str = "string"
    length: int = 0
    required: bool = False
    createable: bool = True
    updateable: bool = True
    defaulted: bool = False
    unique: bool = False
    external_id: bool = False
    restricted: bool = False
    values: tuple[str, ...] = ()
    default: str = ""
    refers_to: tuple[str, ...] = ()
    relationship: str | None = None
    compound: str | None = None
    parts: tuple[str, ...] = ()
    precision: int = 0
    scale: int = 0
    custom: bool = False
    id_lookup: bool = False
    help_text: str | None = None

    @property
    def keyed(self) -> bool:
        """Return whether records are looked up by this field: external ids, unique values and e-mail addresses."""
        return self.external_id or self.unique or self.id_lookup

    def described(self, name_field: str) -> dict[str, Any]:
        """Return the field as describe shows it."""
        textual = self.kind in TEXTS or self.kind in ("id", "reference")
        return {
            "aggregatable": self.kind not in ("textarea", "address"),
            "autoNumber": False,
            "byteLength": self.length * 3 if textual else 0,
            "calculated": False,
            "caseSensitive": False,
            "compoundFieldName": self.compound,
            "controllerName": None,
            "createable": self.createable,
            "custom": self.custom,
            "defaultValue": False if self.kind == "boolean" else None,
            "defaultedOnCreate": self.defaulted,
            "dependentPicklist": False,
            "deprecatedAndHidden": False,
            "digits": self.precision if self.kind == "int" else 0,
            "encrypted": False,
            "externalId": self.external_id,
            "filterable": self.kind not in ("textarea", "address"),
            "groupable": self.kind not in ("textarea", "address", "currency", "double", "percent", "datetime"),
            "idLookup": self.id_lookup or self.external_id or self.kind == "id",
            "inlineHelpText": self.help_text,
            "label": self.label,
            "length": self.length,
            "name": self.name,
            "nameField": self.name == name_field,
            "nillable": not self.required and self.kind not in ("boolean", "id"),
            "permissionable": not self.required and self.createable,
            "picklistValues": [
                {
                    "active": True,
                    "defaultValue": value == self.default,
                    "label": value,
                    "validFor": None,
                    "value": value,
                }
                for value in self.values
            ],
            "polymorphicForeignKey": len(self.refers_to) > 1,
            "precision": self.precision if self.kind != "int" else 0,
            "queryByDistance": False,
            "referenceTo": list(self.refers_to),
            "relationshipName": self.relationship,
            "restrictedPicklist": self.restricted,
            "scale": self.scale,
            "soapType": _SOAP.get(self.kind, "xsd:string"),
            "sortable": self.kind not in ("textarea", "address", "multipicklist"),
            "type": self.kind,
            "unique": self.unique,
            "updateable": self.updateable,
        }


@dataclass(frozen=True, slots=True)
class RecordType:
    """A variant of an object; `picklists` are the values that it allows of some fields."""

    id: str
    name: str
    developer_name: str
    default: bool
    picklists: dict[str, tuple[str, ...]]


MASTER = RecordType("012000000000000AAA", "Master", "Master", default=True, picklists={})
"""The record type of every object, the only one where an administrator has made none."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One object type with its fields, by name and by lower-case name: Salesforce does not mind the case."""

    name: str
    label: str
    plural: str
    prefix: str
    fields: dict[str, Field]
    name_field: str = "Name"
    writable: bool = True
    deletable: bool = True
    custom: bool = False
    by_lower: dict[str, Field] = field(default_factory=dict)
    relations: dict[str, Field] = field(default_factory=dict)
    keyed: tuple[str, ...] = ()
    unique: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    defaults: dict[str, str] = field(default_factory=dict)
    record_types: tuple[RecordType, ...] = ()

    @classmethod
    def of(cls, name: str, label: str, plural: str, prefix: str, fields: Iterable[Field], **details: Any) -> Kind:
        """Return the object type with these fields."""
        named = {one.name: one for one in fields}
        return cls(
            name,
            label,
            plural,
            prefix,
            named,
            by_lower={key.lower(): one for key, one in named.items()},
            relations={one.relationship.lower(): one for one in named.values() if one.relationship},
            keyed=tuple(one.name for one in named.values() if one.keyed),
            unique=tuple(one.name for one in named.values() if one.unique),
            required=tuple(one.name for one in named.values() if one.required),
            defaults={one.name: one.default for one in named.values() if one.default},
            **details,
        )

    def changed(self, added: Iterable[Field], hidden: Iterable[str], record_types: tuple[RecordType, ...] = ()) -> Kind:
        """Return this type with an org's own fields, and without those that the user may not see."""
        gone = set(hidden)
        listed = [one for one in (*self.fields.values(), *added) if one.name not in gone]
        return Kind.of(
            self.name,
            self.label,
            self.plural,
            self.prefix,
            listed,
            name_field=self.name_field,
            writable=self.writable,
            deletable=self.deletable,
            record_types=record_types or self.record_types,
        )

    def all_record_types(self) -> tuple[RecordType, ...]:
        """Return the record types, the master last."""
        taken = any(one.default for one in self.record_types)
        return (*self.record_types, replace(MASTER, default=not taken))

    def field(self, name: str) -> Field | None:
        """Return a field by name in any case."""
        return self.fields.get(name) or self.by_lower.get(name.lower())

    def listed(self, base: str) -> dict[str, Any]:
        """Return the type as the list of objects shows it."""
        path = f"{base}/sobjects/{self.name}"
        return {
            "activateable": False,
            "createable": self.writable,
            "custom": self.custom,
            "customSetting": False,
            "deletable": self.deletable,
            "deprecatedAndHidden": False,
            "feedEnabled": False,
            "hasSubtypes": False,
            "isSubtype": False,
            "keyPrefix": self.prefix,
            "label": self.label,
            "labelPlural": self.plural,
            "layoutable": self.writable,
            "mergeable": self.name in ("Lead", "Contact", "Account"),
            "mruEnabled": self.writable,
            "name": self.name,
            "queryable": True,
            "replicateable": True,
            "retrieveable": True,
            "searchable": self.writable,
            "triggerable": self.writable,
            "undeletable": self.deletable,
            "updateable": self.writable,
            "urls": {
                "sobject": path,
                "describe": f"{path}/describe",
                "rowTemplate": f"{path}/{{ID}}",
            },
        }

    def described(self, base: str) -> dict[str, Any]:
        """Return what describe answers."""
        return {
            **self.listed(base),
            "actionOverrides": [],
            "childRelationships": [],
            "compactLayoutable": True,
            "fields": [one.described(self.name_field) for one in self.fields.values()],
            "listviewable": None,
            "lookupLayoutable": None,
            "namedLayoutInfos": [],
            "networkScopeFieldName": None,
            "recordTypeInfos": [
                {
                    "active": True,
                    "available": True,
                    "defaultRecordTypeMapping": one.default,
                    "developerName": one.developer_name,
                    "master": one.id == MASTER.id,
                    "name": one.name,
                    "recordTypeId": one.id,
                    "urls": {},
                }
                for one in self.all_record_types()
            ],
            "searchLayoutable": True,
            "sobjectDescribeOption": "FULL",
            "supportedScopes": [{"label": "All", "name": "everything"}],
        }
