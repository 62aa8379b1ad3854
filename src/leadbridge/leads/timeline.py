"""What happened to a record: its events and those of the records merged into it, as one list."""

from __future__ import annotations

import heapq
from collections.abc import Sequence

from leadbridge.leads.history import EVENTS, RecordEvent
from leadbridge.storage.query import Position
from leadbridge.storage.store import Page, Store


async def timeline(
    store: Store, company: str, record_ids: Sequence[str], *, limit: int, after: Position | None
) -> Page[RecordEvent]:
    """Return a page of the events of several records, the newest first.

    One walk a record along the same index: a position in the joint list is one in each of them.
    """
    walks: list[list[RecordEvent]] = []
    events = store[EVENTS].of(company)
    for id in record_ids:
        found = await events.find(eq={"recordId": id}, order=("at",), descending=True, limit=limit + 1, after=after)
        walks.append(found.items)
    joint = list(heapq.merge(*walks, key=lambda event: (event.at, event.id), reverse=True))
    shown = joint[:limit]
    if len(joint) <= limit or not shown:
        return Page(shown, None, len(joint))
    return Page(shown, position(shown[-1]), len(joint))


def position(event: RecordEvent) -> Position:
    """Return where a list by time goes on behind ``event``."""
    at = EVENTS.encode(event)["at"]
    assert isinstance(at, str)  # noqa: S101  # a time is stored as text
    return (at, event.id)
