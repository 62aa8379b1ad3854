"""What a stored value is: the few types on which every engine agrees, and the door that lets only these in.

Stored form: ``str`` (NFC, no NUL, no lone surrogates), ``int`` (64 bits), ``float`` (finite), ``bool``, ``list`` and
``dict`` with safe keys. A time is its fixed-width text (``clock.to_text``), whose byte order is its time order. Null is
not stored: an absent field means unset.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum
from functools import lru_cache
from typing import TypeAlias

from leadbridge.kit.clock import to_text

Value: TypeAlias = "str | int | float | bool | list[Value] | dict[str, Value]"
Stored: TypeAlias = dict[str, Value]

INT64 = 2**63
REPLACEMENT = "\ufffd"
_SURROGATES = dict.fromkeys(range(55296, 57344), REPLACEMENT) | {0: REPLACEMENT}


class NotStorable(ValueError):
    """A value has no form that every engine keeps: a fault of the code that built the document, not of its user."""


def clean_text(text: str) -> str:
    """Return ``text`` in NFC with NUL and lone surrogates replaced: SQLite and BSON choke on them differently."""
    if text.isascii():
        return text.replace("\0", REPLACEMENT) if "\0" in text else text
    if "\0" in text or any("\ud800" <= char <= "\udfff" for char in text):
        text = text.translate(_SURROGATES)
    return text if unicodedata.is_normalized("NFC", text) else unicodedata.normalize("NFC", text)


def stored(value: object) -> Value:
    """Return the stored form of ``value``; raises ``NotStorable`` for what no engine keeps."""
    kind = type(value)
    if kind is str:  # exact types first: most of what is stored, by the thousand a second
        return clean_text(value)  # type: ignore[arg-type]
    if kind is bool:
        return value  # type: ignore[return-value]
    if kind is int and -INT64 <= value < INT64:  # type: ignore[operator]
        return value  # type: ignore[return-value]
    if kind is dict:
        return stored_mapping(value)  # type: ignore[arg-type]
    if kind is list or kind is tuple:
        return [item if _is_plain(item) else stored(item) for item in value]  # type: ignore[attr-defined]
    if kind is datetime and value.tzinfo is UTC:  # type: ignore[attr-defined]
        return _time_once(value)
    if isinstance(value, Enum):  # before str: our enums are strings too
        return stored(value.value)
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, bool):
        return value
    if isinstance(value, int):
        if not -INT64 <= value < INT64:
            raise NotStorable("an integer does not fit in 64 bits; store it as text")
        return value
    if isinstance(value, float):
        if not math.isfinite(value):
            raise NotStorable("a float must be finite")
        return value
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise NotStorable("a time must carry its zone")
        return to_text(value)
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, Mapping):
        return stored_mapping(value)
    if isinstance(value, list | tuple | set | frozenset):
        return [stored(item) for item in (sorted(value) if isinstance(value, set | frozenset) else value)]
    raise NotStorable(f"a {type(value).__name__} cannot be stored")


def stored_mapping(fields: Mapping[str, object]) -> Stored:
    """Return ``fields`` in stored form, those that are None left out; keys with ``.``, ``$`` or NUL are refused."""
    result: dict[str, object] = {}
    for key, value in fields.items():
        if value is None:
            continue
        if not _is_field_name(key):
            raise NotStorable(f"the field name {key!r} cannot be stored; keep foreign keys as text or as k/v pairs")
        result[key] = value
    return stored_fields(result)


def stored_fields(fields: dict[str, object]) -> Stored:
    """Return ``fields``, whose names are a declared type's, with their values in stored form; None is left out.

    The mapping itself is changed.
    """
    unset: list[str] = []
    for key, value in fields.items():
        # most of what is stored is plain text or a small number: it is let in without more, and without a call
        kind = type(value)
        if kind is str:
            if not value.isascii() or "\0" in value:  # type: ignore[attr-defined, operator]
                fields[key] = clean_text(value)  # type: ignore[arg-type]
        elif value is None:
            unset.append(key)
        elif kind is not int or not -INT64 <= value < INT64:  # type: ignore[operator]
            fields[key] = stored(value)
    for key in unset:
        del fields[key]
    return fields  # type: ignore[return-value]


def _is_plain(value: object) -> bool:
    return type(value) is str and value.isascii() and "\0" not in value


_time_once = lru_cache(maxsize=256)(to_text)  # a batch writes one moment many times: each changed field has it


@lru_cache(maxsize=4096)  # a program's field names are few and asked about with every document
def _is_field_name(key: str) -> bool:
    safe = not key.startswith("$") and "." not in key and "\0" not in key
    return safe and not any("\ud800" <= char <= "\udfff" for char in key)


def at_path(document: Mapping[str, Value], path: str) -> Value | None:
    """Return what stands at a dotted ``path`` of a stored document, or None where nothing does."""
    here: object = document
    for name in path.split("."):
        if not isinstance(here, Mapping) or name not in here:
            return None
        here = here[name]
    return here  # type: ignore[return-value]  # a stored document holds only stored values
