"""When two spellings are the same value: the comparison of our value with a CRM's, one rule a field type.

A CRM trims, lower-cases, reformats and cuts what it is given. Without this, its every echo would look like an edit.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from urllib.parse import urlsplit

from leadbridge.kit.text import squeeze
from leadbridge.leads.normalise import country_code, country_name

_NOT_DIGITS = re.compile(r"\D+")


def blank(value: str | None) -> bool:
    """Tell whether a value is unset, on either side."""
    return value is None or not value.strip()


def equivalent(same: str, ours: str | None, theirs: str | None) -> bool:
    """Tell whether our value and the CRM's mean the same, by the rule called ``same``."""
    if blank(ours) or blank(theirs):
        return blank(ours) and blank(theirs)
    form = _FORMS[same]
    return form(ours or "") == form(theirs or "")


def outgoing(same: str, ours: str) -> str:
    """Return our value as it is sent to a CRM."""
    return country_name(ours) or ours if same == "country" else ours


def _phone(text: str) -> str:
    digits = _NOT_DIGITS.sub("", text)
    return digits.removeprefix("00") if text.strip().startswith("00") else digits


def _url(text: str) -> str:
    parts = urlsplit(text if "://" in text else f"https://{text}")
    return f"{(parts.hostname or '').removeprefix('www.')}{parts.path.rstrip('/')}?{parts.query}"


def _country(text: str) -> str:
    return country_code(text) or squeeze(text).casefold()


def _number(text: str) -> str:
    try:
        value = Decimal(text.strip())
    except InvalidOperation:
        return squeeze(text)
    return format(value.normalize(), "f") if value.is_finite() else squeeze(text)


def _date(text: str) -> str:
    """Return the day of a date or of a time: a CRM that keeps a time for a day answers with its midnight in UTC."""
    return text.strip()[:10]


_FORMS: Mapping[str, Callable[[str], str]] = {
    "text": squeeze,
    "email": lambda text: text.strip().casefold(),
    "phone": _phone,
    "url": _url,
    "country": _country,
    "number": _number,
    "date": _date,
}
