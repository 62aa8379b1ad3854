"""The fields that accounts, contacts and deals have beside those of leads: from a cell's text to the value. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date

from leadbridge.leads.fields import Fields, FieldValue
from leadbridge.leads.normalise import Invalid, shown

MAX_EMPLOYEES = 100_000_000
MONTH_FIRST = frozenset({"US", "PH", "PW", "FM", "MH", "AS", "GU", "MP", "PR", "VI", "UM"})
"""Where a day is written month/day/year (CLDR's short date patterns)."""

_GROUPED = re.compile(r"\d{1,3}(?:[.,' \u00a0\u202f]\d{3})+|\d+(?:[.,]0+)?")
_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ].*)?")
_WRITTEN = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4})(?:[T ,].*)?")
_PERCENT = re.compile(r"(\d{1,3})(?:[.,](\d{1,4}))?\s*(%?)")


def employees(text: str) -> int:
    """Return a number of people, as in 40, 1,200 or 1 200; raises ``Invalid``, for a range too."""
    if not _GROUPED.fullmatch(text):
        raise Invalid("invalid_number", f"{shown(text)} is not a whole number.")
    whole = re.sub(r"[.,]0{1,2}\Z|[^\d]", "", text)
    number = int(whole) if len(whole) <= 12 else MAX_EMPLOYEES + 1
    if number > MAX_EMPLOYEES:
        raise Invalid("invalid_number", f"{shown(text)} is more people than there can be.")
    return number


def probability(text: str) -> int:
    """Return whole per cent: of 40, 40 % or, as spreadsheets keep a percentage, 0.4; raises ``Invalid``."""
    found = _PERCENT.fullmatch(text)
    if found is None:
        raise Invalid("invalid_probability", f"{shown(text)} is not a percentage.")
    number = float(f"{found[1]}.{found[2] or 0}")
    if 0 < number < 1 and not found[3]:
        number *= 100
    if number > 100:
        raise Invalid("invalid_probability", f"{shown(text)} is more than 100 per cent.")
    return round(number)


def day(text: str, region: str | None) -> str:
    """Return a day as ``2026-03-31``; raises ``Invalid``.

    A day with dots is written day first. With slashes or dashes one part may tell which is the day; where it does not,
    ``region`` (ISO alpha-2) says it, and without one the day is not guessed.
    """
    if (iso := _ISO.fullmatch(text)) is not None:
        return _date(text, int(iso[1]), int(iso[2]), int(iso[3]))
    written = _WRITTEN.fullmatch(text)
    if written is None:
        raise Invalid("invalid_date", f"{shown(text)} is not a day.")
    first, second, year = int(written[1]), int(written[3]), int(written[4])
    if first > 12 or second > 12 or first == second or written[2] == ".":
        month_first = second > 12 and written[2] != "."
    elif region is None:
        raise Invalid("unclear_date", f"Whether {shown(text)} begins with the day or the month is not known.")
    else:
        month_first = region in MONTH_FIRST
    return _date(text, year, first, second) if month_first else _date(text, year, second, first)


def _date(text: str, year: int, month: int, number: int) -> str:
    try:
        return date(year, month, number).isoformat()
    except ValueError as error:
        raise Invalid("invalid_date", f"{shown(text)} is not a day.") from error


def read_facts(named: Mapping[str, str], fields: Fields, region: str | None) -> list[Invalid]:
    """Read what of ``named`` only contacts, accounts and deals have into ``fields``; return what could not be read."""
    if any(char.isalnum() for char in named.get("name", "")):
        fields["name"] = named["name"]
    for name in ("industry", "stage", "accountId", "contactId"):
        if name in named:
            fields[name] = named[name]
    readers: Mapping[str, Callable[[str], FieldValue]] = {
        "employees": employees,
        "probability": probability,
        "closeDate": lambda text: day(text, region),
    }
    failures = []
    for name, read in readers.items():
        if name in named:
            try:
                fields[name] = read(named[name])
            except Invalid as invalid:
                failures.append(invalid)
    return failures
