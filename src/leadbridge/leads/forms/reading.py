"""From what a browser or a program sends to the fields of a lead: every field checked, every fault named. Pure."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from leadbridge.kit.text import squeeze
from leadbridge.kit.values import clean_text
from leadbridge.leads import normalise
from leadbridge.leads.forms.model import CONSENT, ConsentRule, FieldType, FormField
from leadbridge.leads.normalise import Invalid

HONEYPOT = "_website"
"""A field that people do not see and programs fill in."""
STARTED = "_started"
"""When the hosted page was shown, in milliseconds since 1970."""
CHALLENGE = ("challenge", "cf-turnstile-response", "h-captcha-response", "g-recaptcha-response")
"""Under which names the token of a challenge may come; the last three are those of widgets in use."""
CONTROLS = frozenset({HONEYPOT, STARTED, *CHALLENGE})

_TRUE = frozenset({"on", "true", "yes", "1"})
_FALSE = frozenset({"", "off", "false", "no", "0"})


class Asked(Protocol):
    """What a reader needs to know of a form."""

    @property
    def fields(self) -> tuple[FormField, ...]: ...
    @property
    def consent(self) -> ConsentRule | None: ...
    @property
    def country(self) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one field, in a sentence for the person at the form."""

    field: str
    label: str
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A submission that can be taken: values by field name as they are kept, and by the lead's field they go to."""

    values: Mapping[str, Any]
    targets: Mapping[str, Any]
    consent: bool | None


def read(form: Asked, sent: Mapping[str, object], *, strict: bool) -> Entry | list[Problem]:
    """Return the entry, or every problem of it. With ``strict`` a field that the form does not have is one."""
    problems: list[Problem] = []
    values: dict[str, Any] = {}
    targets: dict[str, Any] = {}
    known = {field.name for field in form.fields} | ({CONSENT} if form.consent else set()) | CONTROLS
    if strict:
        problems += [
            Problem(name[:80], name[:80], "unknown_field", "The form has no such field.")
            for name in sent
            if name not in known
        ]
    for field in form.fields:
        try:
            value = _value(field, sent.get(field.name), form.country)
        except Invalid as invalid:
            problems.append(Problem(field.name, field.label, invalid.code, str(invalid)))
            continue
        if value is None or (value is False and field.required):
            if field.required:
                problems.append(Problem(field.name, field.label, "required", "Please fill this in."))
            continue
        values[field.name] = targets[field.target] = value
    consent = None
    if form.consent is not None:
        try:
            consent = _checkbox(sent.get(CONSENT))
        except Invalid as invalid:
            problems.append(Problem(CONSENT, "Consent", invalid.code, str(invalid)))
        else:
            if form.consent.required and not consent:
                problems.append(Problem(CONSENT, "Consent", "consent_required", "Your consent is needed to send this."))
    if not problems and not {"email", "firstName", "lastName"} & set(targets):
        problems.append(_nobody(form))
    return problems or Entry(values, targets, consent)


def _nobody(form: Asked) -> Problem:
    field = next(one for one in form.fields if one.target in ("email", "firstName", "lastName"))
    return Problem(field.name, field.label, "no_identity", "Please tell us who you are.")


def _value(field: FormField, sent: object, country: str | None) -> Any:
    if field.type is FieldType.CHECKBOX:
        return _checkbox(sent)
    if sent is None:
        return None
    if isinstance(sent, bool) or not isinstance(sent, str | int | float):
        raise Invalid("wrong_type", "A text is needed here.")
    if isinstance(sent, float) and not math.isfinite(sent):
        raise Invalid("invalid_number", "This is not a number.")
    text = clean_text(str(sent))
    text = text.replace("\r\n", "\n").strip() if field.type is FieldType.TEXTAREA else squeeze(text)
    if not text:
        return None
    if len(text) > field.max_length:
        raise Invalid("too_long", f"At most {field.max_length} characters fit here; there are {len(text)}.")
    return _READERS[field.type](text, field, country)


def _text(text: str, field: FormField, _: str | None) -> str:
    if field.target in ("firstName", "lastName", "company", "title") and len(text) > 200:
        raise Invalid("too_long", "At most 200 characters fit here.")
    return text


def _select(text: str, field: FormField, _: str | None) -> str:
    if text not in field.options:
        raise Invalid("not_an_option", "Please choose one of the options.")
    return text


def _number(text: str, _: FormField, __: str | None) -> int | float:
    if not re.fullmatch(r"[+-]?\d{1,15}([.,]\d{1,9})?", text, re.ASCII):
        raise Invalid("invalid_number", "This is not a number.")
    number = float(text.replace(",", "."))
    return int(number) if number.is_integer() else number


def _date(text: str, _: FormField, __: str | None) -> str:
    try:
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.ASCII):
            raise ValueError
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise Invalid("invalid_date", "This is not a date such as 2026-11-22.") from None


_READERS: Mapping[FieldType, Callable[[str, FormField, str | None], Any]] = {
    FieldType.TEXT: _text,
    FieldType.TEXTAREA: _text,
    FieldType.EMAIL: lambda text, _, __: normalise.email(text),
    FieldType.PHONE: lambda text, _, country: normalise.phone(text, country).raw,
    FieldType.URL: lambda text, _, __: normalise.website(text),
    FieldType.NUMBER: _number,
    FieldType.DATE: _date,
    FieldType.COUNTRY: lambda text, _, __: normalise.country(text),
    FieldType.SELECT: _select,
}


def _checkbox(sent: object) -> bool:
    if sent is None or isinstance(sent, bool):
        return bool(sent)
    text = str(sent).strip().lower() if isinstance(sent, str | int) else "?"
    if text in _TRUE:
        return True
    if text in _FALSE:
        return False
    raise Invalid("wrong_type", "Please tick this or leave it.")
