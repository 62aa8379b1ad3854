"""Taking in a CRM's webhooks: proved genuine, handed out to every connection of the account, each event once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import structlog

from leadbridge.crm.errors import WebhookRefused
from leadbridge.crm.model import Delivery, Hint
from leadbridge.integrations.health import Stage
from leadbridge.integrations.hints.model import HINTS, StoredHint
from leadbridge.integrations.model import CONNECTIONS, Connection
from leadbridge.integrations.service import ConnectionService
from leadbridge.integrations.watching.model import WebhookOrder
from leadbridge.integrations.watching.service import address_of
from leadbridge.kit.clock import Clock, to_text
from leadbridge.kit.errors import LeadbridgeError, Unavailable
from leadbridge.leads.occurrences import News, Nobody, Publisher
from leadbridge.settings import Settings
from leadbridge.storage.batch import Applied, WriteBatch
from leadbridge.storage.store import Store

CHUNK = 200
TRIES = 5
MAX_CONNECTIONS = 500
"""Connections to one account, of all companies together, that are told."""

log = structlog.get_logger("leadbridge.integrations")


@dataclass(frozen=True, slots=True)
class Received:
    """What became of a delivery: hints kept, and events that had come before or concern no connection here."""

    kept: int
    repeated: int
    strange: int


@dataclass(frozen=True, slots=True)
class Addressed:
    """Whom a call to a connection's own address is for, before anything of it was believed or read."""

    connection: Connection
    order: WebhookOrder


class HintService:
    """Receives webhooks, at the one address of a whole app and at the addresses of connections."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        settings: Settings,
        connections: ConnectionService,
        publisher: Publisher | None = None,
    ) -> None:
        self._store = store
        self._clock = clock
        self._public = settings.public
        self._connections = connections
        self._publisher = publisher or Nobody()

    async def receive(
        self, provider_id: str, *, method: str, path_and_query: str, headers: dict[str, str], body: bytes
    ) -> Received:
        """Keep what a genuine webhook says. The address that was signed is made from our settings, not from the call.

        Raises ``UnknownProvider`` and its like, ``WebhookRefused``, ``InvalidInput``, and ``Unavailable`` when the
        store is too busy; the vendor then sends it again.
        """
        provider, app = self._connections.provider(provider_id)
        now = self._clock.now()
        hints = provider.read_webhook(app, Delivery(method, f"{self._public}{path_and_query}", headers, body, now))
        by_account: dict[str, list[Hint]] = {}
        for hint in hints:
            by_account.setdefault(hint.account_id, []).append(hint)
        kept = repeated = strange = 0
        for account, news in by_account.items():
            connections = await self._of_account(provider_id, account)
            if not connections:
                strange += len(news)
            for connection in connections:
                fresh = await self._keep(connection, news)
                kept += fresh
                repeated += len(news) - fresh
        log.info("hints", provider=provider_id, kept=kept, repeated=repeated, strange=strange)
        return Received(kept, repeated, strange)

    async def addressed(self, provider_id: str, key: str) -> Addressed:
        """Return whom an address's key belongs to; raises ``WebhookRefused`` for one that belongs to nobody."""
        order = await self._connections.watches.found(provider_id, key)
        connection = None
        if order is not None:
            connection = await self._store[CONNECTIONS].of(order.company_id).get(order.id)
        if order is None or connection is None or connection.stage is not Stage.CONNECTED:
            raise _refused()
        return Addressed(connection, order)

    async def receive_at(
        self, addressed: Addressed, key: str, *, method: str, query: str, headers: dict[str, str], body: bytes
    ) -> Received:
        """Keep what a genuine webhook says to a connection's own address; news of another account is not its affair.

        Raises ``WebhookRefused``, in the same words as for an unknown address, ``InvalidInput``, and ``Unavailable``.
        """
        connection = addressed.connection
        try:
            provider, app = self._connections.registered(connection)
            ordered = await self._connections.watches.opened(addressed.order)
            if provider.guarantees.webhook != "secret":
                raise _refused()
        except LeadbridgeError as error:
            log.warning("webhook_not_proved", connection=connection.id, code=error.code)
            raise _refused() from None
        address = address_of(self._public, connection.provider, key)
        url = f"{address}?{query}" if query else address
        delivery = Delivery(method, url, headers, body, self._clock.now(), ordered.secret)
        try:
            hints = provider.read_webhook(app, delivery)
        except WebhookRefused:
            raise _refused() from None
        account = connection.account.account_id.casefold()
        ours = [hint for hint in hints if hint.account_id.casefold() in ("", account)]
        strange = len(hints) - len(ours)
        kept = await self._keep(connection, ours) if ours else 0
        log.info("hints", provider=provider.id, kept=kept, repeated=len(ours) - kept, strange=strange)
        return Received(kept, len(ours) - kept, strange)

    async def _of_account(self, provider_id: str, account: str) -> list[Connection]:
        asked = {"provider": provider_id, "account.accountId": account}
        page = await self._store[CONNECTIONS].across_companies().find(eq=asked, limit=MAX_CONNECTIONS)
        return [connection for connection in page.items if connection.stage is Stage.CONNECTED]

    async def _keep(self, connection: Connection, news: Sequence[Hint]) -> int:
        now = self._clock.now()
        wanted = {one.id: one for one in (_stored(connection, hint, now) for hint in news)}
        ids = list(wanted)
        return sum(
            [await self._keep_some([wanted[id] for id in ids[at : at + CHUNK]]) for at in range(0, len(ids), CHUNK)]
        )

    async def _keep_some(self, wanted: Sequence[StoredHint]) -> int:
        company = wanted[0].company_id
        for _ in range(TRIES):  # the same event may be coming in elsewhere at this moment
            known = await self._store[HINTS].of(company).get_many([one.id for one in wanted])
            batch, fresh = WriteBatch(), [one for one in wanted if one.id not in known]
            for one in fresh:
                batch.insert(HINTS, one)
            if news := [_news(one) for one in fresh if not one.ours]:
                await self._publisher.publish(batch, company, news)
            if not fresh or isinstance(await self._store.write(batch), Applied):
                return len(fresh)
        raise Unavailable("The webhook could not be stored just now; it will be sent again.")


def _refused() -> WebhookRefused:
    return WebhookRefused(
        "Nothing is taken in here without the address and the secret that a connection gave to its CRM.",
        hint="Only the CRM may call this address. The connection orders its webhooks by itself.",
    )


def _news(hint: StoredHint) -> News:
    """Return what a hint tells; what our own app wrote to the CRM is no news."""
    data = {
        "provider": hint.provider,
        "connectionId": hint.connection_id,
        "object": hint.object,
        "recordId": hint.record_id,
        "change": hint.change,
        "occurredAt": to_text(hint.occurred_at),
    }
    if hint.into is not None:
        data["into"] = hint.into
    return News(type="crm.record_changed", origin="crm", data=data)


def _stored(connection: Connection, hint: Hint, now: object) -> StoredHint:
    return StoredHint.model_validate(
        {
            "_id": f"{connection.id}:{hint.key}",
            "company_id": connection.company_id,
            "connection_id": connection.id,
            "provider": connection.provider,
            "object": hint.object,
            "record_id": hint.record_id,
            "change": hint.change,
            "into": hint.into,
            "ours": hint.ours,
            "occurred_at": hint.at,
            "received_at": now,
        }
    )
