"""What can be done with the sales team."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from leadbridge.kit.clock import Clock
from leadbridge.kit.ids import IdSource
from leadbridge.kit.text import squeeze
from leadbridge.kit.values import clean_text
from leadbridge.leads import normalise
from leadbridge.leads.normalise import Invalid
from leadbridge.leads.team.errors import InvalidRep, RepNotFound, TeamFull
from leadbridge.leads.team.model import MAX_TEAM, REPS, Absence, Hours, RepBody, SalesRep, Territory
from leadbridge.storage.batch import WriteBatch
from leadbridge.storage.query import Position
from leadbridge.storage.store import Page, Store
from leadbridge.tenancy.model import COMPANIES


class TeamService:
    """The sales team of every company; each call names the one it is about."""

    def __init__(self, store: Store, clock: Clock, ids: IdSource) -> None:
        self._store = store
        self._clock = clock
        self._ids = ids

    async def page(self, company: str, *, limit: int = 50, after: Position | None = None) -> Page[SalesRep]:
        """Return a page of the team, oldest first."""
        return await self._store[REPS].of(company).find(order=("createdAt",), limit=limit, after=after)

    async def get(self, company: str, id: str) -> SalesRep:
        """Return one member; raises ``RepNotFound``."""
        found = await self._store[REPS].of(company).get(id)
        if found is None:
            raise RepNotFound("The sales team has nobody with this id.")
        return found

    async def create(self, company: str, body: RepBody) -> SalesRep:
        """Store a new member; raises ``InvalidRep`` or ``TeamFull``."""
        if body.name is None:
            raise InvalidRep("A member of the team needs a name.", code="no_name", hint="Send 'name'.")
        held = await self._store[REPS].of(company).find(limit=MAX_TEAM, count_only=True)
        if held.found >= MAX_TEAM:
            raise TeamFull(f"A sales team has at most {MAX_TEAM} members.")
        owner = await self._store[COMPANIES].of(company).get(company)
        now = self._clock.now()
        start: dict[str, Any] = {
            "_id": self._ids(),
            "company_id": company,
            "name": body.name,
            "zone": owner.time_zone if owner is not None else "UTC",
            "created_at": now,
            "updated_at": now,
        }
        rep = SalesRep.model_validate(start | changes(body))
        await self._store.write(WriteBatch().insert(REPS, rep))
        return rep

    async def update(self, company: str, id: str, body: RepBody) -> SalesRep:
        """Change what ``body`` names and return the member; raises ``RepNotFound`` or ``InvalidRep``."""

        async def build() -> tuple[WriteBatch, SalesRep]:
            before = await self.get(company, id)
            after = before.model_copy(update=changes(body) | {"updated_at": self._clock.now()})
            return WriteBatch().replace(REPS, after), after

        return await self._store.attempt(build)

    async def remove(self, company: str, id: str) -> None:
        """Remove a member; leads keep their owner. Raises ``RepNotFound``."""
        await self.get(company, id)
        await self._store.write(WriteBatch().delete(REPS, company, id))


def changes(body: RepBody) -> dict[str, Any]:
    """Return what ``body`` names, normalised; raises ``InvalidRep``. Pure."""
    sent = {name: getattr(body, name) for name in body.model_fields_set}
    made: dict[str, Any] = {name: sent[name] for name in ("active", "capacity", "weight", "user_id") if name in sent}
    if sent.get("name") is not None:
        made["name"] = squeeze(clean_text(sent["name"]))
        if not made["name"]:
            raise InvalidRep("A member of the team needs a name.", code="no_name", hint="Send 'name'.")
    if "email" in sent:
        made["email"] = None if sent["email"] is None else _email(sent["email"])
    if sent.get("zone") is not None:
        made["zone"] = _zone(sent["zone"])
    if "hours" in sent:
        made["hours"] = tuple(Hours.model_validate(one.model_dump()) for one in body.hours)
        if any(one.start == one.end or one.start == "24:00" for one in body.hours):
            raise InvalidRep("Working time has no length.", code="invalid_hours", hint="A whole day is 00:00 to 24:00.")
    if "territories" in sent:
        made["territories"] = tuple(
            Territory(
                countries=tuple(_country(one) for one in territory.countries),
                regions=territory.regions,
                postal_prefixes=territory.postal_prefixes,
                tags=territory.tags,
            )
            for territory in body.territories
        )
    if "absences" in sent:
        if any(one.last < one.first for one in body.absences):
            raise InvalidRep("An absence ends before it begins.", code="invalid_absence", hint="Swap first and last.")
        made["absences"] = tuple(
            Absence(first=one.first.isoformat(), last=one.last.isoformat(), reason=one.reason)
            for one in sorted(body.absences, key=lambda one: one.first)
        )
    return made


def _zone(name: str) -> str:
    try:
        return ZoneInfo(name).key
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise InvalidRep(
            f"{normalise.shown(name)} is no time zone.", code="unknown_zone", hint="Name it as in Europe/Madrid."
        ) from error


def _country(text: str) -> str:
    try:
        return normalise.country(text)
    except Invalid as invalid:
        raise InvalidRep(str(invalid), code=invalid.code, hint="Name it as in ES or Spain.") from invalid


def _email(text: str) -> str:
    try:
        return normalise.email(clean_text(text))
    except Invalid as invalid:
        raise InvalidRep(str(invalid), code=invalid.code, hint="Correct it, or leave it out.") from invalid
