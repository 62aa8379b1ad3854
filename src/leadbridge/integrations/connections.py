"""Finding connections, choosing the primary one, pausing and ending them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

import structlog

from leadbridge.crm.provider import App, Provider
from leadbridge.integrations.calls import VendorCalls
from leadbridge.integrations.errors import NoActiveConnection, NoSuchConnection, NotConnected
from leadbridge.integrations.grants import Grants
from leadbridge.integrations.health import Condition, ConnectionStatus, Event, Stage, State, after, status_of
from leadbridge.integrations.model import CONNECTIONS, HEALTH, TOKENS, Connection, ConnectionHealth
from leadbridge.integrations.servers import own_app
from leadbridge.integrations.views import state_of
from leadbridge.kit.clock import Clock
from leadbridge.kit.errors import InvalidInput, LeadbridgeError
from leadbridge.storage.batch import WriteBatch
from leadbridge.storage.store import Store
from leadbridge.usage.model import Category, EventType
from leadbridge.usage.service import UsageService
from leadbridge.work import pausing
from leadbridge.work.model import connection_lane

log = structlog.get_logger("leadbridge.integrations")

CHOOSE_WORKFLOWS = frozenset({"zoho"})
"""Vendors that leave it to each call whether the account's own workflows run on what it writes."""

MAX_CONNECTIONS = 500
"""Connections of one company that are looked at together."""


@dataclass(frozen=True, slots=True)
class Disconnected:
    """What ending a connection did. ``revoked``: the vendor confirmed that the grant is gone."""

    connection: Connection | None
    revoked: bool
    message: str


@dataclass(frozen=True, slots=True)
class GivenBack:
    """What became of a company's grants: given back and confirmed by the vendor, or kept by the vendor."""

    revoked: int
    kept: int


def primary_of(connections: list[Connection]) -> Connection | None:
    """Return the primary connection: the one chosen last, else the oldest, of those that are connected."""
    usable = [connection for connection in connections if connection.stage is Stage.CONNECTED]
    chosen = [connection for connection in usable if connection.primary_at is not None]
    if chosen:
        return max(chosen, key=lambda connection: (connection.primary_at or connection.created_at, connection.id))
    return min(usable, key=lambda connection: (connection.created_at, connection.id), default=None)


