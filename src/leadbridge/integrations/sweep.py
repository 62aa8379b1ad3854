"""Clears up what nobody came back for: pending connections past their time, and flows and references that expired."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import structlog

from leadbridge.crm.provider import App, Provider
from leadbridge.integrations.grants import Grants
from leadbridge.integrations.health import Stage
from leadbridge.integrations.model import (
    CONNECT_RESULT,
    CONNECTIONS,
    FLOWS,
    OAUTH_HANDLE,
    OAUTH_STATE,
    TOKENS,
    Connection,
)
from leadbridge.integrations.servers import own_app
from leadbridge.kit.clock import Clock
from leadbridge.kit.errors import LeadbridgeError
from leadbridge.storage.batch import Applied, WriteBatch
from leadbridge.storage.store import Store
from leadbridge.tenancy.expiry import forget_expired
from leadbridge.tenancy.model import DIRECTORY
from leadbridge.usage.service import UsageService

log = structlog.get_logger("leadbridge.integrations")

CHUNK = 200


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep removed."""

    pending: int
    flows: int
    entries: int


class Sweeper:
    """Removes what has expired, of all companies. Several processes may sweep at once."""

    def __init__(self, store: Store, clock: Clock, grants: Grants, usage: UsageService) -> None:
        self._store = store
        self._clock = clock
        self._grants = grants
        self._usage = usage

    async def sweep(self, registered: Mapping[str, tuple[Provider, App]]) -> Swept:
        """Remove what has expired; the grants of pending connections are given back."""
        pending = 0
        while expired := await self._expired():
            dropped = [await self._drop(connection, registered) for connection in expired]
            pending += sum(dropped)
            if not all(dropped) or len(expired) < CHUNK:
                break  # what somebody else is at work on is looked at next time
        swept = Swept(pending, await self._flows(), await self._entries())
        if any((swept.pending, swept.flows, swept.entries)):
            log.info("swept", pending=swept.pending, flows=swept.flows, entries=swept.entries)
        return swept

    async def _expired(self) -> list[Connection]:
        connections = self._store[CONNECTIONS].across_companies()
        page = await connections.find(
            eq={"stage": Stage.PENDING}, order=["pendingUntil"], high=self._clock.now(), limit=CHUNK
        )
        return page.items

    async def _drop(self, connection: Connection, registered: Mapping[str, tuple[Provider, App]]) -> bool:
        """End one pending connection: first it stops existing, so that nobody can confirm it, then its grant goes."""
        company = connection.company_id
        tokens = await self._store[TOKENS].of(company).get(connection.id)
        grant = None
        if tokens is not None:
            try:
                grant = await self._grants.grant_of(tokens)
            except LeadbridgeError as error:  # a token that does not open is deleted all the same
                log.warning("grant_not_revoked", connection=connection.id, code=error.code)
        batch = WriteBatch().delete(CONNECTIONS, company, connection.id, rev=connection.rev)
        batch.delete(TOKENS, company, connection.id)
        if connection.handle_hash is not None:
            batch.delete(DIRECTORY, None, f"{OAUTH_HANDLE}:{connection.handle_hash}")
        if not isinstance(await self._store.write(batch), Applied):
            return False  # confirmed, or swept by somebody else, at this moment
        if grant is not None and connection.provider in registered:
            provider, app = registered[connection.provider]
            own, calls = own_app(app, connection.servers), self._grants.calls(provider)
            revoked = await self._grants.release(calls, provider, own, grant.refresh_token)
            event = self._grants.event(connection, connection, calls, succeeded=False)
            await self._usage.record(event.model_copy(update={"connection_id": None}), calls.notes)
            log.info("pending_connection_dropped", connection=connection.id, revoked=revoked)
        return True

    async def _flows(self) -> int:
        removed, now = 0, self._clock.now()
        flows = self._store[FLOWS].across_companies()
        while page := (await flows.find(order=["expiresAt"], high=now, limit=CHUNK)).items:
            batch = WriteBatch()
            for flow in page:
                batch.delete(FLOWS, flow.company_id, flow.id)
            await self._store.write(batch)
            removed += len(page)
        return removed

    async def _entries(self) -> int:
        now = self._clock.now()
        sorts = (OAUTH_STATE, OAUTH_HANDLE, CONNECT_RESULT)
        return sum([await forget_expired(self._store, what, now) for what in sorts])
