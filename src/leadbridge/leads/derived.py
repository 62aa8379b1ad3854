"""What a record is found by: matching keys, the fold key of its name, facets for filters, tokens for search. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from phonenumbers import COUNTRY_CODE_TO_REGION_CODE

from leadbridge.kit.text import fold, squeeze
from leadbridge.leads.fields import CUSTOM, Fields, FieldValue, Keys, name_sort
from leadbridge.leads.rules import Rules

_COUNTRY_CODES = frozenset(str(code) for code in COUNTRY_CODE_TO_REGION_CODE)
MAX_TOKENS = 24
MAX_TOKEN = 32
MAX_FACET = 200
_WORD = re.compile(r"[^\W_]+")
_PHONE = re.compile(r"[\s\d()+./-]*\d[\s\d()+./-]*\Z")
_FACET_FIELDS = {
    "owner": "ownerId", "status": "status", "source": "source", "stage": "stage", "industry": "industry",
    "account": "accountId", "contact": "contactId", "country": "address.country",
}  # fmt: skip
_SEARCHED = ("lastName", "firstName", "name", "company", "externalId", "title", "address.city")


def derived(fields: Fields, rules: Rules, beside: str | None = "company") -> dict[str, Any]:
    """Return the attributes of a live record that are made from its fields; ``beside`` is as in ``Keys``."""
    keys = Keys(fields, beside)
    return {
        "ext_key": keys.ext,
        "email_key": keys.email,
        "phone_key": keys.phone,
        "name_company_key": keys.name_company,
        "name_sort": name_sort(fields),
        "facets": facets(fields, rules),
        "tokens": tokens(fields),
    }


def nothing_derived(fields: Fields) -> dict[str, Any]:
    """Return the same attributes for a record that is deleted or merged: only a list by name still sorts it.

    ``gone`` keeps its address and its external id apart from those of live records, for whoever must find it all the
    same: an erasure.
    """
    keys = Keys(fields)
    named = (("email", keys.email), ("ext", keys.ext))
    return {
        "ext_key": None,
        "email_key": None,
        "phone_key": None,
        "name_company_key": None,
        "name_sort": name_sort(fields),
        "facets": (),
        "tokens": (),
        "gone": tuple(f"{name}:{value}" for name, value in named if value is not None),
    }


def facet(name: str, value: object) -> str:
    """Return the entry by which records with ``value`` are found; case does not count."""
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return f"{name}:{squeeze(text.casefold())[:MAX_FACET]}"


def facets(fields: Mapping[str, FieldValue], rules: Rules) -> tuple[str, ...]:
    """Return every facet of a record, each once: fixed fields, tags, and custom fields declared to filter by."""
    found = [facet(name, fields[field]) for name, field in _FACET_FIELDS.items() if field in fields]
    held = fields.get("tags", ())
    found += [facet("tag", tag) for tag in (held if isinstance(held, tuple) else ())]
    for key in rules.filters:
        value = fields.get(CUSTOM + key)
        if value is not None:
            found += [facet(CUSTOM + key, one) for one in (value if isinstance(value, tuple) else (value,))]
    return tuple(dict.fromkeys(found))


def tokens(fields: Mapping[str, FieldValue]) -> tuple[str, ...]:
    """Return at most 24 words by whose beginnings a record is found, the most telling first."""
    found: dict[str, None] = {}
    address = fields.get("email")
    if isinstance(address, str):
        found[_cut(fold(address))] = None
    phone = fields.get("phone")
    if isinstance(phone, str):
        found |= dict.fromkeys(_numbers(phone))
    for name in _SEARCHED:
        if isinstance(value := fields.get(name), str):
            found |= dict.fromkeys(_cut(word) for word in _WORD.findall(fold(value)))
    if isinstance(address, str):
        found |= dict.fromkeys(_cut(word) for word in _WORD.findall(fold(address)))
    return tuple(found)[:MAX_TOKENS]


def searched(text: str) -> tuple[str, ...]:
    """Return the beginnings of words that a search asks for, the longest first: it is the rarest by its looks."""
    wanted: dict[str, None] = {}
    if _PHONE.match(text):
        digits = re.sub(r"\D", "", text).lstrip("0")
        return (digits[:MAX_TOKEN],) if digits else ()
    for part in fold(text).split(" "):
        if "@" in part:
            wanted[_cut(part)] = None
        else:
            wanted |= dict.fromkeys(_cut(word) for word in _WORD.findall(part))
    return tuple(sorted(wanted, key=lambda word: (-len(word), word)))[:MAX_TOKENS]


def _cut(word: str) -> str:
    return word[:MAX_TOKEN]


def _numbers(e164: str) -> list[str]:
    """Return a number's digits with and without its country code: people search for what they would dial."""
    digits = e164.lstrip("+")
    codes = (length for length in (1, 2, 3) if digits[:length] in _COUNTRY_CODES)
    length = next(codes, 0)  # no country code is the beginning of another
    return [digits, digits[length:]] if length else [digits]