class Connections:
    """The connections of companies."""

    def __init__(self, store: Store, clock: Clock, grants: Grants, usage: UsageService) -> None:
        self._store = store
        self._clock = clock
        self._grants = grants
        self._usage = usage

    async def all(self, company_id: str) -> list[Connection]:
        """Return a company's connections, oldest first."""
        page = await self._store[CONNECTIONS].of(company_id).find(order=["createdAt"], limit=MAX_CONNECTIONS)
        return page.items

    async def one(self, company_id: str, id: str) -> Connection:
        """Return a connection; raises ``NoSuchConnection``."""
        connection = await self._store[CONNECTIONS].of(company_id).get(id)
        if connection is None:
            raise NoSuchConnection(f"The company has no connection {id!r}.")
        return connection

    async def select(
        self, company_id: str, connection_id: str | None = None, provider: str | None = None
    ) -> Connection | None:
        """Return the connection that is meant: by id, by provider (its primary), or the company's primary; or None.

        Raises ``NoSuchConnection`` for an id that is not there, or not of that provider.
        """
        if connection_id is not None:
            connection = await self.one(company_id, connection_id)
            if provider is not None and connection.provider != provider:
                raise NoSuchConnection(f"The connection {connection_id!r} is not one to {provider}.")
            return connection
        connections = await self.all(company_id)
        return primary_of([one for one in connections if provider is None or one.provider == provider])

    async def usable(
        self, company_id: str, connection_id: str | None = None, provider: str | None = None
    ) -> Connection:
        """Return the connection that is meant, for work over it.

        Raises ``NotConnected`` where the one that was named is pending, paused, ended or must be connected again, and
        ``NoActiveConnection`` where none was named and the primary one is missing or in such a state.
        """
        connection = await self.select(company_id, connection_id, provider)
        if connection is None:
            raise NoActiveConnection("No CRM is connected." if provider is None else f"{provider} is not connected.")
        state = await self.state(connection)
        if state.stage is Stage.CONNECTED and not state.paused and state.condition is not Condition.REAUTH_REQUIRED:
            return connection
        status = status_of(state)
        message = f"The connection to {connection.provider} is {status}."
        if connection_id is None:
            raise NoActiveConnection(message, hint=NotConnected.default_hint, details={"status": status})
        raise NotConnected(message, details={"status": status})

    async def state(self, connection: Connection) -> State:
        """Return a connection's state now."""
        return state_of(connection, await self.health(connection), self._clock.now())

    async def status(self, connection: Connection) -> ConnectionStatus:
        """Return the one word for a connection's state now."""
        return status_of(await self.state(connection))

    async def health(self, connection: Connection) -> ConnectionHealth | None:
        """Return a connection's health document; a pending connection has none."""
        return await self._store[HEALTH].of(connection.company_id).get(connection.id)

    async def change(
        self,
        company_id: str,
        id: str,
        *,
        primary: bool | None = None,
        paused: bool | None = None,
        automatic_push: bool | None = None,
        workflows: bool | None = None,
        day_share: int | None = None,
    ) -> Connection:
        """Make a connection the primary one, pause or resume it or its automatic push, let the vendor's own workflows
        run or not, say where background work stops (percent of a day's calls).

        Raises ``NoSuchConnection``, ``NotConnected``, and ``InvalidInput`` where the vendor leaves no such choice.
        """

        async def build() -> tuple[WriteBatch | None, Connection]:
            connection = await self.one(company_id, id)
            if connection.stage is not Stage.CONNECTED:
                raise NotConnected(f"The connection is {connection.stage.value}; only a connected one can be changed.")
            if workflows is not None and connection.provider not in CHOOSE_WORKFLOWS:
                raise InvalidInput(f"Whether {connection.provider} runs its own workflows cannot be chosen from here.")
            wishes = {"automatic_push": automatic_push, "workflows": workflows, "day_share": day_share}
            changed = connection.model_copy(update={name: wish for name, wish in wishes.items() if wish is not None})
            if paused is not None:
                event = Event.PAUSED if paused else Event.RESUMED
                state = after(State(connection.stage, connection.paused), event)
                changed = changed.model_copy(update={"paused": state.paused})
            if primary:
                changed = changed.model_copy(update={"primary_at": self._clock.now()})
            if changed == connection:
                return None, connection
            batch = WriteBatch().replace(CONNECTIONS, changed)
            if changed.paused != connection.paused:
                await self._stop_lane(batch, changed)
            return batch, changed

        return await self._store.attempt(build)

    async def _stop_lane(self, batch: WriteBatch, connection: Connection) -> None:
        """Stop the lane of a paused connection, so that its work waits; let that of any other go on."""
        lane = connection_lane(connection.id)
        if connection.paused:
            await pausing.pause(self._store, batch, connection.company_id, lane)
        else:
            await pausing.resume(self._store, self._clock, batch, connection.company_id, lane)

    async def own_key(self, connection: Connection, values: dict[str, object]) -> None:
        """Store whether the vendor has the unique field for our ids."""

        async def build() -> tuple[WriteBatch | None, None]:
            here = await self._store[CONNECTIONS].of(connection.company_id).get(connection.id)
            if here is None:
                return None, None
            batch = WriteBatch().patch(CONNECTIONS, here.company_id, here.id, values={"ownKey": values}, rev=here.rev)
            return batch, None

        await self._store.attempt(build)

    async def disconnect(self, connection: Connection, provider: Provider | None, app: App | None) -> Disconnected:
        """End a connection: the grant is given back, and its tokens are deleted whatever the vendor says.

        Links stay, so that connecting the same account again goes on where this ended. A pending connection is deleted.
        """
        calls = None if provider is None else self._grants.calls(provider)
        revoked = await self.revoke(connection, provider, app, calls)

        async def build() -> tuple[WriteBatch | None, Connection | None]:
            here = await self.one(connection.company_id, connection.id)
            batch = WriteBatch().delete(TOKENS, here.company_id, here.id)
            if here.stage is Stage.DISCONNECTED:
                return batch, here
            if here.stage is Stage.PENDING:
                batch.delete(CONNECTIONS, here.company_id, here.id, rev=here.rev)
                unused = self._grants.event(here, here, calls, succeeded=False)
                return self._usage.add(batch, unused, calls=None if calls is None else calls.notes), None
            state = after(State(here.stage, here.paused), Event.DISCONNECTED)
            ended = here.model_copy(
                update={
                    "stage": state.stage,
                    "paused": state.paused,
                    "disconnected_at": self._clock.now(),
                    "primary_at": None,
                }
            )
            batch.replace(CONNECTIONS, ended)
            await self._stop_lane(batch, ended)  # what waits there is told that the connection has ended
            event = self._usage.event(
                here.company_id,
                EventType.CRM_DISCONNECT,
                Category.CRM,
                succeeded=True,
                milliseconds=0,
                api_calls=0 if calls is None else calls.made,
                provider=here.provider,
                connection_id=here.id,
            )
            return self._usage.add(batch, event, calls=None if calls is None else calls.notes), ended

        ended = await self._store.attempt(build)
        log.info("disconnected", provider=connection.provider, connection=connection.id, revoked=revoked)
        return Disconnected(ended, revoked, _told(connection, revoked))

    async def give_back(self, company_id: str, registered: Mapping[str, tuple[Provider, App]]) -> GivenBack:
        """Give every grant of a company back, all at once; stored tokens stay. Never raises for what a vendor says."""
        held = [one for one in await self.all(company_id) if one.stage is not Stage.DISCONNECTED]
        ended = await asyncio.gather(*(self.revoke(one, *registered.get(one.provider, (None, None))) for one in held))
        return GivenBack(ended.count(True), ended.count(False))

    async def revoke(
        self, connection: Connection, provider: Provider | None, app: App | None, calls: VendorCalls | None = None
    ) -> bool:
        """Give a connection's grant back; return whether the vendor confirmed it. The stored tokens stay.

        The call is noted in ``calls``, where there is an operation that it is part of.
        """
        tokens = await self._store[TOKENS].of(connection.company_id).get(connection.id)
        if provider is None or app is None or tokens is None or tokens.refresh is None:
            return False
        try:
            grant = await self._grants.grant_of(tokens)
        except LeadbridgeError as error:  # a token that does not open is deleted all the same
            log.warning("grant_not_revoked", connection=connection.id, code=error.code)
            return False
        noted = calls or self._grants.calls(provider)
        own = own_app(app, connection.servers)
        return await self._grants.release(noted, provider, own, grant.refresh_token, but=connection.id)


def _told(connection: Connection, revoked: bool) -> str:
    if connection.stage is Stage.DISCONNECTED:
        return "The connection was ended before; nothing was changed."
    kept = "Its tokens are deleted here. The links to its records stay, in case the same account is connected again."
    if revoked:
        return f"{connection.provider} confirmed that the grant is given back. {kept}"
    return (
        f"{connection.provider} did not confirm that the grant is given back; remove the app in the CRM's own settings "
        f"to be sure. {kept}"
    )
