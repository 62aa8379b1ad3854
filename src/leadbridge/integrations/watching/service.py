"""A connection's own webhook address: made, looked up, ordered, forgotten."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import msgspec
import structlog
from pydantic import SecretStr

from leadbridge.crm.capabilities import Watching
from leadbridge.crm.provider import Provider, Session
from leadbridge.integrations.health import Stage
from leadbridge.integrations.model import CONNECTIONS, Connection
from leadbridge.integrations.watching.model import CRM_WEBHOOK, ORDERS, WebhookOrder
from leadbridge.integrations.watching.standing import WebhooksView, obstacle, standing
from leadbridge.kit.clock import Clock, to_millis
from leadbridge.kit.errors import LeadbridgeError
from leadbridge.security.hashing import hash_token, new_token
from leadbridge.security.vault import Vault
from leadbridge.settings import Settings
from leadbridge.storage.batch import WriteBatch
from leadbridge.storage.query import Position
from leadbridge.storage.store import Store
from leadbridge.tenancy.model import DIRECTORY, DirectoryEntry
from leadbridge.work.enqueue import NewTask, TaskQueue
from leadbridge.work.model import connection_lane

WATCH = "crm.watch"
"""The kind of the task that orders a connection's webhooks and renews the order."""
PREFIX = "lbw_"
"""What keys and secrets begin with: logs mask whatever looks like one. With it they have 47 characters; Zoho takes a
secret of 50."""
LONGEST_KEY = 100
"""Characters of what may be a key."""
END_SECONDS = 15.0
"""How long a disconnect waits for the CRM to end its webhooks; it goes on without."""
CHUNK = 200

log = structlog.get_logger("leadbridge.integrations")


class WatchRef(msgspec.Struct, frozen=True):
    """What an ordering task refers to."""

    connection: str


@dataclass(frozen=True, slots=True)
class Ordered:
    """What webhooks are ordered with."""

    address: str
    secret: SecretStr

    def __repr__(self) -> str:
        return "Ordered()"


