"""Samples of an event: the company's newest real ones, as they would be sent now, or the catalogue's example."""

from __future__ import annotations

from typing import Any, ClassVar

import orjson

from leadbridge.automation.delivery.starting import execution_id
from leadbridge.automation.events.body import frozen_body
from leadbridge.automation.events.catalogue import CATALOGUE, example_body
from leadbridge.automation.events.fanout import FanOut
from leadbridge.automation.events.telling import CHANGE, OCCURRENCE, SUBMISSION
from leadbridge.kit.errors import InvalidInput
from leadbridge.leads.forms.model import SUBMISSIONS
from leadbridge.leads.history import EVENTS
from leadbridge.leads.occurrences import OCCURRENCES
from leadbridge.leads.types import TYPES
from leadbridge.storage.store import Store

SAMPLES = 3


class UnknownEventType(InvalidInput):
    """There is no event of this name."""

    default_code: ClassVar[str] = "unknown_event_type"
    default_hint: ClassVar[str] = "GET /api/v1/automation/events lists all of them."


class Samples:
    """Makes samples."""

    def __init__(self, store: Store, fan: FanOut) -> None:
        self._store, self._fan = store, fan

    async def of(self, company: str, type: str, limit: int = SAMPLES) -> list[dict[str, Any]]:
        """Return up to ``limit`` bodies of an event, the newest first; its example where there was none yet.

        Raises ``UnknownEventType``.
        """
        if type not in CATALOGUE:
            raise UnknownEventType(f"There is no event {type[:60]!r}.")
        named = await self._named(company, type, limit)
        found = []
        for event in await self._fan.events(company, named):
            body = frozen_body(
                type=type,
                id=event.id,
                timestamp=event.at,
                execution_id=execution_id(event.id, company),
                company_id=company,
                origin=event.origin,
                hop=event.hop,
                data=event.data[type],
            )
            found.append(orjson.loads(body))
        return found or [example_body(type) | {"companyId": company}]

    async def _named(self, company: str, type: str, limit: int) -> list[str]:
        if type == "form.submitted":
            sent = await self._store[SUBMISSIONS].of(company).find(order=["at"], descending=True, limit=limit)
            return [f"{SUBMISSION}:{one.id}" for one in sent.items]
        if type.partition(".")[0] in TYPES:
            changes = (
                await self._store[EVENTS]
                .of(company)
                .find(eq={"types": type}, order=["at"], descending=True, limit=limit)
            )
            return [f"{CHANGE}:{one.id}" for one in changes.items]
        others = (
            await self._store[OCCURRENCES]
            .of(company)
            .find(eq={"type": type}, order=["at"], descending=True, limit=limit)
        )
        return [f"{OCCURRENCE}:{one.id}" for one in others.items]
