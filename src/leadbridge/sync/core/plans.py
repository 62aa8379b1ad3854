"""A record's staged decision: a frozen value that is looked at (by the guard, by a person) before it is applied."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from msgspec import Struct

from leadbridge.sync.core.timing import VendorClock
from leadbridge.sync.core.values import Entry, Link, Pair, Sent, Side, Value, Values


class Word(StrEnum):
    """What a run counts a record as: read = created + updated + unchanged + excluded + held + failed."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    EXCLUDED = "excluded"
    HELD = "held"
    FAILED = "failed"


class Harm(StrEnum):
    """What a write takes away: the guard counts these."""

    NONE = "none"
    OVERWRITE = "overwrite"
    BLANK = "blank"
    DELETE = "delete"


class Effect(Struct, frozen=True):
    """One value that is replaced on one side: what an undo needs."""

    record_id: str
    side: Side
    f: str
    before: Value
    after: Value

    @property
    def harm(self) -> Harm:
        """What is taken away."""
        if self.f == "":
            return Harm.DELETE
        if self.before is None:
            return Harm.NONE
        return Harm.BLANK if self.after is None else Harm.OVERWRITE


class Act(StrEnum):
    """What the caller does with a plan."""

    APPLY = "apply"
    """Store ``link`` and ``ours`` in one batch; then, if ``sent``, call the CRM."""
    DROP = "drop"
    READ_BY_ID = "read_by_id"


class Plan(Struct, frozen=True):
    """What is to happen to one record."""

    act: Act
    link: Link
    word: Word
    why: str = ""
    ours: Values = {}
    """Our fields to set, in the same batch as ``link``."""
    sent: tuple[Sent, ...] = ()
    """What is then written to the CRM."""
    must_exist: bool = True
    """An update never makes a record that is gone again; only the plan of a create may."""
    entries: tuple[Entry, ...] = ()
    effects: tuple[Effect, ...] = ()
    delete_ours: bool = False
    delete_theirs: bool = False
    restore_ours: bool = False


def _everything(values: Values) -> bool:
    return True


class Stream(Struct, frozen=True):
    """How one object is synced: its pairs, its filter, and whether a delete on one side is carried to the other."""

    pairs: tuple[Pair, ...]
    within: Callable[[Values], bool] = _everything
    """The filter: is this record, in our schema, to be synced?"""
    clock: VendorClock = VendorClock()
    deletes_ours: bool = False
    deletes_theirs: bool = False
