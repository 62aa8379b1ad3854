"""Which column is which field: by the names that exports use, by near misses, and by what the cells hold. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache, lru_cache

from leadbridge.kit.text import fold, squeeze
from leadbridge.leads.errors import UnreadableFile
from leadbridge.leads.imports.record_words import words_of
from leadbridge.leads.imports.synonyms import BESIDE, CURRENCY, FULL_NAME

IGNORED = "ignored"
"""A column of our own reject report: it says nothing about the person."""

LEAD = "lead"
"""The type of record whose words count where none is named."""
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_NOT_WORD = re.compile(r"[^\w]+|_+")
_NOISE = frozenset(("lead", "contact", "primary", "main", "customer", "person", "your", "the", "please", "required"))
_EMAIL = re.compile(r"[^@\s,;]+@[^@\s,;]+\.[^@\s,;]+")
NEAR = 0.88
LONGEST = 320
"""Characters of a cell that are looked at to tell whether it names a column: as long as an address may be."""
EMAIL_SHARE = 0.6
"""In a column nobody named so, this share of the filled cells must be e-mail addresses for it to be one."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column and the field it fills; ``field`` None: kept as a custom field under its own name."""

    header: str
    field: str | None
    how: str
    """``name`` (known name), ``similar`` (a near miss), ``content``, ``given`` (by the caller), ``custom``."""
    sure: float = 1.0
    """How sure that is, from 0 to 1."""


@cache
def known_names(record: str) -> Mapping[str, str]:
    """Return the field of every known name of a type of record, in the form in which headers are compared."""
    fields: dict[str, str] = {}
    for field, listed in words_of(record):
        for name in listed.split(","):
            fields.setdefault(" ".join(_words(name)), field)
    return fields


@cache
def fields_of(record: str) -> frozenset[str]:
    """Return everything a column may be mapped to."""
    return frozenset((*(field for field, _ in words_of(record)), IGNORED))


@lru_cache(maxsize=4096)
def field_of(header: str, record: str = LEAD) -> tuple[str | None, float]:
    """Return the field of a type of record that a column's name stands for and how sure that is, from 0 to 1."""
    if header.strip().casefold().startswith("leadbridge_"):
        return IGNORED, 1.0
    words, known = _words(header), known_names(record)
    whole = " ".join(words)
    if not whole or len(whole) > 64:
        return None, 0.0
    if whole in known:
        return known[whole], 1.0
    for part in re.split(r"[/|(\[]", header):  # "Company / Account", "Phone (work)"
        if (name := " ".join(_words(part))) in known and part.strip() != header.strip():
            return known[name], 0.9
    plain = " ".join(word for word in words if word not in _NOISE)
    if plain in known:
        return known[plain], 0.85
    return _near(whole, known)


def recognised(cells: Sequence[str], record: str = LEAD) -> int:
    """Return how many different fields a row would name if it were the header row."""
    names = [cell[:LONGEST] for cell in cells]  # what is longer is no name, and may be megabytes
    if any("@" in name and _EMAIL.search(name) for name in names):
        return 0
    return len({field for name in names if (field := field_of(squeeze(name), record)[0]) is not None})


def likely_header(cells: Sequence[str]) -> bool:
    """Tell whether a record looks like names of columns though none is known: short different words, no data."""
    filled = [cell.strip() for cell in cells]
    while filled and not filled[-1]:
        filled.pop()
    if len(filled) < 2 or len({cell.casefold() for cell in filled}) != len(filled):
        return False
    return all(cell and len(cell) <= 64 and not _EMAIL.search(cell) and not _mostly_digits(cell) for cell in filled)


