"""What can be done with records one at a time, whatever their type, and finding many by the ids others know them by."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, TypeAlias

from leadbridge.kit.clock import Clock
from leadbridge.kit.ids import IdSource
from leadbridge.leads import listing
from leadbridge.leads.bodies import RecordBody
from leadbridge.leads.change import Author, Turn, record_change
from leadbridge.leads.draft import drafted
from leadbridge.leads.erased import ErasedPeople, NobodyErased
from leadbridge.leads.errors import (
    AmbiguousId,
    ExternalIdTaken,
    LeadNotFound,
    NotDeleted,
    PersonErased,
    RecordDeleted,
    RecordNotFound,
)
from leadbridge.leads.feed import Feed
from leadbridge.leads.fields import Fields, Keys, flatten
from leadbridge.leads.finding import Ambiguous, Found, Missing, Resolved, resolve
from leadbridge.leads.history import RecordEvent
from leadbridge.leads.listing import NEWEST, Counted, Filters, Sort
from leadbridge.leads.references import led_on, referring
from leadbridge.leads.rules import Rules, rules_from
from leadbridge.leads.settings import SETTINGS
from leadbridge.leads.stored import CrmRecord, State
from leadbridge.leads.timeline import timeline
from leadbridge.leads.types import LEAD, RecordType
from leadbridge.storage.batch import WriteBatch
from leadbridge.storage.query import Position
from leadbridge.storage.store import Page, Store
from leadbridge.usage.quotas import LeadMeter

__all__ = ["Ambiguous", "Filters", "Found", "LeadService", "Missing", "RecordService", "Resolved", "Sort"]

Forgotten: TypeAlias = tuple[str, ...]
"""Which erased people came back, as ``ErasedPeople`` names them."""


class RecordService:
    """Records of one type, of every company; each call names the one it is about."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        ids: IdSource,
        erased: ErasedPeople | None = None,
        type: RecordType = LEAD,
        meter: LeadMeter | None = None,
        feed: Feed | None = None,
    ) -> None:
        self.type = type
        self._store = store
        self._clock = clock
        self._ids = ids
        self._erased = erased if erased is not None and type.person else NobodyErased()
        self._meter = meter
        self._feed = feed

    async def create(
        self, company: str, author: Author, body: RecordBody, *, default_region: str | None = None
    ) -> CrmRecord:
        """Store a new record and return it.

        Raises ``InvalidLead``, ``ExternalIdTaken``, ``UnknownReference`` or ``PersonErased``.
        """

        async def build() -> tuple[WriteBatch, tuple[CrmRecord, Forgotten]]:
            return await self.made(company, author, body, default_region)

        record, forgotten = await self._store.attempt(build)
        return await self.done(company, record, forgotten)

    async def get(self, company: str, id: str) -> CrmRecord:
        """Return the record with this external id or ``_id``; raises ``RecordNotFound`` or ``AmbiguousId``."""
        return self.found(id, (await self.resolve(company, [id]))[id])

    async def update(
        self, company: str, author: Author, id: str, body: RecordBody, *, default_region: str | None = None
    ) -> CrmRecord:
        """Change the fields ``body`` names and return the record; raises as ``get`` and ``create`` do."""

        async def build() -> tuple[WriteBatch, tuple[CrmRecord, Forgotten]]:
            return await self.changed(company, author, await self.get(company, id), body, default_region)

        record, forgotten = await self._store.attempt(build)
        return await self.done(company, record, forgotten)

    async def upsert_by_external_id(
        self, company: str, author: Author, external_id: str, body: RecordBody, *, default_region: str | None = None
    ) -> tuple[CrmRecord, bool]:
        """Change the record with this external id, or make it; return it and whether it is new."""
        named = body.model_copy(update={"external_id": external_id})

        async def build() -> tuple[WriteBatch, tuple[CrmRecord, bool, Forgotten]]:
            records = self._store[self.type.kind].of(company)
            held = await records.lookup("external", [external_id]) or await records.lookup("alias", [external_id])
            if held:
                own = {"external_id": held[0].external_id} if external_id in held[0].aliases else {}
                change = named.model_copy(update=own)
                batch, (record, forgotten) = await self.changed(company, author, held[0], change, default_region)
                return batch, (record, False, forgotten)
            batch, (record, forgotten) = await self.made(company, author, named, default_region)
            return batch, (record, True, forgotten)

        record, new, forgotten = await self._store.attempt(build)
        return await self.done(company, record, forgotten), new

    async def delete(self, company: str, author: Author, id: str) -> CrmRecord:
        """Put a record away; it can be restored, and until then nothing finds it by its fields."""
        more = {"deleted_at": self._clock.now(), "deleted_by": author.by}

        async def build() -> tuple[WriteBatch, CrmRecord]:
            before = await self.get(company, id)
            turn = Turn("deleted", State.DELETED, more)
            return await self._turned(company, author, before, flatten(before), turn)

        return await self._store.attempt(build)

    async def restore(self, company: str, author: Author, id: str) -> CrmRecord:
        """Bring a deleted record back, by its ``_id``.

        Raises ``RecordNotFound``, ``NotDeleted`` or ``ExternalIdTaken``.
        """

        async def build() -> tuple[WriteBatch, CrmRecord]:
            before = await self._store[self.type.kind].of(company).get(id)
            if before is None:
                raise self.missing(id, deleted=False)
            if before.state is not State.DELETED:
                raise NotDeleted(f"The {self.type.name} {id} is not deleted.")
            fields = await led_on(self._store, company, flatten(before))
            await self.refuse_taken(company, fields.get("externalId"), (before.id,))
            return await self._turned(company, author, before, fields, Turn("restored"))

        return await self._store.attempt(build)

    async def page(
        self,
        company: str,
        filters: Filters,
        sort: Sort = NEWEST,
        *,
        limit: int = 50,
        after: Position | None = None,
    ) -> Page[CrmRecord]:
        """Return a page of the list; raises ``InvalidFilter``."""
        await self.check(company, filters, sort)
        return await listing.page(self._store, self.type, company, filters, sort, limit=limit, after=after)

    async def count(self, company: str, filters: Filters) -> Counted:
        """Return how many the list holds, up to 10,000; raises ``InvalidFilter``."""
        await self.check(company, filters, NEWEST)
        return await listing.count(self._store, self.type, company, filters)

    def each(self, company: str, filters: Filters, sort: Sort) -> Any:
        """Return the whole list as pages to iterate over; ``check`` it first."""
        return listing.each(self._store, self.type, company, filters, sort)

    async def check(self, company: str, filters: Filters, sort: Sort) -> None:
        """Raise ``InvalidFilter`` for a list that there is not."""
        custom = any(name.startswith("custom.") for name in filters.facets)
        listing.checked(self.type, filters, sort, await self.rules(company) if custom else Rules())

    async def timeline(
        self, company: str, id: str, *, limit: int = 50, after: Position | None = None
    ) -> Page[RecordEvent]:
        """Return what happened to a record and to those merged into it, the newest first."""
        resolved = (await self.resolve(company, [id]))[id]
        record = await self._store[self.type.kind].of(company).get(id) if resolved == Missing(deleted=True) else None
        if record is None:  # a deleted one's past may still be read
            record = self.found(id, resolved)
        return await timeline(self._store, company, (record.id, *record.merged), limit=limit, after=after)

    async def resolve(self, company: str, ids: Sequence[str]) -> dict[str, Resolved]:
        """Return what each id stands for; see ``finding.resolve``."""
        return await resolve(self._store, self.type, company, ids)

    async def rules(self, company: str) -> Rules:
        """Return what the company has laid down for this type."""
        return rules_from(await self._store[SETTINGS].of(company).get(f"{company}:{self.type.name}"))

    def found(self, id: str, resolved: Resolved) -> CrmRecord:
        """Return the record that was found, or raise what says why there is none."""
        match resolved:
            case Found(record):
                return record
            case Ambiguous(ids):
                raise AmbiguousId(
                    f"'{id}' is the external id of the {self.type.name} {ids[0]} and the _id of another one.",
                    details={"leadIds" if self.type is LEAD else "ids": list(ids)},
                )
            case Missing(deleted):
                raise self.missing(id, deleted=deleted)

    def missing(self, id: str, *, deleted: bool) -> RecordNotFound:
        """Return the error for an id that leads nowhere."""
        if deleted:
            return RecordDeleted(
                f"The {self.type.name} with this id was deleted.",
                code=f"{self.type.name}_deleted",
                hint=f"POST /api/v1/{self.type.plural}/{id}/restore brings it back.",
            )
        error = LeadNotFound if self.type is LEAD else RecordNotFound
        return error(f"There is no {self.type.name} with this id or external id.", code=f"{self.type.name}_not_found")

    async def made(
        self, company: str, author: Author, body: RecordBody, default_region: str | None
    ) -> tuple[WriteBatch, tuple[CrmRecord, Forgotten]]:
        """Return the batch that stores a new record, counted towards the month's where new ones are."""
        rules = await self.rules(company)
        fields = drafted({}, await referring(self._store, company, body), default_region, self.type, rules)
        await self.refuse_taken(company, fields.get("externalId"))
        batch = WriteBatch()
        forgotten = await self._refuse_erased(batch, company, {}, fields, allow=body.allow_erased)
        if self._meter is not None:
            await self._meter.admit(company)
            self._meter.add(batch, company)
        record = record_change(
            batch, self.type, company=company, id=self._ids(), before=None, fields=fields, now=self._clock.now(),
            author=author, rules=rules,
        )  # fmt: skip
        assert record is not None  # noqa: S101  # a new record always is a change
        await self.announce(batch, company)
        return batch, (record, forgotten)

    async def changed(
        self, company: str, author: Author, before: CrmRecord, body: RecordBody, default_region: str | None
    ) -> tuple[WriteBatch, tuple[CrmRecord, Forgotten]]:
        """Return the batch that changes a record."""
        rules, earlier = await self.rules(company), flatten(before)
        fields = drafted(earlier, await referring(self._store, company, body), default_region, self.type, rules)
        if fields.get("externalId") != before.external_id:
            await self.refuse_taken(company, fields.get("externalId"), (before.id,))
        batch = WriteBatch()
        forgotten = await self._refuse_erased(batch, company, earlier, fields, allow=body.allow_erased)
        record = record_change(
            batch, self.type, company=company, id=before.id, before=before, fields=fields, now=self._clock.now(),
            author=author, rules=rules,
        )  # fmt: skip
        await self.announce(batch, company)
        return batch, (record or before, forgotten)

    async def done(self, company: str, record: CrmRecord, forgotten: Forgotten) -> CrmRecord:
        """Note that erased people came back, where some did, and return the record."""
        if forgotten:
            await self._erased.allowed(company, forgotten)
        return record

    async def _turned(
        self, company: str, author: Author, before: CrmRecord, fields: Fields, turn: Turn
    ) -> tuple[WriteBatch, CrmRecord]:
        batch = WriteBatch()
        record = record_change(
            batch, self.type, company=company, id=before.id, before=before, fields=fields, now=self._clock.now(),
            author=author, rules=await self.rules(company), turn=turn,
        )  # fmt: skip
        assert record is not None  # noqa: S101  # a turn always is a change
        await self.announce(batch, company)
        return batch, record

    async def announce(self, batch: WriteBatch, company: str) -> None:
        """Tell with ``batch`` that records have changed, where somebody wants to know: connections push on it."""
        if self._feed is not None:
            await self._feed.announce(batch, company)

    async def _refuse_erased(
        self, batch: WriteBatch, company: str, before: Fields, after: Fields, *, allow: bool
    ) -> Forgotten:
        """Raise ``PersonErased`` where the change would bring an erased person back; with ``allow`` they may come."""
        earlier, person = Keys(before), Keys(after)
        if before and (earlier.ext, earlier.email, earlier.phone) == (person.ext, person.email, person.phone):
            return ()
        if not await self._erased.barred(company, [person]):
            return ()
        if not allow:
            raise PersonErased("This person was erased from the company; nothing was stored.")
        return await self._erased.allow(batch, company, person)

    async def refuse_taken(self, company: str, external_id: object, but: Collection[str] = ()) -> None:
        """Raise ``ExternalIdTaken`` where a record that is not among ``but`` has, or is known by, the external id."""
        if external_id is None:
            return
        records = self._store[self.type.kind].of(company)
        holders = [
            *await records.lookup("external", [external_id]),
            *await records.lookup("alias", [external_id]),
        ]
        for holder in holders:
            if holder.id not in but:
                raise ExternalIdTaken(
                    f"The external id {external_id!r} belongs to the {self.type.name} {holder.id}.",
                    details={f"{self.type.name}Id": holder.id},
                )


LeadService = RecordService
