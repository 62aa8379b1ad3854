"""What can be done with connections: the one door to this room for endpoints, sync and the command line."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import structlog

from leadbridge.crm.catalogue import PROVIDERS
from leadbridge.crm.errors import Fault
from leadbridge.crm.provider import Check, Provider
from leadbridge.integrations.callback import Callbacks, Landing
from leadbridge.integrations.checks import OWN_KEY, Tested, Tester
from leadbridge.integrations.connections import Connections, Disconnected, GivenBack, primary_of
from leadbridge.integrations.errors import (
    NoActiveConnection,
    NotConnected,
)
from leadbridge.integrations.grants import Grants
from leadbridge.integrations.health import Event, Stage
from leadbridge.integrations.keeper import Access, TokenKeeper
from leadbridge.integrations.model import HEALTH, TOKENS, Connection
from leadbridge.integrations.oauth import Begun, OAuthFlows
from leadbridge.integrations.registrations import Registrations
from leadbridge.integrations.session import ConnectionSession, Errand, Surroundings
from leadbridge.integrations.sharing import warnings
from leadbridge.integrations.sweep import Sweeper, Swept
from leadbridge.integrations.views import view
from leadbridge.integrations.watch import HealthKeeper
from leadbridge.integrations.watching.service import Watches
from leadbridge.integrations.watching.standing import check_of
from leadbridge.kit.clock import Clock
from leadbridge.kit.errors import LeadbridgeError
from leadbridge.kit.ids import IdSource
from leadbridge.leads.occurrences import Publisher
from leadbridge.security.transport import Transport
from leadbridge.security.vault import Vault
from leadbridge.settings import Settings
from leadbridge.storage.store import Store
from leadbridge.usage.service import UsageService
from leadbridge.work.budgets import Budgets, account_key
from leadbridge.work.daily import DEFAULT_SHARE
from leadbridge.work.enqueue import LANE_FORMS, TaskQueue

log = structlog.get_logger("leadbridge.integrations")

SyncProbe = Callable[[str, str], Awaitable[bool]]
"""Tells whether a connection (company id, connection id) is being synced at this moment."""


async def _never(company_id: str, connection_id: str) -> bool:
    return False


class ConnectionService(Registrations):
    """Connections of all companies, in one hub."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        ids: IdSource,
        vault: Vault,
        settings: Settings,
        providers: Mapping[str, Provider],
        transport: Transport,
        usage: UsageService,
        rng: random.Random,
        *,
        syncing: SyncProbe = _never,
        publisher: Publisher | None = None,
    ) -> None:
        super().__init__(settings, providers)
        self._store = store
        self._clock = clock
        self._syncing = syncing
        self._usage = usage
        self.health = HealthKeeper(store, clock, publisher)
        self.keeper = TokenKeeper(store, clock, vault, transport, usage, self.health, rng)
        self._around = Surroundings(transport, Budgets(store, clock), clock, rng)
        self._grants = Grants(store, clock, ids, vault, transport, usage)
        self._flows = OAuthFlows(store, clock, ids, vault, self._grants, self.addresses)
        self._callbacks = Callbacks(store, clock, vault, usage, self._grants, self._around, self.addresses)
        self.connections = Connections(store, clock, self._grants, usage)
        self.watches = Watches(store, clock, vault, TaskQueue(store, clock, ids, LANE_FORMS), settings)
        self._tester = Tester(clock, self.health)
        self._sweeper = Sweeper(store, clock, self._grants, usage)

    # connecting

    async def begin(
        self,
        company_id: str,
        user_id: str,
        provider_id: str,
        *,
        return_url: str | None = None,
        connection_id: str | None = None,
        place: Mapping[str, str] | None = None,
    ) -> Begun:
        """Begin a connect (``connection_id``: renew that connection; ``place``: where the account is) and return the
        vendor's consent page."""
        provider, app = self.provider(provider_id)
        return await self._flows.begin(
            company_id,
            user_id,
            provider,
            app,
            return_url=return_url,
            connection_id=connection_id,
            place=place or {},
        )

    async def callback(self, provider_id: str, query: Mapping[str, str], cookies: Mapping[str, str]) -> Landing:
        """End a flow that a vendor sent a browser back for; always tells where the browser goes next."""
        known = provider_id if any(listed.id == provider_id for listed in PROVIDERS) else "unknown"
        provider, app = self.all_registered().get(known, (None, None))
        landing = await self._callbacks.end(provider, app, known, query, cookies)
        if landing.connection is not None:
            await self._connected(landing.connection)
        return landing

    async def complete(self, company_id: str, user_id: str, handle: str) -> Connection:
        """Confirm a pending connection with its handle, and return the connection that it became."""
        connection = await self._flows.complete(company_id, user_id, handle, self.all_registered())
        await self._connected(connection)
        return await self.connections.one(company_id, connection.id)

    async def _connected(self, connection: Connection) -> None:
        """Do what a connection that has become active begins with; nothing of it fails the connect."""
        await self.prepare(connection)
        provider = self._providers.get(connection.provider)
        if provider is not None:  # should this process end right here, the upkeep orders
            await self.watches.order(provider, connection)

    async def account_shown(self, reference: str) -> tuple[str, str] | None:
        """Return provider and account name of the connect that ``reference`` was given for, or None."""
        return await self._flows.account_shown(reference)

    async def prepare(self, connection: Connection) -> Check:
        """Make the unique field for our ids where the tenant allows it, and remember whether it is there.

        A failure is remembered as the reason; it never fails a connect.
        """
        try:
            provider, _ = self.provider(connection.provider)
            check = await provider.prepare(self.session(connection))
        except LeadbridgeError as error:
            check = Check(OWN_KEY, False, error.message, error.hint)
        values: dict[str, object] = {"ready": check.ok, "reason": check.message, "hint": check.hint}
        await self.connections.own_key(connection, values)
        return check

    # using

    def session(self, connection: Connection, errand: Errand | None = None) -> ConnectionSession:
        """Return an authorised way to the connection's account; raises ``ProviderNotConfigured`` and its like."""
        provider, app = self.registered(connection)

        async def tokens(failed_gen: int | None) -> Access:
            return await self.keeper.access_token(connection, provider, app, failed_gen)

        unsure = True

        async def heard(fault: Fault | None) -> None:
            nonlocal unsure
            if fault is not None:
                unsure = True
                await self.note_fault(connection, fault)
            elif unsure:  # the first success of a session, and the first after a "slow down"
                unsure = False
                await self.health.note(connection.company_id, connection.id, Event.CALL_SUCCEEDED)

        return ConnectionSession(
            self._around,
            provider=provider,
            app=app,
            account=account_key(provider.id, connection.account_key or connection.id, ""),
            origins=connection.origins,
            scopes=connection.scopes,
            tokens=tokens,
            heard=heard,
            errand=errand,
            day_share=DEFAULT_SHARE if connection.day_share is None else connection.day_share / 100,
        )

    async def note_fault(self, connection: Connection, fault: Fault) -> None:
        """Take in what a failed call says about the connection as a whole (see ``Fault.effect``)."""
        await self.health.note_fault(connection.company_id, connection.id, fault)

    async def usable(
        self, company_id: str, connection_id: str | None = None, provider: str | None = None
    ) -> Connection:
        """Return the connection that is meant, for work over it; as ``Connections.usable``."""
        return await self.connections.usable(company_id, connection_id, provider)

    def hears(self, connection: Connection) -> bool:
        """Tell whether changed leads are pushed to a connection by themselves; a paused one gets them later."""
        asked = connection.automatic_push
        wanted = self._settings.automatic_push if asked is None else asked
        return wanted and connection.stage is Stage.CONNECTED

    async def listeners(self, company_id: str) -> tuple[str, ...]:
        """Return the ids of the connections to which changed leads are pushed by themselves."""
        return tuple(one.id for one in await self.connections.all(company_id) if self.hears(one))

    async def test(self, company_id: str, connection_id: str | None = None, provider: str | None = None) -> Tested:
        """Look at everything a connection needs; raises ``NoActiveConnection``, ``NotConnected``."""
        connection = await self.connections.select(company_id, connection_id, provider)
        if connection is None:
            raise NoActiveConnection("There is no connection to test.")
        if connection.stage is not Stage.CONNECTED:
            raise NotConnected(f"The connection is {connection.stage.value}; there is nothing to test.")
        adapter, app = self.registered(connection)

        async def token() -> Access:
            return await self.keeper.access_token(connection, adapter, app)

        async def own_key() -> Check:
            return await self.prepare(connection)

        webhooks = check_of(await self.watches.view(adapter, connection))
        return await self._tester.test(connection, adapter, self.session(connection), token, own_key, webhooks)

    async def disconnect(self, company_id: str, id: str) -> Disconnected:
        """End a connection; tokens are deleted whatever the vendor says. Raises ``NoSuchConnection``."""
        connection = await self.connections.one(company_id, id)
        provider, app = self.all_registered().get(connection.provider, (None, None))
        await self._unwatch(connection)
        ended = await self.connections.disconnect(connection, provider, app)
        await self.watches.forget(connection)
        return ended

    async def _unwatch(self, connection: Connection) -> None:
        """End the webhooks that a connection ordered, while its grant allows it."""
        if connection.stage is Stage.CONNECTED and connection.provider in self.all_registered():
            provider, _ = self.registered(connection)
            await self.watches.end(connection, provider, self.session(connection))

    async def give_back(self, company_id: str) -> GivenBack:
        """Give every grant of a company back to its vendor, as far as the vendors answer; stored tokens stay.

        For a company that is erased. Never raises for what a vendor says.
        """
        await asyncio.gather(*(self._unwatch(one) for one in await self.connections.all(company_id)))
        return await self.connections.give_back(company_id, self.all_registered())

    async def keep_watching(self) -> int:
        """Order the webhooks that are missing or overdue, of all companies; return for how many connections."""
        return await self.watches.reconcile({id: provider for id, (provider, _) in self.all_registered().items()})

    async def sweep(self) -> Swept:
        """Remove expired pending connections (their grants are given back), flows and references; once a minute."""
        return await self._sweeper.sweep(self.all_registered())

    async def drain(self) -> None:
        """Wait until every token renewal under way is stored; at a shutdown."""
        await self.keeper.drain()

    # showing

    async def views(self, company_id: str) -> list[dict[str, Any]]:
        """Return all connections of a company as answers show them, oldest first."""
        return await self._views(company_id, await self.connections.all(company_id))

    async def view(self, connection: Connection) -> dict[str, Any]:
        """Return one connection as answers show it."""
        return (await self._views(connection.company_id, [connection]))[0]

    async def _views(self, company_id: str, shown: list[Connection]) -> list[dict[str, Any]]:
        primary = primary_of(await self.connections.all(company_id))
        ids = [connection.id for connection in shown]
        health = await self._store[HEALTH].of(company_id).get_many(ids)
        tokens = await self._store[TOKENS].of(company_id).get_many(ids)
        orders = await self.watches.of(company_id, ids)
        cautions = await warnings(self._store, shown)
        now = self._clock.now()
        return [
            view(
                connection,
                health.get(connection.id),
                tokens.get(connection.id),
                now,
                primary=primary is not None and primary.id == connection.id,
                automatic_push=self.hears(connection),
                syncing=await self._syncing(company_id, connection.id),
                caution=cautions.get(connection.id),
                webhooks=self.watches.standing(
                    self._providers.get(connection.provider), connection, orders.get(connection.id)
                ),
            )
            for connection in shown
        ]
