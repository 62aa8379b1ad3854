"""What the core speaks of: field pairs, links with two bases, intents, reads. All values are frozen.

A blank value is None, on both sides: an absent key and None mean the same, and an empty text does not occur.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Protocol, TypeAlias

from msgspec import Struct

from leadbridge.mapping.errors import Unmappable
from leadbridge.mapping.model import Rule, Value, Values

# fmt: off
__all__ = [  # what the core speaks of, from one place
    "Absent", "AbsentFrom", "Base", "Entry", "Intent", "Link", "LinkState", "Moved", "Noted", "Ours", "Pair", "Past",
    "Present", "Read", "Rule", "Sent", "Side", "Unmappable", "Value", "Values", "Version", "Wrote",
]
# fmt: on

Version: TypeAlias = str
"""Rises with every change of a record, compared as text with versions of the same record only; "" is before all."""


class Pair(Protocol):
    """One field of ours and its counterpart at the CRM.

    A law holds them together: ``equal(to_ours(raw), raw)`` for every raw value a CRM returns.
    """

    @property
    def name(self) -> str:
        """Our field's name."""
        ...

    @property
    def theirs(self) -> str:
        """The CRM's field's name."""
        ...

    @property
    def rule(self) -> Rule:
        """Who wins when both changed."""
        ...

    @property
    def writes_crm(self) -> bool:
        """Whether our changes may flow to the CRM."""
        ...

    @property
    def writes_ours(self) -> bool:
        """Whether the CRM's changes may flow to us."""
        ...

    def equal(self, ours: Value, theirs: Value) -> bool:
        """Tell whether our value and the CRM's raw one mean the same, whatever the CRM did to its form."""
        ...

    def to_crm(self, ours: Value) -> Value:
        """Return what is sent for our value; raises ``Unmappable``."""
        ...

    def to_ours(self, raw: Value) -> Value:
        """Return our value for the CRM's raw one; raises ``Unmappable``."""
        ...


class Base(Struct, frozen=True):
    """A field at its last agreement: our value, and theirs raw as they returned it."""

    ours: Value = None
    theirs: Value = None


class Noted(Struct, frozen=True):
    """A difference that stands and was told once: it is not told again until one of the values moves."""

    ours: Value
    theirs: Value
    since: int
    """The vendor's time (ms) at which the base was last seen to be true: where an edit's interval begins."""
    blocked: bool = False
    """The CRM refused our value: it is not tried again until a value moves."""


class Sent(Struct, frozen=True, rename="camel"):
    """One value on its way to the CRM: ours, and what was sent for it (blank: the field is cleared)."""

    f: str
    ours: Value = None
    sent: Value = None


class Intent(Struct, frozen=True, rename="camel"):
    """A write about to be made. It stands until its outcome is stored, and explains a crash."""

    id: str
    sent: tuple[Sent, ...] = ()
    read_version: Version = ""
    at: int = 0
    """Our time, ms."""
    delete: bool = False


class LinkState(StrEnum):
    """``creating``: a create was intended. ``active``: both sides known. ``parked``: outside the filter, base kept.
    ``redirect``: the other link of a merge goes on. ``gone``: one side was deleted."""

    CREATING = "creating"
    ACTIVE = "active"
    PARKED = "parked"
    REDIRECT = "redirect"
    GONE = "gone"


class Side(StrEnum):
    """Whose."""

    OURS = "ours"
    THEIRS = "theirs"


class Wrote(Struct, frozen=True, rename="camel", kw_only=True):
    """A write of ours, remembered for ten minutes to see two writers chasing each other."""

    f: str
    side: Side
    value: Value = None
    at: int


class Link(Struct, frozen=True):
    """A record of ours and the CRM's record that is the same thing, over one connection."""

    record_id: str
    state: LinkState = LinkState.CREATING
    object: str = ""
    crm_id: str | None = None
    bases: Mapping[str, Base] = {}
    version: Version = ""
    """The newest version of theirs that was taken in. It never goes back."""
    modified: int = 0
    """The vendor's time of that version, ms."""
    intent: Intent | None = None
    noted: Mapping[str, Noted] = {}
    frozen: tuple[str, ...] = ()
    """Fields that two writers chase each other over: nothing flows until a person releases them."""
    wrote: tuple[Wrote, ...] = ()
    redirect_to: str | None = None
    """The record of ours whose link goes on in this one's place."""
    gone_by: Side | None = None
    """Whose record was deleted."""
    carried: bool = False
    """The delete was carried over to the other side by us, so a restore is too."""


class Past(Struct, frozen=True):
    """One earlier value of a field, from a vendor's history."""

    value: Value
    version: Version
    by_us: bool


class Present(Struct, frozen=True):
    """A record as the CRM shows it."""

    id: str
    values: Values
    version: Version
    modified: int
    """The vendor's time, ms."""
    current: bool = True
    """Read by id, and so up to date. Values from a search, a webhook or an image are not."""
    confirmed: bool = False
    """Read once more because an equal version showed other values."""
    field_times: Mapping[str, int] | None = None
    """Each field's own time (the vendor's, ms), where the vendor keeps it; by the CRM's names."""
    history: Mapping[str, tuple[Past, ...]] | None = None
    """Earlier values, oldest first, where the vendor keeps them; by the CRM's names."""


class AbsentFrom(StrEnum):
    """Where a record was not found."""

    BY_ID = "by_id"
    """404 or 410: it is not there."""
    FEED = "feed"
    """Named by a deletion feed, or a tombstone in a full read that was complete."""
    QUERY = "query"
    """Not among a query's results: sharing rules, conversion, a lagging index. Says nothing."""


class Absent(Struct, frozen=True):
    """A record that was not found; ``version`` is the deletion's, where told."""

    id: str
    source: AbsentFrom
    version: Version = ""
    modified: int = 0


class Moved(Struct, frozen=True):
    """A record that goes on as another: merged, or converted into another object."""

    id: str
    into: str
    object: str = ""
    """The survivor's object; "" for the same."""


Read: TypeAlias = Present | Absent | Moved


class Ours(Struct, frozen=True):
    """A record of ours."""

    id: str
    values: Values
    changed: Mapping[str, int]
    """When each field was last set, ms; for a value from another CRM, that CRM's time."""
    deleted: bool = False


class Entry(Struct, frozen=True):
    """One thing a person can read in the log: what differed, what became of it, and why."""

    code: str
    f: str = ""
    ours: Value = None
    theirs: Value = None
    why: str = ""
    lost: tuple[Value, ...] = ()
    """Values that a person may have meant and that are now on neither side, or stand on one side only."""
