"""Which lead a row falls on, and what the two make together. Pure.

In this order: external id, e-mail, phone, name and company. Two different external ids are never one lead. A phone
number or a name alone can be shared (a switchboard, a common name), so they join nobody whose e-mail addresses differ,
and a phone number nobody whose names differ.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from leadbridge.kit.text import fold
from leadbridge.leads.fields import ADDRESS, CUSTOM, Fields, FieldValue, Keys, room_for_custom
from leadbridge.leads.stored import MAX_TAGS


class Strength(StrEnum):
    """What made a row and a lead one, strongest first."""

    EXTERNAL_ID = "externalId"
    EMAIL = "email"
    PHONE = "phone"
    NAME_COMPANY = "nameCompany"


_ORDER = {strength: place for place, strength in enumerate(Strength)}


class MergeMode(StrEnum):
    """What a row may do to a lead that is already there."""

    FILL_BLANKS = "fill_blanks"
    OVERWRITE = "overwrite"
    SKIP = "skip"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A lead a row might fall on."""

    id: str
    created_at: datetime
    keys: Keys


def strength(row: Keys, lead: Keys) -> Strength | None:
    """Return what makes ``row`` and ``lead`` the same person, or None."""
    if row.ext is not None and lead.ext is not None:
        return Strength.EXTERNAL_ID if row.ext == lead.ext else None
    if row.email is not None and lead.email is not None:
        return Strength.EMAIL if row.email == lead.email else None
    if row.phone is not None and row.phone == lead.phone and _names_agree(row, lead):
        return Strength.PHONE
    if row.name_company is not None and row.name_company == lead.name_company:
        return Strength.NAME_COMPANY
    return None


def choose(row: Keys, candidates: Sequence[Candidate], remembered: str | None = None) -> Candidate | None:
    """Return the lead ``row`` falls on, or None for a new one.

    An equal external id decides. Otherwise the lead on which this very row of the same file fell last time
    (``remembered``) is met again, even if it was edited since: the row says nothing new. Otherwise the strongest key;
    among equally strong ones the lead that agrees in most keys, then the oldest.
    """
    best: tuple[int, int, datetime, str] | None = None
    chosen: Candidate | None = None
    again: Candidate | None = None
    for candidate in candidates:
        if candidate.id == remembered and (None in (row.ext, candidate.keys.ext) or row.ext == candidate.keys.ext):
            again = candidate
        why = strength(row, candidate.keys)
        if why is None:
            continue
        rank = (_ORDER[why], -_agreeing(row, candidate.keys), candidate.created_at, candidate.id)
        if best is None or rank < best:
            best, chosen = rank, candidate
    if again is not None and (best is None or best[0] != _ORDER[Strength.EXTERNAL_ID]):
        return again
    return chosen


def merge(lead: Mapping[str, FieldValue], row: Mapping[str, FieldValue], mode: MergeMode) -> Fields:
    """Return the fields of ``lead`` after ``row`` fell on it.

    A blank never erases. ``FILL_BLANKS``: a value fills a field that is unset and leaves a set one alone;
    ``OVERWRITE``: it also replaces a differing one; ``SKIP``: the lead stays as it is. In the first two, tags are
    added, the external id is never replaced, values that belong together (phone and its spelling, amount and currency)
    move together, and an address is completed only by one that contradicts none of its parts.
    """
    if mode is MergeMode.SKIP:
        return dict(lead)
    over = mode is MergeMode.OVERWRITE
    result: Fields = dict(lead)
    _merge_phone(result, row, over)
    _merge_address(result, row, over)
    for name, value in row.items():
        if name in ("phone", "phoneRaw") or name in ADDRESS:
            continue
        here = result.get(name)
        if name == "tags":
            result[name] = _united(here, value)
            continue
        wanted = here is None or (over and name != "externalId" and not _same(name, here, value))
        if wanted and (not name.startswith(CUSTOM) or room_for_custom(result, name, value)):
            result[name] = value
    return result


def _names_agree(one: Keys, other: Keys) -> bool:
    firsts = one.first is None or other.first is None or one.first == other.first
    lasts = one.last is None or other.last is None or one.last == other.last
    return firsts and lasts


def _agreeing(one: Keys, other: Keys) -> int:
    names = ("ext", "email", "phone", "first", "last", "company")
    return sum(getattr(one, name) is not None and getattr(one, name) == getattr(other, name) for name in names)


def _same(name: str, here: FieldValue, value: FieldValue) -> bool:
    if name == "email" and isinstance(here, str) and isinstance(value, str):
        return here.casefold() == value.casefold()
    return type(here) is type(value) and here == value


def _united(here: FieldValue | None, value: FieldValue) -> tuple[str, ...]:
    tags = here if isinstance(here, tuple) else ()
    known = {fold(tag) for tag in tags}
    added = value if isinstance(value, tuple) else ()
    return (*tags, *(tag for tag in added if fold(tag) not in known))[:MAX_TAGS]


def _merge_phone(result: Fields, row: Mapping[str, FieldValue], over: bool) -> None:
    """A readable number beats an unreadable one; otherwise the one that is there stays, unless it may be replaced."""
    if "phone" in row:
        if "phone" not in result or (over and result["phone"] != row["phone"]):
            result["phone"], result["phoneRaw"] = row["phone"], row.get("phoneRaw", row["phone"])
    elif "phoneRaw" in row and "phone" not in result and ("phoneRaw" not in result or over):
        result["phoneRaw"] = row["phoneRaw"]


def _merge_address(result: Fields, row: Mapping[str, FieldValue], over: bool) -> None:
    incoming = {name: row[name] for name in ADDRESS if name in row}
    clash = any(name in result and fold(str(result[name])) != fold(str(value)) for name, value in incoming.items())
    if over and clash:
        for name in ADDRESS:  # half of one address and half of another would be no address at all
            result.pop(name, None)
    if over or not clash:
        for name, value in incoming.items():
            if name not in result:
                result[name] = value
