"""The token keeper: hands out access tokens and renews them, once, whoever and however many ask.

``tokens.py`` decides; this carries it out. Every step is a compare-and-set on the ``connection_tokens`` document, so
that callers in other processes see it. A renewal runs in a task of its own: a caller who goes away does not take an
answer with him that may hold the only live refresh token.
"""

from __future__ import annotations

import asyncio
import random
from datetime import datetime, timedelta
from typing import NamedTuple

import structlog
from pydantic import SecretStr

from leadbridge.crm.errors import CallFailed, TokenRefused
from leadbridge.crm.provider import App, Grant, Provider
from leadbridge.integrations import vendor
from leadbridge.integrations.calls import VendorCalls
from leadbridge.integrations.errors import NotConnected, reconnect_needed, renewal_held
from leadbridge.integrations.health import Event
from leadbridge.integrations.model import CONNECTIONS, TOKENS, Connection, ConnectionTokens
from leadbridge.integrations.renewals import report_failed_renewal
from leadbridge.integrations.servers import servers_of, told
from leadbridge.integrations.tokendocs import apply_attempt, apply_failure, state_of, tokens_after
from leadbridge.integrations.tokens import Action, Decision, Outcome, decide, marked, renew_at, renewed, settle
from leadbridge.integrations.watch import HealthKeeper, Reason
from leadbridge.kit.clock import Clock
from leadbridge.kit.retry import backoff
from leadbridge.security.transport import Transport
from leadbridge.security.vault import Vault
from leadbridge.storage.batch import UNSET, Applied, WriteBatch
from leadbridge.storage.store import Store
from leadbridge.usage.model import Category, EventType, UsageEvent
from leadbridge.usage.service import UsageService

log = structlog.get_logger("leadbridge.integrations")

POLL_SECONDS = 0.1
MAX_POLL_SECONDS = 1.0
PATIENCE = timedelta(seconds=5)
"""A caller waits this long for a renewal to be allowed; a longer wait is told instead."""
FAILURE_FIELDS = {"attempt", "failures", "not_before", "gone"}
"""What a renewal that gave nothing changes."""
STORE_TRIES = 6
"""Tries to store new tokens: at a vendor that rotates them they exist nowhere else."""

AT_RISK = Reason(
    "refresh_outcome_unknown",
    "The answer to the last renewal of the access token was lost, and this CRM takes each refresh token only once.",
    "Nothing needs to be done while the present access token works. If the connection then asks for it, connect again.",
)


class Access(NamedTuple):
    """An access token with its generation, and when it is due for renewal."""

    secret: SecretStr
    gen: int
    renew_at: datetime


class Failed(NamedTuple):
    """A renewal that gave nothing: why, with which calls, after how long."""

    error: vendor.RefreshFailed
    calls: VendorCalls
    milliseconds: int


