"""Record ids: 15 characters that differ by case, or the same with three more that make case irrelevant. Pure."""

from __future__ import annotations

import re

_ID = re.compile(r"[A-Za-z0-9]{15}([A-Za-z0-9]{3})?")
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"


def is_id(text: str) -> bool:
    """Tell whether a text has the form of a record id."""
    return _ID.fullmatch(text) is not None


def long_id(text: str) -> str:
    """Return an id in its 18-character form; a text that is no id is returned as it is.

    Each of the three characters tells of five others which are capital letters (Salesforce's published algorithm).
    """
    if not is_id(text) or len(text) == 18:
        return text
    tail = ""
    for at in (0, 5, 10):
        bits = sum(1 << place for place, char in enumerate(text[at : at + 5]) if char.isascii() and char.isupper())
        tail += _LETTERS[bits]
    return text + tail
