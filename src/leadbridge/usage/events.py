"""Reading single usage events: lists with filters, one event with its HTTP calls, and all of them as CSV."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from leadbridge.kit.clock import to_seconds_text, to_text
from leadbridge.kit.errors import NotFound
from leadbridge.security.escape import csv_line
from leadbridge.storage.query import Position, Residual, all_that_are_set
from leadbridge.storage.store import CHUNK, Page, Store
from leadbridge.usage.model import REQUESTS, USAGE_EVENTS, LoggedRequest, UsageEvent

COLUMNS = (
    "_id", "createdAt", "eventType", "category", "status", "provider", "connectionId", "automationId", "runId",
    "durationMs", "apiCallsUsed", "recordsProcessed", "requestData", "responseData",
)  # fmt: skip
MAX_SHOWN_CALLS = 200


@dataclass(frozen=True, slots=True)
class EventFilter:
    """Which events are asked for; all that is set must hold. ``since`` is included, ``until`` is not."""

    event_type: str | None = None
    category: str | None = None
    status: str | None = None
    provider: str | None = None
    connection_id: str | None = None
    automation_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None

    def residual(self, *, but: str | None = None) -> Residual | None:
        """Return what is checked on each event, without the field ``but`` that an index answers."""
        asked = {
            "eventType": self.event_type,
            "category": self.category,
            "status": self.status,
            "provider": self.provider,
            "connectionId": self.connection_id,
            "automationId": self.automation_id,
        }
        return all_that_are_set({path: value for path, value in asked.items() if path != but})


class UsageEvents:
    """The usage events of companies, newest first."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def page(
        self, company: str, asked: EventFilter, *, limit: int, after: Position | None = None
    ) -> Page[UsageEvent]:
        """Return a page, along the index by type or by status where one of them is asked for."""
        events = self._store[USAGE_EVENTS].of(company)
        if asked.event_type is not None:
            return await events.find(
                eq={"eventType": asked.event_type},
                order=["createdAt"],
                low=asked.since,
                high=asked.until,
                residual=asked.residual(but="eventType"),
                descending=True,
                limit=limit,
                after=after,
            )
        if asked.status is not None:
            return await events.find(
                eq={"status": asked.status},
                order=["createdAt"],
                low=asked.since,
                high=asked.until,
                residual=asked.residual(but="status"),
                descending=True,
                limit=limit,
                after=after,
            )
        return await events.find(
            order=["createdAt"],
            low=asked.since,
            high=asked.until,
            residual=asked.residual(),
            descending=True,
            limit=limit,
            after=after,
        )

    async def one(self, company: str, id: str) -> tuple[UsageEvent, list[LoggedRequest]]:
        """Return an event and those of its HTTP calls that are still kept; raises ``NotFound``."""
        event = await self._store[USAGE_EVENTS].of(company).get(id)
        if event is None:
            raise NotFound("There is no such usage event, or it is no longer kept.")
        calls = await self._store[REQUESTS].of(company).find(eq={"eventId": id}, order=["at"], limit=MAX_SHOWN_CALLS)
        return event, calls.items

    async def csv(self, company: str, asked: EventFilter) -> AsyncIterator[str]:
        """Yield the events as CSV for spreadsheets, a page at a time."""
        yield "\ufeff" + csv_line(COLUMNS)
        after: Position | None = None
        while True:
            page = await self.page(company, asked, limit=CHUNK, after=after)
            if page.items:
                yield "".join(csv_line(_cells(event)) for event in page.items)
            if page.next is None:
                return
            after = page.next


def event_view(event: UsageEvent) -> dict[str, Any]:
    """Return an event as the API shows it."""
    shown = event.model_dump(mode="json", by_alias=True, exclude={"rev", "v", "subjects", "created_at"})
    return shown | {"createdAt": to_seconds_text(event.created_at)}


def call_view(call: LoggedRequest) -> dict[str, Any]:
    """Return a call of the request log as the API shows it."""
    return {
        "_id": call.id,
        "at": to_text(call.at),
        "method": call.method,
        "url": call.url,
        "status": call.status,
        "outcome": call.outcome,
        "latencyMs": call.milliseconds,
        "sentBytes": call.sent_bytes,
        "receivedBytes": call.received_bytes,
        "correlationId": call.correlation_id,
    }


def _cells(event: UsageEvent) -> list[str]:
    return [
        event.id,
        to_text(event.created_at),
        event.event_type,
        event.category,
        event.status,
        event.provider or "",
        event.connection_id or "",
        event.automation_id or "",
        event.run_id or "",
        str(event.metadata.duration),
        str(event.metrics.api_calls_used),
        str(event.metrics.records_processed),
        orjson.dumps(event.metadata.request_data).decode(),
        orjson.dumps(event.metadata.response_data).decode(),
    ]
