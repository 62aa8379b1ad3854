"""What a field can hold: pure checks of what a write sends, by the field's metadata."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from . import unconfirmed
from .catalogue import Field
from .errors import ItemError, invalid_value
from .times import seconds_of

_EMAIL = re.compile(r"[^\s@<>(),;:\"\[\]\\]+@[^\s@<>(),;:\"\[\]\\]+\.[A-Za-z]{2,}")
_EXPECTED = {
    "text": "text",
    "textarea": "text",
    "website": "website",
    "phone": "phone",
    "email": "email",
    "picklist": "picklist",
    "bigint": "bigint",
}


def key_of(value: Any) -> str:
    """Return a text as it is compared when duplicates are looked for."""
    return str(value).strip().lower()


def checked(field: Field, value: Any, path: str, *, strict_picklists: bool) -> Any:
    """Return a value as it is stored, None for none. Raises ItemError.

    Lookups are checked for their form only: whether the record is there is the caller's affair.
    """
    kind = field.type
    if value is None:
        return None
    if kind == "multiselectpicklist":
        return _many(field, value, path, strict=strict_picklists)
    if kind in ("lookup", "ownerlookup", "userlookup"):
        if not isinstance(value, dict):
            raise invalid_value(field.api_name, path, expected_data_type="jsonobject")
        if not str(value.get("id") or "").isdecimal():
            raise invalid_value("id", f"{path}.id", expected_data_type="bigint")
        return {"id": str(value["id"])}
    if kind == "boolean":
        if not isinstance(value, bool):
            raise invalid_value(field.api_name, path, expected_data_type="boolean")
        return value
    if kind in ("integer", "double", "currency", "percent"):
        return _number(field, value, path)
    if not isinstance(value, str) and not (kind == "bigint" and isinstance(value, int)):
        raise invalid_value(field.api_name, path, expected_data_type=_EXPECTED.get(kind, kind))
    return _text(field, str(value), path, strict_picklists=strict_picklists)


def _text(field: Field, text: str, path: str, *, strict_picklists: bool) -> str | None:
    kind = field.type
    if not text.strip():
        if kind in unconfirmed.BLANK_REFUSED:
            raise invalid_value(field.api_name, path, expected_data_type=_EXPECTED.get(kind, kind))
        return None
    if kind == "date":
        try:
            return date.fromisoformat(text).isoformat()
        except ValueError:
            raise invalid_value(field.api_name, path, expected_data_type="date") from None
    if kind == "datetime":
        if seconds_of(text) is None:
            raise invalid_value(field.api_name, path, expected_data_type="datetime")
        return text
    if len(text) > field.max_length:
        raise invalid_value(field.api_name, path, maximum_length=field.max_length)
    if kind == "email" and not _EMAIL.fullmatch(text):
        raise invalid_value(field.api_name, path, expected_data_type="email")
    if kind == "bigint" and not text.lstrip("-").isdecimal():
        raise invalid_value(field.api_name, path, expected_data_type="bigint")
    if kind == "picklist":
        if text == "-None-":
            return None
        _in_list(field, text, path, strict=strict_picklists)
    return text


def _in_list(field: Field, text: Any, path: str, *, strict: bool) -> None:
    if strict and text not in field.choices:
        raise invalid_value(field.api_name, path, supported_values=list(field.choices))


def _many(field: Field, value: Any, path: str, *, strict: bool) -> list[str] | None:
    if not isinstance(value, list):
        raise invalid_value(field.api_name, path, expected_data_type="jsonarray")
    for place, one in enumerate(value):
        if not isinstance(one, str):
            raise invalid_value(field.api_name, f"{path}[{place}]", expected_data_type="text")
        _in_list(field, one, f"{path}[{place}]", strict=strict)
    return list(dict.fromkeys(value)) or None


def _number(field: Field, value: Any, path: str) -> int | float:
    expected = "integer" if field.type == "integer" else "double"
    right = isinstance(value, int) if expected == "integer" else isinstance(value, int | float)
    if isinstance(value, bool) or not right:
        raise invalid_value(field.api_name, path, expected_data_type=expected)
    if len(str(abs(int(value)))) > field.max_length:
        raise invalid_value(field.api_name, path, maximum_length=field.max_length)
    if field.decimals is not None and isinstance(value, float):
        return round(value, field.decimals)
    number: int | float = value
    return number


def tags(value: Any, path: str) -> list[dict[str, str]]:
    """Return a record's tags as stored. Raises ItemError."""
    if not isinstance(value, list) or not all(isinstance(one, dict) and one.get("name") for one in value):
        raise ItemError("INVALID_DATA", "invalid data", {"api_name": "Tag", "json_path": path})
    return [{"name": str(one["name"])} for one in value]
