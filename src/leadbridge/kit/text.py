"""Text for comparing and sorting: what people see as the same becomes the same key."""

from __future__ import annotations

import unicodedata

FOLD_LENGTH = 64


def squeeze(text: str) -> str:
    """Return ``text`` without outer white space and with every inner run of it as one space."""
    return " ".join(text.split())


def fold(text: str) -> str:
    """Return ``text`` without accents and case, squeezed, at most 64 characters: a sort and comparison key."""
    if text.isascii():
        return squeeze(text.casefold())[:FOLD_LENGTH]
    plain = "".join(char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char))
    return squeeze(plain.casefold())[:FOLD_LENGTH]
