"""Texts as they mean: numbers, yes or no, days, times, lists. Each reader raises ``Unmappable`` with a sentence."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from zoneinfo import ZoneInfo

import orjson

from leadbridge.kit.text import squeeze
from leadbridge.mapping.errors import Unmappable
from leadbridge.mapping.model import Value

SHOWN = 80
MAX_DIGITS = 30
MAX_NUMBER = Decimal(10) ** 14
"""Below what an amount may be in our store, and past what a CRM's number field takes."""
_EPOCH_MS = re.compile(r"-?\d{11,14}")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_YES, _NO = frozenset(("true", "yes", "1")), frozenset(("false", "no", "0"))


def text(value: Value) -> str:
    """Return a value as plain text; blank is the empty text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return ";".join(value)
    return repr(value) if isinstance(value, float) else str(value)


def blank(value: Value) -> bool:
    """Tell whether a value is unset: nothing, white space, an empty list."""
    if value is None:
        return True
    if isinstance(value, str):
        return not value or value.isspace()
    return isinstance(value, tuple) and all(map(blank, value))


def number(value: Value) -> Decimal:
    """Return a number written with a point and no grouping, as every CRM's API does."""
    plain = text(value).strip()
    try:
        read = Decimal(plain)
    except InvalidOperation:
        raise Unmappable(f"'{plain[:SHOWN]}' is not a number.") from None
    if not read.is_finite() or abs(read) >= MAX_NUMBER or len(f"{read:f}") > MAX_DIGITS:
        raise Unmappable(f"The number '{plain[:SHOWN]}' is too large or too long.")
    return read


def rounded(read: Decimal, scale: int | None) -> Decimal:
    """Return a number with at most ``scale`` decimals, half to even, and without trailing zeros."""
    kept = read if scale is None else read.quantize(Decimal(1).scaleb(-scale), ROUND_HALF_EVEN)
    return kept.normalize() + 0  # never -0, which CRMs answer as 0


def plain_number(read: Decimal) -> str:
    """Return a number without an exponent."""
    return f"{read:f}"


def boolean(value: Value) -> bool:
    """Return yes or no."""
    plain = text(value).strip().casefold()
    if plain in _YES:
        return True
    if plain in _NO:
        return False
    raise Unmappable(f"'{plain[:SHOWN]}' is neither true nor false.")


def moment(value: Value, zone: ZoneInfo) -> datetime:
    """Return a time in UTC, to the second; one without an offset, or a mere day, is the zone's.

    Also takes milliseconds since 1970, which HubSpot uses in some answers.
    """
    plain = text(value).strip()
    try:
        if _EPOCH_MS.fullmatch(plain):
            return datetime.fromtimestamp(int(plain) // 1000, UTC)
        read = datetime.fromisoformat(plain)
        aware = read if read.tzinfo is not None else read.replace(tzinfo=zone)
        return aware.astimezone(UTC).replace(microsecond=0)
    except (ValueError, OverflowError, OSError):
        raise Unmappable(f"'{plain[:SHOWN]}' is not a time such as 2026-03-31T09:30:00Z.") from None


def day(value: Value, zone: ZoneInfo) -> date:
    """Return a day; of a time, the day that it is in the zone."""
    plain = text(value).strip()
    if _DAY.fullmatch(plain):
        try:
            return date.fromisoformat(plain)
        except ValueError:
            raise Unmappable(f"'{plain}' is not a day of the calendar.") from None
    try:
        return moment(plain, zone).astimezone(zone).date()
    except OverflowError:
        raise Unmappable(f"'{plain[:SHOWN]}' is not a day such as 2026-03-31.") from None


def start(of: date, zone: ZoneInfo) -> datetime:
    """Return the moment at which a day begins in the zone, in UTC; raises ``Unmappable`` for a day the zone skipped."""
    refused = Unmappable(f"The day {of.isoformat()} does not exist in the time zone {zone.key}.")
    try:
        begun = datetime.combine(of, time(), zone).astimezone(UTC)
        there = begun.astimezone(zone).date()
    except OverflowError as error:  # the first and the last day there are
        raise refused from error
    if there != of:
        raise refused
    return begun


def iso(at: datetime) -> str:
    """Return a time in UTC as text, ``2026-03-31T09:30:00Z``."""
    return at.replace(tzinfo=None).isoformat(timespec="seconds") + "Z"


def listed(value: Value, separator: str) -> tuple[str, ...]:
    """Return the texts of a list: a list, a JSON array of texts, or texts with ``separator`` between them."""
    if isinstance(value, tuple):
        return _distinct(value)
    plain = text(value).strip()
    if plain.startswith("["):
        try:
            read = orjson.loads(plain)
        except orjson.JSONDecodeError:
            read = None
        if isinstance(read, list) and all(isinstance(one, str) for one in read):
            return _distinct(read)
    return _distinct(plain.split(separator))


def _distinct(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(squeezed for one in texts if (squeezed := squeeze(one))))
