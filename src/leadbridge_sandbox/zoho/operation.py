"""The way of a call: who makes it, whether it may, how many there are at one time, and what answers it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from ..faults import Fault
from ..gate import Gate
from .call import Call
from .errors import (
    TokenError,
    VendorError,
    answer,
    error_body,
    invalid_token,
    no_permission,
    not_authenticated,
    scope_mismatch,
    too_many,
)
from .grants import Grants, Principal
from .org import Zoho

HEAVY_ROWS = 10
_REFUSED = "leadbridge_sandbox.zoho.refused"


Handler = Callable[[Call], Response]


@dataclass(frozen=True, slots=True)
class Needs:
    """What an operation asks of its caller.

    `scopes` are groups such as `ZohoCRM.modules.{module}.READ`, of which each must be met; `permission` is the
    verb of `Crm_Implied_{verb}_{module}`; `cost` is in credits, `rows` names the list that makes it cost more, and
    `query` says that the rows asked for do. At most half of the calls at one time may be `heavy` ones.
    """

    scopes: Sequence[str]
    permission: str = ""
    cost: int = 1
    rows: str = ""
    heavy: bool = False
    query: bool = False


def allowed(scopes: Sequence[str], needed: str, module: str, *, custom: bool) -> bool:
    """Return whether granted scopes meet a needed one; a wider group and the operation ALL do so too."""
    place = "custom" if custom else module.lower()
    *group, operation = needed.replace("{module}", place).lower().split(".")
    ways = {operation, "all"} | ({"write"} if operation in ("create", "update") else set())
    for scope in scopes:
        *held, way = scope.lower().split(".")
        if way in ways and group[: len(held)] == held:
            return True
    return False


class Entry:
    """The ASGI endpoint of an operation: counts the call among those at one time, around the gate."""

    def __init__(self, gate: Gate, zoho: Zoho, needs: Needs | None) -> None:
        self.gate, self.zoho, self.needs = gate, zoho, needs

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        principal = self._principal(scope)
        if principal is None or self.needs is None:
            await self.gate(scope, receive, send)
            return
        heavy = self.needs.heavy
        if self.needs.rows:
            body, receive = await _read(receive)
            heavy = _rows_in(body, self.needs.rows) > HEAVY_ROWS
        settings = self.zoho.world.settings
        limits = {"all": settings.concurrency} | ({"heavy": settings.heavyConcurrency} if heavy else {})
        inside: list[tuple[str, str, str]] = []
        for name, limit in limits.items():
            key = (principal.org.zgid, principal.client_id, name)
            if not self.zoho.in_flight.enter(key, limit if settings.rateLimits else None):
                scope[_REFUSED] = True
                break
            inside.append(key)
        try:
            await self.gate(scope, receive, send)
        finally:
            for key in inside:
                self.zoho.in_flight.leave(key)

    def _principal(self, scope: Scope) -> Principal | None:
        headers = dict(scope["headers"])
        token = headers.get(b"authorization", b"").decode("latin-1").partition(" ")[2].strip()
        location = self.zoho.location(headers.get(b"host", b"").decode("latin-1"))
        return Grants(self.zoho, location).principal(token) if token and self.needs is not None else None


async def _read(receive: Receive) -> tuple[bytes, Receive]:
    """Return a request's body, and what gives the request out once more."""
    parts, message = [], await receive()
    while message["type"] == "http.request":
        parts.append(message.get("body", b""))
        if not message.get("more_body"):
            break
        message = await receive()
    body, given = b"".join(parts), False

    async def again() -> Message:
        nonlocal given
        if given or message["type"] != "http.request":
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return body, again


