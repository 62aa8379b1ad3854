"""Writes down what the vendor's answers tell about a connection."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from leadbridge.crm.errors import Effect, Fault
from leadbridge.integrations.health import Condition, Event, condition_after, lasting
from leadbridge.integrations.model import CONNECTIONS, HEALTH, ConnectionHealth
from leadbridge.kit.clock import Clock
from leadbridge.leads.occurrences import News, Nobody, Publisher
from leadbridge.storage.batch import WriteBatch
from leadbridge.storage.store import Store

log = structlog.get_logger("leadbridge.integrations")

DEFAULT_SLOW_DOWN = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a connection is not well, in words for people."""

    code: str
    message: str
    hint: str


class HealthKeeper:
    """The one writer of ``connection_health``."""

    def __init__(self, store: Store, clock: Clock, publisher: Publisher | None = None) -> None:
        self._store = store
        self._clock = clock
        self._publisher = publisher or Nobody()

    async def note(
        self,
        company_id: str,
        connection_id: str,
        event: Event,
        reason: Reason | None = None,
        until: datetime | None = None,
    ) -> None:
        """Store what ``event`` makes of the condition; nothing is written where that is nothing."""

        async def build() -> tuple[WriteBatch | None, tuple[Condition, Condition]]:
            now = self._clock.now()
            known = await self._store[HEALTH].of(company_id).get(connection_id)
            health = known or ConnectionHealth(id=connection_id, company_id=company_id, since=now)
            before = lasting(health.condition, health.until, now)
            then = condition_after(before, event)
            if then is before and then is health.condition:
                return None, (before, then)
            changed, batch = _changed(health, then, reason, until, now), WriteBatch()
            batch.insert(HEALTH, changed) if known is None else batch.replace(HEALTH, changed)
            if then is Condition.REAUTH_REQUIRED and before is not then:
                await self._tell(batch, changed)
            return batch, (before, then)

        before, then = await self._store.attempt(build)
        if then is not before:
            log.info("connection_condition", connection=connection_id, before=before.value, now=then.value)

    async def _tell(self, batch: WriteBatch, health: ConnectionHealth) -> None:
        connection = await self._store[CONNECTIONS].of(health.company_id).get(health.id)
        data = {
            "provider": None if connection is None else connection.provider,
            "connectionId": health.id,
            "code": health.code,
            "message": health.message,
            "hint": health.hint,
        }
        known = {name: value for name, value in data.items() if value is not None}
        news = News(type="connection.reauth_required", origin="crm", data=known)
        await self._publisher.publish(batch, health.company_id, [news])

    async def note_fault(self, company_id: str, connection_id: str, fault: Fault) -> None:
        """Store what a failed call says about the connection as a whole, if it says anything."""
        reason = Reason(fault.code, fault.message, fault.hint)
        match fault.effect:
            case Effect.REAUTH:
                await self.note(company_id, connection_id, Event.GRANT_GONE, reason)
            case Effect.ATTENTION:
                await self.note(company_id, connection_id, Event.ATTENTION_NEEDED, reason)
            case Effect.RATE_LIMITED:
                pause = DEFAULT_SLOW_DOWN if fault.retry_after is None else timedelta(seconds=fault.retry_after)
                await self.note(company_id, connection_id, Event.THROTTLED, reason, self._clock.now() + pause)
            case Effect.NONE:
                return


def _changed(
    health: ConnectionHealth, then: Condition, reason: Reason | None, until: datetime | None, now: datetime
) -> ConnectionHealth:
    told = reason if then is not Condition.OK else None
    return health.model_copy(
        update={
            "condition": then,
            "code": told.code if told else None,
            "message": told.message if told else None,
            "hint": told.hint if told else None,
            "until": until if then is Condition.RATE_LIMITED else None,
            "since": now,
        }
    )
