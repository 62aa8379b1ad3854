"""A record as a flat table of its fields: ``firstName``, ``address.city``, ``tags``, ``custom.Region``.

Merging, comparing and the list of what changed all work on this table, so that each is one rule for every field. A
field that is not in the table is unset.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, TypeAlias

import orjson

from leadbridge.kit.text import fold
from leadbridge.leads.normalise import email_key
from leadbridge.leads.stored import (
    MAX_CUSTOM_BYTES,
    MAX_CUSTOM_FIELDS,
    Address,
    Consent,
    CrmRecord,
    CustomField,
    Money,
)

FieldValue: TypeAlias = "str | int | float | bool | tuple[str, ...] | Money | Consent"
Fields: TypeAlias = "dict[str, FieldValue]"

CUSTOM = "custom."

PLAIN = {
    "externalId": "external_id", "name": "name", "firstName": "first_name", "lastName": "last_name", "email": "email",
    "phone": "phone", "phoneRaw": "phone_raw", "company": "company", "title": "title", "website": "website",
    "source": "source", "status": "status", "value": "value", "ownerId": "owner_id", "consent": "consent",
    "score": "score", "industry": "industry", "employees": "employees", "stage": "stage", "closeDate": "close_date",
    "probability": "probability", "accountId": "account_id", "contactId": "contact_id",
}  # fmt: skip
"""Field to the attribute of ``CrmRecord`` that holds it."""
ADDRESS = {
    "address.street": "street", "address.city": "city", "address.region": "region",
    "address.postalCode": "postal_code", "address.country": "country",
}  # fmt: skip


def flatten(lead: CrmRecord) -> Fields:
    """Return the set fields of a record."""
    fields: Fields = {}
    for name, attribute in PLAIN.items():
        value = getattr(lead, attribute)
        if value is not None:
            fields[name] = value
    if lead.address is not None:
        for name, attribute in ADDRESS.items():
            value = getattr(lead.address, attribute)
            if value is not None:
                fields[name] = value
    if lead.tags:
        fields["tags"] = lead.tags
    for field in lead.custom:
        fields[CUSTOM + field.k] = field.v
    return fields


def unflatten(fields: Mapping[str, FieldValue]) -> dict[str, Any]:
    """Return what ``CrmRecord`` takes to hold exactly ``fields``; what lists and matching need is derived apart."""
    made: dict[str, Any] = {attribute: fields.get(name) for name, attribute in PLAIN.items()}
    address = {attribute: fields[name] for name, attribute in ADDRESS.items() if name in fields}
    made["address"] = Address.model_validate(address) if address else None
    made["tags"] = fields.get("tags", ())
    made["custom"] = tuple(
        CustomField.model_construct(k=name.removeprefix(CUSTOM), v=value)
        for name, value in sorted(fields.items())
        if name.startswith(CUSTOM) and not isinstance(value, Money | Consent)
    )
    return made


class Keys:
    """What a row or a record may be recognised by; an absent one is None.

    ``beside`` is the field that must be known beside the name for the two to say who it is; None: the name alone does.
    """

    __slots__ = ("company", "email", "ext", "first", "last", "phone")

    def __init__(self, fields: Mapping[str, FieldValue], beside: str | None = "company") -> None:
        self.ext = _text(fields, "externalId")
        address = _text(fields, "email")
        self.email = None if address is None else email_key(address)
        self.phone = _text(fields, "phone")
        self.first = _folded(fields, "firstName")
        self.last = _folded(fields, "lastName") or _folded(fields, "name")
        self.company = "" if beside is None else _folded(fields, beside)

    @property
    def name_company(self) -> str | None:
        """One key for the name as far as it is known and what stands beside it; None where either is missing."""
        if not (self.first or self.last) or self.company is None:
            return None
        return f"{self.last or ''}, {self.first or ''} @ {self.company}"


def name_sort(fields: Mapping[str, FieldValue]) -> str:
    """Return what a list by name sorts a record by: its name, last name first, else its company, else its e-mail."""
    named = " ".join(str(fields[name]) for name in ("name", "lastName", "firstName") if name in fields)
    return fold(named or str(fields.get("company") or fields.get("email") or ""))


def room_for_custom(fields: Mapping[str, FieldValue], name: str, value: FieldValue) -> bool:
    """Tell whether a custom field still fits beside those in ``fields``, by number and by bytes."""
    custom = {key: held for key, held in fields.items() if key.startswith(CUSTOM)} | {name: value}
    size = sum(custom_size(key, held) for key, held in custom.items())
    return len(custom) <= MAX_CUSTOM_FIELDS and size <= MAX_CUSTOM_BYTES


def custom_size(name: str, value: FieldValue) -> int:
    """Return the bytes a custom field takes as JSON."""
    return len(orjson.dumps([name, value]))


def _text(fields: Mapping[str, FieldValue], name: str) -> str | None:
    value = fields.get(name)
    return value if isinstance(value, str) else None


def _folded(fields: Mapping[str, FieldValue], name: str) -> str | None:
    value = fields.get(name)
    return (_fold_once(value) or None) if isinstance(value, str) else None


_fold_once = lru_cache(maxsize=8192)(fold)  # an import asks for the same names again and again
