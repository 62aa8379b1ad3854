"""Who is let in how often: limits by address before a request is looked at, by company and user once both are known."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import Request
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from leadbridge.security.hashing import hash_token
from leadbridge.web.caller import Caller, CallerDep
from leadbridge.web.client import Network, client_address, limited_as
from leadbridge.web.envelope import failure
from leadbridge.web.ratelimit import RateLimiter, Rule, Verdict, share_left

FAILURES_PER_MINUTE = 60
"""Requests of one address that may fail for want of a known caller, a minute."""
OPEN_PATHS = frozenset({"/healthz", "/readyz", "/metrics"})
"""What watches the hub is not limited."""
MAX_KNOWN = 10_000


@dataclass(frozen=True, slots=True)
class Limits:
    """Requests a minute: of a company, of a user or key, of an address. 0 is no limit."""

    tenant: int
    principal: int
    address: int

    def caller(self, company_id: str, principal: str) -> tuple[Rule, Rule]:
        """Return the rules for a known caller."""
        return Rule("tenant", company_id, self.tenant), Rule("principal", principal, self.principal)


class Admission:
    """ASGI middleware: counts requests by address, and tells callers where they stand.

    A request of an address that failed too often is refused before its credentials are looked at, unless the same
    credentials were good a moment ago: many companies may call through one address, and one with a stale token must
    not shut the others out.
    """

    def __init__(self, app: ASGIApp, *, limiter: RateLimiter, limits: Limits, trusted: Sequence[Network]) -> None:
        self._app = app
        self._limiter = limiter
        self._limits = limits
        self._trusted = trusted
        self._good: OrderedDict[bytes, None] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        state = scope.setdefault("state", {})
        peer = scope["client"][0] if scope.get("client") else None
        address = client_address(peer, headers.getlist("x-forwarded-for"), self._trusted)
        state["client_address"] = address
        if scope["path"] in OPEN_PATHS:
            await self._app(scope, receive, send)
            return
        hashed = hash_token(limited_as(address), "address")
        failures = Rule("address_failures", hashed, min(FAILURES_PER_MINUTE, self._limits.address))
        shown = _credentials(headers)
        refused = None if shown in self._good else self._limiter.empty(failures)
        verdict = refused or await self._limiter.take([Rule("address", hashed, self._limits.address)])
        if verdict is not None and not verdict.allowed:
            await failure(verdict.refusal(), state["request_id"])(scope, receive, send)
            return

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                if message["status"] == 401:
                    await self._limiter.take([failures])
                elif shown is not None and "rate_limit" in state:
                    self._remember(shown)
                _tell(message, [verdict, state.get("rate_limit")])
            await send(message)

        await self._app(scope, receive, answer)

    def _remember(self, shown: bytes) -> None:
        self._good[shown] = None
        self._good.move_to_end(shown)
        if len(self._good) > MAX_KNOWN:
            self._good.popitem(last=False)


async def limited(request: Request, caller: CallerDep) -> None:
    """Count a request of a known caller; raises ``TooMany``. A dependency of every endpoint that has a caller."""
    await count(request, caller)


async def count(request: Request, caller: Caller) -> None:
    """Count a request of ``caller`` against the limits of its company and its user; raises ``TooMany``."""
    limiter: RateLimiter = request.app.state.hub.limiter
    limits: Limits = request.app.state.hub.limits
    verdict = await limiter.take(limits.caller(caller.company_id, caller.user_id))
    request.state.rate_limit = verdict
    if verdict is not None and not verdict.allowed:
        raise verdict.refusal()


def _tell(message: Message, verdicts: Sequence[Verdict | None]) -> None:
    """Put the tightest verdict into the headers of an answer, unless it is a refusal, which says so itself."""
    told = MutableHeaders(scope=message)
    known = [verdict for verdict in verdicts if verdict is not None]
    if known and "ratelimit-limit" not in told:
        told.update(min(known, key=share_left).headers)


def _credentials(headers: Headers) -> bytes | None:
    """Return a digest of what a request shows to be known by, or None."""
    shown = "\n".join((headers.get("authorization", ""), headers.get("cookie", "")))
    return hashlib.sha256(shown.encode("latin-1", "replace")).digest() if len(shown) > 1 else None
