"""One HubSpot API operation: correlation id, token, limits, scopes, then the work, then its answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import parse_qsl

import orjson
from starlette.requests import Request
from starlette.responses import Response

from ..clock import iso_ms
from ..faults import Fault
from ..gate import Gate
from . import unconfirmed
from .associations import Associations
from .errors import TokenError, VendorError, answer, missing_scopes, validation
from .grants import Grants, Principal
from .limits import burst_headers, daily_headers, limited_body
from .object_types import DEALS, ObjectType, object_type
from .portal import HubSpot
from .records import Records
from .writes import Desk, Source

Bucket = Literal["burst", "search", "none"]


@dataclass(slots=True)
class Call:
    """One request to HubSpot, with what its operation needs to answer it."""

    hub: HubSpot
    request: Request
    correlation_id: str
    body: bytes
    bearer: Principal | None = None
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def principal(self) -> Principal:
        """Return who calls. Only operations that ask for scopes have one."""
        if self.bearer is None:
            raise _not_authenticated()
        return self.bearer

    @property
    def kind(self) -> ObjectType:
        """Return the object type the path names. Raises VendorError 400."""
        return object_type(self.request.path_params.get("object", "contacts"))

    def path(self, name: str) -> str:
        """Return a part of the path."""
        return str(self.request.path_params[name])

    def json(self) -> dict[str, Any]:
        """Return the body's JSON object. Raises VendorError 400."""
        try:
            parsed = orjson.loads(self.body)
        except orjson.JSONDecodeError as error:
            raise validation(f"Invalid input JSON on line {error.lineno}, column {error.colno}") from None
        if not isinstance(parsed, dict):
            raise validation("Invalid input JSON: an object is expected")
        return parsed

    def json_list(self) -> list[Any]:
        """Return the body's JSON list. Raises VendorError 400."""
        try:
            parsed = orjson.loads(self.body)
        except orjson.JSONDecodeError as error:
            raise validation(f"Invalid input JSON on line {error.lineno}, column {error.colno}") from None
        if not isinstance(parsed, list):
            raise validation("Invalid input JSON: a list is expected")
        return parsed

    def form(self) -> dict[str, str]:
        """Return the body's form fields. Raises TokenError when it is no form."""
        sent = self.request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if sent != "application/x-www-form-urlencoded":
            raise TokenError("BAD_REQUEST")
        return dict(parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True))

    def query(self, name: str, default: str = "") -> str:
        """Return a query parameter."""
        return self.request.query_params.get(name, default)

    def query_list(self, name: str) -> list[str]:
        """Return a query parameter that may be repeated or have commas."""
        return [
            part.strip()
            for value in self.request.query_params.getlist(name)
            for part in value.split(",")
            if part.strip()
        ]

    def query_flag(self, name: str) -> bool:
        """Return whether a query parameter is `true`."""
        return self.query(name).lower() == "true"

    def kind_at(self, name: str) -> ObjectType:
        """Return the object type that a part of the path names. Raises VendorError 400."""
        return object_type(self.path(name))

    @property
    def source(self) -> Source:
        """Return who writes: the app."""
        return Source("INTEGRATION", str(self.principal.app_id), self.principal.app_name, None)

    def desk(self, kind: ObjectType | None = None) -> Desk:
        """Return the place to read and write this call's object type (or another) in the caller's portal."""
        return desk(self.hub, self.principal.portal_id, kind or self.kind, self.source)

    def associations(self) -> Associations:
        """Return the associations of the caller's portal."""
        return associations(self.hub, self.principal.portal_id, self.source)


def desk(hub: HubSpot, portal_id: int, kind: ObjectType, source: Source) -> Desk:
    """Return the place to read and write records of one type in one portal, on behalf of a source."""
    return Desk(
        kind=kind,
        records=Records(hub.world.db, portal_id, kind.name),
        definitions=hub.definitions(portal_id, kind.name),
        owners=hub.owner_ids(portal_id),
        source=source,
        now=hub.world.clock.now_ms(),
        pipelines=hub.pipelines(portal_id) if kind is DEALS else None,
        tell=hub.hooks.teller(portal_id),
    )


def associations(hub: HubSpot, portal_id: int, source: Source) -> Associations:
    """Return a portal's associations, changed on behalf of a source."""
    return Associations(
        hub.world.db, portal_id, hub.world.clock.now_ms(), source.type, source.id, hub.hooks.teller(portal_id)
    )


