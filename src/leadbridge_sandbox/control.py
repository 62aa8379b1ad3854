"""The control API under `/_control/`: no vendor has it. Tests and the demo steer a sandbox with it.

    GET PATCH        /settings                 see `settings.Settings`
    GET POST         /clock                    offsetSeconds, advanceSeconds, freeze, freezeAt
    GET POST DELETE  /faults[?id=]             see `faults.Fault`
    GET DELETE       /counters                 calls by operation and status; refresh tokens by short hash
    GET POST         /records/{object}         every record, archived ones too; add one as a person
    PATCH DELETE     /records/{object}/{id}    change or archive one as a person
    GET POST         /apps, /accounts          our registrations, and the customers; make or replace one
    POST             /tokens                   tokens without a consent; the fields are the vendor's
    POST             /reset                    as on the first start, settings and clock included
    POST             /do/{action}              what only this vendor has; its control says which actions there are

Answers are JSON; a request that makes no sense is answered 400 with `{"error": "why"}`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Protocol

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route

from .clock import iso_ms
from .faults import BadFault
from .settings import BadSetting
from .world import World


class ControlProblem(Exception):
    """A control request cannot be done; the text says why, and it is answered with 400."""


class VendorControl(Protocol):
    """What the control API needs of a vendor."""

    def records(self, account: str | None, object_name: str) -> dict[str, Any]:
        """Return all records."""

    def edit(self, account: str | None, object_name: str, record_id: str | None, properties: Any) -> dict[str, Any]:
        """Add or change a record as a person."""

    def archive(self, account: str | None, object_name: str, record_id: str) -> dict[str, Any]:
        """Archive a record as a person."""

    def apps(self) -> list[dict[str, Any]]:
        """Return the apps."""

    def accounts(self) -> list[dict[str, Any]]:
        """Return the customer accounts."""

    def put_app(self, given: dict[str, Any]) -> dict[str, Any]:
        """Make or replace an app."""

    def put_account(self, given: dict[str, Any]) -> dict[str, Any]:
        """Make or replace a customer account."""

    def issue_tokens(self, given: dict[str, Any]) -> dict[str, Any]:
        """Return tokens without a consent."""

    def presentations(self) -> dict[str, dict[str, int]]:
        """Return the counts of presented refresh tokens."""

    def reset(self) -> None:
        """Empty the vendor."""


def _json(status: int, body: Any) -> Response:
    return Response(orjson.dumps(body), status, media_type="application/json")


async def _body(request: Request) -> dict[str, Any]:
    raw = await request.body()
    try:
        parsed = orjson.loads(raw) if raw else {}
    except orjson.JSONDecodeError as error:
        raise ControlProblem(f"the body is not JSON: {error}") from error
    if not isinstance(parsed, dict):
        raise ControlProblem("the body must be a JSON object")
    return parsed


def _account(request: Request) -> str | None:
    return request.query_params.get("account") or None


class _Control:
    def __init__(self, world: World[Any], vendor: VendorControl) -> None:
        self.world = world
        self.vendor = vendor

    async def settings(self, request: Request) -> Any:
        if request.method == "PATCH":
            try:
                self.world.settings = self.world.settings.changed(await _body(request))
            except BadSetting as bad:
                raise ControlProblem(str(bad)) from bad
            self.world.save()
        return self.world.settings.as_json()

    async def clock(self, request: Request) -> Any:
        clock = self.world.clock
        if request.method == "POST":
            body = await _body(request)
            unknown = set(body) - {"offsetSeconds", "advanceSeconds", "freeze", "freezeAt"}
            if unknown or not body:
                raise ControlProblem("the clock takes offsetSeconds, advanceSeconds, freeze and freezeAt")
            if "offsetSeconds" in body:
                clock.set_offset(_milliseconds("offsetSeconds", body["offsetSeconds"]))
            if "freezeAt" in body:
                clock.freeze(_moment(body["freezeAt"]))
            if "freeze" in body:
                if body["freeze"] is True:
                    clock.freeze()
                else:
                    clock.unfreeze()
            if "advanceSeconds" in body:
                clock.advance(_milliseconds("advanceSeconds", body["advanceSeconds"]))
            self.world.save()
        return {
            "now": iso_ms(clock.now_ms()),
            "offsetSeconds": clock.state.offset_ms / 1000,
            "frozen": clock.state.frozen_at_ms is not None,
        }

    async def faults(self, request: Request) -> Any:
        faults = self.world.faults
        if request.method == "POST":
            try:
                return faults.add(await _body(request)).as_json()
            except BadFault as bad:
                raise ControlProblem(str(bad)) from bad
        if request.method == "DELETE":
            which = request.query_params.get("id")
            return {"removed": faults.remove(int(which) if which and which.isdecimal() else None)}
        return {"faults": [rule.as_json() for rule in faults.rules]}

    async def counters(self, request: Request) -> Any:
        if request.method == "DELETE":
            self.world.counters.reset()
        return {**self.world.counters.as_json(), "refreshTokens": self.vendor.presentations()}

    async def records(self, request: Request) -> Any:
        if request.method == "POST":
            properties = (await _body(request)).get("properties")
            return self.vendor.edit(_account(request), request.path_params["object"], None, properties)
        return self.vendor.records(_account(request), request.path_params["object"])

    async def record(self, request: Request) -> Any:
        name, record_id = request.path_params["object"], request.path_params["record"]
        if request.method == "DELETE":
            return self.vendor.archive(_account(request), name, record_id)
        properties = (await _body(request)).get("properties")
        return self.vendor.edit(_account(request), name, record_id, properties)

    async def apps(self, request: Request) -> Any:
        if request.method == "POST":
            return self.vendor.put_app(await _body(request))
        return {"apps": self.vendor.apps()}

    async def accounts(self, request: Request) -> Any:
        if request.method == "POST":
            return self.vendor.put_account(await _body(request))
        return {"accounts": self.vendor.accounts()}

    async def tokens(self, request: Request) -> Any:
        return self.vendor.issue_tokens(await _body(request))

    async def reset(self, _: Request) -> Any:
        self.vendor.reset()
        self.world.faults.remove()
        self.world.counters.reset()
        self.world.settings = type(self.world.settings)()
        self.world.clock.set_offset(0)
        self.world.save()
        return {"reset": True}


def _milliseconds(name: str, seconds: Any) -> int:
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        raise ControlProblem(f"{name} is a number of seconds")
    return round(seconds * 1000)


def _moment(text: Any) -> int:
    try:
        moment = datetime.fromisoformat(str(text).replace("Z", "+00:00"))
    except ValueError as error:
        raise ControlProblem("freezeAt is an ISO-8601 time") from error
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return round(moment.timestamp() * 1000)


Action = Callable[[dict[str, Any]], Any]


def control_routes(world: World[Any], vendor: VendorControl, actions: Mapping[str, Action] | None = None) -> Mount:
    """Return the routes of the control API of one vendor; `actions` are what only this vendor can do, by name."""
    control = _Control(world, vendor)
    own = dict(actions or {})

    async def act(request: Request) -> Any:
        name = request.path_params["action"]
        if name not in own:
            raise ControlProblem(f"there is no action {name!r}; there are: {', '.join(sorted(own)) or 'none'}")
        return own[name](await _body(request))

    def served(work: Callable[[Request], Awaitable[Any]]) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            try:
                return _json(200, await work(request))
            except ControlProblem as problem:
                return _json(400, {"error": str(problem)})

        return endpoint

    return Mount(
        "/_control",
        routes=[
            Route("/settings", served(control.settings), methods=["GET", "PATCH"]),
            Route("/clock", served(control.clock), methods=["GET", "POST"]),
            Route("/faults", served(control.faults), methods=["GET", "POST", "DELETE"]),
            Route("/counters", served(control.counters), methods=["GET", "DELETE"]),
            Route("/records/{object}", served(control.records), methods=["GET", "POST"]),
            Route("/records/{object}/{record}", served(control.record), methods=["PATCH", "DELETE"]),
            Route("/apps", served(control.apps), methods=["GET", "POST"]),
            Route("/accounts", served(control.accounts), methods=["GET", "POST"]),
            Route("/tokens", served(control.tokens), methods=["POST"]),
            Route("/reset", served(control.reset), methods=["POST"]),
            Route("/do/{action}", served(act), methods=["POST"]),
        ],
    )
