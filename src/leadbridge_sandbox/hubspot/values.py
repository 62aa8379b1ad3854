"""What HubSpot makes of a written value: every stored value is text, and each type has its rules. Pure."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from ..clock import iso_ms
from . import unconfirmed
from .catalogue import FREE_LISTS, LIFECYCLE_STAGES

MAX_LENGTH = 65_536
_DAY_MS = 86_400_000
_EMAIL = re.compile(
    r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*@([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]",
    re.IGNORECASE,
)
_STAGE_ORDER = {name: place for place, (name, _) in enumerate(LIFECYCLE_STAGES)}


@dataclass
class BadValue(Exception):
    """A value that the property cannot hold, with HubSpot's code for it."""

    code: str
    message: str


def as_text(value: Any) -> str:
    """Return a JSON value as the text HubSpot stores. Raises BadValue for lists and objects."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    raise BadValue("INVALID_STRING", "a value must be a string")


def email_address(text: str) -> str:
    """Return an address as stored. Raises BadValue."""
    address = text.strip().lower() if unconfirmed.EMAIL_IS_LOWERED else text.strip()
    if len(address) > 254 or not _EMAIL.fullmatch(address):
        raise BadValue("INVALID_EMAIL", f"Email address {text} is invalid")
    return address


def address_list(text: str) -> list[str]:
    """Return the addresses of a `;` list, in order, each once. Raises BadValue."""
    return list(dict.fromkeys(email_address(part) for part in text.split(";") if part.strip()))


def moment_ms(text: str) -> int:
    """Return the time in milliseconds that epoch milliseconds or an ISO-8601 text names. Raises BadValue."""
    if re.fullmatch(r"-?\d{1,15}", text):
        return int(text)
    try:
        moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        raise BadValue(unconfirmed.DATE_CODE, f"{text} was not a valid date") from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return round(moment.timestamp() * 1000)


def _number(name: str, text: str) -> str:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise BadValue(unconfirmed.NUMBER_CODE, f"{text} was not a valid number for {name}")
    return text.strip()


def _options(definition: Mapping[str, Any], text: str, owners: frozenset[str]) -> str:
    name = definition["name"]
    parts = text.split(";") if definition["fieldType"] == "checkbox" else [text]
    if definition["externalOptions"]:
        if text not in owners:
            raise BadValue(unconfirmed.OWNER_CODE, f"{text} is not an owner of this account")
        return text
    allowed = {option["value"] for option in definition["options"]}
    for part in parts:
        if part not in allowed:
            raise BadValue("INVALID_OPTION", f"{part} was not one of the allowed options for {name}")
    return ";".join(parts)


def stored(definition: Mapping[str, Any], value: Any, owners: frozenset[str]) -> str:
    """Return the text a property stores for a written value; "" clears it. Raises BadValue."""
    text = as_text(value)
    name, kind = definition["name"], definition["type"]
    if not text:
        return ""
    if len(text) > MAX_LENGTH:
        raise BadValue("VALUE_TOO_LONG", f"{name} may have at most {MAX_LENGTH} characters")
    if name == "email":
        return email_address(text)
    if name == "hs_additional_emails":
        return ";".join(address_list(text))
    if name in FREE_LISTS:
        return ";".join(dict.fromkeys(part.strip().lower() for part in text.split(";") if part.strip()))
    if kind == "enumeration":
        return _options(definition, text, owners)
    if kind == "number":
        return _number(name, text)
    if kind == "bool":
        if text.lower() not in ("true", "false"):
            raise BadValue(unconfirmed.BOOLEAN_CODE, f"{text} was not true or false for {name}")
        return text.lower()
    if kind == "datetime":
        return iso_ms(moment_ms(text))
    if kind == "date":
        at = moment_ms(text)
        if at % _DAY_MS:
            raise BadValue(unconfirmed.DATE_CODE, f"{text} is not midnight UTC")
        return iso_ms(at)[:10]
    return text


def goes_backward(now: str, wanted: str) -> bool:
    """Return whether a lifecycle stage would move back, which only clearing it first allows."""
    if now not in _STAGE_ORDER or wanted not in _STAGE_ORDER:
        return False
    return _STAGE_ORDER[wanted] < _STAGE_ORDER[now]


def later_stage(one: str, other: str) -> str:
    """Return the further of two lifecycle stages; an empty one loses."""
    return other if _STAGE_ORDER.get(other, -1) > _STAGE_ORDER.get(one, -1) else one
