"""Values between the hub's text and the Web API's JSON. Pure.

A value that a column cannot hold is refused here, with the column's name: a whole batch would be refused for it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from leadbridge.crm.dynamics.tables import ColumnType, Table

GUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
_SAFE_INTEGER = 2**53
_MOST = Decimal(10) ** 18
"""More than any column holds; far larger ones would become no number at all in JSON."""


class BadValue(Exception):
    """A text cannot be written into a column; ``code`` is the fault's, the text says why."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def content(table: Table, values: Mapping[str, str], types: Mapping[str, ColumnType]) -> dict[str, Any]:
    """Return a record's JSON; an empty text clears its column. Raises ``BadValue``.

    State and status go together, since Dataverse judges them as a pair.
    """
    found: dict[str, Any] = {}
    for name, text in values.items():
        if name not in types:
            raise BadValue("field_missing", f"Dynamics has no column {name} in {table.name}.")
        key, value = _written(table, name, text, types[name])
        found[key] = value
    return found | _state(table, found)


def _state(table: Table, found: Mapping[str, Any]) -> dict[str, int]:
    """Return what is missing of state and status. A status of an organisation's own has a state that is not known."""
    for name in ("statecode", "statuscode"):
        if name in found and found[name] is None:
            raise BadValue("invalid_value", f"{name} cannot be empty.")
    state, status = found.get("statecode"), found.get("statuscode")
    if state is not None and status is None:
        if state not in table.states:
            raise BadValue("invalid_value", f"{state} is no statecode of {table.name}.")
        return {"statuscode": table.states[state][0]}
    if status is not None and state is None:
        states = [one for one, statuses in table.states.items() if status in statuses]
        return {"statecode": states[0]} if states else {}
    return {}


def _written(table: Table, name: str, text: str, type: ColumnType) -> tuple[str, Any]:
    if type == "read_only":
        raise BadValue("field_read_only", f"Dynamics sets {name} itself.")
    if type == "lookup":
        lookup = table.lookups.get(name)
        if lookup is None:
            raise BadValue("field_read_only", f"The lookup {name} of {table.name} cannot be written from here.")
        if text and not GUID.fullmatch(text):
            raise BadValue("invalid_reference", f"{name} takes the id of a record, not {text[:60]!r}.")
        return f"{lookup.navigation}@odata.bind", f"/{lookup.set}({text.lower()})" if text else None
    if not text:
        return name, None
    if type == "integer":
        return name, _integer(name, text)
    if type == "number":
        return name, _number(name, text)
    if type == "boolean":
        if text.lower() not in ("true", "false"):
            raise BadValue("invalid_value", f"{name} takes true or false, not {text[:60]!r}.")
        return name, text.lower() == "true"
    if type == "date":
        return name, _day(name, text)
    if type == "datetime":
        return name, _moment(name, text)
    return name, text


def _day(name: str, text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError as error:
        raise BadValue("invalid_date", f"{name} takes a day such as 2026-11-22, not {text[:60]!r}.") from error


def _moment(name: str, text: str) -> str:
    """Return a time in UTC, as Dataverse keeps it whatever zone its pages show."""
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            raise ValueError("no zone")
        at = moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise BadValue("invalid_date", f"{name} takes a time with its zone, not {text[:60]!r}.") from error
    return at.isoformat(timespec="milliseconds" if at.microsecond else "seconds").replace("+00:00", "Z")


def _integer(name: str, text: str) -> int:
    number = _decimal(name, text)
    if number != number.to_integral_value() or abs(number) >= _SAFE_INTEGER:
        raise BadValue("invalid_number", f"{name} takes a whole number, not {text[:60]!r}.")
    return int(number)


def _number(name: str, text: str) -> int | float:
    number = _decimal(name, text)
    if abs(number) > _MOST:
        raise BadValue("invalid_number", f"{name} takes no number as large as {text[:60]!r}.")
    return int(number) if number == number.to_integral_value() and abs(number) < _SAFE_INTEGER else float(number)


def _decimal(name: str, text: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation as error:
        raise BadValue("invalid_number", f"{name} takes a number, not {text[:60]!r}.") from error
    if not number.is_finite():
        raise BadValue("invalid_number", f"{name} takes a number, not {text[:60]!r}.")
    return number


def text_of(value: Any) -> str | None:
    """Return a value of an answer as the hub keeps it: numbers without an exponent, times as they came."""
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return format(Decimal(str(value)).normalize(), "f")
    return str(value)
