"""What can be done with leads one at a time, and finding many by the ids others know them by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from leadbridge.kit.clock import Clock
from leadbridge.kit.ids import IdSource, is_object_id
from leadbridge.leads.change import Author, lead_change
from leadbridge.leads.draft import drafted
from leadbridge.leads.erased import ErasedPeople, NobodyErased
from leadbridge.leads.errors import AmbiguousId, ExternalIdTaken, LeadNotFound, PersonErased
from leadbridge.leads.fields import Fields, Keys, flatten
from leadbridge.leads.model import LEADS, Lead, LeadBody
from leadbridge.leads.normalise import email_key
from leadbridge.storage.batch import WriteBatch
from leadbridge.storage.query import AllOf, Eq, Has, Position, Residual
from leadbridge.storage.store import MAX_KEYS, Page, Store
from leadbridge.usage.quotas import LeadMeter

Sort: TypeAlias = Literal["createdAt", "-createdAt", "updatedAt", "-updatedAt", "name", "-name"]
_ORDER = {"createdAt": "createdAt", "updatedAt": "updatedAt", "name": "nameSort"}

MAX_ID = 200
"""Characters in an external id; a longer text is nobody's id."""


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list of leads is narrowed by; all that are set must hold."""

    email: str | None = None
    external_id: str | None = None
    status: str | None = None
    source: str | None = None
    tag: str | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """The lead an id stands for."""

    lead: Lead


@dataclass(frozen=True, slots=True)
class Missing:
    """No lead of the company has this id or external id."""


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """The id is one lead's external id and another's ``_id``."""

    lead_ids: tuple[str, str]


Forgotten: TypeAlias = tuple[str, ...]
"""Which erased people came back, as ``ErasedPeople`` names them."""
Resolved: TypeAlias = Found | Missing | Ambiguous


class LeadService:
    """Leads of every company; each call names the one it is about."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        ids: IdSource,
        erased: ErasedPeople | None = None,
        meter: LeadMeter | None = None,
    ) -> None:
        self._store = store
        self._clock = clock
        self._ids = ids
        self._erased = erased or NobodyErased()
        self._meter = meter

    async def create(self, company: str, author: Author, body: LeadBody, *, default_region: str | None = None) -> Lead:
        """Store a new lead and return it; raises ``InvalidLead``, ``ExternalIdTaken`` or ``PersonErased``."""

        async def build() -> tuple[WriteBatch, tuple[Lead, Forgotten]]:
            return await self.made(company, author, body, default_region)

        lead, forgotten = await self._store.attempt(build)
        return await self.done(company, lead, forgotten)

    async def made(
        self, company: str, author: Author, body: LeadBody, default_region: str | None
    ) -> tuple[WriteBatch, tuple[Lead, Forgotten]]:
        """Return the batch that stores a new lead, counted towards the month's."""
        fields = drafted({}, body, default_region)
        await self._refuse_taken(company, fields.get("externalId"), None)
        batch = WriteBatch()
        forgotten = await self._refuse_erased(batch, company, {}, fields, allow=body.allow_erased)
        if self._meter is not None:
            await self._meter.admit(company)
            self._meter.add(batch, company)
        lead = lead_change(
            batch, company=company, id=self._ids(), before=None, fields=fields, now=self._clock.now(), author=author
        )
        assert lead is not None  # noqa: S101  # a new lead always is a change
        return batch, (lead, forgotten)

    async def get(self, company: str, id: str) -> Lead:
        """Return the lead with this external id or ``_id``; raises ``LeadNotFound`` or ``AmbiguousId``."""
        match (await self.resolve(company, [id]))[id]:
            case Found(lead):
                return lead
            case Ambiguous(lead_ids):
                raise AmbiguousId(
                    f"'{id}' is the external id of the lead {lead_ids[0]} and the _id of another lead.",
                    details={"leadIds": list(lead_ids)},
                )
            case Missing():
                raise LeadNotFound("There is no lead with this id or external id.")

    async def update(
        self, company: str, author: Author, id: str, body: LeadBody, *, default_region: str | None = None
    ) -> Lead:
        """Change the fields ``body`` names and return the lead; raises as ``get`` and ``create`` do."""

        async def build() -> tuple[WriteBatch, tuple[Lead, Forgotten]]:
            before = await self.get(company, id)
            return await self.changed(company, author, before, body, default_region)

        lead, forgotten = await self._store.attempt(build)
        return await self.done(company, lead, forgotten)

    async def upsert_by_external_id(
        self, company: str, author: Author, external_id: str, body: LeadBody, *, default_region: str | None = None
    ) -> tuple[Lead, bool]:
        """Change the lead with this external id, or make it; return it and whether it is new."""
        named = body.model_copy(update={"external_id": external_id})

        async def build() -> tuple[WriteBatch, tuple[Lead, bool, Forgotten]]:
            held = await self._store[LEADS].of(company).lookup("external", [external_id])
            if held:
                batch, (lead, forgotten) = await self.changed(company, author, held[0], named, default_region)
                return batch, (lead, False, forgotten)
            batch, (lead, forgotten) = await self.made(company, author, named, default_region)
            return batch, (lead, True, forgotten)

        lead, new, forgotten = await self._store.attempt(build)
        return await self.done(company, lead, forgotten), new

    async def page(
        self,
        company: str,
        filters: Filters,
        sort: Sort = "-createdAt",
        *,
        limit: int = 50,
        after: Position | None = None,
    ) -> Page[Lead]:
        """Return a page. With ``email`` or ``external_id`` the few that match come by id whatever ``sort`` is."""
        leads = self._store[LEADS].of(company)
        residual = _residual(filters)
        if filters.external_id is not None:
            residual = _residual(filters, Eq("emailKey", email_key(filters.email))) if filters.email else residual
            return await leads.find(eq={"extKey": filters.external_id}, after=after, residual=residual, limit=limit)
        if filters.email is not None:
            return await leads.find(
                eq={"emailKey": email_key(filters.email)}, after=after, residual=residual, limit=limit
            )
        return await leads.find(
            order=(_ORDER[sort.removeprefix("-")],),
            descending=sort.startswith("-"),
            after=after,
            residual=residual,
            limit=limit,
        )

    async def resolve(self, company: str, ids: Sequence[str]) -> dict[str, Resolved]:
        """Return what each id stands for: looked up as an external id first, then as ``_id``.

        An id that matches two different leads is ``Ambiguous``: the host application's own ids may look like ours.
        """
        leads = self._store[LEADS].of(company)
        wanted = list(dict.fromkeys(ids))
        result: dict[str, Resolved] = {}
        for start in range(0, len(wanted), MAX_KEYS):
            chunk = [id for id in wanted[start : start + MAX_KEYS] if id and len(id) <= MAX_ID]
            external = {lead.external_id: lead for lead in await leads.lookup("external", chunk)}
            own = await leads.get_many([id for id in chunk if is_object_id(id)])
            for id in chunk:
                ours, theirs = own.get(id), external.get(id)
                if ours is not None and theirs is not None and ours.id != theirs.id:
                    result[id] = Ambiguous((theirs.id, ours.id))
                elif (lead := theirs or ours) is not None:
                    result[id] = Found(lead)
        return {id: result.get(id, Missing()) for id in wanted}

    async def changed(
        self, company: str, author: Author, before: Lead, body: LeadBody, default_region: str | None
    ) -> tuple[WriteBatch, tuple[Lead, Forgotten]]:
        """Return the batch that changes a lead."""
        earlier = flatten(before)
        fields = drafted(earlier, body, default_region)
        if fields.get("externalId") != before.external_id:
            await self._refuse_taken(company, fields.get("externalId"), before.id)
        batch = WriteBatch()
        forgotten = await self._refuse_erased(batch, company, earlier, fields, allow=body.allow_erased)
        lead = lead_change(
            batch, company=company, id=before.id, before=before, fields=fields, now=self._clock.now(), author=author
        )
        return batch, (lead or before, forgotten)

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

    async def done(self, company: str, lead: Lead, forgotten: Forgotten) -> Lead:
        """Note that erased people came back, where some did, and return the lead."""
        if forgotten:
            await self._erased.allowed(company, forgotten)
        return lead

    async def _refuse_taken(self, company: str, external_id: object, but: str | None) -> None:
        if external_id is None:
            return
        for holder in await self._store[LEADS].of(company).lookup("external", [external_id]):
            if holder.id != but:
                raise ExternalIdTaken(
                    f"The external id {external_id!r} belongs to the lead {holder.id}.", details={"leadId": holder.id}
                )


def _residual(filters: Filters, *more: Residual) -> Residual | None:
    parts: list[Residual] = list(more)
    if filters.status is not None:
        parts.append(Eq("status", filters.status))
    if filters.source is not None:
        parts.append(Eq("source", filters.source))
    if filters.tag is not None:
        parts.append(Has("tags", filters.tag))
    return AllOf(tuple(parts)) if parts else None