class Operations:
    """Makes endpoints of handlers. A handler runs without awaiting: it is one step of the whole vendor."""

    def __init__(self, zoho: Zoho) -> None:
        self.zoho = zoho

    def endpoint(self, name: str, handler: Handler, needs: Needs | None = None) -> Entry:
        """Return the ASGI endpoint of an operation; without needs it asks for no token."""

        async def work(request: Request) -> Response:
            location = self.zoho.location(request.headers.get("host", ""))
            call = Call(self.zoho, request, location, await request.body())
            response = self._guarded(call, handler, needs)
            if call.bearer is not None:
                self._show_credits(call.bearer, response)
            self.zoho.watch.wake()
            return response

        gate = Gate(self.zoho.world, name, work, self._faulty)
        return Entry(gate, self.zoho, needs)

    def _guarded(self, call: Call, handler: Handler, needs: Needs | None) -> Response:
        try:
            if needs is not None:
                call.bearer = self._authenticated(call)
                self._limit(call, needs)
                self._permit(call, needs)
            if call.bearer is None:
                return handler(call)
            with self.zoho.world.db.transaction():
                response = handler(call)
                if call.changes:
                    self.zoho.watch.note(call.bearer.org.zgid, call.changes)
                return response
        except VendorError as error:
            return answer(error.status, error.body())
        except TokenError as error:
            return answer(error.status, error.body())

    def _authenticated(self, call: Call) -> Principal:
        scheme, _, token = call.header("authorization").partition(" ")
        if scheme.lower() not in ("zoho-oauthtoken", "bearer") or not token.strip():
            raise not_authenticated()
        principal = call.grants.principal(token.strip())
        if principal is None:
            raise invalid_token()
        return principal

    def _limit(self, call: Call, needs: Needs) -> None:
        settings, world = self.zoho.world.settings, self.zoho.world
        if not settings.rateLimits:
            return
        if call.request.scope.get(_REFUSED):
            raise too_many()
        cost = needs.cost
        if needs.rows:
            # ten records of a write cost one credit; what cannot be read is refused later, for one
            cost = max(1, -(-_rows_in(call.body, needs.rows) // 10))
        if needs.query:
            cost = query_cost(call.body, settings.coqlCap)
        zgid, now = call.principal.org.zgid, world.clock.ticks()
        if settings.dailyCredits and self.zoho.credits.left(zgid, settings.dailyCredits, now) < cost:
            raise too_many()
        self.zoho.credits.spend(zgid, cost, now)

    def _permit(self, call: Call, needs: Needs) -> None:
        settings, name, custom = self.zoho.world.settings, "", False
        if "module" in call.request.path_params:
            module = call.module()
            name, custom = module.api_name, module.custom
        held = [scope for scope in call.principal.scopes if scope not in settings.missingScopes]
        if not all(allowed(held, scope, name, custom=custom) for scope in needs.scopes):
            raise scope_mismatch()
        permission = f"Crm_Implied_{needs.permission}_{name}"
        if needs.permission and permission in settings.missingPermissions:
            raise no_permission(permission)

    def _show_credits(self, principal: Principal, response: Response) -> None:
        settings = self.zoho.world.settings
        if settings.rateLimits and settings.dailyCredits:
            left = self.zoho.credits.left(principal.org.zgid, settings.dailyCredits, self.zoho.world.clock.ticks())
            if left * 2 <= settings.dailyCredits:
                response.headers["X-API-CREDITS-REMAINING"] = str(left)

    def _faulty(self, fault: Fault) -> Response:
        if fault.kind == "rate_limited":
            if fault.policy == "token":
                return answer(400, TokenError("Access Denied").body(), fault.headers)
            return answer(429, too_many().body(), fault.headers)
        if isinstance(fault.body, str):
            return Response(fault.body, fault.status, {"Content-Type": "text/html;charset=UTF-8", **fault.headers})
        if fault.body is None:
            body = error_body("INTERNAL_ERROR", "Internal server error occurred.")
            return answer(fault.status, body, fault.headers)
        return answer(fault.status, fault.body, fault.headers)


def query_cost(body: bytes, cap: int) -> int:
    """Return the credits of a query: 1 up to 200 rows, 2 up to 1,000, 3 beyond."""
    found = re.search(rb"limit\s+(?:\d+\s*,\s*)?(\d+)", body, re.IGNORECASE)
    rows = min(int(found[1]), cap) if found and len(found[1]) < 9 else 200
    return 1 if rows <= 200 else 2 if rows <= 1000 else 3


def _rows_in(body: bytes, name: str) -> int:
    try:
        parsed = orjson.loads(body)
    except orjson.JSONDecodeError:
        return 1
    found = parsed.get(name) if isinstance(parsed, dict) else None
    return len(found) if isinstance(found, list) else 1
