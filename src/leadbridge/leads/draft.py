"""From what an API caller sends to the fields of a record. Pure; the first value that cannot be used is named."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from leadbridge.kit.text import squeeze
from leadbridge.kit.values import clean_text
from leadbridge.leads import normalise
from leadbridge.leads.bodies import AddressBody, ConsentBody, MoneyBody, RecordBody
from leadbridge.leads.errors import InvalidLead
from leadbridge.leads.fields import ADDRESS, CUSTOM, Fields, FieldValue, room_for_custom
from leadbridge.leads.money import NotAnAmount, currency_code, money
from leadbridge.leads.normalise import Invalid
from leadbridge.leads.rules import NO_RULES, Rules, custom_value
from leadbridge.leads.stored import Consent, Money
from leadbridge.leads.types import LEAD, RecordType

_PLAIN_TEXT = {
    "external_id": "externalId", "name": "name", "first_name": "firstName", "last_name": "lastName",
    "company": "company", "title": "title", "industry": "industry", "source": "source", "status": "status",
    "stage": "stage", "owner_id": "ownerId", "account_id": "accountId", "contact_id": "contactId",
}  # fmt: skip
_NUMBERS = {"score": "score", "employees": "employees", "probability": "probability"}


def drafted(
    before: Mapping[str, FieldValue],
    body: RecordBody,
    default_region: str | None,
    type: RecordType = LEAD,
    rules: Rules = NO_RULES,
) -> Fields:
    """Return the fields of a record after ``body``: what it names is set or unset, the rest stays.

    Raises ``InvalidLead`` for a value that cannot be used, or where nothing is left that the record is known by.
    """
    fields: Fields = dict(before)
    sent = body.sent()
    try:
        _plain(fields, sent)
        if "address" in sent:
            _address(fields, sent["address"])
        _reachable(fields, sent, default_region)
        _value_and_consent(fields, sent)
        if "tags" in sent:
            _put(fields, "tags", normalise.tags([clean_text(tag) for tag in sent["tags"] or ()]) or None)
        if "custom" in sent:
            _customs(fields, sent["custom"], type, rules)
    except Invalid as invalid:
        raise InvalidLead(str(invalid), code=invalid.code, hint="Correct it, or leave it out.") from invalid
    require_identity(fields, type)
    return fields


def require_identity(fields: Mapping[str, FieldValue], type: RecordType) -> None:
    """Raise ``InvalidLead`` where nothing is set that a record of ``type`` is known by."""
    if not any(name in fields for name in type.identity):
        raise InvalidLead(
            type.needs,
            code="no_identity",
            hint=f"Set {' or '.join(type.identity)}: a CRM accepts no {type.name} without.",
        )


def _put(fields: Fields, name: str, value: FieldValue | None) -> None:
    if value is None:
        fields.pop(name, None)
    else:
        fields[name] = value


def _clean(text: str | None) -> str | None:
    return None if text is None else squeeze(clean_text(text)) or None


def _plain(fields: Fields, sent: Mapping[str, Any]) -> None:
    for attribute, name in _PLAIN_TEXT.items():
        if attribute in sent:
            _put(fields, name, _clean(sent[attribute]))
    for attribute, name in _NUMBERS.items():
        if attribute in sent:
            _put(fields, name, sent[attribute])
    if "close_date" in sent:
        day: date | None = sent["close_date"]
        _put(fields, "closeDate", None if day is None else day.isoformat())


def _address(fields: Fields, sent: AddressBody | None) -> None:
    if sent is None:
        for name in ADDRESS:
            fields.pop(name, None)
        return
    for name, attribute in ADDRESS.items():
        if attribute in sent.model_fields_set:
            text = _clean(getattr(sent, attribute))
            _put(fields, name, normalise.country(text) if text and attribute == "country" else text)


def _reachable(fields: Fields, sent: Mapping[str, Any], default_region: str | None) -> None:
    if "email" in sent:
        _put(fields, "email", normalise.email(clean_text(sent["email"])) if sent["email"] else None)
    if "website" in sent:
        _put(fields, "website", normalise.website(clean_text(sent["website"])) if sent["website"] else None)
    if "phone" in sent:
        region = fields.get("address.country", default_region)
        text = clean_text(sent["phone"]) if sent["phone"] else None
        phone = None if text is None else normalise.phone(text, region if isinstance(region, str) else None)
        _put(fields, "phone", None if phone is None else phone.e164)
        _put(fields, "phoneRaw", None if phone is None else phone.raw)


def _value_and_consent(fields: Fields, sent: Mapping[str, Any]) -> None:
    if "value" in sent:
        _put(fields, "value", None if sent["value"] is None else money_of(sent["value"]))
    if "consent" in sent:
        _put(fields, "consent", None if sent["consent"] is None else _consent(sent["consent"]))


def money_of(sent: MoneyBody) -> Money:
    """Return an amount in its stored form; raises ``Invalid``."""
    currency = None
    if sent.currency is not None:
        currency = currency_code(sent.currency)
        if currency is None:
            raise Invalid("invalid_currency", f"{normalise.shown(sent.currency)} is not an ISO 4217 currency code.")
    try:
        return money(Decimal(str(sent.amount)), currency)
    except (InvalidOperation, NotAnAmount) as error:
        raise Invalid(
            "invalid_amount", f"The amount {normalise.shown(str(sent.amount))} is not a decimal number such as 1234.50."
        ) from error


def _consent(sent: ConsentBody) -> Consent:
    if sent.at is not None and sent.at.tzinfo is None:
        raise Invalid("invalid_time", "The time of the consent has no zone; give it in UTC, ending in Z.")
    return Consent(given=sent.given, at=sent.at, source=_clean(sent.source))


def _customs(fields: Fields, sent: Mapping[str, Any] | None, type: RecordType, rules: Rules) -> None:
    if sent is None:
        for name in [name for name in fields if name.startswith(CUSTOM)]:
            del fields[name]
    for key, value in (sent or {}).items():
        name = CUSTOM + clean_text(key)
        if value is None or value == "":
            fields.pop(name, None)
            continue
        declared = rules.fields.get(clean_text(key))
        held = _custom(key, value if declared is None else custom_value(declared, value))
        if not room_for_custom(fields, name, held):
            raise Invalid("too_many_custom_fields", f"A {type.name} holds at most 100 custom fields and 32 KB in them.")
        fields[name] = held


def _custom(key: str, value: FieldValue) -> FieldValue:
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, tuple):
        return tuple(clean_text(item) for item in value)
    if isinstance(value, float) and not abs(value) < float("inf"):
        raise Invalid("invalid_custom_field", f"The custom field {normalise.shown(key)} is not a finite number.")
    if isinstance(value, int) and not isinstance(value, bool) and not -(2**63) <= value < 2**63:
        return str(value)  # past 64 bits: kept, as text
    return value
