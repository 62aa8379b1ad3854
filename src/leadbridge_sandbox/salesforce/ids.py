"""Record ids: three characters for the object, twelve for the record, and three that keep the case. Pure."""

from __future__ import annotations

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
"""In the order of their codes, so that later ids sort after earlier ones."""
CHECK = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
_KNOWN = frozenset(ALPHABET)
_POD = "5g0"


def make(prefix: str, number: int) -> str:
    """Return the 18-character id of the object with this key prefix and this running number."""
    digits = ""
    for _ in range(9):
        number, digit = divmod(number, 62)
        digits = ALPHABET[digit] + digits
    return with_check(f"{prefix}{_POD}{digits}")


def with_check(short: str) -> str:
    """Return a 15-character id with the three characters that make it safe where case is lost."""
    suffix = ""
    for start in (0, 5, 10):
        bits = sum(1 << place for place, letter in enumerate(short[start : start + 5]) if "A" <= letter <= "Z")
        suffix += CHECK[bits]
    return short + suffix


def full(text: object) -> str | None:
    """Return the 18-character form of an id of 15 or 18 characters, its case restored; None for what is no id."""
    if not isinstance(text, str) or len(text) not in (15, 18) or not set(text) <= _KNOWN:
        return None
    if len(text) == 15:
        return with_check(text)
    short = ""
    for chunk, check in enumerate(text[15:].upper()):
        bits = CHECK.find(check)
        if bits < 0:
            return None
        letters = text[chunk * 5 : chunk * 5 + 5]
        short += "".join(
            letter.upper() if bits >> place & 1 else letter.lower() for place, letter in enumerate(letters)
        )
    return short + text[15:].upper()