class TokenKeeper:
    """The only way to an access token."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        vault: Vault,
        transport: Transport,
        usage: UsageService,
        health: HealthKeeper,
        rng: random.Random,
    ) -> None:
        self._store = store
        self._clock = clock
        self._vault = vault
        self._transport = transport
        self._usage = usage
        self._health = health
        self._rng = rng
        self._flights: dict[str, asyncio.Task[None]] = {}

    async def access_token(
        self, connection: Connection, provider: Provider, app: App, failed_gen: int | None = None
    ) -> Access:
        """Return a token to use. ``failed_gen`` is the generation of one that the vendor has just refused.

        Raises ``CallFailed``: ``reauth_required`` when only a person can connect again, ``token_renewal_held`` when a
        renewal is needed and not allowed yet, or what the token endpoint said.
        """
        poll = POLL_SECONDS
        while True:
            tokens = await self._read(connection)
            now = self._clock.now()
            decision = decide(state_of(tokens), now, replay_safe=provider.guarantees.replay_safe, failed_gen=failed_gen)
            match decision.action:
                case Action.USE:
                    return await self._open(connection, tokens)
                case Action.RECONNECT:
                    raise reconnect_needed(provider.name)
                case Action.HOLD:
                    await self._hold(provider, decision, now)
                case Action.WAIT:
                    flight = self._flights.get(connection.id)
                    if flight is not None:
                        await asyncio.shield(flight)
                    else:
                        await self._clock.sleep(poll)
                        poll = min(MAX_POLL_SECONDS, poll * 1.5)
                case Action.MARK_UNKNOWN:
                    await self._mark(connection, tokens, Action.MARK_UNKNOWN)
                case _:
                    await self._fly(connection, provider, app, tokens, decision.action)

    async def drain(self) -> None:
        """Wait for renewals under way, at a shutdown: their answers must be stored."""
        while self._flights:
            await asyncio.wait(list(self._flights.values()))

    async def _hold(self, provider: Provider, decision: Decision, now: datetime) -> None:
        left = (decision.until or now) - now
        if left > PATIENCE:
            raise renewal_held(provider.name, left.total_seconds())
        await self._clock.sleep(max(left.total_seconds(), 0.01))

    async def _read(self, connection: Connection) -> ConnectionTokens:
        tokens = await self._store[TOKENS].of(connection.company_id).get(connection.id)
        if tokens is None:
            raise NotConnected("The connection has no tokens: it was disconnected.")
        return tokens

    async def _open(self, connection: Connection, tokens: ConnectionTokens) -> Access:
        text = await self._vault.open(connection.company_id, TOKENS.name, tokens.id, "access", tokens.access)
        return Access(SecretStr(text), tokens.gen, renew_at(state_of(tokens)))

    async def refresh_token(self, tokens: ConnectionTokens) -> SecretStr | None:
        """Return the refresh token of a grant, for giving it back."""
        if tokens.refresh is None:
            return None
        return SecretStr(await self._vault.open(tokens.company_id, TOKENS.name, tokens.id, "refresh", tokens.refresh))

    async def _fly(
        self, connection: Connection, provider: Provider, app: App, tokens: ConnectionTokens, action: Action
    ) -> None:
        flight = self._flights.get(connection.id)
        if flight is None:
            flight = asyncio.create_task(self._renew(connection, provider, app, tokens, action))
            self._flights[connection.id] = flight
            flight.add_done_callback(lambda done: self._landed(connection.id, done))
        await asyncio.shield(flight)

    def _landed(self, connection_id: str, done: asyncio.Task[None]) -> None:
        if self._flights.get(connection_id) is done:
            del self._flights[connection_id]
        if not done.cancelled() and (error := done.exception()) is not None and not isinstance(error, CallFailed):
            log.warning("token_renewal_failed", connection=connection_id, error=type(error).__name__)

    async def _mark(self, connection: Connection, tokens: ConnectionTokens, action: Action) -> ConnectionTokens | None:
        """Store that ``action`` is about to be done; return the tokens as stored, None if somebody was faster."""
        now = self._clock.now()
        after = apply_attempt(tokens, marked(state_of(tokens), action, now), now)
        applied = isinstance(await self._store.write(WriteBatch().replace(TOKENS, after)), Applied)
        if applied and action is not Action.SEND:
            await self._health.note(connection.company_id, connection.id, Event.REFRESH_UNKNOWN, AT_RISK)
        return after.model_copy(update={"rev": tokens.rev + 1}) if applied else None

    async def _renew(
        self, connection: Connection, provider: Provider, app: App, tokens: ConnectionTokens, action: Action
    ) -> None:
        refresh_token = await self.refresh_token(tokens)
        if refresh_token is None:
            raise reconnect_needed(provider.name)
        sent = await self._mark(connection, tokens, action)
        if sent is None:
            return  # the caller reads again and decides anew
        calls = VendorCalls(self._transport, self._clock, provider)
        started = self._clock.monotonic()
        try:
            grant = await vendor.refresh(calls, provider, app, refresh_token)
        except vendor.RefreshFailed as error:
            await self._failed(connection, provider, sent, action, Failed(error, calls, self._since(started)))
            return
        await self._keep(connection, provider, app, sent, grant, calls, self._since(started))

    def _since(self, started: float) -> int:
        return round((self._clock.monotonic() - started) * 1000)

    async def _keep(
        self,
        connection: Connection,
        provider: Provider,
        app: App,
        sent: ConnectionTokens,
        grant: Grant,
        calls: VendorCalls,
        milliseconds: int,
    ) -> None:
        """Store new tokens where ``gen`` is still the one they were asked for, even after the lease has ended."""
        now = self._clock.now()
        state = renewed(state_of(sent), now, now + timedelta(seconds=grant.expires_in), renewable=True)
        after = await tokens_after(self._vault, sent, state, grant)
        values = after.model_dump(by_alias=True, exclude={"id", "company_id", "rev", "v", "subjects"})
        unset = [name for name in ("attempt", "notBefore", "refresh", "grantKey") if values.get(name) is None]
        event = self._event(connection, calls, milliseconds, succeeded=True)
        moved = _moved(connection, provider, app, grant)
        for attempt in range(1, STORE_TRIES + 1):
            batch = WriteBatch().patch(
                TOKENS, connection.company_id, connection.id, values=values, unset=unset, where={"gen": sent.gen}
            )
            self._usage.add(batch, event, calls=calls.notes)
            if moved is not None:
                where = {"provider": connection.provider}
                batch.patch(CONNECTIONS, connection.company_id, connection.id, values=moved, where=where)
            try:
                result = await self._store.write(batch)
            except Exception:
                if attempt == STORE_TRIES:
                    raise
                log.warning("token_store_retry", connection=connection.id, attempt=attempt, exc_info=True)
                await self._clock.sleep(backoff(attempt, base=0.5, cap=8.0, rng=self._rng))
                continue
            if isinstance(result, Applied):
                await self._health.note(connection.company_id, connection.id, Event.TOKEN_RENEWED)
            else:  # where a newer grant is stored already, that one is used
                if grant.refresh_token is not None and await self._ended(connection):
                    await vendor.revoke(calls, provider, app, grant.refresh_token)
                await self._usage.record(self._event(connection, calls, milliseconds, succeeded=False), calls.notes)
            return

    def _event(self, connection: Connection, calls: VendorCalls, milliseconds: int, *, succeeded: bool) -> UsageEvent:
        return self._usage.event(
            connection.company_id,
            EventType.TOKEN_REFRESH,
            Category.AUTH,
            succeeded=succeeded,
            milliseconds=milliseconds,
            api_calls=calls.made,
            provider=connection.provider,
            connection_id=connection.id,
        )

    async def _ended(self, connection: Connection) -> bool:
        """Tell whether the connection was disconnected meanwhile, so that tokens that come in belong to nobody."""
        return await self._store[TOKENS].of(connection.company_id).get(connection.id) is None

    async def _failed(
        self,
        connection: Connection,
        provider: Provider,
        sent: ConnectionTokens,
        action: Action,
        failed: Failed,
    ) -> None:
        now, error = self._clock.now(), failed.error
        pause = timedelta(seconds=backoff(sent.failures + 1, base=1.0, cap=300.0, rng=self._rng))
        cause = error.cause
        if isinstance(cause, TokenRefused) and cause.fault.retry_after is not None:
            pause = max(pause, timedelta(seconds=cause.fault.retry_after))
        state = settle(
            state_of(sent), error.outcome, now, replay_safe=provider.guarantees.replay_safe, pause=pause, action=action
        )
        batch = WriteBatch()
        if state.gone:  # true whoever else is trying, unless a newer grant has come in
            values = {"gone": True, "failures": state.failures}
            batch.patch(TOKENS, sent.company_id, sent.id, values=values, unset=["attempt"], where={"gen": sent.gen})
        else:  # by the attempt and not by ``rev``: the tokens may have been sealed again under another key meanwhile
            changed = apply_failure(sent, state, now).model_dump(by_alias=True, include=FAILURE_FIELDS)
            marked_at = sent.attempt.sent_at if sent.attempt is not None else None
            where = {"gen": sent.gen, "attempt.sentAt": UNSET if marked_at is None else marked_at}
            batch.patch(TOKENS, sent.company_id, sent.id, values=changed, where=where)
        if not isinstance(await self._store.write(batch), Applied):
            return  # somebody went on meanwhile: this outcome means nothing any more
        await report_failed_renewal(self._usage, connection, provider, error, failed.calls, failed.milliseconds)
        if state.gone:
            failure = reconnect_needed(provider.name, str(cause) if isinstance(cause, TokenRefused) else "")
            reason = Reason("reauth_required", failure.message, failure.hint)
            await self._health.note(connection.company_id, connection.id, Event.GRANT_GONE, reason)
        elif state.attempt is not None:
            await self._health.note(connection.company_id, connection.id, Event.REFRESH_UNKNOWN, AT_RISK)
        elif error.outcome is Outcome.MISCONFIGURED and isinstance(cause, TokenRefused):
            raise CallFailed(cause.fault) from cause


def _moved(connection: Connection, provider: Provider, app: App, grant: Grant) -> dict[str, object] | None:
    """Return what changes of a connection whose vendor tells another address with new tokens, or None."""
    there = told(app, grant.api_url)
    if there.api_url == app.api_url:
        return None
    servers = servers_of(there)
    stored = None if servers is None else servers.model_dump(by_alias=True)
    return {"servers": stored, "origins": list(provider.origins(there))}
