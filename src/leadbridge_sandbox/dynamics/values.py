"""Values as a column takes them. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

from . import unconfirmed
from .columns import Column
from .errors import VendorError, bad_value

GUID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")
_EDM = {
    "String": "Edm.String",
    "Memo": "Edm.String",
    "EntityName": "Edm.String",
    "Integer": "Edm.Int32",
    "BigInt": "Edm.Int64",
    "Picklist": "Edm.Int32",
    "State": "Edm.Int32",
    "Status": "Edm.Int32",
    "Boolean": "Edm.Boolean",
    "Money": "Edm.Decimal",
    "Decimal": "Edm.Decimal",
    "Double": "Edm.Double",
    "DateTime": "Edm.DateTimeOffset",
    "Uniqueidentifier": "Edm.Guid",
    "MultiSelectPicklist": "Edm.String",
}


def _wrong_type(column: Column, value: Any) -> VendorError:
    wanted = "Edm.Date" if column.date_only else _EDM.get(column.type, "Edm.String")
    return bad_value(
        "Error identified in Payload provided by the user for Entity :'', For more information on this error please "
        f"follow this help link https://go.microsoft.com/fwlink/?linkid=2195293 ----> InnerException : "
        f"Cannot convert the literal '{value}' of '{column.name}' to the expected type '{wanted}'."
    )


def _text(table: str, column: Column, value: Any) -> Any:
    if not isinstance(value, str):
        raise _wrong_type(column, value)
    if column.max_length is not None and len(value) > column.max_length:
        raise VendorError(
            400,
            "0x80044331",
            f"A validation error occurred.  The length of the '{column.name}' attribute of the '{table}' entity "
            f"exceeded the maximum allowed length of '{column.max_length}'.",
        )
    return value or None


def _number(table: str, column: Column, value: Any) -> Any:
    whole = column.type in ("Integer", "BigInt")
    if isinstance(value, bool) or not isinstance(value, int if whole else (int, float)):
        raise _wrong_type(column, value)
    if (column.least is not None and value < column.least) or (column.most is not None and value > column.most):
        raise VendorError(
            400,
            unconfirmed.OUT_OF_RANGE_CODE,
            f"A validation error occurred. The value {value} of '{column.name}' on record of type '{table}' is "
            f"outside the valid range. Accepted Values: {column.least:g} to {column.most:g}",
        )
    return value if whole else round(float(value), column.precision if column.precision is not None else 10)


def _choice(table: str, column: Column, value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, int):
        raise _wrong_type(column, value)
    if column.option(value) is None:
        accepted = ",".join(str(one.value) for one in column.options)
        raise VendorError(
            400,
            unconfirmed.BAD_OPTION_CODE,
            f"A validation error occurred. The value {value} of '{column.name}' on record of type '{table}' is "
            f"outside the valid range. Accepted Values: {accepted}",
        )
    return value


def _choices(table: str, column: Column, value: Any) -> Any:
    if not isinstance(value, str) or not all(part.strip().isdecimal() for part in value.split(",")):
        raise _wrong_type(column, value)
    return ",".join(str(_choice(table, column, int(part))) for part in value.split(","))


def _flag(_: str, column: Column, value: Any) -> Any:
    if not isinstance(value, bool):
        raise _wrong_type(column, value)
    return value


def _moment(_: str, column: Column, value: Any) -> Any:
    if not isinstance(value, str):
        raise _wrong_type(column, value)
    try:
        if column.date_only:
            return date.fromisoformat(value).isoformat()
        return iso(seconds_of(value))
    except ValueError:
        raise _wrong_type(column, value) from None


def _guid(_: str, column: Column, value: Any) -> Any:
    if not isinstance(value, str) or not GUID.fullmatch(value):
        raise _wrong_type(column, value)
    return value.lower()


_TAKERS: dict[str, Callable[[str, Column, Any], Any]] = {
    "String": _text,
    "Memo": _text,
    "EntityName": _text,
    "Integer": _number,
    "BigInt": _number,
    "Money": _number,
    "Decimal": _number,
    "Double": _number,
    "Picklist": _choice,
    "State": _choice,
    "Status": _choice,
    "MultiSelectPicklist": _choices,
    "Boolean": _flag,
    "DateTime": _moment,
    "Uniqueidentifier": _guid,
}


def stored(table: str, column: Column, value: Any) -> Any:
    """Return a value as it is stored, or None for no value. Raises VendorError 400."""
    if value is None:
        return None
    take = _TAKERS.get(column.type)
    if take is None:
        raise _wrong_type(column, value)
    return take(table, column, value)


def seconds_of(text: str) -> int:
    """Return an ISO-8601 time (UTC where it names no zone) as seconds since 1970. Raises ValueError."""
    moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())


def iso(seconds: int) -> str:
    """Return a time in seconds as Dataverse writes it."""
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%SZ}"