def map_columns(
    header: Sequence[str],
    sample: Sequence[Sequence[str]],
    given: Mapping[str, str | None] | None = None,
    record: str = LEAD,
) -> tuple[Column, ...]:
    """Return what each column is. Several may fill one field: the surest, then the leftmost, is asked first.

    ``given`` names columns whose field the caller has decided: a field, or None for a custom one.
    """
    given = given or {}
    columns: list[Column] = []
    for name, shown in zip(header, _distinct(header), strict=True):
        if name in given:
            columns.append(Column(shown, given[name], "given"))
            continue
        field, sure = field_of(name, record)
        how = "custom" if field is None else "name" if sure >= 0.85 else "similar"
        columns.append(Column(shown, field, how, sure if field is not None else 0.0))
    columns = _beside_each_other(columns)
    if "email" in fields_of(record) and not any(column.field == "email" for column in columns):
        at = _email_column(columns, sample)
        if at is not None:
            columns[at] = Column(columns[at].header, "email", "content", 0.7)
    return tuple(columns)


def _beside_each_other(columns: Sequence[Column]) -> list[Column]:
    """Return ``columns`` with a word for the whole name read as the part of it that its neighbours leave open."""
    words = {" ".join(_words(column.header)) for column in columns}
    result = []
    for column in columns:
        neighbours, part = BESIDE.get(" ".join(_words(column.header)), ("", ""))
        alone = not any(other.field == part for other in columns)
        if column.field == FULL_NAME and column.how == "name" and alone and words & set(neighbours.split()):
            column = Column(column.header, part, "name", 0.9)
        result.append(column)
    return result


def checked_mapping(
    given: Mapping[str, str | None], header: Sequence[str], record: str = LEAD
) -> Mapping[str, str | None]:
    """Return ``given`` if each of its headers is in the file and each field exists; raises ``UnreadableFile``."""
    for name, field in given.items():
        if name not in header:
            raise UnreadableFile(
                f"The mapping names the column '{name[:64]}', which the file does not have.",
                code="unknown_column",
                hint="Spell it as in the file's header row: " + ", ".join(header[:20]),
            )
        if field is not None and field not in fields_of(record):
            raise UnreadableFile(
                f"The mapping names the field '{field[:64]}', which does not exist.",
                code="unknown_field",
                hint="Fields are: " + ", ".join(sorted(fields_of(record))),
            )
    return given


def _words(text: str) -> list[str]:
    return [word for word in _NOT_WORD.split(fold(_CAMEL.sub(" ", text))) if word]


def _near(name: str, names: Mapping[str, str]) -> tuple[str | None, float]:
    digits = re.sub(r"\D", "", name)
    best: tuple[str | None, float] = (None, 0.0)
    if len(name) < 4:
        return best
    for known, field in names.items():
        if abs(len(known) - len(name)) > 3 or re.sub(r"\D", "", known) != digits:
            continue
        ratio = SequenceMatcher(None, name, known, autojunk=False).ratio()
        if ratio >= NEAR and ratio > best[1]:
            best = (field, ratio)
    return best if best[0] is None else (best[0], 0.8)


def _distinct(header: Sequence[str]) -> list[str]:
    """Return names that are there and differ: ``Column 3`` for an empty one, ``Note (2)`` for a second ``Note``."""
    seen: set[str] = set()
    names: list[str] = []
    for number, cell in enumerate(header, 1):
        plain = squeeze(cell)[:56] or f"Column {number}"
        name, again = plain, 2
        while name.casefold() in seen:
            name, again = f"{plain} ({again})", again + 1
        seen.add(name.casefold())
        names.append(name)
    return names


def _email_column(columns: Sequence[Column], sample: Sequence[Sequence[str]]) -> int | None:
    for at, column in enumerate(columns):
        filled = [row[at].strip() for row in sample if at < len(row) and row[at].strip()]
        emails = sum(_EMAIL.fullmatch(cell) is not None for cell in filled)
        if column.field is None and filled and emails >= EMAIL_SHARE * len(filled):
            return at
    return None


def _mostly_digits(text: str) -> bool:
    return sum(char.isdigit() for char in text) * 2 > len(text)


__all__ = [
    "CURRENCY", "FULL_NAME", "IGNORED", "LEAD", "Column", "checked_mapping", "field_of", "fields_of", "known_names",
    "likely_header", "map_columns", "recognised",
]  # fmt: skip
