"""Between Zoho's JSON and raw text, which is how values travel in the hub. Pure.

Several choices stand with ``;`` between them; a reference is the id alone; true and false are words.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

import orjson

_REFERENCES = frozenset(("lookup", "ownerlookup", "userlookup"))
_NUMBERS = frozenset(("double", "currency", "percent"))
_LISTS = frozenset(("multiselectpicklist", "multiuserlookup"))
_STRUCTURES = frozenset(("subform", "multiselectlookup", "fileupload", "imageupload"))
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def to_text(value: Any) -> str | None:
    """Return a value of an answer as raw text; what is no plain value becomes JSON."""
    if value is None or value == "" or value == []:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int):
        return str(value)
    if isinstance(value, float):
        return repr(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, dict):
        return str(value["id"]) if "id" in value else orjson.dumps(value).decode()
    if isinstance(value, list):
        names = [one if isinstance(one, str) else one.get("name") if isinstance(one, dict) else None for one in value]
        if all(isinstance(name, str) and ";" not in name for name in names):
            return ";".join(map(str, names))
    return orjson.dumps(value).decode()


def to_json(text: str, type: str) -> Any:
    """Return raw text as Zoho takes it for a field of ``type``; an empty text is null, which clears.

    A text that does not fit the type is sent as it is, so that Zoho's refusal names the field.
    """
    if not text:
        return None
    if type in _REFERENCES:
        return {"id": text}
    if type == "tags":
        return [{"name": part} for part in _parts(text)]
    if type in _LISTS:
        return _parts(text)
    if type == "boolean":
        return {"true": True, "false": False}.get(text.strip().casefold(), text)
    if type == "integer":
        return _integer(text)
    if type in _NUMBERS:
        return _number(text)
    if type == "datetime":
        return _datetime(text)
    return _parsed(text) if type in _STRUCTURES else text


def record_json(values: Mapping[str, str], types: Mapping[str, str]) -> dict[str, Any]:
    """Return a record's values as Zoho takes them."""
    return {name: to_json(text, types.get(name, "text")) for name, text in values.items()}


def moment(text: str) -> datetime:
    """Return a time of Zoho's, which comes with the organisation's offset; the epoch where there is none to read."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return EPOCH
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def stamp(at: datetime) -> str:
    """Return a time as Zoho takes it: whole seconds, the offset with a colon."""
    return at.astimezone(UTC).replace(microsecond=0).isoformat()


def _parts(text: str) -> list[str]:
    parsed = _parsed(text)
    if isinstance(parsed, list):
        return [str(part) for part in parsed]
    return [part.strip() for part in text.split(";") if part.strip()]


def _parsed(text: str) -> Any:
    try:
        return orjson.loads(text) if text[:1] in "[{" else text
    except orjson.JSONDecodeError:
        return text


def _integer(text: str) -> int | str:
    number = _number(text)
    return number if isinstance(number, int) else text


def _number(text: str) -> int | float | str:
    try:
        number = Decimal(text.strip())
    except InvalidOperation:
        return text
    if not number.is_finite():
        return text
    return int(number) if number == number.to_integral_value() else float(number)


def _datetime(text: str) -> str:
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        return text
    return stamp(found if found.tzinfo else found.replace(tzinfo=UTC))