class Watches:
    """The webhook orders of connections."""

    def __init__(self, store: Store, clock: Clock, vault: Vault, queue: TaskQueue, settings: Settings) -> None:
        self._store, self._clock, self._vault, self._queue = store, clock, vault, queue
        self._settings = settings

    @property
    def public(self) -> str:
        """The hub's address, as CRMs are told it."""
        return self._settings.public

    def wanted(self, provider: Provider, connection: Connection) -> bool:
        """Tell whether webhooks are ordered for a connection as it is now."""
        return (
            isinstance(provider, Watching)
            and connection.stage is Stage.CONNECTED
            and obstacle(provider, connection, self.public, self._settings.sandbox_origins) is None
        )

    def standing(
        self, provider: Provider | None, connection: Connection, order: WebhookOrder | None
    ) -> WebhooksView | None:
        """Return where a connection's webhooks stand; None where they are not ordered by connection."""
        return standing(provider, connection, order, self.public, self._settings.sandbox_origins)

    async def view(self, provider: Provider | None, connection: Connection) -> WebhooksView | None:
        """Return where a connection's webhooks stand, as stored."""
        order = await self._store[ORDERS].of(connection.company_id).get(connection.id)
        return self.standing(provider, connection, order)

    async def of(self, company_id: str, ids: list[str]) -> Mapping[str, WebhookOrder]:
        """Return the orders of connections, by connection."""
        return await self._store[ORDERS].of(company_id).get_many(ids)

    # ordering

    async def order(self, provider: Provider, connection: Connection) -> None:
        """Let the connection's lane order its webhooks now, where they are wanted; doing it twice does no harm."""
        if not self.wanted(provider, connection):
            return

        async def build() -> tuple[WriteBatch, None]:
            batch = WriteBatch()
            here = await self._store[ORDERS].of(connection.company_id).get(connection.id)
            if here is not None:  # what was ordered before may have ended with an earlier grant
                now = self._clock.now()
                batch.patch(ORDERS, here.company_id, here.id, values={"nextAt": now}, rev=here.rev)
            await self._enqueue(batch, connection)
            return batch, None

        await self._store.attempt(build)

    async def reconcile(self, providers: Mapping[str, Provider]) -> int:
        """Order what is missing or overdue, of all companies, and return for how many connections.

        Finds connections from before this was done, those whose task was lost, and a hub that got another address.
        """
        asked = 0
        after: Position | None = None
        while True:
            page = (
                await self._store[CONNECTIONS]
                .across_companies()
                .find(eq={"stage": Stage.CONNECTED}, order=["pendingUntil"], limit=CHUNK, after=after)
            )
            for connection in page.items:
                provider = providers.get(connection.provider)
                if provider is None or not self.wanted(provider, connection) or connection.paused:
                    continue
                here = await self._store[ORDERS].of(connection.company_id).get(connection.id)
                if here is None or due(here, self.public, self._clock.now()):
                    await self.order(provider, connection)
                    asked += 1
            after = page.next
            if after is None:
                return asked

    async def keep(self, connection: Connection) -> WebhookOrder:
        """Return the connection's order; it is made, with its key and secret, where there is none."""

        async def build() -> tuple[WriteBatch | None, WebhookOrder]:
            here = await self._store[ORDERS].of(connection.company_id).get(connection.id)
            if here is not None:
                return None, here
            order, entry = await self._made(connection)
            return WriteBatch().insert(ORDERS, order).insert(DIRECTORY, entry), order

        return await self._store.attempt(build)

    async def opened(self, order: WebhookOrder, public: str | None = None) -> Ordered:
        """Return address (below ``public``, else the hub's own) and secret of an order; raises ``SealBroken``."""
        key, secret = [
            await self._vault.open(order.company_id, ORDERS.name, order.id, field, sealed)
            for field, sealed in (("key", order.key), ("secret", order.secret))
        ]
        return Ordered(address_of(public or self.public, order.provider, key), SecretStr(secret))

    async def found(self, provider_id: str, key: str) -> WebhookOrder | None:
        """Return the order that an address's key belongs to, or None."""
        if len(key) > LONGEST_KEY:
            return None
        hashed = hash_token(key, CRM_WEBHOOK)
        entry = await self._store[DIRECTORY].across_companies().get(f"{CRM_WEBHOOK}:{hashed}")
        order = None if entry is None else await self._store[ORDERS].of(entry.company_id).get(entry.ref)
        return order if order is not None and order.provider == provider_id and order.key_hash == hashed else None

    # ending

    async def end(self, connection: Connection, provider: Provider, session: Session) -> None:
        """End a connection's webhooks at the CRM, before its grant goes. Never raises for what the CRM says: an order
        that it does not end runs out by itself, and what still comes is refused."""
        order = await self._store[ORDERS].of(connection.company_id).get(connection.id)
        if order is not None and order.public is not None:
            await self.end_at(order, order.public, provider, session)

    async def end_at(self, order: WebhookOrder, public: str, provider: Provider, session: Session) -> None:
        """End what was ordered for the hub's address ``public``; as ``end``."""
        if not isinstance(provider, Watching):
            return
        try:
            ordered = await self.opened(order, public)
            async with asyncio.timeout(END_SECONDS):
                await provider.unwatch(session, ordered.address)
        except (LeadbridgeError, TimeoutError) as error:
            code = error.code if isinstance(error, LeadbridgeError) else "timed_out"
            log.warning("webhooks_not_ended", connection=order.id, code=code)

    async def forget(self, connection: Connection) -> None:
        """Delete the address and the secret of a connection that has ended, so that nothing is taken in any more."""

        async def build() -> tuple[WriteBatch | None, None]:
            order = await self._store[ORDERS].of(connection.company_id).get(connection.id)
            if order is None:
                return None, None
            batch = WriteBatch().delete(ORDERS, order.company_id, order.id)
            return batch.delete(DIRECTORY, None, f"{CRM_WEBHOOK}:{order.key_hash}"), None

        await self._store.attempt(build)

    async def _enqueue(self, batch: WriteBatch, connection: Connection) -> None:
        task = NewTask(
            company_id=connection.company_id,
            lane=connection_lane(connection.id),
            kind=WATCH,
            ref=WatchRef(connection.id),
            due_at=to_millis(self._clock.now()),
            uniq=f"{WATCH}:{connection.id}",
        )
        await self._queue.enqueue(batch, task)

    async def _made(self, connection: Connection) -> tuple[WebhookOrder, DirectoryEntry]:
        key, company = new_token(PREFIX), connection.company_id
        sealed = await self._vault.seal_all(
            company, ORDERS.name, connection.id, {"key": key, "secret": new_token(PREFIX)}
        )
        hashed = hash_token(key, CRM_WEBHOOK)
        order = WebhookOrder(
            id=connection.id,
            company_id=company,
            provider=connection.provider,
            key_hash=hashed,
            key=sealed["key"],
            secret=sealed["secret"],
            kid=sealed["key"].kid,
            next_at=self._clock.now(),
        )
        entry = DirectoryEntry(id=f"{CRM_WEBHOOK}:{hashed}", what=CRM_WEBHOOK, company_id=company, ref=connection.id)
        return order, entry


def address_of(public: str, provider_id: str, key: str) -> str:
    """Return the address that a CRM is told."""
    return f"{public}/api/v1/webhook/crm/{provider_id}/{key}"


def due(order: WebhookOrder, public: str, now: datetime) -> bool:
    """Tell whether an order is to be placed or renewed; also when the hub has another address than it was for."""
    return order.next_at <= now or (order.public is not None and order.public != public)
