"""What can be done with usage events and the error log."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from leadbridge.kit.clock import Clock
from leadbridge.kit.errors import NotFound
from leadbridge.kit.ids import IdSource
from leadbridge.storage.batch import WriteBatch
from leadbridge.storage.query import Position, Residual, all_that_are_set
from leadbridge.storage.store import MAX_KEYS, Page, Store
from leadbridge.usage.brief import Counted, parts_counted, stored_event
from leadbridge.usage.calls import CallNotes, Cause, cause_of
from leadbridge.usage.model import (
    ERRORS,
    REQUESTS,
    USAGE_EVENTS,
    Category,
    ErrorEntry,
    EventType,
    Metadata,
    Metrics,
    Status,
    UsageEvent,
)
from leadbridge.usage.rows import DELTAS, Delta, Part
from leadbridge.usage.tally import correction, parts_of, quarter_of


@dataclass(frozen=True, slots=True)
class Failure:
    """A failure as it happened, before it is folded into the error log."""

    operation: str
    code: str
    message: str
    cause: str
    hint: str
    retryable: bool
    provider: str | None = None
    connection_id: str | None = None
    vendor_code: str | None = None
    lead_id: str | None = None
    request_id: str | None = None
    correlation_id: str | None = None

    @property
    def key(self) -> str:
        """What makes two failures the same: where, what and for whom."""
        return "|".join((self.connection_id or self.provider or "", self.operation, self.code, self.lead_id or ""))


@dataclass(frozen=True, slots=True)
class ErrorFilter:
    """Which entries of the error log are asked for."""

    provider: str | None = None
    connection_id: str | None = None
    code: str | None = None
    since: datetime | None = None
    until: datetime | None = None

    def residual(self) -> Residual | None:
        """Return what is checked on each entry, or None."""
        return all_that_are_set({"provider": self.provider, "connectionId": self.connection_id, "code": self.code})


class UsageService:
    """Usage events and the error log."""

    def __init__(self, store: Store, clock: Clock, ids: IdSource) -> None:
        self._store = store
        self._clock = clock
        self._ids = ids

    def event(
        self,
        company_id: str,
        event_type: EventType,
        category: Category,
        *,
        succeeded: bool,
        milliseconds: int,
        api_calls: int = 0,
        records: int = 0,
        provider: str | None = None,
        connection_id: str | None = None,
        automation_id: str | None = None,
        run_id: str | None = None,
        request: dict[str, object] | None = None,
        response: dict[str, object] | None = None,
        id: str | None = None,
    ) -> UsageEvent:
        """Return an event, to be written in the batch of what it counts; ``id`` where it had to be known before."""
        return UsageEvent(
            id=id or self._ids(),
            company_id=company_id,
            event_type=event_type,
            category=category,
            status=Status.SUCCESS if succeeded else Status.FAILED,
            metadata=Metadata(duration=milliseconds, request_data=request or {}, response_data=response or {}),
            metrics=Metrics(api_calls_used=api_calls, records_processed=records),
            provider=provider,
            connection_id=connection_id,
            automation_id=automation_id,
            run_id=run_id,
            created_at=self._clock.now(),
        )

    def add(self, batch: WriteBatch, *events: UsageEvent, calls: CallNotes | None = None) -> WriteBatch:
        """Add events to the batch of what they count, with what they add to the sums; return the batch.

        ``calls`` are the HTTP calls of the one event, which go into the request log.
        """
        for event in events:
            batch.insert(USAGE_EVENTS, event)
            for entry in calls.entries(cause_of(event), self._ids) if calls is not None else ():
                batch.insert(REQUESTS, entry)
        return batch.insert(DELTAS, Delta(id=self._ids(), company_id=events[0].company_id, parts=parts_of(events)))

    def amend(self, batch: WriteBatch, event: UsageEvent, status: Status) -> WriteBatch:
        """Make the batch count a stored event under another status than it was counted under; return the batch.

        The batch depends on the event being as it was read. How long it took stays counted as it was.
        """
        batch.patch(USAGE_EVENTS, event.company_id, event.id, values={"status": status}, rev=event.rev)
        part = correction(event, event.model_copy(update={"status": status}))
        return batch.insert(DELTAS, Delta(id=self._ids(), company_id=event.company_id, parts=(part,)))

    def insert_counted(self, batch: WriteBatch, company_id: str, id: str, counted: Counted) -> WriteBatch:
        """Add an event whose sums follow by ``add_sums``, together with others'; return the batch."""
        return batch.insert_stored(USAGE_EVENTS, stored_event(company_id, id, counted))

    def add_sums(self, batch: WriteBatch, company_id: str, counted: Sequence[Counted]) -> WriteBatch:
        """Add what events add to the sums to the batch in which they are inserted; return the batch."""
        parts = parts_counted(counted)
        return batch.insert(DELTAS, Delta(id=self._ids(), company_id=company_id, parts=parts))

    def add_calls(self, batch: WriteBatch, cause: Cause, calls: CallNotes) -> WriteBatch:
        """Add HTTP calls made for an event that another batch stores; return the batch."""
        for entry in calls.entries(cause, self._ids):
            batch.insert(REQUESTS, entry)
        return batch

    def add_leads(self, batch: WriteBatch, company_id: str, made: int) -> WriteBatch:
        """Add to the batch in which leads are made that they count towards the month's."""
        if made:
            part = Part(quarter=quarter_of(self._clock.now()), leads=made)
            batch.insert(DELTAS, Delta(id=self._ids(), company_id=company_id, parts=(part,)))
        return batch

    async def correct(self, batch: WriteBatch, company_id: str, event_id: str, *, succeeded: bool) -> bool:
        """Add to ``batch`` that a counted operation ended otherwise than was thought, in its event and in the sums.

        Returns whether there was anything to correct: an event that is no longer kept, or is right already, stays.
        Call it inside ``store.attempt``.
        """
        event = await self._store[USAGE_EVENTS].of(company_id).get(event_id)
        status = Status.SUCCESS if succeeded else Status.FAILED
        if event is None or event.status is status:
            return False
        self.amend(batch, event, status)
        return True

    async def record(self, event: UsageEvent, calls: CallNotes | None = None) -> None:
        """Store an event by itself."""
        await self._store.write(self.add(WriteBatch(), event, calls=calls))

    async def record_failures(self, company_id: str, failures: Sequence[Failure]) -> None:
        """Fold failures into the error log: a known one counts up, a new one is added."""
        by_key = _by_key(failures)
        keys = list(by_key)
        for start in range(0, len(keys), MAX_KEYS):
            chunk = {key: by_key[key] for key in keys[start : start + MAX_KEYS]}

            async def build(chunk: dict[str, list[Failure]] = chunk) -> tuple[WriteBatch, None]:
                batch = WriteBatch()
                await self._fold(batch, company_id, chunk)
                return batch, None

            await self._store.attempt(build)

    async def add_failures(self, batch: WriteBatch, company_id: str, failures: Sequence[Failure]) -> None:
        """Add at most 500 failures to ``batch``, which then depends on the entries they are folded into."""
        await self._fold(batch, company_id, _by_key(failures))

    async def _fold(self, batch: WriteBatch, company_id: str, chunk: dict[str, list[Failure]]) -> None:
        known = {entry.key: entry for entry in await self._store[ERRORS].of(company_id).lookup("key", list(chunk))}
        now = self._clock.now()
        for key, group in chunk.items():
            last = group[-1]
            fields = {
                "occurred_at": now,
                "provider": last.provider,
                "connection_id": last.connection_id,
                "operation": last.operation,
                "code": last.code,
                "vendor_code": last.vendor_code,
                "message": last.message,
                "cause": last.cause,
                "hint": last.hint,
                "retryable": last.retryable,
                "lead_id": last.lead_id,
                "request_id": last.request_id,
                "correlation_id": last.correlation_id,
            }
            entry = known.get(key)
            if entry is not None:
                batch.replace(ERRORS, entry.model_copy(update={**fields, "count": entry.count + len(group)}))
            else:
                subjects = (last.lead_id,) if last.lead_id else ()
                batch.insert(
                    ERRORS,
                    ErrorEntry(
                        id=self._ids(),
                        company_id=company_id,
                        key=key,
                        first_at=now,
                        subjects=subjects,
                        count=len(group),
                        **fields,
                    ),
                )

    async def errors(
        self, company_id: str, asked: ErrorFilter, *, limit: int, after: Position | None
    ) -> Page[ErrorEntry]:
        """Return a page of the error log, newest first."""
        return (
            await self._store[ERRORS]
            .of(company_id)
            .find(
                order=["occurredAt"],
                low=asked.since,
                high=asked.until,
                residual=asked.residual(),
                descending=True,
                limit=limit,
                after=after,
            )
        )

    async def error(self, company_id: str, id: str) -> ErrorEntry:
        """Return one entry; raises ``NotFound``."""
        entry = await self._store[ERRORS].of(company_id).get(id)
        if entry is None:
            raise NotFound("The error log has no such entry.")
        return entry


def _by_key(failures: Sequence[Failure]) -> dict[str, list[Failure]]:
    """Return failures by what makes them the same, in the order in which they happened."""
    by_key: dict[str, list[Failure]] = {}
    for failure in failures:
        by_key.setdefault(failure.key, []).append(failure)
    return by_key
