"""What becomes of a grant that a consent gave: a pending connection, a new one, a renewed one, or nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from pydantic import SecretStr

from leadbridge.crm.provider import Account, App, Grant, Provider
from leadbridge.integrations import vendor
from leadbridge.integrations.calls import VendorCalls
from leadbridge.integrations.errors import HandleUnknown, NoSuchConnection, WrongAccount
from leadbridge.integrations.health import Event, Stage, State, after
from leadbridge.integrations.model import (
    CONNECTIONS,
    HEALTH,
    TOKENS,
    AccountInfo,
    Connection,
    ConnectionHealth,
    ConnectionTokens,
    account_key,
)
from leadbridge.integrations.servers import servers_of
from leadbridge.integrations.tokendocs import grant_key, seal_grant
from leadbridge.kit.clock import Clock
from leadbridge.kit.ids import IdSource
from leadbridge.security.transport import Transport
from leadbridge.security.vault import Vault
from leadbridge.storage.batch import WriteBatch
from leadbridge.storage.store import Store
from leadbridge.usage.calls import cause_of
from leadbridge.usage.model import Category, EventType, UsageEvent
from leadbridge.usage.service import UsageService


@dataclass(frozen=True, slots=True)
class Consent:
    """What a consent gave: whose, at which vendor, for which account. ``reconnects`` names a connection to renew."""

    company_id: str
    user_id: str
    provider: Provider
    app: App
    grant: Grant
    account: AccountInfo
    reconnects: str | None = None
    calls: VendorCalls | None = None
    """The calls by which it was learned, where they were made just now."""

    @property
    def key(self) -> str:
        """The account's key."""
        return account_key(self.provider.id, self.account)


def info_of(account: Account) -> AccountInfo:
    """Return an adapter's account in its stored form."""
    return AccountInfo(
        account_id=account.account_id,
        user_id=account.user_id,
        name=account.name,
        email=account.email,
        environment=account.environment,
        url=account.url,
    )


