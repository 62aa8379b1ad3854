"""Companies: reading, changing and, from the command line, making them."""

from __future__ import annotations

from typing import Any
from zoneinfo import available_timezones

import pycountry

from leadbridge.kit.clock import Clock
from leadbridge.kit.errors import InvalidInput, NotFound, Refused
from leadbridge.kit.ids import IdSource
from leadbridge.storage.batch import WriteBatch
from leadbridge.storage.query import Position
from leadbridge.storage.store import Page, Store
from leadbridge.tenancy.audit import AuditTrail, Author
from leadbridge.tenancy.hosts import add_company, company_entry
from leadbridge.tenancy.model import COMPANIES, DIRECTORY, Company


def company_view(company: Company) -> dict[str, Any]:
    """Return a company as the API shows it."""
    return {
        "_id": company.id,
        "name": company.name,
        "externalId": company.external_id,
        "timeZone": company.time_zone,
        "country": company.country,
        "createdAt": company.created_at,
    }


class Companies:
    """All companies of the hub; a caller of the API reaches only their own."""

    def __init__(self, store: Store, clock: Clock, ids: IdSource, trail: AuditTrail) -> None:
        self._store = store
        self._clock = clock
        self._ids = ids
        self._trail = trail

    async def one(self, company_id: str) -> Company:
        """Return a company; raises ``NotFound``."""
        company = await self._store[COMPANIES].of(company_id).get(company_id)
        if company is None:
            raise NotFound("The company does not exist.", code="company_not_found")
        return company

    async def page(self, *, limit: int, after: Position | None = None) -> Page[Company]:
        """Return a page of all companies, oldest first: for whoever runs the hub."""
        return await self._store[COMPANIES].across_companies().find(limit=limit, after=after)

    async def create(self, author: Author, name: str, external_id: str | None = None) -> Company:
        """Make a company; raises ``Refused`` where the external id is taken."""

        async def build() -> tuple[WriteBatch, Company]:
            if external_id is not None:
                taken = await self._store[DIRECTORY].across_companies().get(company_entry(external_id))
                if taken is not None:
                    raise Refused(
                        "Another company has this external id.",
                        code="external_id_taken",
                        hint="'leadbridge company list' shows which.",
                    )
            batch, id = WriteBatch(), self._ids()
            company = add_company(batch, id, name, self._clock, external_id)
            self._trail.add(batch, id, author, "company.created", f"company:{id}")
            return batch, company

        return await self._store.attempt(build)

    async def change(
        self,
        company_id: str,
        author: Author,
        *,
        name: str | None = None,
        time_zone: str | None = None,
        country: str | None = None,
    ) -> Company:
        """Change a company; None leaves a value. Raises ``InvalidInput``."""
        wanted = {"name": name, "time_zone": time_zone, "country": country.upper() if country else None}
        update = {field: value for field, value in wanted.items() if value is not None}
        if time_zone is not None and time_zone not in available_timezones():
            raise InvalidInput(
                "The time zone is not known.", code="invalid_time_zone", hint="Write it as in Europe/Berlin."
            )
        if country is not None and pycountry.countries.get(alpha_2=country.upper()) is None:
            raise InvalidInput("The country is not known.", code="invalid_country", hint="Write it as in DE.")

        async def build() -> tuple[WriteBatch | None, Company]:
            company = await self.one(company_id)
            changed = company.model_copy(update=update)
            if changed == company:
                return None, company
            batch = WriteBatch().replace(COMPANIES, changed)
            one, other = company_view(company), company_view(changed)
            names = [field for field in one if one[field] != other[field]]
            self._trail.add(
                batch,
                company_id,
                author,
                "company.changed",
                f"company:{company_id}",
                before={field: one[field] for field in names},
                after={field: other[field] for field in names},
            )
            return batch, changed

        return await self._store.attempt(build)
