"""Domain events that are no change of a record: a push that ended well or badly, news from a CRM, a lost grant.

They are stored in the batch of their cause, and only where somebody listens: what nobody wants to hear of is in the
run, the hint or the connection's health already.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from leadbridge.kit.document import Id, JsonObject, Record, Time
from leadbridge.leads.feed import Happened
from leadbridge.storage.batch import WriteBatch
from leadbridge.storage.kind import Index, Kind


class Occurrence(Record):
    """Something that happened. ``data`` is what the event's body says of it, without the lead itself."""

    type: str
    """``crm.synced``: one of the catalogue's names."""
    at: Time
    origin: str
    hop: int = 0
    record_id: Id | None = None
    """The lead that it is about, if it is about one."""
    data: JsonObject


OCCURRENCES: Kind[Occurrence] = Kind(
    "occurrences",
    Occurrence,
    (
        Index("at", ("companyId", "at")),
        Index("type", ("companyId", "type", "at")),
        Index("subjects", ("companyId", "subjects"), multi=True),
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """An occurrence that is to be told, if anybody listens."""

    type: str
    origin: str
    hop: int = 0
    record_id: str | None = None
    """The lead that it is about."""
    follows: bool = False
    """It follows from the lead's latest change: that one's origin and hops are its own."""
    data: Mapping[str, Any] = field(default_factory=dict)


class Publisher(Protocol):
    """Whom the rooms tell of what happened. Both are to be called inside ``store.attempt``."""

    async def publish(self, batch: WriteBatch, company: str, news: Sequence[News]) -> None:
        """Add to ``batch`` those of ``news`` that somebody listens to, with the work that tells of them."""
        ...

    async def submitted(self, batch: WriteBatch, company: str, submission: Happened) -> None:
        """Add to ``batch`` the work that tells of a form's submission, which is stored as what it is."""
        ...


class Nobody:
    """Listens to nothing."""

    async def publish(self, batch: WriteBatch, company: str, news: Sequence[News]) -> None:
        """Add nothing."""

    async def submitted(self, batch: WriteBatch, company: str, submission: Happened) -> None:
        """Add nothing."""
