"""Microsoft's hosts on one address: sign-in, discovery, the Web API, the page of records, the control API."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from ..control import control_routes
from ..faults import Fault
from ..gate import Gate
from ..store import Database
from ..world import World
from . import addresses, batch, unconfirmed
from .actions import Actions
from .errors import Answer, VendorError, address_too_long, no_such_segment
from .grants import Grants, Principal
from .hooks import Hooks
from .human import DynamicsControl
from .limits import throttled
from .oauth import SignIn
from .operation import Call, Operation, run, timed
from .organization import Dynamics
from .pages import record_page, records_page
from .routing import operation_of
from .settings import Settings

Work = Callable[[Request, bytes], Response]


class WebApi:
    """The ASGI endpoint of everything below `/api/data/`."""

    def __init__(self, vendor: Dynamics, grants: Grants, hooks: Hooks) -> None:
        self.vendor = vendor
        self.grants = grants
        self.hooks = hooks

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request. While it is under way it counts as one of its user's concurrent requests."""
        request = Request(scope, receive)
        principal = self._principal(request)
        operation, problem = self._operation(request)
        gate = Gate(
            self.vendor.world,
            operation.name if operation is not None else "unknown",
            self._work(principal, operation, problem),
            self.faulty,
        )
        if principal is None:
            await gate(scope, receive, send)
            return
        self.vendor.limiter.enter(principal.user_id)
        try:
            await gate(scope, receive, send)
        finally:
            self.vendor.limiter.leave(principal.user_id)

    def _principal(self, request: Request) -> Principal | None:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        return self.grants.principal(token.strip()) if scheme.lower() == "bearer" and token else None

    def _operation(self, request: Request) -> tuple[Operation | None, VendorError | None]:
        path = request.url.path
        below = addresses.API.sub("/", path)
        if below == path:
            return None, no_such_segment(path)
        if len(request.scope["raw_path"]) + len(request.url.query) > unconfirmed.ADDRESS_MAX:
            return None, address_too_long()
        try:
            found = addresses.segments(below)
            if request.method == "POST" and [one.name for one in found] == ["$batch"]:
                return Operation("batch", batch.handle), None
            operation = operation_of(request.method, found, dict(request.headers), request.url.query)
        except VendorError as error:
            return None, error
        if operation is None and found and found[0].name:
            text = f"The requested resource does not support http method '{request.method}'."
            return None, VendorError(405, "0x8006088a", text)
        return operation, None

    def _work(
        self, principal: Principal | None, operation: Operation | None, problem: VendorError | None
    ) -> Callable[[Request], Awaitable[Response]]:
        async def work(request: Request) -> Response:
            body = await request.body()
            answer = self._answer(request, body, principal, operation, problem)
            self.hooks.wake()
            answer.headers["x-ms-service-request-id"] = self.vendor.world.new_uuid()
            answer.headers["REQ_ID"] = answer.headers["x-ms-service-request-id"]
            if asked := request.headers.get("x-ms-client-request-id"):
                answer.headers["x-ms-client-request-id"] = asked
            return answer.response()

        return work

    def _answer(
        self,
        request: Request,
        body: bytes,
        principal: Principal | None,
        operation: Operation | None,
        problem: VendorError | None,
    ) -> Answer:
        if principal is None or principal.expires_ms <= self.vendor.world.clock.now_ms():
            return self._challenge(principal)
        if principal.resource.rstrip("/").lower() != self.vendor.url_of(principal.organization).lower():
            return self._challenge(principal)
        if operation is None:
            return (problem or no_such_segment(request.url.path)).answer()
        path = addresses.segments(addresses.API.sub("/", request.url.path))
        headers = dict(request.headers)
        call = Call(
            self.vendor,
            self.hooks,
            principal,
            request.method,
            path,
            addresses.options(request.url.query),
            headers,
            body,
        )
        return timed(call, lambda: run(call, operation))

    def _challenge(self, principal: Principal | None) -> Answer:
        organization = principal.organization if principal is not None else self.vendor.default_organization()
        where = f"{self.vendor.address}/{organization.tenant_id}/oauth2/authorize"
        challenge = f"Bearer authorization_uri={where}, resource_id={self.vendor.url_of(organization)}/"
        return Answer(401, None, {"WWW-Authenticate": challenge})

    def faulty(self, fault: Fault) -> Response:
        """Return the Web API's answer of a fault: `policy` is requests, time or concurrent."""
        if fault.kind == "rate_limited":
            error = throttled(fault.policy or "requests", self.vendor.world.settings, 1)
            answer = error.answer()
            answer.headers.update(fault.headers)
            return answer.response()
        if isinstance(fault.body, str):
            return Response(fault.body, fault.status, {"Content-Type": "text/html; charset=utf-8", **fault.headers})
        body = fault.body
        if body is None:
            body = {"error": {"code": "0x80040216", "message": f"injected fault: HTTP {fault.status}"}}
        return Answer(fault.status, body, dict(fault.headers)).response()


def build(db: Database, address: str) -> Starlette:
    """Return the sandbox as an ASGI app that is reached at `address`."""
    vendor = Dynamics(World.load("dynamics", db, Settings()), address)
    grants, hooks = Grants(vendor), Hooks(vendor)
    api, sign_in = WebApi(vendor, grants, hooks), SignIn(vendor, grants)

    def plain(name: str, work: Work) -> Gate:
        async def endpoint(request: Request) -> Response:
            return work(request, await request.body())

        def faulty(fault: Fault) -> Response:
            if fault.kind == "rate_limited":
                return Answer(429, {"error": "temporarily_unavailable"}, {"Retry-After": "1"}).response()
            if isinstance(fault.body, str):
                return Response(fault.body, fault.status, fault.headers)
            body = fault.body or {"error": "temporarily_unavailable", "error_description": "injected fault"}
            return Answer(fault.status, body, dict(fault.headers)).response()

        return Gate(vendor.world, name, endpoint, faulty)

    human = DynamicsControl(vendor, grants, hooks)

    async def home(request: Request) -> Response:
        return await records_page(human, request)

    async def record(request: Request) -> Response:
        return await record_page(human, request)

    async def unknown(_: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        body: dict[str, Any] = {"error": {"code": "0x80060888", "message": f"HTTP {status}"}}
        return Answer(status, body).response()

    routes: list[BaseRoute] = [
        Route("/", home),
        Route("/record/{table}/{record}", record, methods=["GET", "POST"]),
        Route("/{tenant}/oauth2/v2.0/authorize", plain("oauth.authorize", sign_in.authorize), methods=["GET"]),
        Route("/{tenant}/oauth2/v2.0/authorize", plain("oauth.decide", sign_in.decide), methods=["POST"]),
        Route("/{tenant}/oauth2/v2.0/token", plain("oauth.token", sign_in.token), methods=["POST"]),
        Route("/api/discovery/v2.0/Instances", plain("discovery.instances", sign_in.instances)),
        Route("/globaldisco/api/discovery/v2.0/Instances", plain("discovery.instances", sign_in.instances)),
        control_routes(vendor.world, human, Actions(human).by_name()),
        Route("/api/data/{rest:path}", api, methods=["GET", "POST", "PATCH", "PUT", "DELETE"]),
    ]
    app = Starlette(routes=routes, exception_handlers={HTTPException: unknown, 500: unknown})
    app.router.redirect_slashes = False
    return app
