"""From what an API caller sends to the fields of a lead. Pure; the first value that cannot be used is named."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

from leadbridge.kit.text import squeeze
from leadbridge.kit.values import clean_text
from leadbridge.leads import normalise
from leadbridge.leads.errors import InvalidLead
from leadbridge.leads.fields import ADDRESS, CUSTOM, Fields, FieldValue, room_for_custom
from leadbridge.leads.model import Consent, ConsentBody, LeadBody, Money, MoneyBody
from leadbridge.leads.money import NotAnAmount, currency_code, money
from leadbridge.leads.normalise import Invalid

_PLAIN_TEXT = {
    "external_id": "externalId", "first_name": "firstName", "last_name": "lastName", "company": "company",
    "title": "title", "source": "source", "status": "status", "owner_id": "ownerId",
}  # fmt: skip


def drafted(before: Mapping[str, FieldValue], body: LeadBody, default_region: str | None) -> Fields:
    """Return the fields of a lead after ``body``: what it names is set or unset, the rest stays.

    Raises ``InvalidLead`` for a value that cannot be used, or where neither an e-mail address nor a name is left.
    """
    fields: Fields = dict(before)
    try:
        _plain(fields, body)
        _address(fields, body)
        _reachable(fields, body, default_region)
        _value_and_consent(fields, body)
        _lists(fields, body)
    except Invalid as invalid:
        raise InvalidLead(str(invalid), code=invalid.code, hint="Correct it, or leave it out.") from invalid
    if not any(name in fields for name in ("email", "firstName", "lastName")):
        raise InvalidLead(
            "A lead needs an e-mail address or a name.",
            code="no_identity",
            hint="Set email, firstName or lastName: a CRM accepts no contact without one of them.",
        )
    return fields


def _put(fields: Fields, name: str, value: FieldValue | None) -> None:
    if value is None:
        fields.pop(name, None)
    else:
        fields[name] = value


def _clean(text: str | None) -> str | None:
    return None if text is None else squeeze(clean_text(text)) or None


def _plain(fields: Fields, body: LeadBody) -> None:
    for attribute, name in _PLAIN_TEXT.items():
        if attribute in body.model_fields_set:
            _put(fields, name, _clean(getattr(body, attribute)))
    if "score" in body.model_fields_set:
        _put(fields, "score", body.score)


def _address(fields: Fields, body: LeadBody) -> None:
    if "address" not in body.model_fields_set:
        return
    if body.address is None:
        for name in ADDRESS:
            fields.pop(name, None)
        return
    for name, attribute in ADDRESS.items():
        if attribute in body.address.model_fields_set:
            text = _clean(getattr(body.address, attribute))
            _put(fields, name, normalise.country(text) if text and attribute == "country" else text)


def _reachable(fields: Fields, body: LeadBody, default_region: str | None) -> None:
    given = body.model_fields_set
    if "email" in given:
        _put(fields, "email", normalise.email(clean_text(body.email)) if body.email else None)
    if "website" in given:
        _put(fields, "website", normalise.website(clean_text(body.website)) if body.website else None)
    if "phone" in given:
        region = fields.get("address.country", default_region)
        text = clean_text(body.phone) if body.phone else None
        phone = None if text is None else normalise.phone(text, region if isinstance(region, str) else None)
        _put(fields, "phone", None if phone is None else phone.e164)
        _put(fields, "phoneRaw", None if phone is None else phone.raw)


def _value_and_consent(fields: Fields, body: LeadBody) -> None:
    if "value" in body.model_fields_set:
        _put(fields, "value", None if body.value is None else _money(body.value))
    if "consent" in body.model_fields_set:
        _put(fields, "consent", None if body.consent is None else _consent(body.consent))


def _money(sent: MoneyBody) -> Money:
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


def _lists(fields: Fields, body: LeadBody) -> None:
    if "tags" in body.model_fields_set:
        kept = normalise.tags([clean_text(tag) for tag in body.tags or ()])
        _put(fields, "tags", kept or None)
    if "custom" not in body.model_fields_set:
        return
    if body.custom is None:
        for name in [name for name in fields if name.startswith(CUSTOM)]:
            del fields[name]
    for key, value in (body.custom or {}).items():
        name = CUSTOM + clean_text(key)
        if value is None or value == "":
            fields.pop(name, None)
            continue
        held = _custom(key, value)
        if not room_for_custom(fields, name, held):
            raise Invalid("too_many_custom_fields", "A lead holds at most 100 custom fields and 32 KB in them.")
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