class Grants:
    """Stores what consents give, each in one batch."""

    def __init__(
        self, store: Store, clock: Clock, ids: IdSource, vault: Vault, transport: Transport, usage: UsageService
    ) -> None:
        self._store = store
        self._clock = clock
        self._ids = ids
        self._vault = vault
        self._transport = transport
        self._usage = usage

    async def hold(self, batch: WriteBatch, consent: Consent, *, minutes: int, handle_hash: str) -> Connection:
        """Add to ``batch`` a pending connection with its tokens, which nothing may use; return it."""
        now = self._clock.now()
        connection = self._connection(consent).model_copy(
            update={
                "pending_until": now + timedelta(minutes=minutes),
                "handle_hash": handle_hash,
                "reconnects": consent.reconnects,
                "calls": consent.calls.made if consent.calls is not None else 0,
            }
        )
        tokens = await self._tokens(connection, consent.grant, None)
        batch.insert(CONNECTIONS, connection).insert(TOKENS, tokens)
        if consent.calls is not None:  # their event comes with the confirmation, or with the end of the wait
            self._usage.add_calls(batch, cause_of(self.event(connection, connection)), consent.calls.notes)
        return connection

    async def adopt(
        self,
        consent: Consent,
        pending: Connection | None = None,
        also: Callable[[WriteBatch], object] | None = None,
    ) -> Connection:
        """Make the consent's connection active and return it.

        The account's own connection is renewed where the company has one, even a disconnected one, so that its links
        and its id stay. ``pending`` is the connection that held the grant until now, which ends with it; ``also``
        adds to the same batch. Raises ``WrongAccount`` where another account was to be renewed, and ``HandleUnknown``
        where ``pending`` has ended meanwhile.
        """

        async def build() -> tuple[WriteBatch, Connection]:
            batch = WriteBatch()
            existing = await self._existing(consent)
            connection = await self._put(batch, consent, existing)
            if pending is not None:
                held = await self._store[CONNECTIONS].of(pending.company_id).get(pending.id)
                if held is None:
                    raise HandleUnknown("The connection that was to be confirmed does not exist any more.")
                batch.delete(CONNECTIONS, pending.company_id, pending.id, rev=held.rev)
                batch.delete(TOKENS, pending.company_id, pending.id)
            if also is not None:
                also(batch)
            event, calls = self.event(connection, pending, consent.calls), consent.calls
            self._usage.add(batch, event, calls=calls.notes if calls is not None else None)
            return batch, connection

        return await self._store.attempt(build)

    async def _existing(self, consent: Consent) -> Connection | None:
        connections = self._store[CONNECTIONS].of(consent.company_id)
        if consent.reconnects is not None:
            named = await connections.get(consent.reconnects)
            if named is None:
                raise NoSuchConnection("The connection that was to be renewed does not exist any more.")
            if named.account_key != consent.key:
                raise WrongAccount(
                    f"The connection belongs to {named.account.name}, and {consent.account.name} was approved."
                )
            return named
        return next(iter(await connections.lookup("account", [consent.key])), None)

    async def _put(self, batch: WriteBatch, consent: Consent, existing: Connection | None) -> Connection:
        now = self._clock.now()
        fresh = self._connection(consent)
        if existing is None:
            connection = fresh.model_copy(
                update={
                    "stage": after(State(fresh.stage), Event.CONFIRMED).stage,
                    "account_key": consent.key,
                    "connected_at": now,
                }
            )
            batch.insert(CONNECTIONS, connection)
            batch.insert(HEALTH, ConnectionHealth(id=connection.id, company_id=connection.company_id, since=now))
            batch.insert(TOKENS, await self._tokens(connection, consent.grant, None))
            return connection
        state = after(State(existing.stage, existing.paused), Event.RECONNECTED)
        connection = existing.model_copy(
            update={
                "stage": state.stage,
                "paused": state.paused,
                "account": consent.account,
                "scopes": fresh.scopes,
                "origins": fresh.origins,
                "servers": fresh.servers,
                "api_version": fresh.api_version,
                "connected_at": now,
                "disconnected_at": None,
            }
        )
        batch.replace(CONNECTIONS, connection)
        before = await self._store[TOKENS].of(existing.company_id).get(existing.id)
        tokens = await self._tokens(connection, consent.grant, before)
        health = ConnectionHealth(id=existing.id, company_id=existing.company_id, since=now)
        known = await self._store[HEALTH].of(existing.company_id).get(existing.id)
        if before is None:
            batch.insert(TOKENS, tokens)
        else:
            batch.replace(TOKENS, tokens)
        if known is None:
            batch.insert(HEALTH, health)
        else:
            batch.replace(HEALTH, health.model_copy(update={"rev": known.rev}))
        return connection

    def _connection(self, consent: Consent) -> Connection:
        return Connection(
            id=self._ids(),
            company_id=consent.company_id,
            provider=consent.provider.id,
            stage=Stage.PENDING,
            account=consent.account,
            scopes=consent.grant.scopes or consent.provider.required_scopes,
            origins=consent.provider.origins(consent.app),
            servers=servers_of(consent.app),
            api_version=consent.app.api_version,
            created_by=consent.user_id,
            created_at=self._clock.now(),
        )

    async def _tokens(self, connection: Connection, grant: Grant, before: ConnectionTokens | None) -> ConnectionTokens:
        now = self._clock.now()
        refresh = None if grant.refresh_token is None else grant.refresh_token.get_secret_value()
        access = grant.access_token.get_secret_value()
        fields: dict[str, Any] = await seal_grant(self._vault, connection.company_id, connection.id, access, refresh)
        return ConnectionTokens(
            id=connection.id,
            company_id=connection.company_id,
            rev=0 if before is None else before.rev,
            gen=1 if before is None else before.gen + 1,
            issued_at=now,
            expires_at=now + timedelta(seconds=grant.expires_in),
            expiry_estimated=grant.expiry_estimated,
            **fields,
        )

    def event(
        self,
        connection: Connection,
        pending: Connection | None = None,
        calls: VendorCalls | None = None,
        *,
        succeeded: bool = True,
    ) -> UsageEvent:
        """Return the event of a connect. ``pending`` is the connection that held the grant, and counted its calls."""
        return self._usage.event(
            connection.company_id,
            EventType.CRM_CONNECT,
            Category.CRM,
            succeeded=succeeded,
            milliseconds=0,
            api_calls=(0 if pending is None else pending.calls) + (0 if calls is None else calls.made),
            id=None if pending is None else pending.id,
            provider=connection.provider,
            connection_id=connection.id,
        )

    async def grant_of(self, tokens: ConnectionTokens) -> Grant:
        """Return the grant in a tokens document."""
        now = self._clock.now()

        async def opened(field: str) -> SecretStr:
            sealed = tokens.access if field == "access" or tokens.refresh is None else tokens.refresh
            return SecretStr(await self._vault.open(tokens.company_id, TOKENS.name, tokens.id, field, sealed))

        return Grant(
            access_token=await opened("access"),
            refresh_token=await opened("refresh") if tokens.refresh is not None else None,
            expires_in=max(0, round((tokens.expires_at - now).total_seconds())),
            expiry_estimated=tokens.expiry_estimated,
        )

    def calls(self, provider: Provider) -> VendorCalls:
        """Return what sends and notes the calls of one operation."""
        return VendorCalls(self._transport, self._clock, provider)

    async def release(
        self,
        calls: VendorCalls,
        provider: Provider,
        app: App,
        refresh_token: SecretStr | None,
        *,
        but: str | None = None,
    ) -> bool:
        """Give a grant back to the vendor; return whether the vendor confirmed it. The call is noted in ``calls``.

        Nothing is revoked while another connection (than ``but``, the one being ended) holds the same refresh token:
        some vendors give the same one to a second consent, and revoking it would end a connection nobody meant.
        """
        if refresh_token is None:
            return False
        key = grant_key(refresh_token.get_secret_value())
        holders = await self._store[TOKENS].across_companies().lookup("grant", [key])
        if any(holder.id != but for holder in holders):
            return False
        return await vendor.revoke(calls, provider, app, refresh_token)
