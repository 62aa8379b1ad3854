"""Values as they come in, as they are kept, and as they go out. Pure.

Kept: texts, numbers, true or false, dates as `YYYY-MM-DD`, times as milliseconds since 1970-01-01 UTC, in whole
seconds.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Any

from . import ids, unconfirmed
from .errors import Refused, parser_error
from .fields import NUMBERS, TEXTS, Field

_EMAIL = re.compile(r"[^\s@,;<>()]+@[^\s@.,;<>()]+(\.[^\s@.,;<>()]+)+")
_INT_MAX = 2**31 - 1


def moment_ms(text: str) -> int:
    """Return a time with a zone, or a date (midnight UTC), in milliseconds. Raises ValueError."""
    cleaned = text.strip().replace(" ", "+") if "T" in text else text.strip()
    moment = datetime.fromisoformat(cleaned.replace("Z", "+00:00"))
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return round(moment.timestamp() * 1000)


def whole(at_ms: int) -> int:
    """Return a time without its fraction of a second: Salesforce keeps none, and compares none."""
    return at_ms // 1000 * 1000


def moment_text(at_ms: int) -> str:
    """Return a time as Salesforce's REST API writes it: `2026-11-20T08:00:01.000+0000`."""
    moment = datetime.fromtimestamp(at_ms // 1000, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{at_ms % 1000:03d}+0000"


def moment_csv(at_ms: int) -> str:
    """Return a time as Bulk API 2.0 writes it into CSV: `2026-11-20T08:00:01.000Z`."""
    return f"{moment_text(at_ms)[:-5]}Z"


def kept(field: Field, given: Any) -> Any:
    """Return a JSON value as it is kept; None clears the field. Raises Refused."""
    kind = field.kind
    if given is None:
        if kind == "boolean":
            raise _bad(field, "INVALID_TYPE_ON_FIELD_IN_RECORD", f"{field.label}: value not of required type: ")
        return None
    if kind in TEXTS:
        return _text(field, given)
    if kind == "boolean":
        return _flag(given)
    if kind in NUMBERS:
        return _number(field, given)
    if kind in ("reference", "id"):
        return _reference(field, given)
    if kind in ("date", "datetime"):
        return _time(field, given)
    raise parser_error(kind, _token(given), given)


def from_csv(field: Field, cell: str) -> Any:
    """Return a CSV cell as JSON would have it, or the cell itself where it cannot be read as the field's kind."""
    text = cell.strip()
    if field.kind == "boolean":
        return {"true": True, "1": True, "false": False, "0": False}.get(text.lower(), text)
    if field.kind in NUMBERS:
        try:
            return int(text) if re.fullmatch(r"[-+]?\d+", text) else float(text)
        except ValueError:
            return text
    return cell


def _bad(field: Field, code: str, message: str) -> Refused:
    return Refused(400, code, message, (field.name,))


def _token(given: Any) -> str:
    if isinstance(given, bool):
        return "VALUE_TRUE" if given else "VALUE_FALSE"
    if isinstance(given, int):
        return "VALUE_NUMBER_INT"
    if isinstance(given, float):
        return "VALUE_NUMBER_FLOAT"
    if isinstance(given, str):
        return "VALUE_STRING"
    return "START_OBJECT" if isinstance(given, dict) else "START_ARRAY"


def _text(field: Field, given: Any) -> str | None:
    if not isinstance(given, str):
        loose = isinstance(given, int | float) and not isinstance(given, bool)
        if not loose or unconfirmed.NUMBERS_IN_TEXT_REFUSED:
            raise parser_error("string", _token(given), given)
        given = str(given)
    text: str = given.strip() if unconfirmed.TEXT_IS_TRIMMED else given
    if not text:
        return None
    if field.length and len(text) > field.length:
        shown = text if len(text) <= 80 else f"{text[:80]}..."
        raise _bad(
            field, "STRING_TOO_LONG", f"{field.label}: data value too large: {shown} (max length={field.length})"
        )
    if field.kind == "email":
        if not _EMAIL.fullmatch(text):
            raise _bad(field, "INVALID_EMAIL_ADDRESS", f"{field.label}: invalid email address: {text}")
        return text.lower() if unconfirmed.EMAIL_IS_LOWERED else text
    if field.kind in ("picklist", "multipicklist") and field.restricted:
        chosen = text.split(";") if field.kind == "multipicklist" else [text]
        for one in chosen:
            if one not in field.values:
                raise _bad(
                    field,
                    "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
                    f"{field.label}: bad value for restricted picklist field: {one}",
                )
    return text


def _flag(given: Any) -> bool:
    if isinstance(given, bool):
        return given
    if isinstance(given, str) and given.lower() in ("true", "false"):
        return given.lower() == "true"
    raise parser_error("boolean", _token(given), given)


def _number(field: Field, given: Any) -> int | float:
    value = given
    if isinstance(given, str):
        try:
            value = float(given)
        except ValueError:
            raise parser_error(field.kind, "VALUE_STRING", given) from None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise parser_error(field.kind, _token(given), given)
    if field.kind == "int":
        if value != int(value):
            raise parser_error("int", "VALUE_NUMBER_FLOAT", given)
        value = int(value)
    most = 10 ** (field.precision - field.scale) if field.precision else _INT_MAX
    if abs(value) >= most:
        raise _bad(
            field,
            "NUMBER_OUTSIDE_VALID_RANGE",
            f"{field.label}: value outside of valid range on numeric field: {given}",
        )
    return value if isinstance(value, int) else round(value, field.scale)


def _reference(field: Field, given: Any) -> str | None:
    if given == "":
        return None
    record_id = ids.full(given)
    if record_id is None:
        raise _bad(field, "MALFORMED_ID", f"{field.label}: id value of incorrect type: {given}")
    return record_id


def _time(field: Field, given: Any) -> str | int | None:
    if not isinstance(given, str):
        raise parser_error(field.kind, _token(given), given)
    if not given.strip():
        return None
    try:
        if field.kind == "date":
            return date.fromisoformat(given.strip()[:10]).isoformat()
        return whole(moment_ms(given))
    except ValueError:
        raise parser_error(field.kind, "VALUE_STRING", given) from None


def shown(field: Field, value: Any) -> Any:
    """Return a kept value as the REST API shows it."""
    if value is None:
        return False if field.kind == "boolean" else None
    if field.kind == "datetime":
        return moment_text(value)
    if field.kind in ("currency", "double", "percent"):
        return float(value)
    return value


def csv_cell(field: Field, value: Any) -> str:
    """Return a kept value as a cell of a bulk query's CSV."""
    if value is None:
        return "false" if field.kind == "boolean" else ""
    if field.kind == "boolean":
        return "true" if value else "false"
    if field.kind == "datetime":
        return moment_csv(value)
    if field.kind in ("currency", "double", "percent"):
        return str(float(value))
    return str(value)
