"""How much a submission looks like advertising: a sum of plain signs, each with its name. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from leadbridge.leads.forms.reading import STARTED

TOO_FAST = 1500
"""Milliseconds in which no person reads and fills in a form."""
TOO_OLD = 24 * 3600 * 1000

_LINK = re.compile(r"https?://|www\.\w", re.IGNORECASE)
_MARKUP = re.compile(r"<\s*a\s|\[url|\[link|</a>|<script", re.IGNORECASE)
_HIDDEN = re.compile("[\u200b-\u200f\u202a-\u202e\u2060\ufeff]")
_WORDS = re.compile(
    r"\b(?:casino|viagra|cialis|backlinks?|seo (?:services?|ranking)|crypto (?:investment|profits?)|payday loans?)\b",
    re.IGNORECASE,
)


def score(values: Mapping[str, Any], controls: Mapping[str, object], now: int) -> tuple[int, tuple[str, ...]]:
    """Return the score (0: none of the signs) and the names of the signs. ``now`` in milliseconds since 1970."""
    texts = [value for value in values.values() if isinstance(value, str)]
    whole = "\n".join(texts)
    links = len(_LINK.findall(whole)) - sum(1 for text in texts if _LINK.match(text) and " " not in text)
    signs = {
        "links": min(6, 2 * max(0, links - 1)),
        "markup": 4 if _MARKUP.search(whole) else 0,
        "hidden_characters": 2 if _HIDDEN.search(whole) else 0,
        "words": min(4, 2 * len(_WORDS.findall(whole))),
        "same_everywhere": 3 if len(texts) > 2 and len(set(texts)) == 1 else 0,
        "too_fast": 3 if _spent(controls, now) is not None and (_spent(controls, now) or 0) < TOO_FAST else 0,
    }
    found = {name: points for name, points in signs.items() if points}
    return sum(found.values()), tuple(found)


def _spent(controls: Mapping[str, object], now: int) -> int | None:
    """Return how long the page was open, where it says so and that can be."""
    text = str(controls.get(STARTED, ""))
    if not re.fullmatch(r"\d{13}", text, re.ASCII):
        return None
    spent = now - int(text)
    return spent if 0 <= spent <= TOO_OLD else None
