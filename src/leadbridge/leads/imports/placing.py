"""What becomes of rows: which record each falls on, and what the records hold afterwards. Pure; ids are handed in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal, TypeAlias

from leadbridge.leads.fields import Fields, Keys, flatten
from leadbridge.leads.imports.rows import Reading
from leadbridge.leads.matching import Candidate, MergeMode, choose, merge
from leadbridge.leads.stored import CrmRecord

LookupIndex: TypeAlias = Literal["external", "email", "phone", "nameCompany"]
"""The indexes by which a row's record is found."""


class Outcome(StrEnum):
    """What became of a row."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    MERGED = "merged"
    REJECTED = "rejected"


@dataclass(slots=True)
class Working:
    """A record as it is while rows fall on it; ``before`` is what is stored, None for a new one."""

    before: CrmRecord | None
    fields: Fields
    candidate: Candidate
    touched: bool
    """Whether a row of this part changed or made it."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A row, what became of it, and its record."""

    reading: Reading
    outcome: Outcome
    record_id: str | None


@dataclass(slots=True)
class Placement:
    """What becomes of a part of a file."""

    placed: list[Placed] = field(default_factory=list)
    records: dict[str, Working] = field(default_factory=dict)
    met: list[str] = field(default_factory=list)
    """Records that no earlier row of the file had fallen on, in row order."""


def lookup_values(readings: Iterable[Reading]) -> dict[LookupIndex, list[str]]:
    """Return what to look up to find every record that one of the rows could fall on: index name to values."""
    values: dict[LookupIndex, dict[str, None]] = {"external": {}, "email": {}, "phone": {}, "nameCompany": {}}
    for reading in readings:
        if reading.refused is None:
            for index, value in _index_values(reading.keys):
                values[index][value] = None
    return {index: list(found) for index, found in values.items()}


def place(
    readings: Sequence[Reading],
    known: Iterable[CrmRecord],
    *,
    claimed: frozenset[str],
    remembered: Mapping[int, str],
    mode: MergeMode,
    now: datetime,
    new_id: Callable[[], str],
    beside: str | None = "company",
) -> Placement:
    """Decide about ``readings`` in order; ``beside`` is as in ``Keys``.

    ``known`` are the stored records they could fall on, those of ``remembered`` included; ``claimed`` those on which
    earlier rows of this file fell; ``remembered`` the record of each row when the same file came before. A row that
    falls on a record of an earlier row never overwrites, whatever ``mode``: otherwise two rows of one person would
    overwrite each other at every import of the file.
    """
    placement = Placement()
    taken = set(claimed)
    index: dict[tuple[str, str], list[str]] = {}
    for record in known:
        fields = flatten(record)
        candidate = Candidate(record.id, record.created_at, Keys(fields, beside))
        _enter(placement.records, index, Working(record, fields, candidate, False))
    for reading in readings:
        if reading.refused is not None:
            placement.placed.append(Placed(reading, Outcome.REJECTED, None))
            continue
        keys = reading.keys
        ids: dict[str, None] = dict.fromkeys(id for value in _index_values(keys) for id in index.get(value, ()))
        last_time = remembered.get(reading.record.row)
        if last_time in placement.records:
            ids[last_time] = None
        match = choose(keys, [placement.records[id].candidate for id in ids], last_time)
        if match is None:
            id = new_id()
            made = Working(None, dict(reading.fields), Candidate(id, now, keys), True)
            _enter(placement.records, index, made)
            outcome = Outcome.CREATED
        else:
            id = match.id
            working = placement.records[id]
            again = id in taken
            merged = merge(working.fields, reading.fields, _mode(mode, again))
            changed = merged != working.fields
            outcome = Outcome.MERGED if again else Outcome.UPDATED if changed else Outcome.UNCHANGED
            if changed:
                renewed = Working(
                    working.before, merged, Candidate(id, working.candidate.created_at, Keys(merged, beside)), True
                )
                _enter(placement.records, index, renewed)
        if id not in taken:
            taken.add(id)
            placement.met.append(id)
        placement.placed.append(Placed(reading, outcome, id))
    return placement


def _mode(mode: MergeMode, again: bool) -> MergeMode:
    return MergeMode.FILL_BLANKS if again and mode is MergeMode.OVERWRITE else mode


def _enter(records: dict[str, Working], index: dict[tuple[str, str], list[str]], working: Working) -> None:
    """Keep ``working`` under its keys. Keys it no longer has stay: ``choose`` looks at what it holds now."""
    records[working.candidate.id] = working
    for value in _index_values(working.candidate.keys):
        ids = index.setdefault(value, [])
        if working.candidate.id not in ids:
            ids.append(working.candidate.id)


def _index_values(keys: Keys) -> list[tuple[LookupIndex, str]]:
    pairs: tuple[tuple[LookupIndex, str | None], ...] = (
        ("external", keys.ext),
        ("email", keys.email),
        ("phone", keys.phone),
        ("nameCompany", keys.name_company),
    )
    return [(index, value) for index, value in pairs if value is not None]