Handler = Callable[[Call], Response]
Scopes = Callable[[Call], Sequence[str]]


class Operations:
    """Makes endpoints of handlers. A handler runs without awaiting: it is one step of the whole vendor."""

    def __init__(self, hub: HubSpot) -> None:
        self.hub = hub
        self.grants = Grants(hub)

    def endpoint(self, name: str, handler: Handler, scopes: Scopes | None = None, bucket: Bucket = "burst") -> Gate:
        """Return the ASGI endpoint of an operation. Of `scopes` a token needs one; None asks for none."""

        async def work(request: Request) -> Response:
            call = Call(self.hub, request, self.hub.world.new_uuid(), await request.body())
            response = self._guarded(call, handler, scopes, bucket)
            self.hub.hooks.wake()
            response.headers["X-HubSpot-Correlation-Id"] = call.correlation_id
            for header, value in call.headers.items():
                response.headers[header] = value
            return response

        return Gate(self.hub.world, name, work, self._faulty)

    def _guarded(self, call: Call, handler: Handler, scopes: Scopes | None, bucket: Bucket) -> Response:
        try:
            if scopes is not None:
                call.bearer = self._authenticated(call)
                limited = self._limited(call, bucket)
                if limited is not None:
                    return limited
                needed = scopes(call)
                if not set(needed) & call.bearer.scopes:
                    raise missing_scopes(needed)
            return handler(call)
        except VendorError as error:
            return answer(error.status, error.body(call.correlation_id))
        except TokenError as error:
            return answer(error.http_status, error.body())

    def _authenticated(self, call: Call) -> Principal:
        scheme, _, token = call.request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise _not_authenticated()
        principal = self.grants.principal(token.strip())
        if principal is None:
            raise _not_authenticated()
        late_ms = self.hub.world.clock.now_ms() - principal.expires_ms
        if late_ms >= 0:
            raise VendorError(
                401,
                f"The OAuth token used to make this call expired {late_ms // 1000} second(s) ago.",
                "EXPIRED_AUTHENTICATION",
                context={"expire time": [iso_ms(principal.expires_ms)]},
            )
        return principal

    def _limited(self, call: Call, bucket: Bucket) -> Response | None:
        settings = self.hub.world.settings
        if not settings.rateLimits or bucket == "none":
            return None
        principal, now = call.principal, self.hub.world.clock.ticks()
        if bucket == "search":
            key: tuple[int, ...] = (principal.portal_id,)
            admitted, _ = self.hub.limiter.admit(key, settings.searchLimit, settings.searchSeconds, now)
            return None if admitted else answer(429, limited_body("SECONDLY", call.correlation_id))
        key = (principal.portal_id, principal.app_id)
        admitted, left = self.hub.limiter.admit(key, settings.burstLimit, settings.burstSeconds, now)
        call.headers.update(burst_headers(settings, left))
        if not admitted:
            return answer(429, limited_body("TEN_SECONDLY_ROLLING", call.correlation_id))
        if settings.dailyLimit:
            today = self.hub.portals[principal.portal_id].day(self.hub.world.clock.now_ms())
            admitted, left = self.hub.limiter.admit_today(principal.portal_id, settings.dailyLimit, today)
            call.headers.update(daily_headers(settings, left))
            if not admitted:
                return answer(429, limited_body("DAILY", call.correlation_id))
        return None

    def _faulty(self, fault: Fault) -> Response:
        correlation_id = self.hub.world.new_uuid()
        headers = {"X-HubSpot-Correlation-Id": correlation_id, **fault.headers}
        if fault.kind == "rate_limited":
            return answer(429, limited_body(fault.policy or "TEN_SECONDLY_ROLLING", correlation_id), headers)
        if isinstance(fault.body, str):
            return Response(fault.body, fault.status, {"Content-Type": "text/html;charset=utf-8", **headers})
        if fault.body is None:
            text = f"injected fault: HTTP {fault.status}"
            body = {"status": "error", "message": text, "correlationId": correlation_id}
            return answer(fault.status, body, headers)
        return answer(fault.status, fault.body, headers)


def _not_authenticated() -> VendorError:
    return VendorError(
        401,
        "Authentication credentials not found. This API supports OAuth 2.0 authentication and you can find "
        "more details at https://developers.hubspot.com/docs/methods/auth/oauth-overview",
        unconfirmed.UNINSTALLED_TOKEN_CATEGORY,
    )
