"""The end of an OAuth flow: a vendor has sent a browser back, and it is sent on with the outcome.

A state alone does not stop a consent that was begun by one person and approved by another: an attacker can send his
own consent link to a victim, whose CRM would then land in the attacker's company. So a call-back from a browser that
did not begin the flow (it lacks the flow's cookie) only makes a pending connection, which the very user who began
confirms with a one-time handle that only the approving browser was given.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import NoReturn

import structlog

from leadbridge.crm.errors import CallFailed, TokenRefused
from leadbridge.crm.provider import App, Grant, Provider
from leadbridge.integrations.addresses import Addresses
from leadbridge.integrations.calls import VendorCalls
from leadbridge.integrations.flows import LIFETIME, MINUTES, NONCE, cookie_name, flow_entry
from leadbridge.integrations.grants import Consent, Grants, info_of
from leadbridge.integrations.keeper import Access
from leadbridge.integrations.model import CONNECT_RESULT, FLOWS, OAUTH_HANDLE, OAUTH_STATE, Connection, OAuthFlow
from leadbridge.integrations.servers import own_app, told
from leadbridge.integrations.session import ConnectionSession, Surroundings
from leadbridge.kit.clock import Clock
from leadbridge.kit.errors import InvalidInput, LeadbridgeError
from leadbridge.security.errors import RequestFailed
from leadbridge.security.hashing import hash_token, new_token, same
from leadbridge.security.vault import Vault
from leadbridge.storage.batch import Applied, WriteBatch
from leadbridge.storage.store import Store
from leadbridge.tenancy.model import DIRECTORY
from leadbridge.usage.model import Category, EventType
from leadbridge.usage.service import Failure, UsageService
from leadbridge.work.budgets import account_key

log = structlog.get_logger("leadbridge.integrations")


@dataclass(frozen=True, slots=True)
class Landing:
    """How a call-back ends: the address to go to, the cookie to forget, a reference to show the account by, and the
    connection where one became active.
    """

    url: str
    forget: str | None = None
    result: str | None = None
    connection: Connection | None = None

    def __repr__(self) -> str:
        return "Landing()"


class Ended(Exception):
    """A call-back ended without a connection: a status word and a code for the page."""

    def __init__(self, status: str, code: str) -> None:
        super().__init__(f"{status}: {code}")
        self.status = status
        self.code = code


class Callbacks:
    """Ends flows."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        vault: Vault,
        usage: UsageService,
        grants: Grants,
        around: Surroundings,
        addresses: Addresses,
    ) -> None:
        self._store = store
        self._clock = clock
        self._vault = vault
        self._usage = usage
        self._grants = grants
        self._around = around
        self._addresses = addresses

    async def end(
        self,
        provider: Provider | None,
        app: App | None,
        provider_id: str,
        query: Mapping[str, str],
        cookies: Mapping[str, str],
    ) -> Landing:
        """End a flow that the vendor sent a browser back for; always returns where the browser goes next."""
        try:
            flow = await self._take(provider_id, query.get("state", ""))
        except Ended as ended:
            return Landing(self._addresses.landing(None, provider_id, status=ended.status, code=ended.code))
        forget = cookie_name(flow.id)
        try:
            if provider is None or app is None:
                raise await self._recorded(flow, "provider_not_configured", "The hub's app registration is gone.")
            calls = self._grants.calls(provider)
            app = await self._located(flow, provider, app, query, calls)
            grant = await self._exchange(flow, provider, app, query, calls)
            if grant.doubt is not None:
                await self._grants.release(calls, provider, app, grant.refresh_token)
                await self._fail(flow, "exchange_failed", CallFailed(grant.doubt), calls)
            app = told(app, grant.api_url)
            consent = await self._identified(flow, provider, app, grant, calls)
            cookie = cookies.get(forget, "")
            if cookie and same(hash_token(cookie, NONCE), flow.nonce_hash):
                return await self._active(flow, consent, forget)
            return await self._pending(flow, consent, forget)
        except Ended as ended:
            url = self._addresses.landing(flow.return_url, provider_id, status=ended.status, code=ended.code)
            return Landing(url, forget)

    async def _take(self, provider_id: str, state: str) -> OAuthFlow:
        """Return the flow of ``state`` and use it up; raises ``Ended``."""
        entry = None
        if state:
            hashed = hash_token(state, OAUTH_STATE)
            entry = await self._store[DIRECTORY].across_companies().get(f"{OAUTH_STATE}:{hashed}")
        flow = None if entry is None else await self._store[FLOWS].of(entry.company_id).get(entry.ref)
        if flow is None:
            raise Ended("error", "state_unknown")
        if flow.provider != provider_id:
            raise Ended("error", "state_mismatch")
        if flow.used_at is not None:
            raise Ended("error", "state_used")
        now = self._clock.now()
        if flow.expires_at <= now:
            raise Ended("error", "state_expired")
        used = flow.model_copy(update={"used_at": now})
        if not isinstance(await self._store.write(WriteBatch().replace(FLOWS, used)), Applied):
            raise Ended("error", "state_used")
        return used

    async def _located(
        self, flow: OAuthFlow, provider: Provider, app: App, query: Mapping[str, str], calls: VendorCalls
    ) -> App:
        """Return the app with the servers that the flow began with and the vendor named; they get our client secret."""
        try:
            return provider.landed(own_app(app, flow.servers), query)
        except InvalidInput as error:
            await self._fail(flow, "foreign_server", error, calls)

    async def _exchange(
        self, flow: OAuthFlow, provider: Provider, app: App, query: Mapping[str, str], calls: VendorCalls
    ) -> Grant:
        refused = query.get("error")
        if refused:
            denied = refused in ("access_denied", "user_denied", "consent_required")
            code = "consent_denied" if denied else "vendor_refused"
            message = f"{provider.name} sent the browser back without a consent."
            if said := query.get("error_description"):
                message = f"{message} It said: {said[:200]}"
            ended = await self._recorded(flow, code, message, refused)
            raise Ended("denied", code) if denied else ended
        code_value = query.get("code")
        if not code_value:
            raise await self._recorded(flow, "code_missing", f"{provider.name} sent the browser back without a code.")
        verifier = await self._vault.open(flow.company_id, FLOWS.name, flow.id, "verifier", flow.verifier)
        request = provider.exchange_request(app, code=code_value, redirect_uri=flow.redirect_uri, verifier=verifier)
        try:
            grant = provider.read_grant(app, await calls.send(request))
        except (TokenRefused, RequestFailed) as error:
            await self._fail(flow, "exchange_failed", error, calls)
        if grant.refresh_token is None:
            message = f"{provider.name} gave access for a short time only: its answer has no refresh token."
            raise await self._recorded(flow, "offline_access_missing", message, calls=calls)
        return grant

    async def _identified(
        self, flow: OAuthFlow, provider: Provider, app: App, grant: Grant, calls: VendorCalls
    ) -> Consent:
        """Return the consent with the account it is for; a grant whose account cannot be learned is given back."""

        async def token(failed_gen: int | None) -> Access:
            return Access(grant.access_token, 1, self._clock.now() + timedelta(seconds=grant.expires_in))

        session = ConnectionSession(
            self._around,
            provider=provider,
            app=app,
            account=account_key(provider.id, "not known yet", ""),
            origins=provider.origins(app),
            scopes=grant.scopes or provider.required_scopes,
            tokens=token,
            calls=calls,
        )
        try:
            account = info_of(await provider.identify(session, grant.access_token))
        except LeadbridgeError as error:
            await self._grants.release(calls, provider, app, grant.refresh_token)
            await self._fail(flow, "account_unknown", error, calls)
        consent = Consent(flow.company_id, flow.user_id, provider, app, grant, account, flow.connection_id, calls)
        if flow.expected_account is not None and flow.expected_account != consent.key:
            await self._grants.release(calls, provider, app, grant.refresh_token)
            told = f"{account.name} was approved, which is not the connection's account."
            raise await self._recorded(flow, "wrong_account", told, calls=calls)
        return consent

    async def _active(self, flow: OAuthFlow, consent: Consent, forget: str) -> Landing:
        reference = new_token("cr_")
        try:
            connection = await self._grants.adopt(consent)
        except LeadbridgeError as error:
            calls = consent.calls or self._grants.calls(consent.provider)
            await self._grants.release(calls, consent.provider, consent.app, consent.grant.refresh_token)
            await self._fail(flow, "connect_failed", error, calls)
        hashed = hash_token(reference, CONNECT_RESULT)
        entry = flow_entry(CONNECT_RESULT, hashed, flow, connection.id, self._clock.now() + LIFETIME)
        await self._store.write(WriteBatch().insert(DIRECTORY, entry))
        log.info("connected", provider=connection.provider, connection=connection.id, company=flow.company_id)
        url = self._addresses.landing(flow.return_url, flow.provider, status="connected", code="connected")
        return Landing(url, forget, reference, connection)

    async def _pending(self, flow: OAuthFlow, consent: Consent, forget: str) -> Landing:
        handle, reference = new_token("oh_"), new_token("cr_")
        hashed = hash_token(handle, OAUTH_HANDLE)
        batch = WriteBatch()
        connection = await self._grants.hold(batch, consent, minutes=MINUTES, handle_hash=hashed)
        until = connection.pending_until
        batch.insert(DIRECTORY, flow_entry(OAUTH_HANDLE, hashed, flow, connection.id, until))
        result = hash_token(reference, CONNECT_RESULT)
        batch.insert(DIRECTORY, flow_entry(CONNECT_RESULT, result, flow, connection.id, until))
        await self._store.write(batch)
        url = self._addresses.landing(
            flow.return_url, flow.provider, status="pending", code="confirmation_needed", handle=handle
        )
        return Landing(url, forget, reference)

    async def _fail(self, flow: OAuthFlow, code: str, error: LeadbridgeError, calls: VendorCalls) -> NoReturn:
        """Write ``error`` into the company's error log and end the flow with it."""
        fault = error.fault if isinstance(error, CallFailed | TokenRefused) else None
        failure = Failure(
            operation="connect",
            code=error.code,
            message=error.message,
            cause=fault.cause if fault else "The connect could not be finished.",
            hint=error.hint or "Begin the connect again.",
            retryable=False,
            provider=flow.provider,
            connection_id=flow.connection_id,
            vendor_code=fault.vendor_code if fault else None,
            correlation_id=fault.correlation_id if fault else None,
        )
        await self._failed(flow, failure, calls)
        raise Ended("error", code)

    async def _failed(self, flow: OAuthFlow, failure: Failure, calls: VendorCalls | None) -> None:
        await self._usage.record_failures(flow.company_id, [failure])
        event = self._usage.event(
            flow.company_id,
            EventType.CRM_CONNECT,
            Category.CRM,
            succeeded=False,
            milliseconds=0,
            api_calls=calls.made if calls is not None else 0,
            provider=flow.provider,
            connection_id=flow.connection_id,
            response={"code": failure.code},
        )
        await self._usage.record(event, calls.notes if calls is not None else None)

    async def _recorded(
        self,
        flow: OAuthFlow,
        code: str,
        message: str,
        vendor_code: str | None = None,
        calls: VendorCalls | None = None,
    ) -> Ended:
        """Write a failure of ours into the company's error log and return the outcome that goes with it."""
        failure = Failure(
            operation="connect",
            code=code,
            message=message,
            cause="The connect was not finished, and nothing was stored.",
            hint="Begin the connect again.",
            retryable=False,
            provider=flow.provider,
            connection_id=flow.connection_id,
            vendor_code=None if vendor_code is None else vendor_code[:80],
        )
        await self._failed(flow, failure, calls)
        return Ended("error", code)
