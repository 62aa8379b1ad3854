"""Our side of a mapping: the fields of each type of record, and a record as a table of plain values and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation

from leadbridge.leads.fields import ADDRESS, CUSTOM, Fields, FieldValue
from leadbridge.leads.money import money
from leadbridge.leads.settings import DeclaredField, FieldType
from leadbridge.leads.stored import Consent, Money
from leadbridge.leads.types import TYPES
from leadbridge.mapping.model import Choice, Field, Schema, Type, Value, Values

AMOUNT, CURRENCY = "value.amount", "value.currency"
CONSENT, CONSENT_AT, CONSENT_SOURCE = "consent.given", "consent.at", "consent.source"

_LABELS = {
    "externalId": "External id", "name": "Name", "firstName": "First name", "lastName": "Last name", "email": "E-mail",
    "phone": "Phone", "company": "Company", "title": "Job title", "website": "Website", "source": "Source",
    "status": "Status", "industry": "Industry", "employees": "Employees", "stage": "Stage", "closeDate": "Close date",
    "probability": "Probability (per cent)", "score": "Score", "ownerId": "Owner", "accountId": "Account",
    "contactId": "Contact", "tags": "Tags", "address.street": "Street", "address.city": "City",
    "address.region": "Region", "address.postalCode": "Postal code", "address.country": "Country",
    AMOUNT: "Value", CURRENCY: "Currency of the value", CONSENT: "Consent", CONSENT_AT: "Consent given at",
    CONSENT_SOURCE: "Source of the consent",
}  # fmt: skip
_TYPES = {
    "email": Type.EMAIL, "phone": Type.PHONE, "website": Type.URL, "address.country": Type.COUNTRY,
    "employees": Type.INTEGER, "probability": Type.INTEGER, "score": Type.INTEGER, "closeDate": Type.DATE,
    "ownerId": Type.REFERENCE, "accountId": Type.REFERENCE, "contactId": Type.REFERENCE, "tags": Type.CHOICES,
    AMOUNT: Type.MONEY, CONSENT: Type.BOOLEAN, CONSENT_AT: Type.DATETIME,
}  # fmt: skip
_TO = {"ownerId": "owner", "accountId": "account", "contactId": "contact"}
_CUSTOM = {
    FieldType.TEXT: Type.TEXT, FieldType.NUMBER: Type.NUMBER, FieldType.BOOLEAN: Type.BOOLEAN,
    FieldType.DATE: Type.DATE, FieldType.CHOICE: Type.CHOICE, FieldType.CHOICES: Type.CHOICES,
    FieldType.URL: Type.URL, FieldType.EMAIL: Type.EMAIL,
}  # fmt: skip
_SPLIT = {"value": (AMOUNT, CURRENCY), "consent": (CONSENT, CONSENT_AT, CONSENT_SOURCE)}
_NESTED = {"address": tuple(ADDRESS)} | _SPLIT
_NOT_FIELDS = frozenset(("custom", "allowErased"))


def schema(kind: str, declared: Sequence[DeclaredField] = ()) -> Schema:
    """Return the fields of a type of record (``lead``, ``contact``, ``account``, ``deal``) with a company's own.

    Raises ``KeyError`` for another word.
    """
    fields: dict[str, Field] = {}
    for name, info in TYPES[kind].body.model_fields.items():
        alias = info.alias or info.serialization_alias or name
        if alias not in _NOT_FIELDS:
            for full in _NESTED.get(alias, (alias,)):
                fields[full] = _field(full)
    for one in declared:
        choices = tuple(Choice(choice, choice) for choice in one.choices)
        fields[CUSTOM + one.key] = Field(CUSTOM + one.key, one.label, _CUSTOM[one.type], choices=choices)
    return fields


def _field(name: str) -> Field:
    unique = name == "externalId"
    return Field(name, _LABELS.get(name, name), _TYPES.get(name, Type.TEXT), unique=unique, to=_TO.get(name, ""))


def values(fields: Mapping[str, FieldValue]) -> dict[str, Value]:
    """Return a flat record (``leads.fields.flatten``) with plain values only: money and consent taken apart."""
    plain: dict[str, Value] = {}
    for name, value in fields.items():
        if isinstance(value, Money):
            plain[AMOUNT] = value.amount
            plain[CURRENCY] = value.currency
        elif isinstance(value, Consent):
            plain[CONSENT] = value.given
            plain[CONSENT_AT] = None if value.at is None else value.at.isoformat()
            plain[CONSENT_SOURCE] = value.source
        else:
            plain[name] = value
    return plain


def fields(plain: Values) -> Fields:
    """Return plain values as a flat record, the inverse of ``values``. A currency without an amount is left out.

    Raises ``NotAnAmount`` (``leads.money``) for an amount that cannot be stored.
    """
    made: Fields = {
        name: value
        for name, value in plain.items()
        if value is not None and name not in _SPLIT["value"] and name not in _SPLIT["consent"]
    }
    amount, currency = plain.get(AMOUNT), plain.get(CURRENCY)
    if amount is not None:
        made["value"] = money(_decimal(amount), str(currency) if currency is not None else None)
    given = plain.get(CONSENT)
    if given is not None:
        made["consent"] = Consent.model_validate(
            {"given": given, "at": plain.get(CONSENT_AT), "source": plain.get(CONSENT_SOURCE)}
        )
    return made


def _decimal(amount: Value) -> Decimal:
    try:
        return Decimal(str(amount))
    except InvalidOperation:
        return Decimal("NaN")  # which ``money`` refuses with its sentence
