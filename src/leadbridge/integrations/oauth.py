"""The OAuth flow as its user sees it: begin, confirm, and see which account it was."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import structlog

from leadbridge.crm.provider import App, Provider
from leadbridge.integrations.addresses import Addresses
from leadbridge.integrations.errors import HandleUnknown, NoSuchConnection
from leadbridge.integrations.flows import LIFETIME, NONCE, cookie_name, flow_entry
from leadbridge.integrations.grants import Consent, Grants
from leadbridge.integrations.health import Stage
from leadbridge.integrations.model import (
    CONNECT_RESULT,
    CONNECTIONS,
    FLOWS,
    OAUTH_HANDLE,
    OAUTH_STATE,
    TOKENS,
    Connection,
    OAuthFlow,
)
from leadbridge.integrations.servers import own_app, servers_of
from leadbridge.kit.clock import Clock
from leadbridge.kit.ids import IdSource
from leadbridge.security.hashing import hash_token, new_token, new_verifier, s256_challenge
from leadbridge.security.vault import Vault
from leadbridge.storage.batch import WriteBatch
from leadbridge.storage.store import Store
from leadbridge.tenancy.model import DIRECTORY

log = structlog.get_logger("leadbridge.integrations")


@dataclass(frozen=True, slots=True)
class Begun:
    """A flow that was begun. ``nonce`` goes into the browser's cookie named ``cookie``; it is kept only as a hash."""

    auth_url: str
    state: str
    cookie: str
    nonce: str

    def __repr__(self) -> str:
        return "Begun()"


class OAuthFlows:
    """Begins flows and confirms pending connections."""

    def __init__(
        self, store: Store, clock: Clock, ids: IdSource, vault: Vault, grants: Grants, addresses: Addresses
    ) -> None:
        self._store = store
        self._clock = clock
        self._ids = ids
        self._vault = vault
        self._grants = grants
        self._addresses = addresses

    async def begin(
        self,
        company_id: str,
        user_id: str,
        provider: Provider,
        app: App,
        *,
        return_url: str | None,
        connection_id: str | None,
        place: Mapping[str, str],
    ) -> Begun:
        """Store a flow and return the vendor's consent page.

        Raises ``ReturnUrlNotAllowed``, ``NoSuchConnection``, and ``InvalidInput`` for a ``place`` that is not the
        vendor's.
        """
        target = self._addresses.return_url(return_url)
        renewed = await self._renewed(company_id, provider, connection_id)
        expected = None if renewed is None else renewed.account_key
        app = provider.locate(app if renewed is None else own_app(app, renewed.servers), place)
        state, nonce, verifier = new_token("st_"), new_token("no_"), new_verifier()
        id, now = self._ids(), self._clock.now()
        sealed = await self._vault.seal(company_id, FLOWS.name, id, "verifier", verifier)
        flow = OAuthFlow(
            id=id,
            company_id=company_id,
            state_hash=hash_token(state, OAUTH_STATE),
            user_id=user_id,
            provider=provider.id,
            redirect_uri=self._addresses.redirect_uri(provider.id),
            return_url=target,
            verifier=sealed,
            kid=sealed.kid,
            servers=servers_of(app),
            nonce_hash=hash_token(nonce, NONCE),
            connection_id=connection_id,
            expected_account=expected,
            created_at=now,
            expires_at=now + LIFETIME,
        )
        entry = flow_entry(OAUTH_STATE, flow.state_hash, flow, flow.id, flow.expires_at)
        await self._store.write(WriteBatch().insert(FLOWS, flow).insert(DIRECTORY, entry))
        url = provider.authorize_url(
            app, redirect_uri=flow.redirect_uri, state=state, challenge=s256_challenge(verifier)
        )
        return Begun(url, state, cookie_name(id), nonce)

    async def _renewed(self, company_id: str, provider: Provider, connection_id: str | None) -> Connection | None:
        if connection_id is None:
            return None
        connection = await self._store[CONNECTIONS].of(company_id).get(connection_id)
        if connection is None or connection.stage is Stage.PENDING or connection.provider != provider.id:
            raise NoSuchConnection(f"The company has no connection {connection_id} to {provider.name}.")
        return connection

    async def complete(
        self, company_id: str, user_id: str, handle: str, providers: Mapping[str, tuple[Provider, App]]
    ) -> Connection:
        """Make a pending connection active; raises ``HandleUnknown``, ``WrongAccount``, ``NoSuchConnection``."""
        unknown = HandleUnknown("There is no pending connection of yours for this handle.")
        entry = (
            await self._store[DIRECTORY].across_companies().get(f"{OAUTH_HANDLE}:{hash_token(handle, OAUTH_HANDLE)}")
        )
        if entry is None or entry.company_id != company_id or entry.user_id != user_id:
            raise unknown
        pending = await self._store[CONNECTIONS].of(company_id).get(entry.ref)
        tokens = await self._store[TOKENS].of(company_id).get(entry.ref)
        if pending is None or tokens is None or pending.stage is not Stage.PENDING or pending.provider not in providers:
            raise unknown
        if pending.pending_until is None or pending.pending_until <= self._clock.now():
            raise unknown
        provider, app = providers[pending.provider]
        grant = replace(await self._grants.grant_of(tokens), scopes=pending.scopes)
        app = own_app(app, pending.servers)
        consent = Consent(company_id, user_id, provider, app, grant, pending.account, pending.reconnects)
        connection = await self._grants.adopt(
            consent, pending, lambda batch: batch.delete(DIRECTORY, None, entry.id, rev=entry.rev)
        )
        log.info("connected", provider=connection.provider, connection=connection.id, company=company_id)
        return connection

    async def account_shown(self, reference: str) -> tuple[str, str] | None:
        """Return provider and account name of the connect that ``reference`` was given for, for ten minutes."""
        key = f"{CONNECT_RESULT}:{hash_token(reference, CONNECT_RESULT)}"
        entry = await self._store[DIRECTORY].across_companies().get(key)
        if entry is None or entry.expires_at is None or entry.expires_at <= self._clock.now():
            return None
        connection = await self._store[CONNECTIONS].of(entry.company_id).get(entry.ref)
        return None if connection is None else (connection.provider, connection.account.name)
